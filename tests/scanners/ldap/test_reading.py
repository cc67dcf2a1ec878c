"""Reading real directories wholly, partly, and being told to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from scanners.coverage import Cause, Coverage, Failure
from scanners.ldap import DirectoryOptions, reading
from scanners.observation import Observation
from tests.scanners.ldap.conftest import COMPUTERS, DEVICES, PEOPLE, USERS, reader
from tests.servers import Slapd, entries, entry

pytestmark = pytest.mark.slapd

Found = Observation | Failure | Coverage


def observations(found: Iterable[Found]) -> list[Observation]:
    return [one for one in found if isinstance(one, Observation)]


def coverages(found: Iterable[Found]) -> list[Coverage]:
    return [one for one in found if isinstance(one, Coverage)]


def causes(found: Iterable[Found]) -> list[Cause]:
    return [one.cause for one in found if isinstance(one, Failure)]


def some_people(slapd: Slapd, **choices: object) -> DirectoryOptions:
    return reader(slapd, people_filter="(uid=p0000*)", **choices)


def test_five_thousand_entries_pass_a_limit_of_five_hundred(directory: Slapd) -> None:
    found = list(reading.read(reader(directory)))
    computers, people = coverages(found)
    assert (computers.read, people.read) == (DEVICES, PEOPLE)
    assert computers.complete
    assert people.complete
    assert computers.scope == "computers dc=metropole,dc=example"
    assert len({one.source_key for one in observations(found)}) == DEVICES + PEOPLE


def test_progress_is_told_page_by_page(directory: Slapd) -> None:
    told: list[tuple[str, int]] = []
    options = reader(directory, page_size=400)
    list(reading.read(options, subjects=["people"], on_progress=lambda *step: told.append(step)))
    assert told == [("people", 400), ("people", 800), ("people", 1000)]


def test_a_page_larger_than_the_server_allows_is_asked_again_smaller(small: Callable[..., Slapd]) -> None:
    slapd = small(*entries.people(150), maximum_page=40)
    (coverage,) = coverages(reading.read(reader(slapd), subjects=["people"]))
    assert (coverage.read, coverage.complete) == (150, True)


def test_a_server_that_stops_at_its_size_limit_gives_a_part_and_says_so(
    small: Callable[..., Slapd],
) -> None:
    slapd = small(*entries.people(150), most_paged="100")
    found = list(reading.read(reader(slapd, page_size=40), subjects=["people"]))
    (coverage,) = coverages(found)
    assert causes(found) == [Cause.SIZE_LIMIT]
    assert 0 < coverage.read < 150
    assert not coverage.complete


def test_a_server_that_refuses_pages_is_read_until_its_limit(small: Callable[..., Slapd]) -> None:
    slapd = small(*entries.people(600), most_paged="disabled")
    (coverage,) = coverages(reading.read(some_people(slapd), subjects=["people"]))
    assert (coverage.read, coverage.complete) == (10, True)
    found = list(reading.read(reader(slapd), subjects=["people"]))
    (coverage,) = coverages(found)
    assert causes(found) == [Cause.SIZE_LIMIT]
    assert (coverage.read, coverage.complete) == (500, False)


def test_a_server_killed_midway_leaves_nothing_complete(small: Callable[..., Slapd]) -> None:
    slapd = small(*entries.devices(300), *entries.people(5))
    found: list[Found] = []
    for one in reading.read(reader(slapd, page_size=100)):
        found.append(one)
        if len(found) == 150:
            slapd.kill()
    computers, people = coverages(found)
    assert computers.read == 200
    assert people.read == 0
    assert not computers.complete
    assert not people.complete
    assert causes(found) == [Cause.HALF_READ, Cause.HALF_READ]


def test_a_reading_that_is_stopped_says_that_it_was(directory: Slapd) -> None:
    steps: list[int] = []
    found = list(
        reading.read(
            reader(directory, page_size=100),
            on_progress=lambda _, count: steps.append(count),
            should_stop=lambda: len(steps) == 2,
        )
    )
    computers, people = coverages(found)
    assert (computers.read, people.read) == (200, 0)
    assert not computers.complete
    assert not people.complete
    assert set(causes(found)) == {Cause.CANCELLED}


def test_a_base_that_does_not_exist_is_named_and_the_other_is_read(directory: Slapd) -> None:
    bases = ("ou=nowhere,dc=metropole,dc=example", "ou=people,dc=metropole,dc=example")
    found = list(reading.read(some_people(directory, people_bases=bases), subjects=["people"]))
    failure = next(one for one in found if isinstance(one, Failure))
    (coverage,) = coverages(found)
    assert (failure.cause, failure.target) == (Cause.NO_SUCH_BASE, bases[0])
    assert coverage.failures == (failure,)
    assert (coverage.read, coverage.complete) == (10, False)


def test_a_base_that_is_not_a_name_is_a_failure(directory: Slapd) -> None:
    found = list(reading.read(reader(directory, base="people of the town"), subjects=["people"]))
    assert causes(found) == [Cause.NO_SUCH_BASE]


def test_an_entry_under_two_bases_is_read_once(directory: Slapd) -> None:
    bases = ("ou=people,dc=metropole,dc=example", "dc=metropole,dc=example")
    found = list(reading.read(some_people(directory, people_bases=bases), subjects=["people"]))
    (coverage,) = coverages(found)
    assert (coverage.asked, coverage.read, coverage.complete) == (20, 10, True)
    assert len(observations(found)) == 10


def test_an_entry_may_be_both_a_person_and_a_device(directory: Slapd) -> None:
    options = some_people(directory, computers_filter="(uid=p0000*)")
    assert [one.read for one in coverages(reading.read(options))] == [10, 10]


def test_without_a_base_the_server_is_asked_for_its_own(directory: Slapd) -> None:
    (coverage,) = coverages(reading.read(some_people(directory, base=""), subjects=["people"]))
    assert (coverage.read, coverage.scope) == (10, "people dc=metropole,dc=example")


def test_an_accented_base_is_read(active_directory: Slapd) -> None:
    base = "ou=Écoles,dc=metropole,dc=example"
    found = list(reading.read(reader(active_directory, base=base)))
    assert all(one.complete for one in coverages(found))
    assert {one.facts["unit"] for one in observations(found)} == {base}


def test_an_accented_account_may_read(small: Callable[..., Slapd]) -> None:
    account = f"cn=Relève d'équipement,{Slapd.base}"
    slapd = small(
        entry(
            account,
            objectClass=["applicationProcess", "simpleSecurityObject"],
            cn="Relève d'équipement",
            userPassword="clé-secrète",
        )
    )
    options = reader(slapd, bind_dn=account, password="clé-secrète")
    assert all(one.complete for one in coverages(reading.read(options)))


def test_the_same_night_twice_gives_the_same_digests(directory: Slapd) -> None:
    options = some_people(directory)
    first, second = (observations(reading.read(options, subjects=["people"])) for _ in range(2))
    assert [one.digest() for one in first] == [one.digest() for one in second]


def test_an_active_directory_is_recognised_and_read(active_directory: Slapd) -> None:
    found = list(reading.read(reader(active_directory)))
    computers, people = coverages(found)
    assert (computers.read, people.read) == (COMPUTERS, USERS)
    assert {one.subject for one in observations(found)} == {"device", "person"}


def test_a_filter_of_ones_own_replaces_the_usual_one(active_directory: Slapd) -> None:
    options = reader(active_directory, computers_filter="(operatingSystem=Windows Server 2022 Standard)")
    (coverage,) = coverages(reading.read(options, subjects=["computers"]))
    assert coverage.read == COMPUTERS // 10


def test_a_filter_that_cannot_be_sent_is_a_failure(directory: Slapd) -> None:
    found = list(reading.read(reader(directory, people_filter="(((uid=p)))"), subjects=["people"]))
    assert causes(found) == [Cause.SERVER_ERROR]


def test_testing_a_connection_tells_what_is_there(directory: Slapd, active_directory: Slapd) -> None:
    summary = reading.test_connection(reader(directory))
    assert isinstance(summary, reading.Summary)
    assert (summary.vendor, summary.naming_contexts) == ("OpenLDAP", ("dc=metropole,dc=example",))
    assert summary.counts == {
        "computers": reading.Count(2000, more=True),
        "people": reading.Count(PEOPLE, more=False),
    }
    summary = reading.test_connection(reader(active_directory, base=""))
    assert isinstance(summary, reading.Summary)
    assert summary.active_directory
    assert summary.base == "dc=metropole,dc=example"


def test_testing_a_connection_that_fails_gives_the_failure(directory: Slapd) -> None:
    failure = reading.test_connection(reader(directory, password="wrong"))
    assert isinstance(failure, Failure)
    assert (failure.cause, failure.target) == (Cause.INVALID_CREDENTIALS, directory.tls_url)
