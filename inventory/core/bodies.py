"""Hears a request's body out that is larger than Parc takes, keeping none of it, so that a page can answer it."""

from __future__ import annotations

from typing import Any

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer

from inventory.core.config import MAX_BODY

# A browser shows an answer only once all that it sends is taken. Of more than this it is told nothing but no.
MOST_HEARD = 256 * 2**20


class _Cut(OverflowableBuffer):
    """What was sent, or nothing but its length where that is too much."""

    def __init__(self, overflow: int, length: int) -> None:
        super().__init__(overflow)
        self._heard, self._is_kept = 0, length <= MAX_BODY

    def append(self, piece: bytes) -> None:
        self._heard += len(piece)
        if self._is_kept and self._heard > MAX_BODY:
            self._is_kept = False
            self.close()
            self.buf, self.strbuf = None, b""
        if self._is_kept:
            super().append(piece)

    def __len__(self) -> int:
        return self._heard


class _Parser(HTTPRequestParser):
    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        receiver: Any = self.body_rcv
        if receiver is not None:
            receiver.buf = _Cut(self.adj.inbuf_overflow, self.content_length)


class _Channel(HTTPChannel):
    parser_class = _Parser


def hear_out(sockets: dict[int, Any]) -> None:
    """Let the servers among waitress's sockets keep no body over MAX_BODY: the application is told its length alone."""
    for one in sockets.values():
        if isinstance(one, BaseWSGIServer):
            one.channel_class = _Channel
