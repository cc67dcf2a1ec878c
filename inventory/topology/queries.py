"""Reads where things hang: of an asset, of a switch, of a whole site."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload

from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.states import IdentifierKind
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category
from inventory.core.database import db, lookup
from inventory.discovery import addresses
from inventory.discovery import queries as discovery
from inventory.discovery.models import Run, Sighting, Site
from inventory.reconciliation.models import Link
from inventory.topology.fabric import FORWARDING
from inventory.topology.loading import TELLING
from inventory.topology.models import PortAttachment, SwitchLink
from inventory.topology.ports import spellings
from scanners.identity import canonical_hostname

PAST_SHOWN, MOST_BESIDE, MOST_UNLISTED = 20, 50, 100
# Drawn as nodes of their own, however they hang.
GEAR = frozenset(Kind(one) for one in FORWARDING)


def sites_read(run: Run) -> dict[str, datetime]:
    """Return the codes of the sites whose switches this run read, each with the last instant of the reading."""
    statement = (
        select(Sighting.site_code, func.max(Sighting.last_seen_at).label("at"))
        .join(Link, Link.sighting_id == Sighting.id)
        .join(Asset, Link.asset_id == Asset.id)
        .join(Category, Asset.category_id == Category.id)
        .where(discovery.met_last(run), Sighting.source != "ldap", Category.kind.in_(sorted(TELLING)))
        .group_by(Sighting.site_code)
    )
    return {row.site_code: row.at for row in db.session.execute(statement)}


def places_of(asset_id: int) -> list[PortAttachment]:
    """Return where an asset hangs now, the latest confirmed first, then where it was, the latest first."""
    return list(db.session.scalars(_places(), {"asset": asset_id}))


@cache
def _places() -> Select[PortAttachment]:
    return lookup(
        select(PortAttachment)
        .where(PortAttachment.asset_id == bindparam("asset"))
        .options(
            joinedload(PortAttachment.switch).joinedload(Asset.location),
            joinedload(PortAttachment.switch).joinedload(Asset.category),
            joinedload(PortAttachment.via).joinedload(Asset.category),
        )
        .order_by(
            PortAttachment.until.is_not(None),
            func.coalesce(PortAttachment.until, PortAttachment.last_seen_at).desc(),
            PortAttachment.id,
        )
        .limit(PAST_SHOWN)
    )


def hanging_on(switch_ids: Collection[int]) -> list[PortAttachment]:
    """Return what hangs on some switches now, by port."""
    statement = (
        select(PortAttachment)
        .where(PortAttachment.switch_id.in_(switch_ids), PortAttachment.until.is_(None))
        .options(
            joinedload(PortAttachment.asset).joinedload(Asset.category),
            joinedload(PortAttachment.switch).joinedload(Asset.category),
            joinedload(PortAttachment.via).joinedload(Asset.category),
        )
        .order_by(PortAttachment.switch_id, PortAttachment.port, PortAttachment.id)
    )
    return list(db.session.scalars(statement))


def beside(rows: Collection[PortAttachment]) -> dict[tuple[int, int], list[PortAttachment]]:
    """Return what else hangs on the ports of these rows now: (switch, ifIndex) → rows; nothing is asked where no port is known."""
    ports = {(row.switch_id, row.port) for row in rows if row.port is not None}
    if not ports:
        return {}
    statement = (
        select(PortAttachment)
        .where(
            or_(
                *(
                    and_(PortAttachment.switch_id == switch_id, PortAttachment.port == port)
                    for switch_id, port in sorted(ports)
                )
            ),
            PortAttachment.until.is_(None),
            PortAttachment.asset_id.not_in({row.asset_id for row in rows}),
        )
        .options(joinedload(PortAttachment.asset).joinedload(Asset.category))
        .order_by(PortAttachment.id)
        .limit(MOST_BESIDE)
    )
    found: dict[tuple[int, int], list[PortAttachment]] = defaultdict(list)
    for row in db.session.scalars(statement):
        found[row.switch_id, row.port or 0].append(row)
    return found


def on_port(switch: str, port: str) -> list[str]:
    """Return the public ids of what hangs now on a port of the switches of this name or tag, whatever its spelling."""
    name = canonical_hostname(switch)
    switches = or_(
        func.lower(Asset.tag) == switch.lower(),
        Asset.id.in_(
            select(AssetIdentifier.asset_id).where(
                AssetIdentifier.kind == IdentifierKind.NAME, AssetIdentifier.value == name
            )
        ),
    )
    statement = (
        select(Asset.public_id)
        .join(PortAttachment, PortAttachment.asset_id == Asset.id)
        .where(
            PortAttachment.switch_id.in_(select(Asset.id).where(switches)),
            PortAttachment.until.is_(None),
            func.lower(PortAttachment.port_name).in_(spellings(port)),
        )
        .order_by(PortAttachment.id)
        .limit(MOST_BESIDE)
    )
    return list(dict.fromkeys(db.session.scalars(statement)))


def hanging(
    statement: Select[Any], conditions: Sequence[ColumnElement[bool]], day: date | None
) -> Select[Any]:
    """Keep the assets of a list that hang, now or at the end of a day, where these conditions on PortAttachment say."""
    there = select(PortAttachment.asset_id).where(standing(day), *conditions)
    return statement.where(Asset.id.in_(there))


def standing(day: date | None) -> ColumnElement[bool]:
    """Return the condition that a row is true now, or was at the end of a day (UTC)."""
    if day is None:
        return PortAttachment.until.is_(None)
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    return and_(PortAttachment.since < end, or_(PortAttachment.until.is_(None), PortAttachment.until >= end))


def ports_of(public_ids: Collection[str], day: date | None) -> dict[str, PortAttachment]:
    """Return where assets hang by public id, of several places the latest confirmed; one query."""
    statement = (
        select(Asset.public_id, PortAttachment)
        .join(PortAttachment, PortAttachment.asset_id == Asset.id)
        .where(Asset.public_id.in_(public_ids), standing(day))
        .options(joinedload(PortAttachment.switch).joinedload(Asset.category))
        .order_by(PortAttachment.last_seen_at, PortAttachment.id.desc())
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def found(site_code: str, words: str, limit: int) -> list[PortAttachment]:
    """Return what hangs at a site now whose name, tag, serial, address or port holds the words."""
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    texts = (
        Asset.name,
        Asset.tag,
        Asset.serial,
        PortAttachment.mac,
        PortAttachment.port_name,
        PortAttachment.detail,
    )
    statement = (
        select(PortAttachment)
        .join(Asset, PortAttachment.asset_id == Asset.id)
        .where(
            PortAttachment.site_code == site_code,
            PortAttachment.until.is_(None),
            or_(*(text.ilike(pattern, escape="\\") for text in texts)),
        )
        .options(
            joinedload(PortAttachment.asset).joinedload(Asset.category),
            joinedload(PortAttachment.switch).joinedload(Asset.category),
            joinedload(PortAttachment.via).joinedload(Asset.category),
        )
        .order_by(PortAttachment.switch_id, PortAttachment.port, PortAttachment.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def links_of(switch_id: int) -> list[SwitchLink]:
    """Return the links of a switch to others now, by port."""
    statement = (
        select(SwitchLink)
        .where(SwitchLink.switch_id == switch_id, SwitchLink.until.is_(None))
        .options(
            joinedload(SwitchLink.peer).joinedload(Asset.location),
            joinedload(SwitchLink.peer).joinedload(Asset.category),
        )
        .order_by(SwitchLink.port, SwitchLink.id)
    )
    return list(db.session.scalars(statement))


def links_to(switch_id: int) -> list[SwitchLink]:
    """Return the links that other switches have to this one now."""
    statement = (
        select(SwitchLink)
        .where(SwitchLink.peer_id == switch_id, SwitchLink.until.is_(None))
        .options(
            joinedload(SwitchLink.switch).joinedload(Asset.location),
            joinedload(SwitchLink.switch).joinedload(Asset.category),
        )
        .order_by(SwitchLink.switch_id, SwitchLink.port)
    )
    return list(db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class SiteView:
    """All that a site's drawing needs: its links, the network gear that hangs on a port as any device does, its switches
    by id, and how many other devices hang on each of them."""

    links: list[SwitchLink]
    gear: list[PortAttachment]
    switches: dict[int, Asset]
    hanging: dict[int, int]
    read_at: datetime | None


def site_view(site_code: str) -> SiteView:
    """Return the present links of a site and the number of devices on each switch, in a fixed number of queries."""
    links = list(
        db.session.scalars(
            select(SwitchLink).where(SwitchLink.site_code == site_code, SwitchLink.until.is_(None))
        )
    )
    here = (PortAttachment.site_code == site_code, PortAttachment.until.is_(None))
    of_gear = (
        select(PortAttachment)
        .join(Asset, PortAttachment.asset_id == Asset.id)
        .join(Category, Asset.category_id == Category.id)
        .where(*here, Category.kind.in_(sorted(GEAR)))
    )
    gear = list(db.session.scalars(of_gear.order_by(PortAttachment.id)))
    drawn = {row.asset_id for row in gear}
    rows = db.session.execute(
        select(
            PortAttachment.switch_id,
            func.count(PortAttachment.asset_id.distinct()).label("devices"),
            func.max(PortAttachment.last_seen_at).label("at"),
        )
        .where(*here)
        .group_by(PortAttachment.switch_id)
    ).all()
    ids = drawn | {link.switch_id for link in links} | {link.peer_id for link in links if link.peer_id}
    ids |= {row.switch_id for row in rows}
    found = db.session.scalars(
        select(Asset).where(Asset.id.in_(ids)).options(joinedload(Asset.category), joinedload(Asset.location))
    )
    instants = [*(link.last_seen_at for link in links), *(row.at for row in rows)]
    apart = Counter(switch_id for switch_id, _asset in {(row.switch_id, row.asset_id) for row in gear})
    return SiteView(
        links,
        gear,
        {asset.id: asset for asset in found},
        {row.switch_id: row.devices - apart[row.switch_id] for row in rows},
        max(instants, default=None),
    )


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A switch or the like that a scan saw at a site and that no equipment stands for: asked about, or left aside."""

    public_id: str
    entity_id: int
    name: str
    target: str
    kind: Kind


