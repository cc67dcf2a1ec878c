"""Asks a multicast group of the local network one question, and gathers who answers within a time."""

from __future__ import annotations

import asyncio
import socket

LONGEST_ANSWER = 9_000
MOST_ANSWERS, MOST_OF_ONE = 4_000, 32
TIMES = 2


def local_address(towards: str) -> str | None:
    """Return this machine's own address on the way to another; None where there is no way. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((towards, 9))
        except OSError:
            return None
        return str(sock.getsockname()[0])


async def ask(
    question: bytes, group: tuple[str, int], *, via: str, hops: int, wait: float
) -> list[tuple[str, bytes]]:
    """Return (address, answer) of all who answered on the interface that has the address `via`; never raises for the network."""
    loop = asyncio.get_running_loop()
    answers: list[tuple[str, bytes]] = []
    counts: dict[str, int] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, hops)
        try:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(via))
            sock.bind((via, 0))
        except OSError:  # the interface has gone, or takes no multicast
            return []

        def receive() -> None:
            while len(answers) < MOST_ANSWERS:
                try:
                    data, (address, *_) = sock.recvfrom(LONGEST_ANSWER)
                except OSError:
                    return
                counts[address] = counts.get(address, 0) + 1
                if counts[address] <= MOST_OF_ONE:
                    answers.append((address, data))
            loop.remove_reader(sock)

        loop.add_reader(sock, receive)
        try:
            for _ in range(TIMES):
                try:
                    sock.sendto(question, group)
                except OSError:  # no route for multicast: nobody is heard
                    break
                await asyncio.sleep(wait / TIMES)
        finally:
            loop.remove_reader(sock)
    return answers
