"""Which names in the catalogue probably mean one thing: the same once case, punctuation and words that tell nothing are left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from inventory.core.text import folded

Row = TypeVar("Row")
_WORD = re.compile(r"[^\W_]+")
_OF_COMPANIES = frozenset(
    [
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "gmbh",
        "kg",
        "ag",
        "ab",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "bv",
        "nv",
        "llc",
        "lp",
        "plc",
        "oy",
        "as",
        "kk",
        "group",
        "groupe",
        "holding",
        "international",
        "intl",
        "europe",
        "france",
        "technologies",
        "technology",
        "systems",
        "solutions",
        "electronics",
        "computer",
        "computers",
        "the",
    ]
)
_OF_PRODUCTS = frozenset(
    [
        "notebook",
        "laptop",
        "portable",
        "pc",
        "computer",
        "desktop",
        "workstation",
        "station",
        "printer",
        "imprimante",
        "series",
        "serie",
        "mfp",
        "monitor",
        "the",
        "business",
    ]
)


def maker_form(name: str) -> str:
    """Return a maker's name without legal forms and words that many companies share; the whole where nothing else remains."""
    return _form(name, _OF_COMPANIES)


def model_form(name: str, maker: str) -> str:
    """Return a model's name without its maker's before it and without words that say what kind of thing it is."""
    form, prefix = _form(name, _OF_PRODUCTS), maker_form(maker)
    return form.removeprefix(prefix) or form


def alike(rows: Iterable[Row], form: Callable[[Row], Hashable]) -> list[list[Row]]:
    """Return the groups of two rows or more that have one form, in the order of their first."""
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(form(row), []).append(row)
    return [group for group in groups.values() if len(group) > 1]


def _form(name: str, telling_nothing: frozenset[str]) -> str:
    words = _WORD.findall(folded(name))
    return "".join(word for word in words if word not in telling_nothing) or "".join(words)
