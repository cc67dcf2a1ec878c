"""A scan finds, reads and accounts, with agents that are honest, broken or hostile."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Iterator

import pytest

from scanners.coverage import Cause, Coverage, Failure
from scanners.observation import Observation
from scanners.snmp import Community, OptionsError, Progress, ScanOptions, ber, scan
from tests.scanners.snmp.agents import SWITCH, Answer, FakeAgent, Segment, playing, response

PUBLIC = (Community("public", label="public"),)


def options(port: int, **changes: object) -> ScanOptions:
    values: dict[str, object] = {
        "credentials": PUBLIC,
        "port": port,
        "timeout": 0.15,
        "retries": 1,
        "rate": 0,
        "ping": False,
    }
    return ScanOptions(**(values | changes))  # type: ignore[arg-type]


def results(
    target: str, chosen: ScanOptions, **calls: object
) -> tuple[list[Observation], list[Failure], Coverage]:
    found = list(scan([target], chosen, **calls))  # type: ignore[arg-type]
    assert isinstance(found[-1], Coverage)
    observations = [one for one in found if isinstance(one, Observation)]
    return observations, [one for one in found if isinstance(one, Failure)], found[-1]


@pytest.fixture
def agent() -> Iterator[FakeAgent]:
    with FakeAgent(playing(SWITCH)) as one:
        yield one


def test_one_agent_in_a_range_is_found_and_read(agent: FakeAgent) -> None:
    seen: list[Progress] = []
    observations, failures, coverage = results("127.31.0.0/28", options(agent.port), on_progress=seen.append)
    assert [one.source_key for one in observations] == ["serial:Labswitch:LAB00099"]
    assert not failures
    assert (coverage.asked, coverage.answered, coverage.read, coverage.complete) == (14, 1, 1, True)
    assert (seen[-1].phase, seen[-1].total, seen[-1].read) == ("done", 14, 1)


def test_an_address_that_was_named_and_refuses_is_said_to_refuse(agent: FakeAgent) -> None:
    _, failures, coverage = results("127.31.0.9", options(agent.port))
    assert [(one.target, one.cause) for one in failures] == [("127.31.0.9", Cause.REFUSED)]
    assert not coverage.complete


def test_dead_space_in_a_range_is_no_failure_but_a_named_silent_address_is() -> None:
    with FakeAgent(lambda _: ()) as silent:
        assert results("127.31.0.0/30", options(silent.port))[2].complete
        _, failures, coverage = results(silent.address, options(silent.port))
    assert [one.cause for one in failures] == [Cause.SILENT]
    assert not coverage.complete


def test_what_answered_a_credential_before_and_is_silent_may_have_another_community(agent: FakeAgent) -> None:
    chosen = options(agent.port, credentials=(Community("changed", label="c"),))
    _, failures, coverage = results("127.31.0.0/28", chosen, preferred={agent.address: "c"})
    assert [(one.target, one.cause) for one in failures] == [(agent.address, Cause.SILENT_OR_WRONG_COMMUNITY)]
    assert not coverage.complete


def test_the_second_community_is_tried_when_the_first_stays_silent(agent: FakeAgent) -> None:
    both = (Community("other", label="a"), Community("public", label="b"))
    observations, failures, _ = results("127.31.0.0/29", options(agent.port, credentials=both))
    assert len(observations) == 1
    assert observations[0].evidence["credential"] == "b"
    assert not failures


def test_the_credential_that_answered_before_is_tried_first(agent: FakeAgent) -> None:
    both = (Community("other", label="a"), Community("public", label="b"))
    results(agent.address, options(agent.port, credentials=both), preferred={agent.address: "b"})
    with_hint = agent.heard
    results(agent.address, options(agent.port, credentials=both))
    assert agent.heard - with_hint > with_hint


def test_an_excluded_address_hears_nothing(agent: FakeAgent) -> None:
    results("127.31.0.0/28", options(agent.port, exclude=(agent.address,)))
    assert agent.heard == 0


def test_a_version_1_agent_is_read() -> None:
    one = Community("public", "1", label="v1")

    def version_1(datagram: bytes) -> Iterable[bytes]:
        asked = ber.decode(datagram)
        return playing(SWITCH)(datagram) if asked.version == 0 and asked.pdu != ber.GET_BULK else ()

    with FakeAgent(version_1) as agent:
        observations, failures, _ = results(agent.address, options(agent.port, credentials=(one,)))
    assert len(observations) == 1
    assert not failures


def test_lost_answers_are_asked_for_again() -> None:
    honest = playing(SWITCH)
    count = iter(range(10_000))

    def lossy(datagram: bytes) -> Iterable[bytes]:
        return honest(datagram) if next(count) % 3 else ()

    with FakeAgent(lossy) as agent:
        observations, failures, _ = results(agent.address, options(agent.port))
    assert len(observations) == 1
    assert not failures


def spoofed(datagram: bytes) -> Iterable[bytes]:
    """Replies to questions that were never asked, then the honest one."""
    asked = ber.decode(datagram)
    lie = ber.VarBind((1, 3, 6, 1, 2, 1, 1, 5, 0), ber.OCTETS, b"liar")
    yield response(asked._replace(request_id=asked.request_id ^ 1), [lie])
    yield response(asked._replace(request_id=7), [lie])
    yield from playing(SWITCH)(datagram)
    yield from playing(SWITCH)(datagram)


def noisy(datagram: bytes) -> Iterable[bytes]:
    yield b""
    yield b"\x30\x84\xff\xff\xff\xff"
    yield secrets.token_bytes(1400)
    yield from playing(SWITCH)(datagram)


@pytest.mark.parametrize("answer", [spoofed, noisy])
def test_spoofed_and_doubled_and_senseless_datagrams_change_nothing(answer: Answer) -> None:
    with FakeAgent(answer) as agent:
        observations, _, _ = results(agent.address, options(agent.port))
    assert [one.facts["name"] for one in observations] == ["sw-lab"]


def test_an_agent_that_answers_nonsense_only_is_said_to_be_malformed() -> None:
    with FakeAgent(lambda _: (b"\x30\x03abc",)) as agent:
        _, failures, _ = results(agent.address, options(agent.port))
    assert [one.cause for one in failures] == [Cause.MALFORMED]


def test_one_broken_device_does_not_disturb_another(agent: FakeAgent) -> None:
    def looping(datagram: bytes) -> Iterable[bytes]:
        asked = ber.decode(datagram)
        yield response(asked, [ber.VarBind(one.oid, ber.INTEGER, 1) for one in asked.varbinds])

    with FakeAgent(looping, "127.31.0.2", agent.port):
        observations, failures, coverage = results("127.31.0.0/29", options(agent.port))
    assert [one.target for one in observations] == [agent.address]
    assert [(one.target, one.cause) for one in failures] == [("127.31.0.2", Cause.LOOPING)]
    assert (coverage.answered, coverage.read) == (2, 1)


def test_a_device_that_falls_silent_midway_is_a_failure_and_no_observation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scanners.snmp.community.FIRST_WAIT", 0.02)
    monkeypatch.setattr("scanners.snmp.community.LEAST_WAIT", 0.02)
    honest = playing(SWITCH)
    count = iter(range(10_000))

    with FakeAgent(lambda datagram: honest(datagram) if next(count) < 2 else ()) as agent:
        observations, failures, coverage = results(agent.address, options(agent.port))
    assert not observations
    assert [one.cause for one in failures] == [Cause.TIMEOUT_MIDWAY]
    assert not coverage.complete


def test_several_addresses_of_one_device_are_one_observation() -> None:
    text = SWITCH + "1.3.6.1.2.1.4.20.1.2.127.31.0.1|2|1\n1.3.6.1.2.1.4.20.1.2.127.31.0.2|2|1\n"
    with FakeAgent(playing(text)) as first, FakeAgent(playing(text), "127.31.0.2", first.port):
        observations, failures, coverage = results("127.31.0.0/29", options(first.port))
    assert len(observations) == 1
    assert not failures
    assert coverage.read == 2


def test_a_stopped_scan_says_that_it_was_stopped(agent: FakeAgent) -> None:
    stop = threading.Event()
    seen: list[Progress] = []

    def on_progress(progress: Progress) -> None:
        seen.append(progress)
        if progress.asked > 10:
            stop.set()

    chosen = options(agent.port, rate=100, timeout=0.5)
    _, _, coverage = results("127.31.0.0/22", chosen, on_progress=on_progress, should_stop=stop.is_set)
    assert 10 < coverage.asked < 1022
    assert not coverage.complete
    assert (seen[-1].asked, seen[-1].phase) == (coverage.asked, "done")


def test_leaving_a_scan_half_way_ends_it(agent: FakeAgent) -> None:
    found = scan(["127.31.0.0/28"], options(agent.port))
    assert isinstance(next(found), Observation)
    found.close()  # type: ignore[attr-defined]
    assert not [one for one in threading.enumerate() if one.name.startswith("asyncio")]


def test_the_rate_is_kept() -> None:
    with Segment({}) as segment:
        results("127.31.4.0/26", options(segment.port, rate=40, retries=0, timeout=0.05))
    # More came than one second may bring, so that the rate had something to hold back.
    assert len(segment.heard) == 62
    assert segment.most_within_a_second("127.31.4.") <= 40


def test_wrong_targets_are_refused_before_anything_is_sent(agent: FakeAgent) -> None:
    with pytest.raises(OptionsError):
        scan(["nowhere"], options(agent.port))
    assert agent.heard == 0
