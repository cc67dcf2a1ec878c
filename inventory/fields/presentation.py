"""Says in the reader's language what history keeps of custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import g
from flask_babel import gettext

from inventory.core import i18n
from inventory.core.i18n import ngettext
from inventory.core.wording import N_
from inventory.fields import homes, kinds, queries
from inventory.fields.columns import WHOLE
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField

MOST_TWICE = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """Some objects, in words, and the list that shows them; `afterwards` is what is said of them once a field is saved."""

    words: str
    url: str | None
    afterwards: str = ""


def home_words(key: str | None) -> str | None:
    """Return what a home is called; the key itself when it is unknown."""
    home = homes.homes().get(key or "")
    return key if home is None else gettext(home.label)


def number_labels() -> frozenset[str]:
    """Return what fields of numbers are called, asked once for a page."""
    if "number_labels" not in g:
        g.number_labels = queries.number_labels()
    return cast("frozenset[str]", g.number_labels)


def lacking(home: str, home_id: str, field: CustomField | None) -> Shown | None:
    """Return how many objects would have to be given a value, None where that is none."""
    found = homes.things_of(home)
    if found is None:
        return None
    noun, things = found
    count = queries.lacking(things.ids(home_id), noun, field)
    if not count:
        return None
    words = ngettext(
        "%(num)s item has no value here yet. If this must be filled in, it stays as it is and asks for one when it is next edited.",
        "%(num)s items have no value here yet. If this must be filled in, they stay as they are and ask for one when they are next edited.",
        count,
    )
    afterwards = ngettext(
        "%(num)s item has no value there yet: it asks for one when it is next edited.",
        "%(num)s items have no value there yet: they ask for one when they are next edited.",
        count,
    )
    return Shown(words, things.lacking_url(home_id, field.key if field else ""), afterwards)


def held_twice(field: CustomField) -> tuple[list[Shown], int]:
    """Return the first values that several objects have, each with those objects, and how many values there are."""
    twice, found = queries.held_twice(field), homes.things_of(field.home)
    return [_twice(field, spellings, found) for spellings in twice[:MOST_TWICE]], len(twice)


def _twice(field: CustomField, spellings: Mapping[str, int], found: tuple[str, homes.Things] | None) -> Shown:
    text, count = next(iter(spellings)), sum(spellings.values())
    words = i18n.labelled(_words(field, text), ngettext("%(num)s item", "%(num)s items", count))
    return Shown(
        words, found and found[1].holding_url(field.key, _asked(field.kind, text, len(spellings) == 1))
    )


def _words(field: CustomField, text: str) -> str:
    value = kinds.value_of(field.kind, text)
    if field.kind is FieldKind.MONEY:
        return i18n.euros(value)
    if field.kind is FieldKind.NUMBER:
        return i18n.number(value)
    return i18n.day(value) if isinstance(value, date) else gettext(N_("“%(text)s”"), text=text)


def _asked(kind: FieldKind, text: str, is_one: bool) -> str:
    """Return what the field's filter is asked for to find a value; of several spellings, the words that they have in common."""
    if kind is FieldKind.MONEY:
        return f"{int(text) / 100:.2f}"
    return f"{WHOLE}{text}" if kind is FieldKind.TEXT and is_one else text
