"""Keeps what was noticed and not identified: one row for each MAC or address of a site, matched with what is known, never merged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, func, literal, or_, select, update

from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.services import seen
from inventory.assets.states import IdentifierKind, SourceKind
from inventory.core.database import among, bulk_load, db
from inventory.core.ordering import by_letters
from inventory.core.text import clean
from inventory.core.types import CodeType, UtcDateTime
from inventory.discovery.addresses import in_order
from inventory.discovery.models import Presence, Sighting, Site
from inventory.discovery.sightings import slices
from scanners.identity import canonical_hostname
from scanners.presence import Hint, Name
from scanners.presence import Presence as Noticed
from scanners.presence.guess import guess

AT_ONCE = 2_000
MOST_ADDRESSES, LONGEST_NAME, LONGEST_MAKER, LONGEST_TOLD = 16, 120, 80, 255
MOST_NAMES, MOST_HINTS = 8, 24
# Which name stands for the thing: what it says of itself before what a server says of its address.
_BEST = ("mdns", "wsd", "ssdp", "dns", "certificate")
_HOST_NAMES = ("dns", "mdns")
_WEAK = ("ip", "name")
_MAC_KINDS = (IdentifierKind.MAC, IdentifierKind.BASE_MAC)
TABLE = cast("Table", Presence.__table__)
# What moves each time a thing is noticed, whatever else is said of it.
_LAST = frozenset({"last_seen_at", "last_run_id"})
# A row of the table outside of the session, its columns by name: a large range that answers makes tens of thousands.
Row = SimpleNamespace


@dataclass(frozen=True, slots=True)
class Noticing:
    """Whence presences come: run, site, instant, and whose what is at an address would be (None: nobody asked there)."""

    run_id: int
    site_id: int
    site_code: str
    at: datetime
    place: Callable[[Noticed], tuple[int, int | None] | None]


@dataclass(slots=True)
class _Match:
    """What is known already at a site of some MACs and addresses."""

    by_mac: dict[str, int] = field(default_factory=dict)
    by_address: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    with_mac: set[int] = field(default_factory=set)
    sightings: dict[str, int] = field(default_factory=dict)

    def of(self, row: Any) -> tuple[int | None, str]:
        """Return the asset that a row confirms, and by what: its MAC, else its address, else its name.

        Neither address nor name says anything of something else with another MAC: they have changed hands.
        """
        if row.mac in self.by_mac:
            return self.by_mac[row.mac], "mac"
        weak = [("ip", self.by_address.get(row.address))]
        weak += [("name", self.by_name.get(name)) for name in host_names(row.names)]
        for by, asset_id in weak:
            if asset_id is not None and (row.mac is None or asset_id not in self.with_mac):
                return asset_id, by
        return None, ""

    def sighting_of(self, row: Row) -> int | None:
        """Return the device that is seen where this was noticed, unless that one is known by another MAC."""
        other = self.by_address.get(row.address)
        if row.mac and row.asset_id is None and other in self.with_mac:
            return None
        return self.sightings.get(row.address)


def keep(found: Sequence[Noticed], origin: Noticing) -> None:
    """Keep what was noticed at a site, and move the last date of the assets whose own MAC was among it."""
    for some in slices(found, AT_ONCE):
        placed = [(one, place) for one in some if (place := origin.place(one)) is not None]
        if placed:
            _keep_slice(placed, origin)


def _keep_slice(placed: list[tuple[Noticed, tuple[int, int | None]]], origin: Noticing) -> None:
    match = _match(
        {one.mac for one, _place in placed if one.mac},
        {address for one, _place in placed for address in (one.address, *one.more_addresses)},
        {name for one, _place in placed for name in host_names(_plain(one.names))},
        origin.site_code,
    )
    rows = _Rows.read([one for one, _place in placed], origin.site_id)
    confirmed: dict[int, None] = {}
    for one, (entity_id, range_id) in placed:
        row = rows.of(one) or rows.add(one, origin)
        _fill(row, one, origin)
        row.entity_id, row.range_id = entity_id, range_id or row.range_id
        row.asset_id, row.matched_by = match.of(row)
        row.sighting_id = match.sighting_of(row)
        if row.asset_id is not None and row.matched_by == "mac":
            confirmed[row.asset_id] = None
    rows.write(origin)
    _confirm(list(confirmed), origin.at)


def _key(one: Noticed) -> str:
    return f"mac:{one.mac}" if one.mac else f"ip:{one.address}"


@dataclass(slots=True)
class _Rows:
    """The rows of a site that a batch may be about: by key, and those with a MAC by their latest address."""

    by_key: dict[str, Row]
    by_address: dict[str, Row]
    before: dict[int, dict[str, Any]]
    gone: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, found: Sequence[Noticed], site_id: int) -> _Rows:
        keys = {_key(one) for one in found} | {f"ip:{one.address}" for one in found}
        unnamed = {one.address for one in found if one.mac is None}
        either = or_(among(TABLE.c.key, keys), among(TABLE.c.address, unnamed))
        statement = select(TABLE).where(TABLE.c.site_id == site_id, either)
        known = db.session.execute(statement.order_by(TABLE.c.last_seen_at, TABLE.c.id)).mappings()
        rows = [Row(**values) for values in known]
        return cls(
            {row.key: row for row in rows},
            {row.address: row for row in rows if row.mac},
            {row.id: dict(vars(row)) for row in rows},
        )

    def add(self, one: Noticed, origin: Noticing) -> Row:
        row = Row(site_id=origin.site_id, key=_key(one), first_seen_at=origin.at, last_run_id=None)
        row.mac, row.maker, row.told_by, row.range_id = None, "", "", None
        row.means, row.names, row.hints, row.addresses = [], [], [], []
        row.hidden_at, row.hidden_by, row.hidden_reason = None, "", ""
        self.by_key[row.key] = row
        return row

    def of(self, one: Noticed) -> Row | None:
        """Return the row of what was noticed: its MAC's, else the one that stands for its address."""
        row, unnamed = self.by_key.get(_key(one)), self.by_key.get(f"ip:{one.address}")
        if one.mac is None:
            return row or self.by_address.get(one.address)
        if unnamed is None:
            return row
        del self.by_key[unnamed.key]
        if row is not None:
            self._take_over(row, unnamed)
            return row
        # What stood for the address turns out to have this MAC.
        unnamed.key = _key(one)
        self.by_key[unnamed.key] = unnamed
        return unnamed

    def _take_over(self, row: Row, unnamed: Row) -> None:
        """Let the row of a MAC go on for the row that stood for its address alone."""
        row.first_seen_at = min(row.first_seen_at, unnamed.first_seen_at)
        if unnamed.hidden_at and not row.hidden_at:
            row.hidden_at, row.hidden_by = unnamed.hidden_at, unnamed.hidden_by
            row.hidden_reason = unnamed.hidden_reason
        if _is_saved(unnamed):
            self.gone.append(unnamed.id)

    def write(self, origin: Noticing) -> None:
        """Save the rows: what is new in one go, and of what only its last date moves that alone."""
        if self.gone:
            db.session.execute(delete(TABLE).where(among(TABLE.c.id, self.gone)))
        touched: list[int] = []
        rewritten: list[dict[str, Any]] = []
        for row in self.by_key.values():
            changed = self._changed(row) if _is_saved(row) else frozenset()
            if changed - _LAST:
                rewritten.append({**vars(row), "row_id": row.id})
            elif changed:
                touched.append(row.id)
        if rewritten:
            db.session.execute(update(TABLE).where(TABLE.c.id == bindparam("row_id")), rewritten)
        if touched:
            last = {"last_seen_at": origin.at, "last_run_id": origin.run_id}
            db.session.execute(update(TABLE).where(among(TABLE.c.id, touched)).values(**last))
        bulk_load(TABLE, [vars(row) for row in self.by_key.values() if not _is_saved(row)])

    def _changed(self, row: Row) -> frozenset[str]:
        before = self.before[row.id]
        return frozenset(name for name, value in vars(row).items() if before[name] != value)


