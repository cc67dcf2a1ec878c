"""Options that cannot be right are refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from scanners.ldap import DirectoryOptions, OptionsError

GOOD: dict[str, Any] = {"url": "ldaps://dc1.metropole.example", "bind_dn": "cn=reader", "password": "secret"}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("url", {"url": ""}),
        ("url", {"url": "dc1.metropole.example"}),
        ("url", {"url": "https://dc1.metropole.example"}),
        ("url", {"url": "ldaps://"}),
        ("url", {"url": "ldaps://dc1:port"}),
        ("url", {"url": "ldaps://dc1:99999"}),
        ("url", {"url": "ldaps://somebody@dc1"}),
        ("tls", {"tls": "starttls"}),
        ("tls", {"tls": "none"}),
        ("tls", {"tls": "perhaps"}),
        ("tls", {"url": "ldap://dc1", "tls": "ldaps"}),
        ("bind_dn", {"bind_dn": ""}),
        ("password", {"password": ""}),
        ("anonymous", {"anonymous": True}),
        ("timeout", {"timeout": 0}),
        ("timeout", {"timeout": 601}),
        ("page_size", {"page_size": 0}),
        ("page_size", {"page_size": 501}),
        ("ca_pem", {"ca_pem": ""}),
        ("ca_pem", {"ca_pem": "-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n"}),
        ("ca_pem", {"ca_pem": "clé"}),
        ("people_filter", {"people_filter": "uid=a"}),
        ("people_filter", {"people_filter": "(uid=a"}),
        ("computers_filter", {"computers_filter": ")cn=a("}),
    ],
)
def test_a_wrong_option_is_named(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionsError) as refused:
        DirectoryOptions(**{**GOOD, **wrong})
    assert refused.value.field == field
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("url", "encryption", "host", "port"),
    [
        ("ldaps://dc1.metropole.example", "ldaps", "dc1.metropole.example", 636),
        ("ldap://dc1.metropole.example", "starttls", "dc1.metropole.example", 389),
        ("ldaps://[2001:db8::1]:3636", "ldaps", "2001:db8::1", 3636),
    ],
)
def test_an_address_says_how_and_where(url: str, encryption: str, host: str, port: int) -> None:
    options = DirectoryOptions(**{**GOOD, "url": url})
    assert (options.encryption, options.host, options.port) == (encryption, host, port)
