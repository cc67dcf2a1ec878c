"""What a scan was asked to read, what answered and what failed, so that "absent" may be concluded or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Cause(StrEnum):
    """Why something was not read, as far as the wire tells it. Codes are stable: interfaces translate by code."""

    SILENT = "silent"
    SILENT_OR_WRONG_COMMUNITY = "silent_or_wrong_community"
    REFUSED = "refused"
    NOT_LISTENING = "not_listening"
    UNREACHABLE = "unreachable"
    DNS = "dns"
    WRONG_DIGEST = "wrong_digest"
    UNKNOWN_USER = "unknown_user"
    UNSUPPORTED_LEVEL = "unsupported_level"
    DECRYPTION = "decryption"
    NOT_IN_TIME_WINDOW = "not_in_time_window"
    AUTHORIZATION = "authorization"
    MALFORMED = "malformed"
    TOO_BIG = "too_big"
    LOOPING = "looping"
    TIMEOUT_MIDWAY = "timeout_midway"
    CAP_REACHED = "cap_reached"
    CANCELLED = "cancelled"
    INVALID_CREDENTIALS = "invalid_credentials"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_DISABLED = "account_disabled"
    PASSWORD_EXPIRED = "password_expired"  # noqa: S105 (a cause, not a password)
    STRONGER_AUTH_REQUIRED = "stronger_auth_required"
    ANONYMOUS_REFUSED = "anonymous_refused"
    NOT_ALLOWED = "not_allowed"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_EXPIRED = "tls_expired"
    TLS_NAME_MISMATCH = "tls_name_mismatch"
    TLS_REFUSED = "tls_refused"
    NO_SUCH_BASE = "no_such_base"
    SIZE_LIMIT = "size_limit"
    TIME_LIMIT = "time_limit"
    HALF_READ = "half_read"
    SERVER_ERROR = "server_error"
    INTERNAL = "internal"
    ECHO_NOT_PERMITTED = "echo_not_permitted"
    NO_NAME_SERVER = "no_name_server"

    def sentence(self, detail: str = "") -> str:
        """One English sentence saying the cause; `detail` is what the wire added to it."""
        text = _SENTENCES[self]
        return f"{text[:-1]}: {detail}." if detail else text


_SENTENCES: Mapping[Cause, str] = {
    Cause.SILENT: "Nothing answered.",
    Cause.SILENT_OR_WRONG_COMMUNITY: "The device is there, but silent, or the community is wrong.",
    Cause.REFUSED: "The device refuses: nothing listens on this port.",
    Cause.NOT_LISTENING: "The server is there, but nothing listens on this port.",
    Cause.UNREACHABLE: "The network does not reach this address.",
    Cause.DNS: "The name is not known to the name server.",
    Cause.WRONG_DIGEST: "The device refuses the authentication key (wrong digest).",
    Cause.UNKNOWN_USER: "The device does not know this user name.",
    Cause.UNSUPPORTED_LEVEL: "The device does not accept this security level.",
    Cause.DECRYPTION: "The device could not decrypt the request: the privacy key or protocol is wrong.",
    Cause.NOT_IN_TIME_WINDOW: "The device's clock for secured messages could not be agreed on.",
    Cause.AUTHORIZATION: "The device knows these credentials, but lets them read nothing.",
    Cause.MALFORMED: "The answer is malformed.",
    Cause.TOO_BIG: "The device says that even the smallest answer is too big.",
    Cause.LOOPING: "The device answers in a loop (its objects do not increase).",
    Cause.TIMEOUT_MIDWAY: "The device stopped answering midway.",
    Cause.CAP_REACHED: "The device has more to say than one scan may read.",
    Cause.CANCELLED: "The scan was stopped before this was read.",
    Cause.INVALID_CREDENTIALS: "The server refuses the name or the password.",
    Cause.ACCOUNT_LOCKED: "The server says that this account is locked.",
    Cause.ACCOUNT_DISABLED: "The server says that this account is disabled or expired.",
    Cause.PASSWORD_EXPIRED: "The server says that this account's password has expired.",
    Cause.STRONGER_AUTH_REQUIRED: "The server accepts a password over an encrypted connection only.",
    Cause.ANONYMOUS_REFUSED: "The server refuses anonymous reading.",
    Cause.NOT_ALLOWED: "The server knows this account, but lets it read nothing here.",
    Cause.TLS_UNTRUSTED: "The server's certificate is signed by an authority that is not trusted here.",
    Cause.TLS_EXPIRED: "The server's certificate has expired or is not valid yet.",
    Cause.TLS_NAME_MISMATCH: "The server's certificate is for another name.",
    Cause.TLS_REFUSED: "An encrypted connection could not be agreed on.",
    Cause.NO_SUCH_BASE: "The search base does not exist on this server.",
    Cause.SIZE_LIMIT: "The server stopped at its size limit.",
    Cause.TIME_LIMIT: "The server stopped at its time limit.",
    Cause.HALF_READ: "The connection ended before everything was read.",
    Cause.SERVER_ERROR: "The server answered with an error.",
    Cause.INTERNAL: "The scanner failed on this one.",
    Cause.ECHO_NOT_PERMITTED: "This process may not send echo requests: only neighbours are noticed.",
    Cause.NO_NAME_SERVER: "The name server answers nothing: it is asked for no more names.",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One target that could not be read, and why; a value, never the end of the run."""

    target: str
    cause: Cause
    detail: str = ""

    def sentence(self) -> str:
        """The cause as an English sentence."""
        return self.cause.sentence(self.detail)

    def to_json(self) -> dict[str, Any]:
        """The code, and the English sentence for who has no translation."""
        return {"target": self.target, "code": self.cause.value, "sentence": self.sentence()}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The account of one scan; `complete` only if everything asked for was read wholly."""

    source: str
    site: str
    scope: str
    asked: int
    answered: int
    read: int
    failures: tuple[Failure, ...]
    complete: bool
    started_at: datetime
    ended_at: datetime

    def to_json(self) -> dict[str, Any]:
        """One JSON object; instants as ISO 8601 UTC."""
        return {
            "coverage": 1,
            "source": self.source,
            "site": self.site,
            "scope": self.scope,
            "asked": self.asked,
            "answered": self.answered,
            "read": self.read,
            "complete": self.complete,
            "failures": [failure.to_json() for failure in self.failures],
            "started_at": self.started_at.isoformat().replace("+00:00", "Z"),
            "ended_at": self.ended_at.isoformat().replace("+00:00", "Z"),
        }
