"""Wires a commune's network: switches in a tree, everything else on their ports, and the tables that they would tell of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from inventory.catalog.kinds import Kind
from inventory.demo.chance import Chance
from inventory.demo.nights import Subject
from inventory.demo.observing import FIRST_PORT, PORTS
from scanners.observation import Interface, Learnt, Neighbour, Observation, WirelessClient

TRUNKS, MOST_ON_A_PORT = 10, 3
"""How many ports of a switch may lead to others; how many devices share a port where there are too few."""
AWAKE, STRANGERS = 0.93, 5
"""Share of the devices whose address is learnt tonight; phones and guests, known to nobody, on an access point."""
WIRED_VLAN, WIRELESS_VLAN, OWN_VLAN = 10, 20, 1
NETWORK_NAMES = ("agents", "invites")


@dataclass(frozen=True, slots=True)
class Host:
    """A computer that no scan reads: its address, its kind and the range where it would answer."""

    mac: str
    kind: Kind
    range_id: int


@dataclass(slots=True)
class _Switch:
    """A switch in the making: its free ports, and where the others and the devices are from it."""

    observation: Observation
    range_id: int | None
    free: list[int] = field(default_factory=lambda: list(range(1, PORTS + 1)))
    above: tuple[_Switch, int, int] | None = None
    below: list[_Switch] = field(default_factory=list)
    there: dict[int, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    neighbours: list[Neighbour] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.observation.facts["name"])

    @property
    def mac(self) -> str:
        return mac_of(self.observation)


def mac_of(observation: Observation) -> str:
    """Return the first hardware address of a device; nothing where it told none."""
    return next((one.value for one in observation.identifiers if one.kind in ("base_mac", "mac")), "")


def wire(subjects: Iterable[Subject], hosts: Sequence[Host], chance: Chance) -> dict[str, Observation]:
    """Return what the switches and access points say with their tables, by source key; nothing where there is no switch."""
    seen = [one for one in subjects if one.observation.source == "snmp" and one.absent_since is None]
    told = {one.observation.source_key: one for one in seen}
    switches = [
        _Switch(one.observation, one.last.source.range_id)
        for one in told.values()
        if _kind(one.observation) == Kind.SWITCH
    ]
    if not switches:
        return {}
    switches.sort(key=lambda one: one.range_id or 0)
    _link(switches)
    wiring = _Wiring(switches, chance)
    for subject in told.values():
        if _kind(subject.observation) != Kind.SWITCH:
            wiring.plug(subject.observation, subject.last.source.range_id)
    for host in hosts:
        wiring.plug_host(host)
    return wiring.observations()


def _kind(observation: Observation) -> str:
    return str(observation.facts.get("kind", ""))


def _link(switches: Sequence[_Switch]) -> None:
    """Hang each switch on the first that has a port to spare for it: the first of all is the core."""
    for place, switch in enumerate(switches[1:], 1):
        upper = next(one for one in switches[:place] if len(one.below) < TRUNKS or one is switches[place - 1])
        near, far = upper.free.pop(), switch.free.pop()
        switch.above = (upper, near, far)
        upper.below.append(switch)
        upper.neighbours.append(_announced(switch, near, far))
        switch.neighbours.append(_announced(upper, far, near))


def _announced(other: _Switch, port: int, far: int) -> Neighbour:
    return Neighbour(
        FIRST_PORT + port, "lldp", other.mac, other.name, str(other.observation.facts["model"]), _port_name(far),
        (other.observation.target,), ("bridge",),
    )  # fmt: skip


def _port_name(number: int) -> str:
    return f"GigabitEthernet1/0/{number}"


@dataclass(slots=True)
class _Wiring:
    """The devices of a commune on the ports of its switches."""

    switches: list[_Switch]
    chance: Chance
    access_points: dict[int | None, list[tuple[Observation, _Switch, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    clients: dict[str, list[WirelessClient]] = field(default_factory=lambda: defaultdict(list))

    def plug(self, observation: Observation, range_id: int | None) -> None:
        """Put a device that answers scans on a port; what routes goes to the core."""
        mac = mac_of(observation)
        routes = _kind(observation) in (Kind.ROUTER, Kind.FIREWALL)
        found = self._socket(None if routes else range_id)
        if not mac or found is None:
            return
        switch, port = found
        switch.there[port].append((mac, WIRED_VLAN))
        if _kind(observation) == Kind.ACCESS_POINT:
            self.access_points[range_id].append((observation, switch, port))
            switch.neighbours.append(
                Neighbour(
                    FIRST_PORT + port, "lldp", mac, str(observation.facts["name"]), str(observation.facts["model"]),
                    "eth0", (observation.target,), ("bridge", "access_point"),
                )
            )  # fmt: skip
            switch.there[port] += [
                (self._stranger(), WIRELESS_VLAN) for _ in range(self.chance.between(0, STRANGERS))
            ]

    def plug_host(self, host: Host) -> None:
        """Put a computer on a port, or a laptop on an access point."""
        near = self.access_points[host.range_id]
        if host.kind is Kind.LAPTOP and near and self.chance.happens(0.7):
            observation, switch, port = self.chance.one(near)
            switch.there[port].append((host.mac, WIRELESS_VLAN))
            ssid = NETWORK_NAMES[0]
            self.clients[observation.source_key].append(WirelessClient(host.mac, None, ssid))
            return
        found = self._socket(host.range_id)
        if found is not None and self.chance.happens(AWAKE):
            switch, port = found
            switch.there[port].append((host.mac, WIRED_VLAN))

    def _stranger(self) -> str:
        # Locally administered, as telephones choose their addresses.
        digits = self.chance.hexadecimal(10)
        return ":".join(("02", *(digits[n : n + 2] for n in range(0, 10, 2))))

    def _socket(self, range_id: int | None) -> tuple[_Switch, int] | None:
        """A free port of the range, else a port that is shared; None where all is full. No range: the core's."""
        near = [one for one in self.switches if one.range_id == range_id] if range_id else self.switches[:1]
        for switch in near or self.switches:
            if len(switch.free) > 2:
                return switch, switch.free.pop(0)
        taken = {(id(one), port) for rows in self.access_points.values() for _seen, one, port in rows}
        shared = [
            (switch, port)
            for switch in near or self.switches
            for port, macs in switch.there.items()
            if len(macs) < MOST_ON_A_PORT and (id(switch), port) not in taken
        ]
        return self.chance.one(shared) if shared else None

    def observations(self) -> dict[str, Observation]:
        """What switches say with their forwarding tables and neighbours, and access points with their clients."""
        found = {one.observation.source_key: self._told(one) for one in self.switches}
        for rows in self.access_points.values():
            for observation, _switch, _port in rows:
                clients = tuple(sorted(self.clients[observation.source_key], key=lambda one: one.mac))
                found[observation.source_key] = replace(observation, clients=clients)
        return found

    def _told(self, switch: _Switch) -> Observation:
        learnt: dict[tuple[int, int], set[str]] = defaultdict(set)
        for port, macs in switch.there.items():
            for mac, vlan in macs:
                learnt[port, vlan].add(mac)
        if switch.above is not None:
            upper, _near, far = switch.above
            _learn(learnt, far, _beyond(upper, switch))
        for other in switch.below:
            near = other.above[1] if other.above else 0
            _learn(learnt, near, _beyond(other, switch))
        rows = tuple(
            Learnt(FIRST_PORT + port, vlan, tuple(sorted(macs)))
            for (port, vlan), macs in sorted(learnt.items())
        )
        used = {port for port, _vlan in learnt}
        return replace(
            switch.observation,
            interfaces=tuple(
                _with_state(one, used, _aliases(switch)) for one in switch.observation.interfaces
            ),
            learnt=rows,
            neighbours=tuple(sorted(switch.neighbours, key=lambda one: one.port or 0)),
        )


