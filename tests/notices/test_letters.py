"""What people receive: invitations, links for forgotten passwords, security notices, news of failed work."""

from __future__ import annotations

import pyotp
import pytest
import time_machine

from inventory.auth import services as auth
from inventory.auth.models import OneTimeLink
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.wording import N_
from inventory.jobs import leases
from inventory.jobs import services as jobs
from inventory.jobs.models import Job, JobState
from inventory.notices import services
from inventory.notices.models import OutgoingMail
from tests.factories import PASSWORD
from tests.notices.conftest import link_in

pytestmark = pytest.mark.any_store

NEW = {"name": "Élodie Nguyên", "email": "elodie@example.org", "language": "fr", "role": "reader"}


def page_of(answer):
    return answer.get_data(as_text=True)


def in_english(browser):
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def invite(browser, entity, **values):
    return browser.post("/users/new", data={**NEW, "entity": entity.public_id, **values})


def test_a_new_user_is_sent_the_link_that_sets_their_password(cast, sign_in, client, sent):
    answer = invite(in_english(sign_in(cast.diane)), cast.le_bouscat)
    assert "A mail with this link is on its way to elodie@example.org" in page_of(answer)
    (mail,) = sent()
    assert mail.to == "elodie@example.org"
    assert "Bonjour Élodie Nguyên," in mail.text
    assert "Diane Roux" in mail.text
    link = link_in(mail.text)
    assert link in page_of(answer)
    answer = client.post(link, data={"password": "une phrase bien à elle"})
    assert answer.status_code == 303
    assert len(sent()) == 1, "a first password is no news to who chose it"
    assert client.get(link).status_code == 410


def test_a_mail_is_written_in_the_language_of_who_reads_it_whatever_the_writer_speaks(cast, sign_in, sent):
    invite(sign_in(cast.diane), cast.le_bouscat, language="en")
    (mail,) = sent()
    assert str(mail.message["Subject"]) == "Your account in Parc"
    assert "Hello Élodie Nguyên," in mail.text


def test_without_mail_the_link_is_handed_over_and_the_page_says_so(cast, sign_in):
    answer = invite(in_english(sign_in(cast.diane)), cast.le_bouscat)
    assert "No mail was sent" in page_of(answer)
    assert "/password/" in page_of(answer)
    assert db.session.scalars(db.select(OutgoingMail)).all() == []


def test_an_invitation_that_is_refused_sends_nothing(cast, sign_in, sent):
    answer = invite(sign_in(cast.diane), cast.le_bouscat, email="alice@example.org")
    assert answer.status_code == 422
    assert sent() == []


def test_a_link_that_an_administrator_makes_is_sent_too(cast, sign_in, sent):
    sign_in(cast.diane).post(f"/users/{cast.alice.public_id}/link")
    (mail,) = sent()
    assert (mail.to, "/password/" in mail.text) == ("alice@example.org", True)


def forget(browser, email):
    return browser.post("/forgotten-password/", data={"email": email})


def test_who_forgot_the_password_chooses_a_new_one_by_a_link(cast, client, sent):
    assert "/forgotten-password/" in page_of(client.get("/sign-in"))
    forget(client, " Alice@Example.org ")
    (mail,) = sent()
    assert mail.to == "alice@example.org"
    assert client.post(link_in(mail.text), data={"password": "une autre phrase de passe"}).status_code == 303
    answer = client.post("/sign-in", data={"email": mail.to, "password": "une autre phrase de passe"})
    assert answer.status_code == 303
    assert [each.to for each in sent()] == ["alice@example.org"] * 2, "the change itself is told of"


def test_the_answer_does_not_say_whether_there_is_such_an_account(cast, client, sent):
    # Its forms bear the time at which they were made.
    with time_machine.travel(clock.now(), tick=False):
        known, unknown = (
            page_of(forget(client, email)) for email in ("alice@example.org", "nobody@example.org")
        )
    assert known.replace("alice@", "nobody@") == unknown
    assert [mail.to for mail in sent()] == ["alice@example.org"]


def test_a_closed_account_gets_no_link(cast, client, sent):
    with transaction():
        auth.update_user(cast.alice, {"active": False}, version=None, actor=SYSTEM)
    forget(client, "alice@example.org")
    assert sent() == []


def test_the_link_of_a_forgotten_password_is_good_for_two_hours(cast, client, sent):
    forget(client, "alice@example.org")
    sent()
    link = db.session.scalars(db.select(OneTimeLink).order_by(OneTimeLink.id.desc())).first()
    assert 7100 < (link.expires_at - clock.now()).total_seconds() <= 7200


def test_asking_again_and_again_is_slowed_down(cast, client, sent):
    answers = [forget(client, f"user{n}@example.org").status_code for n in range(7)]
    assert answers == [200] * 5 + [429] * 2


def test_one_account_is_not_flooded_from_many_addresses(cast, app, client, sent):
    for n in range(6):
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{n}"
        assert forget(client, "alice@example.org").status_code == 200
    assert len(sent()) == 3