def _is_saved(row: Row) -> bool:
    return hasattr(row, "id")


def _fill(row: Row, one: Noticed, origin: Noticing) -> None:
    """Take over what is said now; what was said before and is not said now stays, for not everything is asked each time."""
    means = [*row.means, *one.means] if row.last_run_id == origin.run_id else one.means
    row.means = list(dict.fromkeys(means))
    row.mac = one.mac or row.mac
    row.maker = (one.maker or row.maker or "")[:LONGEST_MAKER]
    row.address, row.address_order = one.address, in_order(one.address)
    row.addresses = list(dict.fromkeys([one.address, *one.more_addresses, *row.addresses]))[:MOST_ADDRESSES]
    said = {name.source for name in one.names}
    older = [name for name in row.names if name["source"] not in said]
    row.names = [*_plain(one.names), *older][:MOST_NAMES]
    row.name = best_name(row.names)
    row.name_order = by_letters(row.name)
    codes = {hint.code for hint in one.hints}
    earlier = [hint for hint in row.hints if hint["code"] not in codes]
    row.hints = [*({"code": hint.code, "text": hint.text} for hint in one.hints), *earlier][:MOST_HINTS]
    row.told_by = clean(one.told_by, LONGEST_TOLD) or row.told_by or ""
    row.last_seen_at, row.last_run_id = origin.at, origin.run_id
    supposed = guess(row.mac, hints_of(row))
    row.guess = supposed.rule if supposed else ""
    row.guessed_kind = (supposed.kind or "") if supposed else ""


