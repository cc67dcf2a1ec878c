"""One night of one process, as a worker does it: scan a range into an empty store. Prints what it cost as JSON.

`python -m benchmarks.chain INSTANCE STORE-URL PORT`; run by bench_chain in a process of its own, whose memory is measured."""

from __future__ import annotations

import json
import resource
import sys
from typing import TYPE_CHECKING

from benchmarks.devices import COMMUNITY
from benchmarks.measure import Effort

if TYPE_CHECKING:
    from flask import Flask

ADDRESSES = "127.80.0.0/16"
# As fast as the pages let an administrator ask; the default is twenty times slower.
RATE, TIMEOUT_MS, RETRIES = 20_000, 1_000, 1


def main(instance: str, url: str, port: int) -> None:
    """Found the instance, scan, and say seconds, processor seconds, megabytes at the most, and the counts of the run."""
    from benchmarks.bench_ingest import founded
    from inventory.core.database import db
    from inventory.discovery.models import Run
    from inventory.jobs.runner import run_here

    app = founded(instance, url)
    job_id, run_id = _launched(app, port)
    with Effort() as effort:
        run_here(app, job_id)
    with app.app_context():
        run = db.session.get_one(Run, run_id)
        said = {
            "seconds": effort.seconds,
            "cpu_seconds": effort.cpu_seconds,
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "asked": run.asked,
            "answered": run.answered,
            "read": run.read,
            "outcome": run.outcome,
        }
    print(json.dumps(said))


def _launched(app: Flask, port: int) -> tuple[int, int]:
    from sqlalchemy import select

    from inventory.core.access import SYSTEM, Access
    from inventory.core.database import db, transaction
    from inventory.core.permissions import Role
    from inventory.discovery import credentials, launching
    from inventory.discovery.models import CredentialKind, Site

    with app.app_context(), transaction():
        site = db.session.scalars(select(Site)).one()
        given = {
            "entity_id": site.entity_id,
            "name": COMMUNITY,
            "kind": CredentialKind.SNMP_COMMUNITY,
            "version": "2c",
            "community": COMMUNITY,
        }
        access = Access(1, {site.entity_id: Role.ADMINISTRATOR})
        credential = credentials.save(None, given, access=access, actor=SYSTEM)
        db.session.flush()
        run = launching.scan_addresses(
            ADDRESSES,
            site=site,
            credential_ids=[credential.id],
            options={"port": port, "rate": RATE, "timeout_ms": TIMEOUT_MS, "retries": RETRIES},
            actor=SYSTEM,
        )
        db.session.flush()
        return run.job_id or 0, run.id


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
