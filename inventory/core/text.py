"""Cleans and folds text that comes from forms and files by the same rule as text from the network; says where names may break."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from markupsafe import Markup

from scanners.text import clean

__all__ = ["breakable", "clean", "folded"]

# Of words longer than this, lines may end behind a dot or the like.
LONG_WORD = 16
_ENDS = re.compile(r"(?<=[.@_/:\\])(?=[^\s.@_/:\\])")

# Letters that Unicode does not take apart.
_TAKEN_APART = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'"})


def folded(text: str) -> str:
    """Return text for comparing: lower case, without accents, each run of white space as one space."""
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_TAKEN_APART))
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def breakable(value: Any) -> Any:
    """Return text in which a long name (pc-12.mairie.example) may break behind its dots; anything else as it is."""
    if not isinstance(value, str) or max(map(len, value.split()), default=0) <= LONG_WORD:
        return value
    return Markup("<wbr>").join(_ENDS.split(value))
