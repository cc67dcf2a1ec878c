"""The outbox: what is kept with a change goes out after it, is tried again, and is given up with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.audit.models import AuditRecord
from inventory.core import clock
from inventory.core import mail as post
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused
from inventory.core.mail import Letter
from inventory.jobs import services as jobs
from inventory.jobs.models import Job, JobState
from inventory.jobs.queries import journal
from inventory.notices import queries, services
from inventory.notices.models import OutgoingMail
from inventory.notices.smtp import Protection
from tests.notices.conftest import given, set_up, work
from tests.servers.smtpd import ACCOUNT, PASSWORD, Smtpd


def keep(text="Bonjour Élise,\n\nvoilà.\n", to=("Élise", "elise@example.org"), **values):
    with transaction():
        return services.keep(to=to, subject=values.pop("subject", "Un essai à faire"), text=text, **values)


def test_a_mail_goes_out_with_its_accents_and_is_then_a_line_without_words(mail_server):
    mail = keep()
    (job,) = work()
    assert job.state is JobState.DONE
    (received,) = mail_server.mails
    assert received.text == "Bonjour Élise,\n\nvoilà.\n"
    assert str(received.message["Subject"]) == "Un essai à faire"
    assert received.message["From"].addresses[0].display_name == "Équipement informatique"
    assert received.message["To"].addresses[0].addr_spec == "elise@example.org"
    assert received.message["Auto-Submitted"] == "auto-generated"
    kept = db.session.get_one(OutgoingMail, mail.id)
    assert (kept.sent_at is not None, kept.body) == (True, None)


def test_what_a_transaction_undoes_is_not_sent(mail_server):
    def keep_and_fail():
        with transaction():
            services.keep(to=("A", "a@example.org"), subject="x", text="x")
            raise Refused("no")

    with pytest.raises(Refused):
        keep_and_fail()
    assert work() == []
    assert queries.latest() == []


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: all@example.org", 'A", <eve@example.org>', "=?utf-8?q?x?=\n\nbody"]
)
def test_a_name_or_a_subject_begins_no_header(mail_server, name):
    keep(to=(name, "eve@example.org"), subject=f"{name}\r\nX-Evil: yes", text="x\n")
    work()
    (received,) = mail_server.mails
    assert received.to == "eve@example.org"
    assert {"Bcc", "X-Evil"}.isdisjoint(received.message.keys())
    assert [each.addr_spec for each in received.message["To"].addresses] == ["eve@example.org"]
    assert received.text.strip() == "x"


def test_words_that_wait_are_not_readable_in_the_store(mail_server):
    mail = keep(text="https://parc.example.org/password/secret")
    assert b"secret" not in (mail.body or b"")


def test_a_server_that_is_away_is_asked_again_later_each_time_and_then_given_up(database, smtpd):
    set_up(smtpd.port)
    smtpd.stop()
    keep()
    pauses = []
    for _ in range(services.ATTEMPTS):
        (job,) = work()
        pauses.append(round((job.run_after - clock.now()).total_seconds()))
    assert pauses[:4] == [10, 30, 90, 270]
    assert job.state is JobState.DEAD
    assert "nothing listens" in job.error
    assert queries.given_up_since(clock.now() - timedelta(days=1)) == 1


def test_a_mail_that_was_given_up_can_be_tried_again_once_the_server_is_back(mail_server):
    mail_server.answers["MAIL"] = "451 later"
    keep()
    for _ in range(services.ATTEMPTS):
        (job,) = work()
    assert job.state is JobState.DEAD
    mail_server.answers.clear()
    with transaction():
        jobs.retry(job.id, actor=SYSTEM)
    assert [job.state for job in work()] == [JobState.DONE]
    assert len(mail_server.mails) == 1


def kept_waiting(mail_server):
    """A mail that the server puts off, so that it waits for its next attempt; then the server is well again."""
    mail_server.answers["MAIL"] = "451 later"
    keep()
    (job,) = work()
    mail_server.answers.clear()
    assert job.run_after > clock.now()
    return job


def test_a_mail_that_waits_for_the_server_is_tried_again_at_once_when_asked(mail_server):
    job = kept_waiting(mail_server)
    with transaction():
        jobs.retry(job.id, actor=SYSTEM)
    assert reload(job).run_after <= clock.now()


def test_mails_that_wait_are_tried_again_at_once_when_the_settings_are_mended(mail_server):
    """Settings are often right only at the third try: that must not use up a mail's attempts."""
    job = kept_waiting(mail_server)
    attempts = job.attempts
    with transaction():
        services.save_settings(given(mail_server.port, sender_name="Parc"), version=None, actor=SYSTEM)
    assert reload(job).run_after <= clock.now()
    assert job.attempts == attempts - 1


