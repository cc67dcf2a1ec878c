"""What any datagram must go through unharmed, and the kept seeds: hand-made ones, and those that fuzzing found."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from scanners.observation import Observation
from scanners.snmp import ber
from scanners.snmp.collect import Bounds, read_device
from scanners.snmp.link import AskError
from scanners.snmp.observe import observe
from scanners.snmp.profile_files import shipped
from scanners.snmp.session import second_opinion
from scanners.snmp.verdict import LONGEST_ODD

SEEDS = Path(__file__).with_name("odd_replies.txt")
MOST_QUESTIONS = 200


def seeds() -> dict[str, bytes]:
    """The kept datagrams by name: a line each, the name, then hexadecimal digits, where `xx*N` repeats an octet."""
    found = {}
    for line in SEEDS.read_text("ascii").splitlines():
        if line and not line.startswith("#"):
            name, *parts = line.split()
            found[name] = b"".join(map(_octets, parts))
    return found


def _octets(part: str) -> bytes:
    octets, _, times = part.partition("*")
    return bytes.fromhex(octets) * int(times or 1)


class _Echo:
    """A device that says the same to every question."""

    address, bulk, held = "192.0.2.1", True, 0.0

    def __init__(self, reply: ber.Reply) -> None:
        self.reply = reply
        self.asked = 0

    async def ask(self, request: ber.Request, tries: int = 1) -> ber.Reply:
        self.asked += 1
        return self.reply


def endure(datagram: bytes) -> None:
    """Read a datagram in every way that a scan might; raises AssertionError where the ways disagree, or do not end."""
    for read in (ber.version_of, ber.decode_discovery):
        try:
            read(datagram)
        except ber.Malformed:
            continue
    mine, theirs = _read(ber.decode, datagram), None
    if len(datagram) <= LONGEST_ODD:
        theirs = _read(second_opinion, datagram)
    if mine and theirs:
        # The version, the request-id and the names decide what becomes of a reply; values may be more lenient here.
        assert (mine.request_id, mine.error_status) == (theirs.request_id, theirs.error_status)
        assert [one.oid for one in mine.varbinds] == [one.oid for one in theirs.varbinds]
    reply = mine or theirs
    if reply is not None:
        _conclude(_Echo(reply))


def _read(read: object, datagram: bytes) -> ber.Reply | None:
    try:
        return read(datagram)  # type: ignore[operator]
    except ber.Malformed:
        return None


def _conclude(device: _Echo) -> None:
    try:
        reading = asyncio.run(read_device(device, Bounds(objects=2_000), shipped().objects))
    except AskError:
        return
    finally:
        assert device.asked <= MOST_QUESTIONS, f"{device.asked} questions to a device that repeats itself"
    observation = observe(reading, shipped(), site="", at=datetime(2026, 11, 24, tzinfo=UTC))
    assert Observation.from_json(observation.to_json()).digest() == observation.digest()
