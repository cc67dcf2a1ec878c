"""Input shapes of applications: the sheet, who uses it, what it runs on, how it leaves, the annex."""

from __future__ import annotations

from inventory.applications.fields import LABELS
from inventory.applications.states import (
    ApplicationState,
    Area,
    ComponentRole,
    Criticality,
    Exit,
    Hosting,
    Need,
    Origin,
    PersonalData,
)
from inventory.assets.states import TaxMode
from inventory.core.forms import (
    BoolField,
    ChoiceField,
    CodeField,
    DayField,
    EuroField,
    Form,
    HiddenField,
    IntField,
    LongTextField,
    PickerField,
    TextField,
    required,
)
from inventory.core.merging import VersionField
from inventory.core.wording import N_

TODAY = N_("Leave empty for today.")


class ApplicationForm(Form):
    """What an edit may change of one sheet."""

    version = VersionField()
    name = TextField(LABELS["name"], [required()], limit=160)
    code = TextField(
        LABELS["code"], limit=40, description=N_("What the service calls it for short, if it does.")
    )
    description = LongTextField(
        LABELS["description"], description=N_("What it is for, in a sentence or two.")
    )
    area = CodeField(LABELS["area"], codes=Area, blank="")
    editor = PickerField(LABELS["editor"], search_endpoint="catalog.search_manufacturers")
    release = TextField(LABELS["release"], limit=60)
    modules = LongTextField(LABELS["modules"], description=N_("One a line."))
    in_service_on = DayField(LABELS["in_service_on"])
    support_ends_on = DayField(
        LABELS["support_ends_on"], description=N_("When its editor stops mending this version.")
    )
    criticality = CodeField(LABELS["criticality"], codes=Criticality, blank="")
    hosting = CodeField(LABELS["hosting"], codes=Hosting, blank="")
    data_location = TextField(
        LABELS["data_location"], limit=120, description=N_("The country, and the host if it is another one.")
    )
    recovery_time_hours = IntField(
        LABELS["recovery_time_hours"], description=N_("How long it may be down, as promised.")
    )
    recovery_point_hours = IntField(
        LABELS["recovery_point_hours"], description=N_("How much typed work may be lost, as promised.")
    )
    recovery_tested_on = DayField(LABELS["recovery_tested_on"])
    business_owner = PickerField(
        LABELS["business_owner"],
        search_endpoint="organization.search_people",
        description=N_("Who decides about it for those who work with it."),
    )
    deputy = PickerField(LABELS["deputy"], search_endpoint="organization.search_people")
    technical_owner = PickerField(LABELS["technical_owner"], search_endpoint="organization.search_people")
    user_groups = LongTextField(
        LABELS["user_groups"], description=N_("Departments or groups, such as “Finance, all directors”.")
    )
    contract_supplier = PickerField(
        LABELS["contract_supplier"], search_endpoint="procurement.search_suppliers"
    )
    contract_reference = TextField(LABELS["contract_reference"], limit=80)
    contract_starts_on = DayField(LABELS["contract_starts_on"])
    contract_ends_on = DayField(LABELS["contract_ends_on"])
    contract_notice_months = IntField(LABELS["contract_notice_months"])
    contract_yearly_cents = EuroField(LABELS["contract_yearly_cents"])
    contract_tax = CodeField(LABELS["contract_tax"], codes=TaxMode)
    personal_data = CodeField(LABELS["personal_data"], codes=PersonalData, blank="")
    processing_reference = TextField(
        LABELS["processing_reference"], limit=80, description=N_("Its entry in the record of processing.")
    )
    impact_assessment = CodeField(LABELS["impact_assessment"], codes=Need, blank="")
    impact_assessed_on = DayField(LABELS["impact_assessed_on"])
    accreditation = CodeField(
        LABELS["accreditation"],
        codes=Need,
        blank="",
        description=N_("Online services for the public need one."),
    )
    accredited_on = DayField(LABELS["accredited_on"])
    accreditation_ends_on = DayField(LABELS["accreditation_ends_on"])
    accreditation_authority = TextField(LABELS["accreditation_authority"], limit=120)


class NewApplicationForm(ApplicationForm):
    """A new sheet, with whom it is kept for and how they use it."""

    entity = ChoiceField(
        N_("Kept for"), [required()], description=N_("Those who only use it are added afterwards.")
    )
    state = CodeField(N_("State"), codes=ApplicationState, default=ApplicationState.IN_SERVICE)
    used = BoolField(N_("This entity uses it itself"), default=True)
    users = IntField(N_("Number of users"))
    origin = CodeField(
        N_("How it came"),
        codes=Origin,
        default=Origin.ADDED,
        description=N_("Transferred: the commune had it before the service was shared."),
    )


class UseForm(Form):
    """Since when an entity uses an application, and by how many people."""

    version = VersionField()
    since_on = DayField(N_("Since"), description=TODAY)
    users = IntField(N_("Number of users"))
    origin = CodeField(
        N_("How it came"),
        codes=Origin,
        default=Origin.ADDED,
        description=N_("Transferred: the commune had it before the service was shared."),
    )


class NewUseForm(UseForm):
    """One more entity that uses an application."""

    entity = ChoiceField(N_("Entity"), [required()])


class LeavingForm(Form):
    """How, when and why an application leaves."""

    version = VersionField()
    exit = CodeField(N_("How it leaves"), codes=Exit, default=Exit.RETIRED)
    replaced_by = PickerField(
        N_("Replaced by"),
        search_endpoint="applications.search",
        description=N_("Only when another application takes its place."),
    )
    on = DayField(N_("Date"), description=TODAY)
    reason = LongTextField(
        N_("Reason"), [required()], description=N_("It stands on the annex of the year, in these words.")
    )


class StateForm(Form):
    """A change of state from a day on."""

    on = DayField(N_("Date"), description=TODAY)
    note = LongTextField(N_("Note"))


class ComponentForm(Form):
    """A piece of equipment that an application runs on."""

    asset = PickerField(N_("Item of equipment"), [required()], search_endpoint="assets.search")
    role = CodeField(N_("What it does"), codes=ComponentRole, default=ComponentRole.APPLICATION)
    label = TextField(
        N_("Name on it"), limit=120, description=N_("Such as the name of the database or of the instance.")
    )


class FreezeForm(Form):
    """What a frozen annex is called, and its year."""

    year = HiddenField()
    note = TextField(N_("Note"), description=N_("Such as the committee that it was handed to."))
