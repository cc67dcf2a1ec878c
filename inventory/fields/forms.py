"""Input shapes of custom fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from inventory.core.forms import (
    BoolField,
    ChoiceField,
    CodeField,
    Form,
    IntField,
    LongTextField,
    TextField,
    options,
    required,
)
from inventory.core.i18n import ngettext
from inventory.core.merging import VersionField
from inventory.core.wording import N_
from inventory.fields.kinds import FieldKind


class LinesField(LongTextField):
    """A list of texts, one a line; data is the list without doubles."""

    def process_data(self, value: list[str] | None) -> None:
        self.lines = list(value or [])
        self.data = "\n".join(self.lines)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.lines = list(dict.fromkeys(line for line in (self.data or "").split("\n") if line))


class FieldForm(Form):
    """A custom field."""

    version = VersionField()
    label = TextField(N_("Label"), [required()], limit=80)
    help = TextField(N_("Help"), description=N_("A sentence that stands under the field."))
    choices = LinesField(N_("Choices"), description=N_("For a choice: one a line."))
    required = BoolField(N_("Must be filled in"))
    is_unique = BoolField(
        N_("No two may have the same"), description=N_("For what identifies: a line number, a licence key.")
    )
    position = IntField(
        N_("Rank"), description=N_("Fields are shown from the lowest to the highest."), default=50
    )
    in_use = BoolField(
        N_("In use"), default=True, description=N_("Without this it is no longer shown; its values are kept.")
    )


def instead_of(choice: str) -> str:
    """Return the name of the question what becomes of a choice: an answer is of that choice, whichever others go beside it."""
    return f"instead_{choice.encode().hex()}"


def asking_instead(lost: Mapping[str, int], kept: Sequence[str]) -> type[FieldForm]:
    """Return the form with a question for each choice that goes though objects have it: {choice: how many}."""
    asked = {
        instead_of(choice): ChoiceField(
            gettext(N_("What becomes of “%(choice)s”"), choice=choice),
            [required()],
            description=ngettext("%(num)s item has it today.", "%(num)s items have it today.", count),
            choices=options(
                [("", ""), (choice, gettext(N_("It stays with them"))), *((other, other) for other in kept)]
            ),
        )
        for choice, count in lost.items()
    }
    return type("FieldForm", (FieldForm,), asked) if asked else FieldForm


class NewFieldForm(FieldForm):
    """A new custom field."""

    home = ChoiceField(N_("For"), [required()])
    kind = CodeField(N_("Kind"), codes=FieldKind)
