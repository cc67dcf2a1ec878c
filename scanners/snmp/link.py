"""What a way to ask one device looks like, whatever its protocol version."""

from __future__ import annotations

from typing import Protocol

from scanners.coverage import Cause
from scanners.snmp import ber

TRIES = 5


class AskError(Exception):
    """A device gave no usable answer; `cause` says why."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.detail = detail


class Link(Protocol):
    """A way to ask one device; `bulk` says whether GETBULK may be tried, `held` how many seconds its questions waited for their turn."""

    address: str
    bulk: bool
    held: float

    async def ask(self, request: ber.Request, tries: int = TRIES) -> ber.Reply:
        """The device's answer; raises AskError."""
