"""Input shapes of equipment: records, moves, states, handovers."""

from __future__ import annotations

from inventory.assets.fields import LABELS
from inventory.assets.states import Condition, DisposalRoute, Ownership, State, TaxMode, Usage
from inventory.core.forms import (
    BoolField,
    ChoiceField,
    CodeField,
    DayField,
    EuroField,
    Form,
    IntField,
    LongTextField,
    ManyField,
    PickerField,
    TextField,
    required,
)
from inventory.core.merging import VersionField
from inventory.core.wording import N_


class AssetForm(Form):
    """What an edit may change of one record."""

    version = VersionField()
    tag = TextField(
        LABELS["tag"], limit=40, description=N_("What its label says. Leave empty until it has one.")
    )
    model = PickerField(LABELS["model"], search_endpoint="catalog.search_models")
    category = ChoiceField(LABELS["category"], description=N_("Leave empty to use the model's."))
    manufacturer = PickerField(
        LABELS["manufacturer"],
        search_endpoint="catalog.search_manufacturers",
        description=N_("Only when the model is not known: a model brings its maker."),
    )
    serial = TextField(LABELS["serial"], limit=120)
    accept_duplicate = BoolField(N_("It is another thing with the same serial number: save it anyway"))
    name = TextField(LABELS["name"], limit=120, description=N_("The name it has on the network."))
    description = TextField(LABELS["description"])
    ownership = CodeField(LABELS["ownership"], codes=Ownership)
    usage = CodeField(LABELS["usage"], codes=Usage)
    payer = ChoiceField(LABELS["payer"])
    in_scope = BoolField(LABELS["in_scope"], default=True)
    ordered_on = DayField(LABELS["ordered_on"])
    received_on = DayField(LABELS["received_on"])
    invoiced_on = DayField(LABELS["invoiced_on"])
    first_used_on = DayField(
        LABELS["first_used_on"], description=N_("Its age counts from here when it is known.")
    )
    commissioned_on = DayField(LABELS["commissioned_on"])
    warranty_starts_on = DayField(LABELS["warranty_starts_on"])
    warranty_ends_on = DayField(LABELS["warranty_ends_on"])
    supplier = PickerField(LABELS["supplier"], search_endpoint="procurement.search_suppliers")
    order_number = TextField(LABELS["order_number"], limit=60)
    accounting_number = TextField(
        LABELS["accounting_number"],
        limit=60,
        description=N_("Its number in the accounts; one may cover a batch."),
    )
    price_cents = EuroField(LABELS["price_cents"])
    price_tax = CodeField(LABELS["price_tax"], codes=TaxMode)
    os_name = TextField(LABELS["os_name"], limit=160)
    firmware = TextField(LABELS["firmware"], limit=160)
    notes = LongTextField(LABELS["notes"])


class NewAssetForm(AssetForm):
    """A new record, with where and with whom it begins."""

    entity = ChoiceField(LABELS["entity"], [required()])
    number_it = BoolField(N_("Give it the next tag of its entity when the tag is empty"), default=True)
    state = CodeField(LABELS["state"], codes=State, default=State.IN_STOCK)
    location = PickerField(LABELS["location"], search_endpoint="organization.search_locations")
    holder = PickerField(LABELS["holder"], search_endpoint="organization.search_people")


class DeliveryForm(Form):
    """What several things of one delivery share, and the list that tells them apart."""

    model = PickerField(LABELS["model"], search_endpoint="catalog.search_models")
    category = ChoiceField(LABELS["category"], description=N_("Leave empty to use the model's."))
    entity = ChoiceField(LABELS["entity"], [required()])
    state = CodeField(LABELS["state"], codes=State, default=State.IN_STOCK)
    location = PickerField(LABELS["location"], search_endpoint="organization.search_locations")
    serials = LongTextField(
        N_("Serial numbers"),
        description=N_(
            "One a line, as a scanner or a delivery note gives them; a tag may follow after a semicolon."
        ),
        render_kw={"rows": 10},
    )
    count = IntField(N_("How many"), description=N_("Only where there are no serial numbers."))
    number_them = BoolField(N_("Give each the next tag of the entity"), default=True)
    supplier = PickerField(LABELS["supplier"], search_endpoint="procurement.search_suppliers")
    order_number = TextField(LABELS["order_number"], limit=60)
    accounting_number = TextField(
        LABELS["accounting_number"],
        limit=60,
        description=N_("Its number in the accounts; one may cover a batch."),
    )
    received_on = DayField(LABELS["received_on"])
    warranty_ends_on = DayField(LABELS["warranty_ends_on"])
    price_cents = EuroField(LABELS["price_cents"], description=N_("Of one of them."))
    price_tax = CodeField(LABELS["price_tax"], codes=TaxMode)
    ownership = CodeField(LABELS["ownership"], codes=Ownership)
    usage = CodeField(LABELS["usage"], codes=Usage)


