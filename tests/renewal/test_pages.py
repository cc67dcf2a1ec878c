"""What people see and may do on the pages of the renewal."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.assets import services as assets
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.reconciliation.models import Review, ReviewKind
from inventory.renewal import queries, services
from inventory.renewal.models import RenewalRule, Replacement, Snapshot
from tests import factories
from tests.renewal.conftest import MANAGER, Place, counted_queries

pytestmark = pytest.mark.any_store

MAY = date(2026, 5, 4)
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def manager(place: Place, sign_in: SignIn) -> FlaskClient:
    """Bruno, manager of Le Bouscat, reading English."""
    with transaction():
        place.cast.bruno.language = "en"
    return sign_in(place.cast.bruno)


def fill(place: Place, count: int = 7) -> list[Any]:
    return [place.add(tag=f"LBX-{number:04}") for number in range(1, count + 1)]


def test_the_page_says_what_is_missing_in_one_sentence(place: Place, manager: FlaskClient) -> None:
    old = fill(place, 13)
    place.replace(old[0], place.add(since=MAY), MAY)
    text = manager.get("/renewal/LBX").text
    assert "1 of 13 renewed; the target is 3: 2 are missing." in text
    with transaction():
        services.set_rule(place.town, {"fraction_denominator": 13}, actor=MANAGER)
    assert "1 of 13 renewed; the target is 1: reached." in manager.get("/renewal/LBX").text


def test_an_empty_commune_says_so_and_shows_no_rate(place: Place, manager: FlaskClient) -> None:
    text = manager.get("/renewal/LBX").text
    assert "there is no base to count from" in text
    assert "target reached" not in text


def test_all_communes_stand_together_with_those_that_miss_most_first(place: Place, sign_in: SignIn) -> None:
    fill(place, 13)
    place.add(place.cast.pessac)
    text = sign_in(place.cast.diane).get("/renewal/?entity=all").text
    assert 0 < text.index("Le Bouscat", text.index("bullets")) < text.index("Pessac", text.index("bullets"))


@pytest.mark.parametrize("figure", queries.Figure)
@pytest.mark.parametrize("family", queries.Family)
def test_every_figure_opens_the_equipment_behind_it(
    place: Place, manager: FlaskClient, figure: queries.Figure, family: queries.Family
) -> None:
    old = fill(place)
    place.replace(old[0], place.add(since=MAY), MAY)
    answer = manager.get(f"/renewal/LBX/assets?figure={figure.value}&family={family.value}")
    assert answer.status_code == 200
    export = manager.get(f"/renewal/LBX/assets?figure={figure.value}&family={family.value}&format=csv")
    ask = queries.ask(place.town)
    rows = db.session.execute(queries.assets(ask, queries.Selection(figure, family))).all()
    assert len(export.text.strip().splitlines()) == 1 + len(rows)


def test_the_file_of_candidates_says_ages_as_numbers_and_why_in_words(
    place: Place, manager: FlaskClient
) -> None:
    place.add(tag="LBX-0001", warranty_ends_on=date(2024, 3, 1))
    for columns in ("", "&cols=tag,why"):
        text = manager.get(f"/renewal/LBX/assets?figure=candidates&format=csv{columns}").text
        (row,) = csv.DictReader(text.lstrip("\ufeff").splitlines())
        shown = manager.get("/renewal/LBX/assets?figure=candidates").text
        assert "out of warranty since 1 Mar 2024" in row["Why"]
        assert row["Why"] in shown
        assert columns or float(row["Age"]) > 1


@pytest.mark.parametrize("query", ["figure=nonsense", "figure=base&age=x", "figure=left_out&left_out=x"])
def test_a_figure_that_does_not_exist_is_not_found(manager: FlaskClient, query: str) -> None:
    assert manager.get(f"/renewal/LBX/assets?{query}").status_code == 404


@pytest.mark.parametrize("query", ["year=abcd", "year=99999", "year=0001", "perimeter=moon", "year=2031"])
def test_nonsense_in_the_address_is_read_as_the_present_year_and_the_whole(
    place: Place, manager: FlaskClient, query: str
) -> None:
    assert manager.get(f"/renewal/LBX?{query}").status_code == 200


def test_the_numbers_of_the_page_lead_to_their_equipment(place: Place, manager: FlaskClient) -> None:
    fill(place)
    text = manager.get("/renewal/LBX").text
    for figure in ("base", "fleet", "over_life", "candidates"):
        assert f"figure={figure}" in text
    assert "age=6" in text


def test_a_manager_records_a_replacement_and_reads_whether_it_counts(
    place: Place, manager: FlaskClient
) -> None:
    old, new = place.add(tag="OLD-1"), place.add(since=MAY, tag="NEW-1")
    asked = manager.get("/renewal/LBX/replacements/new").text
    assert asked.count(f'data-near="{place.town.public_id}"') == 4, "what is of the commune is offered first"
    form = {"old": old.public_id, "new": new.public_id, "on": "04/05/2026", "position": "Accueil"}
    answer = manager.post("/renewal/LBX/replacements/new", data=form, follow_redirects=True)
    assert "OLD-1 → NEW-1 is recorded and counts as a renewal." in answer.text
    row = db.session.scalar(select(Replacement))
    assert (row.replaced_on, row.position, row.recorded_by) == (MAY, "Accueil", "Bruno Petit")
    # What is recorded by mistake goes at once, by the button beside the sentence.
    assert f'action="/renewal/replacements/{row.public_id}/withdraw"' in answer.text
    assert manager.post(f"/renewal/replacements/{row.public_id}/withdraw").status_code == 303
    gone = manager.post(f"/renewal/replacements/{row.public_id}/withdraw")
    assert gone.status_code == 404
    assert "Somebody may have removed it since your page was loaded" in gone.text


def test_a_replacement_is_shown_where_and_when_it_was_whatever_page_it_was_recorded_from(
    place: Place, sign_in: SignIn
) -> None:
    old, new = place.add(place.cast.pessac, tag="PES-1"), place.add(tag="NEW-1")
    with transaction():
        place.cast.diane.language = "en"
    form = {"old": old.public_id, "new": new.public_id, "on": "04/05/2025"}
    browser = sign_in(place.cast.diane)
    answer = browser.post("/renewal/LBX/replacements/new", data=form)
    assert answer.location == "/renewal/PES?year=2025&perimeter=both"
    text = browser.get(answer.location).text
    assert "It belongs to Pessac, where the device that left stood." in text
    assert "PES-1" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"new": ""}, "field is required"),
        ({"on": "someday"}, "Type a date"),
        ({"old": "nonsense"}, "from the list"),
    ],
)
def test_a_wrong_replacement_is_refused_and_what_was_typed_is_kept(
    place: Place, manager: FlaskClient, change: dict[str, str], said: str
) -> None:
    old, new = place.add(), place.add(since=MAY)
    form = {"old": old.public_id, "new": new.public_id, "on": "04/05/2026", "position": "Accueil", **change}
    answer = manager.post("/renewal/LBX/replacements/new", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Accueil" in answer.text


def test_equipment_of_another_commune_cannot_be_recorded_as_replaced(
    place: Place, manager: FlaskClient
) -> None:
    old, new = place.add(place.cast.pessac), place.add(since=MAY)
    form = {"old": old.public_id, "new": new.public_id, "on": "04/05/2026"}
    assert manager.post("/renewal/LBX/replacements/new", data=form).status_code == 422
    assert db.session.scalar(select(Replacement)) is None


def test_a_manager_withdraws_judges_again_and_presents(place: Place, manager: FlaskClient) -> None:
    row = place.replace(place.add(), place.add(since=MAY), MAY)
    assert manager.post("/renewal/LBX/judge").status_code == 303
    assert manager.post("/renewal/LBX/present", data={"note": "Comité de suivi"}).status_code == 303
    snapshot = db.session.scalar(select(Snapshot))
    shown = manager.get(f"/renewal/presented/{snapshot.public_id}").text
    for said in ("Comité de suivi", "Le Bouscat (Commune and CCAS)", "100%"):
        assert said in shown
    answer = manager.post(
        f"/renewal/replacements/{row.public_id}/withdraw", data={"next": "/renewal/LBX?year=2026"}
    )
    assert (answer.status_code, answer.location) == (303, "/renewal/LBX?year=2026")
    assert db.session.scalar(select(Replacement)) is None
    (undo,) = re.findall(r"/changes/own/\w+/undo", manager.get(answer.location).text)
    assert manager.post(undo).status_code == 303
    assert db.session.scalar(select(Replacement.id)) == row.id


def rule_form(**changes: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "fraction_numerator": "1",
        "fraction_denominator": "5",
        "category_ids": [],
        "year_starts_day": "1",
        "year_starts_month": "9",
        "reference_offset_days": "0",
        "rounding": "auto",
        "ownerships": ["owned", "leased"],
        "usages": ["staff"],
        "minimum_age_gain_months": "24",
        **changes,
    }


def test_a_manager_changes_the_rule(place: Place, manager: FlaskClient) -> None:
    answer = manager.post("/renewal/LBX/rule", data=rule_form(category_ids=[str(place.laptop.id)]))
    assert answer.status_code == 303
    row = db.session.scalar(select(RenewalRule))
    assert (row.fraction_denominator, row.category_ids, row.ownerships) == (
        5,
        [place.laptop.id],
        ["owned", "leased"],
    )
    assert "Set here, version 1." in manager.get("/renewal/LBX").text
    assert "Inherited from Le Bouscat." in manager.get("/renewal/LBX-CCAS").text


def test_a_stale_rule_shows_both_versions(place: Place, manager: FlaskClient) -> None:
    form = rule_form(category_ids=[str(place.laptop.id)])
    manager.post("/renewal/LBX/rule", data=form)
    assert manager.post("/renewal/LBX/rule", data=form).status_code == 409


def test_a_rule_that_makes_no_sense_is_refused_beside_its_field(place: Place, manager: FlaskClient) -> None:
    answer = manager.post("/renewal/LBX/rule", data=rule_form(year_starts_month="13", year_starts_day="31"))
    assert answer.status_code == 422
    for said in ("Give a month from 1 to 12.", "Give a day from 1 to 28", "Choose at least one."):
        assert said in answer.text
    assert db.session.scalar(select(RenewalRule)) is None


ACTS = ("replacements/new", "rule", "judge", "present")


def test_readers_and_technicians_see_but_do_not_plan(place: Place, sign_in: SignIn) -> None:
    for user in (place.cast.chloe, place.cast.alice):
        browser = sign_in(user)
        for path in ("/renewal/", "/renewal/LBX", "/renewal/LBX/rule", "/renewal/LBX/assets?figure=base"):
            assert browser.get(path).status_code == 200
        for act in ACTS:
            assert browser.post(f"/renewal/LBX/{act}").status_code == 403
        assert "/renewal/LBX/replacements/new" not in browser.get("/renewal/LBX").text


def test_another_commune_is_not_there(place: Place, sign_in: SignIn) -> None:
    row = place.replace(place.add(), place.add(since=MAY), MAY)
    browser = sign_in(place.cast.oscar)
    for path in ("", "/assets?figure=base", "/rule", "/replacements"):
        assert browser.get(f"/renewal/LBX{path}").status_code == 404
    assert browser.get("/renewal/NOWHERE").status_code == 404
    manager_elsewhere = place.cast.bruno
    assert sign_in(manager_elsewhere).post("/renewal/PES/judge").status_code == 404
    assert browser.post(f"/renewal/replacements/{row.public_id}/withdraw").status_code in (403, 404)


def test_a_page_costs_the_same_whatever_the_fleet(place: Place, manager: FlaskClient) -> None:
    fill(place, 2)
    manager.get("/renewal/LBX")
    with counted_queries() as few:
        manager.get("/renewal/LBX")
    for old in fill_more(place):
        place.replace(old, place.add(since=MAY), MAY)
    with counted_queries() as many:
        manager.get("/renewal/LBX")
    assert len(many) == len(few)


def fill_more(place: Place) -> list[Any]:
    return [place.add() for _ in range(4)]


def test_a_probable_replacement_shows_the_old_device_and_the_new_one(
    place: Place, manager: FlaskClient
) -> None:
    marie = factories.create_person(place.town, display_name="Marie Dupont")
    old, new = (
        place.add(tag="LBX-000001", serial="OLD1"),
        place.add(tag="LBX-000002", serial="NEW1", since=MAY),
    )
    bruno = Actor("user", place.cast.bruno.public_id, "Bruno Petit")
    with transaction():
        assets.hand_over(old, assets.Handover(on=MAY), actor=bruno, person=marie)
        assets.take_back(old, assets.Handover(on=MAY), actor=bruno)
        assets.hand_over(new, assets.Handover(on=MAY), actor=bruno, person=marie)
    review = db.session.scalars(select(Review)).one()
    assert review.kind is ReviewKind.REPLACEMENT
    text = manager.get(f"/reviews/{review.public_id}").text
    assert "on 4 May 2026." in text
    heads = text[text.index("Old one") :]
    assert heads.index("LBX-000001") < heads.index("New one") < heads.index("LBX-000002")
    assert 0 < heads.index("OLD1") < heads.index("NEW1")


def facts(text: str) -> dict[str, str]:
    """Return the address behind each number of the page's first rate, by its words and the number."""
    panel = text.split('id="sixth"')[1]
    found = re.findall(r'<dt>([^<]+)</dt><dd>(?:<a[^>]* href="([^"]+)"[^>]*>)?(\d*)', panel)
    return {f"{label} {number}": address.replace("&amp;", "&") for label, address, number in found[:4]}


