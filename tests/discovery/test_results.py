"""What came of each target of a run: its page, its files, who sees what, and the comparison with the run before."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.auth.models import User
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery import causes, comparison, launching, runs
from inventory.discovery.comparison import Entry
from inventory.discovery.models import AddressRange, Outcome, Run, RunKind, Sighting, Site
from inventory.discovery.sightings import Origin, Placement
from inventory.jobs.models import Job
from scanners.coverage import Cause
from scanners.observation import Observation
from tests.discovery.making import create_credential, create_range, create_site, observe
from tests.factories import Cast

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[[User], FlaskClient]
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def range_(cast: Cast) -> AddressRange:
    credential = create_credential(cast.le_bouscat, name="Communauté de nuit")
    return create_range(create_site(cast.le_bouscat), name="Mairie", credential_ids=[credential.id])


def night(range_: AddressRange, *seen: Observation, failures: tuple[tuple[str, str], ...] = ()) -> Run:
    """A run of a range that met some devices, and could not read others."""
    with transaction():
        subject = runs.Subject(
            RunKind.SNMP, range_.name, range_.addresses, range_.entity_id, site_id=range_.site_id, range_id=range_.id
        )  # fmt: skip
        run = runs.open_run(subject)
    with transaction():
        run = db.session.get_one(Run, run.id)
        site = db.session.get_one(Site, range_.site_id)
        origin = Origin(
            run_id=run.id, site_code=site.code, at=clock.now(), place=lambda _one: Placement(range_.entity_id),
            range_id=range_.id, credential_ids={"Communauté de nuit": range_.credential_ids[0]},
        )  # fmt: skip
        runs.take_in(run, list(seen), origin)
        runs.add_failures(run, [(target, cause, "") for target, cause in failures])
        runs.close(run, complete=not failures)
        return run


def test_a_further_address_of_a_device_is_listed_once_with_the_one_it_was_met_at(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    twice = [observe(1, target="10.1.0.5"), observe(1, target="10.1.0.6")]
    run = night(range_, *twice)
    with transaction():
        origin = Origin(
            run_id=run.id,
            site_code=range_.site.code,
            at=clock.now(),
            place=lambda _one: Placement(range_.entity_id),
        )
        runs.take_in(db.session.get_one(Run, run.id), twice, origin)
    assert (run.read, run.outcome["new"], run.outcome["same"]) == (1, 1, 1)
    page = (
        sign_in(cast.alice).get(f"/discovery/runs/{run.public_id}/results?outcome=same", headers=ENGLISH).text
    )
    assert "1 target" in page
    assert "It presents itself as the device met at 10.1.0.5." in page


def listed(browser: FlaskClient, address: str) -> tuple[list[str], str | None]:
    """The addresses on a page of a run's list, and the address of the next page."""
    page = browser.get(address, headers=ENGLISH).get_data(as_text=True)
    following = re.search(r'id="pager-next" href="([^"]+)"', page)
    found = re.findall(r'data-label="Address"[^>]*>(?:<[^>]+>)*([^<\s]+)', page)
    return found, html.unescape(following[1]) if following else None


