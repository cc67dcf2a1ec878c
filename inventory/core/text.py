"""Cleans and folds text that comes from forms and files by the same rule as text from the network."""

from __future__ import annotations

import unicodedata

from scanners.text import clean

__all__ = ["clean", "folded"]

# Letters that Unicode does not take apart.
_TAKEN_APART = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'"})


def folded(text: str) -> str:
    """Return text for comparing: lower case, without accents, each run of white space as one space."""
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_TAKEN_APART))
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())
