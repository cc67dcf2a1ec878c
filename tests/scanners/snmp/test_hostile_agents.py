"""A hostile agent on the wire costs a bounded number of questions, is reported by its cause, and its neighbour is read all the same."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator

import pytest

from scanners.coverage import Cause, Coverage, Failure
from scanners.observation import Observation
from scanners.snmp import Community, ScanOptions, UsmUser, ber, scan, tables
from scanners.snmp.session import SYS_OBJECT_ID
from tests.scanners.snmp import agents
from tests.scanners.snmp.agents import SWITCH, Answer, FakeAgent, playing, report, response

HOSTILE = "127.31.0.2"
MOST_QUESTIONS = 400
honest = playing(SWITCH)
ROOTS = sorted({*tables.SCALARS, *(column for table in tables.TABLES for column in table.columns)})


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_WAIT", "LEAST_WAIT", "LONGEST_WAIT"):
        monkeypatch.setattr(f"scanners.snmp.community.{name}", 0.05)


@pytest.fixture
def neighbour() -> Iterator[FakeAgent]:
    with FakeAgent(honest) as one:
        yield one


def after_the_sweep(hostile: Answer) -> Answer:
    """An agent that answers the sweep's question like any other, and then shows what it is."""

    def answer(datagram: bytes) -> Iterable[bytes]:
        asked = ber.decode(datagram)
        swept = asked.pdu == ber.GET and [one.oid for one in asked.varbinds] == [SYS_OBJECT_ID]
        return honest(datagram) if swept else hostile(datagram)

    return answer


def damaged(damage: Callable[[bytes], bytes]) -> Answer:
    return after_the_sweep(lambda datagram: [damage(one) for one in honest(datagram)])


def _wrapped(asked: ber.Reply, varbinds: bytes) -> bytes:
    """A response with these octets for its variable bindings."""
    pdu = ber.integer(asked.request_id) + ber.integer(0) * 2 + ber.element(ber.SEQUENCE, varbinds)
    head = ber.integer(asked.version) + ber.element(ber.OCTETS, asked.community)
    return ber.element(ber.SEQUENCE, head + ber.element(ber.RESPONSE, pdu))


def holding(varbinds: bytes) -> Answer:
    return after_the_sweep(lambda datagram: [_wrapped(ber.decode(datagram), varbinds)])


def nested(depth: int) -> bytes:
    octets = b"\x05\x00"
    for _ in range(depth):
        octets = ber.element(ber.SEQUENCE, octets)
    return octets


def looping(datagram: bytes) -> Iterable[bytes]:
    asked = ber.decode(datagram)
    yield response(asked, [ber.VarBind((*one.oid[:9], 1), ber.INTEGER, 1) for one in asked.varbinds])


def endless(datagram: bytes, value: bytes = b"x") -> Iterable[bytes]:
    """More objects below whatever is asked, for ever."""
    asked = ber.decode(datagram)
    rows, cursors = [], [one.oid for one in asked.varbinds]
    for _ in range(max(1, asked.error_index if asked.pdu == ber.GET_BULK else 1)):
        cursors = [(*one[:-1], one[-1] + 1) if len(one) > 11 else (*one, 0, 0, 0) for one in cursors]
        rows += [ber.VarBind(one, ber.OCTETS, value) for one in cursors]
    yield response(asked, rows)


def dripping(datagram: bytes) -> Iterable[bytes]:
    """One object for each question, each as late as is still in time."""
    asked = ber.decode(datagram)
    time.sleep(0.03)
    oid = asked.varbinds[0].oid
    yield response(asked, [ber.VarBind((*oid, 0) if len(oid) < 100 else (*oid[:-1], 1), ber.OCTETS, b"x")])


