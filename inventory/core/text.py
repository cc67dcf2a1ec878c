"""Cleans and folds text that comes from forms and files by the same rule as text from the network."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from scanners.text import SHORT, clean, hides

__all__ = ["clean", "folded", "hides"]

# Letters that Unicode does not take apart.
_TAKEN_APART = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'"})


def folded(text: str) -> str:
    """Return text for comparing: lower case, without accents, each run of white space as one space."""
    return _short_folded(text) if len(text) <= SHORT else _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_TAKEN_APART))
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


# Thousands of rows of a file or of a night name the same makers, people and places.
_short_folded = lru_cache(maxsize=8192)(_folded)
