"""What a person sends to answer a question."""

from __future__ import annotations

from inventory.core.forms import ChoiceField, Form, HiddenField, PickerField
from inventory.core.wording import N_


class AnswerForm(Form):
    """An answer, with the asset or the category that some answers need."""

    answer = HiddenField()
    asset = PickerField(N_("It is already known as"), search_endpoint="assets.search")
    category = ChoiceField(N_("Category"))
