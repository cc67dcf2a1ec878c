"""What one source saw of one device or person, once: plain frozen values and their JSON form (docs/observation-format.md)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

FORMAT = 1
SUBJECTS = frozenset({"device", "person"})

# The closed list of kinds; a scanner that does not know leaves the kind out ("other" is an answer, not a shrug).
KINDS = frozenset(
    re.findall(
        r"\S+",
        """desktop laptop tablet thin_client computer server hypervisor storage management_board monitor dock accessory printer
    multifunction_printer label_printer scanner fax desk_phone mobile_phone smartphone pbx voip_gateway videoconference camera
    projector switch router firewall load_balancer access_point wireless_controller ups pdu power environment_probe
    network_appliance other""",
    )
)

IDENTIFIER_KINDS = frozenset(
    {
        *("serial", "uuid", "imei", "directory_guid", "engine_id", "base_mac"),
        *("mac", "name", "ip", "bios_tag", "agent_id", "tag"),
    }
)
STRONG_IDENTIFIERS = frozenset({"serial", "uuid", "imei", "directory_guid", "engine_id", "base_mac", "tag"})

ROW_LISTS = (
    "interfaces",
    "supplies",
    "counters",
    "components",
    "neighbours",
    "learnt",
    "clients",
    "resolved",
)

# Facts that change from one night to the next on a device that did not change.
VOLATILE_FACTS = frozenset({"uptime_s", "last_logon_at", "memory_free_bytes", "disk_free_bytes", "alerts"})

Fact = str | int | float | bool | tuple[str, ...]


class ObservationError(ValueError):
    """An observation that cannot be accepted; the sentence names the field."""


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A canonical value that helps to tell which thing this is; scope is the maker for a serial, the site for a name or an IP."""

    kind: str
    value: str
    scope: str = ""

    def __post_init__(self) -> None:
        if self.kind not in IDENTIFIER_KINDS:
            raise ObservationError(f"identifiers: {self.kind[:40]!r} is not a known kind.")
        if not self.value:
            raise ObservationError(f"identifiers: the {self.kind} is empty.")

    @property
    def strong(self) -> bool:
        """Whether this alone may link two observations (a serial needs its maker)."""
        return self.kind in STRONG_IDENTIFIERS and (self.kind != "serial" or bool(self.scope))


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface; `kind` is the IANA ifType's name, speed in bit/s, addresses without their masks."""

    index: int | None = None
    name: str | None = None
    description: str | None = None
    mac: str | None = None
    speed_bps: int | None = None
    admin_up: bool | None = None
    oper_up: bool | None = None
    addresses: tuple[str, ...] = ()
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """A consumable: level and capacity in `unit`; no level where the device says unlimited, unknown or some_left (`state`)."""

    name: str | None = None
    kind: str | None = None
    color: str | None = None
    unit: str | None = None
    level: int | None = None
    capacity: int | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """A meter that only grows, such as the pages of a printer's life."""

    name: str
    unit: str | None = None
    value: int = 0


