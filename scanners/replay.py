"""Plays a recording of SNMP objects as if it were a device: for tests of rules, and to identify again without scanning."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from scanners.snmp import ber
from scanners.snmp.ber import Oid, Value, VarBind

_PARSERS: Mapping[int, Callable[[str], Value]] = {
    ber.INTEGER: int,
    ber.COUNTER32: int,
    ber.GAUGE32: int,
    ber.TIMETICKS: int,
    ber.COUNTER64: int,
    ber.OCTETS: lambda text: text.encode(),
    ber.OPAQUE: lambda text: text.encode(),
    ber.IP_ADDRESS: str,
    ber.OID: lambda text: tuple(int(part) for part in text.strip(".").split(".")),
    ber.NULL: lambda _: None,
}


class RecordingError(ValueError):
    """A recording that cannot be read; the sentence says which line."""


class Recording:
    """Objects in their order: a line each, `OID|type|value`, the type being the BER tag in decimal, with an x for hexadecimal octets."""

    def __init__(self, objects: Sequence[VarBind]) -> None:
        self.objects = sorted(objects, key=lambda one: one.oid)
        self._names = [one.oid for one in self.objects]

    @classmethod
    def parse(cls, text: str) -> Recording:
        """The recording in a text; empty lines and lines that begin with # are left out. Raises RecordingError."""
        found = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                found.append(_object(line.strip(), number))
        return cls(found)

    def after(self, oid: Oid) -> VarBind:
        """The object that follows `oid`, or the end of the MIB."""
        place = bisect_right(self._names, oid)
        return self.objects[place] if place < len(self.objects) else VarBind(oid, ber.END_OF_MIB, None)

    def get(self, oid: Oid) -> VarBind:
        """The object named `oid` itself."""
        place = bisect_right(self._names, oid) - 1
        if place >= 0 and self._names[place] == oid:
            return self.objects[place]
        return VarBind(oid, ber.NO_SUCH_INSTANCE, None)

    def answer(self, request: ber.Request) -> list[VarBind]:
        """What a device with these objects says to a GET, GETNEXT or GETBULK (RFC 3416 §4.2)."""
        if request.pdu == ber.GET:
            return [self.get(oid) for oid in request.oids]
        if request.pdu == ber.GET_NEXT:
            return [self.after(oid) for oid in request.oids]
        found = [self.after(oid) for oid in request.oids[: request.first]]
        cursors = list(request.oids[request.first :])
        for _ in range(request.second):
            row = [self.after(oid) for oid in cursors]
            found += row
            cursors = [one.oid for one in row]
        return found


def _object(line: str, number: int) -> VarBind:
    name, _, rest = line.partition("|")
    kind, bar, value = rest.partition("|")
    try:
        if not bar:
            raise ValueError
        oid = tuple(int(part) for part in name.strip(".").split("."))
        if len(oid) < 2 or not all(0 <= part <= ber.LARGEST_SUBIDENTIFIER for part in oid):
            raise ValueError
        tag = int(kind.rstrip("x"))
        return VarBind(oid, tag, bytes.fromhex(value) if kind.endswith("x") else _PARSERS[tag](value))
    except (ValueError, KeyError):
        raise RecordingError(f"Line {number} is not OID|type|value.") from None


class RecordedLink:
    """A device that exists only as a recording; a v1 device (`bulk` false) knows GETNEXT only."""

    held = 0.0

    def __init__(self, recording: Recording, address: str = "192.0.2.1", *, bulk: bool = True) -> None:
        self.address = address
        self.bulk = bulk
        self.asked = 0
        self._recording = recording

    async def ask(self, request: ber.Request, tries: int = 1) -> ber.Reply:
        """The recorded answer, at once."""
        self.asked += tries > 0
        return ber.Reply(1, b"", ber.RESPONSE, 0, 0, 0, ber.bindings(self._recording.answer(request)))
