"""Puts the switches of a site into layers: which one is the core, and below which each of the others stands."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Key = str


@dataclass(slots=True)
class Standing:
    """A switch in its layer: 0 for a core, with the one above it and those below."""

    key: Key
    layer: int
    above: Key | None = None
    below: list[Key] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layers:
    """All switches by key, the cores (one for each part that no link joins to another), and the links that close a ring."""

    standing: Mapping[Key, Standing]
    cores: Sequence[Key]
    rings: Sequence[tuple[Key, Key]]

    @property
    def depth(self) -> int:
        """How many layers there are."""
        return max((one.layer for one in self.standing.values()), default=-1) + 1


def layers(
    keys: Iterable[Key], pairs: Iterable[tuple[Key, Key]], ranks: Mapping[Key, Sequence[int]]
) -> Layers:
    """Return the layers by distance from the core: in each part the switch of the highest rank, number by number."""
    near: dict[Key, set[Key]] = {key: set() for key in keys}
    for one, other in pairs:
        if one != other:
            near[one].add(other)
            near[other].add(one)
    standing: dict[Key, Standing] = {}
    cores = []
    for key in sorted(near, key=lambda key: ([-number for number in ranks.get(key, (0,))], key)):
        if key not in standing:
            cores.append(key)
            _spread(key, near, standing)
    return Layers(standing, cores, _rings(near, standing))


def _spread(core: Key, near: Mapping[Key, set[Key]], standing: dict[Key, Standing]) -> None:
    standing[core] = Standing(core, 0)
    waiting = deque([core])
    while waiting:
        key = waiting.popleft()
        for other in sorted(near[key]):
            if other not in standing:
                standing[other] = Standing(other, standing[key].layer + 1, key)
                standing[key].below.append(other)
                waiting.append(other)


def _rings(near: Mapping[Key, set[Key]], standing: Mapping[Key, Standing]) -> list[tuple[Key, Key]]:
    """The links of no tree: a second way between two switches."""
    found: dict[tuple[Key, Key], None] = defaultdict()
    for key, others in sorted(near.items()):
        for other in sorted(others):
            if key < other and standing[key].above != other and standing[other].above != key:
                found[(key, other)] = None
    return list(found)
