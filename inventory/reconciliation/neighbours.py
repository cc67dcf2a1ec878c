"""Finds the things that have an identifier in common with another, so that nothing is compared with everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from inventory.reconciliation.likeness import Traits

Thing = TypeVar("Thing")
_MACS = frozenset({"mac", "base_mac"})


class Neighbours(Generic[Thing]):
    """Things by the values of their identifiers, whatever the scope; chassis addresses are addresses like others.

    Two that are no neighbours share no evidence at all, neither strong nor weak.
    """

    def __init__(self, things: Iterable[tuple[Thing, Traits]] = ()) -> None:
        self._things: list[Thing] = []
        self._places: dict[tuple[str, str], list[int]] = defaultdict(list)
        for thing, traits in things:
            self.add(thing, traits)

    def add(self, thing: Thing, traits: Traits) -> None:
        """Add a thing and what it is known by."""
        place = len(self._things)
        self._things.append(thing)
        for key in _keys(traits):
            self._places[key].append(place)

    def of(self, traits: Traits) -> list[Thing]:
        """Return the things that share a value with these traits, in the order in which they were added."""
        places = {place for key in _keys(traits) for place in self._places.get(key, ())}
        return [self._things[place] for place in sorted(places)]


def _keys(traits: Traits) -> set[tuple[str, str]]:
    return {("mac" if one.kind in _MACS else one.kind, one.value) for one in traits.identifiers}
