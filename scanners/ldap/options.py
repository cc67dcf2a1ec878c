"""What is needed to read a directory: where it is, how to be let in, and what to look for."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import Literal, get_args
from urllib.parse import SplitResult, urlsplit

Tls = Literal["ldaps", "starttls", "none"]

LARGEST_PAGE = 500
"""Servers refuse (OpenLDAP's size.pr) or silently shorten (Active Directory's MaxPageSize) larger pages."""

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)

PORTS = {"ldaps": 636, "ldap": 389}


class OptionsError(ValueError):
    """An option that cannot be right, found without asking the server; `field` names it."""

    def __init__(self, field_name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field_name


@dataclass(frozen=True, kw_only=True)
class DirectoryOptions:
    """Where and how to read. Raises OptionsError.

    `url` is ldap://host[:port] or ldaps://host[:port]. `tls` follows it: LDAPS, or StartTLS for ldap://; only an
    explicit "none" sends anything unencrypted. `base` may be empty: the server's default. `ca_pem` is the text of the
    only authorities to trust; None means those of the system. `timeout` is in seconds, for each answer. Filters and
    bases replace those that suit the kind of directory.
    """

    url: str
    base: str = ""
    bind_dn: str = ""
    password: str = field(default="", repr=False)
    anonymous: bool = False
    tls: Tls | None = None
    ca_pem: str | None = field(default=None, repr=False)
    timeout: float = 10.0
    page_size: int = LARGEST_PAGE
    site: str = ""
    computers_filter: str | None = None
    people_filter: str | None = None
    computers_bases: tuple[str, ...] = ()
    people_bases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._check_encryption(self._check_url())
        self._check_identity()
        if not 0 < self.timeout <= 600:
            raise OptionsError("timeout", "The timeout is between 0 and 600 seconds.")
        if not 1 <= self.page_size <= LARGEST_PAGE:
            raise OptionsError("page_size", f"A page holds between 1 and {LARGEST_PAGE} entries.")
        for name in ("computers_filter", "people_filter"):
            _check_filter(name, getattr(self, name))

    def _check_url(self) -> SplitResult:
        try:
            parts = urlsplit(self.url)
            usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            raise OptionsError("url", "The port in this address is not a number.") from None
        if parts.scheme not in PORTS or not usable or parts.username is not None:
            raise OptionsError(
                "url", "Write the address as ldaps://host or ldap://host, with :port if needed."
            )
        return parts

    def _check_encryption(self, parts: SplitResult) -> None:
        if self.tls is not None and self.tls not in get_args(Tls):
            raise OptionsError("tls", "Encryption is ldaps, starttls or none.")
        if self.tls is not None and (self.tls == "ldaps") != (parts.scheme == "ldaps"):
            raise OptionsError("tls", "An ldaps:// address means LDAPS; StartTLS and none go with ldap://.")
        if self.ca_pem is not None:
            _check_authority(self.ca_pem)

    def _check_identity(self) -> None:
        if self.anonymous:
            if self.bind_dn or self.password:
                raise OptionsError("anonymous", "Anonymous reading takes neither a name nor a password.")
        elif not self.bind_dn:
            raise OptionsError("bind_dn", "Give the account to read with, or ask for anonymous reading.")
        elif not self.password:
            # RFC 4513 §5.1.2: a name with an empty password succeeds as anonymous on many servers
            raise OptionsError("password", "The password is empty; a server would take that for anonymous.")

    @property
    def encryption(self) -> Tls:
        """The encryption in force."""
        if self.tls is not None:
            return self.tls
        return "ldaps" if urlsplit(self.url).scheme == "ldaps" else "starttls"

    @property
    def authorities(self) -> str | None:
        """The certificates of `ca_pem` without what surrounds them; None for the system's."""
        return None if self.ca_pem is None else _certificates(self.ca_pem)

    @property
    def host(self) -> str:
        """The host name or address, which the certificate must name too."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The TCP port, by default the scheme's own."""
        parts = urlsplit(self.url)
        return parts.port or PORTS[parts.scheme]


def _check_authority(pem: str) -> None:
    certificates = _certificates(pem)
    try:
        # without any certificate Python would trust the system's authorities instead
        usable = bool(certificates) and ssl.create_default_context(cadata=certificates) is not None
    except (ssl.SSLError, ValueError, TypeError):
        usable = False
    if not usable:
        raise OptionsError("ca_pem", "This is not a certificate in PEM form.")


def _certificates(pem: str) -> str:
    """The certificates alone: bundles carry comments, accented ones too, that Python's ssl refuses."""
    return "\n".join(_CERTIFICATE.findall(pem))


def _check_filter(name: str, text: str | None) -> None:
    if text is None:
        return
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            break
    if depth != 0 or not text.startswith("(") or not text.endswith(")"):
        raise OptionsError(name, "A filter is written in balanced parentheses, such as (objectClass=device).")