def hints_of(row: Presence | Row) -> list[Hint]:
    """Return the hints of a row as the scanner's rules take them."""
    return [Hint(one["code"], one["text"]) for one in row.hints]


def best_name(names: Sequence[Mapping[str, str]]) -> str:
    """Return the name that stands for a thing, "" without any."""
    order = {source: place for place, source in enumerate(_BEST)}
    ranked = sorted(names, key=lambda name: order.get(name["source"], len(order)))
    return ranked[0]["value"][:LONGEST_NAME] if ranked else ""


def _match(macs: set[str], addresses: set[str], names: set[str], site_code: str) -> _Match:
    """Look up assets by MAC (wherever they are), by address (at this site) and by name; and sightings by address."""
    match = _Match()
    match.by_mac = _single(
        select(AssetIdentifier.value, AssetIdentifier.asset_id).where(
            AssetIdentifier.kind.in_(_MAC_KINDS), among(AssetIdentifier.value, macs)
        )
    )
    match.by_address = _single(
        select(AssetIdentifier.value, AssetIdentifier.asset_id).where(
            AssetIdentifier.kind == IdentifierKind.IP,
            among(AssetIdentifier.value, addresses),
            AssetIdentifier.scope == site_code,
        )
    )
    match.by_name = _single(
        select(AssetIdentifier.value, AssetIdentifier.asset_id).where(
            AssetIdentifier.kind == IdentifierKind.NAME,
            AssetIdentifier.value.in_(names),
            AssetIdentifier.scope.in_(("", site_code)),
        )
    )
    if weak := {*match.by_address.values(), *match.by_name.values()}:
        owned = select(AssetIdentifier.asset_id).where(
            among(AssetIdentifier.asset_id, weak), AssetIdentifier.kind.in_(_MAC_KINDS)
        )
        match.with_mac = set(db.session.scalars(owned))
    match.sightings = sightings_at(addresses, site_code)
    return match