def unlisted(site_code: str) -> list[Unlisted]:
    """Return the network gear seen at a site that is not in the inventory, by where it answered; MOST_UNLISTED at most."""
    facts = Sighting.observation["facts"]
    kind = facts["kind"].as_string()
    statement = (
        select(
            Sighting.public_id,
            Sighting.entity_id,
            facts["name"].as_string().label("name"),
            Sighting.target,
            kind.label("kind"),
        )
        .where(
            Sighting.site_code == site_code,
            Sighting.subject == "device",
            Sighting.absent_since.is_(None),
            kind.in_(sorted(FORWARDING)),
            ~exists().where(Link.sighting_id == Sighting.id, Link.asset_id.is_not(None)),
        )
        .order_by(Sighting.target, Sighting.id)
        .limit(MOST_UNLISTED)
    )
    rows = sorted(db.session.execute(statement), key=lambda row: addresses.in_order(row.target))
    return [
        Unlisted(row.public_id, row.entity_id, row.name or "", row.target, Kind(row.kind)) for row in rows
    ]


def sites_drawn(entity_ids: Collection[int]) -> list[tuple[Site, int]]:
    """Return the sites of some entities with the number of switches known at each, by code."""
    switches = (
        select(PortAttachment.site_code, PortAttachment.switch_id)
        .where(PortAttachment.until.is_(None))
        .union(select(SwitchLink.site_code, SwitchLink.switch_id).where(SwitchLink.until.is_(None)))
        .subquery()
    )
    counts = select(switches.c.site_code, func.count().label("number")).group_by(switches.c.site_code)
    known = {row.site_code: int(row.number) for row in db.session.execute(counts)}
    return [(site, known.get(site.code, 0)) for site in discovery.sites(entity_ids)]
