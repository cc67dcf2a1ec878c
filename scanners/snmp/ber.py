"""A small bounded BER codec for SNMP messages (RFC 3417 §8): about a hundred times faster than a general one, and strict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

Oid = tuple[int, ...]
Name = bytes
"""The content octets of an OBJECT IDENTIFIER: what stands on the wire, from which its numbers are read where they are needed."""
Value = int | bytes | str | Oid | None
Binding = tuple[Name, int, Value]
"""One object as it came: its name, its value's tag and the value, as in VarBind."""

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIMETICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB = 0x80, 0x81, 0x82
EXCEPTIONS = frozenset({NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB})
GET, GET_NEXT, RESPONSE, GET_BULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA5, 0xA8

LONGEST_MESSAGE = 65_535
MOST_SUBIDENTIFIERS = 128
LARGEST_SUBIDENTIFIER = 2**32 - 1


class Malformed(ValueError):
    """The octets are not the SNMP message they claim to be."""


class VarBind(NamedTuple):
    """One object and its value: int, bytes (OCTET STRING, Opaque), dotted IP address, OID, or None (NULL, exceptions)."""

    oid: Oid
    tag: int
    value: Value


class Reply(NamedTuple):
    """A decoded PDU; `error_index` counts from 1, `size` is that of its message in octets (0 where it is not known)."""

    version: int
    community: bytes
    pdu: int
    request_id: int
    error_status: int
    error_index: int
    bindings: list[Binding]
    size: int = 0

    @property
    def varbinds(self) -> list[VarBind]:
        """The objects with the numbers of their names."""
        return [VarBind(decode_oid(name), tag, value) for name, tag, value in self.bindings]


def bindings(varbinds: Iterable[VarBind]) -> list[Binding]:
    """Objects as a reply holds them."""
    return [(encode_oid(oid), tag, value) for oid, tag, value in varbinds]


def header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """(tag, start, stop) of the element at `at`; it must end at or before `end`."""
    if end - at < 2:
        raise Malformed("an element is cut short")
    tag = data[at]
    length = data[at + 1]
    start = at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or end - start < count:
            raise Malformed("a length is indefinite or cut short")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    stop = start + length
    if stop > end:
        raise Malformed("an element is longer than what holds it")
    return tag, start, stop


class Head(NamedTuple):
    """What a message begins with: enough to know whose question it answers. `at` to `end` is the rest of its PDU."""

    version: int
    community: bytes
    pdu: int
    request_id: int
    at: int
    end: int


def decode_head(data: bytes) -> Head:
    """The head of the SNMPv1 or v2c message in a datagram, for a few microseconds whatever its size; raises Malformed."""
    if len(data) > LONGEST_MESSAGE:
        raise Malformed("the datagram is too long")
    _, at, end = _expect(data, 0, len(data), SEQUENCE)
    version, at = _integer(data, at, end)
    if version not in (0, 1):
        raise Malformed("the version is neither 1 nor 2c")
    _, start, stop = _expect(data, at, end, OCTETS)
    community = data[start:stop]
    pdu, at, end = header(data, stop, end)
    if not GET <= pdu <= REPORT or pdu == 0xA4:
        raise Malformed("the PDU is of an unknown kind")
    request_id, at = _integer(data, at, end)
    return Head(version, community, pdu, request_id, at, end)


def decode(data: bytes, head: Head | None = None) -> Reply:
    """The SNMPv1 or v2c message in a datagram, whose head may have been read before; raises Malformed and nothing else."""
    version, community, pdu, request_id, at, end = head or decode_head(data)
    error_status, at = _integer(data, at, end)
    error_index, at = _integer(data, at, end)
    _, at, end = _expect(data, at, end, SEQUENCE)
    found = _bindings(data, at, end)
    return Reply(version, community, pdu, request_id, error_status, error_index, found, len(data))


def version_of(data: bytes) -> int:
    """The version number at the start of any SNMP message; raises Malformed."""
    _, at, end = _expect(data, 0, len(data), SEQUENCE)
    return _integer(data, at, end)[0]