def host_names(names: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the canonical host names among the names of a presence, less those of anybody."""
    found = (canonical_hostname(one["value"]) for one in names if one["source"] in _HOST_NAMES)
    return [name for name in found if name is not None]


def _plain(names: Iterable[Name]) -> list[dict[str, str]]:
    return [{"value": name.value, "source": name.source} for name in names]


def _single(statement: Any) -> dict[str, int]:
    """Return the asset of each value that names one asset only: a dock's MAC says nothing of which laptop hangs on it."""
    owners: dict[str, set[int]] = {}
    for value, asset_id in db.session.execute(statement):
        owners.setdefault(value, set()).add(asset_id)
    return {value: next(iter(ids)) for value, ids in owners.items() if len(ids) == 1}


def sightings_at(addresses: Collection[str], site_code: str) -> dict[str, int]:
    """Return the device that is seen at each address of a site and not absent."""
    statement = select(Sighting.target, Sighting.id).where(
        Sighting.site_code == site_code,
        among(Sighting.target, addresses),
        Sighting.subject == "device",
        Sighting.absent_since.is_(None),
    )
    return {row.target: row.id for row in db.session.execute(statement)}


def _confirm(asset_ids: Sequence[int], at: datetime) -> None:
    """Move the last date of assets whose own MAC was noticed; nothing else of them changes."""
    if asset_ids:
        when = literal(at, UtcDateTime()), literal(SourceKind.SNMP, CodeType(SourceKind))
        seen.note_found(select(Asset.id, *when).where(among(Asset.id, asset_ids)))


def confirm_again(asset_ids: Collection[int]) -> None:
    """Let each presence confirm the one asset that has its MAC, else its address or name, and move the last dates of these assets to when their MACs were noticed."""
    theirs = select(AssetIdentifier.value).where(
        AssetIdentifier.kind.in_(_MAC_KINDS), among(AssetIdentifier.asset_id, asset_ids)
    )
    known = select(AssetIdentifier.value, AssetIdentifier.asset_id)
    owners = _single(known.where(AssetIdentifier.kind.in_(_MAC_KINDS), AssetIdentifier.value.in_(theirs)))
    for mac, asset_id in sorted(owners.items()):
        moved = update(TABLE).where(TABLE.c.mac == mac, TABLE.c.matched_by == "mac").values(asset_id=asset_id)
        db.session.execute(moved.execution_options(synchronize_session=False))
    _match_weakly_again(asset_ids)
    noticed = (
        select(Presence.asset_id, func.max(Presence.last_seen_at), literal(SourceKind.SNMP, CodeType(SourceKind)))
        .where(among(Presence.asset_id, asset_ids), Presence.matched_by == "mac")
        .group_by(Presence.asset_id)
    )  # fmt: skip
    seen.note_found(noticed)


def _match_weakly_again(asset_ids: Collection[int]) -> None:
    """Match what was known by its address or name as one of these assets, or as one that is gone, as if it were noticed now."""
    known = or_(among(TABLE.c.asset_id, asset_ids), TABLE.c.asset_id.is_(None))
    columns = TABLE.c.id, TABLE.c.mac, TABLE.c.address, TABLE.c.names, TABLE.c.asset_id, TABLE.c.matched_by
    statement = select(Site.code.label("site_code"), *columns).join(Site, Site.id == TABLE.c.site_id)
    rows = db.session.execute(statement.where(known, TABLE.c.matched_by.in_(_WEAK))).all()
    for site_code in dict.fromkeys(row.site_code for row in rows):
        there = [row for row in rows if row.site_code == site_code]
        match = _match(
            {row.mac for row in there if row.mac},
            {row.address for row in there},
            {name for row in there for name in host_names(row.names)},
            site_code,
        )
        for row in there:
            asset_id, by = match.of(row)
            if (asset_id, by) != (row.asset_id, row.matched_by):
                moved = update(TABLE).where(TABLE.c.id == row.id).values(asset_id=asset_id, matched_by=by)
                db.session.execute(moved)


def identify(site_id: int, site_code: str, met: Mapping[str, tuple[str, set[str]]]) -> None:
    """Say of the presences at these addresses that what stands there was identified.

    `met` is address → (the address at which that device was met, its own MACs).
    """
    for some in slices(list(met), AT_ONCE):
        statement = select(Presence).where(
            Presence.site_id == site_id, among(Presence.address, some), Presence.sighting_id.is_(None)
        )
        rows = list(db.session.scalars(statement))
        seen = sightings_at({met[row.address][0] for row in rows}, site_code) if rows else {}
        for row in rows:
            target, macs = met[row.address]
            if row.mac is None or not macs or row.mac in macs:
                row.sighting_id = seen.get(target)


def follow_merge(*, kept: Asset, absorbed: Asset, **_rest: Any) -> None:
    """Let what confirmed an asset confirm the one that it was merged into."""
    statement = update(Presence).where(Presence.asset_id == absorbed.id).values(asset_id=kept.id)
    db.session.execute(statement.execution_options(synchronize_session=False))
