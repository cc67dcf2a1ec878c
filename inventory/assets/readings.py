"""What the text of a code on a label may name: makers put more into it than the serial number."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

LONGEST = 500
LONGEST_NAME = 120
MOST_PARTS = 12
SHORTEST_PART = 5
_CALLED = re.compile(r"\b(?:serial(?: ?(?:no|number|nr))?|s/?n|mac|imei ?\d?|tag)\s*[.:#=]\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s;,|]+")
# ANSI MH10.8.2 names data by letters before them: S a serial number, 1S what Lenovo and IBM put machine type, model and serial into.
_LENOVO = re.compile(r"1S[0-9A-Z]{7,12}([0-9A-Z]{8})")
_SERIAL = re.compile(r"S([0-9A-Z-]{6,})")


def named_by(text: str) -> list[str]:
    """Return the identifiers that a code's text may be or hold, the likeliest first: the whole text, then its parts.

    Of an address the ends of its path and the values of its query; of a list ("SN:… MAC:…") what its labels stand before; of a
    serial number marked as such, the number alone.
    """
    whole = text.strip()[:LONGEST]
    held = _of_address(whole) if "://" in whole else _of_text(whole)
    return [one for one in dict.fromkeys((whole, *held)) if one]


def to_log(text: str) -> str | None:
    """Return the serial number or tag that a new record gets from a code's text; None when the text is no single one."""
    bare = _CALLED.sub("", text.strip())
    marked = _LENOVO.fullmatch(bare)
    named = marked.group(1) if marked else bare
    is_one = len(named) <= LONGEST_NAME and not _BETWEEN.search(named) and "://" not in named
    return named if named and is_one else None


def is_marked(text: str) -> bool:
    """Say whether a code's text says of itself what it is, as "S/N: …" or the Lenovo way."""
    bare = text.strip()
    return bool(_CALLED.match(bare) or _LENOVO.fullmatch(bare))


def _of_address(text: str) -> list[str]:
    try:
        address = urlsplit(text)
        values = [value for _name, value in parse_qsl(address.query, max_num_fields=MOST_PARTS)]
    except ValueError:
        # No address after all: the whole text is still looked up.
        return []
    ends = [*reversed(address.path.split("/")), *values]
    return [part for part in ends if len(part) >= SHORTEST_PART][:MOST_PARTS]


def _of_text(text: str) -> list[str]:
    found = []
    for part in _BETWEEN.split(_CALLED.sub(" ", text).strip())[:MOST_PARTS]:
        if len(part) >= SHORTEST_PART:
            marked = [match.group(1) for rule in (_LENOVO, _SERIAL) if (match := rule.fullmatch(part))]
            found += [part, *marked]
    return found
