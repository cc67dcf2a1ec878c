"""Loads what the switches of a site said at their last reading, with the owners of all addresses, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from inventory.assets.lifecycle import GONE
from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.states import IdentifierKind
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category
from inventory.core.database import db
from inventory.discovery.models import Sighting
from inventory.discovery.sightings import slices
from inventory.reconciliation.models import Link
from inventory.topology.fabric import FORWARDING, HOSTS, Bridge, Client, Fabric, Heard
from inventory.topology.ports import short_port
from scanners.identity import canonical_hostname

VALUES_AT_ONCE = 5000
READ_AT_ONCE = 100
# A table read a day and a half before the latest one says where things were.
STALE = timedelta(hours=36)
TELLING = frozenset(Kind(one) for one in FORWARDING | HOSTS)
_MACS = (IdentifierKind.MAC, IdentifierKind.BASE_MAC)
Observation = Mapping[str, Any]


@dataclass(slots=True)
class Loaded:
    """The fabric of a site, and what the ports of its switches are called and described as: switch → ifIndex → words."""

    fabric: Fabric
    port_names: dict[int, dict[int, str]] = field(default_factory=dict)
    port_aliases: dict[int, dict[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Owners:
    """Whose each address, IP address and name is; what several assets claim is nobody's."""

    macs: dict[str, int]
    addresses: dict[str, int]
    names: dict[str, int]

    def of(self, neighbour: Mapping[str, Any]) -> int | None:
        """The asset that a neighbour is: by its chassis, else one of its addresses, else its name."""
        chassis = neighbour.get("chassis", "")
        if chassis in self.macs:
            return self.macs[chassis]
        for address in neighbour.get("addresses", ()):
            if address in self.addresses:
                return self.addresses[address]
        return self.names.get(_host(neighbour) or "")


def load(site_code: str) -> Loaded:
    """Return what a site's switches say, each as an asset; those that no asset stands for are left out."""
    said = _said(site_code)
    owners = _owners(said, site_code)
    bridges = [_bridge(key, observation, owners) for key, observation in said.items()]
    concerned = {*said, *owners.macs.values()}
    concerned |= {
        heard.device for one in bridges for group in one.heard.values() for heard in group if heard.device
    }
    names = {key: _port_names(observation) for key, observation in said.items()}
    aliases = {key: _port_aliases(observation) for key, observation in said.items()}
    return Loaded(Fabric(bridges, owners.macs, _kinds(concerned)), names, aliases)


def _said(site_code: str) -> dict[int, Observation]:
    """The latest observation of each switch, access point and host of a site that is not stale, by asset."""
    statement = (
        select(Link.asset_id, Sighting.observation, Sighting.last_seen_at)
        .join(Sighting, Link.sighting_id == Sighting.id)
        .join(Asset, Link.asset_id == Asset.id)
        .join(Category, Asset.category_id == Category.id)
        .where(
            Sighting.site_code == site_code,
            Sighting.subject == "device",
            Sighting.absent_since.is_(None),
            Category.kind.in_(sorted(TELLING)),
        )
        .order_by(Sighting.last_seen_at, Sighting.id)
    )
    # Most devices of a site tell nothing of others: what all of them said is never held at once.
    streamed = db.session.execute(statement.execution_options(yield_per=READ_AT_ONCE))
    rows = [row for row in streamed if _tells(row.observation)]
    latest: datetime | None = max((row.last_seen_at for row in rows), default=None)
    return {
        row.asset_id: row.observation
        for row in rows
        if latest is not None and row.last_seen_at >= latest - STALE
    }


def _tells(observation: Observation) -> bool:
    return any(observation.get(name) for name in ("learnt", "neighbours", "clients"))


def _owners(said: Mapping[int, Observation], site_code: str) -> _Owners:
    macs: set[str] = set()
    addresses: set[str] = set()
    names: set[str] = set()
    for observation in said.values():
        for row in observation.get("learnt", ()):
            macs.update(row.get("macs", ()))
        for client in observation.get("clients", ()):
            macs.add(client["mac"])
            (macs if ":" in client.get("access_point", "") else addresses).add(client.get("access_point", ""))
        for neighbour in observation.get("neighbours", ()):
            macs.add(neighbour.get("chassis", ""))
            addresses.update(neighbour.get("addresses", ()))
            names.add(_host(neighbour) or "")
    return _Owners(
        _claimed(_MACS, macs, None) | _claimed_by(said),
        _claimed((IdentifierKind.IP,), addresses, site_code),
        _claimed((IdentifierKind.NAME,), names, site_code),
    )


