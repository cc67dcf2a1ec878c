"""States, entities, places and custody: dated, back-dated, refused."""

from datetime import date

import pytest

from inventory.assets import services
from inventory.assets.services import Handover, history
from inventory.assets.states import Condition, DisposalRoute, State
from inventory.audit import queries as audit
from inventory.audit.models import Action
from inventory.core import registry
from inventory.core.errors import Invalid, Refused
from tests import factories
from tests.assets.conftest import ALICE, RUN, TODAY

MARCH, APRIL, MAY = date(2026, 3, 10), date(2026, 4, 1), date(2026, 5, 1)


def states_of(asset):
    return [(stretch.from_on, stretch.state) for stretch in history.stretches_of(asset)]


def test_a_state_holds_from_its_day_on(place, laptop, saving):
    services.change_state(laptop, State.IN_SERVICE, actor=ALICE, on=APRIL)
    assert states_of(laptop) == [(date(2026, 3, 1), State.IN_STOCK), (APRIL, State.IN_SERVICE)]
    assert (laptop.state, laptop.commissioned_on) == (State.IN_SERVICE, APRIL)


def test_a_date_that_is_known_is_never_overwritten(place, laptop, saving):
    laptop.commissioned_on = MARCH
    services.change_state(laptop, State.IN_SERVICE, actor=ALICE, on=APRIL)
    assert laptop.commissioned_on == MARCH


def test_a_change_of_state_is_recorded_with_its_day_and_note(place, laptop, saving):
    services.change_state(laptop, State.STOLEN, actor=ALICE, on=APRIL, note="Complaint 2026/118")
    saving.flush()
    record = audit.history_of("asset", laptop.public_id)[0]
    assert (record.action, record.effective_on, record.note) == (Action.STATE, APRIL, "Complaint 2026/118")
    assert record.changes["state"] == ["in_stock", "stolen"]


def test_tomorrow_has_not_come(place, laptop, saving):
    with pytest.raises(Invalid) as refusal:
        services.change_state(laptop, State.IN_SERVICE, actor=ALICE, on=date(2026, 6, 16))
    assert refusal.value.field == "on"


def test_no_machine_says_what_state_equipment_is_in(place, laptop, saving):
    with pytest.raises(Refused):
        services.change_state(laptop, State.MISSING, actor=RUN)


def test_a_back_dated_state_must_fit_the_next_one(place, laptop, saving):
    services.change_state(laptop, State.IN_PREPARATION, actor=ALICE, on=APRIL)
    services.change_state(laptop, State.IN_SERVICE, actor=ALICE, on=MAY)
    services.change_state(laptop, State.IN_RESERVE, actor=ALICE, on=date(2026, 4, 15))
    assert laptop.state is State.IN_SERVICE
    with pytest.raises(Refused):
        services.change_state(laptop, State.RETIRED, actor=ALICE, on=date(2026, 4, 20))


def test_the_whole_way_out(place, laptop, saving):
    services.change_state(laptop, State.RETIRED, actor=ALICE, on=APRIL)
    with pytest.raises(Refused):
        services.change_state(laptop, State.DISPOSED, actor=ALICE, disposal_route=DisposalRoute.SOLD)
    services.change_state(laptop, State.WIPED, actor=ALICE, on=MAY)
    services.change_state(laptop, State.DISPOSED, actor=ALICE, disposal_route=DisposalRoute.SOLD)
    assert (laptop.retired_on, laptop.wiped_on, laptop.disposed_on) == (APRIL, MAY, TODAY)
    assert laptop.disposal_route is DisposalRoute.SOLD


def test_a_hand_over_puts_in_service_and_says_who_holds_it(place, laptop, saving):
    custody = services.hand_over(
        laptop,
        Handover(on=APRIL, condition=Condition.NEW, note="with bag"),
        actor=ALICE,
        person=place.marie,
        location=place.room,
    )
    assert (laptop.state, laptop.holder, laptop.location) == (State.IN_SERVICE, place.marie, place.room)
    assert (custody.from_on, custody.until_on, custody.condition_out) == (APRIL, None, Condition.NEW)


def test_a_hand_over_ends_the_custody_before_it(place, laptop, saving):
    first = services.hand_over(laptop, Handover(on=APRIL), actor=ALICE, person=place.marie)
    services.hand_over(laptop, Handover(on=MAY), actor=ALICE, person=place.paul)
    assert (first.until_on, laptop.holder) == (MAY, place.paul)


