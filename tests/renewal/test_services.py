"""Rules and their inheritance, replacements judged from the records, and figures that stay as presented."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.states import State
from inventory.audit import presentation
from inventory.audit.models import AuditRecord
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused, Stale
from inventory.renewal import queries, services
from inventory.renewal.models import Replacement
from inventory.renewal.sixth import Reason, Rounding
from tests.renewal.conftest import MANAGER, TODAY, Place

MAY = date(2026, 5, 4)


def set_rule(place: Place, entity: Any = None, **values: Any) -> Any:
    with transaction():
        return services.set_rule(entity or place.town, values, actor=MANAGER)


def test_parc_s_own_rule_is_a_sixth_of_the_main_terminals(place: Place) -> None:
    rule = queries.rule_in_force(place.town)
    assert (rule.source, rule.terms.numerator, rule.terms.denominator) == (None, 1, 6)
    assert [sort.code for sort in rule.main] == ["desktop", "laptop"]


def test_a_rule_is_inherited_from_the_nearest_entity_above_that_sets_one(place: Place) -> None:
    set_rule(place, place.cast.root, fraction_denominator=5)
    set_rule(place, place.town, fraction_denominator=4)
    assert queries.rule_in_force(place.cast.ccas).source == place.town
    assert queries.rule_in_force(place.cast.ccas).terms.denominator == 4
    assert queries.rule_in_force(place.cast.pessac).source == place.cast.root


def test_a_rule_can_be_given_up_so_that_the_one_above_applies_again(place: Place) -> None:
    set_rule(place, place.cast.root, fraction_denominator=5)
    set_rule(place, fraction_denominator=4)
    set_rule(place, inherits=True)
    assert queries.rule_in_force(place.town).terms.denominator == 5


def test_a_change_is_a_new_version_and_the_old_one_is_kept(place: Place) -> None:
    set_rule(place, fraction_denominator=5)
    set_rule(place, fraction_denominator=4, rounding=Rounding.YEARLY)
    versions = queries.rules.own_rules(place.town)
    assert [(row.version, row.fraction_denominator) for row in versions] == [(2, 4), (1, 5)]


def test_history_says_what_a_rule_counts_in_words_and_not_in_codes(place: Place, reading: Any) -> None:
    ids = [place.desktop.id, place.laptop.id, 10**6]
    set_rule(place, usages=["staff", "pupil"], category_ids=ids)
    (record,) = db.session.scalars(select(AuditRecord).where(AuditRecord.object_type == "renewal_rule"))
    reading("fr")
    told = {name: new for name, _old, new in presentation.entries([record])[0]["changes"]}
    assert told["Pour quel usage"] == "Agents, Élèves"
    assert told["Catégories de la base"] == "Ordinateur fixe, Ordinateur portable, inconnu"


def test_two_people_changing_a_rule_at_once_do_not_overwrite_each_other(place: Place) -> None:
    set_rule(place, fraction_denominator=5)
    with pytest.raises(Stale), transaction():
        services.set_rule(place.town, {"fraction_denominator": 4}, actor=MANAGER, version=0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"fraction_numerator": 0}, "fraction_denominator"),
        ({"fraction_numerator": 7}, "fraction_denominator"),
        ({"year_starts_month": 13}, "year_starts_month"),
        ({"year_starts_month": 2, "year_starts_day": 29}, "year_starts_day"),
        ({"reference_offset_days": 365}, "reference_offset_days"),
        ({"minimum_age_gain_months": -1}, "minimum_age_gain_months"),
        ({"cumulative_from_year": 1999}, "cumulative_from_year"),
        ({"ownerships": []}, "ownerships"),
        ({"category_ids": []}, "category_ids"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_beside_its_field(
    place: Place, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        set_rule(place, **values)
    assert refusal.value.field == field


def test_a_rule_may_name_its_own_base_categories(place: Place) -> None:
    place.add(category=place.printer)
    set_rule(place, category_ids=[place.printer.id])
    assert queries.figures(place.town).main.outcome.base == 1


def judged(place: Place, old: Any, new: Any, on: date = MAY) -> Reason:
    return place.replace(old, new, on).reason


def test_a_new_computer_in_an_old_one_s_place_counts(place: Place) -> None:
    assert judged(place, place.add(), place.add(since=MAY)) is Reason.COUNTED


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ({"ownership": "leased"}, {}, Reason.OLD_OUT_OF_BASE),
        ({"usage": "pupil"}, {}, Reason.OLD_OUT_OF_BASE),
        ({"in_scope": False}, {}, Reason.OLD_OUT_OF_BASE),
        ({"state": "in_stock"}, {}, Reason.OLD_NOT_IN_SERVICE),
        ({"since": MAY}, {}, Reason.OLD_NOT_IN_SERVICE),
        ({"state": "in_repair"}, {}, Reason.REPAIR_SWAP),
        ({}, {"state": "on_loan"}, Reason.LOAN),
        ({}, {"usage": "reserve"}, Reason.SPARE),
        ({}, {"state": "in_reserve"}, Reason.SPARE),
        ({}, {"state": "in_stock"}, Reason.NEW_NOT_IN_SERVICE),
        ({}, {"since": date(2019, 1, 7)}, Reason.NOT_YOUNGER),
        ({}, {"since": date(2021, 6, 1)}, Reason.SMALL_GAIN),
        ({}, {"since": date(2022, 6, 1)}, Reason.COUNTED),
    ],
)
def test_each_reason_is_read_from_the_records(
    place: Place, old: dict[str, Any], new: dict[str, Any], reason: Reason
) -> None:
    row = place.replace(place.add(**old), place.add(**{"since": MAY, **new}), MAY)
    assert (row.reason, row.counted) == (reason, reason is Reason.COUNTED)


def test_a_printer_does_not_renew_a_computer_but_a_laptop_does(place: Place) -> None:
    assert judged(place, place.add(), place.add(since=MAY, category=place.printer)) is Reason.OTHER_SORT
    assert judged(place, place.add(), place.add(since=MAY, category=place.laptop)) is Reason.COUNTED


def test_each_old_and_each_new_device_counts_once(place: Place) -> None:
    old, other, new = place.add(), place.add(), place.add(since=MAY)
    assert judged(place, old, new) is Reason.COUNTED
    assert judged(place, old, place.add(since=MAY)) is Reason.OLD_COUNTED
    assert judged(place, other, new) is Reason.NEW_COUNTED


def test_a_cascaded_device_counts_by_its_own_age_and_the_chain_twice(place: Place) -> None:
    oldest, middle, new = (
        place.add(since=date(2016, 1, 4)),
        place.add(since=date(2021, 1, 4)),
        place.add(since=MAY),
    )
    assert judged(place, middle, new) is Reason.COUNTED
    assert judged(place, oldest, middle) is Reason.COUNTED


def test_a_replacement_belongs_to_the_entity_where_the_old_one_stood(place: Place) -> None:
    old, new = place.add(place.school), place.add(since=MAY)
    with transaction():
        assets.place(old, actor=MANAGER, on=date(2026, 9, 1), entity=place.cast.pessac)
    assert place.replace(old, new, MAY).entity_id == place.school.id


def test_a_device_cannot_replace_itself_nor_twice_nor_tomorrow(place: Place) -> None:
    old, new = place.add(), place.add(since=MAY)
    with pytest.raises(Invalid):
        place.replace(old, old, MAY)
    with pytest.raises(Invalid):
        place.replace(old, new, date(2026, 11, 25))
    place.replace(old, new, MAY)
    with pytest.raises(Invalid):
        place.replace(old, new, date(2026, 5, 5))


def test_withdrawing_lets_the_next_one_count_and_leaves_a_trace(place: Place) -> None:
    old = place.add()
    first = place.replace(old, place.add(since=MAY), MAY)
    second = place.replace(old, place.add(since=MAY), MAY)
    with transaction():
        services.withdraw(first, actor=MANAGER)
    assert (second.reason, second.counted) == (Reason.COUNTED, True)
    ours = select(AuditRecord).where(AuditRecord.object_type == "replacement").order_by(AuditRecord.id)
    trace = db.session.scalars(ours).all()
    assert [str(entry.action) for entry in trace] == ["created", "created", "deleted", "updated"]


def test_a_date_that_was_missing_counts_once_it_is_filled(place: Place) -> None:
    new = place.add(since=MAY)
    with transaction():
        new.commissioned_on = None
    row = place.replace(place.add(), new, MAY)
    assert row.reason is Reason.NEW_AGE_UNKNOWN
    with transaction():
        assets.update_asset(new, {"received_on": date(2026, 4, 1)}, actor=MANAGER)
        changed = services.judge_again([row], actor=MANAGER)
    assert (changed, row.reason) == (1, Reason.COUNTED)


def test_a_stricter_rule_judges_this_year_again(place: Place) -> None:
    row = place.replace(place.add(), place.add(since=date(2022, 6, 1)), MAY)
    set_rule(place, minimum_age_gain_months=36)
    assert db.session.get(Replacement, row.id).reason is Reason.SMALL_GAIN


def test_a_device_back_from_repair_elsewhere_no_longer_makes_it_a_swap(place: Place) -> None:
    old = place.add(state="in_repair")
    row = place.replace(old, place.add(since=MAY), MAY)
    with transaction():
        assets.change_state(old, State.RETIRED, actor=MANAGER, on=TODAY)
        services.judge_again([row], actor=MANAGER)
    assert row.counted


def test_presented_figures_stay_as_they_were(place: Place) -> None:
    for _ in range(6):
        place.add()
    with transaction():
        row = services.present(queries.figures(place.town), actor=MANAGER, note="Comité de suivi")
    place.add()
    assert row.figures["families"]["main"]["base"] == 6
    assert (row.year, row.as_of_on, row.presented_by) == (2026, TODAY, "Bruno Petit")
    with pytest.raises(Refused), transaction():
        row.note = "better"
    with pytest.raises(Refused), transaction():
        db.session.delete(db.session.merge(row))


def test_nothing_in_service_is_not_presented(place: Place) -> None:
    with pytest.raises(Refused), transaction():
        services.present(queries.figures(place.town), actor=MANAGER)
