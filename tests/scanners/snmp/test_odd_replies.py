"""Kept datagrams of hostile and broken agents, and damaged ones of honest agents, go through a scan unharmed."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.snmp import ber
from tests.scanners.snmp.odd_replies import endure, seeds

SEEDS = seeds()


@pytest.mark.parametrize("name", SEEDS)
def test_a_kept_datagram_is_endured(name: str) -> None:
    endure(SEEDS[name])


@given(
    st.sampled_from(sorted(filter(None, SEEDS.values()))),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=4),
    st.integers(0, 5_000),
)
@settings(max_examples=60, deadline=None)
def test_a_kept_datagram_damaged_anywhere_is_endured(
    datagram: bytes, damage: list[tuple[int, int]], stop: int
) -> None:
    octets = bytearray(datagram)
    # One of those kept is empty: there is nothing to damage in it.
    for place, octet in damage if octets else ():
        octets[place % len(octets)] = octet
    endure(bytes(octets[: stop or None]))


@pytest.mark.parametrize("name", SEEDS)
def test_no_kept_datagram_takes_much_memory_to_decode(name: str) -> None:
    tracemalloc.start()
    try:
        ber.decode(SEEDS[name])
    except ber.Malformed:
        pass
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 4 * 1024 * 1024
