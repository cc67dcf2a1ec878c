"""Where custom fields may be declared: features say which nouns and which of their categories take them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.fields.models import CustomField


@dataclass(frozen=True, slots=True)
class Home:
    """A place to declare fields for a noun: the noun itself (`rows` None), or each of some rows, such as categories.

    `rows()` gives (public id, name) of those rows; `url(public id)` the page where their fields are kept.
    """

    key: str
    noun: str
    label: str
    rows: Callable[[], list[tuple[str, str]]] | None = None
    url: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Things:
    """The objects of a noun that fields are declared on, and the lists that show some of them.

    `ids(home's row)` is the statement that selects the public ids of those that people still edit, of all homes of the noun where the row is "";
    `lacking_url(home's row, field key)` is the list of those without a value ("": all), `holding_url(field key, value)`
    that of all with a value, as the filter of custom fields asks for it.
    """

    ids: Callable[[str], Any]
    lacking_url: Callable[[str, str], str]
    holding_url: Callable[[str, str], str]


_homes: dict[str, Home] = {}
_things: dict[str, Things] = {}


def add(home: Home, things: Things | None = None) -> None:
    """Let custom fields be declared there; `things` says once for a noun which objects it has."""
    _homes[home.key] = home
    if things is not None:
        _things[home.noun] = things


def things_of(home: str) -> tuple[str, Things] | None:
    """Return the noun of a home, and its objects; None where they are not known."""
    noun = _homes[home].noun if home in _homes else ""
    return (noun, _things[noun]) if noun in _things else None


def homes() -> dict[str, Home]:
    """Return the homes by key."""
    return _homes


def homes_of(noun: str) -> list[str]:
    """Return the keys of the homes whose fields a noun may have."""
    return [home.key for home in _homes.values() if home.noun == noun]


def named(id_: str) -> str:
    """Return the name of a home's row (a category) by its public id; the id itself when it is gone."""
    rows = (home.rows for home in _homes.values() if home.rows is not None)
    return next((name for find in rows for known, name in find() if known == id_), id_)


def labels(fields: Sequence[CustomField]) -> dict[int, str]:
    """Return what to call each field where several homes are mixed: its label, with its home's row where two share one."""
    counted = Counter(field.label for field in fields)
    names: dict[str, dict[str, str]] = {}
    found = {}
    for field in fields:
        found[field.id] = field.label
        home = _homes.get(field.home)
        if counted[field.label] > 1 and home is not None and home.rows is not None:
            known = names.setdefault(field.home, dict(home.rows()))
            if name := known.get(field.home_id):
                found[field.id] = f"{field.label} ({name})"
    return found
