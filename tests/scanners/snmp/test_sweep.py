"""The sweep believes only the address that it asked, and asks no more than it must."""

from __future__ import annotations

from array import array

import pytest

from scanners.coverage import Cause
from scanners.snmp import Community, UsmUser, ber
from scanners.snmp.session import probe
from scanners.snmp.sweep import ANSWERED, PENDING, REFUSED, Sweep
from scanners.snmp.targets import number
from tests.scanners.snmp.agents import response

ADDRESSES = [number("127.31.0.1"), number("127.31.0.2")]


@pytest.fixture
def answered() -> list[int]:
    return []


@pytest.fixture
def sweep(answered: list[int]) -> Sweep:
    return Sweep(
        array("I", ADDRESSES), [probe(Community("public"))], lambda address, *_: answered.append(address)
    )


def reply_to(sweep: Sweep, place: int) -> bytes:
    """The honest answer to the question for the address at this place."""
    asked = ber.decode(sweep.probes[0].question(sweep._base + place))
    return response(asked, [ber.VarBind(asked.varbinds[0].oid, ber.OID, (1, 3, 6, 1))])


def test_an_answer_counts_once(sweep: Sweep, answered: list[int]) -> None:
    for _ in range(3):
        sweep._received(reply_to(sweep, 1), "127.31.0.2")
    assert answered == [ADDRESSES[1]]
    assert list(sweep.state) == [PENDING, ANSWERED]


def test_the_right_answer_from_a_wrong_address_is_ignored(sweep: Sweep, answered: list[int]) -> None:
    sweep._received(reply_to(sweep, 1), "127.31.0.1")
    sweep._received(reply_to(sweep, 1), "127.99.0.1")
    assert not answered
    assert (sweep.ignored, list(sweep.state)) == (2, [PENDING, PENDING])


def test_the_question_sent_back_is_no_answer(sweep: Sweep, answered: list[int]) -> None:
    sweep._received(sweep.probes[0].question(sweep._base), "127.31.0.1")
    assert not answered


def test_a_late_refusal_does_not_undo_an_answer(sweep: Sweep) -> None:
    sweep._received(reply_to(sweep, 0), "127.31.0.1")
    sweep._refused("127.31.0.1", Cause.REFUSED)
    sweep._refused("127.31.0.2", Cause.REFUSED)
    sweep._refused("127.99.0.1", Cause.REFUSED)
    assert list(sweep.state) == [ANSWERED, REFUSED]


def test_the_request_id_is_put_in_its_places_only() -> None:
    question = probe(Community("public")).question(0x12345678)
    assert ber.decode(question).request_id == 0x12345678
    assert ber.decode(question).community == b"public"
    discovery = probe(UsmUser("anybody")).question(0x12345678)
    assert discovery.count(b"\x12\x34\x56\x78") == 2
    assert ber.version_of(discovery) == 3
    assert ber.decode_discovery(discovery) == (0x12345678, b"")
    assert b"anybody" not in discovery


def test_a_community_that_looks_like_the_mark_is_left_alone() -> None:
    mark = bytes.fromhex("5a17c3e9").decode("latin-1")
    question = probe(Community(mark)).question(0x12345678)
    assert ber.decode(question).community == mark.encode()