def test_a_run_s_targets_are_listed_by_address_page_after_page(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    numbers = [n for n in range(120, 0, -1) if n % 2] + [n for n in range(120, 0, -1) if not n % 2]
    failures = (("2001:db8::10", "silent"), ("2001:db8::9", "silent"))
    run = night(range_, *(observe(n, target=f"10.1.0.{n}") for n in numbers), failures=failures)
    browser, found = sign_in(cast.alice), list[str]()
    following: str | None = f"/discovery/runs/{run.public_id}/results"
    while following:
        some, following = listed(browser, following)
        found += some
    assert found == [*(f"10.1.0.{n}" for n in range(1, 121)), "2001:db8::9", "2001:db8::10"]


def test_a_device_whose_address_another_one_has_taken_is_not_called_silent_without_that_being_said(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    night(range_, observe(1, target="10.1.0.5"), observe(2, target="10.1.0.6"))
    run = night(range_, observe(3, target="10.1.0.5"))
    with transaction():
        runs.conclude_absent(run, Sighting.range_id == range_.id, within=lambda _target: True)
    page = (
        sign_in(cast.alice).get(f"/discovery/runs/{run.public_id}/results?format=csv", headers=ENGLISH).text
    )
    told = {
        target: line
        for target in ("10.1.0.5", "10.1.0.6")
        for line in page.splitlines()
        if line.startswith(target) and "silent" in line
    }
    assert "Another device answers at its address now." in told["10.1.0.5"]
    assert "nothing answers there now" in told["10.1.0.6"]


def test_the_page_says_of_each_device_what_came_of_it_why_and_what_to_do(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    run = night(
        range_, observe(1, evidence={"credential": "Communauté de nuit"}), failures=(("10.1.0.9", "wrong_digest"),)
    )  # fmt: skip
    page = sign_in(cast.alice).get(f"/discovery/runs/{run.public_id}/results", headers=ENGLISH).text
    assert "imp-1" in page
    assert "Communauté de nuit" in page
    assert "wrong digest" in page
    assert "Enter the authentication passphrase again" in page


def test_which_credential_was_let_in_is_shown_to_those_who_may_scan_only(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    run = night(range_, observe(1, evidence={"credential": "Communauté de nuit"}))
    page = sign_in(cast.chloe).get(f"/discovery/runs/{run.public_id}/results").text
    assert "imp-1" in page
    assert "Communauté de nuit" not in page


def test_each_number_of_a_run_opens_its_rows(cast: Cast, sign_in: SignIn, range_: AddressRange) -> None:
    night(range_, observe(1), observe(2))
    run = night(range_, observe(1), observe(2, facts={"firmware": "9"}), observe(3))
    alice = sign_in(cast.alice)
    page = alice.get(f"/discovery/runs/{run.public_id}", headers=ENGLISH).text
    for outcome, name in (("new", "imp-3"), ("changed", "imp-2"), ("unchanged", "imp-1")):
        url = f"/discovery/runs/{run.public_id}/results?outcome={outcome}"
        assert f'href="{url}"' in page
        rows = alice.get(url + "&format=csv").text
        assert name in rows
        assert len(rows.strip().splitlines()) == 2
    listed = alice.get("/discovery/runs/", headers=ENGLISH).text
    assert f'href="/discovery/runs/{run.public_id}/results?outcome=new"' in listed
    history = alice.get(f"/discovery/runs/?range={range_.public_id}", headers=ENGLISH).text
    assert "2 runs" in history
    assert "Range: Mairie" in history


def test_what_belongs_to_another_entity_is_not_listed(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    run = night(range_, observe(1))
    with transaction():
        from inventory.discovery.models import Sighting

        db.session.scalars(select(Sighting)).one().entity_id = cast.ccas.id
        db.session.flush()
    stranger = sign_in(cast.chloe).get(f"/discovery/runs/{run.public_id}/results")
    sees_ccas = cast.ccas.path.startswith(cast.le_bouscat.path)
    assert ("imp-1" in stranger.text) is sees_ccas


@pytest.mark.parametrize("cause", [one.value for one in Cause])
def test_every_cause_that_a_scanner_may_give_has_a_sentence(cause: str) -> None:
    assert causes.sentence(cause) != causes.UNKNOWN


def entry(target: str, outcome: Outcome, cause: str = "") -> Entry:
    return Entry(target, outcome, cause)


def test_a_comparison_tells_what_is_new_in_silence_and_failure_from_what_was_so_before() -> None:
    before = [entry("a", Outcome.SILENT), entry("b", Outcome.FAILED, "unknown_user"), entry("c", Outcome.FAILED, "looping")]  # fmt: skip
    now = [
        entry("a", Outcome.SILENT), entry("b", Outcome.FAILED, "wrong_digest"), entry("d", Outcome.SILENT),
        entry("e", Outcome.NEW), entry("f", Outcome.MOVED),
    ]  # fmt: skip
    found = comparison.compare(now, before)
    assert [one.target for one in found.still_silent] == ["a"]
    assert [one.target for one in found.newly_silent] == ["d"]
    assert [one.target for one in found.newly_failed] == ["b"], "for another cause than before"
    assert [one.target for one in found.recovered] == ["c"]
    assert [one.target for one in found.told[Outcome.NEW]] == ["e"]
    assert [one.target for one in found.told[Outcome.MOVED]] == ["f"]
    assert comparison.compare([], []).is_empty


def test_a_run_is_compared_with_the_one_before_fact_by_fact(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    first = night(range_, observe(1, facts={"firmware": "1.4"}), failures=(("10.1.0.9", "wrong_digest"),))
    night(create_range(range_.site, name="Annexe", credential_ids=range_.credential_ids), observe(5))
    run = night(range_, observe(1, facts={"firmware": "2.0"}), observe(2))
    later = night(range_, observe(1, facts={"firmware": "3.0"}), observe(2))
    alice = sign_in(cast.alice)
    page = alice.get(f"/discovery/runs/{run.public_id}/comparison", headers=ENGLISH).text
    assert f"/discovery/runs/{first.public_id}" in page, "not the run of another range"
    assert "1.4 → 2.0" in " ".join(page.split())
    assert "3.0" not in page, "what a later run saw is none of this one's business"
    assert "imp-2" in page
    assert "10.1.0.9" in page
    assert "2.0 → 3.0" in " ".join(alice.get(f"/discovery/runs/{later.public_id}/comparison").text.split())
    empty = alice.get(f"/discovery/runs/{first.public_id}/comparison", headers=ENGLISH).text
    assert "nothing to compare it with" in empty


def test_letting_a_scan_go_on_in_black_out_hours_is_for_those_who_may_scan(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    with transaction():
        run = launching.scan_range(range_, actor=SYSTEM)
    url = f"/discovery/runs/{run.public_id}/anyway"
    assert sign_in(cast.chloe).post(url).status_code == 403
    assert sign_in(cast.alice).post(url).status_code == 303
    assert db.session.get_one(Job, run.job_id).payload["anyway"] is True


def test_the_buttons_of_a_run_answer_htmx_with_the_run_as_it_is_then(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    with transaction():
        run = launching.scan_range(range_, actor=SYSTEM)
    answer = sign_in(cast.alice).post(
        f"/discovery/runs/{run.public_id}/pause", headers={**ENGLISH, "HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "paused" in answer.text
    assert f'hx-post="/discovery/runs/{run.public_id}/resume"' in answer.text


def test_black_out_hours_are_shown_and_saved_in_the_reader_s_words(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    diane, url = sign_in(cast.diane), f"/discovery/ranges/{range_.public_id}"
    form = {
        "name": "Mairie", "site": range_.site.public_id, "entity": cast.le_bouscat.public_id, "addresses": "10.1.0.0/24",
        "port": 161, "rate": 1000, "timeout_ms": 1000, "retries": 2, "frequency": "daily", "at": "12:00", "enabled": "y",
        "blackout": "lundi-vendredi 8h-18h",
    }  # fmt: skip
    assert diane.post(url, data={**form, "blackout": "quand il pleut"}).status_code == 422
    assert diane.post(url, data={**form, "version": range_.version}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(AddressRange, range_.id).blackout == "mon-fri 08:00-18:00"
    assert 'value="lun-ven 08:00-18:00"' in diane.get(url, headers={"Accept-Language": "fr"}).text
    index = diane.get("/discovery/", headers=ENGLISH).text
    assert "not Mon-Fri 08:00-18:00" in index


def test_the_bar_of_a_cancelled_run_tells_how_much_was_asked(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    run = night(range_, observe(1))
    with transaction():
        run.asked, run.unasked_count, run.unasked = 50, 150, "10.1.0.51-10.1.0.200"
    page = sign_in(cast.alice).get(f"/discovery/runs/{run.public_id}", headers=ENGLISH).text
    assert 'data-percent="25.0"' in page
    assert "150 addresses were not asked:" in page