@dataclass(frozen=True, slots=True)
class Component:
    """A part that has an identity of its own: chassis, stack member, module, power supply."""

    kind: str
    name: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    manufacturer: str | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What announces itself on a port: `port` is the own ifIndex, `chassis` a MAC address or what the protocol gives instead."""

    port: int | None = None
    protocol: str | None = None
    chassis: str | None = None
    name: str | None = None
    description: str | None = None
    remote_port: str | None = None
    addresses: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Learnt:
    """The MAC addresses that a bridge forwards out of a port (ifIndex), in one VLAN where the device tells VLANs apart."""

    port: int
    vlan: int | None = None
    macs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WirelessClient:
    """A client of an access point (its MAC or IP address; None: the device itself), on a network name, on a radio (ifIndex)."""

    mac: str
    access_point: str | None = None
    ssid: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """Another device's IP address and its MAC, as this one resolved it (ARP, IPv6 neighbour discovery)."""

    address: str
    mac: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One subject as one source saw it; `identifiers` decide, `facts` inform, `evidence` explains. Unknown is absent."""

    source: str
    site: str
    target: str
    observed_at: datetime
    source_key: str
    subject: str = "device"
    facts: Mapping[str, Fact] = field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    supplies: tuple[Supply, ...] = ()
    counters: tuple[Counter, ...] = ()
    components: tuple[Component, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    learnt: tuple[Learnt, ...] = ()
    clients: tuple[WirelessClient, ...] = ()
    resolved: tuple[Resolved, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.observed_at.tzinfo is None:
            raise ObservationError("observed_at: the time zone is missing.")
        if self.subject not in SUBJECTS:
            raise ObservationError(f"subject: {self.subject[:40]!r} is neither device nor person.")
        if not self.source or not self.source_key:
            raise ObservationError("source_key: it must not be empty, nor the source.")
        facts = {name: value for name, value in self.facts.items() if value is not None and value != ""}
        if self.subject == "device" and facts.get("kind", "other") not in KINDS:
            raise ObservationError(f"facts.kind: {str(facts['kind'])[:40]!r} is not a known kind.")
        object.__setattr__(self, "facts", MappingProxyType(facts))
        object.__setattr__(self, "evidence", MappingProxyType({k: v for k, v in self.evidence.items() if v}))

    def to_json(self) -> dict[str, Any]:
        """One JSON object, with nothing in it that is unknown."""
        instant = self.observed_at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
        found: dict[str, Any] = {
            "source": self.source,
            "site": self.site,
            "target": self.target,
            "observed_at": instant,
            "source_key": self.source_key,
            "subject": self.subject,
            "format": self.format,
            "facts": {name: list(v) if isinstance(v, tuple) else v for name, v in self.facts.items()},
            "identifiers": [_plain(one) for one in self.identifiers],
        }
        for name in ROW_LISTS:
            rows = getattr(self, name)
            if rows:
                found[name] = [_plain(row) for row in rows]
        if self.evidence:
            found["evidence"] = dict(self.evidence)
        return found

    @classmethod
    def from_json(cls, found: Any) -> Observation:
        """The observation in a decoded JSON value, which may be hostile; raises ObservationError naming the field."""
        from scanners.observation_reader import read

        return read(found)

    def digest(self) -> str:
        """SHA-256 (hex) over what matters and is the same every night while nothing has changed.

        What hangs on whose ports tonight says where things are, not what they are: it is left out."""
        # A device with several addresses is met at any of them; its own list of addresses tells a move. Which
        # credential was let in says nothing about the device.
        found: dict[str, Any] = {
            "source": self.source,
            "site": self.site,
            "source_key": self.source_key,
            "subject": self.subject,
            "format": self.format,
            "facts": {name: value for name, value in self.facts.items() if name not in VOLATILE_FACTS},
            "evidence": {name: text for name, text in self.evidence.items() if name != "credential"},
        }
        for name in ("identifiers", "interfaces", "supplies", "components"):
            dropped = _UNSTABLE.get(name, frozenset())
            # repr of strings and numbers is the same everywhere, and faster than JSON for thousands of ports
            found[name] = sorted(repr(_said(row, dropped)) for row in getattr(self, name))
        text = json.dumps(found, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


# Speed goes with the link: a port that nobody uses tonight says 10 Mbit/s or 0.
_UNSTABLE: Mapping[str, frozenset[str]] = {
    "interfaces": frozenset({"oper_up", "speed_bps"}),
    "supplies": frozenset({"level", "state"}),
}


_NOTHING = ("", ())


def _said(row: Any, dropped: frozenset[str]) -> list[tuple[str, Any]]:
    """What a row says, in the order of its fields, less what is dropped or unknown."""
    return [
        (name, value)
        for name in row.__slots__
        if (value := getattr(row, name)) is not None and name not in dropped and value not in _NOTHING
    ]


def _plain(row: Any) -> dict[str, Any]:
    """A row as JSON, without what is unknown."""
    found = {}
    for name in row.__slots__:
        value = getattr(row, name)
        if value is None or value in ("", ()):
            continue
        found[name] = list(value) if isinstance(value, tuple) else value
    return found
