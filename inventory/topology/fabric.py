"""What the switches of a site say, made comparable: who owns which address, what is learnt and who announces itself on each port."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

# Kinds that forward other people's frames; a device of any other kind may announce a bridge of its own inside.
FORWARDING = frozenset(
    {
        "switch",
        "router",
        "firewall",
        "access_point",
        "wireless_controller",
        "load_balancer",
        "network_appliance",
    }
)
PHONES = frozenset({"desk_phone"})
HOSTS = frozenset({"hypervisor", "server"})
ACCESS_POINTS = frozenset({"access_point"})


class Spot(NamedTuple):
    """A port of a switch: the asset's id, and the ifIndex; None for “by radio, on whichever”."""

    switch: int
    port: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What announces itself on a port: the asset that it was recognised as, if any, and what it says."""

    device: int | None
    name: str = ""
    protocol: str = "lldp"
    capabilities: frozenset[str] = frozenset()
    remote_port: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A wireless client and the access point, an asset's id, that it is on."""

    mac: str
    access_point: int
    port: int | None = None
    ssid: str | None = None


@dataclass(frozen=True)
class Bridge:
    """A device that says what it learnt or who is next to it: an asset's id, its own addresses, port → what is there."""

    key: int
    macs: frozenset[str] = frozenset()
    learnt: Mapping[int, Mapping[str, int | None]] = field(default_factory=dict)
    heard: Mapping[int, tuple[Heard, ...]] = field(default_factory=dict)
    clients: tuple[Client, ...] = ()
    radios: frozenset[int] = frozenset()

    @property
    def forwards(self) -> bool:
        """Whether it told a forwarding table, so that what hangs on it can be told from what hangs beyond."""
        return any(self.learnt.values())


class Fabric:
    """The bridges of a site, the owner of each address, and the kind of each asset."""

    def __init__(
        self, bridges: Iterable[Bridge], owners: Mapping[str, int], kinds: Mapping[int, str]
    ) -> None:
        self.bridges = {one.key: one for one in sorted(bridges, key=lambda one: one.key)}
        self.owners = owners
        self.kinds = kinds

    @cached_property
    def bridge_of(self) -> Mapping[str, int]:
        """The forwarding device that an address belongs to; an address that two of them claim belongs to neither."""
        claims: dict[str, set[int]] = defaultdict(set)
        for bridge in self.bridges.values():
            if bridge.forwards:
                for mac in bridge.macs:
                    claims[mac].add(bridge.key)
        return {mac: min(keys) for mac, keys in claims.items() if len(keys) == 1}

    @cached_property
    def beyond(self) -> Mapping[Spot, frozenset[int]]:
        """For each port on which addresses of other forwarding devices are learnt: those devices."""
        found: dict[Spot, set[int]] = defaultdict(set)
        for bridge in self.bridges.values():
            for port, macs in bridge.learnt.items():
                for mac in macs:
                    other = self.bridge_of.get(mac)
                    if other is not None and other != bridge.key:
                        found[Spot(bridge.key, port)].add(other)
        return {spot: frozenset(keys) for spot, keys in found.items()}

    def forwards(self, key: int | None) -> bool:
        """Whether an asset told a forwarding table."""
        bridge = self.bridges.get(key) if key is not None else None
        return bridge is not None and bridge.forwards

    def heard(self, spot: Spot) -> tuple[Heard, ...]:
        """What announces itself on a port."""
        bridge = self.bridges[spot.switch]
        return bridge.heard.get(spot.port, ()) if spot.port is not None else ()

    def occupant(self, mac: str) -> int | str:
        """Whose address it is: an asset's id, or the address itself where nobody is known to own it."""
        return self.owners.get(mac, mac)

    def kind(self, key: int | None) -> str:
        """The kind of an asset; nothing for none."""
        return self.kinds.get(key, "") if key is not None else ""
