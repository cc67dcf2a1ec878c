"""Puts where things hang into words: the reason of a place, the ports of a switch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.assets import lists
from inventory.assets.models import Asset
from inventory.audit import presentation as audit
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.discovery.presentation import speed_words
from inventory.organization import queries as organization
from inventory.organization.models import Location, LocationKind
from inventory.topology.fabric import FORWARDING
from inventory.topology.models import PortAttachment, SwitchLink
from inventory.topology.ports import short_port
from inventory.topology.states import Reason

PORTS_SHOWN = 512
DEVICES_SHOWN, BESIDE_SHOWN = 4, 8
_PHYSICAL = frozenset({"ethernet", "wifi", "aggregate"})


def describe() -> None:
    """Say how the moves that are recorded are called in a history."""
    audit.describe({"switch_port": (N_("Switch port"), None)})


@dataclass(frozen=True, slots=True)
class Named:
    """An asset as a page may show it: without its name and address to who does not see its entity."""

    label: str
    url: str | None
    icon: str


def named(asset: Asset | None, fallback: str = "") -> Named:
    """Return what to call an asset; something else where it is another entity's, `fallback` where there is none."""
    if asset is None:
        return Named(fallback or _("a device that is not in the inventory"), None, "question-mark")
    icon = asset.category.kind.icon
    if asset.entity_id not in access().roles:
        return Named(_("equipment of another entity"), None, icon)
    # A switch is called by what its configuration says, a computer by its label.
    label = (asset.name or asset.label) if asset.category.kind.value in FORWARDING else asset.label
    return Named(label, url_for("assets.detail", public_id=asset.public_id), icon)


def choice(switch: Asset) -> dict[str, str]:
    """Return a switch as a picker offers it: what it is called, then its tag, model and entity."""
    text = named(switch).label
    details = (switch.label, lists.model_words(switch), switch.entity.name)
    return {
        "value": switch.public_id,
        "text": text,
        "detail": " · ".join(one for one in details if one and one != text),
    }


def why(row: PortAttachment) -> str:
    """Return the reason of a place as a sentence."""
    filled = {
        "port": row.port_name or row.port or "",
        "switch": named(row.switch).label,
        "via": named(row.via).label,
        "detail": row.detail,
    }
    return _(row.reason.label) % filled


def why_linked(row: SwitchLink) -> str:
    """Return the reason of a link as a sentence."""
    return _(row.reason.label) % {"peer": named(row.peer, row.peer_name).label, "protocol": row.protocol}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a switch stands: its rack where there is one, and the room (or whatever else) that holds it."""

    rack: Location | None = None
    room: Location | None = None

    @property
    def rack_words(self) -> str:
        """What to call the rack: “Rack A2”, and “Rack 2” as it is."""
        name = self.rack.name if self.rack else ""
        word = _(LocationKind.RACK.label)
        return name if name.casefold().startswith(word.casefold()) else f"{word} {name}"


def stands(switches: Collection[Asset]) -> dict[int, Stand]:
    """Return where switches stand, by asset, to who sees their entity; in one query."""
    places = {one.id: place for one in switches if (place := _place_of(one)) is not None}
    around = organization.places_around(list(places.values()))
    return {id_: _stand([place, *around[place.id]]) for id_, place in places.items()}


def _stand(line: Sequence[Location]) -> Stand:
    """Read a line of places, the nearest first: the first rack and what it stands in, else the place itself."""
    at = next((n for n, one in enumerate(line) if one.kind is LocationKind.RACK), None)
    return Stand(room=line[0]) if at is None else Stand(line[at], next(iter(line[at + 1 :]), None))


def place_rows(
    rows: Iterable[PortAttachment],
    standing: Mapping[int, Stand] | None = None,
    beside: Mapping[tuple[int, int], Sequence[PortAttachment]] | None = None,
) -> list[dict[str, Any]]:
    """Return the places of an asset, each port once: two addresses on one port are one place."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = (row.switch_id, row.port, row.until)
        if key not in found:
            others = once((beside or {}).get((row.switch_id, row.port or 0), ()))
            found[key] = _place(row, (standing or {}).get(row.switch_id, Stand()), others)
    return list(found.values())


def _place(row: PortAttachment, stand: Stand, others: Sequence[PortAttachment]) -> dict[str, Any]:
    is_client = row.port is None or row.reason is Reason.CLIENT
    return {
        "row": row,
        "switch": named(row.switch),
        "stand": stand,
        "port": short_port(row.port_name),
        "why": why(row),
        "by_radio": is_client,
        "network": row.detail if is_client else "",
        "beside": [named(one.asset) for one in others][:BESIDE_SHOWN],
        "more_beside": max(0, len(others) - BESIDE_SHOWN),
    }


def _place_of(asset: Asset | None) -> Location | None:
    """The place of a switch, to who sees its entity."""
    return asset.location if asset is not None and asset.entity_id in access().roles else None