def _beyond(start: _Switch, without: _Switch) -> list[tuple[str, int]]:
    """The addresses of a switch and of all that is reached through it, less what lies the other way."""
    found, stack = [], [(start, without)]
    while stack:
        switch, came_from = stack.pop()
        found.append((switch.mac, OWN_VLAN))
        found += [pair for macs in switch.there.values() for pair in macs]
        near = [*switch.below, *([switch.above[0]] if switch.above else [])]
        stack += [(other, switch) for other in near if other is not came_from]
    return found


def _learn(learnt: dict[tuple[int, int], set[str]], port: int, pairs: Iterable[tuple[str, int]]) -> None:
    for mac, vlan in pairs:
        learnt[port, vlan].add(mac)


def _aliases(switch: _Switch) -> Mapping[int, str]:
    """What an administrator would write on ports: what they lead to, and the wall socket of most of the others."""
    found = {port: f"Prise {port:02d}" for port in switch.there if port % 4}
    found |= {other.above[1]: f"Vers {other.name}" for other in switch.below if other.above}
    return found | ({switch.above[2]: f"Vers {switch.above[0].name}"} if switch.above else {})


def _with_state(port: Interface, used: set[int], aliases: Mapping[int, str]) -> Interface:
    number = (port.index or 0) - FIRST_PORT
    if number < 1:
        return port
    return replace(port, oper_up=number in used, description=aliases.get(number))
