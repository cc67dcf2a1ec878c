"""What is searched of applications: name, code, editor, what they are for, who answers and the contract; found by all who use them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from inventory.applications.models import Application, ApplicationUse
from inventory.applications.states import ApplicationState
from inventory.catalog.models import Manufacturer
from inventory.core.database import db
from inventory.core.wording import N_
from inventory.organization.models import Entity, Person
from inventory.search import documents
from inventory.search.documents import Document, Searchable, Watch

# Who answers for an application, by the column that names them.
_PEOPLE = {
    column: aliased(Person)
    for column in (Application.business_owner_id, Application.deputy_id, Application.technical_owner_id)
}


def applications(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of applications."""
    users: dict[int, set[int]] = defaultdict(set)
    for application_id, entity_id in db.session.execute(
        select(ApplicationUse.application_id, ApplicationUse.entity_id).where(
            ApplicationUse.application_id.in_(ids)
        )
    ):
        users[application_id].add(entity_id)
    statement: Any = (
        select(
            Application, Manufacturer.name, Entity.name, *(person.display_name for person in _PEOPLE.values())
        )
        .join(Entity, Entity.id == Application.entity_id)
        .outerjoin(Manufacturer, Manufacturer.id == Application.editor_id)
        .where(Application.id.in_(ids))
    )
    for column, person in _PEOPLE.items():
        statement = statement.outerjoin(person, person.id == column)
    for row, editor, entity, *people in db.session.execute(statement):
        keys = (row.code, row.contract_reference, row.processing_reference)
        yield Document(
            row.id,
            row.public_id,
            row.name,
            " · ".join(text for text in (editor, entity) if text),
            words=tuple(text for text in (editor, row.modules, row.description, *people) if text),
            keys=tuple(key for key in keys if key),
            entity_ids=tuple(sorted({row.entity_id, *users[row.id]})),
            badge=row.state.value,
            faded=row.state is ApplicationState.RETIRED,
        )


def register() -> None:
    """Let applications be searched."""
    own = frozenset({"name", "code", "editor_id", "modules", "description", "entity_id", "state"})
    people = frozenset(column.key for column in _PEOPLE)
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
                Watch(Application, own | people | {"contract_reference", "processing_reference"}),
                Watch(ApplicationUse, frozenset({"application_id", "entity_id"}), owner="application_id"),
                Watch(Manufacturer, frozenset({"name"}), through=Application.editor_id),
                Watch(Entity, frozenset({"name"}), through=Application.entity_id),
                *(Watch(Person, frozenset({"display_name"}), through=column) for column in _PEOPLE),
            ),
            codes=ApplicationState,
            listing="applications.index",
            order=50,
        )
    )
