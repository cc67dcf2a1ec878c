"""Decides on which one port each device hangs, with the reason.

The result depends on what the tables say alone, never on the order in which they were read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from inventory.topology import linking
from inventory.topology.fabric import ACCESS_POINTS, HOSTS, PHONES, Fabric, Heard, Spot
from inventory.topology.linking import Link
from inventory.topology.states import Confidence, Reason

# More devices than an unmanaged switch has ports: a managed one that is not read stands behind.
MOST_BEHIND_A_HUB = 24


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address of a device hangs; `via` is the phone, access point or host in between, `detail` the protocol or the network name."""

    device: int
    mac: str
    spot: Spot
    reason: Reason
    confidence: Confidence
    vlan: int | None = None
    via: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The links between switches, the place of each address of a known device, and the ports that lead to other switches."""

    links: tuple[Link, ...]
    places: Mapping[str, Place]
    leading_on: frozenset[Spot] = frozenset()


def decide(
    fabric: Fabric, standing: Mapping[str, Spot] | None = None, known_links: Collection[Spot] = ()
) -> Decision:
    """Return the links and the places; an address stays where it stands (address → port) while that port still learns it.

    On `known_links`, ports that led to another switch of late, nothing hangs although tonight's tables do not say so.
    """
    found = linking.links(fabric)
    onwards = linking.leading_on(fabric, found)
    closed = onwards.union(known_links)
    places = {one.mac: one for one in _announced(fabric, closed)}
    places |= _learnt(fabric, closed, standing or {}, places)
    places |= {one.mac: one for one in _clients(fabric)}
    return Decision(found, dict(sorted(places.items())), frozenset(onwards))


def _announced(fabric: Fabric, leading_on: set[Spot]) -> Iterator[Place]:
    """The devices that announce themselves on a port and are no switches; of several ports the least crowded."""
    found: dict[int, list[tuple[int, Spot, Heard]]] = defaultdict(list)
    for bridge in fabric.bridges.values():
        for port in bridge.heard:
            spot = Spot(bridge.key, port)
            for heard in fabric.heard(spot):
                device = heard.device
                if device is None or spot in leading_on or device == bridge.key or fabric.forwards(device):
                    continue
                found[device].append((len(_occupants(fabric, spot)), spot, heard))
    for device, spots in sorted(found.items()):
        _crowd, spot, heard = min(spots, key=lambda one: (one[0], one[1], one[2].protocol))
        here = fabric.bridges[spot.switch].learnt.get(spot.port or 0, {})
        mac = next((mac for mac in sorted(here) if fabric.owners.get(mac) == device), "")
        yield Place(
            device,
            mac or f"asset:{device}",
            spot,
            Reason.ANNOUNCED,
            Confidence.CERTAIN,
            vlan=here.get(mac),
            detail=heard.protocol.upper(),
        )


def _occupants(fabric: Fabric, spot: Spot) -> frozenset[int | str]:
    """The distinct devices whose addresses are learnt on a port."""
    known: dict[Spot, frozenset[int | str]] = fabric.__dict__.setdefault("_occupants", {})
    if spot not in known:
        macs = fabric.bridges[spot.switch].learnt.get(spot.port or 0, {})
        known[spot] = frozenset(fabric.occupant(mac) for mac in macs)
    return known[spot]


def _learnt(
    fabric: Fabric, leading_on: set[Spot], standing: Mapping[str, Spot], announced: Mapping[str, Place]
) -> dict[str, Place]:
    """The place of each known address that a port learns which leads to no other switch."""
    edges: dict[str, list[Spot]] = defaultdict(list)
    for bridge in fabric.bridges.values():
        for port, macs in bridge.learnt.items():
            spot = Spot(bridge.key, port)
            if spot not in leading_on:
                for mac in macs:
                    if mac in fabric.owners and mac not in announced:
                        edges[mac].append(spot)
    found = {}
    for mac, spots in edges.items():
        device = fabric.owners[mac]
        if fabric.forwards(device):
            continue
        nearest = min(spots, key=lambda spot: (len(_occupants(fabric, spot)), spot))
        stays = standing.get(mac)
        found[mac] = _place(fabric, mac, device, stays if stays in spots else nearest)
    return found


def _place(fabric: Fabric, mac: str, device: int, spot: Spot) -> Place:
    there = _occupants(fabric, spot)
    others = len(there - {device})
    vlan = fabric.bridges[spot.switch].learnt[spot.port or 0][mac]
    reason, confidence, via = _why(fabric, device, spot, others)
    return Place(device, mac, spot, reason, confidence, vlan=vlan, via=via)


def _why(fabric: Fabric, device: int, spot: Spot, others: int) -> tuple[Reason, Confidence, int | None]:
    if spot.port in fabric.bridges[spot.switch].radios:
        return Reason.CLIENT, Confidence.CERTAIN, None
    if not others:
        return Reason.ALONE, Confidence.CERTAIN, None
    for kinds, capability, reason in (
        (ACCESS_POINTS, "access_point", Reason.BEHIND_ACCESS_POINT),
        (PHONES, "telephone", Reason.BEHIND_PHONE),
        (HOSTS, "", Reason.BEHIND_HOST),
    ):
        carriers = _carriers(fabric, spot, kinds, capability)
        # A phone has one socket for one computer; two phones, or more, share a hub.
        if len(carriers) != 1 or (reason is Reason.BEHIND_PHONE and others > 1):
            continue
        if device in carriers:
            return Reason.CARRIER, Confidence.CERTAIN, None
        if reason is not Reason.BEHIND_HOST or "hypervisor" in {fabric.kind(one) for one in carriers}:
            # On a hub with an access point, others hang by wire.
            firm = Confidence.PROBABLE if reason is Reason.BEHIND_ACCESS_POINT else Confidence.CERTAIN
            return reason, firm, next(iter(carriers))
    if others < MOST_BEHIND_A_HUB:
        return Reason.SHARED, Confidence.PROBABLE, None
    return Reason.CROWDED, Confidence.POSSIBLE, None


def _carriers(fabric: Fabric, spot: Spot, kinds: frozenset[str], capability: str) -> frozenset[int]:
    """The devices on a port that others may hang behind, by their kind or by what they announce."""
    found = {one for one in _occupants(fabric, spot) if isinstance(one, int) and fabric.kind(one) in kinds}
    found |= {
        heard.device
        for heard in fabric.heard(spot)
        if heard.device is not None and capability in heard.capabilities
    }
    return frozenset(found)


def _clients(fabric: Fabric) -> Iterator[Place]:
    """The wireless clients that access points and their controllers list; of several lists the first access point's."""
    found: dict[str, Place] = {}
    for bridge in fabric.bridges.values():
        for client in bridge.clients:
            device = fabric.owners.get(client.mac)
            if device is None or device == client.access_point or fabric.forwards(device):
                continue
            spot = Spot(client.access_point, client.port)
            place = Place(
                device, client.mac, spot, Reason.CLIENT, Confidence.CERTAIN, detail=client.ssid or ""
            )
            known = found.get(client.mac)
            if known is None or _by_radio(place) < _by_radio(known):
                found[client.mac] = place
    yield from found.values()


def _by_radio(place: Place) -> tuple[int, int, str]:
    return place.spot.switch, place.spot.port or 0, place.detail
