"""Starts runs: a scan of a range or of some addresses, a directory's reading, each once at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from inventory.core.access import Actor
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.discovery import addresses, queries, runs
from inventory.discovery.directories import subject_of
from inventory.discovery.models import AddressRange, CredentialKind, Directory, Run, Site
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


def scan_addresses(
    text: str,
    *,
    site: Site,
    credential_ids: Sequence[int] = (),
    options: dict[str, int] | None = None,
    actor: Actor,
) -> Run:
    """Scan some addresses of a site once. Without credentials, those of the site's entity and the ones above are tried.

    `options` may hold port, rate, timeout_ms and retries. Raises Invalid for the text, Refused without a credential.
    """
    addresses.parse(text)
    chosen = list(credential_ids) or _usual_credentials(site)
    if not chosen:
        raise Refused(N_("There is no credential to present at this site: add one first."))
    order = Order(
        title=f"{site.code} {text}",
        site_id=site.id,
        entity_id=site.entity_id,
        addresses=text,
        credential_ids=chosen,
    )
    order = replace(order, **(options or {}))  # type: ignore[arg-type]
    job = jobs.enqueue(
        SCAN,
        {"order": asdict(order)},
        title=order.title,
        queue=queue_of(site),
        entity_id=site.entity_id,
        requested_by=actor.label,
    )
    return _run_of(job, order.subject)


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
