"""Whose word counts: the pinned one, then the best ranked, then the latest."""

from datetime import UTC, datetime

from inventory.assets.authority import Claim, winner
from inventory.assets.states import SourceKind

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def test_a_pinned_value_outvotes_every_machine():
    person = Claim(SourceKind.PERSON, "mine", EARLY, pinned=True)
    assert winner("name", [Claim(SourceKind.AGENT, "theirs", LATE), person]) is person


def test_an_unpinned_person_yields_to_a_machine():
    machine = Claim(SourceKind.SNMP, "theirs", EARLY)
    assert winner("name", [Claim(SourceKind.PERSON, "mine", LATE), machine]) is machine


def test_the_directory_names_a_computer_and_the_edition_of_its_system_that_the_network_does_not_tell():
    network, directory = Claim(SourceKind.SNMP, "a", LATE), Claim(SourceKind.LDAP, "b", EARLY)
    agent = Claim(SourceKind.AGENT, "c", EARLY)
    assert winner("name", [network, directory, agent]) is directory
    assert winner("os_name", [network, directory]) is directory
    assert winner("os_name", [network, directory, agent]) is agent
    assert winner("firmware", [network, directory]) is network


def test_the_later_of_equals_counts():
    old, new = Claim(SourceKind.SNMP, "a", EARLY), Claim(SourceKind.SNMP, "b", LATE)
    assert winner("name", [new, old]) is new


def test_without_claims_nothing_wins():
    assert winner("name", []) is None
