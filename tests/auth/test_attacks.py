"""What somebody who means harm, or two people at once, may try at sign-in, links and users' pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from inventory.audit.models import AuditRecord
from inventory.auth import passwords, queries, services, throttle
from inventory.auth.claims import claim
from inventory.auth.models import RateCounter, User
from inventory.auth.users import outside
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.addresses import local_target
from inventory.core.database import db, transaction
from inventory.core.errors import NotFound, Refused
from inventory.core.permissions import Role
from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.any_store


def page_of(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def english(sign_in):
    def signed_in(user):
        browser = sign_in(user)
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return browser

    return signed_in


@pytest.mark.parametrize(
    "target",
    [
        "//evil.org",
        "/\\evil.org",
        "/\t/evil.org",
        "/\n/evil.org",
        "https://evil.org",
        "/x\\..\\y",
        "",
        None,
        "evil",
        "/ /x",
    ],
)
def test_a_target_outside_of_this_site_is_not_followed(target):
    assert local_target(target, "/") == "/"


@pytest.mark.parametrize("target", ["/", "/people/?q=a%20b&entity=LBX", "/people/abc#history"])
def test_a_target_on_this_site_is_followed(target):
    assert local_target(target, "/otherwise") == target


def test_the_attempts_of_one_network_of_addresses_count_together():
    assert throttle.key_of("sign-in", "2001:db8::1") == throttle.key_of("sign-in", "2001:db8::ffff:2")
    assert throttle.key_of("sign-in", "2001:db8::1") != throttle.key_of("sign-in", "2001:db8:0:1::1")
    assert throttle.key_of("sign-in", "::ffff:192.0.2.7") == throttle.key_of("sign-in", "192.0.2.7")
    assert throttle.key_of("sign-in", None) == "sign-in:None"


def test_a_refused_attempt_leaves_the_counter_full(database):
    at = clock.now()
    for _ in range(3):
        with transaction():
            throttle.count("k", 3, at)
    for _ in range(2):
        with pytest.raises(throttle.TooMany), transaction():
            throttle.count("k", 3, at)
    assert db.session.scalar(select(RateCounter.count)) == 3


def test_an_office_behind_one_address_can_sign_in_together(client, cast, app, monkeypatch):
    monkeypatch.setitem(app.config, "SIGN_IN_ATTEMPTS", 2)
    for _ in range(4):
        browser = app.test_client()
        answer = browser.post("/sign-in", data={"email": "alice@example.org", "password": PASSWORD})
        assert answer.status_code == 303
    for expected in (422, 422, 429):
        answer = client.post("/sign-in", data={"email": "alice@example.org", "password": "wrong"})
        assert answer.status_code == expected
    assert 14 * 60 < int(answer.headers["Retry-After"]) <= 15 * 60
    sent = {"email": "alice@example.org", "password": "wrong"}
    told_to_a_script = client.post("/sign-in", data=sent, headers={"HX-Request": "true"})
    assert (told_to_a_script.status_code, "Retry-After" in told_to_a_script.headers) == (429, True)
    page = answer.get_data(as_text=True)
    assert re.search(r"\b15\sminutes\b", page)
    assert 'href="/sign-in"' in page


def test_a_second_use_of_a_link_that_was_open_twice_is_refused(cast):
    with transaction():
        token = services.issue_link(services.RESET, cast.alice)
    first, second = (services.link_by_token(services.RESET, token) for _ in range(2))
    with transaction():
        services.use_link(first)
    with pytest.raises(NotFound), transaction():
        services.use_link(second)


def test_a_new_password_stops_the_links_that_are_still_out(cast):
    with transaction():
        token = services.issue_link(services.RESET, cast.alice)
        services.set_password(cast.alice, "une autre phrase de passe", actor=SYSTEM)
    with pytest.raises(NotFound):
        services.link_by_token(services.RESET, token)


def test_making_a_link_for_somebody_is_recorded(cast, sign_in):
    browser = sign_in(cast.diane)
    answer = browser.post(f"/users/{cast.alice.public_id}/link")
    assert answer.status_code == 200
    record = db.session.scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert (record.object_id, record.actor_label) == (cast.alice.public_id, "Diane Roux")
    assert set(record.changes) == {"password link"}


def test_a_link_is_written_with_the_public_address_whatever_the_browser_says(app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://parc.example.org/")
    with app.test_request_context("/", headers={"Host": "evil.example"}):
        assert outside("auth.new_password", token="t") == "https://parc.example.org/password/t"


def test_a_second_factor_cannot_be_replaced_while_it_is_on(cast):
    secret = pyotp.random_base32()
    with transaction():
        services.confirm_totp(cast.alice, secret, pyotp.TOTP(secret).now(), actor=SYSTEM)
    other = pyotp.random_base32()
    with pytest.raises(Refused), transaction():
        services.confirm_totp(cast.alice, other, pyotp.TOTP(other).now(), actor=SYSTEM)


def test_a_secret_that_the_browser_made_up_is_not_taken(cast, sign_in):
    answer = sign_in(cast.alice).post("/account/second-factor", data={"secret": "éé!", "code": "123456"})
    assert answer.status_code == 422
    assert "éé!" not in page_of(answer)


def test_guessing_the_present_password_in_an_open_session_is_slowed_down(cast, sign_in):
    browser = sign_in(cast.alice)
    answers = [
        browser.post(
            "/account/password", data={"current": "wrong", "password": "une phrase bien longue"}
        ).status_code
        for _ in range(11)
    ]
    assert answers == [422] * 10 + [429]


def test_a_wrong_password_leaves_the_second_factor_on_and_says_so(cast, english):
    secret = passwords.new_totp_secret()
    with transaction():
        services.confirm_totp(cast.alice, secret, pyotp.TOTP(secret).now(), actor=SYSTEM)
    browser = english(cast.alice)
    answer = browser.post("/account/second-factor/remove", data={"password": "wrong"}, follow_redirects=True)
    assert "still on" in page_of(answer)
    assert db.session.get(User, cast.alice.id).totp_confirmed_at is not None


def test_a_user_without_any_role_is_the_business_of_the_instance_administrator_only(cast, sign_in):
    nobody = create_user(name="Nemo")
    local = create_user(Role.ADMINISTRATOR, cast.le_bouscat)
    assert sign_in(local).get(f"/users/{nobody.public_id}").status_code == 404
    assert sign_in(local).post(f"/users/{nobody.public_id}/link").status_code == 404
    assert sign_in(cast.diane).get(f"/users/{nobody.public_id}").status_code == 200
    assert "Nemo" in page_of(sign_in(cast.diane).get("/users/"))


def test_of_a_user_with_roles_elsewhere_a_local_administrator_changes_the_own_roles_only(cast, english):
    with transaction():
        services.grant(cast.alice, cast.pessac, Role.READER, actor=SYSTEM)
    browser = english(create_user(Role.ADMINISTRATOR, cast.le_bouscat))
    address = f"/users/{cast.alice.public_id}"
    page = page_of(browser.get(address))
    assert "Pessac" not in page
    assert "not yours to change" in page
    assert "Pessac" not in page_of(browser.get("/users/"))
    for act in ("", "/link", "/sessions/end", "/second-factor/remove", "/unlock"):
        assert browser.post(address + act, data={"name": "x", "email": "x@example.org"}).status_code == 403
    foreign = next(row for row in cast.alice.grants if row.entity_id == cast.pessac.id)
    assert browser.post(f"{address}/roles/{foreign.id}/revoke").status_code == 404
    answer = browser.post(f"{address}/roles", data={"entity": cast.ccas.public_id, "role": "manager"})
    assert answer.status_code == 303
    assert queries.access_of(cast.alice).roles[cast.ccas.id] is Role.MANAGER


@pytest.mark.parametrize("data", [{}, {"entity": "x", "role": "reader"}, {"role": "king"}])
def test_a_role_that_makes_no_sense_is_refused_beside_its_field(cast, sign_in, data):
    answer = sign_in(cast.diane).post(f"/users/{cast.alice.public_id}/roles", data={"x": "1", **data})
    assert answer.status_code == 422


def test_of_several_entities_none_is_chosen_beforehand(cast, sign_in):
    page = sign_in(cast.diane).get("/users/new").text
    offered = page.partition('name="entity"')[2].partition("</select>")[0]
    assert ("selected" in offered, offered.count("<option"), '<option value=""></option>' in offered) == (
        False,
        5,
        True,
    )
    data = {"name": "Zoé", "email": "zoe@example.org", "entity": "", "role": "reader"}
    assert sign_in(cast.diane).post("/users/new", data=data).status_code == 422


def test_a_new_password_is_another_one_than_the_present(cast, sign_in):
    browser = sign_in(cast.alice)
    answer = browser.post("/account/password", data={"current": PASSWORD, "password": PASSWORD})
    assert answer.status_code == 422


def test_a_spent_link_says_so_and_leads_to_sign_in(client, cast):
    with transaction():
        token = services.issue_link(services.RESET, cast.alice)
        services.use_link(services.link_by_token(services.RESET, token))
    answer = client.get(f"/password/{token}")
    assert (answer.status_code, 'href="/sign-in"' in answer.text) == (410, True)


def test_a_role_on_a_foreign_entity_cannot_be_given(cast, sign_in):
    browser = sign_in(create_user(Role.ADMINISTRATOR, cast.le_bouscat))
    data = {"entity": cast.pessac.public_id, "role": "reader"}
    assert browser.post(f"/users/{cast.alice.public_id}/roles", data=data).status_code == 422
    assert cast.pessac.id not in queries.access_of(cast.alice).roles


def test_a_retired_administrator_can_lose_the_role_that_another_still_has(cast):
    old = create_user(Role.ADMINISTRATOR, cast.root)
    with transaction():
        services.update_user(old, {"active": False}, version=None, actor=SYSTEM)
        services.revoke(old.grants[0], actor=SYSTEM)
    assert queries.instance_administrators() == 1


@pytest.mark.parametrize("field", ["name", "email"])
def test_an_empty_name_or_address_is_refused_beside_its_field(cast, sign_in, field):
    data = {"name": "A", "email": "a@example.org", "active": "y", field: ""}
    assert sign_in(cast.diane).post(f"/users/{cast.alice.public_id}", data=data).status_code == 422


def test_a_stale_save_shows_where_both_versions_differ_and_a_way_to_save_again(cast, english):
    browser = english(cast.diane)
    version = cast.alice.version
    with transaction():
        services.update_user(cast.alice, {"name": "Alice Nouvelle"}, version=version, actor=SYSTEM)
    data = {"name": "Alice Tardive", "email": "alice@example.org", "active": "y", "version": str(version)}
    page = page_of(answer := browser.post(f"/users/{cast.alice.public_id}", data=data))
    assert answer.status_code == 409
    assert "Alice Nouvelle" in page
    assert "Alice Tardive" in page
    assert "E-mail address" not in page
    assert f'name="version" value="{version + 1}"' in page
    data["version"] = str(version + 1)
    assert browser.post(f"/users/{cast.alice.public_id}", data=data).status_code == 303
    assert db.session.get(User, cast.alice.id).name == "Alice Tardive"


def test_the_language_changes_by_post_only(client, cast, sign_in):
    assert client.get("/language/en").status_code == 405
    answer = sign_in(cast.alice).post("/language/en?next=/people/")
    assert (answer.status_code, answer.location) == (303, "/people/")
    assert db.session.get(User, cast.alice.id).language == "en"


def test_an_account_that_waits_is_let_in_by_its_administrator(cast, sign_in):
    at = clock.now()
    with transaction():
        for _ in range(6):
            services.sign_in(claim("alice@example.org", "wrong"), at=at)
    assert sign_in(cast.diane).post(f"/users/{cast.alice.public_id}/unlock").status_code == 303
    with transaction():
        assert (
            services.sign_in(claim("alice@example.org", PASSWORD), at=at + timedelta(seconds=1)) is not None
        )


def test_a_page_that_is_not_there_is_shown_in_the_frame_of_who_is_signed_in(cast, sign_in, client):
    answer = sign_in(cast.alice).get("/nowhere")
    assert answer.status_code == 404
    assert "Alice Martin" in page_of(answer)
    assert "Alice Martin" not in page_of(client.get("/nowhere"))
