"""A scan sends no more within any second than it may, counted where its datagrams arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from scanners.observation import Observation
from scanners.snmp import Community, ScanOptions, UsmUser, ber, scan
from scanners.snmp.pace import Pace
from tests.scanners.snmp.agents import SWITCH, Answer, Segment, playing, report

PORTS = "".join(
    f"1.3.6.1.2.1.2.2.1.{column}.{port}|2|6\n" for column in (3, 5, 7, 8) for port in range(3, 200)
)


def lossy() -> Answer:
    """A switch of 200 ports that loses every fourth answer to a GETBULK."""
    honest, questions = playing(SWITCH + PORTS), count()

    def answer(datagram: bytes) -> Iterable[bytes]:
        bulk = ber.decode(datagram).pdu == ber.GET_BULK
        return () if bulk and next(questions) % 4 == 3 else honest(datagram)

    return answer


def read(network: str, port: int, rate: float) -> int:
    chosen = ScanOptions(
        (Community("other", label="a"), Community("public", label="b")),
        port=port, rate=rate, timeout=0.3, retries=1, ping=False,
    )  # fmt: skip
    return sum(isinstance(one, Observation) for one in scan([network], chosen))


@pytest.mark.slow
def test_two_ranges_at_once_each_keep_their_own_cap_in_sweep_retries_and_collection() -> None:
    devices = {f"127.31.{net}.{host}": lossy() for net in (1, 2) for host in (5, 60, 61, 62, 63, 64)}
    with Segment(devices) as segment, ThreadPoolExecutor(2) as pool:
        fast = pool.submit(read, "127.31.1.0/25", segment.port, 400)
        slow = pool.submit(read, "127.31.2.0/26", segment.port, 100)
        assert (fast.result(), slow.result()) == (6, 4)
    for net, rate in (("127.31.1.", 400), ("127.31.2.", 100)):
        # More came than one second may bring, so that the cap had something to hold back.
        assert sum(address.startswith(net) for address, _at in segment.heard) > rate
        assert segment.most_within_a_second(net) <= rate


def test_what_pysnmp_sends_for_a_v3_user_is_under_the_cap_too() -> None:
    devices = {f"127.31.3.{host}": report for host in range(1, 15)}
    user = UsmUser("reader", "SHA", "a-passphrase", label="v3")
    with Segment(devices) as segment:
        list(
            scan(["127.31.3.0/28"], ScanOptions((user,), port=segment.port, rate=30, timeout=0.2, retries=1))
        )
    assert len(segment.heard) > 30
    assert segment.most_within_a_second("127.31.3.") <= 30


def test_who_asked_first_is_served_first_and_no_rate_means_at_once() -> None:
    async def order(rate: float) -> list[int]:
        served: list[int] = []
        pace = Pace(rate)
        for number in range(8):
            pace.when_due(lambda number=number: served.append(number))
        served.append(-1)
        await pace.spent(0)
        return served

    assert asyncio.run(order(1_000_000)) == [*range(8), -1]
    assert asyncio.run(order(0)) == [*range(8), -1]
    assert asyncio.run(order(200)) == [0, 1, -1, *range(2, 8)]
