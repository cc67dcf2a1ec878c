"""One thing that was noticed on a network: its address, and every sign it gave, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scanners.text import clean

MOST_NAMES, MOST_HINTS, MOST_ADDRESSES = 8, 24, 16
LONGEST_NAME, LONGEST_HINT = 120, 160


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """What a thing is called, and by whom: dns, mdns, ssdp, wsd or certificate."""

    value: str
    source: str


@dataclass(frozen=True, slots=True, order=True)
class Hint:
    """A sign of what a thing is: a stable code, and the words it used itself, if any."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """What was noticed at an address; `means` are the codes of how: icmp, arp, mdns, ssdp, wsd, neighbour_table.

    `told_by` is the device whose neighbour table told it; `mac` is canonical (scanners.identity).
    """

    site: str
    address: str
    observed_at: datetime
    means: tuple[str, ...]
    mac: str | None = None
    maker: str | None = None
    more_addresses: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    hints: tuple[Hint, ...] = ()
    told_by: str = ""

    def to_json(self) -> dict[str, Any]:
        """One JSON object, with nothing in it that is unknown; the guess is labelled as one."""
        from scanners.presence.guess import guess

        supposed = guess(self.mac, self.hints)
        found = {
            "presence": 1,
            "site": self.site,
            "address": self.address,
            "observed_at": self.observed_at.astimezone(UTC)
            .isoformat(timespec="seconds")
            .replace("+00:00", "Z"),
            "means": list(self.means),
            "mac": self.mac,
            "maker": self.maker,
            "more_addresses": list(self.more_addresses),
            "names": [{"value": one.value, "source": one.source} for one in self.names],
            "hints": [
                {"code": one.code, "text": one.text} if one.text else {"code": one.code} for one in self.hints
            ],
            "told_by": self.told_by,
            "guess": {"rule": supposed.rule, "kind": supposed.kind} if supposed else None,
        }
        return {name: value for name, value in found.items() if value or name == "site"}


def names(found: Iterable[tuple[str | bytes | None, str]]) -> tuple[Name, ...]:
    """Return clean names, each once, in the order given."""
    cleaned = ((clean(value, LONGEST_NAME), source) for value, source in found)
    return tuple(dict.fromkeys(Name(value, source) for value, source in cleaned if value))[:MOST_NAMES]


def hints(found: Iterable[tuple[str, str | bytes | None]]) -> tuple[Hint, ...]:
    """Return clean hints, each once, in the order given."""
    return tuple(dict.fromkeys(Hint(code, clean(text, LONGEST_HINT) or "") for code, text in found))[
        :MOST_HINTS
    ]
