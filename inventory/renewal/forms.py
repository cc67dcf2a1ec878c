"""Input shapes of the renewal: a rule, a replacement, figures to present."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import wtforms
from flask_babel import gettext
from wtforms import validators, widgets

from inventory.core.forms import (
    BoolField,
    CodeField,
    DayField,
    Form,
    IntField,
    LongTextField,
    PickerField,
    TextField,
    required,
)
from inventory.core.merging import VersionField
from inventory.core.wording import N_
from inventory.renewal.sixth import Rounding


class ManyField(wtforms.SelectMultipleField):
    """Boxes to tick, of a list set with `options`."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def __init__(self, label: str, *, description: str = "", **arguments: Any) -> None:
        words = gettext(description) if description else ""
        super().__init__(gettext(label), description=words, **arguments)


def _number(label: str, *, description: str = "", checks: Sequence[Any] = ()) -> IntField:
    return IntField(label, [validators.InputRequired(), *checks], description=description)


class RuleForm(Form):
    """A renewal rule: every number that the target depends on."""

    version = VersionField()
    inherits = BoolField(N_("Use the rule of the entity above"))
    fraction_numerator = _number(N_("Part renewed each year (numerator)"))
    fraction_denominator = _number(
        N_("Part renewed each year (denominator)"), description=N_("1 of 6 is the sixth of the contract.")
    )
    category_ids = ManyField(
        N_("Categories of the base"), description=N_("Main terminals. Nothing else is in the rate.")
    )
    year_starts_day = _number(N_("Start of the contract year (day)"))
    year_starts_month = _number(N_("Start of the contract year (month)"))
    reference_offset_days = _number(
        N_("Days from there to the reference day"),
        description=N_("0 counts the base on the first day of the contract year."),
    )
    rounding = CodeField(N_("How the target is rounded"), codes=Rounding)
    cumulative_from_year = IntField(
        N_("Add up from the year"), description=N_("Leave empty to count each year by itself.")
    )
    ownerships = ManyField(N_("Whose equipment counts"))
    usages = ManyField(N_("For which usage"))
    minimum_age_gain_months = _number(
        N_("Least gain in age of a device that served elsewhere, in months"),
        description=N_("A cascaded device counts only when it is younger by this much."),
    )
    note = LongTextField(N_("Note"), description=N_("The article of the contract, or who decided it."))


class ReplacementForm(Form):
    """A device that took the position of another."""

    old = PickerField(N_("Device that left"), [required()], search_endpoint="assets.search")
    new = PickerField(N_("Device that came"), [required()], search_endpoint="assets.search")
    on = DayField(N_("Replaced on"), [validators.InputRequired()])
    position = TextField(N_("Position"), description=N_("The desk, the counter or the job, in a few words."))
    person = PickerField(N_("Person"), search_endpoint="organization.search_people")
    location = PickerField(N_("Place"), search_endpoint="organization.search_locations")


class PresentForm(Form):
    """Why figures are frozen."""

    note = TextField(
        N_("Presented to"), description=N_("The committee and its date, such as “Comité de suivi”.")
    )
