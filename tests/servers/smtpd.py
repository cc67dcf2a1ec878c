"""A real mail server on loopback: plain, STARTTLS or TLS from the start, with an account where wished, and refusals on demand."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificates import Authority, Certificate
from tests.servers.process import Server, free_port

ACCOUNT, PASSWORD = "parc", "lab-mail-parc"


@dataclass(frozen=True)
class Received:
    """A mail that the server took: its envelope, and the message as a mailbox shows it."""

    sender: str
    to: str
    octets: bytes

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.octets, policy=default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")


class Smtpd(Server):
    """Serves on 127.0.0.1 and keeps what it receives in `mails`.

    `answers` gives the answer to MAIL, RCPT or DATA instead of taking it, such as {"RCPT": "550 no such user"}.
    """

    def __init__(
        self, folder: Path, *, protection: str = "none", with_account: bool = False,
        certificate: Certificate = Certificate.VALID,
    ) -> None:  # fmt: skip
        authority = Authority()
        self.ca_pem = authority.pem
        self.port = free_port("127.0.0.1")
        self.mails: list[Received] = []
        self.answers: dict[str, str] = {}
        self.sessions = 0
        self._with_account = with_account
        certificate_file, key_file = authority.issue(folder, certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate_file, key_file)
        options: dict[str, Any] = {"hostname": "127.0.0.1", "port": self.port}
        if protection == "tls":
            options["ssl_context"] = context
        if protection == "starttls":
            options |= {"tls_context": context, "require_starttls": with_account}
        if with_account:
            options |= {"authenticator": _authenticate, "auth_require_tls": protection == "starttls"}
        self._controller = Controller(self, **options)

    def start(self) -> None:
        """Serve in a thread."""
        self._controller.start()

    def stop(self) -> None:
        """Close the port; a second time is harmless."""
        if not self._controller.loop.is_closed():
            self._controller.stop(no_assert=True)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions += 1
        if self._with_account and not session.authenticated:
            return "530 sign in first"
        if refusal := self.answers.get("MAIL"):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self.answers.get("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if refusal := self.answers.get("DATA"):
            return refusal
        octets = bytes(envelope.content or b"")
        self.mails += [Received(str(envelope.mail_from), to, octets) for to in envelope.rcpt_tos]
        return "250 taken"


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (
        ACCOUNT.encode(), PASSWORD.encode(),
    )  # fmt: skip
    return AuthResult(success=is_right, handled=False)
