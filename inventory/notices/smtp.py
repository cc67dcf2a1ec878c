"""One mail handed to one server, step by step (RFC 5321), each step in words and all of them within a time limit."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from inventory.core.text import clean
from inventory.core.types import Code
from inventory.core.wording import N_

STEP_S = 10.0
WHOLE_S = 30.0
# What a server may say before it is taken for something else than a mail server, in octets.
MOST_SAID = 64 * 1024
SAID_SHOWN = 300
ACCEPTED = (250, 251)
# What smtplib gives for an answer that begins with no number.
NO_CODE = -1
# From here on an answer says no for good (RFC 5321, 4.2.1).
LASTING = 500


class Protection(Code):
    """How the way to the server is protected (RFC 3207, RFC 8314)."""

    STARTTLS = "starttls", N_("STARTTLS, usually on port 587")
    TLS = "tls", N_("TLS from the start, usually on port 465")
    NONE = "none", N_("none, usually on port 25")


class Step(Code):
    """What a conversation with a mail server goes through, in this order."""

    NAME = "name", N_("The server's name is known")
    CONNECTION = "connection", N_("The server answers")
    PROTECTION = "protection", N_("The connection is protected")
    ACCOUNT = "account", N_("The account is accepted")
    SENDER = "sender", N_("The sender is accepted")
    RECIPIENT = "recipient", N_("The recipient is accepted")
    MESSAGE = "message", N_("The message is accepted")


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak to it; `hello` is the name that we give it as ours."""

    host: str
    port: int
    protection: Protection
    hello: str
    ca_pem: str | None = None
    account: str | None = None
    password: str | None = None


class NotAccepted(Exception):
    """A step failed: `message` is an N_ sentence that `params` fill, `said` what the server said, "" when nothing.

    `final` when the same mail will never be accepted, so that it is not worth trying again.
    """

    def __init__(
        self, step: Step, message: str, *, said: str = "", final: bool = False, **params: Any
    ) -> None:
        super().__init__(message % params if params else message)
        self.step, self.message, self.params, self.said, self.final = step, message, params, said, final


Note = Callable[[Step, str], None]
NO_SUCH_RECIPIENT = N_("The server refuses the recipient's address.")
SILENT = N_("The server did not answer in time. A port that wants TLS from the start is silent so, too.")
HUNG_UP = N_("The server ended the connection.")
NOT_MAIL = N_("What answers there does not speak as a mail server does.")


def deliver(
    server: Server,
    message: bytes,
    *,
    sender: str,
    to: str,
    note: Note = lambda _step, _said: None,
    step_s: float = STEP_S,
    whole_s: float = WHOLE_S,
) -> None:
    """Hand a message to the server; `note` hears of each step that went well and of what the server said.

    Raises NotAccepted at the first step that fails. No answer may take longer than `step_s`, nor all of them
    together `whole_s`; looking the name up takes as long as this machine's resolver does.
    """
    from_, to_ = _on_the_wire(sender, Step.SENDER), _on_the_wire(to, Step.RECIPIENT)
    _look_up(server)
    note(Step.NAME, "")
    talk = _Talk(server, step_s)
    with talk.within(whole_s):
        _connect(talk, note)
        _sign_in(talk, note)
        _hand_over(talk, message, (from_, to_), note)