@dataclass(slots=True)
class PortRow:
    """A port of a switch as its page shows it."""

    index: int
    name: str
    alias: str | None
    up: bool | None
    disabled: bool
    speed: str | None
    macs: set[str] = field(default_factory=set)
    vlans: set[int] = field(default_factory=set)
    devices: list[Named] = field(default_factory=list)
    links: list[tuple[Named, str]] = field(default_factory=list)
    known: int = 0

    @property
    def short(self) -> str:
        """Its name as people write it."""
        return short_port(self.name)

    @property
    def shown(self) -> list[Named]:
        """The first devices that hang on it."""
        return self.devices[:DEVICES_SHOWN]

    @property
    def hidden(self) -> int:
        """How many devices more hang on it."""
        return max(0, len(self.devices) - DEVICES_SHOWN)

    @property
    def is_used(self) -> bool:
        """Whether anything is known to be there."""
        return bool(self.macs or self.devices or self.links)

    @property
    def vlan_words(self) -> str | None:
        """The VLANs in which something was learnt, shortened where a trunk carries many."""
        numbers = sorted(self.vlans)
        return ", ".join(map(str, numbers[:6])) + (" …" if len(numbers) > 6 else "") if numbers else None


def port_rows(
    observation: Mapping[str, Any], hanging: Iterable[PortAttachment], links: Iterable[Mapping[str, Any]]
) -> list[PortRow]:
    """Return the ports of a switch from its latest observation, with what hangs on them and what they lead to (`link_rows`)."""
    rows = {row.index: row for one in observation.get("interfaces", ()) if (row := _port(one)) is not None}
    for one in observation.get("learnt", ()):
        row = rows.setdefault(one["port"], PortRow(one["port"], str(one["port"]), None, None, False, None))
        row.macs.update(one.get("macs", ()))
        row.vlans.update([one["vlan"]] if one.get("vlan") else [])
    for attachment in once(hanging):
        if attachment.port in rows:
            rows[attachment.port].devices.append(named(attachment.asset))
    for link in links:
        if link["index"] in rows:
            rows[link["index"]].links.append((link["peer"], short_port(link["peer_port"])))
    kinds = {one.get("index"): one.get("kind") for one in observation.get("interfaces", ())}
    kept = [row for index, row in sorted(rows.items()) if row.is_used or kinds.get(index) in _PHYSICAL]
    return kept[:PORTS_SHOWN]


def _port(one: Mapping[str, Any]) -> PortRow | None:
    if one.get("index") is None:
        return None
    return PortRow(
        one["index"],
        one.get("name") or str(one["index"]),
        one.get("description"),
        one.get("oper_up"),
        one.get("admin_up") is False,
        speed_words(one.get("speed_bps")),
    )


def once(rows: Iterable[PortAttachment]) -> list[PortAttachment]:
    """Return each device once on each port."""
    found: dict[tuple[int, int | None], PortAttachment] = {}
    for row in rows:
        found.setdefault((row.asset_id, row.port), row)
    return list(found.values())


def client_rows(hanging: Iterable[PortAttachment]) -> list[dict[str, Any]]:
    """Return the wireless clients of an access point: the device, its network name, since when and when last seen."""
    rows = [row for row in once(hanging) if row.reason.value == "client"]
    return [{"device": named(row.asset), "network": row.detail, "row": row} for row in rows]


def link_rows(own: Iterable[SwitchLink], others: Iterable[SwitchLink]) -> list[dict[str, Any]]:
    """Return the links of a switch, its own word before that of the switch at the other end."""
    rows = [
        {
            "peer": named(link.peer, link.peer_name),
            "place": _place_of(link.peer),
            "index": link.port,
            "port": link.port_name,
            "peer_port": link.peer_port,
            "why": why_linked(link),
            "row": link,
        }
        for link in own
    ]
    told = {link.peer_id for link in own}
    rows += [
        {
            "peer": named(link.switch),
            "place": _place_of(link.switch),
            "index": None,
            "port": link.peer_port,
            "peer_port": link.port_name,
            "why": _("It announces itself there.") if link.protocol else _("Its address is learnt there."),
            "row": link,
        }
        for link in others
        if link.switch_id not in told
    ]
    return _with_far_ports(rows, others)


def _with_far_ports(rows: list[dict[str, Any]], others: Iterable[SwitchLink]) -> list[dict[str, Any]]:
    """Fill the port at the other end from the other switch's own word, where there is one."""
    told: dict[int, str] = defaultdict(str)
    for link in others:
        told[link.switch_id] = link.port_name
    for row in rows:
        peer_id = row["row"].peer_id
        row["peer_port"] = row["peer_port"] or told[peer_id]
        row["port_short"], row["peer_short"] = short_port(row["port"]), short_port(row["peer_port"])
    return rows


def devices_words(rows: Sequence[PortAttachment]) -> list[dict[str, Any]]:
    """Return devices with their switch and port, for the table beside a drawing."""
    return [
        {
            "device": named(row.asset),
            "switch": named(row.switch),
            "port": short_port(row.port_name) or row.detail,
            "row": row,
            "why": why(row),
        }
        for row in once(rows)
    ]
