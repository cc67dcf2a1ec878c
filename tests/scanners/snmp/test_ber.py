"""The own decoder says what pyasn1 says, or refuses; it never crashes."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto import api
from pysnmp.proto.rfc1902 import (
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    IpAddress,
    ObjectIdentifier,
    OctetString,
    Opaque,
    TimeTicks,
)

from benchmarks.contents import RECORDINGS, recorded
from scanners.replay import Recording, RecordingError
from scanners.snmp import ber
from scanners.snmp.session import second_opinion
from tests.scanners.snmp.agents import response

oids = st.lists(st.integers(0, 2**32 - 1), max_size=12).map(lambda rest: (1, 3, *rest))
values = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(Integer32),
    st.integers(0, 2**32 - 1).map(Counter32),
    st.integers(0, 2**32 - 1).map(Gauge32),
    st.integers(0, 2**32 - 1).map(TimeTicks),
    st.integers(0, 2**64 - 1).map(Counter64),
    st.binary(max_size=300).map(OctetString),
    st.binary(max_size=20).map(Opaque),
    st.binary(min_size=4, max_size=4).map(IpAddress),
    oids.map(ObjectIdentifier),
)


def message(varbinds: list[tuple[ber.Oid, object]], request_id: int = 77) -> bytes:
    """A response as pysnmp writes it."""
    v2c = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    pdu = v2c.ResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, request_id)
    v2c.apiPDU.set_varbinds(pdu, varbinds)
    found = v2c.Message()
    v2c.apiMessage.set_defaults(found)
    v2c.apiMessage.set_community(found, "public")
    v2c.apiMessage.set_pdu(found, pdu)
    return bytes(encoder.encode(found))


varbind_lists = st.lists(st.tuples(oids, values), max_size=5)


@given(varbind_lists, st.integers(0, 2**31 - 1))
@settings(max_examples=80, deadline=None)
def test_what_pysnmp_writes_is_read_the_same_by_both(
    varbinds: list[tuple[ber.Oid, object]], request_id: int
) -> None:
    datagram = message(varbinds, request_id)
    assert ber.decode(datagram) == second_opinion(datagram)
    assert ber.decode(datagram).request_id == request_id


@given(
    varbind_lists,
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 60),
)
@settings(max_examples=150, deadline=None)
def test_damaged_octets_are_refused_or_read_as_pyasn1_reads_them(
    varbinds: list[tuple[ber.Oid, object]], damage: list[tuple[int, int]], cut: int
) -> None:
    octets = bytearray(message(varbinds))
    for place, octet in damage:
        octets[place % len(octets)] = octet
    datagram = bytes(octets[: len(octets) - cut % len(octets)])
    try:
        mine = ber.decode(datagram)
    except ber.Malformed:
        return
    try:
        theirs = second_opinion(datagram)
    except ber.Malformed:
        return  # pyasn1 also holds values to their SMI ranges, which buggy agents leave
    assert (mine.request_id, mine.error_status) == (theirs.request_id, theirs.error_status)
    assert [one.oid for one in mine.varbinds] == [one.oid for one in theirs.varbinds]


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(datagram: bytes) -> None:
    for read in (ber.decode, ber.decode_discovery, ber.version_of, second_opinion):
        try:
            read(datagram)
        except ber.Malformed:
            continue


@given(oids)
def test_an_object_identifier_survives(oid: ber.Oid) -> None:
    assert ber.decode_oid(ber.encode_oid(oid)) == oid


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "empty"),
        (b"\x2b\x86", "cut short"),
        (b"\x2b" + b"\xff" * 9 + b"\x7f", "too large"),
        (b"\x2b" * 200, "too long"),
    ],
)
def test_bad_object_identifiers_are_refused(octets: bytes, why: str) -> None:
    with pytest.raises(ber.Malformed, match=why):
        ber.decode_oid(octets)


@pytest.mark.parametrize(
    "datagram",
    [
        b"\x30\x80" + b"\x02\x01\x01",  # indefinite length
        b"\x30\x84\xff\xff\xff\xff",  # four gigabytes promised
        b"\x30\x85\x01\x00\x00\x00\x00",
        b"\x30\x03\x02\x01\x05",  # version 6
        b"x" * 70_000,
    ],
)
def test_lengths_that_lie_are_refused(datagram: bytes) -> None:
    with pytest.raises(ber.Malformed):
        ber.decode(datagram)


def test_a_32_bit_counter_without_its_leading_zero_is_unsigned_all_the_same() -> None:
    varbind = ber.element(ber.SEQUENCE, ber.element(ber.OID, b"\x2b\x06") + b"\x41\x04\xff\xff\xff\xff")
    pdu = ber.integer(1) + ber.integer(0) + ber.integer(0) + ber.element(ber.SEQUENCE, varbind)
    datagram = ber.element(ber.SEQUENCE, ber.integer(1) + b"\x04\x00" + ber.element(ber.RESPONSE, pdu))
    assert ber.decode(datagram).varbinds[0].value == 2**32 - 1


@pytest.mark.parametrize(
    "name",
    [
        b"",  # empty
        b"\x2b\x06\x86",  # cut short
        b"\x2b\x06\x90\x80\x80\x80\x00",  # 2^32
        b"\x2b\x06\xff\xff\xff\xff\xff\x7f",
        b"\x2b" * 130,  # too many numbers
    ],
)
def test_a_message_with_one_bad_name_among_good_ones_is_refused(name: bytes) -> None:
    names = [b"\x2b\x06\x01", name, b"\x2b\x06\x8f\xff\xff\xff\x7f"]
    bound = [ber.element(ber.SEQUENCE, ber.element(ber.OID, one) + b"\x02\x01\x07") for one in names]
    pdu = ber.integer(1) + ber.integer(0) * 2
    head = ber.integer(1) + b"\x04\x00"
    for objects, refused in ((bound, True), ([bound[0], bound[2]], False)):
        content = ber.element(ber.RESPONSE, pdu + ber.element(ber.SEQUENCE, b"".join(objects)))
        datagram = ber.element(ber.SEQUENCE, head + content)
        with pytest.raises(ber.Malformed) if refused else contextlib.nullcontext():
            assert ber.decode(datagram).varbinds[1].oid == (1, 3, 6, 2**32 - 1)


def test_a_request_is_what_pysnmp_understands() -> None:
    request = ber.asking(ber.GET_BULK, [(1, 3, 6, 1, 2, 1, 1), (1, 3, 6, 1, 4, 1, 99999)], 1, 25)
    read = second_opinion(ber.encode(1, b"public", 0x12345678, request))
    assert (read.pdu, read.request_id, read.community) == (ber.GET_BULK, 0x12345678, b"public")
    assert [one.oid for one in read.varbinds] == request.oids


@pytest.mark.slow
@pytest.mark.skipif(not RECORDINGS.is_file(), reason="the public recordings are not beside the project")
def test_what_real_devices_said_is_read_the_same_by_both() -> None:
    asked = ber.Reply(1, b"public", ber.GET_BULK, 0x12345678, 0, 0, [])
    for text in recorded()[::5]:
        objects = []
        for line in text.splitlines()[:400:29]:
            with contextlib.suppress(RecordingError):  # recordings of the wild also hold broken lines
                objects += Recording.parse(line).objects
        datagram = response(asked, objects)
        mine = ber.decode(datagram)
        assert mine.varbinds == objects
        try:
            theirs = second_opinion(datagram)
        except ber.Malformed:
            continue  # pyasn1 also holds values to their SMI ranges
        assert mine == theirs
