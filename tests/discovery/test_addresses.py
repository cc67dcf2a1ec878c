"""Address ranges as people write them."""

from __future__ import annotations

import pytest

from inventory.core.errors import Invalid
from inventory.discovery import addresses
from inventory.discovery.addresses import Span


def texts(spans: list[Span]) -> list[str]:
    return [str(span) for span in spans]


@pytest.mark.parametrize(
    ("text", "spans", "count"),
    [
        ("10.1.0.0/24", ["10.1.0.1-10.1.0.254"], 254),
        ("10.1.0.77/24", ["10.1.0.1-10.1.0.254"], 254),
        ("10.1.0.5", ["10.1.0.5"], 1),
        ("10.1.0.5/32", ["10.1.0.5"], 1),
        ("10.1.0.4/31", ["10.1.0.4-10.1.0.5"], 2),
        ("10.1.0.5-9", ["10.1.0.5-10.1.0.9"], 5),
        ("10.1.0.5-10.1.1.4", ["10.1.0.5-10.1.1.4"], 256),
        ("10.1.0.9, 10.1.0.5-8; 10.2.0.1", ["10.1.0.5-10.1.0.9", "10.2.0.1"], 6),
        ("10.1.0.0/24 10.1.0.10", ["10.1.0.1-10.1.0.254"], 254),
        ("127.16.0.11-127.16.0.16", ["127.16.0.11-127.16.0.16"], 6),
    ],
)
def test_what_people_write_becomes_disjoint_spans(text: str, spans: list[str], count: int) -> None:
    parsed = addresses.parse(text)
    assert texts(parsed) == spans
    assert addresses.count(parsed) == count


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "at least one"),
        ("salle 3", "is not an IPv4"),
        ("10.1.0.256", "is not an IPv4"),
        ("10.1.0.0/33", "is not an IPv4"),
        ("2001:db8::/64", "is IPv6"),
        ("10.1.0.9-10.1.0.5", "ends before it begins"),
        ("10.0.0.0/8", "at most 262144"),
        ("0.0.0.0/8", "no device can have"),
        ("224.0.0.1", "no device can have"),
        ("255.255.255.255", "no device can have"),
        ("<script>alert(1)</script>", "is not an IPv4"),
        ("1" * 300, "at most 255 characters"),
    ],
)
def test_what_cannot_be_scanned_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refusal:
        addresses.parse(text)
    assert refusal.value.field == "addresses"


def test_an_excluded_network_goes_with_its_first_and_last_address() -> None:
    spans = addresses.parse("10.1.0.0/23")
    left = addresses.without(spans, addresses.parse_excluded("10.1.0.128/25, 10.1.1.7"))
    assert texts(left) == ["10.1.0.1-10.1.0.127", "10.1.1.0-10.1.1.6", "10.1.1.8-10.1.1.254"]


def test_two_ranges_say_how_many_addresses_they_share() -> None:
    assert addresses.overlap(addresses.parse("10.1.0.0/24"), addresses.parse("10.1.0.200-10.1.1.9")) == 55
    assert addresses.overlap(addresses.parse("10.1.0.0/24"), addresses.parse("10.2.0.0/24")) == 0


@pytest.mark.parametrize("size", [1, 3, 100, 254, 4096])
def test_chunks_hold_every_address_once_and_in_order(size: int) -> None:
    spans = addresses.parse("10.1.0.0/24, 10.2.0.5, 10.3.0.0/25")
    parts = list(addresses.chunks(spans, size))
    flat = [number for part in parts for span in part for number in range(span.first, span.last + 1)]
    assert flat == [number for span in spans for number in range(span.first, span.last + 1)]
    assert all(addresses.count(part) == size for part in parts[:-1])


@pytest.mark.parametrize(
    ("rate", "size"), [(1, 256), (100, 400), (1000, 4000), (10_000, 40_000), (20_000, 65_536)]
)
def test_a_chunk_takes_some_seconds_at_the_range_s_own_rate(rate: int, size: int) -> None:
    assert addresses.chunk_size(rate) == size


def test_an_address_is_found_in_spans_and_a_name_is_not() -> None:
    spans = addresses.parse("10.1.0.0/24")
    assert addresses.contains(spans, "10.1.0.9")
    assert not addresses.contains(spans, "10.1.1.9")
    assert not addresses.contains(spans, "ldaps://dc.example.org")


def test_addresses_sort_by_number_those_of_ipv6_after_them_and_other_words_last() -> None:
    ordered = ["10.1.0.2", "10.1.0.10", "10.1.0.100", "192.0.2.1", "2001:db8::2", "2001:db8::10", "line 4"]
    assert sorted(set(ordered), key=addresses.in_order) == ordered
    assert max(len(addresses.in_order(one)) for one in [*ordered, "é" * 300]) == 64
