"""The UDP socket of a scan, and what the kernel keeps about addresses that refuse (Linux: ip(7), IP_RECVERR)."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator

from scanners.coverage import Cause

LONGEST_DATAGRAM = 65_535
RECEIVE_BUFFER = 16 * 1024 * 1024
# Linux's numbers; Python's socket module lacks their names on some builds.
MSG_ERRQUEUE = 0x2000
IP_RECVERR = 11
SO_RCVBUFFORCE = 33


def open_socket() -> socket.socket:
    """A UDP socket that does not block, with a large receive buffer and ICMP errors kept by address."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except OSError:  # only root may pass the system's limit
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    try:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    except OSError as error:
        # Without it, refusals stay silent: nothing wrong is concluded, only less is known.
        if error.errno not in (errno.ENOPROTOOPT, errno.EINVAL):
            raise
    sock.bind(("0.0.0.0", 0))  # noqa: S104 (a client's port: the kernel chooses the interface by destination)
    return sock


def queued_errors(sock: socket.socket) -> Iterator[tuple[str, Cause | None]]:
    """Each ICMP error that waits: the address it is about, and its cause (None if it cannot be told)."""
    for _ in range(4096):
        try:
            _, extra, _, about = sock.recvmsg(64, 512, MSG_ERRQUEUE)
        except OSError:
            return
        cause = None
        for _, kind, data in extra:
            if kind == IP_RECVERR and len(data) >= 4 and about:
                refused = struct.unpack_from("=I", data)[0] == errno.ECONNREFUSED
                cause = Cause.REFUSED if refused else Cause.UNREACHABLE
        yield (about[0] if about else ""), cause
