"""Many assets are created as one is: the same rules, the same trail, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, select

from inventory.assets import services
from inventory.assets.models import Asset, AssetIdentifier, Custody, Period, Provenance
from inventory.assets.services import Draft
from inventory.assets.states import SourceKind
from inventory.audit import loads
from inventory.audit.models import AuditRecord, ChangeSet, ChangeSetKind, RowChange
from inventory.audit.services import change_set
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from tests import factories
from tests.assets.conftest import ALICE, IMPORT, RUN

KEPT = (Asset, Period, Custody, AssetIdentifier, Provenance, AuditRecord)
OWN_IDS = {"id", "asset_id", "public_id", "object_id", "row_key", "change_set_id", "recorded_at"}


@contextmanager
def statements() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        sent.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def model(place: SimpleNamespace) -> Any:
    return factories.create_model(place.maker, name="Latitude 5440", category_id=place.laptop.id)


@pytest.fixture
def values(place: SimpleNamespace, model: Any) -> Callable[..., dict[str, Any]]:
    def of(n: int, **more: Any) -> dict[str, Any]:
        return {
            "entity_id": place.entity.id, "model_id": model.id, "serial": f"5CG{n:07d}", "name": f"PC-{n:03d}",
            "tag": f"LBX-{n:06d}", "location_id": place.room.id, "holder_id": (place.marie, place.paul)[n % 2].id,
            "state": "in_service", "commissioned_on": "", "price_cents": 89900, **more,
        }  # fmt: skip

    return lambda n, **more: {name: value for name, value in of(n, **more).items() if value != ""}


def written(actor: Actor, make: Callable[[], Any]) -> dict[str, list[Any]]:
    """Return what `make` writes: each row without what differs between any two rows."""
    with transaction():
        nested = db.session.begin_nested()
        with change_set(ChangeSetKind.BULK, "many", actor=actor):
            make()
        db.session.flush()
        found: dict[str, list[Any]] = {}
        for table in KEPT:
            found[table.__name__] = [_plain(row) for row in db.session.scalars(select(table))]
        found["RowChange"] = [
            row for change in db.session.scalars(select(RowChange)) for row in _kept(change)
        ]
        nested.rollback()
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


def _kept(change: RowChange) -> Iterator[Any]:
    """The rows that a change is about: several where they were loaded in one piece."""
    if change.operation not in (loads.LOAD, loads.UNLOAD):
        yield _plain(change)
        return
    for row in loads.rows_of(change):
        yield change.table_name, change.operation, {n: v for n, v in sorted(row.items()) if n not in OWN_IDS}


def _plain(row: Any) -> dict[str, Any]:
    kept = {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in OWN_IDS}
    for side in ("before", "after"):
        if isinstance(kept.get(side), dict):
            kept[side] = {name: value for name, value in kept[side].items() if name not in OWN_IDS}
    return kept


@pytest.mark.parametrize("actor", [ALICE, IMPORT, RUN])
def test_many_leave_the_rows_that_one_after_another_leaves(
    values: Any, actor: Actor, time_machine: Any
) -> None:
    time_machine.move_to("2026-06-15 10:00:00+00:00", tick=False)
    drafts = [values(n) for n in range(1, 6)]
    one_by_one = written(actor, lambda: [services.create_asset(one, actor=actor) for one in drafts])
    at_once = written(actor, lambda: services.create_many([Draft(one) for one in drafts], actor=actor))
    assert at_once == one_by_one
    assert len(at_once["Asset"]) == len(at_once["Custody"]) == len(at_once["Period"]) == 5


def test_a_refused_draft_leaves_nothing_and_the_others_are_made(values: Any, saving: Any) -> None:
    drafts = [
        Draft(values(1)),
        Draft(values(2, serial="To be filled by O.E.M.")),
        Draft(values(3, tag="LBX-000001")),
        Draft(values(4, serial="5CG0000001")),
        Draft(values(5, state="on_order")),
        Draft(values(6)),
    ]
    creation = services.create_many(drafts, actor=ALICE)
    assert [asset.name for asset in creation.assets] == ["PC-001", "PC-006"]
    assert {n: why.field for n, why in creation.refused.items()} == {
        1: "serial",
        2: "tag",
        3: "serial",
        4: "holder",
    }
    assert [row.name for row in db.session.scalars(select(Asset).order_by(Asset.id))] == ["PC-001", "PC-006"]


def test_a_tag_that_is_taken_in_between_refuses_its_draft_alone(
    values: Any, saving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.create_asset(values(9), actor=IMPORT)
    from inventory.assets.services import creating

    # As if the other tag had been saved just after this looked.
    monkeypatch.setattr(creating, "_unlike", lambda plans, *_others: iter(plans.items()))
    creation = services.create_many([Draft(values(n)) for n in (8, 9, 10)], actor=IMPORT)
    assert [asset.tag for asset in creation.assets] == ["LBX-000008", "LBX-000010"]
    assert creation.refused[1].field == "tag"


def test_a_repeated_serial_is_accepted_where_the_draft_says_so(values: Any, saving: Any) -> None:
    drafts = [Draft(values(1)), Draft(values(2, serial="5CG0000001"), accept_duplicate=True)]
    assert not services.create_many(drafts, actor=ALICE).refused


def test_the_hooks_hear_of_each(values: Any, saving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, Any]] = []
    monkeypatch.setitem(
        registry._hooks, "asset.created", {"one": lambda *, asset, actor: heard.append(("one", asset))}
    )
    monkeypatch.setitem(registry._hooks, "asset.custody_changed", {"own": _custody})
    monkeypatch.setitem(
        registry._plural, _custody, lambda calls: heard.extend(("many", c["new"]) for c in calls)
    )
    creation = services.create_many([Draft(values(n)) for n in (1, 2)], actor=IMPORT)
    assert [what for what, _row in heard] == ["many", "many", "one", "one"]
    assert [row for what, row in heard if what == "one"] == creation.assets
    assert all(row.asset_id and row.id for what, row in heard if what == "many")


def _custody(**_given: Any) -> None:
    raise AssertionError("one by one, although it has a plural")


def test_what_a_run_makes_says_that_the_network_said_so(values: Any, saving: Any) -> None:
    drafts = [Draft(values(1), source=SourceKind.SNMP), Draft(values(2))]
    seen, own = services.create_many(drafts, actor=RUN).assets
    assert {row.source for row in services.identifiers_of(seen)} == {SourceKind.SNMP}
    assert {row.source for row in services.identifiers_of(own)} == {SourceKind.SYSTEM}


def test_many_can_be_undone_as_one(values: Any) -> None:
    from inventory.audit.undo import undo

    with transaction(), change_set(ChangeSetKind.IMPORT, "parc.csv", actor=IMPORT) as opened:
        services.create_many([Draft(values(n)) for n in range(1, 4)], actor=IMPORT)
    with transaction():
        undo(db.session.get_one(ChangeSet, opened.id), actor=ALICE)
    assert db.session.scalars(select(Asset)).all() == []


@pytest.mark.parametrize("actor", [ALICE, IMPORT])
def test_the_number_of_queries_is_that_of_a_chunk(values: Any, actor: Actor) -> None:
    def count(first: int, many: int) -> int:
        with transaction():
            db.session.expire_all()
            with statements() as sent, change_set(ChangeSetKind.IMPORT, "parc.csv", actor=actor):
                services.create_many([Draft(values(n)) for n in range(first, first + many)], actor=actor)
        return len(sent)

    count(1, 10)
    assert count(20, 10) == count(100, 100)


EDITS: list[dict[str, Any]] = [
    {"name": "renamed", "warranty_ends_on": date(2029, 1, 1)},
    {"first_used_on": date(2026, 1, 5), "price_cents": None},
    {"serial": "5CG0000777"},
]


@pytest.mark.parametrize("actor", [ALICE, IMPORT])
def test_many_edits_leave_the_rows_that_one_after_another_leaves(
    place: SimpleNamespace, values: Any, actor: Actor, time_machine: Any
) -> None:
    with transaction():
        made = services.create_many([Draft(values(n)) for n in range(1, 6)], actor=ALICE).assets
    edits = [*EDITS, {"category_id": place.tablet.id, "model_id": None}, {"tag": "LBX-000900"}]
    pairs = list(zip(made, edits, strict=True))
    time_machine.move_to("2026-06-16 10:00:00+00:00", tick=False)
    one_by_one = written(actor, lambda: [services.update_asset(a, e, actor=actor) for a, e in pairs])
    at_once = written(actor, lambda: services.update_many(pairs, actor=actor))
    # How often a row was saved on the way is not the same; what undoing puts back is.
    del one_by_one["RowChange"], at_once["RowChange"]
    assert at_once == one_by_one


def test_many_edits_can_be_undone_as_one(values: Any) -> None:
    from inventory.audit.undo import undo

    with transaction():
        made = services.create_many([Draft(values(n)) for n in range(1, 4)], actor=ALICE).assets
        before = [_plain(row) for table in KEPT[:5] for row in db.session.scalars(select(table))]
    with transaction(), change_set(ChangeSetKind.BULK, "many", actor=ALICE) as opened:
        services.update_many(list(zip(made, EDITS, strict=True)), actor=ALICE)
    with transaction():
        undo(db.session.get_one(ChangeSet, opened.id), actor=ALICE)
        after = [_plain(row) for table in KEPT[:5] for row in db.session.scalars(select(table))]
    for row in (*before, *after):
        row.pop("version", None), row.pop("updated_at", None)
    assert sorted(map(repr, after)) == sorted(map(repr, before))


def test_a_refused_edit_changes_nothing_and_the_others_are_made(values: Any, saving: Any) -> None:
    made = services.create_many([Draft(values(n)) for n in range(1, 5)], actor=ALICE).assets
    wrong: list[dict[str, Any]] = [
        {"tag": "LBX-000004", "name": "a"}, {"serial": "5CG0000001", "name": "b"}, {"name": "c"}, {"name": "PC-004"},
    ]  # fmt: skip
    updates = services.update_many(list(zip(made, wrong, strict=True)), actor=ALICE)
    assert {n: why.field for n, why in updates.refused.items()} == {0: "tag", 1: "serial"}
    assert updates.changed == {2: {"name": ["PC-003", "c"]}, 3: {}}
    assert [(asset.name, asset.version) for asset in made] == [
        ("PC-001", 1),
        ("PC-002", 1),
        ("c", 2),
        ("PC-004", 1),
    ]


def test_the_number_of_look_ups_of_many_edits_is_that_of_a_chunk(values: Any) -> None:
    def count(first: int, many: int) -> int:
        with transaction():
            drafts = [Draft(values(n)) for n in range(first, first + many)]
            made = services.create_many(drafts, actor=ALICE).assets
        with transaction():
            edits = [(asset, {"warranty_ends_on": date(2030, 1, 1)}) for asset in made]
            db.session.scalars(select(Asset).where(Asset.id.in_([asset.id for asset in made]))).all()
            with statements() as sent, change_set(ChangeSetKind.BULK, "many", actor=ALICE):
                services.update_many(edits, actor=ALICE)
        return len(sent)

    count(1, 10)
    assert count(20, 10) == count(100, 100)
