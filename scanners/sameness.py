"""Tells whether two devices that state one serial number are one box at two addresses, or two boxes with one number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scanners.identity import is_locally_administered, is_virtual_mac
from scanners.observation import Observation

BESIDE = " beside "
"""What stands in a source key between a serial number that is another device's too and what tells this one from it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a device has whichever of its addresses is asked: its MACs, its own addresses, its engine id and its name."""

    target: str
    macs: frozenset[str]
    addresses: frozenset[str]
    engine_ids: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, observation: Observation) -> Marks:
        """The marks of what was observed."""

        def values(kind: str) -> frozenset[str]:
            return frozenset(one.value for one in observation.identifiers if one.kind == kind)

        # Software gives the same addresses to many: of those, only a base address counts.
        macs = {mac for mac in values("mac") if not is_locally_administered(mac) and not is_virtual_mac(mac)}
        return cls(
            observation.target, values("base_mac") | macs, values("ip"), values("engine_id"), values("name")
        )


def have_other_macs(one: Marks, other: Marks) -> bool:
    """Say whether both state MAC addresses and none is the other's."""
    return _differ(one.macs, other.macs)


def are_two(one: Marks, other: Marks) -> bool:
    """Say whether two that answered in one run are two boxes: what is burned in decides, then addresses, then words."""
    if one.macs and other.macs:
        return have_other_macs(one, other)
    if one.target in other.addresses and other.target in one.addresses:
        return False
    return _differ(one.engine_ids, other.engine_ids) or _differ(one.names, other.names)


def _differ(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(mine and theirs) and not mine & theirs


def may_be_shared(source_key: str) -> bool:
    """Say whether a source key is a serial number, which another device may state as well."""
    return source_key.startswith("serial:") and BESIDE not in source_key


def is_beside(source_key: str) -> bool:
    """Say whether a source key is that of a device whose serial number another one states as well."""
    return source_key.startswith("serial:") and BESIDE in source_key


def key_beside(observation: Observation) -> str:
    """Return the key of a device whose serial number another one states as well: the number, and what is its own."""
    if not may_be_shared(observation.source_key):
        return observation.source_key
    base = next((one.value for one in observation.identifiers if one.kind == "base_mac"), None)
    if base is None:
        marks = Marks.of(observation)
        # The first that there is stays the same night after night.
        base = next(iter((*sorted(marks.macs), *sorted(marks.names), observation.target)))
    return f"{observation.source_key}{BESIDE}{base}"


def beside(observation: Observation) -> Observation:
    """Return what was seen of a device whose serial number another one states as well.

    The number stays in its facts and, without its maker, among what identifies it: it may propose, and merges nothing.
    """
    identifiers = tuple(
        replace(one, scope="") if one.kind == "serial" else one for one in observation.identifiers
    )
    return replace(observation, source_key=key_beside(observation), identifiers=identifiers)