def decode_discovery(data: bytes) -> tuple[int, bytes]:
    """(msgID, authoritative engine id) of an SNMPv3 message (RFC 3412 §6, RFC 3414 §2.4); raises Malformed."""
    _, at, end = _expect(data, 0, len(data), SEQUENCE)
    _, at = _integer(data, at, end)
    _, start, stop = _expect(data, at, end, SEQUENCE)
    message_id, _ = _integer(data, start, stop)
    _, start, stop = _expect(data, stop, end, OCTETS)
    _, start, stop = _expect(data, start, stop, SEQUENCE)
    _, start, stop = _expect(data, start, stop, OCTETS)
    if stop - start > 32:
        raise Malformed("an engine id is longer than 32 octets")
    return message_id, data[start:stop]


def _expect(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int, int]:
    found = header(data, at, end)
    if found[0] != wanted:
        raise Malformed(f"tag {found[0]:#x} where {wanted:#x} is expected")
    return found


def _integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    _, start, stop = _expect(data, at, end, INTEGER)
    return signed(data, start, stop), stop


def signed(data: bytes, start: int, stop: int) -> int:
    """A two's complement integer of at most 64 bits."""
    if not 1 <= stop - start <= 8:
        raise Malformed("an integer is empty or too long")
    return int.from_bytes(data[start:stop], "big", signed=True)


def _bindings(data: bytes, at: int, end: int) -> list[Binding]:
    """The variable bindings of a list, their names held to what `decode_oid` accepts: a scan spends most of its time here."""
    found: list[Binding] = []
    add, read, last = found.append, _VALUES.get, end - 6
    while at < end:
        # By far most are short: three lengths of one octet each, read without a call for each element.
        if (
            at < last
            and data[at] == SEQUENCE
            and data[at + 2] == OID
            and (size := data[at + 1]) < 0x80 > (length := data[at + 3]) > 0
            and (start := at + length + 6) <= (stop := at + size + 2) <= end
            and start + data[start - 1] == stop
            and data[start - 3] < 0x80
        ):
            name, tag = data[at + 4 : start - 2], data[start - 2]
        else:
            name, tag, start, stop = _long_binding(data, at, end)
        value: Value
        if tag == OCTETS:
            value = data[start:stop]
        elif not (start + 1 == stop and tag in _NUMBERS and (value := data[start]) < 0x80):
            value = read(tag, _no_value)(data, start, stop)
        add((name, tag, value))
        at = stop
    if _FOUR_HIGH in data.translate(_HIGH):  # no number below 2^28 has so many: one may be too large
        for name, _, _ in found:
            decode_oid(name)
    return found


def _long_binding(data: bytes, at: int, end: int) -> tuple[Name, int, int, int]:
    """(name, tag, start and stop of the value) of the variable binding at `at`, whatever its lengths."""
    tag, start, stop = header(data, at, end)
    if tag != SEQUENCE:
        raise Malformed("a variable binding is not a sequence")
    tag, name_start, name_stop = header(data, start, stop)
    if tag != OID:
        raise Malformed("a variable binding has no name")
    name = data[name_start:name_stop]
    decode_oid(name)
    tag, start, value_stop = header(data, name_stop, stop)
    if value_stop != stop:
        raise Malformed("a variable binding holds more than a value")
    return name, tag, start, stop


def _octets(data: bytes, start: int, stop: int) -> bytes:
    return data[start:stop]


def _oid(data: bytes, start: int, stop: int) -> Oid:
    return decode_oid(data[start:stop])


def _ip_address(data: bytes, start: int, stop: int) -> str:
    if stop - start != 4:
        raise Malformed("an IP address is not four octets long")
    return ".".join(map(str, data[start:stop]))


def _empty(_data: bytes, start: int, stop: int) -> None:
    if start != stop:
        raise Malformed("an empty value has content")


def _no_value(_data: bytes, _start: int, _stop: int) -> None:
    raise Malformed("a value has an unknown tag")


def _unsigned32(data: bytes, start: int, stop: int) -> int:
    # Some agents send 32 bits without the leading zero octet: the value is unsigned by its type all the same.
    size = stop - start
    if not 1 <= size <= 5 or (size == 5 and data[start] != 0):
        raise Malformed("an unsigned number is empty or too long")
    return int.from_bytes(data[start:stop], "big")


def _unsigned64(data: bytes, start: int, stop: int) -> int:
    size = stop - start
    if not 1 <= size <= 9 or (size == 9 and data[start] != 0):
        raise Malformed("an unsigned number is empty or too long")
    return int.from_bytes(data[start:stop], "big")


