"""Two people edit the same thing: the second is shown both versions, and who saved in between, when and what."""

from __future__ import annotations

import re

import pytest

from inventory.auth import services as auth
from inventory.core.database import db, transaction
from inventory.notices.models import MailSettings
from inventory.notices.smtp import Protection
from inventory.organization import services as organization
from tests import factories
from tests.notices.conftest import set_up
from tests.sent_forms import SentForm, forms_in

pytestmark = pytest.mark.any_store

SIRET = "21330069700017"


@pytest.fixture
def diane(cast, sign_in):
    browser = sign_in(cast.diane)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def page_of(answer):
    assert answer.status_code == 409
    return answer.get_data(as_text=True)


def saves_in(page):
    """Return the lines that say who saved in between."""
    _before, found, rest = page.partition('id="saves"')
    return rest.partition("</ul>")[0] if found else ""


def rename(entity, name, by):
    with transaction():
        organization.update_entity(entity, {"name": name}, version=None, actor=auth.actor_for(by))


def entity_form(entity, **values):
    return {
        "name": entity.name,
        "code": entity.code,
        "kind": entity.kind.value,
        "version": str(entity.version),
        **values,
    }


def test_the_page_says_who_saved_in_between_and_which_fields(diane, cast):
    typed = entity_form(cast.le_bouscat, name="Bouscat (Le)")
    rename(cast.le_bouscat, "Ville du Bouscat", cast.bruno)
    page = page_of(diane.post("/entities/LBX/edit", data=typed))
    assert "Bruno Petit" in saves_in(page)
    assert "Name" in saves_in(page)
    assert "Ville du Bouscat" in page
    assert "Bouscat (Le)" in page


def test_each_save_in_between_is_told_the_latest_first_and_none_from_before(diane, cast):
    rename(cast.le_bouscat, "Before", cast.oscar)
    typed = entity_form(cast.le_bouscat, name="Mine")
    rename(cast.le_bouscat, "First", cast.alice)
    rename(cast.le_bouscat, "Second", cast.bruno)
    told = saves_in(page_of(diane.post("/entities/LBX/edit", data=typed)))
    assert told.index("Bruno Petit") < told.index("Alice Martin")
    assert "Oscar" not in told


def test_saving_over_it_knowingly_takes_the_version_that_the_page_gives(diane, cast):
    typed = entity_form(cast.le_bouscat, name="Mine")
    rename(cast.le_bouscat, "Theirs", cast.bruno)
    page = page_of(diane.post("/entities/LBX/edit", data=typed))
    assert f'name="version" value="{cast.le_bouscat.version}"' in page
    again = {**typed, "version": str(cast.le_bouscat.version)}
    assert diane.post("/entities/LBX/edit", data=again).status_code == 303
    assert cast.le_bouscat.name == "Mine"


def form_of(browser, address) -> SentForm:
    """Return the form that a person has open."""
    return next(
        f for f in forms_in(browser.get(address).get_data(as_text=True), address) if f.value("version")
    )


def again(page, address="/entities/LBX/edit"):
    """Return what the conflict page sends, but for what is still asked."""
    form = next((f for f in forms_in(page, address) if f.value("version")), None)
    return form and form.data()


def change(entity, by, **values):
    with transaction():
        organization.update_entity(entity, values, version=None, actor=auth.actor_for(by))


def test_what_only_the_other_changed_stays_and_what_only_i_changed_is_saved(diane, cast):
    opened = form_of(diane, "/entities/LBX/edit").data()
    change(cast.le_bouscat, cast.bruno, name="Ville du Bouscat")
    page = page_of(diane.post("/entities/LBX/edit", data={**opened, "siret": SIRET}))
    assert "saving keeps the changes of both" in page
    assert 'type="radio"' not in page
    assert cast.le_bouscat.siret is None
    assert diane.post("/entities/LBX/edit", data=again(page)).status_code == 303
    assert (cast.le_bouscat.name, cast.le_bouscat.siret) == ("Ville du Bouscat", SIRET)


@pytest.mark.parametrize(("chosen", "name"), [("Mine", "Mine"), ("Theirs", "Theirs"), (None, "Theirs")])
def test_what_both_changed_is_asked_and_the_rest_is_put_together(diane, cast, chosen, name):
    opened = form_of(diane, "/entities/LBX/edit").data()
    change(cast.le_bouscat, cast.bruno, name="Theirs", siret=SIRET)
    page = page_of(diane.post("/entities/LBX/edit", data={**opened, "name": "Mine", "kind": "other"}))
    assert re.findall(r'type="radio" name="(\w+)" value="(\w+)"', page) == [
        ("name", "Theirs"),
        ("name", "Mine"),
    ]
    sent = again(page)
    if chosen:
        sent["name"] = [chosen, *sent["name"]]
    assert diane.post("/entities/LBX/edit", data=sent).status_code == 303
    saved = cast.le_bouscat
    assert (saved.name, saved.siret, saved.kind.value) == (name, SIRET, "other")


