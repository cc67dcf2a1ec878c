"""Short ways to describe sightings and assets in tables of cases."""

from __future__ import annotations

from typing import Any

from inventory.reconciliation.likeness import Traits, is_strong
from inventory.reconciliation.matching import Ask, Created, Decision, Ignored, Known, Later, Linked, Seen
from scanners.observation import Identifier

HOST_MAC = "3c:52:82:aa:bb:cc"


def ids(*texts: str) -> frozenset[Identifier]:
    """Identifiers from "kind:value" or "kind:value@scope"; MAC addresses keep their colons."""
    found = []
    for text in texts:
        kind, _, rest = text.partition(":")
        value, _, scope = rest.partition("@")
        found.append(Identifier(kind, value, scope))
    return frozenset(found)


def traits(*texts: str, **more: Any) -> Traits:
    return Traits(ids(*texts), **more)


def seen(key: int, *texts: str, link: int | None = None, **more: Any) -> Seen:
    own = {name: more.pop(name) for name in ("must", "cannot", "ignored", "by_address") if name in more}
    return Seen(key, traits(*texts, **more), link=link, **own)


def known(id_: int, *texts: str, live: bool = True, **more: Any) -> Known:
    return Known(id_, traits(*texts, **more), live=live)


def said(decision: Decision) -> Any:
    """The heart of a decision, to compare in tables."""
    match decision:
        case Linked(asset=asset):
            return "linked", asset
        case Created(group=group):
            return "created", group
        case Ask(kind=kind, candidates=candidates):
            return kind, candidates
        case Later():
            return "later"
        case Ignored():
            return "ignored"


def lab_agent(number: int, *, serial: bool = True, link: int | None = None) -> Seen:
    """One of six Net-SNMP agents that share engine ids (1, 2, 4), a name (1, 2, 3) and the host's MAC addresses."""
    texts = [
        "engine_id:80001f8804c0ffee00112233"
        if number in (1, 2, 4)
        else f"engine_id:80001f8804aa{number:02x}",
        "name:sw-double@lab" if number in (1, 2, 3) else f"name:lab-sw-{number:03d}@lab",
        f"base_mac:02:77:00:ab:00:{number:02x}",
        f"mac:{HOST_MAC}",
        f"ip:127.16.0.{10 + number}@lab",
    ]
    if serial:
        texts.append(f"serial:LAB{number:05d}@Labswitch")
    return seen(number, *texts, link=link, kind="switch", maker="Labswitch", by_address=True)


def asset_of(one: Seen, id_: int) -> Known:
    """The asset that a sighting made."""
    return Known(id_, one.traits)


def strong_of(one: Seen) -> frozenset[Identifier]:
    return frozenset(i for i in one.traits.identifiers if is_strong(i, one.traits.kind))
