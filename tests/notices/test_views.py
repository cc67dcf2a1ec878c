"""The page of mail: its settings, and the test button that says in words what went right or wrong."""

from __future__ import annotations

import pytest

from inventory.notices import queries
from tests.notices.conftest import given, set_up
from tests.servers.process import free_port
from tests.servers.smtpd import ACCOUNT, PASSWORD

pytestmark = pytest.mark.any_store


@pytest.fixture
def diane(cast, sign_in):
    browser = sign_in(cast.diane)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def page_of(answer):
    return answer.get_data(as_text=True)


def form(port, **changes):
    values = {**given(port, **changes), "enabled": "y"}
    return {name: getattr(value, "value", value) for name, value in values.items() if value is not None}


def test_the_settings_are_saved_and_shown_again_without_the_password(diane):
    answer = diane.post("/mail/", data=form(587, protection="tls", account=ACCOUNT, password=PASSWORD))
    assert answer.status_code == 303
    shown = page_of(diane.get("/mail/"))
    assert 'value="localhost"' in shown
    assert "One is stored." in shown
    assert PASSWORD not in shown


def test_a_refusal_keeps_what_was_typed_but_never_the_password(diane):
    answer = diane.post("/mail/", data=form(587, account=ACCOUNT, password=PASSWORD))
    assert answer.status_code == 422
    assert "cross the network in clear" in page_of(answer)
    assert f'value="{ACCOUNT}"' in page_of(answer)
    assert PASSWORD not in page_of(answer)


def test_what_somebody_else_saved_in_between_is_not_overwritten(diane):
    set_up(25)
    answer = diane.post("/mail/", data=form(26, version="7"))
    assert answer.status_code == 409
    assert queries.settings().port == 25


def test_a_conflict_never_shows_the_password(diane):
    set_up(25)
    answer = diane.post(
        "/mail/", data=form(465, protection="tls", account="a", password=PASSWORD, version="7")
    )
    assert answer.status_code == 409
    assert PASSWORD not in page_of(answer)


def test_the_address_asked_for_is_proposed_for_links(diane):
    assert 'value="http://localhost"' in page_of(diane.get("/mail/"))


def test_the_configured_address_is_said_and_not_asked_for(diane, app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://parc.commune.fr")
    shown = page_of(diane.get("/mail/"))
    assert "https://parc.commune.fr" in shown
    assert 'name="address"' not in shown


def test_a_test_goes_to_oneself_and_says_each_step(diane, mail_server):
    assert 'value="diane@example.org"' in page_of(diane.get("/mail/"))
    shown = page_of(diane.post("/mail/test", data={"to": "diane@example.org"}))
    assert "The server accepted a mail to diane@example.org." in shown
    assert "The recipient is accepted" in shown
    assert mail_server.mails[0].to == "diane@example.org"


def test_a_test_without_leaving_the_page_answers_with_its_piece_alone(diane, mail_server):
    shown = page_of(diane.post("/mail/test", data={"to": "a@example.org"}, headers={"HX-Request": "true"}))
    assert "<html" not in shown
    assert 'id="mail-trial"' in shown


def test_a_test_that_fails_says_where_why_and_what_to_do(diane, database):
    port = free_port("127.0.0.1")
    set_up(port, host="127.0.0.1")
    shown = page_of(diane.post("/mail/test", data={"to": "a@example.org"}))
    assert f"nothing listens on port {port}" in shown
    assert "whether a firewall lets this machine out" in shown


def test_the_servers_own_words_are_shown_as_text(diane, mail_server):
    mail_server.answers["RCPT"] = "550 <script>alert(1)</script>"
    shown = page_of(diane.post("/mail/test", data={"to": "a@example.org"}))
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("to", ["", "nobody", "a@example.org\r\nBcc: b@example.org"])
def test_a_test_to_no_address_is_refused(diane, mail_server, to):
    shown = page_of(diane.post("/mail/test", data={"to": to}))
    assert mail_server.mails == []
    assert "accepted a mail" not in shown


def test_before_mail_is_set_up_a_test_says_so(diane):
    assert "Mail is not set up" in page_of(diane.post("/mail/test", data={"to": "a@example.org"}))


def test_the_latest_mails_are_listed_with_how_they_went(diane, mail_server, cast):
    diane.post(f"/users/{cast.alice.public_id}/link")
    assert "alice@example.org" in page_of(diane.get("/mail/"))


def test_the_command_says_each_step_and_fails_when_one_does(app, mail_server):
    runner = app.test_cli_runner()
    from inventory.notices.commands import mail

    done = runner.invoke(mail, ["test", "a@example.org"])
    assert (done.exit_code, "accepted by the server" in done.output) == (0, True)
    mail_server.answers["MAIL"] = "550 not you"
    failed = runner.invoke(mail, ["test", "a@example.org"])
    assert failed.exit_code == 1
    assert "not you" in failed.output