def test_a_host_that_the_request_made_up_is_in_no_link(cast, client, sent):
    client.post("/forgotten-password/", data={"email": "alice@example.org"}, headers={"Host": "evil.example"})
    (mail,) = sent()
    assert "evil.example" not in mail.text
    assert link_in(mail.text)


def test_without_mail_a_forgotten_password_is_an_administrators_business(cast, client):
    assert "/forgotten-password/" not in page_of(client.get("/sign-in"))
    assert client.get("/forgotten-password/").headers["Location"] == "/sign-in"
    assert forget(client, "alice@example.org").headers["Location"] == "/sign-in"
    assert db.session.scalars(db.select(Job)).all() == []


def test_a_user_is_told_that_their_password_was_changed_by_somebody_else(cast, sent):
    with transaction():
        cast.alice.language = "en"
        auth.set_password(cast.alice, "une autre phrase de passe", actor=auth.actor_for(cast.diane))
    (mail,) = sent()
    assert str(mail.message["Subject"]) == "Your password was changed"
    assert "by Diane Roux" in mail.text


def test_a_user_is_told_of_their_own_change_without_a_name(cast, sign_in, sent):
    sign_in(cast.alice).post(
        "/account/password", data={"current": PASSWORD, "password": "une autre phrase de passe"}
    )
    (mail,) = sent()
    assert "Alice Martin" not in mail.text.partition("\n")[2]


def test_a_user_is_told_that_the_second_factor_went_on_and_off(cast, sent):
    secret = pyotp.random_base32()
    with transaction():
        cast.alice.language = "en"
        auth.confirm_totp(cast.alice, secret, pyotp.TOTP(secret).now(), actor=auth.actor_for(cast.alice))
        auth.remove_totp(cast.alice, actor=auth.actor_for(cast.diane))
    assert [str(mail.message["Subject"]) for mail in sent()] == [
        "A second factor protects your account", "The second factor of your account is off",
    ]  # fmt: skip


def test_another_address_is_told_of_at_the_one_before(cast, sent):
    with transaction():
        auth.update_user(cast.alice, {"email": "mallory@example.org"}, version=None, actor=SYSTEM)
    assert [mail.to for mail in sent()] == ["alice@example.org"]


def fail(title="Scan of the town hall", **values):
    """Make a job that fails for a reason; returns it."""
    with transaction():
        job = jobs.enqueue("discovery.scan", {}, title=title, **values)
    fail_again(job)
    return job


def fail_again(job):
    with transaction():
        lease = leases.claim(None, f"w{job.attempts}", job_id=job.id)
    jobs.settle(lease, JobState.FAILED, message=N_("Nothing answered."))


@pytest.fixture
def listening(cast):
    """Diane, who wants to hear of failed work."""
    with transaction():
        cast.diane.told_of_failures, cast.diane.language = True, "fr"
    return cast.diane


def test_an_administrator_who_asked_for_it_hears_of_work_that_failed(listening, sent):
    job = fail()
    (mail,) = sent()
    assert mail.to == listening.email
    assert "Scan of the town hall" in str(mail.message["Subject"])
    assert "Rien n’a répondu." in mail.text or "Rien n'a répondu." in mail.text
    assert f"https://parc.example.org/jobs/{job.public_id}" in mail.text


def test_nobody_else_does(cast, sent):
    with transaction():
        cast.bruno.told_of_failures = True
    fail()
    assert sent() == []


def test_a_job_that_fails_again_is_news_once(listening, sent):
    job = fail()
    with transaction():
        jobs.retry(job.id, actor=SYSTEM)
    fail_again(job)
    assert len(sent()) == 1


def test_work_that_ends_well_or_was_cancelled_is_no_news(listening, sent):
    with transaction():
        done, cancelled = (jobs.enqueue("discovery.scan", {}, title=title) for title in ("a", "b"))
        jobs.cancel(cancelled.id, actor=SYSTEM)
        lease = leases.claim(None, "w", job_id=done.id)
    jobs.settle(lease, JobState.DONE)
    assert sent() == []


def test_a_mail_that_cannot_be_sent_is_not_written_about(listening, mail_server, sent):
    mail_server.answers["RCPT"] = "550 no"
    with transaction():
        services.keep(to=("A", "a@example.org"), subject="x", text="x")
    sent()
    assert len(db.session.scalars(db.select(OutgoingMail)).all()) == 1


def test_only_an_administrator_of_the_instance_is_asked_about_failed_work(cast, sign_in):
    answer = sign_in(cast.bruno).get("/account/")
    assert (answer.status_code, 'name="told_of_failures"' in page_of(answer)) == (200, False)
    sign_in(cast.bruno).post("/account/", data={"name": "Bruno", "language": "fr", "told_of_failures": "y"})
    assert not cast.bruno.told_of_failures
    browser = sign_in(cast.diane)
    assert 'name="told_of_failures"' in page_of(browser.get("/account/"))
    browser.post("/account/", data={"name": "Diane", "language": "fr", "told_of_failures": "y"})
    assert cast.diane.told_of_failures
