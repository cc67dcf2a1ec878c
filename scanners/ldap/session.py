"""A bounded, encrypted conversation with one directory server; the only module that imports ldap3."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from types import TracebackType
from typing import Any, Self

from pyasn1.error import PyAsn1Error

from scanners.coverage import Cause
from scanners.ldap import causes
from scanners.ldap.causes import SessionError, from_bind, from_search, from_tls, tidy
from scanners.ldap.entry import Entry
from scanners.ldap.options import DirectoryOptions

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # ldap3 2.9.1 uses pyasn1's former names
    import ldap3
    from ldap3.core.exceptions import (
        LDAPCommunicationError,
        LDAPException,
        LDAPInvalidFilterError,
        LDAPStartTLSError,
    )

PAGED_RESULTS = "1.2.840.113556.1.4.319"
"""Simple paged results control (RFC 2696)."""

ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800"
"""LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS §3.1.1.3.4.3.1)."""

MOST_PAGE_BYTES = 64 * 1024 * 1024
MOST_PAGE_SECONDS = 300.0
MOST_ENTRIES = 2_000_000
MOST_EMPTY_PAGES = 1000

# What a decoder may raise on octets that no LDAP server sends; ldap3 lets them through.
_MALFORMED = (
    PyAsn1Error, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
    struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RootDse:
    """What the server says about itself (RFC 4512 §5.1)."""

    vendor: str
    active_directory: bool
    naming_contexts: tuple[str, ...]
    default_context: str | None
    pages: bool


class _TooMuch(OSError):
    """One answer passed the bounds of size or time."""


class _Metered:
    """A socket that counts what one answer brings and remembers how it broke."""

    def __init__(self, raw: socket.socket) -> None:
        self.raw = raw
        self.error: OSError | None = None
        self.restart()

    def restart(self) -> None:
        """Count for a new answer."""
        self._left = MOST_PAGE_BYTES
        self._deadline = time.monotonic() + MOST_PAGE_SECONDS

    def recv(self, size: int) -> bytes:
        """What ldap3 reads with; an empty answer is the other side hanging up."""
        try:
            if self._left <= 0 or time.monotonic() > self._deadline:
                raise _TooMuch("more than one answer may hold")
            received = self.raw.recv(size)
        except OSError as error:
            self.error = error
            raise
        self._left -= len(received)
        return received

    def sendall(self, octets: bytes) -> None:
        """What ldap3 writes with."""
        try:
            self.raw.sendall(octets)
        except OSError as error:
            self.error = error
            raise

    def shutdown(self, how: int) -> None:
        """Passed on."""
        self.raw.shutdown(how)

    def close(self) -> None:
        """Passed on."""
        self.raw.close()


class _StrictTls(ldap3.Tls):
    """TLS as Python's own default context does it: authority, dates and host name are all checked."""

    def __init__(self, host: str, authorities: str | None) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host = host
        self._context = ssl.create_default_context(cadata=authorities)
        self.error: Exception | None = None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Called by ldap3 for LDAPS and StartTLS alike; keeps the error that ldap3 would turn into text."""
        raw = connection.socket.raw if isinstance(connection.socket, _Metered) else connection.socket
        try:
            connection.socket = self._context.wrap_socket(
                raw, server_hostname=self._host, do_handshake_on_connect=do_handshake
            )
        except (ssl.SSLError, OSError, ValueError) as error:
            self.error = error
            raise


class Session:
    """`with Session(options) as session:` connects, encrypts and binds; raises SessionError from there on."""

    def __init__(self, options: DirectoryOptions) -> None:
        self.options = options
        self._page_size = options.page_size
        self._tls = _StrictTls(options.host, options.authorities) if options.encryption != "none" else None
        self._pages_offered = True
        self._meter: _Metered | None = None
        self._connection: Any = None

    def __enter__(self) -> Self:
        try:
            self._connect()
            self._bind()
        except SessionError:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the conversation; a server that is already gone does not matter any more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(LDAPException, OSError, *_MALFORMED):
                connection.unbind()
            with contextlib.suppress(LDAPException, OSError, AttributeError):
                connection.strategy.close()

    def _connect(self) -> None:
        options = self.options
        server = ldap3.Server(
            _reachable_address(options), port=options.port, use_ssl=options.encryption == "ldaps",
            tls=self._tls, get_info=ldap3.NONE, connect_timeout=options.timeout,
        )  # fmt: skip
        self._connection = ldap3.Connection(
            server, user=options.bind_dn or None, password=options.password or None, read_only=True,
            authentication=ldap3.ANONYMOUS if options.anonymous else ldap3.SIMPLE, auto_referrals=False,
            auto_range=False, check_names=False, return_empty_attributes=False,
            receive_timeout=ceil(options.timeout),
        )  # fmt: skip
        self._connection.strategy.socket_size = 65536
        try:
            # nothing may be asked before the bind: an Active Directory refuses, and everything is in the clear
            self._connection.open(read_server_info=False)
            self._watch()
            if options.encryption == "starttls":
                self._connection.start_tls(read_server_info=False)
                self._watch()
        except (LDAPException, OSError, *_MALFORMED) as error:
            raise self._from_connecting(error) from error

    def _watch(self) -> None:
        self._meter = _Metered(self._connection.socket)
        self._connection.socket = self._meter

    def _from_connecting(self, error: Exception) -> SessionError:
        if self._tls is not None and self._tls.error is not None:
            return from_tls(self._tls.error)
        if isinstance(error, LDAPStartTLSError):
            return SessionError(Cause.TLS_REFUSED, tidy(error))
        if self._meter is None and isinstance(error, LDAPException):
            return SessionError(Cause.UNREACHABLE, tidy(error))
        if self.options.encryption == "starttls":
            return SessionError(Cause.TLS_REFUSED, tidy(self._wire_error() or error))
        return self._from_conversation(error, midway=False)

    def _bind(self) -> None:
        try:
            self._connection.bind(read_server_info=False)
        except (LDAPException, OSError, *_MALFORMED) as error:
            raise self._from_conversation(error, midway=False) from error
        result = self._connection.result
        if result["result"] != causes.SUCCESS:
            raise from_bind(result["result"], str(result["message"]), anonymous=self.options.anonymous)

    def _wire_error(self) -> OSError | None:
        return self._meter.error if self._meter is not None else None

    def _from_conversation(self, error: Exception, *, midway: bool) -> SessionError:
        wire = self._wire_error()
        if isinstance(wire, _TooMuch):
            return SessionError(Cause.CAP_REACHED, tidy(wire))
        if isinstance(wire, TimeoutError):
            return SessionError(Cause.TIMEOUT_MIDWAY if midway else Cause.SILENT)
        if isinstance(error, LDAPInvalidFilterError):
            return SessionError(Cause.SERVER_ERROR, f"the filter cannot be sent, {tidy(error)}")
        if wire is not None or isinstance(error, LDAPCommunicationError):
            return SessionError(Cause.HALF_READ, tidy(wire or error))
        return SessionError(Cause.MALFORMED, tidy(type(error).__name__))

    def root(self) -> RootDse:
        """Read the root DSE."""
        wanted = [
            "objectClass", "namingContexts", "defaultNamingContext", "supportedCapabilities",
            "supportedControl", "vendorName", "vendorVersion",
        ]  # fmt: skip
        code, message, entries, _ = self._ask("", "(objectClass=*)", wanted, scope=ldap3.BASE)
        if code != causes.SUCCESS:
            raise from_search(code, message, anonymous=self.options.anonymous)
        found = entries[0] if entries else Entry("", {})
        active = ACTIVE_DIRECTORY in found.texts("supportedCapabilities")
        # a server that does not list its controls to this reader may well have this one
        self._pages_offered = PAGED_RESULTS in (found.texts("supportedControl") or (PAGED_RESULTS,))
        return RootDse(
            vendor=_vendor(found, active=active),
            active_directory=active,
            naming_contexts=found.texts("namingContexts", limit=1024),
            default_context=found.text("defaultNamingContext", limit=1024),
            pages=self._pages_offered,
        )

    def pages(self, base: str, wanted: str, attributes: Sequence[str]) -> Iterator[list[Entry]]:
        """The entries under `base` that the filter wants, page by page.

        Raises SessionError after the last page that came: what was yielded before is then only a part.
        """
        cookie: bytes | None = None
        count = empty = 0
        while True:
            code, message, entries, after = self._ask(base, wanted, attributes, cookie=cookie)
            if self._may_ask_for_less(code, first=cookie is None, entries=entries):
                continue
            if entries:
                yield entries
            if code != causes.SUCCESS:
                raise from_search(code, message, anonymous=self.options.anonymous)
            count, empty = count + len(entries), 0 if entries else empty + 1
            if not after:
                return
            if count > MOST_ENTRIES or empty > MOST_EMPTY_PAGES:
                raise SessionError(Cause.CAP_REACHED, f"{count} entries")
            cookie = after

    def _may_ask_for_less(self, code: int, *, first: bool, entries: list[Entry]) -> bool:
        """Halve the page, and at last do without, when the server refused it before sending anything.

        OpenLDAP says so for its limits size.pr (largest page) and size.prtotal=disabled (no pages at all).
        """
        if code != causes.ADMIN_LIMIT_EXCEEDED or entries or not first or not self._pages_offered:
            return False
        self._pages_offered = self._page_size > 1
        self._page_size = max(1, self._page_size // 2)
        return True

    def _ask(
        self,
        base: str,
        wanted: str,
        attributes: Sequence[str],
        *,
        scope: Any = ldap3.SUBTREE,
        cookie: bytes | None = None,
    ) -> tuple[int, str, list[Entry], bytes]:
        """One search: its result code and message, the entries that came, and the cookie of the next page."""
        paged = self._pages_offered and scope != ldap3.BASE
        if self._meter is not None:
            self._meter.restart()
        try:
            self._connection.search(
                base, wanted, search_scope=scope, dereference_aliases=ldap3.DEREF_NEVER,
                attributes=list(attributes), paged_size=self._page_size if paged else None,
                paged_cookie=cookie, get_operational_attributes=False,
            )  # fmt: skip
            result, response = self._connection.result, self._connection.response or []
            entries = [
                Entry.from_wire(one["raw_dn"], one["raw_attributes"])
                for one in response
                if one["type"] == "searchResEntry"
            ]
            return int(result["result"]), str(result["message"]), entries, _next_cookie(result)
        except (LDAPException, OSError, *_MALFORMED) as error:
            raise self._from_conversation(error, midway=True) from error


def _next_cookie(result: dict[str, Any]) -> bytes:
    control = result.get("controls", {}).get(PAGED_RESULTS)
    return bytes(control["value"]["cookie"] or b"") if control else b""


def _vendor(root: Entry, *, active: bool) -> str:
    named = " ".join(filter(None, (root.text("vendorName"), root.text("vendorVersion"))))
    if active:
        return f"Active Directory ({named})" if named else "Active Directory"
    if "OpenLDAProotDSE" in root.texts("objectClass"):
        return "OpenLDAP"
    return named or "LDAP"


def _reachable_address(options: DirectoryOptions) -> str:
    """The first address of the host that accepts a connection; ldap3 alone would not say why none does."""
    try:
        with socket.create_connection((options.host, options.port), timeout=options.timeout) as probe:
            return str(probe.getpeername()[0])
    except socket.gaierror as error:
        raise SessionError(Cause.DNS, options.host) from error
    except ConnectionRefusedError as error:
        raise SessionError(Cause.NOT_LISTENING) from error
    except TimeoutError as error:
        raise SessionError(Cause.SILENT) from error
    except (OSError, UnicodeError) as error:
        raise SessionError(Cause.UNREACHABLE, tidy(getattr(error, "strerror", None) or error)) from error