CASES: dict[str, tuple[Answer, Cause]] = {
    "nonsense": (damaged(lambda _: b"\x30\x03abc"), Cause.MALFORMED),
    "truncated": (damaged(lambda one: one[: len(one) // 2]), Cause.MALFORMED),
    "cut by an octet": (damaged(lambda one: one[:-1]), Cause.MALFORMED),
    "a length of four gigabytes": (damaged(lambda one: b"\x30\x84\xff\xff\xff\xff" + one[3:]), Cause.MALFORMED),
    "64 kB of broken objects": (holding(b"\x30\x05\x06\x01\x2b\x05\x00" * 9_000 + b"\x30"), Cause.MALFORMED),
    "nested 15,000 deep": (holding(nested(15_000)), Cause.MALFORMED),
    "a name of 60,000 numbers": (
        holding(ber.element(ber.SEQUENCE, ber.element(ber.OID, b"\x2b" + b"\x06" * 60_000) + b"\x05\x00")),
        Cause.MALFORMED,
    ),
    "a number without end": (
        holding(ber.element(ber.SEQUENCE, ber.element(ber.OID, b"\x2b" + b"\xff" * 60_000) + b"\x05\x00")),
        Cause.MALFORMED,
    ),
    "nothing in it": (holding(b""), Cause.MALFORMED),
    "looping": (after_the_sweep(looping), Cause.LOOPING),
    "a billion objects": (after_the_sweep(endless), Cause.CAP_REACHED),
    "slow drip": (after_the_sweep(dripping), Cause.CAP_REACHED),
    "silent midway": (after_the_sweep(lambda _: ()), Cause.TIMEOUT_MIDWAY),
    "always too big": (
        after_the_sweep(lambda datagram: [response(ber.decode(datagram), [], status=1)]), Cause.TOO_BIG,
    ),
}  # fmt: skip


def read(port: int, **changes: object) -> tuple[dict[str, Observation], list[Failure], Coverage]:
    values: dict[str, object] = {
        "credentials": (Community("public", label="public"),),
        "port": port, "timeout": 0.2, "retries": 1, "rate": 0, "ping": False,
        "max_oids": 300, "max_seconds_per_device": 2.0,
    }  # fmt: skip
    found = list(scan(["127.31.0.0/29"], ScanOptions(**(values | changes))))  # type: ignore[arg-type]
    coverage = found[-1]
    assert isinstance(coverage, Coverage)
    devices = {one.target: one for one in found if isinstance(one, Observation)}
    return devices, [one for one in found if isinstance(one, Failure)], coverage


@pytest.mark.parametrize("name", CASES)
def test_it_is_reported_and_its_neighbour_is_read(neighbour: FakeAgent, name: str) -> None:
    answer, cause = CASES[name]
    with FakeAgent(answer, HOSTILE, neighbour.port) as hostile:
        devices, failures, coverage = read(neighbour.port)
    assert devices[neighbour.address].facts["serial"] == "LAB00099"
    assert {(one.target, one.cause) for one in failures} == {(HOSTILE, cause)}
    assert hostile.heard <= MOST_QUESTIONS
    assert (coverage.answered, coverage.complete) == (2, False)


def test_a_billion_objects_with_long_names_and_values_take_little_memory(neighbour: FakeAgent) -> None:
    tracemalloc.start()
    with FakeAgent(after_the_sweep(lambda one: endless(one, b"x" * 900)), HOSTILE, neighbour.port):
        _, failures, _ = read(neighbour.port, max_oids=1_000_000, max_seconds_per_device=20.0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.cause for one in failures] == [Cause.CAP_REACHED]
    assert most < 48 * 1024 * 1024


def test_old_answers_sent_again_before_and_after_the_right_one_change_nothing(neighbour: FakeAgent) -> None:
    said: list[bytes] = []

    def replaying(datagram: bytes) -> Iterable[bytes]:
        yield from said[-20:]
        for one in playing(SWITCH.replace("LAB00099", "LAB00100"))(datagram):
            said.append(one)
            yield one
            yield one

    with FakeAgent(replaying, HOSTILE, neighbour.port):
        devices, failures, _ = read(neighbour.port)
    assert not failures
    assert devices[HOSTILE].facts["serial"] == "LAB00100"
    assert devices[HOSTILE].facts["name"] == "sw-lab"


def test_the_right_answer_from_another_address_or_port_is_not_believed(neighbour: FakeAgent) -> None:
    lie = SWITCH.replace("LAB00099", "STOLEN1")
    elsewhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    elsewhere.bind(("127.31.0.77", neighbour.port))
    other_port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other_port.bind((HOSTILE, 0))

    def spoofed(datagram: bytes) -> Iterable[bytes]:
        for liar in (elsewhere, other_port):
            for one in playing(lie)(datagram):
                liar.sendto(one, hostile.asker)
        time.sleep(0.005)
        return honest(datagram)

    with elsewhere, other_port, FakeAgent(spoofed, HOSTILE, neighbour.port) as hostile:
        devices, failures, _ = read(neighbour.port)
    assert not failures
    assert set(devices) <= {neighbour.address, HOSTILE}
    assert {one.facts["serial"] for one in devices.values()} == {"LAB00099"}


@pytest.mark.parametrize(
    "value",
    [
        (ber.OCTETS, b"\xff\x00nonsense"),
        (ber.OCTETS, "Mairie, 1er \xe9tage".encode("latin-1")),
        (ber.OCTETS, b"x" * 1300),
        (ber.INTEGER, -(2**63)),
        (ber.COUNTER64, 2**64 - 1),
        (ber.IP_ADDRESS, "255.255.255.255"),
        (ber.OID, (2, 999, 2**32 - 1)),
        (ber.NULL, None),
    ],
)
def test_the_same_value_in_every_column_of_every_type_is_no_crash(
    neighbour: FakeAgent, value: tuple[int, ber.Value]
) -> None:
    def everywhere(datagram: bytes) -> Iterable[bytes]:
        asked = ber.decode(datagram)
        bulk = asked.pdu == ber.GET_BULK
        rows = [
            ber.VarBind((*one.oid, 1), *value) if one.oid in ROOTS else ber.VarBind(one.oid, ber.END_OF_MIB, None)
            for one in asked.varbinds
        ]  # fmt: skip
        yield response(asked, rows[:20] if bulk else rows)

    with FakeAgent(after_the_sweep(everywhere), HOSTILE, neighbour.port) as hostile:
        devices, failures, _ = read(neighbour.port)
    assert neighbour.address in devices
    assert HOSTILE in devices or failures
    assert Cause.INTERNAL not in {one.cause for one in failures}
    assert hostile.heard <= MOST_QUESTIONS


@pytest.mark.parametrize(
    ("counter", "causes"),
    [
        (agents.UNSUPPORTED_LEVEL, {Cause.UNSUPPORTED_LEVEL}),
        (agents.NOT_IN_TIME_WINDOW, {Cause.NOT_IN_TIME_WINDOW}),
        (agents.UNKNOWN_USER, {Cause.UNKNOWN_USER}),
        # pysnmp may lose the question for good; then it looks like an agent that drops what it cannot decrypt.
        (agents.UNKNOWN_ENGINE, {Cause.MALFORMED, Cause.DECRYPTION}),
        (agents.WRONG_DIGEST, {Cause.WRONG_DIGEST}),
        (agents.DECRYPTION, {Cause.DECRYPTION}),
        (77, {Cause.MALFORMED}),
    ],
)
def test_an_agent_that_only_ever_reports_is_left_with_a_cause(counter: int, causes: set[Cause]) -> None:
    def reporting(datagram: bytes) -> Iterable[bytes]:
        _, engine_id = ber.decode_discovery(datagram)
        return report(datagram, counter if engine_id else agents.UNKNOWN_ENGINE)

    user = UsmUser("reader", "SHA", "a-passphrase", "AES", "a-passphrase", label="v3")
    with FakeAgent(reporting, HOSTILE) as hostile:
        devices, failures, _ = read(hostile.port, credentials=(user,))
    assert not devices
    assert {one.target for one in failures} == {HOSTILE}
    assert {one.cause for one in failures} <= causes
    assert hostile.heard <= MOST_QUESTIONS
