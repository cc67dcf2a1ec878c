"""Freezes the yearly annex of a commune as it is handed over: the row is never changed again."""

from __future__ import annotations

from inventory.applications import annex, annexes
from inventory.applications.annex import EARLIEST_YEAR
from inventory.applications.annexes import Annex
from inventory.applications.models import ApplicationAnnex
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.wording import N_
from inventory.organization.models import Entity


def freeze(entity: Entity, year: int, *, actor: Actor, note: str | None = None) -> ApplicationAnnex:
    """Freeze the annex of a year that is over, with what changed since the one before; a second time: another edition.

    Raises Invalid for a year that runs, or too long ago, and Refused when nothing stands on it and nothing left it, or
    when the last edition says the same.
    """
    if year < EARLIEST_YEAR:
        raise Invalid("year", N_("This year is too long ago."))
    found = annexes.of_year(entity, year)
    if not found.is_over:
        raise Invalid(
            "year",
            N_("The year %(year)s is not over: its annex is frozen from 31 December on."),
            year=str(year),
        )
    if not found.lines and not found.changes:
        raise Refused(N_("There is nothing to freeze: no application was used on that day."))
    before = annexes.latest(entity, year)
    if before is not None and found.stands_in(before):
        raise Refused(
            N_("Nothing has changed since edition %(edition)s: it stands as it is."), edition=before.edition
        )
    row = ApplicationAnnex(
        entity_id=entity.id,
        year=year,
        edition=before.edition + 1 if before else 1,
        as_of_on=found.on,
        content=found.as_kept(),
        frozen_by=actor.label,
        note=note,
    )
    db.session.add(row)
    db.session.flush()
    _record(row, found, actor)
    return row


def _record(row: ApplicationAnnex, found: Annex, actor: Actor) -> None:
    changes: audit.Changes = {
        "annex_year": [None, str(row.year)],
        "annex_lines": [None, annex.applications_in(found.lines)],
        "annex_changes": [None, len(found.changes)],
    }
    label = f"{found.entity.name} {row.year}"
    audit.record(Action.CREATED, "application_annex", row, changes, actor=actor, label=label, note=row.note)
