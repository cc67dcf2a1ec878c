"""Replies to a collection are matched on request-id and address, and the timeout follows the device's own pace."""

from __future__ import annotations

import asyncio

import pytest

from scanners.coverage import Cause
from scanners.snmp import Community, ber, community
from scanners.snmp.community import CommunityLink, CommunityPort
from scanners.snmp.link import AskError
from tests.scanners.snmp.agents import response

REQUEST = ber.asking(ber.GET_NEXT, [(1, 3, 6, 1, 2, 1, 1)])


class Wire:
    """A port whose datagrams go nowhere but into a list."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, datagram: bytes, address: str) -> None:
        self.sent.append(datagram)

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(community, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(community, "LEAST_WAIT", 0.02)


def asking(*addresses: str, tries: int = 2) -> tuple[ber.Reply | AskError, CommunityPort, Wire]:
    """Ask 10.0.0.1; each of `addresses` then sends the answer."""
    wire, port = Wire(), CommunityPort()
    port._udp = wire  # type: ignore[assignment]

    async def run() -> ber.Reply | AskError:
        link = CommunityLink(port, "10.0.0.1", Community("public"))
        question = asyncio.create_task(link.ask(REQUEST, tries))
        await asyncio.sleep(0)
        asked = ber.decode(wire.sent[0])
        for address in addresses:
            port._received(
                response(asked, [ber.VarBind((1, 3, 6, 1, 2, 1, 1, 1, 0), ber.OCTETS, b"x")]), address
            )
        try:
            return await question
        except AskError as error:
            return error

    return asyncio.run(run()), port, wire


def test_an_answer_from_the_address_that_was_asked_is_taken() -> None:
    reply, port, _ = asking("10.0.0.1")
    assert isinstance(reply, ber.Reply)
    assert reply.varbinds[0].value == b"x"
    assert not port._waiting


def test_an_answer_from_any_other_address_is_not() -> None:
    reply, port, wire = asking("10.0.0.2")
    assert isinstance(reply, AskError)
    assert reply.cause is Cause.TIMEOUT_MIDWAY
    assert (port.ignored, len(wire.sent)) == (1, 2)
    assert not port._waiting


def test_the_answer_to_an_earlier_try_is_still_an_answer() -> None:
    wire, port = Wire(), CommunityPort()
    port._udp = wire  # type: ignore[assignment]

    async def run() -> ber.Reply:
        question = asyncio.create_task(CommunityLink(port, "10.0.0.1", Community("public")).ask(REQUEST, 5))
        while len(wire.sent) < 2:  # noqa: ASYNC110 (the wire is a list)
            await asyncio.sleep(0.005)
        port._received(response(ber.decode(wire.sent[0]), []), "10.0.0.1")
        return await question

    assert asyncio.run(run()).error_status == 0
