"""Asks by ICMP echo which of the silent are there, so that "silent, or wrong community" is said of no dead address."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from scanners.snmp.pace import Pace

ECHO_REQUEST, ECHO_REPLY = 8, 0
ROUNDS = 2
STEP = 0.02


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def open_socket() -> socket.socket | None:
    """An ICMP socket, or None where this process may not have one (then nobody is said to be there)."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            sock = socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP)
        except OSError:
            continue
        sock.setblocking(False)
        return sock
    return None


def permitted() -> bool:
    """Whether this process may send echo requests."""
    sock = open_socket()
    if sock is None:
        return False
    sock.close()
    return True


async def present(
    addresses: Sequence[str], pace: Pace, wait: float, should_stop: Callable[[], bool]
) -> frozenset[str]:
    """Those of `addresses` that answer an echo request."""
    sock = open_socket() if addresses else None
    if sock is None:
        return frozenset()
    silent, token = set(addresses), secrets.token_bytes(16)
    identity = secrets.randbelow(0xFFFF) + 1
    loop = asyncio.get_running_loop()

    def receive() -> None:
        for _ in range(512):
            try:
                packet, (address, *_) = sock.recvfrom(2048)
            except OSError:
                return
            if token in packet:
                silent.discard(address)

    loop.add_reader(sock, receive)
    try:
        for _ in range(ROUNDS):
            left = [address for address in addresses if address in silent]
            await _round(sock, left, packet=_echo(identity, token), pace=pace, should_stop=should_stop)
            await _settle(wait, silent)
    finally:
        loop.remove_reader(sock)
        sock.close()
    return frozenset(address for address in addresses if address not in silent)


def _echo(identity: int, token: bytes) -> bytes:
    body = struct.pack("!HH", identity, 1) + token
    return (
        struct.pack("!BBH", ECHO_REQUEST, 0, _checksum(struct.pack("!BBH", ECHO_REQUEST, 0, 0) + body)) + body
    )


async def _round(
    sock: socket.socket, left: Sequence[str], *, packet: bytes, pace: Pace, should_stop: Callable[[], bool]
) -> None:
    for start in range(0, len(left), pace.burst):
        if should_stop():
            return
        for address in left[start : start + pace.burst]:
            try:
                sock.sendto(packet, (address, 0))
            except OSError:
                continue  # no route, or a full buffer: it will not be said to be there
        await pace.spent(min(pace.burst, len(left) - start))


async def _settle(wait: float, silent: AbstractSet[str]) -> None:
    for _ in range(int(wait / STEP) + 1):
        if not silent:
            return
        await asyncio.sleep(STEP)
