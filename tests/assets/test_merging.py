"""Two records of one thing become one, and become two again when it is undone."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from inventory.assets import queries, services
from inventory.assets.models import Asset, Custody, Period
from inventory.assets.services import Handover, history
from inventory.assets.states import SourceKind, State
from inventory.audit import undo
from inventory.audit.models import ChangeSet
from inventory.core import clock, registry
from inventory.core.database import transaction
from inventory.core.errors import Refused
from scanners.observation import Identifier
from tests import factories
from tests.assets.conftest import ALICE, RUN


@pytest.fixture
def twin(place):
    """A second record of the laptop: seen earlier by a scan, held by Paul."""
    with transaction():
        asset = services.create_asset(
            {"entity_id": place.entity.id, "category_id": place.laptop.id, "state": "in_service", "name": "pc-042", "firmware": "T70"},
            actor=RUN,
            on=date(2026, 1, 5),
        )  # fmt: skip
        mac = Identifier("mac", "a0:b1:c2:d3:e4:f5")
        services.record_identifiers(asset, [mac], source=SourceKind.SNMP, at=clock.now())
        services.set_from_source(
            asset, {"firmware": "T71"}, services.Said(SourceKind.SNMP, "scan", clock.now()), actor=RUN
        )
        services.hand_over(asset, Handover(on=date(2026, 2, 1)), actor=ALICE, person=place.paul)
        return asset


def test_the_one_that_stays_takes_what_it_lacked(place, laptop, twin, saving):
    gone = twin.public_id
    services.merge(laptop, twin, actor=ALICE)
    assert (laptop.tag, laptop.serial, laptop.name, laptop.firmware) == (
        "LBX-000001",
        "5CG1234XYZ",
        "pc-042",
        "T71",
    )
    assert (laptop.state, laptop.holder) == (State.IN_STOCK, place.paul)
    assert [s.from_on for s in history.stretches_of(laptop)] == [date(2026, 1, 5), date(2026, 3, 1)]
    assert {row.value for row in services.identifiers_of(laptop)} >= {"5CG1234XYZ", "a0:b1:c2:d3:e4:f5"}
    assert services.claims_of(laptop)["firmware"][0].source is SourceKind.SNMP
    assert saving.scalar(select(Asset).where(Asset.public_id == gone)) is None
    assert queries.redirected(gone) == laptop.public_id


def test_a_tag_moves_to_a_record_without_one(place, laptop, twin, saving):
    services.merge(twin, laptop, actor=ALICE)
    assert twin.tag == "LBX-000001"


def test_custodies_that_overlap_keep_those_of_the_record_that_stays(place, laptop, twin, saving):
    services.hand_over(laptop, Handover(on=date(2026, 3, 10)), actor=ALICE, person=place.marie)
    services.merge(laptop, twin, actor=ALICE)
    assert [row.person_id for row in services.custodies_of(laptop)] == [place.marie.id]


def test_a_redirect_follows_a_second_merge(place, laptop, twin, saving):
    first = twin.public_id
    services.merge(laptop, twin, actor=ALICE)
    third = factories.create_asset(place.entity, place.laptop)
    services.merge(third, laptop, actor=ALICE)
    assert queries.redirected(first) == third.public_id


def test_other_features_are_told_before_the_record_goes(place, laptop, twin, saving, monkeypatch):
    told = []
    monkeypatch.setattr(
        registry, "run_hooks", lambda name, **given: told.append((name, given["absorbed"].id))
    )
    absorbed_id = twin.id
    services.merge(laptop, twin, actor=ALICE)
    assert told == [("asset.merged", absorbed_id)]


def test_the_later_sign_of_life_stays_and_undoing_gives_each_its_own(place, laptop, twin, database):
    earlier, later = (datetime(2026, 2, day, tzinfo=UTC) for day in (1, 2))
    with transaction():
        services.note_seen(twin, earlier, SourceKind.SNMP)
        services.note_seen(laptop, later, SourceKind.AGENT)
        services.note_seen(laptop, earlier, SourceKind.LDAP)
    with transaction():
        services.merge(twin, laptop, actor=ALICE)
    assert (twin.last_seen.last_seen_at, twin.last_seen.last_seen_by) == (later, SourceKind.AGENT)
    with transaction() as session:
        undo.undo(session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first(), actor=ALICE)
    seen = {
        asset.tag: (asset.last_seen_at, asset.last_seen.last_seen_by)
        for asset in database.scalars(select(Asset))
    }
    assert seen == {None: (earlier, SourceKind.SNMP), "LBX-000001": (later, SourceKind.AGENT)}


def test_a_record_is_not_merged_with_itself(place, laptop, saving):
    with pytest.raises(Refused):
        services.merge(laptop, laptop, actor=ALICE)


def test_a_merge_is_undone_as_one(place, laptop, twin, database):
    with transaction():
        services.merge(twin, laptop, actor=ALICE)
    with transaction() as session:
        change_set = session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
        undo.undo(change_set, actor=ALICE)
    assert {asset.tag for asset in database.scalars(select(Asset))} == {"LBX-000001", None}
    back = database.scalar(select(Asset).where(Asset.tag == "LBX-000001"))
    assert back.serial == "5CG1234XYZ"
    assert database.scalars(select(Period).where(Period.asset_id == back.id)).one().state is State.IN_STOCK
    assert len(database.scalars(select(Custody)).all()) == 1
    assert queries.redirected(back.public_id) is None
