"""Equipment follows an identification by other rules: it is undone as one, and what a person pinned stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.assets.services import claims_of, update_asset
from inventory.assets.states import SourceKind
from inventory.audit.models import ChangeSet
from inventory.audit.undo import undo
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db, transaction
from inventory.discovery.models import AddressRange
from tests import factories
from tests.discovery import little
from tests.discovery.little import LITTLE_SWITCHES, identify, night
from tests.factories import Cast


@pytest.fixture
def range_(cast: Cast) -> AddressRange:
    for kind in (Kind.SWITCH, Kind.OTHER):
        factories.create_category(kind)
    return little.mairie(cast)


@pytest.fixture
def own_rules() -> Iterator[Callable[..., None]]:
    with little.own_rules() as write:
        yield write


def asset_of(name: str) -> Asset:
    db.session.expire_all()
    return db.session.scalars(select(Asset).where(Asset.name == name)).one()


def test_undoing_an_applied_identification_puts_the_equipment_back_as_it_was(
    range_: AddressRange, own_rules: Callable[..., None]
) -> None:
    night(range_, 1, 2)
    own_rules()
    before = db.session.query(Asset).count()
    run = identify(range_, range_.entity_id, trial=False)
    assert [asset_of(f"petit-{n}").serial for n in (1, 2)] == ["LTL00001", "LTL00002"]
    with transaction():
        undo(db.session.get_one(ChangeSet, run.change_set_id), actor=SYSTEM)
    assert db.session.query(Asset).count() == before
    again = identify(range_, range_.entity_id, trial=False)
    assert again.outcome == {"unchanged": 2}, "what the devices are known to say stays as the rules left it"


def test_what_a_person_pinned_stays_when_it_is_identified_again_by_other_rules(
    cast: Cast, range_: AddressRange, own_rules: Callable[..., None]
) -> None:
    own_rules()
    night(range_, 1)
    person = Actor("user", cast.diane.public_id, "Diane")
    with transaction():
        update_asset(asset_of("petit-1"), {"serial": "MINE-1", "name": "accueil"}, actor=person)
    own_rules(LITTLE_SWITCHES.replace("99999.2.1", "99999.2.2"))
    run = identify(range_, range_.entity_id, trial=False)
    assert run.outcome["changed"] == 1
    asset = asset_of("accueil")
    assert (asset.serial, asset.name) == ("MINE-1", "accueil")
    said = {row.source: (row.value, row.pinned) for row in claims_of(asset, ["serial"])["serial"]}
    assert said[SourceKind.PERSON] == ("MINE-1", True)
    assert SourceKind.SNMP in said, "what the machine says stays beside it"
