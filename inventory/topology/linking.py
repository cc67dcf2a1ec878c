"""Decides which port of a switch leads to which other switch: by what announces itself, else by what is learnt where.

Tables are never whole: a switch knows the address of another only while that one talks. So each part of the network is
seen from its core, and each switch is hung below the nearest one that learns it on a port away from the core.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from inventory.topology.fabric import FORWARDING, Fabric, Heard, Spot
from inventory.topology.states import LinkReason


@dataclass(frozen=True, slots=True)
class Link:
    """A port that leads to another switch: `peer` is its asset's id, None where it is not in the inventory."""

    spot: Spot
    peer: int | None
    reason: LinkReason
    peer_name: str = ""
    peer_port: str | None = None
    protocol: str = ""


def links(fabric: Fabric) -> tuple[Link, ...]:
    """Return the links of all switches, by switch and port; what announces itself outweighs what is learnt."""
    announced = list(_announced(fabric))
    told = {link.spot for link in announced}
    learnt = [link for link in _learnt(fabric) if link.spot not in told]
    return tuple(
        sorted(
            (*announced, *learnt), key=lambda one: (one.spot, one.peer is None, one.peer or 0, one.peer_name)
        )
    )


def _announced(fabric: Fabric) -> Iterator[Link]:
    for bridge in fabric.bridges.values():
        for port in sorted(bridge.heard):
            spot = Spot(bridge.key, port)
            told = [link for heard in fabric.heard(spot) if (link := _heard_link(fabric, spot, heard))]
            yield from {(one.peer, one.peer_name): one for one in told}.values()


def _heard_link(fabric: Fabric, spot: Spot, heard: Heard) -> Link | None:
    """The link to what announces itself, if it is a switch: one that is read, one of the inventory, or a stranger."""
    if heard.device == spot.switch or (heard.device is None and not heard.name):
        return None

    def link(reason: LinkReason) -> Link:
        return Link(spot, heard.device, reason, heard.name, heard.remote_port, heard.protocol.upper())

    if fabric.forwards(heard.device):
        return link(LinkReason.ANNOUNCED)
    if heard.device is not None and fabric.kind(heard.device) not in FORWARDING:
        return None
    switches = "bridge" in heard.capabilities and not heard.capabilities & {
        "telephone",
        "access_point",
        "station",
    }
    return link(LinkReason.NOT_READ) if switches else None


def _learnt(fabric: Fabric) -> Iterator[Link]:
    """Each switch with the nearest one above it, from both sides where both learn the other."""
    where = _where(fabric)
    for part in _parts(where):
        core = max(
            part, key=lambda key: (len(set(where.get(key, {}).values())), len(where.get(key, {})), -key)
        )
        towards = _towards(fabric, where, part, core)
        below = {
            key: {other for other, port in where.get(key, {}).items() if port not in {None, towards[key]}}
            for key in part
        }
        height = {key: (len(_reached(key, below)), key) for key in part}
        for key in sorted(part - {core}):
            # Each stands below one that reaches more than itself, so that there never is a ring.
            above = [other for other in part if key in below[other] and height[other] > height[key]]
            nearest = min(above, key=lambda other: height[other], default=None)
            if nearest is None:
                continue
            yield Link(Spot(nearest, where[nearest][key]), key, LinkReason.LEARNT)
            back = where.get(key, {}).get(nearest)
            if back is not None:
                yield Link(Spot(key, back), nearest, LinkReason.LEARNT)


def _reached(start: int, below: Mapping[int, set[int]]) -> set[int]:
    """All that is below a switch, and below those."""
    found: set[int] = set()
    stack = [start]
    while stack:
        new = below[stack.pop()] - found
        found |= new
        stack += new
    return found


Where = Mapping[int, Mapping[int, int | None]]


def _where(fabric: Fabric) -> Where:
    """On which port each switch learns each of the others; None where it learns one on two ports."""
    found: dict[int, dict[int, int | None]] = defaultdict(dict)
    for spot, others in fabric.beyond.items():
        mine = found[spot.switch]
        for other in others:
            mine[other] = None if other in mine else spot.port
    return found


def _parts(where: Where) -> Iterator[set[int]]:
    """The switches that know one another, directly or through others."""
    near: dict[int, set[int]] = defaultdict(set)
    for key, others in where.items():
        for other in others:
            near[key].add(other)
            near[other].add(key)
    seen: set[int] = set()
    for start in sorted(near):
        if start in seen:
            continue
        part, stack = {start}, [start]
        while stack:
            new = near[stack.pop()] - part
            part |= new
            stack += new
        seen |= part
        yield part


def _towards(fabric: Fabric, where: Where, part: Collection[int], core: int) -> dict[int, int | None]:
    """The port of each switch towards the core: where the core is learnt, else where a switch that is nearer to it is,
    else where most addresses are, as on any uplink."""
    found: dict[int, int | None] = {
        key: port for key in part if (port := where.get(key, {}).get(core)) is not None
    }
    sure = sorted(found)
    for key in sorted(set(part) - {core, *found}):
        above = [one for one in sure if where[one].get(key) not in {None, found[one]}]
        ports = [port for one in above if (port := where.get(key, {}).get(one)) is not None]
        learnt = fabric.bridges[key].learnt
        usual = max(learnt, key=lambda port: (len(learnt[port]), -port), default=None)
        found[key] = min(ports, default=usual)
    return {core: None, **found}


def leading_on(fabric: Fabric, found: Collection[Link]) -> set[Spot]:
    """Return the ports that lead to another switch: those of links, and all where the address of another is learnt."""
    return {link.spot for link in found} | set(fabric.beyond)
