"""What a scan is asked to do, and how far it has come; credentials never show their secrets."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanners.snmp.profile import Profiles
from scanners.snmp.profile_files import shipped

# A thousand small questions a second are under 1 Mbit/s, their answers 10 at the very most: nobody on a municipal network notices.
POLITE_RATE = 1_000.0

AUTH_PROTOCOLS = ("MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512")
# AES-192 and AES-256 exist with two ways of stretching the key: Blumenthal's draft (the default) and Reeder's ("-C", as Cisco does).
PRIV_PROTOCOLS = ("DES", "3DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C")


class OptionsError(ValueError):
    """The scan was asked for wrongly; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Community:
    """An SNMPv1 or v2c community."""

    name: str = field(repr=False)
    version: str = "2c"
    label: str = "community"

    def __post_init__(self) -> None:
        if self.version not in ("1", "2c"):
            raise OptionsError("The SNMP version of a community is 1 or 2c.")
        if not self.name or len(self.name.encode()) > 255:
            raise OptionsError("A community is 1 to 255 octets long.")


@dataclass(frozen=True, slots=True)
class UsmUser:
    """An SNMPv3 user; without an authentication protocol nothing is secured."""

    user: str
    auth_protocol: str | None = None
    auth_key: str | None = field(default=None, repr=False)
    priv_protocol: str | None = None
    priv_key: str | None = field(default=None, repr=False)
    context: str = ""
    label: str = "user"

    def __post_init__(self) -> None:
        if not 1 <= len(self.user.encode()) <= 32:
            raise OptionsError("An SNMPv3 user name is 1 to 32 octets long.")
        if self.auth_protocol is not None and self.auth_protocol not in AUTH_PROTOCOLS:
            raise OptionsError(f"The authentication protocol is one of {', '.join(AUTH_PROTOCOLS)}.")
        if self.priv_protocol is not None and self.priv_protocol not in PRIV_PROTOCOLS:
            raise OptionsError(f"The privacy protocol is one of {', '.join(PRIV_PROTOCOLS)}.")
        if (self.auth_protocol is None) != (self.auth_key is None) or (self.priv_protocol is None) != (
            self.priv_key is None
        ):
            raise OptionsError("A protocol and its passphrase go together.")
        if self.priv_protocol and not self.auth_protocol:
            raise OptionsError("Privacy needs authentication.")
        for key in (self.auth_key, self.priv_key):
            if key is not None and len(key) < 8:
                raise OptionsError("An SNMPv3 passphrase is at least 8 characters long.")

    @property
    def level(self) -> str:
        """The security level in SNMP's words."""
        return "authPriv" if self.priv_protocol else "authNoPriv" if self.auth_protocol else "noAuthNoPriv"


Credential = Community | UsmUser


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How to scan: seconds for an answer, retry rounds, datagrams sent a second, whatever is asked (0: no limit), bounds for one device."""

    credentials: tuple[Credential, ...] = (Community("public", label="public"),)
    port: int = 161
    timeout: float = 1.0
    retries: int = 2
    rate: float = POLITE_RATE
    exclude: tuple[str, ...] = ()
    site: str = ""
    ping: bool = True
    max_oids: int = 20_000
    max_seconds_per_device: float = 60.0
    at_once: int = 200
    profiles: Profiles = field(default_factory=shipped, repr=False)

    def __post_init__(self) -> None:
        if not self.credentials:
            raise OptionsError("A scan needs at least one community or SNMPv3 user.")
        if len({one.label for one in self.credentials}) != len(self.credentials):
            raise OptionsError("Each credential needs a label of its own.")
        if not 1 <= self.port <= 65_535:
            raise OptionsError("The port is a number from 1 to 65535.")
        if not 0.05 <= self.timeout <= 60 or not 0 <= self.retries <= 10:
            raise OptionsError("The timeout is 0.05 to 60 seconds, the retries are 0 to 10.")
        if self.rate < 0 or self.max_oids < 100 or self.max_seconds_per_device <= 0 or self.at_once < 1:
            raise OptionsError("The rate and the bounds must be positive numbers.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan has come: addresses asked of total, devices that answered, were read, failed; phase is a code."""

    asked: int
    total: int
    answered: int
    read: int
    failed: int
    phase: str