def test_the_page_of_an_entity_shows_its_sixth_and_each_number_opens_its_rows(
    place: Place, manager: FlaskClient
) -> None:
    old = fill(place, 13)
    place.replace(old[0], place.add(since=MAY), MAY)
    text = manager.get("/entities/LBX").text
    assert "1 of 13 renewed; the target is 3: 2 are missing." in text
    assert 'href="/renewal/LBX?year=2026&amp;perimeter=both"' in text
    behind = facts(text)
    assert set(behind) >= {"Renewed 1", "Base 13", "Target 3"}
    assert manager.get(f"{behind['Base 13']}&format=csv").text.strip().count("\n") == 13
    assert "there is no base to count from" in manager.get("/entities/LBX-J").text


def test_the_page_of_the_metropolis_shows_its_communes(place: Place, sign_in: SignIn) -> None:
    fill(place, 13)
    text = sign_in(place.cast.diane).get("/entities/BM", headers={"Accept-Language": "en"}).text
    assert "0 of 13 main terminals renewed." in text
    assert re.search(r'href="/renewal/LBX\?[^"]*">Le Bouscat<', text)


def test_the_page_of_an_entity_counts_only_what_one_sees(place: Place, sign_in: SignIn) -> None:
    fill(place, 13)
    place.add(place.school)
    teacher = factories.create_user(Role.READER, place.school, language="en")
    assert sign_in(teacher).get("/entities/LBX").status_code == 404
    assert "0 of 1 renewed" in sign_in(teacher).get("/entities/LBX-J").text
