"""How two annexes differ: transferred, added, retired, replaced, each exit with its reason."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from inventory.applications import annex
from inventory.applications.annex import Left, Line, Movement


def line(name: str, entity: str = "LBX", **values: Any) -> Line:
    given = {"origin": "added", "since_on": "2020-01-01", **values}
    return Line(application=name, entity=entity, name=name, entity_name=entity, **given)


def moved(before: list[Line], now: list[Line], left: Any = None) -> list[tuple[str, str]]:
    return [(change.movement, change.name) for change in annex.compare(before, now, left or {})]


def test_what_stands_on_both_is_no_change_whatever_else_changed_of_it() -> None:
    assert moved([line("Sedit", release="1")], [line("Sedit", release="2", users=9)]) == []


def test_what_came_was_transferred_or_added() -> None:
    now = [line("New"), line("Old", origin="transferred")]
    assert moved([], now) == [("transferred", "Old"), ("added", "New")]


def test_what_left_was_replaced_or_retired_with_its_reason() -> None:
    left = {
        ("Exchange", "LBX"): Left("replaced", "2025-06-30", "No longer supported", "Zimbra"),
        ("Chrono", "LBX"): Left("retired", "2025-02-01", "Paper is gone"),
    }
    changes = annex.compare([line("Exchange"), line("Chrono")], [], left)
    assert [(c.movement, c.name, c.reason, c.replaced_by, c.on) for c in changes] == [
        ("replaced", "Exchange", "No longer supported", "Zimbra", "2025-06-30"),
        ("retired", "Chrono", "Paper is gone", None, "2025-02-01"),
    ]
    assert not any(change.unexplained for change in changes)


def test_what_left_without_a_word_is_said_to_be_unexplained() -> None:
    (change,) = annex.compare([line("Sedit")], [], {})
    assert (change.movement, change.unexplained) == ("retired", True)


def test_one_entity_may_leave_what_another_keeps() -> None:
    before = [line("Sedit", "LBX"), line("Sedit", "LBX-CCAS")]
    (change,) = annex.compare(before, before[:1], {})
    assert (change.entity, change.is_exit) == ("LBX-CCAS", True)


def test_one_application_that_several_entities_share_counts_once() -> None:
    lines = [line("Sedit", "LBX"), line("Sedit", "LBX-CCAS"), line("Zimbra")]
    assert annex.applications_in(lines) == 2
    found = annex.counts(annex.compare([], lines, {}))
    assert found == {
        Movement.TRANSFERRED: 0,
        Movement.ADDED: 2,
        Movement.REPLACED: 0,
        Movement.RETIRED: 0,
    }


def test_what_is_frozen_is_read_back_as_it_was() -> None:
    lines = [line("Sedit", users=12, contract_ends_on="2027-01-01", maintained=True)]
    changes = annex.compare([line("Old")], lines, {("Old", "LBX"): Left("retired", "2025-02-01", "Gone")})
    kept = json.loads(json.dumps(annex.as_json(lines, changes, {"year": 2024})))
    assert annex.lines_of(kept) == lines
    assert tuple(annex.changes_of(kept)) == changes


def test_a_frozen_annex_of_a_later_format_is_read_as_far_as_it_is_known() -> None:
    kept = annex.as_json([line("Sedit")], (), {})
    kept["lines"][0]["mood"] = "sunny"
    assert annex.lines_of(kept) == [line("Sedit")]


@pytest.mark.parametrize(
    ("owner", "ends", "internal", "maintained"),
    [
        (True, date(2026, 1, 1), False, True),
        (True, date(2025, 12, 31), False, True),
        (True, date(2025, 12, 30), False, False),
        (True, None, True, True),
        (True, None, False, False),
        (False, date(2027, 1, 1), True, False),
    ],
)
def test_maintained_is_what_somebody_answers_for_and_somebody_mends(
    owner: bool, ends: date | None, internal: bool, maintained: bool
) -> None:
    on = annex.last_day(2025)
    found = annex.is_maintained(has_owner=owner, contract_ends_on=ends, has_internal=internal, on=on)
    assert found is maintained
