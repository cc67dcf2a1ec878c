"""Fills people from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from inventory.core import clock
from inventory.core.database import among, db
from inventory.core.errors import Invalid
from inventory.core.permissions import Permission
from inventory.core.text import folded
from inventory.core.wording import N_
from inventory.exchange import values
from inventory.exchange.columns import OWN_NUMBER, Column, own_number
from inventory.exchange.importers import (
    NO_SUCH_NUMBER,
    Importer,
    Remark,
    Result,
    Row,
    Terms,
    doubts,
    first_text,
)
from inventory.exchange.models import Outcome
from inventory.exchange.references import References, says
from inventory.organization import services
from inventory.organization.models import E_MAIL, Entity, Location, Person

MATCH_KEYS = (OWN_NUMBER, "email", "login", "employee_number", "display_name")
_TEXT = partial(values.text, limit=120)


def columns() -> list[Column]:
    """Return the columns of a person."""
    return [
        own_number(),
        Column("display_name", N_("Name shown"), partial(values.text, limit=255), ("nom complet", "full name", "agent")),
        Column("given_name", N_("Given name"), _TEXT, ("prenom", "first name"), bears_on=("display_name",)),
        Column("family_name", N_("Family name"), _TEXT, ("nom", "nom de famille", "last name", "surname"),
               bears_on=("display_name",)),
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
        Column("entity", N_("Entity"), _TEXT, ("commune", "collectivite", "company", "organisation"), bears_on=("location",)),
        Column("location", N_("Place"), partial(values.text, limit=400), ("lieu", "bureau", "site", "location", "localisation")),
        Column("leaves_on", N_("Leaves on"), lambda cell: values.day(cell, clock.today()),
               ("date de depart", "date de sortie", "leaving date", "end date")),
    ]  # fmt: skip


def _email(cell: Any) -> str:
    text = values.text(cell, 255).lower()
    if not E_MAIL.fullmatch(text):
        raise values.Unreadable(N_("“%(text)s” is no e-mail address."), text=text[:60])
    return text


class _People:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.references = References(terms.allowed)
        self.entities: dict[int, Entity] = {}

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        """Create and change the people that the rows say, in a fixed number of queries."""
        known = self._known(rows)
        results: dict[int, Result] = {}
        doubted: dict[int, list[Remark]] = {}
        asked: list[tuple[Row, Person | None, dict[str, Any], int]] = []
        for row in rows:
            try:
                person, given, at = self._asked(row, known)
                asked.append((row, person, given, at))
                if person is not None:
                    doubted[row.line] = doubts(row, person, MATCH_KEYS, self.terms.match_key)
            except Invalid as error:
                results[row.line] = Result(
                    row.line, Outcome.REFUSED, _name(row.values), remarks=[Remark.of(error)]
                )
        results |= self._created([(row, given, at) for row, person, given, at in asked if person is None])
        results |= self._changed([
            (row, person, given, at) for row, person, given, at in asked if person is not None
        ])  # fmt: skip
        for line, remarks in doubted.items():
            results[line].remarks += remarks
        return [results[row.line] for row in rows]

    def forget(self) -> None:
        """Nothing to forget: people are looked up afresh for each piece of the file."""

    def _known(self, rows: Sequence[Row]) -> dict[str, list[Person]]:
        """Return the people whom the rows' keys find, by folded key, in one query."""
        key = self.terms.match_key
        if not key:
            return {}
        column = getattr(Person, key)
        keys = {str(row.values[key]) for row in rows if key in row.values}
        said = among(column, keys) if key == OWN_NUMBER else says(column, keys)
        statement = (
            select(Person)
            .where(said, Person.entity_id.in_(self.terms.allowed))
            .options(joinedload(Person.entity), joinedload(Person.location))
        )
        found: dict[str, list[Person]] = {}
        for person in db.session.scalars(statement):
            found.setdefault(folded(getattr(person, key)), []).append(person)
        return found

    def _asked(
        self, row: Row, known: Mapping[str, list[Person]]
    ) -> tuple[Person | None, dict[str, Any], int]:
        """Return whom a row finds, None for somebody new, with the columns and the entity that it asks for; raises Invalid."""
        given = dict(row.values)
        twins = known.get(folded(str(given.get(self.terms.match_key, ""))), [])
        if len(twins) > 1:
            raise Invalid(
                self.terms.match_key, N_("Several people have this value: use another field to find them.")
            )
        person = twins[0] if twins else None
        if given.pop(OWN_NUMBER, None) and person is None:
            raise Invalid(OWN_NUMBER, NO_SUCH_NUMBER)
        if person is not None:
            # What found somebody is no news, however it is written.
            given.pop(self.terms.match_key, None)
        wanted = given.pop("entity", None)
        entity_id = self.references.entity(wanted, person.entity_id if person else None) if wanted else (
            person.entity_id if person else self.terms.entity_id
        )  # fmt: skip
        if "location" in given:
            given["location_id"] = self.references.place(
                given.pop("location"), entity_id, person.location_id if person else None
            )
        return person, given if person else services.named(given), entity_id

    def _created(self, asked: Sequence[tuple[Row, dict[str, Any], int]]) -> dict[int, Result]:
        people = services.create_people(
            [(given, self._entity(entity_id)) for _row, given, entity_id in asked], actor=self.terms.actor
        )
        places = _place_names([given.get("location_id") for _row, given, _entity_id in asked])
        return {
            row.line: Result(
                row.line,
                Outcome.CREATED,
                person.display_name,
                person.public_id,
                self._first(row, given, places),
            )
            for (row, given, _entity_id), person in zip(asked, people, strict=True)
        }

    def _first(
        self, row: Row, given: Mapping[str, Any], places: Mapping[int, str]
    ) -> dict[str, Sequence[Any]]:
        """Return what somebody new has of what a row says, but for the name that the row is called by."""
        told = {_shown_as(name): value for name, value in given.items() if name != "display_name"}
        if "location" in told:
            told["location"] = places[told["location"]]
        if "entity" in row.values:
            told["entity"] = self._entity(self.references.entity(row.values["entity"])).name
        return {name: [None, value] for name, value in told.items()}

    def _changed(self, asked: Sequence[tuple[Row, Person, dict[str, Any], int]]) -> dict[int, Result]:
        edits, changed = [], {}
        for row, person, given, entity_id in asked:
            changes = {
                _shown_as(name): [_shown(person, name), row.values.get(_shown_as(name), new)]
                for name, new in given.items()
                if getattr(person, name) != new
            }
            if entity_id != person.entity_id:
                changes["entity"] = [person.entity.name, row.values["entity"]]
                given["entity_id"] = entity_id
            edits.append((person, given))
            changed[row.line] = person, changes
        services.update_people(edits, actor=self.terms.actor)
        return {
            line: Result(
                line,
                Outcome.UPDATED if changes else Outcome.UNCHANGED,
                person.display_name,
                person.public_id,
                changes,
            )
            for line, (person, changes) in changed.items()
        }

    def _entity(self, entity_id: int) -> Entity:
        if entity_id not in self.entities:
            self.entities[entity_id] = db.session.get_one(Entity, entity_id)
        return self.entities[entity_id]


def _place_names(ids: Sequence[int | None]) -> dict[int, str]:
    wanted = {id_ for id_ in ids if id_ is not None}
    rows = (
        db.session.execute(select(Location.id, Location.name).where(among(Location.id, wanted)))
        if wanted
        else ()
    )
    return {row.id: row.name for row in rows}


def _shown_as(name: str) -> str:
    return name.removesuffix("_id")


def _shown(person: Person, name: str) -> Any:
    return person.location and person.location.name if name == "location_id" else getattr(person, name)


def _name(given: Mapping[str, Any]) -> str:
    names = [given.get("given_name"), given.get("family_name")]
    return str(given.get("display_name") or " ".join(name for name in names if name))


IMPORTER = Importer(
    "person",
    N_("People"),
    Permission.PEOPLE_EDIT,
    columns,
    MATCH_KEYS,
    _People,
    "people.detail",
    name=lambda said: _name(said) or first_text(said),
)
