"""What is searched of applications: name, code, editor, what they are for and the contract; found by all who use them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from inventory.applications.models import Application, ApplicationUse
from inventory.applications.states import ApplicationState
from inventory.catalog.models import Manufacturer
from inventory.core.database import db
from inventory.core.wording import N_
from inventory.search import documents
from inventory.search.documents import Document, Searchable, Watch


def applications(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of applications."""
    users: dict[int, set[int]] = defaultdict(set)
    for application_id, entity_id in db.session.execute(
        select(ApplicationUse.application_id, ApplicationUse.entity_id).where(
            ApplicationUse.application_id.in_(ids)
        )
    ):
        users[application_id].add(entity_id)
    statement = (
        select(Application, Manufacturer.name)
        .outerjoin(Manufacturer, Manufacturer.id == Application.editor_id)
        .where(Application.id.in_(ids))
    )
    for row, editor in db.session.execute(statement):
        keys = (row.code, row.contract_reference, row.processing_reference)
        yield Document(
            row.id,
            row.public_id,
            row.name,
            editor or "",
            words=tuple(text for text in (editor, row.modules, row.description) if text),
            keys=tuple(key for key in keys if key),
            entity_ids=tuple(sorted({row.entity_id, *users[row.id]})),
            badge=row.state.value,
            faded=row.state is ApplicationState.RETIRED,
        )


def register() -> None:
    """Let applications be searched."""
    own = frozenset({"name", "code", "editor_id", "modules", "description", "entity_id", "state"})
    documents.register(
        Searchable(
            "application",
            5,
            N_("Applications"),
            "stack-2",
            Application.id,
            applications,
            "applications.detail",
            (
                Watch(Application, own | {"contract_reference", "processing_reference"}),
                Watch(ApplicationUse, frozenset({"application_id", "entity_id"}), owner="application_id"),
                Watch(Manufacturer, frozenset({"name"}), through=Application.editor_id),
            ),
            codes=ApplicationState,
            listing="applications.index",
            order=50,
        )
    )
