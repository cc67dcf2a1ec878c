"""What is searched of people, places and entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from inventory.core.database import among, db
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.models import Entity, Location, Person
from inventory.search import documents
from inventory.search.documents import Document, Searchable, Watch


def people(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of people: by name, e-mail, login, employee number, telephone, department, title and entity."""
    statement = (
        select(Person, Entity.name).join(Entity, Entity.id == Person.entity_id).where(Person.id.in_(ids))
    )
    for row, entity in db.session.execute(statement):
        names = (row.given_name, row.family_name, row.department, row.title, row.email, row.login, entity)
        keys = (row.email, row.login, row.employee_number, row.phone, row.mobile)
        yield Document(
            row.id,
            row.public_id,
            row.display_name,
            " · ".join(text for text in dict.fromkeys((row.department, entity)) if text),
            words=tuple(name for name in names if name),
            keys=tuple(key for key in keys if key),
            entity_ids=(row.entity_id,),
            faded=row.disabled or row.absent_since is not None,
        )


def places(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of places: by name, address and entity, shown with the places around them."""
    statement = (
        select(Location, Entity.name)
        .join(Entity, Entity.id == Location.entity_id)
        .where(Location.id.in_(ids))
    )
    names = organization.location_names(ids)
    for row, entity in db.session.execute(statement):
        around = names.get(row.id, row.name).rpartition(" › ")[0]
        yield Document(
            row.id,
            row.public_id,
            row.name,
            " · ".join(text for text in (around, entity) if text),
            words=(row.address or "", around, entity),
            entity_ids=(row.entity_id,),
            faded=row.closed_on is not None,
        )


def _inside(ids: Sequence[int]) -> Select[int]:
    """Return the statement of the places inside these, whose documents say where they are."""
    around = aliased(Location)
    inside = select(Location.id).join(around, Location.path.startswith(around.path))
    return inside.where(among(around.id, ids), Location.id != around.id)


def entities(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of entities: by name, code and SIRET."""
    for row in db.session.scalars(select(Entity).where(Entity.id.in_(ids))):
        yield Document(
            row.id,
            row.code,
            row.name,
            row.code,
            words=(row.code,),
            keys=tuple(key for key in (row.code, row.siret) if key),
            entity_ids=(row.id,),
            faded=row.closed_on is not None,
        )


_PERSON = frozenset(
    {"display_name", "given_name", "family_name", "email", "login", "employee_number", "phone", "mobile"}
    | {"department", "title", "entity_id", "disabled", "absent_since"}
)
_ENTITY_NAME = Watch(Entity, frozenset({"name"}), through=Person.entity_id)


def register() -> None:
    """Let people, places and entities be searched."""
    documents.register(
        Searchable("person", 2, N_("People"), "users", Person.id, people, "people.detail", (Watch(Person, _PERSON), _ENTITY_NAME),
                   listing="people.index", order=20)
    )  # fmt: skip
    place = frozenset({"name", "address", "path", "entity_id", "closed_on"})
    documents.register(
        Searchable("location", 3, N_("Places"), "map-pin", Location.id, places, "locations.detail",
                   (Watch(Location, place), Watch(Location, frozenset({"name"}), reach=_inside),
                    Watch(Entity, frozenset({"name"}), through=Location.entity_id)),
                   listing="locations.index", order=30, kind=Location.kind)
    )  # fmt: skip
    documents.register(
        Searchable("entity", 4, N_("Entities"), "building-community", Entity.id, entities, "entities.detail",
                   (Watch(Entity, frozenset({"name", "code", "siret", "closed_on"})),), argument="code", order=40,
                   kind=Entity.kind)
    )  # fmt: skip
