"""What a look for presences may send, and how fast."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from scanners.snmp.options import POLITE_RATE, OptionsError

# Port → what is said on it (scanners/presence/doors.py); "open" is only opened and closed.
PORTS: Mapping[int, str] = MappingProxyType(
    {22: "ssh", 80: "http", 443: "https", 445: "open", 631: "ipp", 3389: "open", 9100: "open"}
)


@dataclass(frozen=True, slots=True)
class PresenceOptions:
    """How to look: echo requests a second (0: no limit), seconds for an answer, and what else may be sent.

    `echo` asks every address by ICMP; `reverse_dns` asks a name server for names (`dns_server`, else the system's); `multicast` asks the local network
    by mDNS, WS-Discovery and SSDP; `tcp_hints` opens the `ports` of who is there, at most `connects` a second.
    """

    rate: float = POLITE_RATE
    timeout: float = 1.0
    exclude: tuple[str, ...] = ()
    site: str = ""
    echo: bool = True
    reverse_dns: bool = True
    dns_server: str = ""
    dns_port: int = 53
    multicast: bool = False
    tcp_hints: bool = False
    ports: Mapping[int, str] = field(default_factory=lambda: PORTS)
    connects: float = 100.0
    at_once: int = 64

    def __post_init__(self) -> None:
        if not 0.05 <= self.timeout <= 60:
            raise OptionsError("The timeout is 0.05 to 60 seconds.")
        if self.rate < 0 or self.connects <= 0 or self.at_once < 1:
            raise OptionsError("The rate and the bounds must be positive numbers.")
        if self.dns_server:
            try:
                ipaddress.ip_address(self.dns_server)
            except ValueError:
                raise OptionsError("The name server is given by its IP address.") from None
