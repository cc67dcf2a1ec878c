"""Which entity a directory's branch belongs to: distinguished names compared as trees, the longest match wins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")

# A comma that no backslash escapes (RFC 4514 §2.4).
_SEPARATOR = re.compile(r"(?<!\\)(?:\\\\)*[,;]")
_AROUND_EQUALS = re.compile(r"\s*=\s*")


def parts(dn: str) -> tuple[str, ...]:
    """Return the relative names from the leaf to the root, without the case and spaces that mean nothing."""
    found, start = [], 0
    for separator in _SEPARATOR.finditer(dn):
        found.append(dn[start : separator.end() - 1])
        start = separator.end()
    found.append(dn[start:])
    return tuple(_AROUND_EQUALS.sub("=", part.strip()).casefold() for part in found if part.strip())


def is_name(dn: str) -> bool:
    """Say whether the text looks like a distinguished name: every part has a type and a value."""
    return bool(parts(dn)) and all(re.fullmatch(r"[a-z0-9.-]+=.+", part) for part in parts(dn))


def longest_match(dn: str, branches: Mapping[tuple[str, ...], Value], otherwise: Value) -> Value:
    """Return the value of the longest branch (as `parts` gives it) that `dn` stands in, else `otherwise`."""
    names = parts(dn)
    for start in range(len(names)):
        if names[start:] in branches:
            return branches[names[start:]]
    return otherwise
