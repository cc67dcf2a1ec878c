"""Input shape of a note."""

from __future__ import annotations

from inventory.core.forms import Form, HiddenField, LongTextField, required
from inventory.core.wording import N_


class NoteForm(Form):
    """A few lines."""

    version = HiddenField()
    text = LongTextField(N_("Note"), [required()])
