"""Address ranges as people write them: checked in words, counted, compared, and cut into chunks."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inventory.core.errors import Invalid
from inventory.core.wording import N_

MOST_ADDRESSES = 262_144
LONGEST_TEXT = 255
SMALLEST_CHUNK, LARGEST_CHUNK = 256, 65_536
SECONDS_PER_CHUNK = 4

# 0/8 names no host, 224/4 groups, 240/4 nobody (RFC 6890); loopback is a device like another.
_NOBODY = tuple(ipaddress.IPv4Network(text) for text in ("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """All addresses from `first` to `last`, as 32-bit numbers."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        first, last = ipaddress.IPv4Address(self.first), ipaddress.IPv4Address(self.last)
        return str(first) if self.first == self.last else f"{first}-{last}"


def parse(text: str, *, field: str = "addresses") -> list[Span]:
    """Read networks (their hosts), ranges and addresses between commas; returns disjoint spans, ascending.

    "10.1.0.0/24", "10.1.0.5-10.1.0.9", "10.1.0.5-9" and "10.1.0.5" are understood. Raises Invalid on `field`.
    """
    parts = _parts(text, field)
    if not parts:
        raise Invalid(field, N_("Name at least one network, range or address, such as 10.1.0.0/24."))
    found = merged([_span(part, field, whole=False) for part in parts])
    total = count(found)
    if total > MOST_ADDRESSES:
        raise Invalid(
            field,
            N_("These are %(count)s addresses; one range takes at most %(most)s. Divide it."),
            count=total,
            most=MOST_ADDRESSES,
        )
    return found


def parse_excluded(text: str, *, field: str = "exclude") -> list[Span]:
    """Read what to leave out, maybe nothing; networks with their first and last address. Raises Invalid."""
    return merged([_span(part, field, whole=True) for part in _parts(text, field)])


def _parts(text: str, field: str) -> list[str]:
    if len(text) > LONGEST_TEXT:
        raise Invalid(field, N_("Use at most %(limit)s characters."), limit=LONGEST_TEXT)
    return text.replace(",", " ").replace(";", " ").split()


def _span(text: str, field: str, *, whole: bool) -> Span:
    if ":" in text:
        raise Invalid(
            field,
            N_(
                "“%(text)s” is IPv6, with too many addresses to ask one by one. Leave it out, and scan the routers by their IPv4 addresses: the neighbour tables that they tell name the IPv6 addresses in use, which are then shown under “Seen, not identified” or on the equipment."
            ),
            text=text[:60],
        )
    try:
        span = _network(text, whole=whole) if "/" in text else _range(text)
    except ValueError:
        raise Invalid(
            field,
            N_(
                "“%(text)s” is not an IPv4 network, range or address, such as 10.1.0.0/24 or 10.1.0.5-10.1.0.9."
            ),
            text=text[:60],
        ) from None
    if span.last < span.first:
        raise Invalid(field, N_("“%(text)s” ends before it begins."), text=text[:60])
    if any(span.first <= int(n.broadcast_address) and span.last >= int(n.network_address) for n in _NOBODY):
        raise Invalid(field, N_("“%(text)s” holds addresses that no device can have."), text=text[:60])
    return span


def _network(text: str, *, whole: bool) -> Span:
    network = ipaddress.IPv4Network(text, strict=False)
    first, last = int(network.network_address), int(network.broadcast_address)
    return Span(first, last) if whole or network.prefixlen > 30 else Span(first + 1, last - 1)


def _range(text: str) -> Span:
    low, dash, high = text.partition("-")
    first = int(ipaddress.IPv4Address(low))
    if not dash:
        return Span(first, first)
    return Span(
        first, int(ipaddress.IPv4Address(high if "." in high else f"{low.rpartition('.')[0]}.{high}"))
    )


def merged(spans: Sequence[Span]) -> list[Span]:
    """Return the same addresses as disjoint spans, ascending."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.first <= found[-1].last + 1:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return found


def count(spans: Sequence[Span]) -> int:
    """Return how many addresses the disjoint spans hold."""
    return sum(len(span) for span in spans)


def without(spans: Sequence[Span], excluded: Sequence[Span]) -> list[Span]:
    """Return `spans` less the excluded ones; both disjoint and ascending."""
    left: list[Span] = []
    place = 0
    for span in spans:
        first = span.first
        while place < len(excluded) and excluded[place].last < first:
            place += 1
        # The last hole of a span may reach into the next one: `place` stays at it.
        for hole in excluded[place : bisect_right(excluded, span.last, key=lambda one: one.first)]:
            if hole.first > first:
                left.append(Span(first, hole.first - 1))
            first = hole.last + 1
        if first <= span.last:
            left.append(Span(first, span.last))
    return left


def overlap(one: Sequence[Span], other: Sequence[Span]) -> int:
    """Return how many addresses both sides hold."""
    return sum(max(0, min(a.last, b.last) - max(a.first, b.first) + 1) for a in one for b in other)


def contains(spans: Sequence[Span], address: str) -> bool:
    """Say whether an IPv4 address (any other text: no) is one of the spans'."""
    try:
        number = int(ipaddress.IPv4Address(address))
    except ValueError:
        return False
    return any(span.first <= number <= span.last for span in spans)


def spans_of(texts: Iterable[str]) -> list[Span]:
    """Return the spans of single IPv4 addresses; other texts are left out."""
    found = []
    for text in texts:
        try:
            number = int(ipaddress.IPv4Address(text))
        except ValueError:
            continue
        found.append(Span(number, number))
    return merged(found)


def chunk_size(rate: int) -> int:
    """Return how many addresses to scan between two checkpoints, from the addresses asked a second."""
    return min(max(rate * SECONDS_PER_CHUNK, SMALLEST_CHUNK), LARGEST_CHUNK)


def chunks(spans: Sequence[Span], size: int) -> Iterator[list[Span]]:
    """Cut the spans into lists of `size` addresses each, the last one shorter."""
    current: list[Span] = []
    room = size
    for span in spans:
        first = span.first
        while first <= span.last:
            last = min(span.last, first + room - 1)
            current.append(Span(first, last))
            room -= last - first + 1
            first = last + 1
            if room == 0:
                yield current
                current, room = [], size
    if current:
        yield current


def in_order(target: str) -> str:
    """Return text that sorts as addresses do: those of IPv4 by number, those of IPv6 after them, then all other words.

    It begins with a figure and goes on in hexadecimal, which every collation sorts alike; at most 64 characters.
    """
    try:
        found = ipaddress.ip_address(target.partition("%")[0])
    except ValueError:
        return f"9{target[:63]}"
    return f"{found.version}{found.packed.hex()}"
