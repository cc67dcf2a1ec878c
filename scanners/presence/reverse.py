"""Asks a name server for the names of addresses (reverse DNS, RFC 1035 §3.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import dns.asyncresolver
import dns.exception
import dns.resolver
import dns.reversename

SECONDS_EACH = 3.0
AT_ONCE = 32
# A name server that answers nothing is not waited for once more for each address.
MOST_SILENCES = 8


def resolver(server: str = "", port: int = 53) -> dns.asyncresolver.Resolver | None:
    """Return a resolver of that name server, else of the system's; None where the system has none."""
    try:
        found = dns.asyncresolver.Resolver(configure=not server)
    except dns.exception.DNSException:
        return None
    if server:
        found.nameservers, found.port = [server], port
    found.timeout = found.lifetime = SECONDS_EACH
    return found


async def names_of(
    addresses: Sequence[str], asked: dns.asyncresolver.Resolver, should_stop: Callable[[], bool]
) -> dict[str, str]:
    """Return the name of each address that has one, without its last dot."""
    found: dict[str, str] = {}
    silences = 0
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(address: str) -> None:
        nonlocal silences
        async with turn:
            if should_stop() or silences >= MOST_SILENCES:
                return
            try:
                answer = await asked.resolve(dns.reversename.from_address(address), "PTR", search=False)
            except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                return
            except (dns.exception.DNSException, OSError):  # silent, refused or malformed: there is no name
                silences += 1
                return
            silences = 0
            found[address] = answer[0].target.to_unicode(omit_final_dot=True)

    await asyncio.gather(*(ask(address) for address in addresses))
    return found
