"""Says all that is wrong with a form at once, so that nobody meets one refusal after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inventory.core.errors import Invalid
from inventory.core.forms import Form


def refuse_rest(form: Form, look: Callable[[dict[str, Any]], object]) -> None:
    """Put what else is wrong with a refused form beside its fields.

    `look` is given the values of the fields that nothing is said against yet, and raises the first refusal of them as
    a service does, saving nothing; it is asked again without what it refuses.
    """
    while True:
        left = {name: value for name, value in form.values().items() if not form[name].errors}
        try:
            look(left)
        except Invalid as fault:
            if fault.field not in left:
                return
            form.refuse(fault)
        else:
            return
