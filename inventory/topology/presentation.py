"""Puts where things hang into words: the reason of a place, the ports of a switch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.assets.models import Asset
from inventory.audit import presentation as audit
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.discovery.presentation import speed_words
from inventory.organization.models import Location
from inventory.topology.fabric import FORWARDING
from inventory.topology.models import PortAttachment, SwitchLink

PORTS_SHOWN = 512
DEVICES_SHOWN = 4
# The usual short forms of the long names that agents write.
_SHORT_PORTS = (
    ("tengigabitethernet", "Te"), ("twentyfivegige", "Twe"), ("fortygigabitethernet", "Fo"), ("hundredgige", "Hu"),
    ("gigabitethernet", "Gi"), ("fastethernet", "Fa"), ("port-channel", "Po"), ("ethernet", "Eth"),
)  # fmt: skip
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


def short_port(name: str) -> str:
    """Return a port's name as people write it: “Gi1/0/24” for GigabitEthernet1/0/24."""
    for long, short in _SHORT_PORTS:
        if name.lower().startswith(long):
            return short + name[len(long) :].strip()
    return name


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


def place_rows(rows: Iterable[PortAttachment]) -> list[dict[str, Any]]:
    """Return the places of an asset, each port once: two addresses on one port are one place."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        found.setdefault((row.switch_id, row.port, row.until), _place(row))
    return list(found.values())


def _place(row: PortAttachment) -> dict[str, Any]:
    switch = named(row.switch)
    return {
        "row": row,
        "switch": switch,
        "place": _place_of(row.switch),
        "why": why(row),
        "network": row.detail if row.port is None or row.reason.value == "client" else "",
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
