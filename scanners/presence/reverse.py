"""Asks a name server for the names of addresses (reverse DNS, RFC 1035 §3.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

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


class SilentServerError(Exception):
    """The name server never answered, not even that it knows no name or may not say."""


async def names_of(
    addresses: Iterable[str], asked: dns.asyncresolver.Resolver, should_stop: Callable[[], bool]
) -> dict[str, str]:
    """Return the name of each address that has one, without its last dot.

    Raises SilentServerError where MOST_SILENCES questions and all others were answered by nothing at all.
    """
    found: dict[str, str] = {}
    silences, is_heard = 0, False
    left = iter(addresses)

    async def ask() -> None:
        nonlocal silences, is_heard
        for address in left:
            if should_stop() or silences >= MOST_SILENCES:
                return
            try:
                answer = await asked.resolve(dns.reversename.from_address(address), "PTR", search=False)
            except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                is_heard = True
                continue
            except (dns.exception.DNSException, OSError) as error:  # silent, refused or malformed: no name
                is_heard = is_heard or not isinstance(error, dns.exception.Timeout)
                silences += 1
                continue
            silences, is_heard = 0, True
            found[address] = answer[0].target.to_unicode(omit_final_dot=True)

    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    if silences >= MOST_SILENCES and not is_heard:
        raise SilentServerError
    return found