def test_a_loan_is_on_loan_and_comes_back_to_stock(place, laptop, saving):
    services.hand_over(laptop, Handover(on=APRIL, loan=True), actor=ALICE, person=place.marie)
    assert laptop.state is State.ON_LOAN
    services.take_back(laptop, Handover(on=MAY, condition=Condition.WORN), actor=ALICE, location=place.room)
    assert (laptop.state, laptop.holder, laptop.location) == (State.IN_STOCK, None, place.room)
    assert services.custodies_of(laptop)[0].condition_in is Condition.WORN


def test_a_forgotten_hand_over_ends_where_the_next_begins(place, laptop, saving):
    services.hand_over(laptop, Handover(on=MAY), actor=ALICE, person=place.paul)
    forgotten = services.hand_over(laptop, Handover(on=APRIL), actor=ALICE, person=place.marie)
    assert (forgotten.from_on, forgotten.until_on) == (APRIL, MAY)
    assert laptop.holder is place.paul
    assert states_of(laptop)[-1] == (APRIL, State.IN_SERVICE)


def test_custodies_never_overlap(place, laptop, saving):
    services.hand_over(laptop, Handover(on=MARCH), actor=ALICE, person=place.marie)
    services.take_back(laptop, Handover(on=MAY), actor=ALICE)
    with pytest.raises(Refused):
        services.hand_over(laptop, Handover(on=APRIL), actor=ALICE, person=place.paul)


def test_a_hand_over_needs_somebody_or_somewhere(place, laptop, saving):
    with pytest.raises(Invalid):
        services.hand_over(laptop, Handover(), actor=ALICE)


@pytest.mark.parametrize(
    "state",
    [State.ON_ORDER, State.MISSING, State.RETIRED, State.WIPED, State.DISPOSED, State.LOST, State.STOLEN],
)
def test_what_is_not_held_cannot_be_handed_over(place, saving, state):
    asset = factories.create_asset(place.entity, place.laptop, state=state, disposal_route=DisposalRoute.SOLD)
    with pytest.raises(Refused):
        services.hand_over(asset, Handover(), actor=ALICE, person=place.marie)


def test_what_nobody_holds_cannot_be_taken_back(place, laptop, saving):
    with pytest.raises(Refused):
        services.take_back(laptop, Handover(), actor=ALICE)


def test_a_take_back_before_the_hand_over_is_refused(place, laptop, saving):
    services.hand_over(laptop, Handover(on=MAY), actor=ALICE, person=place.marie)
    with pytest.raises(Refused):
        services.take_back(laptop, Handover(on=APRIL), actor=ALICE)


def test_retiring_ends_the_custody(place, laptop, saving):
    services.hand_over(laptop, Handover(on=APRIL), actor=ALICE, person=place.marie)
    services.change_state(laptop, State.RETIRED, actor=ALICE, on=MAY)
    assert laptop.holder is None
    assert services.custodies_of(laptop)[0].until_on == MAY


def test_moving_to_another_entity_forgets_a_place_that_stays_behind(place, laptop, saving):
    services.place(laptop, actor=ALICE, on=APRIL, location=place.room)
    changes = services.place(laptop, actor=ALICE, on=MAY, entity=place.cast.pessac)
    assert changes == {"entity": ["Le Bouscat", "Pessac"], "location": ["Mairie, 101", None]}
    assert (laptop.entity, laptop.location) == (place.cast.pessac, None)
    services.place(laptop, actor=ALICE, entity=place.entity, location=place.room)
    assert services.place(laptop, actor=ALICE, entity=place.cast.ccas) == {
        "entity": ["Le Bouscat", "CCAS du Bouscat"]
    }


def test_a_move_back_dated_keeps_the_later_place(place, laptop, saving):
    other = factories.create_location(place.entity, name="Annexe")
    services.place(laptop, actor=ALICE, on=MAY, location=other)
    services.place(laptop, actor=ALICE, on=APRIL, location=place.room)
    assert laptop.location is other
    assert [s.location_id for s in history.stretches_of(laptop)] == [None, place.room.id, other.id]


def test_what_is_disposed_of_is_not_moved(place, saving):
    gone = factories.create_asset(place.entity, place.laptop, state="disposed", disposal_route="sold")
    with pytest.raises(Refused):
        services.place(gone, actor=ALICE, location=place.room)


def test_other_features_are_told_inside_the_transaction(place, laptop, saving, monkeypatch):
    told = []
    monkeypatch.setattr(registry, "run_hooks", lambda name, **given: told.append((name, given)))
    every = lambda name, calls: told.extend((name, given) for given in calls)  # noqa: E731
    monkeypatch.setattr(registry, "run_hooks_for_each", every)
    services.hand_over(laptop, Handover(on=APRIL), actor=ALICE, person=place.marie)
    assert [name for name, _given in told] == ["asset.custody_changed", "asset.state_changed"]
    assert told[0][1]["new"].person_id == place.marie.id
