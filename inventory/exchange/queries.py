"""Reads imports and what came of their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from inventory.core.access import Scope
from inventory.core.database import db
from inventory.exchange.models import Import, ImportLine, Outcome

CHUNK = 1000


def imports(scope: Scope, nouns: Sequence[str]) -> Select[Any]:
    """Return the imports of some nouns into entities of the scope."""
    found = select(Import).where(Import.entity_id.in_(scope.entity_ids), Import.noun.in_(nouns))
    return found.options(joinedload(Import.change_set))


def import_of_job(job_id: int) -> Import | None:
    """Return the import that a job tries or does, or None."""
    return db.session.scalar(select(Import).where(Import.job_id == job_id))


def lines(kept: Import) -> Select[Any]:
    """Return what came of the lines of an import."""
    return select(ImportLine).where(ImportLine.import_id == kept.id)


def refused(kept: Import) -> Iterator[ImportLine]:
    """Yield the refused lines in the order of the file."""
    statement = lines(kept).where(ImportLine.outcome == Outcome.REFUSED).order_by(ImportLine.line)
    yield from db.session.scalars(statement.execution_options(yield_per=CHUNK))
