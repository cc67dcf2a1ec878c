"""Draws that are the same for the same seed, whatever else is drawn elsewhere and in whatever order."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

Item = TypeVar("Item")

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SATURDAY = 5


class Chance:
    """A stream of draws with a name of its own under the seed: `Chance(7, "people", "AUB")`."""

    def __init__(self, *name: object) -> None:
        # A text seeds by its digest: the same under every PYTHONHASHSEED.
        self._random = random.Random(":".join(str(part) for part in name))
        self.share = self._random.random
        self.between = self._random.randint
        self.gauss = self._random.gauss

    def happens(self, share: float) -> bool:
        """Say yes in this share of the cases."""
        return self.share() < share

    def one(self, items: Sequence[Item]) -> Item:
        """Return one of the items, each as likely."""
        return items[int(self.share() * len(items))]

    def weighted(self, weights: Mapping[Item, float]) -> Item:
        """Return one of the keys, as likely as its weight says."""
        rest = self.share() * sum(weights.values())
        for item, weight in weights.items():
            rest -= weight
            if rest <= 0:
                return item
        return next(reversed(list(weights)))

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in another order."""
        mixed = list(items)
        self._random.shuffle(mixed)
        return mixed

    def letters(self, count: int, alphabet: str = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") -> str:
        """Return a text of `count` characters of the alphabet."""
        return "".join(self._random.choices(alphabet, k=count))

    def public_id(self) -> str:
        """Return an id like those of `core.types.new_public_id`."""
        return self.letters(12, _ALPHABET)

    def hexadecimal(self, count: int) -> str:
        """Return `count` hexadecimal digits in small letters."""
        return f"{self._random.getrandbits(4 * count):0{count}x}"

    def workday(self, day: date) -> date:
        """Return the day, or the Friday before it at a week-end."""
        late = day.weekday() - _SATURDAY
        return day - timedelta(days=late + 1) if late >= 0 else day

    def at_work(self, day: date) -> datetime:
        """Return an instant of the working hours of a day, UTC."""
        second = self.between(7 * 3600, 15 * 3600)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)
