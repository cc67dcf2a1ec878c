"""After a merge is undone each of the two shows when it was really last seen, by what is known of it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.models import Asset, LastSeen
from inventory.assets.states import SourceKind
from inventory.audit.models import ChangeSet
from inventory.audit.undo import undo
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery import presences, runs
from inventory.discovery.models import Presence, RunKind
from inventory.discovery.presences import Noticing
from scanners.observation import Identifier, Observation
from scanners.presence import Name
from scanners.presence import Presence as Noticed
from tests import factories
from tests.discovery.making import create_site
from tests.factories import Cast
from tests.reconciliation.nights import FIRST_NIGHT, device, every_asset, night, printer

pytestmark = pytest.mark.usefixtures("database")
# Nights that come after what a test does today.
LATER = (datetime.now(UTC) - FIRST_NIGHT).days + 1
MAC = "3c:52:82:00:00:07"


@pytest.fixture(autouse=True)
def categories(database: Any) -> None:
    for kind in Kind:
        factories.create_category(kind)


def merge(kept: Asset, absorbed: Asset) -> ChangeSet:
    with transaction():
        assets.merge(kept, absorbed, actor=SYSTEM)
    return db.session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()  # type: ignore[return-value]


def take_back(done: ChangeSet) -> ChangeSet:
    with transaction():
        undo(db.session.get_one(ChangeSet, done.id), actor=SYSTEM)
    return db.session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()  # type: ignore[return-value]


def at(number: int) -> datetime:
    return FIRST_NIGHT + timedelta(days=number)


def seen() -> list[datetime | None]:
    """When each asset was last seen, in the order in which they were made."""
    db.session.expire_all()
    return [asset.last_seen_at for asset in every_asset()]


def test_what_was_seen_between_is_told_of_the_one_that_it_was(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1), printer(2)], number=1)
    done = merge(*every_asset())
    night(cast.le_bouscat, [printer(1)], number=LATER)
    night(cast.le_bouscat, [printer(2)], number=LATER + 1)
    assert seen() == [at(LATER + 1)]
    again = take_back(done)
    assert seen() == [at(LATER), at(LATER + 1)]
    night(cast.le_bouscat, [printer(2)], number=LATER + 2)
    take_back(again)
    assert seen() == [at(LATER + 2)], "merged once more, the later date of both stands"


def test_who_was_not_seen_since_has_the_date_of_before_whichever_of_both_stayed(cast: Cast) -> None:
    for kept in (0, 1):
        night(cast.le_bouscat, [printer(1), printer(2)], number=LATER + 10 * kept)
        night(cast.le_bouscat, [printer(2)], number=LATER + 10 * kept + 1)
        both = every_asset()
        done = merge(both[kept], both[1 - kept])
        night(cast.le_bouscat, [printer(1)], number=LATER + 10 * kept + 2)
        take_back(done)
        assert seen() == [at(LATER + 10 * kept + 2), at(LATER + 10 * kept + 1)]


def test_a_date_that_no_sighting_tells_of_any_more_is_put_back_although_nights_have_moved_it(
    cast: Cast,
) -> None:
    night(cast.le_bouscat, [printer(1)], number=1)
    other = factories.create_asset(cast.le_bouscat, factories.create_category())
    with transaction():
        assets.note_seen(other, at(5), SourceKind.AGENT)
    done = merge(other, every_asset()[0])
    night(cast.le_bouscat, [printer(1)], number=LATER)
    take_back(done)
    assert seen() == [at(LATER), at(5)]
    assert db.session.get_one(LastSeen, other.id).last_seen_by is SourceKind.AGENT


def test_who_had_never_been_seen_is_so_again_and_the_mac_that_was_noticed_is_the_other_s(cast: Cast) -> None:
    kept, absorbed = (
        factories.create_asset(cast.le_bouscat, factories.create_category()) for _twice in range(2)
    )
    with transaction():
        assets.record_identifiers(
            absorbed, [Identifier("mac", MAC)], source=SourceKind.PERSON, at=FIRST_NIGHT
        )
    done = merge(kept, absorbed)
    site = create_site(cast.le_bouscat)
    with transaction():
        run = runs.open_run(runs.Subject(RunKind.SNMP, "Bureaux", "all", site.entity_id, site_id=site.id))
        origin = Noticing(run.id, site.id, site.code, at(LATER), lambda _one: (site.entity_id, None))
        presences.keep([Noticed("", "10.1.0.7", at(LATER), ("icmp",), MAC)], origin)
    assert seen() == [at(LATER)]
    take_back(done)
    assert seen() == [None, at(LATER)]


@pytest.mark.parametrize("first", ["noticed", "merged"])
def test_what_was_noticed_at_an_address_confirms_again_who_has_that_address(cast: Cast, first: str) -> None:
    kept, absorbed = (
        factories.create_asset(cast.le_bouscat, factories.create_category(), name=name)
        for name in (None, "poste-accueil")
    )
    site = create_site(cast.le_bouscat)
    theirs = [Identifier("ip", "10.1.0.7", site.code), Identifier("name", "poste-accueil")]

    def notice() -> None:
        with transaction():
            run = runs.open_run(runs.Subject(RunKind.SNMP, "Bureaux", "all", site.entity_id, site_id=site.id))
            origin = Noticing(run.id, site.id, site.code, at(LATER), lambda _one: (site.entity_id, None))
            named = Noticed(
                "", "10.1.0.8", at(LATER), ("icmp",), names=(Name("poste-accueil.example.org", "dns"),)
            )
            presences.keep([Noticed("", "10.1.0.7", at(LATER), ("icmp",)), named], origin)

    def confirmed() -> set[tuple[int | None, str]]:
        found = db.session.execute(select(Presence.asset_id, Presence.matched_by))
        return {(asset_id, by) for asset_id, by in found}

    with transaction():
        assets.record_identifiers(absorbed, theirs, source=SourceKind.PERSON, at=FIRST_NIGHT)
    if first == "noticed":
        notice()
    absorbed_id = absorbed.id
    done = merge(kept, absorbed)
    if first == "merged":
        notice()
    assert confirmed() == {(kept.id, "ip"), (kept.id, "name")}
    again = take_back(done)
    assert confirmed() == {(absorbed_id, "ip"), (absorbed_id, "name")}
    take_back(again)
    assert confirmed() == {(kept.id, "ip"), (kept.id, "name")}


def test_the_sign_of_life_that_a_directory_told_of_between_is_that_of_its_own_computer(cast: Cast) -> None:
    def computer(name: str, day: int) -> Observation:
        return device(
            f"guid:{name}", f"directory_guid:{name}", source="ldap", kind="desktop", name=name,
            last_logon_at=at(day).isoformat(),
        )  # fmt: skip

    by_hand = factories.create_asset(cast.le_bouscat, factories.create_category())
    night(cast.le_bouscat, [computer("pc-1", 1)], number=3)
    done = merge(by_hand, every_asset()[1])
    night(cast.le_bouscat, [computer("pc-1", LATER)], number=LATER + 1)
    assert seen() == [at(LATER)]
    take_back(done)
    assert seen() == [None, at(LATER)]
