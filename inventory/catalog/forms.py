"""Input shapes of the catalogue."""

from __future__ import annotations

from inventory.catalog.kinds import Kind
from inventory.core.forms import (
    BoolField,
    ChoiceField,
    CodeField,
    DayField,
    EuroField,
    Form,
    IntField,
    PickerField,
    TextField,
    required,
)
from inventory.core.merging import VersionField
from inventory.core.wording import N_


class CategoryForm(Form):
    """A category."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)
    kind = CodeField(N_("Kind"), codes=Kind, description=N_("What scans call it."))
    service_life_months = IntField(N_("Service life in months"), description=N_("72 months are six years."))
    in_renewal_base = BoolField(
        N_("Counts in the yearly sixth"), description=N_("A renewal rule of an entity may say otherwise.")
    )
    in_workplace = BoolField(N_("Belongs to the digital workplace"))
    is_default = BoolField(N_("What scans find of this kind gets this category"))
    active = BoolField(N_("May be chosen"), default=True)


class ManufacturerForm(Form):
    """A maker."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)


class MergeForm(Form):
    """Which maker or model another becomes part of; who shows it says where it is searched."""

    into = PickerField(N_("Merge into"), search_endpoint="")


class ModelForm(Form):
    """A model of a maker."""

    version = VersionField()
    manufacturer = PickerField(N_("Maker"), [required()], search_endpoint="catalog.search_manufacturers")
    name = TextField(N_("Name"), [required()], limit=160)
    category = ChoiceField(N_("Category"))
    part_number = TextField(N_("Part number"), limit=80)
    is_standard = BoolField(N_("Standard configuration offered to users"))
    price_cents = EuroField(N_("Price before tax"))
    support_ends_on = DayField(N_("Supported by its maker until"))
    carbon_kg = IntField(N_("Carbon of its making, in kg CO₂e"))
