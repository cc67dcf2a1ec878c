"""Decides whose word counts for a field when a person, a directory, the network and an agent disagree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inventory.assets.states import SourceKind

# What runs on the thing knows its inside best, what asks it over the network comes next. Recency decides only
# between claims of one rank, so that two sources that disagree do not swap a value every night.
DEFAULT_RANKS = {
    SourceKind.AGENT: 50,
    SourceKind.SNMP: 40,
    SourceKind.LDAP: 30,
    SourceKind.IMPORT: 20,
    SourceKind.PERSON: 10,
    SourceKind.SYSTEM: 0,
}
# A computer's name is what its directory calls it, and its directory knows the edition of its system.
FIELD_RANKS = {
    "name": {SourceKind.LDAP: 60},
    "os_name": {SourceKind.LDAP: 45},
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of one field; `pinned` when a person keeps it against all others."""

    source: SourceKind
    value: Any
    said_at: datetime
    pinned: bool = False


def rank(field: str, source: SourceKind) -> int:
    """Return a source's authority over a field; a higher one wins."""
    return FIELD_RANKS.get(field, {}).get(source, DEFAULT_RANKS[source])


def winner(field: str, claims: Iterable[Claim]) -> Claim | None:
    """Return the claim that the field shows: the pinned one, else the best ranked, else the latest; None without any."""
    return max(
        claims, key=lambda claim: (claim.pinned, rank(field, claim.source), claim.said_at), default=None
    )
