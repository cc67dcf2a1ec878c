"""What a server's refusal means: LDAP result codes, Active Directory's own codes and TLS errors as causes."""

from __future__ import annotations

import re
import ssl

from scanners.coverage import Cause
from scanners.text import clean

SUCCESS = 0
TIME_LIMIT_EXCEEDED, SIZE_LIMIT_EXCEEDED, ADMIN_LIMIT_EXCEEDED = 3, 4, 11

# RFC 4511 §4.1.9 and appendix A
_RESULTS = {
    TIME_LIMIT_EXCEEDED: Cause.TIME_LIMIT,
    SIZE_LIMIT_EXCEEDED: Cause.SIZE_LIMIT,
    7: Cause.STRONGER_AUTH_REQUIRED,  # authMethodNotSupported: this server takes no simple password
    8: Cause.STRONGER_AUTH_REQUIRED,  # strongerAuthRequired
    10: Cause.NO_SUCH_BASE,  # referral: the base lies on another server
    ADMIN_LIMIT_EXCEEDED: Cause.SIZE_LIMIT,
    13: Cause.STRONGER_AUTH_REQUIRED,  # confidentialityRequired
    32: Cause.NO_SUCH_BASE,  # noSuchObject
    34: Cause.NO_SUCH_BASE,  # invalidDNSyntax
    49: Cause.INVALID_CREDENTIALS,
    50: Cause.NOT_ALLOWED,  # insufficientAccessRights
}
_BIND_RESULTS = {
    32: Cause.INVALID_CREDENTIALS,  # some servers say that the account's entry is missing
    34: Cause.INVALID_CREDENTIALS,  # the account is not written as a name
    48: Cause.INVALID_CREDENTIALS,  # inappropriateAuthentication: the account has no password
}
# operationsError is what Active Directory answers to a reader who is nobody; 48 and 53 are refused anonymous binds
_ANONYMOUS_RESULTS = {1, 8, 48, 49, 50, 53}

# "data" in the message of an Active Directory's refused bind: the Windows error (winerror.h) in hexadecimal
_WINDOWS = {
    "525": (Cause.INVALID_CREDENTIALS, "no such account"),
    "52e": (Cause.INVALID_CREDENTIALS, "wrong password"),
    "530": (Cause.NOT_ALLOWED, "not allowed to log on at this time"),
    "531": (Cause.NOT_ALLOWED, "not allowed to log on from this computer"),
    "532": (Cause.PASSWORD_EXPIRED, "password expired"),
    "533": (Cause.ACCOUNT_DISABLED, "account disabled"),
    "534": (Cause.NOT_ALLOWED, "not allowed this kind of logon"),
    "701": (Cause.ACCOUNT_DISABLED, "account expired"),
    "773": (Cause.PASSWORD_EXPIRED, "password must be changed first"),
    "775": (Cause.ACCOUNT_LOCKED, "account locked out"),
}
_WINDOWS_CODE = re.compile(r"\bdata ([0-9a-f]{3,4})\b", re.IGNORECASE)

# X509_V_ERR_* of OpenSSL (x509_vfy.h)
_EXPIRED = {9, 10}
_OTHER_NAME = {62, 63, 64}


class SessionError(Exception):
    """The directory could not be read, or not to the end; `detail` is what the wire said about it."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(cause.sentence(detail))
        self.cause = cause
        self.detail = detail


def tidy(message: object) -> str:
    """A server's message as a short detail without its full stop."""
    return (clean(str(message), 200) or "").rstrip(". ")


def from_bind(code: int, message: str, *, anonymous: bool) -> SessionError:
    """The error for a refused bind."""
    if anonymous and code in _ANONYMOUS_RESULTS:
        return SessionError(Cause.ANONYMOUS_REFUSED, tidy(message))
    windows = _WINDOWS_CODE.search(message)
    if code == 49 and windows and windows[1].lower() in _WINDOWS:
        cause, words = _WINDOWS[windows[1].lower()]
        return SessionError(cause, f"{words} (data {windows[1].lower()})")
    cause = _BIND_RESULTS.get(code) or _RESULTS.get(code, Cause.SERVER_ERROR)
    return SessionError(cause, _detail(cause, code, message))


def from_search(code: int, message: str, *, anonymous: bool) -> SessionError:
    """The error for a search that did not end in success."""
    if anonymous and code in _ANONYMOUS_RESULTS:
        return SessionError(Cause.ANONYMOUS_REFUSED, tidy(message))
    cause = _RESULTS.get(code, Cause.SERVER_ERROR)
    return SessionError(cause, _detail(cause, code, message))


def _detail(cause: Cause, code: int, message: str) -> str:
    words = tidy(message)
    if cause is Cause.SERVER_ERROR:
        return f"result code {code}, {words}" if words else f"result code {code}"
    return words


def from_tls(error: Exception) -> SessionError:
    """The error for a handshake that failed."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        detail = getattr(error, "reason", None) or error
        return SessionError(Cause.TLS_REFUSED, tidy(detail))
    if error.verify_code in _EXPIRED:
        return SessionError(Cause.TLS_EXPIRED, tidy(error.verify_message))
    if error.verify_code in _OTHER_NAME:
        return SessionError(Cause.TLS_NAME_MISMATCH, tidy(error.verify_message))
    return SessionError(Cause.TLS_UNTRUSTED, tidy(error.verify_message))
