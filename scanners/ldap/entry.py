"""One directory entry as it came over the wire, and bounded readings of its values."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from scanners.text import clean

MOST_VALUES = 64
"""Values of one attribute that are looked at; computers and people have few."""

LONGEST_NAME = 1024
LONGEST_KEY = 200

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NEVER = 0x7FFFFFFFFFFFFFFF
_GENERALIZED = re.compile(r"(\d{14})(?:[.,]\d+)?Z")
_LAST_INSTANT = datetime(9999, 1, 1, tzinfo=UTC)

# objectGUID: MS-ADTS, octets in the mixed order of a Windows GUID; entryUUID: RFC 4530, text;
# nsUniqueId: 389 Directory Server, hex digits in four groups; GUID: eDirectory, octets
GUID_ATTRIBUTES = ("objectGUID", "entryUUID", "nsUniqueId", "GUID")


@dataclass(frozen=True, slots=True)
class Entry:
    """The name of an entry and its values, by attribute name in small letters."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]]

    @classmethod
    def from_wire(cls, dn: bytes, attributes: Mapping[str, Iterable[bytes]]) -> Entry:
        """The entry with its name cleaned, attribute options (";binary") dropped and only so many values kept."""
        values = {
            name.lower().partition(";")[0]: tuple(octets)[:MOST_VALUES] for name, octets in attributes.items()
        }
        return cls(clean(dn, LONGEST_NAME) or "", values)

    def raw(self, name: str) -> bytes | None:
        """The first value of an attribute."""
        found = self.values.get(name.lower(), ())
        return found[0] if found else None

    def text(self, *names: str, limit: int = 255) -> str | None:
        """The first of these attributes that says something, cleaned and cut to `limit` characters."""
        return next((one for name in names for one in self.texts(name, limit=limit)), None)

    def texts(self, name: str, *, limit: int = 255) -> tuple[str, ...]:
        """All values of an attribute that say something, cleaned."""
        found = self.values.get(name.lower(), ())
        return tuple(text for octets in found if (text := clean(octets, limit)))

    def number(self, name: str) -> int | None:
        """A whole number, or None for anything else."""
        text = self.text(name, limit=24)
        return int(text) if text and re.fullmatch(r"-?[0-9]{1,20}", text) else None

    def truth(self, name: str) -> bool | None:
        """TRUE or FALSE (RFC 4517 §3.3.3), or None."""
        return {"TRUE": True, "FALSE": False}.get((self.text(name, limit=8) or "").upper())

    def filetime(self, name: str) -> datetime | None:
        """An instant counted in 100 ns since 1601 (MS-DTYP FILETIME); 0 and the largest number mean never."""
        ticks = self.number(name)
        if ticks is None or ticks <= 0 or ticks >= _NEVER:
            return None
        seconds = ticks // 10_000_000
        if seconds >= (_LAST_INSTANT - _FILETIME_EPOCH).total_seconds():
            return None
        return _FILETIME_EPOCH + timedelta(seconds=seconds)

    def instant(self, *names: str) -> datetime | None:
        """A GeneralizedTime in UTC (RFC 4517 §3.3.13) such as 20230115081500.0Z."""
        for name in names:
            found = _GENERALIZED.fullmatch(self.text(name, limit=32) or "")
            if found:
                try:
                    return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
                except ValueError:
                    continue
        return None

    def day_number(self, name: str) -> date | None:
        """A day counted since 1970 (shadowExpire, RFC 2307)."""
        days = self.number(name)
        return date(1970, 1, 1) + timedelta(days=days) if days is not None and 0 < days < 2_900_000 else None

    @property
    def source_key(self) -> str:
        """What names this entry from one night to the next: its GUID, else its name; empty when it has neither."""
        guid = self.guid()
        if guid:
            return f"guid:{guid}"
        name = self.dn.lower()
        if len(name) > LONGEST_KEY:
            return "dn-sha256:" + hashlib.sha256(name.encode()).hexdigest()
        return f"dn:{name}" if name else ""

    @property
    def guid_attribute(self) -> str | None:
        """Which attribute the GUID was read from."""
        return next((name for name in GUID_ATTRIBUTES if self.raw(name) is not None), None)

    def guid(self) -> str | None:
        """The entry's lasting identity as 8-4-4-4-12 small hex digits, or None when the server says none."""
        found = self.raw("objectGUID")
        if found is not None:
            return _sound(found if len(found) == 16 else None, windows=True)
        for name in ("entryUUID", "nsUniqueId"):
            digits = re.sub(r"[^0-9a-f]", "", (self.text(name, limit=64) or "").lower())
            if len(digits) == 32:
                return _sound(bytes.fromhex(digits))
        found = self.raw("GUID")
        return _sound(found if found is not None and len(found) == 16 else None)


def _sound(octets: bytes | None, *, windows: bool = False) -> str | None:
    if octets is None or len(set(octets)) == 1:
        return None
    return str(uuid.UUID(bytes_le=octets) if windows else uuid.UUID(bytes=octets))


def iso(instant: datetime | None) -> str | None:
    """An instant as the text that facts carry: 2026-01-31T08:15:00Z."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None
