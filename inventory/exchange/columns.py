"""The columns that a noun can be filled from, and which column of a file is which of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from inventory.core.listing import NUMBER_IN_PARC
from inventory.core.text import folded
from inventory.core.types import PUBLIC_ID_LENGTH
from inventory.exchange import values


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a noun: its key, its N_ label, what files call it, and how a cell is read.

    `parse(cell)` returns the value or raises values.Unreadable; `names_something` marks text whose zeros matter.
    `choices` are the N_ words of a closed list. `field` is what it fills where several columns fill the same in ways of
    their own, of which a file has one; `says` finds it in headings that say more than a name does.
    """

    key: str
    label: str
    parse: Callable[[Any], Any]
    aliases: tuple[str, ...] = ()
    names_something: bool = False
    choices: tuple[str, ...] = ()
    field: str = ""
    says: re.Pattern[str] | None = None
    bears_on: tuple[str, ...] = ()

    @property
    def fills(self) -> str:
        """The field that it fills: its own key unless another is named."""
        return self.field or self.key


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column each heading of a file fills: heading's place → column key, and the headings that fill none."""

    places: Mapping[int, str]
    unused: Sequence[int] = field(default_factory=tuple)


OWN_NUMBER = "public_id"


def own_number() -> Column:
    """Return the column of a row's number in Parc, which files that Parc wrote have: it finds the row whatever else changes."""
    return Column(
        OWN_NUMBER,
        NUMBER_IN_PARC,
        partial(values.text, limit=PUBLIC_ID_LENGTH),
        ("id parc", "public id"),
        names_something=True,
    )


def normal(heading: str) -> str:
    """Return a heading for comparing: folded, words alone."""
    return " ".join(re.findall(r"[a-z0-9]+", folded(heading)))


def numbered(headings: Sequence[str]) -> list[str]:
    """Return the headings for comparing, told apart where two are the same."""
    seen: Counter[str] = Counter()
    found = []
    for heading in map(normal, headings):
        seen[heading] += 1
        found.append(heading if seen[heading] == 1 else f"{heading} {seen[heading]}")
    return found


def suggest(
    headings: Sequence[str],
    columns: Sequence[Column],
    words: Callable[[str], Sequence[str]],
    remembered: Mapping[str, str] | None = None,
) -> dict[int, str]:
    """Return {place of the heading: column key}: what was chosen before, else what the heading is called.

    `words(label)` gives a label in every language. No column is filled twice, exact names before likely ones.
    """
    known = {column.key: column.fills for column in columns}
    names = numbered(headings)
    chosen: dict[int, str] = {}
    for place, name in enumerate(names):
        key = (remembered or {}).get(name)
        if key in known and key not in chosen.values():
            chosen[place] = key
    for is_it in (_is_label, _is_alias, _says_so, _is_like_label, _begins_so):
        for place, heading in enumerate(headings):
            if place in chosen or (remembered and names[place] in remembered):
                continue
            filled = {known[key] for key in chosen.values()}
            free = (column for column in columns if column.fills not in filled)
            found = next((column for column in free if is_it(heading, column, words)), None)
            if found is not None:
                chosen[place] = found.key
    return dict(sorted(chosen.items()))


Words = Callable[[str], Sequence[str]]


def _is_label(heading: str, column: Column, words: Words) -> bool:
    # Accents count here: "Commandé" is a day, "Commande" the number of an order.
    return heading.strip().casefold() in {word.casefold() for word in words(column.label)}


def _is_alias(heading: str, column: Column, _words: Words) -> bool:
    return normal(heading) in {normal(name) for name in (column.key.replace("_", " "), *column.aliases)}


def _says_so(heading: str, column: Column, _words: Words) -> bool:
    return column.says is not None and column.says.search(normal(heading)) is not None


def _is_like_label(heading: str, column: Column, words: Words) -> bool:
    return normal(heading) in {normal(word) for word in words(column.label)}


def _begins_so(heading: str, column: Column, words: Words) -> bool:
    names = (normal(name) for name in (*words(column.label), *column.aliases))
    return any(len(name) > 3 and normal(heading).startswith(name + " ") for name in names)


def signature(headings: Sequence[str]) -> str:
    """Return what tells one layout of file from another: its headings, whatever their order."""
    return "|".join(sorted(normal(heading) for heading in headings if heading))[:2000]
