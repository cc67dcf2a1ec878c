"""A device is read whole, in few questions, and never longer than allowed, whatever it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from scanners.coverage import Cause
from scanners.replay import RecordedLink, Recording, RecordingError
from scanners.snmp import ber, tables
from scanners.snmp.collect import MOST_VARBINDS, VARBINDS_AT_ONCE, Bounds, Reading, read_device
from scanners.snmp.link import AskError
from tests.scanners.snmp.agents import SWITCH, response

ROOTS = {column for table in tables.TABLES for column in table.columns} | set(tables.SCALARS)


def read(link: object, bounds: Bounds | None = None) -> Reading:
    return asyncio.run(read_device(link, bounds or Bounds()))  # type: ignore[arg-type]


class Link:
    """A device that answers as a function says."""

    address = "192.0.2.1"
    held = 0.0

    def __init__(self, answer: Callable[[ber.Request], ber.Reply], *, bulk: bool = True) -> None:
        self.bulk = bulk
        self.answer = answer
        self.asked: list[ber.Request] = []

    async def ask(self, request: ber.Request, tries: int = 1) -> ber.Reply:
        self.asked.append(request)
        return self.answer(request)


def reply(varbinds: list[ber.VarBind], status: int = 0, index: int = 0) -> ber.Reply:
    return ber.Reply(1, b"", ber.RESPONSE, 0, status, index, ber.bindings(varbinds))


@pytest.mark.parametrize("bulk", [True, False])
def test_the_same_is_read_by_getbulk_and_by_getnext(bulk: bool) -> None:
    reading = read(RecordedLink(Recording.parse(SWITCH), bulk=bulk))
    assert reading.whole
    assert not reading.troubles
    assert reading.scalar(tables.SYS_NAME) == b"sw-lab"
    assert reading.column(tables.IF_MAC) == {
        (1,): b"\x00\x1b\x2c\x03\x04\x01",
        (2,): b"\x00\x1b\x2c\x03\x04\x02",
    }
    assert reading.scalar(tables.ENT_SERIAL) == b"LAB00099"


def test_a_switch_of_two_ports_takes_few_questions() -> None:
    link = RecordedLink(Recording.parse(SWITCH))
    read(link)
    assert link.asked <= 5


def test_an_agent_that_ignores_getbulk_is_asked_by_getnext() -> None:
    recording = Recording.parse(SWITCH)

    def answer(request: ber.Request) -> ber.Reply:
        if request.pdu == ber.GET_BULK:
            raise AskError(Cause.TIMEOUT_MIDWAY)
        return reply(recording.answer(request))

    link = Link(answer)
    assert read(link).scalar(tables.ENT_SERIAL) == b"LAB00099"
    assert sum(request.pdu == ber.GET_BULK for request in link.asked) == 1


def test_too_big_halves_the_question_until_it_fits() -> None:
    recording = Recording.parse(SWITCH)

    def answer(request: ber.Request) -> ber.Reply:
        if len(request.oids) * max(1, request.second) > 3:
            return reply([], status=1)
        return reply(recording.answer(request))

    reading = read(Link(answer))
    assert not reading.troubles
    assert reading.scalar(tables.ENT_SERIAL) == b"LAB00099"


LONG = SWITCH + "".join(f"1.3.6.1.2.1.2.2.1.2.{port}|4|a port\n" for port in range(3, 400))


def sized(varbinds: list[ber.VarBind]) -> ber.Reply:
    """A reply that says how long its message was, as one from a socket does."""
    asked = ber.Reply(1, b"public", ber.GET_BULK, 1, 0, 0, [])
    return ber.decode(response(asked, varbinds))


def test_who_answers_in_full_is_asked_for_as_much_as_fits_in_a_frame() -> None:
    recording, sizes = Recording.parse(LONG), []

    def answer(request: ber.Request) -> ber.Reply:
        said = sized(recording.answer(request))
        sizes.append(said.size)
        return said

    link = Link(answer)
    assert len(read(link).column(tables.IF_DESCR)) == 399
    asked = [len(request.names) * request.second for request in link.asked]
    assert asked[0] <= VARBINDS_AT_ONCE < max(asked) <= MOST_VARBINDS
    assert max(sizes) <= 1_472


def test_who_found_an_answer_too_big_is_not_asked_for_more_again() -> None:
    recording = Recording.parse(LONG)

    def answer(request: ber.Request) -> ber.Reply:
        if len(request.names) * max(1, request.second) > 30:
            return reply([], status=1)
        return sized(recording.answer(request))

    link = Link(answer)
    assert len(read(link).column(tables.IF_DESCR)) == 399
    refused = [len(request.names) * max(1, request.second) > 30 for request in link.asked]
    assert sum(refused) == 2  # once for the scalars, once for a table


def test_always_too_big_is_reported() -> None:
    with pytest.raises(AskError) as caught:
        read(Link(lambda _: reply([], status=1)))
    assert caught.value.cause is Cause.TOO_BIG


def test_a_v1_agent_that_refuses_one_name_loses_only_that_one() -> None:
    recording = Recording.parse(SWITCH)

    def answer(request: ber.Request) -> ber.Reply:
        for place, oid in enumerate(request.oids, 1):
            if recording.after(oid).tag == ber.END_OF_MIB or oid == tables.SYS_CONTACT:
                return reply([ber.VarBind(o, ber.NULL, None) for o in request.oids], status=2, index=place)
        return reply(recording.answer(request))

    reading = read(Link(answer, bulk=False))
    assert reading.scalar(tables.SYS_NAME) == b"sw-lab"
    assert reading.scalar(tables.ENT_SERIAL) == b"LAB00099"


def test_objects_that_do_not_increase_end_the_walk_and_are_reported() -> None:
    def looping(request: ber.Request) -> ber.Reply:
        names = [(*oid, 1) if oid in ROOTS else oid for oid in request.oids]
        return reply([ber.VarBind(name, ber.INTEGER, 6) for name in names] * max(1, request.second))

    reading = read(Link(looping))
    assert Cause.LOOPING in {cause for cause, _ in reading.troubles}


def test_a_billion_objects_are_bounded() -> None:
    def endless(request: ber.Request) -> ber.Reply:
        found, cursors = [], list(request.oids)
        for _ in range(max(1, request.second)):
            cursors = [
                (*oid[:-1], oid[-1] + 1) if len(oid) > 10 and oid[:-1] in ROOTS else (*oid, 1)
                for oid in cursors
            ]
            found += [ber.VarBind(oid, ber.OCTETS, b"x" * 60_000) for oid in cursors]
        return reply(found)

    reading = read(Link(endless), Bounds(objects=500))
    assert (Cause.CAP_REACHED, "") in reading.troubles
    assert sum(map(len, reading.columns.values())) <= 500
    assert all(len(value) <= 2048 for column in reading.columns.values() for value in column.values())  # type: ignore[arg-type]


def test_time_is_bounded() -> None:
    with pytest.raises(AskError) as caught:
        read(RecordedLink(Recording.parse(SWITCH)), Bounds(seconds=-1))
    assert caught.value.cause is Cause.CAP_REACHED


def test_an_empty_answer_is_malformed_and_not_asked_for_ever() -> None:
    with pytest.raises(AskError) as caught:
        read(Link(lambda _: reply([])))
    assert caught.value.cause is Cause.MALFORMED


def test_falling_silent_midway_leaves_the_reading_half() -> None:
    recording = Recording.parse(SWITCH)
    link = Link(lambda request: reply(recording.answer(request)))

    def answer(request: ber.Request) -> ber.Reply:
        if len(link.asked) > 1:
            raise AskError(Cause.TIMEOUT_MIDWAY)
        return reply(recording.answer(request))

    link.answer = answer
    reading = read(link)
    assert not reading.whole
    assert reading.troubles[-1][0] is Cause.TIMEOUT_MIDWAY


def test_silence_from_the_start_is_an_error() -> None:
    def silent(_: ber.Request) -> ber.Reply:
        raise AskError(Cause.TIMEOUT_MIDWAY)

    with pytest.raises(AskError):
        read(Link(silent))


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "1.3.6|4",
        "1.3.x|4|a",
        "1.3.6|4x|zz",
        "1.3.6|99|a",
        "1|4|a",
        "1.3.-6|4|a",
        "1.3.4294967296|4|a",
    ],
)
def test_a_bad_recording_names_its_line(text: str) -> None:
    with pytest.raises(RecordingError, match="Line 2"):
        Recording.parse("# a remark\n" + text)
