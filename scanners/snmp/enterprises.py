"""The makers that matter, by IANA enterprise number (enterprises.tsv): their names, and the trade of those that have one only."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from scanners.snmp.ber import Oid

PRIVATE = (1, 3, 6, 1, 4, 1)

# Agents that run on anybody's device: Windows, SNMP Research, UCD-SNMP, Net-SNMP, BEGEMOT (FreeBSD), lwIP, OpenBSD.
GENERIC = frozenset({0, 99, 311, 2021, 8072, 12325, 26381, 30155})


@dataclass(frozen=True, slots=True)
class Enterprise:
    """The owner of a number; no name where the number is a generic agent's or not in the table."""

    number: int
    maker: str = ""
    kind: str | None = None


@functools.cache
def enterprises() -> Mapping[int, Enterprise]:
    """All known enterprises by number."""
    table = resources.files("scanners.snmp").joinpath("enterprises.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {int(row[0]): Enterprise(int(row[0]), row[1], row[2] if len(row) > 2 else None) for row in rows}


def enterprise_of(object_id: Oid) -> Enterprise | None:
    """The enterprise that an object belongs to; an unknown or generic one has no name."""
    if object_id[:6] != PRIVATE or len(object_id) < 7:
        return None
    number = object_id[6]
    return Enterprise(number) if is_generic(number) else enterprises().get(number, Enterprise(number))


def is_generic(number: int) -> bool:
    """Whether a number says nothing about the device: its agent runs on anybody's."""
    return number in GENERIC
