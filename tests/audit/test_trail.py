"""The journal finds every change by word, kind, act and day, within the entities that one answers for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.auth import services as auth
from inventory.core import clock
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.jobs import presentation, schedules
from inventory.organization import services as organization
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def renamed(cast):
    """Two people renamed, one in each of two entities."""
    alice = Actor("user", cast.alice.public_id, "Alice")
    found = []
    for entity, name in ((cast.le_bouscat, "Marie"), (cast.pessac, "Paul")):
        person = factories.create_person(entity, display_name=f"{name} <b>Dupont</b>")
        with transaction():
            audit.record(
                Action.UPDATED, "person", person, {"phone": ["1", "=2"]}, actor=alice, note=f"asked by {name}"
            )
        found.append(person)
    return found


def rows(client, query=""):
    return client.get(f"/journal/{query}").text


def test_it_shows_what_changed_from_what_to_what_and_escapes_it(sign_in, cast, renamed):
    page = rows(sign_in(cast.diane))
    assert "Marie &lt;b&gt;Dupont&lt;/b&gt;" in page
    assert "1 → =2" in page


def test_a_row_opens_the_record_which_says_all_and_leads_to_what_it_tells_of(sign_in, cast, renamed):
    with transaction():
        person = db.session.merge(renamed[0])
        audit.record(Action.UPDATED, "person", person, {"phone": ["0" * 900, None]}, actor=SYSTEM)
    browser = sign_in(cast.diane)
    address = re.search(r'href="(/journal/[0-9]+)"', rows(browser, "?noun=person"))[1]
    record = browser.get(address).text
    assert "0" * 900 in record
    assert f"/people/{renamed[0].public_id}" in record


def test_names_and_times_that_parc_gave_are_in_the_readers_language(app, sign_in, cast):
    with transaction():
        schedules.install(app, "files.clear_away", presentation.CLEARING_AWAY, "40 3 * * *")
        auth.open_session(
            cast.alice, address="192.0.2.1", agent="Mozilla/5.0 (Windows) Firefox/140", at=clock.now()
        )
        auth.end_sessions(cast.alice, actor=SYSTEM)
        audit.record(Action.CREATED, "credential", cast.pessac, {"kind": [None, "ldap_bind"]}, actor=SYSTEM)
    page = rows(sign_in(cast.diane))
    assert "Nettoyage des fichiers supprimés" in page
    assert "tous les jours à 03:40" in page
    assert "Firefox, Windows → terminée" in page
    assert "Compte d’annuaire" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("?q=marie", "Marie"), ("?q=asked+paul", "Paul"), ("?noun=person&act=updated&q=marie+alice", "Marie")],
)
def test_it_is_searched_and_narrowed(sign_in, cast, renamed, query, found):
    page = rows(sign_in(cast.diane), query)
    assert found in page
    assert ({"Marie", "Paul"} - {found}).pop() not in page


def test_days_bound_it_at_both_ends(sign_in, cast, renamed):
    client, tomorrow = sign_in(cast.diane), clock.today() + timedelta(days=1)
    assert "Marie" in rows(client, f"?since={clock.today()}&until={clock.today()}&q=marie")
    assert "Marie" not in rows(client, f"?since={tomorrow}").split("</thead>")[-1]
    assert rows(client, "?since=nonsense&act=nonsense")


def test_an_administrator_sees_the_records_of_their_entities_alone(sign_in, cast, renamed):
    local = factories.create_user(Role.ADMINISTRATOR, cast.le_bouscat)
    page = rows(sign_in(local))
    assert "Marie" in page
    assert "Paul" not in page


def test_a_manager_is_refused(sign_in, cast):
    assert sign_in(cast.bruno).get("/journal/").status_code == 403


def test_the_export_runs_no_formula(sign_in, cast, renamed):
    with transaction():
        person = db.session.merge(renamed[0])
        audit.record(Action.UPDATED, "person", person, actor=Actor("user", "x", "=cmd()"))
    assert "'=cmd()" in sign_in(cast.diane).get("/journal/?format=csv").text


def test_a_save_that_changes_nothing_leaves_the_version_so_that_open_forms_stay_valid(cast):
    place = factories.create_location(cast.pessac, name="Town hall")
    before = place.version
    with transaction():
        same = {"name": place.name, "kind": place.kind, "address": place.address}
        organization.update_location(place, same, parent=None, version=before, actor=SYSTEM)
    assert place.version == before
    with transaction():
        other = {**same, "address": "1 place Gambetta"}
        organization.update_location(place, other, parent=None, version=before, actor=SYSTEM)
    assert place.version == before + 1