def test_mails_that_wait_are_tried_again_at_once_when_a_test_goes_through(mail_server, cast, sign_in):
    job = kept_waiting(mail_server)
    assert sign_in(cast.diane).post("/mail/test", data={"to": "diane@example.org"}).status_code == 200
    assert reload(job).run_after <= clock.now()


def reload(job):
    return db.session.get_one(Job, job.id, populate_existing=True)


def test_a_recipient_that_does_not_exist_is_not_tried_again_and_the_servers_words_are_kept(mail_server):
    mail_server.answers["RCPT"] = "550 5.1.1 no such user"
    keep()
    (job,) = work()
    assert job.state is JobState.FAILED
    assert {"said": "5.1.1 no such user"} in [event.params for event in journal(job)]


def test_a_mail_that_is_too_old_is_not_sent(mail_server):
    keep(useful_until=clock.now() - timedelta(seconds=1))
    (job,) = work()
    assert job.state is JobState.FAILED
    assert "too old" in job.error
    assert mail_server.mails == []


def test_the_words_of_a_mail_that_is_too_old_are_removed(mail_server):
    old = keep(useful_until=clock.now() - timedelta(seconds=1))
    keep()
    assert db.session.get_one(OutgoingMail, old.id, populate_existing=True).body is None


def test_of_mails_with_one_key_only_the_first_is_kept(mail_server):
    assert keep(key="once") is not None
    assert keep(key="once") is None
    work()
    assert len(mail_server.mails) == 1


def test_a_mail_is_taken_once_though_its_job_is_done_twice(mail_server):
    keep()
    (job,) = work()
    with transaction():
        job.state, job.ended_at = JobState.QUEUED, None
    work()
    assert len(mail_server.mails) == 1


def test_switched_off_nothing_goes_out_and_no_feature_writes(mail_server):
    keep()
    set_up(mail_server.port, enabled=False)
    assert not post.is_set_up()
    (job,) = work()
    assert job.state is JobState.FAILED
    assert mail_server.mails == []


def test_without_an_address_of_the_instance_no_letter_is_written(mail_server, app, monkeypatch):
    set_up(mail_server.port, address=None)
    assert not post.is_set_up()
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://parc.commune.fr/")
    assert post.is_set_up()
    assert post.url("jobs.index") == "https://parc.commune.fr/jobs/"


def test_the_password_is_encrypted_and_the_journal_does_not_know_it(database, tmp_path):
    with Smtpd(tmp_path, protection="tls", with_account=True) as server:
        row = set_up(
            server.port, protection=Protection.TLS, account=ACCOUNT, password=PASSWORD, ca_pem=server.ca_pem
        )
        assert PASSWORD.encode() not in row.password
        set_up(server.port, protection=Protection.TLS, account=ACCOUNT, ca_pem=server.ca_pem)
        keep()
        work()
        assert len(server.mails) == 1
    records = database.scalars(db.select(AuditRecord).where(AuditRecord.object_type == "mail_settings")).all()
    assert records[0].changes["password"] == [None, "•••"]
    assert PASSWORD not in str([record.changes for record in records])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": "mail.commune.fr:25/x"}, "host"),
        ({"host": None}, "host"),
        ({"port": 0}, "port"),
        ({"port": 70_000}, "port"),
        ({"sender_address": "nobody"}, "sender_address"),
        ({"reply_to": "a b@example.org"}, "reply_to"),
        ({"address": "javascript:alert(1)"}, "address"),
        ({"address": "https://"}, "address"),
        ({"ca_pem": "no certificate"}, "ca_pem"),
        ({"account": ACCOUNT, "password": PASSWORD}, "protection"),
        ({"account": ACCOUNT, "protection": Protection.TLS}, "password"),
    ],
)
def test_settings_that_cannot_work_are_refused_beside_their_field(database, changes, field):
    with pytest.raises(Invalid) as caught, transaction():
        services.save_settings(given(25, **changes), version=None, actor=SYSTEM)
    assert caught.value.field == field
    assert queries.settings() is None


@pytest.mark.parametrize("changes", [{"host": "evil.example"}, {"account": "other"}])
def test_another_server_does_not_get_the_password_that_is_stored(database, changes):
    set_up(465, protection=Protection.TLS, account=ACCOUNT, password=PASSWORD)
    with pytest.raises(Invalid) as caught, transaction():
        services.save_settings(
            given(465, protection=Protection.TLS, **{"account": ACCOUNT, **changes}),
            version=None,
            actor=SYSTEM,
        )
    assert caught.value.field == "password"


def test_taking_the_account_away_removes_its_password(database):
    set_up(465, protection=Protection.TLS, account=ACCOUNT, password=PASSWORD)
    assert set_up(25).password is None


def test_a_letter_without_a_post_is_a_fault_of_the_program():
    with pytest.raises(RuntimeError):
        post._NoPost().take(Letter("a@example.org", "A", "x", "x"))
