"""What announces itself by mDNS, SSDP and WS-Discovery: only its own words count, and no answer breaks anything."""

from __future__ import annotations

import socket
from types import ModuleType

import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.presence import mdns, neighbours, ssdp, wsd

SENDER, OTHER = "10.1.0.7", "10.1.0.8"
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><root><friendlyName>&c;</friendlyName></root>'


def answer(*records: tuple[str, str, str]) -> bytes:
    message = dns.message.Message(id=0)
    message.flags = 0x8400
    for name, kind, text in records:
        message.answer.append(dns.rrset.from_text(name, 120, "IN", kind, text))
    return message.to_wire()


PRINTER = (
    ("_ipp._tcp.local.", "PTR", "Accueil._ipp._tcp.local."),
    ("Accueil._ipp._tcp.local.", "SRV", "0 0 631 imp-1.local."),
    ("Accueil._ipp._tcp.local.", "TXT", '"rp=ipp/print" "ty=Brother HL-L5100DN"'),
)


def test_a_device_says_its_name_services_and_model() -> None:
    names, hints = mdns.read(SENDER, answer(*PRINTER, ("imp-1.local.", "A", SENDER)))
    assert [(name.value, name.source) for name in names] == [("imp-1", "mdns")]
    assert [(hint.code, hint.text) for hint in hints] == [
        ("mdns_service", "ipp"),
        ("mdns_model", "Brother HL-L5100DN"),
    ]


def test_what_is_said_of_others_is_not_the_senders() -> None:
    assert mdns.read(SENDER, answer(*PRINTER, ("imp-1.local.", "A", OTHER))) == ((), ())


def test_one_packet_asks_for_all_services_by_unicast() -> None:
    asked = dns.message.from_wire(mdns.question())
    assert {str(one.name).partition(".")[0] for one in asked.question} == set(mdns.SERVICES)
    assert all(one.rdclass & 0x8000 for one in asked.question)


@pytest.mark.parametrize(
    "where", [OTHER, "10.1.0.7.evil.example", "localhost", "169.254.169.254", f"x@{OTHER}"]
)
def test_nobody_is_sent_to_ask_another_host(where: str) -> None:
    data = f"HTTP/1.1 200 OK\r\nLOCATION: http://{where}:80/d.xml\r\n\r\n".encode()
    assert ssdp.description(SENDER, data) is None


@pytest.mark.parametrize(
    "text",
    ["https://10.1.0.7/d.xml", "http://10.1.0.7:99999/", "http://10.1.0.7:x/", "", "file:///etc/passwd"],
)
def test_a_description_is_only_read_from_a_plain_address_of_the_sender(text: str) -> None:
    assert ssdp.description(SENDER, f"HTTP/1.1 200 OK\r\nLOCATION: {text}\r\n\r\n".encode()) is None


def test_a_description_of_the_sender_is_read_where_it_says() -> None:
    data = b"HTTP/1.1 200 OK\r\nLOCATION: http://10.1.0.7:49152/desc.xml?x\r\n\r\n"
    assert ssdp.description(SENDER, data) == (49152, "/desc.xml")


def test_a_document_type_is_refused() -> None:
    assert ssdp.read_description(BOMB) == ((), ())
    assert wsd.read(SENDER, BOMB) == ((), ())


@pytest.mark.parametrize("spoken", [mdns, ssdp, wsd])
@given(data=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
def test_no_answer_breaks_anything(spoken: ModuleType, data: bytes) -> None:
    names, hints = spoken.read(SENDER, data)
    assert all(one.value.isprintable() for one in names)
    assert all(one.text.isprintable() for one in hints)


@given(st.binary(max_size=400))
def test_no_answer_to_a_search_breaks_what_reads_its_description(data: bytes) -> None:
    ssdp.description(SENDER, b"HTTP/1.1 200 OK\r\nLOCATION: " + data)
    ssdp.read_description(data)


@given(st.binary(max_size=200))
def test_no_message_of_the_kernel_breaks_the_reading(data: bytes) -> None:
    for _kind, body in neighbours.messages(data):
        neighbours.parse(body)


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="the kernel's neighbour table is read on Linux")
def test_the_kernels_table_can_be_read() -> None:
    assert isinstance(neighbours.table(), list)
