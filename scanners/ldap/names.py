"""Distinguished names taken apart (RFC 4514), as far as telling where an entry hangs needs it."""

from __future__ import annotations

import re

_HEX_PAIRS = re.compile(rb"\\([0-9a-fA-F]{2})")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def split(dn: str) -> list[str]:
    """The parts of a name from the entry upwards; escaped commas do not split, nor do those in quotes."""
    parts, start, place, quoted = [], 0, 0, False
    while place < len(dn):
        character = dn[place]
        if character == "\\":
            place += 2
            continue
        if character == '"':
            quoted = not quoted
        elif character in ",;" and not quoted:
            parts.append(dn[start:place].strip())
            start = place + 1
        place += 1
    parts.append(dn[start:].strip())
    return [part for part in parts if part]


def parent(dn: str) -> str:
    """The name of the entry above, or an empty text at the top."""
    return ",".join(split(dn)[1:])


def value(part: str) -> str:
    r"""The value in one part of a name: "OU=Écoles\, crèches" gives "Écoles, crèches"."""
    raw = part.partition("=")[2].strip().encode()
    # hex pairs are octets of UTF-8: they are put together before decoding
    raw = _HEX_PAIRS.sub(lambda found: b"\\" + bytes.fromhex(found[1].decode()), raw)
    return _ESCAPED.sub(rb"\1", raw).decode(errors="replace")


def unit_path(dn: str) -> str:
    """The organisational units (and containers) above an entry, outermost first: "Mairie / Postes"."""
    above = [part for part in split(dn)[1:] if part.partition("=")[0].strip().lower() in ("ou", "cn", "o")]
    return " / ".join(value(part) for part in reversed(above))