class StateForm(Form):
    """A change of state from a day on."""

    on = DayField(N_("Date"), description=N_("Leave empty for today."))
    disposal_route = CodeField(LABELS["disposal_route"], codes=DisposalRoute, blank="")
    note = LongTextField(N_("Note"))


class HandOverForm(Form):
    """Who gets it, where, from when, in what condition."""

    person = PickerField(N_("Handed to"), search_endpoint="organization.search_people")
    location = PickerField(LABELS["location"], search_endpoint="organization.search_locations")
    condition = CodeField(N_("Condition"), codes=Condition, blank="")
    on = DayField(N_("Date"), description=N_("Leave empty for today."))
    loan = BoolField(N_("It is a loan"))
    note = LongTextField(N_("Note"))
    together = BoolField(N_("With what is connected to it"), default=True)


class HandToForm(Form):
    """What a person gets, where it stands, from when, in what condition."""

    asset = PickerField(
        N_("Item of equipment"),
        [required()],
        search_endpoint="assets.search",
        search_arguments={"free": "first"},
        description=N_("Its tag or serial number, or its model."),
    )
    location = PickerField(LABELS["location"], search_endpoint="organization.search_locations")
    condition = CodeField(N_("Condition"), codes=Condition, blank="")
    on = DayField(N_("Date"), description=N_("Leave empty for today."))
    loan = BoolField(N_("It is a loan"))
    note = LongTextField(N_("Note"))


class TakeBackForm(Form):
    """Where it comes back to, from when, in what condition."""

    condition = CodeField(N_("Condition"), codes=Condition, blank="")
    location = PickerField(N_("Put away in"), search_endpoint="organization.search_locations")
    on = DayField(N_("Date"), description=N_("Leave empty for today."))
    note = LongTextField(N_("Note"))
    together = BoolField(N_("With what is connected to it"), default=True)


class ConnectForm(Form):
    """What is connected to an asset, from a day on."""

    other = PickerField(N_("Equipment to connect"), [required()], search_endpoint="assets.search")
    on = DayField(N_("Date"), description=N_("Leave empty for today."))


class MoveForm(Form):
    """Another entity or place from a day on."""

    entity = ChoiceField(LABELS["entity"], [required()])
    location = PickerField(
        LABELS["location"],
        search_endpoint="organization.search_locations",
        description=N_("Leave empty when its place is not known."),
    )
    on = DayField(N_("Date"), description=N_("Leave empty for today."))
    note = LongTextField(N_("Note"))
    together = BoolField(N_("With what is connected to it"), default=True)


class BulkForm(Form):
    """What many assets get at once; what is left empty stays as it is."""

    state = CodeField(LABELS["state"], codes=State, blank="")
    entity = ChoiceField(LABELS["entity"])
    location = PickerField(LABELS["location"], search_endpoint="organization.search_locations")
    on = DayField(
        N_("Date"), description=N_("The day of the new state, entity or place. Leave empty for today.")
    )
    disposal_route = CodeField(LABELS["disposal_route"], codes=DisposalRoute, blank="")
    note = LongTextField(N_("Note"), render_kw={"rows": 2})
    category = ChoiceField(LABELS["category"])
    model = PickerField(LABELS["model"], search_endpoint="catalog.search_models")
    ownership = CodeField(LABELS["ownership"], codes=Ownership, blank="")
    usage = CodeField(LABELS["usage"], codes=Usage, blank="")
    in_scope = ChoiceField(LABELS["in_scope"])
    supplier = PickerField(LABELS["supplier"], search_endpoint="procurement.search_suppliers")
    order_number = TextField(LABELS["order_number"], limit=60)
    accounting_number = TextField(LABELS["accounting_number"], limit=60)
    received_on = DayField(LABELS["received_on"])
    first_used_on = DayField(LABELS["first_used_on"])
    commissioned_on = DayField(LABELS["commissioned_on"])
    warranty_ends_on = DayField(LABELS["warranty_ends_on"])
    price_cents = EuroField(LABELS["price_cents"])
    emptied = ManyField(N_("Empty these fields"), description=N_("What they hold now stays in the history."))