class _Talk(smtplib.SMTP):
    """A conversation that hears only so much from the server, and that a clock can cut off at any point."""

    def __init__(self, server: Server, step_s: float) -> None:
        super().__init__(local_hostname=server.hello, timeout=step_s)
        self.server = server
        self.is_late = False
        # What smtplib checks the certificate against when TLS begins later.
        self._host = server.host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # Called by smtplib; TLS from the start begins here (RFC 8314).
        self.sock = socket.create_connection((host, port), timeout)
        if self.server.protection is not Protection.TLS:
            return self.sock
        return _context(self.server).wrap_socket(self.sock, server_hostname=host)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        return super().getreply()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connection after so many seconds, whatever the server does to hold it; close it in any case."""
        clock = threading.Timer(seconds, self._cut)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()
            self.close()

    def _cut(self) -> None:
        self.is_late = True
        if self.sock is not None:
            try:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                self.close()


class _Bounded:
    """The lines of a server, up to a limit in all."""

    def __init__(self, file: Any) -> None:
        self._file, self._left = file, MOST_SAID

    def readline(self, limit: int) -> bytes:
        line: bytes = self._file.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("the server says too much")
        if line and not line.endswith(b"\n"):
            # Cut off in the middle: what came so far is no answer.
            raise OSError("the server did not end its line")
        return line

    def close(self) -> None:
        self._file.close()


def _on_the_wire(address: str, step: Step) -> str:
    """Return an address in ASCII, its domain by IDNA: not every server takes others (RFC 6531)."""
    local, _at, domain = address.rpartition("@")
    try:
        return f"{local.encode('ascii').decode('ascii')}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise NotAccepted(
            step,
            N_("The address %(address)s has letters that mail cannot carry."),
            final=True,
            address=address,
        ) from None


def _look_up(server: Server) -> None:
    try:
        socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAccepted(
            Step.NAME,
            N_(
                "The name %(host)s is not known. Check how it is spelled, and the name server of this machine."
            ),
            host=server.host,
        ) from None


def _connect(talk: _Talk, note: Note) -> None:
    server = talk.server
    with _reasons(talk, Step.CONNECTION):
        code, said = talk.connect(server.host, server.port)
        _require(code != NO_CODE, Step.CONNECTION, NOT_MAIL, said)
        _require(code == 220, Step.CONNECTION, N_("The server does not take mail at present."), said)
        note(Step.CONNECTION, _words(said))
        talk.ehlo_or_helo_if_needed()
    if server.protection is Protection.STARTTLS:
        _start_tls(talk)
    if isinstance(talk.sock, ssl.SSLSocket):
        note(Step.PROTECTION, str(talk.sock.version() or ""))


def _start_tls(talk: _Talk) -> None:
    if not talk.has_extn("starttls"):
        raise NotAccepted(
            Step.PROTECTION,
            N_("The server offers no STARTTLS on port %(port)s. Try TLS from the start on port 465."),
            port=str(talk.server.port),
        )
    with _reasons(talk, Step.PROTECTION):
        code, said = talk.starttls(context=_context(talk.server))
        _require(code == 220, Step.PROTECTION, N_("The server refuses to protect the connection."), said)
        talk.ehlo_or_helo_if_needed()


def _context(server: Server) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=server.ca_pem)
    except (ssl.SSLError, ValueError):
        raise NotAccepted(
            Step.PROTECTION, N_("The trusted authority is not a certificate in PEM form.")
        ) from None


def _sign_in(talk: _Talk, note: Note) -> None:
    server = talk.server
    if not server.account:
        return
    with _reasons(talk, Step.ACCOUNT):
        try:
            _code, said = talk.login(server.account, server.password or "")
        except smtplib.SMTPAuthenticationError as error:
            sentence = N_("The server refuses the account or its password.")
            raise NotAccepted(Step.ACCOUNT, sentence, said=_words(error.smtp_error)) from None
        except smtplib.SMTPResponseException:
            raise
        except (smtplib.SMTPNotSupportedError, UnicodeEncodeError):
            sentence = N_("The server offers no way to sign in on port %(port)s.")
            raise NotAccepted(Step.ACCOUNT, sentence, port=str(server.port)) from None
    note(Step.ACCOUNT, _words(said))


def _hand_over(talk: _Talk, message: bytes, way: tuple[str, str], note: Note) -> None:
    sender, to = way
    with _reasons(talk, Step.SENDER):
        code, said = talk.mail(sender)
        _require(code in ACCEPTED, Step.SENDER, N_("The server refuses the sender's address."), said)
    note(Step.SENDER, _words(said))
    with _reasons(talk, Step.RECIPIENT):
        code, said = talk.rcpt(to)
        _require(code in ACCEPTED, Step.RECIPIENT, NO_SUCH_RECIPIENT, said, final=code >= LASTING)
    note(Step.RECIPIENT, _words(said))
    with _reasons(talk, Step.MESSAGE):
        try:
            code, said = talk.data(message)
        except smtplib.SMTPDataError as error:
            code, said = error.smtp_code, _words(error.smtp_error).encode()
        _require(
            code == ACCEPTED[0],
            Step.MESSAGE,
            N_("The server refuses the message."),
            said,
            final=code >= LASTING,
        )
    note(Step.MESSAGE, _words(said))
    with suppress(OSError, smtplib.SMTPException):
        talk.quit()


def _require(held: bool, step: Step, sentence: str, said: bytes | str, *, final: bool = False) -> None:
    if not held:
        raise NotAccepted(step, sentence, said=_words(said), final=final)


def _words(said: bytes | str) -> str:
    return clean(said, SAID_SHOWN) or ""


@contextmanager
def _reasons(talk: _Talk, step: Step) -> Iterator[None]:
    """Say in words why the network, TLS or the server's way of speaking ended a step."""
    server = talk.server
    try:
        yield
    except NotAccepted:
        raise
    except ssl.SSLCertVerificationError as error:
        said = _words(error.verify_message)
        raise NotAccepted(Step.PROTECTION, _untrusted(error), said=said, host=server.host) from None
    except ssl.SSLError as error:
        sentence = N_(
            "An encrypted connection could not be agreed on: does port %(port)s want another protection?"
        )
        said = _words(error.reason or "")
        raise NotAccepted(Step.PROTECTION, sentence, said=said, port=str(server.port)) from None
    except TimeoutError:
        raise NotAccepted(step, SILENT) from None
    except ConnectionRefusedError:
        sentence = N_("The server refuses: nothing listens on port %(port)s.")
        raise NotAccepted(step, sentence, port=str(server.port)) from None
    except smtplib.SMTPServerDisconnected as error:
        raise NotAccepted(step, SILENT if _was_late(talk, error) else HUNG_UP) from None
    except smtplib.SMTPResponseException as error:
        raise NotAccepted(step, NOT_MAIL, said=_words(error.smtp_error)) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        sentence = SILENT if talk.is_late else N_("The network does not reach the server.")
        raise NotAccepted(step, sentence, said=_words(getattr(error, "strerror", None) or "")) from None


def _was_late(talk: _Talk, error: smtplib.SMTPServerDisconnected) -> bool:
    return talk.is_late or "timed out" in str(error)


def _untrusted(error: ssl.SSLCertVerificationError) -> str:
    """Return why a certificate is not trusted, by the codes of X509_V_ERR (RFC 5280 as OpenSSL checks it)."""
    if error.verify_code in (9, 10):
        return N_("The server's certificate has expired or is not valid yet.")
    if error.verify_code in (62, 63, 64):
        return N_("The server's certificate is for another name than %(host)s.")
    return N_("The server's certificate is signed by an authority that is not trusted here.")
