"""Every refusal is translated into a cause."""

from __future__ import annotations

import ssl

import pytest

from scanners.coverage import Cause
from scanners.ldap.causes import from_bind, from_search, from_tls

WINDOWS = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data {}, v4563\0"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("525", Cause.INVALID_CREDENTIALS),
        ("52e", Cause.INVALID_CREDENTIALS),
        ("52E", Cause.INVALID_CREDENTIALS),
        ("530", Cause.NOT_ALLOWED),
        ("531", Cause.NOT_ALLOWED),
        ("532", Cause.PASSWORD_EXPIRED),
        ("533", Cause.ACCOUNT_DISABLED),
        ("534", Cause.NOT_ALLOWED),
        ("701", Cause.ACCOUNT_DISABLED),
        ("773", Cause.PASSWORD_EXPIRED),
        ("775", Cause.ACCOUNT_LOCKED),
        ("fff", Cause.INVALID_CREDENTIALS),
    ],
)
def test_an_active_directory_says_why_it_refuses(code: str, cause: Cause) -> None:
    error = from_bind(49, WINDOWS.format(code), anonymous=False)
    assert error.cause is cause
    assert code.lower() in error.detail.lower()


@pytest.mark.parametrize(
    ("code", "anonymous", "cause"),
    [
        (49, False, Cause.INVALID_CREDENTIALS),
        (48, False, Cause.INVALID_CREDENTIALS),
        (48, True, Cause.ANONYMOUS_REFUSED),
        (53, True, Cause.ANONYMOUS_REFUSED),
        (8, False, Cause.STRONGER_AUTH_REQUIRED),
        (13, False, Cause.STRONGER_AUTH_REQUIRED),
        (53, False, Cause.SERVER_ERROR),
        (9999, False, Cause.SERVER_ERROR),
    ],
)
def test_a_refused_bind(code: int, anonymous: bool, cause: Cause) -> None:
    assert from_bind(code, "", anonymous=anonymous).cause is cause


@pytest.mark.parametrize(
    ("code", "anonymous", "cause"),
    [
        (1, True, Cause.ANONYMOUS_REFUSED),
        (1, False, Cause.SERVER_ERROR),
        (3, False, Cause.TIME_LIMIT),
        (4, False, Cause.SIZE_LIMIT),
        (10, False, Cause.NO_SUCH_BASE),
        (11, False, Cause.SIZE_LIMIT),
        (32, False, Cause.NO_SUCH_BASE),
        (50, False, Cause.NOT_ALLOWED),
        (51, False, Cause.SERVER_ERROR),
    ],
)
def test_a_search_that_does_not_end_well(code: int, anonymous: bool, cause: Cause) -> None:
    assert from_search(code, "", anonymous=anonymous).cause is cause


def test_an_error_of_the_server_shows_its_code_and_cleaned_words() -> None:
    error = from_search(51, "the \x1b[31mserver\r\nis busy." + "!" * 10_000, anonymous=False)
    assert error.detail.startswith("result code 51, the [31mserver is busy.!")
    assert len(error.detail) < 250


@pytest.mark.parametrize(
    ("verify_code", "cause"),
    [
        (9, Cause.TLS_EXPIRED),
        (10, Cause.TLS_EXPIRED),
        (18, Cause.TLS_UNTRUSTED),
        (20, Cause.TLS_UNTRUSTED),
        (62, Cause.TLS_NAME_MISMATCH),
        (64, Cause.TLS_NAME_MISMATCH),
    ],
)
def test_a_certificate_that_does_not_hold(verify_code: int, cause: Cause) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = verify_code, "no good."
    found = from_tls(error)
    assert (found.cause, found.detail) == (cause, "no good")


def test_a_handshake_that_breaks_is_refused() -> None:
    assert from_tls(ConnectionResetError(104, "Connection reset by peer")).cause is Cause.TLS_REFUSED