def _host(neighbour: Mapping[str, Any]) -> str | None:
    return canonical_hostname(neighbour.get("name"))


def _claimed(kinds: Iterable[IdentifierKind], values: Collection[str], scope: str | None) -> dict[str, int]:
    """Return value → asset for the identifiers that exactly one asset in being has."""
    claims: dict[str, set[int]] = defaultdict(set)
    for some in slices(sorted(set(values) - {""}), VALUES_AT_ONCE):
        statement = (
            select(AssetIdentifier.value, AssetIdentifier.asset_id)
            .join(Asset, AssetIdentifier.asset_id == Asset.id)
            .where(
                AssetIdentifier.kind.in_(list(kinds)),
                AssetIdentifier.value.in_(some),
                Asset.state.not_in(sorted(GONE)),
            )
        )
        if scope is not None:
            statement = statement.where(AssetIdentifier.scope.in_(("", scope)))
        for row in db.session.execute(statement):
            claims[row.value].add(row.asset_id)
    return {value: min(ids) for value, ids in claims.items() if len(ids) == 1}


def _claimed_by(said: Mapping[int, Observation]) -> dict[str, int]:
    """The addresses of the switches' own interfaces, virtual ones too, which name no asset elsewhere."""
    claims: dict[str, set[int]] = defaultdict(set)
    for key, observation in said.items():
        for mac in _own_macs(observation):
            claims[mac].add(key)
    return {mac: min(keys) for mac, keys in claims.items() if len(keys) == 1}


def _own_macs(observation: Observation) -> frozenset[str]:
    named = {one["value"] for one in observation.get("identifiers", ()) if one["kind"] in ("mac", "base_mac")}
    return frozenset(named | {one["mac"] for one in observation.get("interfaces", ()) if one.get("mac")})


def _bridge(key: int, observation: Observation, owners: _Owners) -> Bridge:
    learnt: dict[int, dict[str, int | None]] = defaultdict(dict)
    for row in observation.get("learnt", ()):
        for mac in row.get("macs", ()):
            # A trunk learns an address in several VLANs: the lowest is named.
            learnt[row["port"]].setdefault(mac, row.get("vlan"))
    heard: dict[int, list[Heard]] = defaultdict(list)
    for neighbour in observation.get("neighbours", ()):
        if neighbour.get("port") is not None:
            heard[neighbour["port"]].append(_heard(neighbour, owners))
    return Bridge(
        key,
        _own_macs(observation),
        learnt,
        {port: tuple(sorted(rows, key=repr)) for port, rows in heard.items()},
        tuple(one for row in observation.get("clients", ()) if (one := _client(key, row, owners))),
        frozenset(one["index"] for one in observation.get("interfaces", ()) if one.get("kind") == "wifi"),
    )


def _heard(neighbour: Mapping[str, Any], owners: _Owners) -> Heard:
    return Heard(
        owners.of(neighbour),
        neighbour.get("name") or neighbour.get("chassis") or next(iter(neighbour.get("addresses", ())), ""),
        neighbour.get("protocol", "lldp"),
        frozenset(neighbour.get("capabilities", ())),
        neighbour.get("remote_port"),
    )


def _client(key: int, row: Mapping[str, Any], owners: _Owners) -> Client | None:
    """A wireless client and its access point: the device that lists it, or the one that a controller names."""
    named = row.get("access_point")
    access_point = key if named is None else owners.macs.get(named, owners.addresses.get(named))
    return Client(row["mac"], access_point, row.get("port"), row.get("ssid")) if access_point else None


def _port_names(observation: Observation) -> dict[int, str]:
    return {
        one["index"]: one.get("name") or one.get("description") or str(one["index"])
        for one in observation.get("interfaces", ())
        if one.get("index") is not None
    }


def _port_aliases(observation: Observation) -> dict[int, str]:
    """What the administrator wrote on each port; agents also give a long name there, which says nothing more."""
    found = {}
    for one in observation.get("interfaces", ()):
        words, name = one.get("description") or "", one.get("name") or ""
        if one.get("index") is not None and short_port(words).lower() != short_port(name).lower():
            found[one["index"]] = words
    return found


def _kinds(ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in slices(sorted(ids), VALUES_AT_ONCE):
        statement = select(Asset.id, Category.kind).join(Category, Asset.category_id == Category.id)
        found |= {row.id: row.kind.value for row in db.session.execute(statement.where(Asset.id.in_(some)))}
    return found
