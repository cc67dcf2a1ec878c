"""Identifiers have one canonical form each, and junk has none."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners import identity
from scanners.makers import leading_maker


@pytest.mark.parametrize(
    ("value", "maker", "expected"),
    [
        (" abc123x ", None, "ABC123X"),
        ("S/N: CZC1234567", "HP", "CZC1234567"),
        ("Serial Number: 5CG0123ABC", "HP", "5CG0123ABC"),
        ("SN12345678X", None, "SN12345678X"),
        ("1S20L5000AFRPF0ABCDE", "LENOVO", "PF0ABCDE"),
        ("1S20L5000AFRPF0ABCDE", "Dell Inc.", "1S20L5000AFRPF0ABCDE"),
        (".2WF88P2.CN7475164N0123.", "Dell Inc.", "2WF88P2"),
        ("SC02ABCDEFGHJ", "Apple Inc.", "C02ABCDEFGHJ"),
        ("FOC1.2ABC", "Cisco", "FOC1.2ABC"),
        ("000123", None, "000123"),
        (
            "VMware-56 4d 01 02 03 04 05 06-07 08 09 0a 0b 0c 0d 0e",
            "VMware, Inc.",
            "VMWARE-564D0102030405060708090A0B0C0D0E",
        ),
    ],
)
def test_a_serial_is_trimmed_raised_and_unwrapped(value: str, maker: str | None, expected: str) -> None:
    assert identity.canonical_serial(value, maker) == expected


@pytest.mark.parametrize(
    "value",
    """To Be Filled By O.E.M.|Default string|System Serial Number|Chassis Serial Number|Not Specified|None|N/A|0|
    0000000000|XXXXXXXXXX|0A0A0A0A0A0A|.........|123456789|0123456789|unknown|<private>|Not Present|No Asset Tag|Asset-1234567890|ab|
    INVALID|SN: N/A|S/N:|----|System MAC: a8-f7-e0-00-00-6a""".replace("\n", "").split("|"),
)
def test_placeholders_are_not_serials(value: str) -> None:
    assert identity.canonical_serial(value.strip()) is None


def test_a_serial_that_merely_contains_a_placeholder_is_kept() -> None:
    assert identity.canonical_serial("NA12NONE77") == "NA12NONE77"
    assert identity.canonical_serial("0A0A0A0A0B") == "0A0A0A0A0B"


def test_both_byte_orders_of_a_uuid_are_one() -> None:
    value = uuid.UUID("44454c4c-5700-1051-8038-b4c04f503132")
    swapped = uuid.UUID(bytes_le=value.bytes)
    assert identity.canonical_uuid(str(value)) == "44454c4c-5700-1051-8038-b4c04f503132"
    assert identity.canonical_uuid(f"{{{str(swapped).upper()}}}") == "44454c4c-5700-1051-8038-b4c04f503132"


@pytest.mark.parametrize(
    "value",
    [
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "EEEEEEEE-EEEE-EEEE-EEEE-EEEEEEEEEEEE",
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "Not Present",
        "1234",
        None,
    ],
)
def test_constant_uuids_are_junk(value: str | None) -> None:
    assert identity.canonical_uuid(value) is None


@pytest.mark.parametrize(
    "value",
    [
        b"\x00\x1b\x2c\x03\x04\x05",
        "001B2C030405",
        "00-1b-2c-03-04-05",
        "001b.2c03.0405",
        "0:1b:2c:3:4:5",
        "0x001B2C030405",
    ],
)
def test_a_mac_has_one_form(value: bytes | str) -> None:
    assert identity.canonical_mac(value) == "00:1b:2c:03:04:05"


@pytest.mark.parametrize(
    "value",
    [
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:01",
        "02:00:00:00:00:00",
        "44:45:53:54:00:00",
        "",
        "abc",
        b"\0" * 8,
    ],
)
def test_a_mac_of_everybody_is_junk(value: bytes | str) -> None:
    assert identity.canonical_mac(value) is None


def test_virtual_and_random_macs_are_told() -> None:
    assert identity.is_virtual_mac("00:50:56:01:02:03")
    assert identity.is_locally_administered("da:a1:19:00:00:01")
    assert not identity.is_virtual_mac("00:1b:2c:03:04:05")
    assert not identity.is_locally_administered("00:1b:2c:03:04:05")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("PC-0012.bouscat.example", "pc-0012"),
        ("DOMAINE\\PC-0012$", "pc-0012"),
        ("localhost.localdomain", None),
        ("192.168.1.5", None),
        ("two words", None),
        ("___", None),
        ("", None),
    ],
)
def test_a_host_name_is_short_and_small(value: str, expected: str | None) -> None:
    assert identity.canonical_hostname(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("49-015420-323751-8", "490154203237518"),
        (490154203237518, "490154203237518"),
        ("490154203237519", None),
        ("000000000000000", None),
        ("123", None),
        (None, None),
    ],
)
def test_an_imei_needs_its_check_digit(value: str | int | None, expected: str | None) -> None:
    assert identity.canonical_imei(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("010.0.0.1", None),
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("127.0.0.1", None),
        ("0.0.0.0", None),
        ("fe80::1%eth0", None),
        ("224.0.0.1", None),
        ("", None),
    ],
)
def test_an_address_has_its_shortest_form(value: str, expected: str | None) -> None:
    assert identity.canonical_ip(value) == expected


@pytest.mark.parametrize(
    "names",
    [
        ("Hewlett-Packard", "HP", "HP Inc.", "Hewlett Packard Enterprise", "hpe", "HEWLETT-PACKARD COMPANY"),
        ("Dell Inc.", "DELL", "Dell EMC"),
        ("KYOCERA Document Solutions Inc.", "Kyocera"),
        ("ASUSTeK COMPUTER INC.", "asus"),
        ("Labswitch", "LABSWITCH", "Labswitch S.A.S.", "labswitch GmbH"),
    ],
)
def test_one_maker_has_one_name(names: tuple[str, ...]) -> None:
    assert len({identity.canonical_maker(name) for name in names}) == 1


def test_a_maker_of_signs_only_is_nobody() -> None:
    assert identity.canonical_maker("---") is None


def test_a_well_known_maker_is_found_at_the_beginning_only() -> None:
    assert leading_maker("SHARP MX-C301W") == "Sharp"
    assert leading_maker("Linux hp-server") is None


@pytest.mark.parametrize(
    ("value", "expected"), [(" 00417 ", "00417"), ("No Asset Tag", None), ("cub-12  b", "CUB-12 B")]
)
def test_a_tag_keeps_its_leading_zeros(value: str, expected: str | None) -> None:
    assert identity.canonical_tag(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (bytes.fromhex("80001f8804c0ffee00112233"), "80001f8804c0ffee00112233"),
        ("0x80:00:1F:88:04:C0:FF", "80001f8804c0ff"),
        (b"\x80\0\0\0", None),
        ("800000090300000000000000", None),
        ("8000000900000000000000", None),
        ("zz", None),
    ],
)
def test_an_engine_id_is_hexadecimal(value: bytes | str, expected: str | None) -> None:
    assert identity.canonical_engine_id(value) == expected


@pytest.mark.parametrize(
    "canonical",
    [
        identity.canonical_serial,
        identity.canonical_mac,
        identity.canonical_uuid,
        identity.canonical_hostname,
        identity.canonical_imei,
        identity.canonical_ip,
        identity.canonical_tag,
        identity.canonical_maker,
        identity.canonical_engine_id,
    ],
)
@given(value=st.one_of(st.text(max_size=80), st.text("0123456789abcdefS/N:. -", max_size=40)))
def test_a_canonical_form_is_its_own_canonical_form(
    canonical: Callable[[str | None], str | None], value: str
) -> None:
    found = canonical(value)
    assert found is None or (found and canonical(found) == found)


@given(st.text(max_size=40), st.sampled_from(["Dell Inc.", "Lenovo", "Apple", "VMware"]))
def test_a_canonical_serial_is_its_own_with_any_maker(value: str, maker: str) -> None:
    found = identity.canonical_serial(value, maker)
    assert found is None or identity.canonical_serial(found, maker) == found


@given(st.uuids())
def test_any_uuid_equals_its_swapped_self(value: uuid.UUID) -> None:
    swapped = uuid.UUID(bytes_le=value.bytes)
    assert identity.canonical_uuid(str(value)) == identity.canonical_uuid(str(swapped))
