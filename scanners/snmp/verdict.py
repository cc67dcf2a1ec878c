"""Gives datagrams that the own decoder refuses to pyasn1 for the verdict, for as long as one scan can afford."""

from __future__ import annotations

import time

from scanners.snmp import ber
from scanners.snmp.session import second_opinion

# pyasn1 needs a tenth of a millisecond for each variable binding: a hostile datagram of 64 kB would take it a second.
LONGEST_ODD = 4_096
MOST_SECONDS = 20.0


class Verdict:
    """pyasn1's second opinions of one scan, within a budget: whoever sends nonsense on purpose does not stop the others."""

    def __init__(self, seconds: float = MOST_SECONDS) -> None:
        self._left = seconds

    def on(self, datagram: bytes, why: ber.Malformed) -> ber.Reply:
        """The message that pyasn1 reads where the own decoder gave `why`; raises ber.Malformed."""
        if len(datagram) > LONGEST_ODD or self._left <= 0:
            raise why
        begun = time.perf_counter()
        try:
            return second_opinion(datagram)
        finally:
            self._left -= time.perf_counter() - begun
