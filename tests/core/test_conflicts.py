"""Two people edit the same thing: the second is shown both versions, and who saved in between, when and what."""

from __future__ import annotations

import pytest

from inventory.auth import services as auth
from inventory.core.database import db, transaction
from inventory.notices.models import MailSettings
from inventory.notices.smtp import Protection
from inventory.organization import services as organization
from tests.notices.conftest import set_up


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