_VALUES: dict[int, Callable[[bytes, int, int], Value]] = {
    INTEGER: signed,
    OCTETS: _octets,
    OPAQUE: _octets,
    OID: _oid,
    IP_ADDRESS: _ip_address,
    COUNTER32: _unsigned32,
    GAUGE32: _unsigned32,
    TIMETICKS: _unsigned32,
    COUNTER64: _unsigned64,
    NULL: _empty,
    **dict.fromkeys(EXCEPTIONS, _empty),
}


_NUMBERS = frozenset({INTEGER, COUNTER32, GAUGE32, TIMETICKS, COUNTER64})
# Each octet that goes on to another one as 1, all others as 0.
_HIGH = bytes(128) + b"\1" * 128
_FOUR_HIGH = b"\1" * 4


@lru_cache(maxsize=16_384)
def decode_oid(octets: bytes) -> Oid:
    """An OBJECT IDENTIFIER's numbers (X.690 §8.19), each below 2^32, at most 128 of them; devices alike say the same ones."""
    if not octets:
        raise Malformed("an object identifier is empty")
    numbers = decode_numbers(octets)
    first = numbers[0]
    oid = (*(divmod(first, 40) if first < 80 else (2, first - 80)), *numbers[1:])
    if len(oid) > MOST_SUBIDENTIFIERS:
        raise Malformed("an object identifier is too long")
    return oid


def decode_numbers(octets: bytes) -> Oid:
    """The numbers in the octets of an object identifier behind its first two: an index in a table; raises Malformed."""
    if octets.isascii():  # every number below 128: the common case
        return tuple(octets)
    numbers: list[int] = []
    number = 0
    for octet in octets:
        if octet < 0x80:
            numbers.append(number << 7 | octet if number else octet)
            number = 0
        else:
            number = number << 7 | octet & 0x7F
            if number > LARGEST_SUBIDENTIFIER:
                raise Malformed("a number of an object identifier is too large")
    if octets[-1] & 0x80:
        raise Malformed("an object identifier is cut short")
    if max(numbers) > LARGEST_SUBIDENTIFIER:
        raise Malformed("a number of an object identifier is too large")
    return tuple(numbers)


@lru_cache(maxsize=4096)
def encode_oid(oid: Oid) -> Name:
    """The content octets of an OBJECT IDENTIFIER of at least two numbers."""
    numbers = (oid[0] * 40 + oid[1], *oid[2:])
    if max(numbers) < 0x80:
        return bytes(numbers)
    out = bytearray()
    for number in numbers:
        for shift in range((max(number.bit_length(), 1) - 1) // 7 * 7, -1, -7):
            out.append(number >> shift & 0x7F | (0x80 if shift else 0))
    return bytes(out)


def element(tag: int, content: bytes) -> bytes:
    """A tag, a definite length and the content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """An integer in as few octets as it needs."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def _unbound(name: Name) -> bytes:
    """A name with the value NULL, as questions have it."""
    size = len(name)
    if size < 0x7C:
        return b"\x30%c\x06%c%b\x05\x00" % (size + 4, size, name)
    return element(SEQUENCE, element(OID, name) + b"\x05\x00")


@lru_cache(maxsize=256)
def _asked_by(version: int, community: bytes) -> bytes:
    return integer(version) + element(OCTETS, community)


@lru_cache(maxsize=1024)
def _extent(first: int, second: int) -> bytes:
    return integer(first) + integer(second)


class Request(NamedTuple):
    """What to ask; for GETBULK `first` is non-repeaters and `second` max-repetitions, else both are 0."""

    pdu: int
    names: Sequence[Name]
    first: int = 0
    second: int = 0

    @property
    def oids(self) -> list[Oid]:
        """The numbers of the names."""
        return [decode_oid(name) for name in self.names]


def asking(pdu: int, oids: Iterable[Oid], first: int = 0, second: int = 0) -> Request:
    """A request for objects that are given by their numbers."""
    return Request(pdu, [encode_oid(oid) for oid in oids], first, second)


def encode(version: int, community: bytes, request_id: int, request: Request) -> bytes:
    """A v1 (0) or v2c (1) message that asks for the objects of `request`."""
    objects = element(SEQUENCE, b"".join(map(_unbound, request.names)))
    pdu = integer(request_id) + _extent(request.first, request.second) + objects
    return element(SEQUENCE, _asked_by(version, community) + element(request.pdu, pdu))