def test_two_who_did_the_same_have_nothing_left_to_save(diane, cast):
    opened = form_of(diane, "/entities/LBX/edit").data()
    change(cast.le_bouscat, cast.bruno, name="Le Bouscat (33)")
    page = page_of(diane.post("/entities/LBX/edit", data={**opened, "name": "Le Bouscat (33)"}))
    assert "Nothing of what you typed is left to save." in page
    assert again(page) is None


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"name": "x"}', '{"name": [1]}', "null", "9" * 500])
def test_a_form_that_does_not_say_what_it_held_asks_what_the_trail_says_both_changed(diane, cast, seen):
    opened = {**form_of(diane, "/entities/LBX/edit").data(), "seen": seen}
    change(cast.le_bouscat, cast.bruno, name="Theirs")
    page = page_of(diane.post("/entities/LBX/edit", data={**opened, "name": "Mine", "siret": SIRET}))
    assert set(re.findall(r'type="radio" name="(\w+)"', page)) == {"name"}
    assert again(page)["siret"] == [SIRET]


def test_where_the_trail_does_not_tell_of_every_save_all_that_differs_is_asked(diane, cast):
    opened = form_of(diane, "/entities/LBX/edit").data()
    del opened["seen"]
    for turn in range(7):
        change(cast.le_bouscat, cast.bruno, name=f"Theirs {turn}")
    page = page_of(diane.post("/entities/LBX/edit", data={**opened, "siret": SIRET}))
    assert set(re.findall(r'type="radio" name="(\w+)"', page)) == {"name", "siret"}


def test_boxes_that_two_people_ticked_are_put_together(diane, cast, database):
    laptops, tablets, screens = (
        factories.create_category(name=name) for name in ("Laptop", "Tablet", "Screen")
    )
    rule = {"inherits": "", "category_ids": [str(laptops.id), str(tablets.id)]}
    opened = {**form_of(diane, "/renewal/LBX/rule").data(), **rule}
    assert diane.post("/renewal/LBX/rule", data=opened).status_code == 303
    opened = form_of(diane, "/renewal/LBX/rule").data()
    theirs = {**opened, "category_ids": [str(laptops.id), str(tablets.id), str(screens.id)]}
    assert diane.post("/renewal/LBX/rule", data=theirs).status_code == 303
    page = page_of(diane.post("/renewal/LBX/rule", data={**opened, "category_ids": [str(tablets.id)]}))
    assert sorted(again(page, "/renewal/LBX/rule")["category_ids"]) == sorted(
        [str(tablets.id), str(screens.id)]
    )


def test_a_users_account_is_no_exception_though_its_table_is_called_otherwise(diane, cast):
    seen = cast.alice.version
    with transaction():
        auth.update_user(cast.alice, {"name": "Alice M."}, version=None, actor=auth.actor_for(cast.bruno))
    typed = {"name": "Alice", "email": cast.alice.email, "active": "y", "version": str(seen)}
    assert "Bruno Petit" in saves_in(page_of(diane.post(f"/users/{cast.alice.public_id}", data=typed)))


def test_a_secret_that_was_typed_is_in_no_answer(diane, database):
    set_up(465)
    typed = {
        "host": "localhost", "port": "465", "protection": Protection.TLS.value, "account": "parc",
        "password": "lab-secret", "sender_address": "a@example.org", "version": "7",
    }  # fmt: skip
    page = page_of(diane.post("/mail/", data=typed))
    assert "lab-secret" not in page
    assert "type it again afterwards" in page
    assert db.session.scalars(db.select(MailSettings)).one().account is None


def test_what_a_name_holds_is_shown_as_text(diane, cast):
    typed = entity_form(cast.le_bouscat, name="Mine")
    with transaction():
        cast.bruno.name = "<b>Bruno</b>"
    rename(cast.le_bouscat, "<i>x</i>", cast.bruno)
    page = page_of(diane.post("/entities/LBX/edit", data=typed))
    assert "<b>Bruno</b>" not in page
    assert "<i>x</i>" not in page
