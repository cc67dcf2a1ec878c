"""What a person sends to answer a question."""

from __future__ import annotations

from inventory.core.forms import ChoiceField, Form, HiddenField, PickerField, TextField, required
from inventory.core.wording import N_


class AnswerForm(Form):
    """An answer, with the asset or the category that some answers need."""

    answer = HiddenField()
    asset = PickerField(N_("It is already known as"), search_endpoint="assets.search")
    category = ChoiceField(N_("Category"))


class TriageForm(Form):
    """One answer to many unknown devices."""

    answer = ChoiceField(N_("What to do with them"), [required()])
    category = ChoiceField(N_("They are"))
    belongs_to = ChoiceField(N_("They belong"))
    maker = TextField(
        N_("Maker"), limit=120, description=N_("Leave empty what you do not know of all of them.")
    )
    model = TextField(N_("Model"), limit=160)
