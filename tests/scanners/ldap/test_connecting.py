"""Being let in by a real server, or refused with the cause that the wire tells."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from scanners.coverage import Cause, Coverage, Failure
from scanners.ldap import DirectoryOptions, OptionsError, reading
from tests.scanners.ldap.conftest import reader
from tests.servers import Authority, Certificate, Slapd, free_port

pytestmark = pytest.mark.slapd


def refusal(options: DirectoryOptions) -> Cause:
    """The one cause for which nothing was read."""
    found = list(reading.read(options, subjects=["people"]))
    failure, coverage = found
    assert isinstance(failure, Failure)
    assert isinstance(coverage, Coverage)
    assert (coverage.read, coverage.complete, coverage.failures) == (0, False, (failure,))
    return failure.cause


def works(options: DirectoryOptions) -> bool:
    return isinstance(reading.test_connection(options), reading.Summary)


def test_ldaps_with_the_right_authority_is_read(directory: Slapd) -> None:
    assert works(reader(directory))


def test_a_bundle_of_authorities_may_carry_accented_comments(directory: Slapd) -> None:
    bundle = f"# Autorité de l'étage\n{Authority().pem}\n# La bonne\n{directory.ca_pem}"
    assert works(reader(directory, ca_pem=bundle))


def test_an_ldap_address_means_starttls(directory: Slapd) -> None:
    options = reader(directory, url=directory.url)
    assert options.encryption == "starttls"
    assert works(options)


def test_an_ip_address_in_the_certificate_counts_as_a_name(directory: Slapd) -> None:
    assert works(reader(directory, url=directory.tls_url.replace("localhost", "127.0.0.1")))


@pytest.mark.parametrize("scheme", ["ldaps", "starttls"])
@pytest.mark.parametrize(
    ("certificate", "cause"),
    [(Certificate.EXPIRED, Cause.TLS_EXPIRED), (Certificate.WRONG_NAME, Cause.TLS_NAME_MISMATCH)],
)
def test_a_bad_certificate_is_refused_by_name(
    small: Callable[..., Slapd], scheme: str, certificate: Certificate, cause: Cause
) -> None:
    slapd = small(certificate=certificate)
    assert refusal(reader(slapd, url=slapd.tls_url if scheme == "ldaps" else slapd.url)) is cause


@pytest.mark.parametrize("ca_pem", [None, Authority("Somebody else").pem])
def test_an_unknown_authority_is_refused(directory: Slapd, ca_pem: str | None) -> None:
    assert refusal(reader(directory, ca_pem=ca_pem)) is Cause.TLS_UNTRUSTED
    assert refusal(reader(directory, ca_pem=ca_pem, url=directory.url)) is Cause.TLS_UNTRUSTED


def test_encryption_asked_of_the_plain_port_is_refused(directory: Slapd) -> None:
    url = directory.url.replace("ldap:", "ldaps:")
    assert refusal(reader(directory, url=url)) is Cause.TLS_REFUSED


def test_starttls_on_the_encrypted_port_is_refused(directory: Slapd) -> None:
    url = directory.tls_url.replace("ldaps:", "ldap:")
    assert refusal(reader(directory, url=url, timeout=1)) is Cause.TLS_REFUSED


def test_a_password_goes_unencrypted_only_when_asked(directory: Slapd) -> None:
    assert DirectoryOptions(url=directory.url, anonymous=True).encryption == "starttls"
    assert works(reader(directory, url=directory.url, tls="none"))


def test_a_server_that_wants_encryption_says_so(small: Callable[..., Slapd]) -> None:
    slapd = small(rules="security simple_bind=128")
    assert refusal(reader(slapd, url=slapd.url, tls="none")) is Cause.STRONGER_AUTH_REQUIRED
    assert works(reader(slapd, url=slapd.url))


def test_a_wrong_password_and_an_unknown_account_are_refused(directory: Slapd) -> None:
    assert refusal(reader(directory, password="wrong")) is Cause.INVALID_CREDENTIALS
    assert refusal(reader(directory, bind_dn="cn=nobody,dc=nowhere")) is Cause.INVALID_CREDENTIALS
    assert refusal(reader(directory, bind_dn="not a name")) is Cause.INVALID_CREDENTIALS


def test_an_empty_password_is_refused_before_it_could_pass_for_anonymous(directory: Slapd) -> None:
    with pytest.raises(OptionsError, match="empty") as refused:
        reader(directory, password="")
    assert refused.value.field == "password"


def test_anonymous_reading_is_refused_by_a_server_that_wants_accounts(small: Callable[..., Slapd]) -> None:
    slapd = small(rules="require authc")
    options = reader(slapd, bind_dn="", password="", anonymous=True)
    assert refusal(options) is Cause.ANONYMOUS_REFUSED


def test_an_anonymous_reader_who_sees_nothing_is_told_that_the_base_is_missing(directory: Slapd) -> None:
    options = reader(directory, bind_dn="", password="", anonymous=True)
    assert refusal(options) is Cause.NO_SUCH_BASE


def test_nothing_listening_is_refused() -> None:
    url = f"ldaps://127.0.0.1:{free_port('127.0.0.1')}"
    assert refusal(DirectoryOptions(url=url, anonymous=True)) is Cause.NOT_LISTENING


def test_a_name_that_does_not_exist_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **choices: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert refusal(DirectoryOptions(url="ldaps://dc.invalid", anonymous=True)) is Cause.DNS


def test_a_server_that_accepts_and_stays_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        options = DirectoryOptions(url=f"ldap://127.0.0.1:{port}", tls="none", anonymous=True, timeout=1)
        assert refusal(options) is Cause.SILENT
        options = DirectoryOptions(url=f"ldaps://127.0.0.1:{port}", anonymous=True, timeout=1)
        assert refusal(options) is Cause.TLS_REFUSED


def test_the_password_is_not_shown(directory: Slapd) -> None:
    assert directory.reader_password not in repr(reader(directory))
