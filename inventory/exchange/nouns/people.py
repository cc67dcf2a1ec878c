"""Fills people from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from inventory.core import clock
from inventory.core.database import db
from inventory.core.errors import DomainError, Invalid
from inventory.core.permissions import Permission
from inventory.core.text import folded
from inventory.core.wording import N_
from inventory.exchange import values
from inventory.exchange.columns import Column
from inventory.exchange.importers import Importer, Remark, Result, Row, Terms
from inventory.exchange.models import Outcome
from inventory.exchange.references import References
from inventory.organization import services
from inventory.organization.models import Entity, Person

MATCH_KEYS = ("email", "login", "employee_number", "display_name")
_TEXT = partial(values.text, limit=120)


def columns() -> list[Column]:
    """Return the columns of a person."""
    return [
        Column("display_name", N_("Name shown"), partial(values.text, limit=255), ("nom complet", "full name", "agent")),
        Column("given_name", N_("Given name"), _TEXT, ("prenom", "first name")),
        Column("family_name", N_("Family name"), _TEXT, ("nom", "nom de famille", "last name", "surname")),
        Column("email", N_("E-mail address"), _email, ("email", "mail", "courriel", "e mail", "adresse mail")),
        Column("login", N_("Login"), _TEXT, ("identifiant", "username", "user name", "samaccountname")),
        Column("employee_number", N_("Employee number"), partial(values.text, limit=40),
               ("matricule", "numero agent", "employee no", "employee id"), names_something=True),
        Column("department", N_("Department"), _TEXT, ("service", "direction")),
        Column("title", N_("Job title"), _TEXT, ("fonction", "poste", "title")),
        Column("phone", N_("Phone"), partial(values.text, limit=40), ("tel", "telephone fixe", "phone"),
               names_something=True),
        Column("mobile", N_("Mobile phone"), partial(values.text, limit=40), ("mobile", "portable", "gsm", "telephone mobile"),
               names_something=True),
        Column("entity", N_("Entity"), _TEXT, ("commune", "collectivite", "company", "organisation")),
        Column("location", N_("Place"), partial(values.text, limit=400), ("lieu", "bureau", "site", "location", "localisation")),
        Column("leaves_on", N_("Leaves on"), lambda cell: values.day(cell, clock.today()),
               ("date de depart", "date de sortie", "leaving date", "end date")),
    ]  # fmt: skip


def _email(cell: Any) -> str:
    text = values.text(cell, 255).lower()
    if text.count("@") != 1 or " " in text:
        raise values.Unreadable(N_("“%(text)s” is no e-mail address."), text=text[:60])
    return text


class _People:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.references = References(terms.allowed)
        self.entities: dict[int, Entity] = {}

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        known = self._known(rows)
        return [self._one(row, known) for row in rows]

    def forget(self) -> None:
        """Nothing to forget: people are looked up afresh for each piece of the file."""

    def _known(self, rows: Sequence[Row]) -> dict[str, list[Person]]:
        """Return the people whom the rows' keys find, by folded key, in one query."""
        key = self.terms.match_key
        if not key:
            return {}
        column = getattr(Person, key)
        keys = {row.values[key] for row in rows if key in row.values}
        statement = select(Person).where(column.in_(keys), Person.entity_id.in_(self.terms.allowed))
        found: dict[str, list[Person]] = {}
        for person in db.session.scalars(statement):
            found.setdefault(folded(getattr(person, key)), []).append(person)
        return found

    def _one(self, row: Row, known: Mapping[str, list[Person]]) -> Result:
        try:
            with db.session.begin_nested():
                return self._applied(row, known)
        except Invalid as error:
            return Result(row.line, Outcome.REFUSED, _name(row.values), remarks=[Remark.of(error)])
        except DomainError as error:
            said = Remark("", error.message, error.params)
            return Result(row.line, Outcome.REFUSED, _name(row.values), remarks=[said])

    def _applied(self, row: Row, known: Mapping[str, list[Person]]) -> Result:
        given = dict(row.values)
        twins = known.get(folded(str(given.get(self.terms.match_key, ""))), [])
        if len(twins) > 1:
            raise Invalid(
                self.terms.match_key, N_("Several people have this value: use another field to find them.")
            )
        person = twins[0] if twins else None
        named = given.pop("entity", None)
        entity_id = self.references.entity(named) if named else (
            person.entity_id if person else self.terms.entity_id
        )  # fmt: skip
        if "location" in given:
            given["location_id"] = self.references.place(given.pop("location"), entity_id)
        if person is None:
            return self._created(row, given, entity_id)
        changes = {
            name: [getattr(person, name), new] for name, new in given.items() if getattr(person, name) != new
        }
        if entity_id != person.entity_id:
            changes["entity"] = [person.entity.name, named]
            given["entity_id"] = entity_id
        services.update_person(person, given, version=None, actor=self.terms.actor)
        outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        return Result(row.line, outcome, person.display_name, person.public_id, changes)

    def _created(self, row: Row, given: dict[str, Any], entity_id: int) -> Result:
        entity = db.session.get_one(Entity, entity_id)
        person = services.create_person(given, entity=entity, actor=self.terms.actor)
        return Result(row.line, Outcome.CREATED, person.display_name, person.public_id)


def _name(given: Mapping[str, Any]) -> str:
    names = [given.get("given_name"), given.get("family_name")]
    return str(given.get("display_name") or " ".join(name for name in names if name))


IMPORTER = Importer(
    "person", N_("People"), Permission.PEOPLE_EDIT, columns, MATCH_KEYS, _People, "people.detail"
)
