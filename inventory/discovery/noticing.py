"""Notices, beside a scan, who is there without saying what it is: by looking, and by what routers tell of their neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from inventory.discovery import addresses, presences, queries
from inventory.discovery.addresses import Span
from inventory.discovery.models import Run, Site
from inventory.discovery.presences import Noticing
from inventory.discovery.sightings import Origin
from scanners.coverage import Cause, Coverage
from scanners.observation import Observation
from scanners.presence import Presence as Noticed
from scanners.presence.makers import maker_of

if TYPE_CHECKING:
    from scanners.presence import PresenceOptions

LONGEST_WAIT_S = 1.0


def options_of(site: Site, *, rate: int, timeout_ms: int, tcp_hints: bool) -> PresenceOptions:
    """Return what may be sent to a site's addresses, as its form and the range's allow."""
    from scanners.presence import PresenceOptions

    return PresenceOptions(
        rate=float(rate),
        timeout=min(timeout_ms / 1000, LONGEST_WAIT_S),
        site=site.code,
        reverse_dns=site.reverse_dns,
        dns_server=site.dns_server,
        multicast=site.multicast,
        tcp_hints=tcp_hints,
    )


def look(
    spans: Sequence[Span], heard: Iterable[str], options: PresenceOptions, should_stop: Callable[[], bool]
) -> Iterator[Noticed | Coverage]:
    """Yield who is noticed at the addresses that were not heard by SNMP, then a coverage unless all were heard."""
    import scanners.presence as scanner

    silent = addresses.without(spans, addresses.spans_of(heard))
    if silent:
        yield from scanner.look([str(span) for span in silent], options, should_stop=should_stop)


def are_names_silent(coverage: Coverage) -> bool:
    """Say whether the name server had nothing to say to anybody."""
    return any(failure.cause is Cause.NO_NAME_SERVER for failure in coverage.failures)


def may_ping() -> bool:
    """Say whether this process may send echo requests."""
    from scanners.snmp import ping

    return ping.permitted()


def keep_looked(run: Run, found: Sequence[Noticed], origin: Origin) -> None:
    """Keep what a look at a range, or at some addresses of a site, noticed."""
    place = (run.entity_id, origin.range_id)
    if run.site_id is not None:
        presences.keep(found, Noticing(run.id, run.site_id, origin.site_code, origin.at, lambda _one: place))


def take_in(run: Run, observations: Sequence[Observation], origin: Origin) -> None:
    """Keep the neighbours that these devices tell of, and say of older presences that they are identified now."""
    devices = [one for one in observations if one.subject == "device" and one.source == "snmp"]
    site_id = _site_id(run, origin) if devices else None
    if site_id is None:
        return
    met = {address: (one.target, _own_macs(one)) for one in devices for address in own_addresses(one)}
    presences.identify(site_id, origin.site_code, met)
    told = [noticed for one in devices if one.resolved for noticed in _neighbours(one)]
    if not told:
        return
    own = set[str]().union(*(_own_macs(one) for one in devices))
    place = _placer(site_id, run)
    others = [one for one in told if one.mac not in own]
    presences.keep(others, Noticing(run.id, site_id, origin.site_code, origin.at, place))


def _site_id(run: Run, origin: Origin) -> int | None:
    """The site of what a run takes in: its own, and of a file, which holds several, the one of the code."""
    if run.site_id is not None:
        return run.site_id
    site = queries.site_by_code(origin.site_code)
    return site.id if site else None


def own_addresses(observation: Observation) -> set[str]:
    """Return every address that a device says is its own, and the one that it was met at."""
    return {observation.target, *(address for port in observation.interfaces for address in port.addresses)}


def _own_macs(observation: Observation) -> set[str]:
    macs = {port.mac for port in observation.interfaces if port.mac}
    return macs | {one.value for one in observation.identifiers if one.kind in ("mac", "base_mac")}


def _neighbours(observation: Observation) -> list[Noticed]:
    """Return one presence for each MAC that a device exchanges packets with, its IPv4 address in front."""
    by_mac: dict[str, list[str]] = {}
    for neighbour in observation.resolved:
        by_mac.setdefault(neighbour.mac, []).append(neighbour.address)
    name = str(observation.facts.get("name") or observation.target)
    return [
        Noticed(
            site=observation.site,
            address=found[0],
            observed_at=observation.observed_at,
            means=("neighbour_table",),
            mac=mac,
            maker=maker_of(mac),
            more_addresses=tuple(found[1:16]),
            told_by=name,
        )
        for mac, found in by_mac.items()
    ]


def _placer(site_id: int, run: Run) -> Callable[[Noticed], tuple[int, int | None] | None]:
    """Say whose a neighbour is: its range's entity; nobody's where nobody asked to look.

    An address that no range of the site holds, or that one excludes, is none of ours. One of IPv6 alone is in no range,
    and stays with who told of it.
    """
    held = [
        (addresses.parse(row.addresses), addresses.parse_excluded(row.exclude), (row.entity_id, row.id))
        for row in queries.ranges_of_site(site_id)
    ]

    def place(one: Noticed) -> tuple[int, int | None] | None:
        if ":" in one.address:
            return run.entity_id, run.range_id
        for spans, excluded, whose in held:
            if addresses.contains(spans, one.address):
                return None if addresses.contains(excluded, one.address) else whose
        return None

    return place
