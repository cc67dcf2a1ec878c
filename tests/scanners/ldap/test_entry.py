"""Readings of single values, and of names."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest

from scanners.ldap import names
from scanners.ldap.entry import MOST_VALUES, Entry, iso

GUID = uuid.UUID("6f0a3f0e-3c0e-4c53-9d5b-0b8f2f0d7a11")


def having(**attributes: bytes) -> Entry:
    return Entry.from_wire(b"cn=x,dc=example", {name: [value] for name, value in attributes.items()})


def test_names_of_attributes_are_read_in_any_case_and_without_options() -> None:
    entry = Entry.from_wire(b"cn=x", {"CN;lang-fr": ["Médiathèque".encode()]})
    assert entry.text("cn") == "Médiathèque"


def test_text_that_is_not_utf_8_is_read_as_latin_1() -> None:
    assert having(l="Hôtel".encode("latin-1")).text("l") == "Hôtel"
    assert Entry.from_wire("ou=Écoles".encode("latin-1"), {}).dn == "ou=Écoles"


def test_only_so_many_values_are_kept() -> None:
    entry = Entry.from_wire(b"cn=x", {"cn": [b"a"] * 100_000})
    assert len(entry.texts("cn")) == MOST_VALUES


def test_the_first_attribute_that_says_something_wins() -> None:
    assert having(displayName=b" \0 ", cn=b"Jeanne").text("displayName", "cn") == "Jeanne"
    assert having().text("displayName", "cn") is None


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("objectGUID", GUID.bytes_le, str(GUID)),
        ("objectGUID", b"short", None),
        ("objectGUID", bytes(16), None),
        ("objectGUID", b"\xff" * 16, None),
        ("entryUUID", str(GUID).upper().encode(), str(GUID)),
        ("entryUUID", b"not a uuid", None),
        ("nsUniqueId", b"6f0a3f0e-3c0e4c53-9d5b0b8f-2f0d7a11", str(GUID)),
        ("GUID", GUID.bytes, str(GUID)),
    ],
)
def test_the_lasting_identity_of_each_kind_of_server(
    attribute: str, value: bytes, expected: str | None
) -> None:
    assert having(**{attribute: value}).guid() == expected


def test_a_long_name_becomes_a_short_key() -> None:
    long = Entry.from_wire(b"cn=" + b"x" * 500, {})
    longer = Entry.from_wire(b"cn=" + b"x" * 501, {})
    assert len(long.source_key) < 255
    assert long.source_key != longer.source_key
    assert Entry.from_wire(b"CN=X", {}).source_key == "dn:cn=x"


@pytest.mark.parametrize(
    ("ticks", "expected"),
    [
        (b"133700000000000000", "2024-09-05T08:53:20Z"),
        (b"0", None),
        (b"-1", None),
        (b"9223372036854775807", None),
        (b"9223372036854775806", None),
        (b"99999999999999999999", None),
        (b"1e9", None),
        ("١٢٣".encode(), None),
    ],
)
def test_windows_instants(ticks: bytes, expected: str | None) -> None:
    assert iso(having(t=ticks).filetime("t")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"20230115081500.0Z", datetime(2023, 1, 15, 8, 15, tzinfo=UTC)),
        (b"20230115081500Z", datetime(2023, 1, 15, 8, 15, tzinfo=UTC)),
        (b"20231315081500Z", None),
        (b"20230115", None),
        (b"", None),
    ],
)
def test_generalized_time(text: bytes, expected: datetime | None) -> None:
    assert having(t=text).instant("t") == expected


def test_days_since_1970() -> None:
    assert having(d=b"19723").day_number("d") == date(2024, 1, 1)
    assert having(d=b"99999999").day_number("d") is None


@pytest.mark.parametrize(("text", "expected"), [(b"TRUE", True), (b"false", False), (b"1", None)])
def test_truth(text: bytes, expected: bool | None) -> None:
    assert having(t=text).truth("t") is expected


@pytest.mark.parametrize(
    ("dn", "parent", "path"),
    [
        ("CN=PC-1,OU=Postes,OU=Le Bouscat,DC=lab", "OU=Postes,OU=Le Bouscat,DC=lab", "Le Bouscat / Postes"),
        (r"CN=Dupont\, Jean,OU=Écoles\, crèches,DC=lab", r"OU=Écoles\, crèches,DC=lab", "Écoles, crèches"),
        (r"CN=a,OU=\C3\89tat civil,DC=lab", r"OU=\C3\89tat civil,DC=lab", "État civil"),
        (r"CN=a,OU=back\\,DC=lab", r"OU=back\\,DC=lab", "back\\"),
        ('CN=a,OU="with, comma",DC=lab', 'OU="with, comma",DC=lab', '"with, comma"'),
        ("CN=a , OU=b , DC=lab", "OU=b,DC=lab", "b"),
        ("DC=lab", "", ""),
        ("", "", ""),
        ("\\", "", ""),
        ("cn=a,ou", "ou", ""),
    ],
)
def test_where_an_entry_hangs(dn: str, parent: str, path: str) -> None:
    assert (names.parent(dn), names.unit_path(dn)) == (parent, path)
