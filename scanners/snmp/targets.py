"""Reads what to scan (networks, ranges, addresses, exclusions) into a list of IPv4 addresses."""

from __future__ import annotations

import ipaddress
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from scanners.snmp.options import OptionsError

MOST_ADDRESSES = 2**18


@dataclass(frozen=True, slots=True)
class Targets:
    """Addresses as 32-bit numbers, ascending; `named` are those that were asked for one by one."""

    addresses: array[int]
    named: frozenset[int]
    scope: str

    def __len__(self) -> int:
        return len(self.addresses)


def dotted(address: int) -> str:
    """An address as text."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


def number(text: str) -> int:
    """An IPv4 address as a number; raises OptionsError."""
    try:
        return int(ipaddress.IPv4Address(text.strip()))
    except ValueError:
        raise OptionsError(f"{text.strip()[:60]!r} is not an IPv4 address.") from None


def span(text: str) -> tuple[int, int]:
    """First and last address of "10.0.0.0/24" (its hosts only), "10.0.0.5-10.0.0.9", "10.0.0.5-9" or "10.0.0.5"."""
    text = text.strip()
    if "/" in text:
        try:
            network = ipaddress.IPv4Network(text, strict=False)
        except ValueError:
            raise OptionsError(f"{text[:60]!r} is not an IPv4 network.") from None
        first, last = int(network.network_address), int(network.broadcast_address)
        return (first + 1, last - 1) if network.prefixlen <= 30 else (first, last)
    low, dash, high = text.partition("-")
    first = number(low)
    if not dash:
        return first, first
    last = number(high) if "." in high else number(low.rpartition(".")[0] + "." + high.strip())
    if last < first:
        raise OptionsError(f"The range {text[:60]!r} ends before it begins.")
    return first, last


def parse(texts: Iterable[str], exclude: Iterable[str] = (), skip_before: str | None = None) -> Targets:
    """The addresses of networks, ranges and addresses without the excluded ones; raises OptionsError."""
    given = [part for text in texts for part in text.replace(",", " ").split()]
    if not given:
        raise OptionsError("There is nothing to scan: name a network, a range or an address.")
    spans = [span(text) for text in given]
    if sum(last - first + 1 for first, last in spans) > MOST_ADDRESSES:
        raise OptionsError(f"One scan takes at most {MOST_ADDRESSES} addresses: divide the ranges.")
    left_out = [_whole(text) for part in exclude for text in part.replace(",", " ").split()]
    start = number(skip_before) if skip_before else 0
    found: set[int] = set()
    for first, last in spans:
        found.update(range(max(first, start), last + 1))
    for first, last in left_out:
        if last - first >= len(found):
            found = {address for address in found if not first <= address <= last}
        else:
            found.difference_update(range(first, last + 1))
    named = frozenset(first for first, last in spans if first == last) & found
    return Targets(array("I", sorted(found)), named, ", ".join(given)[:1000])


def _whole(text: str) -> tuple[int, int]:
    """The span of an exclusion: a network is excluded with its first and last address."""
    if "/" not in text:
        return span(text)
    span(text)
    network = ipaddress.IPv4Network(text, strict=False)
    return int(network.network_address), int(network.broadcast_address)
