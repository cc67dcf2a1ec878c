"""One mail handed to a real server; and every way in which a server, honest or not, may refuse it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from inventory.notices import smtp
from inventory.notices.smtp import NotAccepted, Protection, Step
from tests.servers.certificates import Certificate
from tests.servers.process import free_port
from tests.servers.smtpd import ACCOUNT, PASSWORD, Smtpd

OCTETS = b"Subject: x\r\n\r\nBonjour\r\n"


def server_at(port, protection=Protection.NONE, **values):
    return smtp.Server(
        **{"host": "localhost", "port": port, "protection": protection, "hello": "example.org", **values}
    )


def deliver(server, *, to="alice@example.org", octets=OCTETS, **limits):
    """Return the steps that went well."""
    passed = []
    limits = {"step_s": 5.0, **limits}
    smtp.deliver(
        server,
        octets,
        sender="parc@example.org",
        to=to,
        note=lambda step, _said: passed.append(step),
        **limits,
    )
    return passed


def refusal(server, **arguments):
    with pytest.raises(NotAccepted) as caught:
        deliver(server, **arguments)
    return caught.value


@pytest.mark.parametrize("protection", [Protection.STARTTLS, Protection.TLS])
def test_a_mail_goes_over_a_protected_connection_with_an_account(tmp_path, protection):
    with Smtpd(tmp_path, protection=protection.value, with_account=True) as server:
        asked = server_at(server.port, protection, ca_pem=server.ca_pem, account=ACCOUNT, password=PASSWORD)
        assert deliver(asked) == [*Step]
    (mail,) = server.mails
    assert (mail.sender, mail.to, mail.text.strip()) == ("parc@example.org", "alice@example.org", "Bonjour")


def test_without_protection_and_account_their_steps_are_left_out(smtpd):
    assert deliver(server_at(smtpd.port)) == [
        Step.NAME, Step.CONNECTION, Step.SENDER, Step.RECIPIENT, Step.MESSAGE,
    ]  # fmt: skip


def test_a_line_of_a_dot_does_not_end_the_mail(smtpd):
    deliver(server_at(smtpd.port), octets=b"Subject: x\r\n\r\none\r\n.\r\ntwo\r\n")
    assert smtpd.mails[0].text.split() == ["one", ".", "two"]


def test_a_name_that_is_not_known(tmp_path):
    error = refusal(server_at(25, host="mail.invalid"))
    assert (error.step, error.params) == (Step.NAME, {"host": "mail.invalid"})


def test_a_port_on_which_nothing_listens():
    port = free_port("127.0.0.1")
    error = refusal(server_at(port, host="127.0.0.1"))
    assert error.step is Step.CONNECTION
    assert f"nothing listens on port {port}" in str(error)


@pytest.mark.parametrize(
    ("certificate", "words"),
    [(Certificate.EXPIRED, "expired"), (Certificate.WRONG_NAME, "another name than localhost")],
)
@pytest.mark.parametrize("protection", [Protection.STARTTLS, Protection.TLS])
def test_a_certificate_that_does_not_hold(tmp_path, protection, certificate, words):
    with Smtpd(tmp_path, protection=protection.value, certificate=certificate) as server:
        error = refusal(server_at(server.port, protection, ca_pem=server.ca_pem))
    assert error.step is Step.PROTECTION
    assert words in str(error)
    assert not server.mails


def test_an_authority_that_is_not_trusted_never_hears_the_password(tmp_path):
    with Smtpd(tmp_path, protection="starttls", with_account=True) as server:
        error = refusal(server_at(server.port, Protection.STARTTLS, account=ACCOUNT, password=PASSWORD))
    assert error.step is Step.PROTECTION
    assert "not trusted here" in str(error)
    assert server.sessions == 0


def test_a_server_that_offers_no_starttls_is_not_spoken_to_in_clear(smtpd):
    error = refusal(server_at(smtpd.port, Protection.STARTTLS))
    assert error.step is Step.PROTECTION
    assert "offers no STARTTLS" in str(error)
    assert not smtpd.mails


def test_tls_on_a_port_that_speaks_in_clear(smtpd):
    assert refusal(server_at(smtpd.port, Protection.TLS)).step is Step.PROTECTION


def test_a_wrong_password(tmp_path):
    with Smtpd(tmp_path, protection="tls", with_account=True) as server:
        error = refusal(
            server_at(server.port, Protection.TLS, ca_pem=server.ca_pem, account=ACCOUNT, password="wrong")
        )
    assert (error.step, error.final) == (Step.ACCOUNT, False)
    assert "wrong" not in error.said


def test_an_account_where_none_is_asked_for(smtpd):
    error = refusal(server_at(smtpd.port, account=ACCOUNT, password=PASSWORD))
    assert error.step is Step.ACCOUNT


@pytest.mark.parametrize(
    ("verb", "answer", "step", "final"),
    [
        ("MAIL", "550 not you", Step.SENDER, False),
        ("RCPT", "550 no such user", Step.RECIPIENT, True),
        ("RCPT", "450 try later", Step.RECIPIENT, False),
        ("DATA", "554 looks unwanted", Step.MESSAGE, True),
        ("DATA", "452 no room", Step.MESSAGE, False),
    ],
)
def test_what_the_server_refuses_is_said_in_its_words(smtpd, verb, answer, step, final):
    smtpd.answers[verb] = answer
    error = refusal(server_at(smtpd.port))
    assert (error.step, error.said, error.final) == (step, answer[4:], final)


@pytest.mark.parametrize("to", ["élise@example.org", "a" * 10 + "@" + "é" * 80 + ".fr"])
def test_an_address_that_mail_cannot_carry_is_refused_before_any_connection(to):
    error = refusal(server_at(1), to=to)
    assert (error.step, error.final) == (Step.RECIPIENT, True)


def test_a_domain_with_accents_is_written_as_the_network_wants_it(smtpd):
    deliver(server_at(smtpd.port), to="alice@écoles.example")
    assert smtpd.mails[0].to == "alice@xn--coles-9ra.example"


@contextmanager
def hostile(speak: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Serve one connection by `speak`; gives the port."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _address = listening.accept()
            # The other side hangs up, as it should.
            with connection, suppress(OSError):
                speak(connection, over)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join(10)


def say_nothing(connection, over):
    over.wait(10)


def drip(connection, over):
    while not over.wait(0.05):
        connection.sendall(b"2")


def babble(connection, over):
    while not over.is_set():
        connection.sendall(b"220-" + b"x" * 500 + b"\r\n")


def speak_http(connection, over):
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    over.wait(10)


def hang_up(connection, over):
    connection.sendall(b"220 here\r\n")


@pytest.mark.parametrize(
    ("speak", "words"),
    [
        (say_nothing, "did not answer in time"),
        (drip, "did not answer in time"),
        (babble, "ended the connection"),
        (speak_http, "does not speak as a mail server"),
        (hang_up, "ended the connection"),
    ],
)
def test_a_server_that_means_harm_is_left_in_time(speak, words):
    with hostile(speak) as port:
        error = refusal(server_at(port, host="127.0.0.1"), step_s=0.5, whole_s=1.0)
    assert error.step is Step.CONNECTION
    assert words in str(error)
