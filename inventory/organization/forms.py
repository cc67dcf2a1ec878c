"""Input shapes of entities, places and people."""

from __future__ import annotations

from flask_babel import gettext
from wtforms.validators import ValidationError

from inventory.core.forms import (
    BoolField,
    ChoiceField,
    CodeField,
    DayField,
    Form,
    IntField,
    PickerField,
    TextField,
    required,
)
from inventory.core.merging import VersionField
from inventory.core.wording import N_
from inventory.organization.models import E_MAIL, EntityKind, LocationKind, PersonKind


class EntityForm(Form):
    """An entity of the tree."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)
    code = TextField(
        N_("Code"),
        [required()],
        limit=12,
        description=N_(
            "Two to twelve letters, digits or dashes: it begins the tags and stands in addresses."
        ),
    )
    kind = CodeField(N_("Kind"), codes=EntityKind)
    siret = TextField(
        N_("SIRET number"), limit=20, description=N_("Fourteen digits; leave empty if you do not know it.")
    )


class NewEntityForm(EntityForm):
    """A new entity below another."""

    parent = ChoiceField(N_("Below"), [required()])
    kind = CodeField(N_("Kind"), codes=EntityKind, default=EntityKind.COMMUNE)


class SettingForm(Form):
    """One setting of an entity; empty inherits."""

    value = IntField(N_("Value"), description=N_("Leave empty to inherit it."))


class LocationForm(Form):
    """A place."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)
    kind = CodeField(N_("Kind"), codes=LocationKind)
    parent = PickerField(
        N_("Inside"),
        search_endpoint="organization.search_locations",
        description=N_("Leave empty at the top."),
    )
    address = TextField(N_("Address"))


class NewLocationForm(LocationForm):
    """A new place of an entity."""

    entity = ChoiceField(N_("Entity"), [required()])


class PersonForm(Form):
    """A person."""

    version = VersionField()
    given_name = TextField(N_("Given name"), limit=120)
    family_name = TextField(N_("Family name"), limit=120)
    display_name = TextField(
        N_("Name shown"), description=N_("Leave empty to use the given and family names.")
    )
    kind = CodeField(N_("Kind"), codes=PersonKind)
    email = TextField(N_("E-mail address"))
    phone = TextField(N_("Phone"), limit=40)
    mobile = TextField(N_("Mobile phone"), limit=40)
    department = TextField(N_("Department"), limit=120)
    title = TextField(N_("Job title"), limit=120)
    employee_number = TextField(N_("Employee number"), limit=40)
    location = PickerField(N_("Usual place"), search_endpoint="organization.search_locations")
    leaves_on = DayField(N_("Leaves on"))
    disabled = BoolField(N_("No longer works here"))

    def validate_email(self, field: TextField) -> None:
        """Refuse what an import would refuse."""
        if field.data and not E_MAIL.fullmatch(field.data):
            raise ValidationError(gettext(N_("Type an e-mail address such as name@commune.fr.")))


class NewPersonForm(PersonForm):
    """A new person of an entity."""

    entity = ChoiceField(N_("Entity"), [required()])
