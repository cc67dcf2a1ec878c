"""Where custom fields may be declared: features say which nouns and which of their categories take them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


_homes: dict[str, Home] = {}


def add(home: Home) -> None:
    """Let custom fields be declared there."""
    _homes[home.key] = home


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
