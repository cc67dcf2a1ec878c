"""Starts runs: a scan of a range or of some addresses, a directory's reading, each once at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial

from inventory.core.access import Actor
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.discovery import addresses, queries, runs
from inventory.discovery.directories import subject_of
from inventory.discovery.models import AddressRange, CredentialKind, Directory, Presence, Run, Site
from inventory.discovery.scanning import Order, order_of
from inventory.discovery.services import READ_DIRECTORY, SCAN, queue_of
from inventory.jobs import services as jobs
from inventory.jobs.models import Job
from inventory.organization import queries as organization

SNMP_KINDS = (CredentialKind.SNMP_COMMUNITY, CredentialKind.SNMP_USER)


def scan_range(range_: AddressRange, *, actor: Actor) -> Run:
    """Scan a range now; while a scan of it is under way, return that one. Raises Refused without a credential."""
    if not range_.credential_ids:
        raise Refused(N_("There is no credential to present: add one to the range."))
    job = jobs.enqueue(
        SCAN,
        {"range_id": range_.id},
        title=range_.name,
        queue=queue_of(range_.site),
        dedupe_key=f"{SCAN}:{range_.id}",
        entity_id=range_.entity_id,
        requested_by=actor.label,
    )
    return _run_of(job, order_of(range_).subject)


def _run_of(job: Job, subject: runs.Subject) -> Run:
    return queries.run_of_job(job.id) or runs.open_run(subject, job=job)


def scan_anyway(run: Run, *, actor: Actor) -> None:
    """Let a scan that waits for the end of black-out hours go on at once. Raises Refused when it is over."""
    jobs.go_on(run.job_id or 0, actor=actor, anyway=True)


def scan_addresses(
    text: str,
    *,
    site: Site,
    credential_ids: Sequence[int] = (),
    options: dict[str, int] | None = None,
    entity_id: int | None = None,
    actor: Actor,
) -> Run:
    """Scan some addresses of a site once. Without credentials, those of the site's entity and the ones above are tried.

    `options` may hold port, rate, timeout_ms and retries; what is found belongs to the entity, else to the site's. Raises Invalid for the text, Refused without a credential.
    """
    addresses.parse(text)
    chosen = list(credential_ids) or _usual_credentials(site)
    if not chosen:
        raise Refused(N_("There is no credential to present at this site: add one first."))
    order = Order(
        title=f"{site.code} {text}",
        site_id=site.id,
        entity_id=entity_id or site.entity_id,
        addresses=text,
        credential_ids=chosen,
    )
    order = replace(order, **(options or {}))  # type: ignore[arg-type]
    job = jobs.enqueue(
        SCAN,
        {"order": asdict(order)},
        title=order.title,
        queue=queue_of(site),
        entity_id=order.entity_id,
        requested_by=actor.label,
    )
    return _run_of(job, order.subject)


def scan_presences(rows: Sequence[Presence], *, actor: Actor) -> list[Run]:
    """Scan once more where presences were noticed, one run for each range and entity; those of IPv6 alone are left out.

    Raises Refused when none can be asked, or without a credential.
    """
    groups: dict[tuple[int, int | None, int], list[Presence]] = {}
    for row in rows:
        if ":" not in row.address:
            groups.setdefault((row.site_id, row.range_id, row.entity_id), []).append(row)
    if not groups:
        raise Refused(N_("These are IPv6 addresses, which are not asked by SNMP."))
    started: list[Run] = []
    for members in groups.values():
        first = members[0]
        scan = partial(scan_addresses, site=first.site, entity_id=first.entity_id, actor=actor)
        given = first.range.credential_ids if first.range else ()
        started += [scan(text, credential_ids=given) for text in _texts([row.address for row in members])]
    return started


def _texts(found: Sequence[str]) -> list[str]:
    """Return addresses as texts that are short enough to be asked for."""
    texts = [""]
    for span in addresses.spans_of(found):
        longer = f"{texts[-1]}, {span}" if texts[-1] else str(span)
        if len(longer) > addresses.LONGEST_TEXT:
            texts.append(str(span))
        else:
            texts[-1] = longer
    return texts


def _usual_credentials(site: Site) -> list[int]:
    line = [site.entity_id, *(row.id for row in organization.ancestors(site.entity))]
    found = queries.credentials(line, SNMP_KINDS)
    return [row.id for row in sorted(found, key=lambda row: line.index(row.entity_id))]


def read_directory(directory: Directory, *, actor: Actor) -> Run:
    """Read a directory now; while it is being read, return that run."""
    job = jobs.enqueue(
        READ_DIRECTORY,
        {"directory_id": directory.id},
        title=directory.name,
        queue=queue_of(directory.site),
        dedupe_key=f"{READ_DIRECTORY}:{directory.id}",
        entity_id=directory.entity_id,
        requested_by=actor.label,
    )
    return _run_of(job, subject_of(directory))
