"""What is known of computers, devices and people, read from real directories."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanners.ldap import computers, people, reading
from scanners.ldap.entry import Entry
from scanners.observation import Identifier, Observation
from tests.scanners.ldap.conftest import reader
from tests.servers import Slapd, entries

NOW = datetime(2026, 1, 31, 8, 15, tzinfo=UTC)


def first(slapd: Slapd, subject: reading.Subject, wanted: str) -> Observation:
    """The one observation that the filter wants."""
    options = reader(slapd, computers_filter=wanted, people_filter=wanted)
    found = [one for one in reading.read(options, subjects=[subject]) if isinstance(one, Observation)]
    assert len(found) == 1
    return found[0]


def computer(**attributes: str) -> Observation:
    entry = Entry.from_wire(b"CN=PC-1,DC=lab", {name: [value.encode()] for name, value in attributes.items()})
    return computers.observe(entry, site="HQ", target="ldaps://dc1", observed_at=NOW)


def person(**attributes: str) -> Entry:
    return Entry.from_wire(b"CN=Anne,DC=lab", {name: [value.encode()] for name, value in attributes.items()})


@pytest.mark.slapd
def test_an_active_directory_computer(active_directory: Slapd) -> None:
    seen = first(active_directory, "computers", "(cn=PC-00001)")
    guid = str(entries.guid("PC-00001"))
    assert (seen.source, seen.site, seen.target) == ("ldap", "HQ", active_directory.tls_url)
    assert (seen.subject, seen.source_key) == ("device", f"guid:{guid}")
    assert seen.facts == {
        "kind": "computer",
        "name": "pc-00001.metropole.example",
        "description": "Poste — accueil",
        "os_name": "Windows 11 Professionnel",
        "os_version": "10.0 (22631)",
        "location": "Mairie/Étage 1/Bureau 12",
        "disabled": False,
        "last_logon_at": "2024-09-05T08:53:20Z",
        "created_at": "2023-01-15T08:15:00Z",
        "managed_by": "cn=Zoé Nom0,ou=Mairie,dc=metropole,dc=example",
        "dn": "cn=PC-00001,ou=Médiathèque,dc=metropole,dc=example",
        "unit": "ou=Médiathèque,dc=metropole,dc=example",
        "unit_path": "Médiathèque",
    }
    assert seen.identifiers == (Identifier("directory_guid", guid), Identifier("name", "pc-00001", "HQ"))
    assert seen.evidence["directory_guid"] == "objectGUID"


@pytest.mark.slapd
def test_a_disabled_active_directory_computer(active_directory: Slapd) -> None:
    assert first(active_directory, "computers", "(cn=PC-00019)").facts["disabled"] is True


@pytest.mark.slapd
def test_a_device_of_another_directory(directory: Slapd) -> None:
    seen = first(directory, "computers", "(cn=dev-00042)")
    assert seen.source_key.startswith("guid:")
    assert seen.facts["serial"] == "SN0000042"
    assert seen.facts["managed_by"] == "uid=p00000,ou=people,dc=metropole,dc=example"
    assert "kind" not in seen.facts
    assert seen.evidence["directory_guid"] == "entryUUID"
    assert seen.identifiers == (
        Identifier("directory_guid", seen.source_key.removeprefix("guid:")),
        Identifier("serial", "SN0000042"),
        Identifier("mac", "02:1b:00:00:2a:01"),
        Identifier("ip", "10.0.0.42", "HQ"),
        Identifier("name", "dev-00042", "HQ"),
    )
    assert [one.kind for one in seen.identifiers if one.strong] == ["directory_guid"]


@pytest.mark.parametrize(
    ("os_name", "kind"),
    [
        ("Windows Server 2019 Standard", "server"),
        ("Windows 11 Professionnel", "computer"),
        ("Ubuntu", "computer"),
        ("Observer 3", "computer"),
        ("", None),
    ],
)
def test_the_kind_follows_the_operating_system(os_name: str, kind: str | None) -> None:
    assert computer(cn="PC-1", operatingSystem=os_name).facts.get("kind") == kind


def test_a_name_of_anybody_identifies_nobody() -> None:
    assert computer(cn="localhost").identifiers == ()


@pytest.mark.slapd
def test_an_active_directory_user(active_directory: Slapd) -> None:
    seen = first(active_directory, "people", "(sAMAccountName=z.nom0)")
    guid = str(entries.guid("z.nom0"))
    assert (seen.subject, seen.source_key) == ("person", f"guid:{guid}")
    assert seen.identifiers == (Identifier("directory_guid", guid),)
    assert seen.facts == {
        "given_name": "Zoé",
        "family_name": "Nom0",
        "display_name": "NOM0 Zoé",
        "email": "z.nom0@metropole.example",
        "phone": "05 56 00 00 01",
        "mobile": "06 12 34 56 78",
        "department": "État civil",
        "title": "Directrice",
        "employee_number": "E00000",
        "login": "z.nom0",
        "manager_dn": "cn=Zoé Nom0,ou=Mairie,dc=metropole,dc=example",
        "disabled": False,
        "dn": "cn=Zoé Nom0,ou=Mairie,dc=metropole,dc=example",
        "unit": "ou=Mairie,dc=metropole,dc=example",
        "unit_path": "Mairie",
    }


@pytest.mark.slapd
def test_a_person_of_another_directory(directory: Slapd) -> None:
    facts = first(directory, "people", "(uid=p00007)").facts
    assert (facts["login"], facts["employee_number"]) == ("p00007", "E00007")
    assert (facts["department"], facts["given_name"]) == ("État civil", "Zoé")
    assert "disabled" not in facts


@pytest.mark.slapd
def test_an_account_that_ends_says_its_last_day(active_directory: Slapd) -> None:
    assert first(active_directory, "people", "(sAMAccountName=z.nom2)").facts["expires_on"] == "2025-03-06"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"userAccountControl": "512"}, False),
        ({"userAccountControl": "514"}, True),
        ({"pwdAccountLockedTime": "000001010000Z"}, True),
        ({"pwdAccountLockedTime": "20260101000000Z"}, None),
        ({"nsAccountLock": "true"}, True),
        ({}, None),
    ],
)
def test_who_may_not_log_on(attributes: dict[str, str], expected: bool | None) -> None:
    seen = people.observe(person(**attributes), site="", target="", observed_at=NOW)
    assert seen.facts.get("disabled") is expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"accountExpires": "0"}, None),
        ({"accountExpires": "9223372036854775807"}, None),
        ({"accountExpires": "133801632000000000"}, "2024-12-31"),  # 2025-01-01T00:00:00Z
        ({"accountExpires": "133801596000000000"}, "2024-12-31"),  # midnight of Paris, 23:00Z
        ({"shadowExpire": "20089"}, "2024-12-31"),  # no longer from 2025-01-01 on
    ],
)
def test_the_last_day_of_an_account(attributes: dict[str, str], expected: str | None) -> None:
    seen = people.observe(person(**attributes), site="", target="", observed_at=NOW)
    assert seen.facts.get("expires_on") == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"sAMAccountName": "a.nom"}, True),
        ({"sAMAccountName": "LAB2$", "userAccountControl": "2080"}, False),
        ({"sAMAccountName": "PC-1$"}, False),
        ({"sAMAccountName": "krbtgt", "isCriticalSystemObject": "TRUE"}, False),
        ({}, True),
    ],
)
def test_system_accounts_are_nobody(attributes: dict[str, str], expected: bool) -> None:
    assert people.is_person(person(**attributes)) is expected
