"""A device that answers GET alone is identified all the same, in few questions, whatever it does with the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import pytest

from scanners.coverage import Cause, Failure
from scanners.observation import Identifier, Observation
from scanners.replay import Recording
from scanners.snmp import Community, ScanOptions, ber, scan
from scanners.snmp.collect import Bounds, Reading, read_device
from scanners.snmp.link import AskError
from scanners.snmp.profile_files import shipped
from tests.scanners.snmp.agents import Answer, FakeAgent, playing, response

YEALINK = """
1.3.6.1.2.1.1.1.0|4|IPPHONE
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10
1.3.6.1.2.1.1.5.0|4|tel-accueil
1.3.6.1.2.1.2.2.1.2.1|4|lo
1.3.6.1.2.1.2.2.1.2.2|4|eth0
1.3.6.1.2.1.2.2.1.3.1|2|24
1.3.6.1.2.1.2.2.1.3.2|2|6
1.3.6.1.2.1.2.2.1.6.2|4x|001565010203
1.3.6.1.2.1.37459.2.1.5.0|4|66.86.0.15
1.3.6.1.2.1.37459.2.1.7.0|4|SIP-T46S
"""
SNOM = """
1.3.6.1.2.1.1.1.0|4|phone
1.3.6.1.2.1.1.5.0|4|tel-mairie
1.3.6.1.2.1.7526.2.4.0|4|snomD785-SIP 10.1.101.11
"""
MOST_QUESTIONS = 160
PHONE = playing(YEALINK)


def ends(asked: ber.Reply) -> Iterable[bytes]:
    yield response(asked, [ber.VarBind(one.oid, ber.END_OF_MIB, None) for one in asked.varbinds])


def refuses(status: int, index: int) -> Callable[[ber.Reply], Iterable[bytes]]:
    def answer(asked: ber.Reply) -> Iterable[bytes]:
        yield response(
            asked,
            [ber.VarBind(one.oid, ber.NULL, None) for one in asked.varbinds],
            status=status,
            index=index,
        )

    return answer


WALKS: dict[str, Callable[[ber.Reply], Iterable[bytes]]] = {
    "silent": lambda _: (),
    "at the end of its objects at once": ends,
    "no such name": refuses(2, 1),
    "a general error": refuses(5, 0),
    "no access": refuses(6, 1),
}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_WAIT", "LEAST_WAIT", "LONGEST_WAIT"):
        monkeypatch.setattr(f"scanners.snmp.community.{name}", 0.05)


def by_get_alone(walked: Callable[[ber.Reply], Iterable[bytes]], most: int = 100) -> Answer:
    """A phone that shows its objects to GET, at most so many at once, and meets walks in its own way."""

    def answer(datagram: bytes) -> Iterable[bytes]:
        asked = ber.decode(datagram)
        if asked.pdu != ber.GET:
            return walked(asked)
        return PHONE(datagram) if len(asked.varbinds) <= most else ()

    return answer


def scanned(phone: FakeAgent) -> tuple[list[Observation], list[Failure]]:
    options = ScanOptions((Community("public"),), port=phone.port, timeout=0.2, retries=1, rate=0, ping=False)
    found = list(scan([phone.address], options))
    return (
        [one for one in found if isinstance(one, Observation)],
        [one for one in found if isinstance(one, Failure)],
    )


@pytest.mark.parametrize("way", WALKS)
def test_a_telephone_that_is_not_to_be_walked_is_identified_by_get(way: str) -> None:
    with FakeAgent(by_get_alone(WALKS[way])) as phone:
        (found,), failures = scanned(phone)
    assert not failures
    facts = {name: found.facts[name] for name in ("kind", "manufacturer", "model", "firmware", "name")}
    assert facts == {
        "kind": "desk_phone", "manufacturer": "Yealink", "model": "SIP-T46S", "firmware": "66.86.0.15",
        "name": "tel-accueil",
    }  # fmt: skip
    assert (
        Identifier("base_mac", "00:15:65:01:02:03") in found.identifiers
        or Identifier("mac", "00:15:65:01:02:03") in found.identifiers
    )
    assert phone.heard <= MOST_QUESTIONS


def test_one_that_is_silent_to_long_questions_is_asked_for_one_object_at_a_time() -> None:
    with FakeAgent(by_get_alone(ends, most=1)) as phone:
        (found,), failures = scanned(phone)
    assert not failures
    assert found.facts["model"] == "SIP-T46S"


class Link:
    """A device that answers as a function says, and counts."""

    address, bulk, held = "192.0.2.1", True, 0.0

    def __init__(self, answer: Callable[[ber.Request], ber.Reply]) -> None:
        self.answer = answer
        self.asked = 0

    async def ask(self, request: ber.Request, tries: int = 1) -> ber.Reply:
        self.asked += 1
        return self.answer(request)


def said(bindings: list[ber.Binding], status: int = 0, index: int = 0) -> ber.Reply:
    return ber.Reply(1, b"", ber.RESPONSE, 0, status, index, bindings)


def read(link: Link, bounds: Bounds | None = None) -> Reading:
    return asyncio.run(read_device(link, bounds or Bounds(), shipped().objects))


def test_a_v1_agent_names_what_does_not_exist_one_after_the_other() -> None:
    recording = Recording.parse(SNOM)

    def answer(request: ber.Request) -> ber.Reply:
        if request.pdu != ber.GET:
            raise AskError(Cause.TIMEOUT_MIDWAY)
        found = [recording.get(oid) for oid in request.oids]
        for place, one in enumerate(found, 1):
            if one.tag in ber.EXCEPTIONS:
                return said([], status=2, index=place)
        return said(ber.bindings(found))

    link = Link(answer)
    assert read(link).column((1, 3, 6, 1, 2, 1, 7526, 2, 4)) == {(0,): b"snomD785-SIP 10.1.101.11"}


def test_what_was_not_asked_for_is_not_taken_and_the_questions_end() -> None:
    def lying(request: ber.Request) -> ber.Reply:
        if request.pdu != ber.GET:
            raise AskError(Cause.TIMEOUT_MIDWAY)
        other = (ber.encode_oid((1, 3, 6, 1, 2, 1, 1, 99, 0)), ber.OCTETS, b"liar")
        return said([other, *((name, ber.OCTETS, b"x" * 60_000) for name in request.names)])

    link = Link(lying)
    reading = read(link)
    assert (1, 3, 6, 1, 2, 1, 1, 99) not in reading.columns
    assert all(len(value) <= 2048 for column in reading.columns.values() for value in column.values())  # type: ignore[arg-type]
    assert link.asked < MOST_QUESTIONS


@pytest.mark.parametrize("status", [1, 2, 5, 16, 99])
def test_errors_to_everything_end_soon_and_tell_nothing(status: int) -> None:
    link = Link(lambda _: said([], status=status, index=0))
    try:
        assert not read(link).columns
    except AskError as error:
        assert error.cause in (Cause.TOO_BIG, Cause.AUTHORIZATION)  # noqa: PT017 (either is a fair end)
    assert link.asked <= MOST_QUESTIONS


def test_silence_to_get_too_is_reported_as_silence() -> None:
    def silent(_: ber.Request) -> ber.Reply:
        raise AskError(Cause.TIMEOUT_MIDWAY)

    with pytest.raises(AskError) as caught:
        read(Link(silent))
    assert caught.value.cause is Cause.TIMEOUT_MIDWAY


def test_time_is_bounded_for_gets_too() -> None:
    def answer(request: ber.Request) -> ber.Reply:
        if request.pdu != ber.GET:
            raise AskError(Cause.TIMEOUT_MIDWAY)
        link.held -= 100.0  # each answer takes as long
        return said([(name, ber.INTEGER, 1) for name in request.names])

    link = Link(answer)
    read(link, Bounds(seconds=60.0))
    assert link.asked == 3  # GETBULK, GETNEXT, one GET
