"""Finds the entities, places and people that cells name, reading each list once for a whole file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import ColumnElement, Text, func, select

from inventory.core.database import among, db
from inventory.core.errors import Invalid
from inventory.core.text import folded
from inventory.core.wording import N_
from inventory.organization.models import Entity, Location, Person

# "Mairie > 1er étage > Bureau 12", as exports and other tools write a path.
_TOP = "> "
STEP = re.compile(r"\s*(?:>|/|»|›)\s*")
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


class References:
    """Ids by what cells call them, within the entities where the import may write.

    Of several that bear one name, the one that stands at the row already (`present`) is meant: an export says names.
    """

    def __init__(self, allowed: frozenset[int]) -> None:
        self.allowed = allowed
        self._places: dict[int, dict[str, list[int]]] = {}
        self._people: dict[str, list[int]] | None = None

    @cached_property
    def entities(self) -> dict[str, list[int]]:
        """Entity ids by folded code and name."""
        rows = db.session.execute(select(Entity.id, Entity.code, Entity.name)).all()
        return _by_name((row.id, (row.code, row.name)) for row in rows if row.id in self.allowed)

    def entity(self, words: str, present: int | None = None) -> int:
        """Return the id of the entity with this code or name; raises Invalid."""
        found = self.entities.get(folded(words), [])
        if not found:
            raise Invalid(
                "entity", N_("There is no entity “%(name)s” where you may import."), name=words[:60]
            )
        if len(found) > 1 and present not in found:
            raise Invalid(
                "entity", N_("Several entities are called “%(name)s”: give the code."), name=words[:60]
            )
        return _meant(found, present)

    def is_called(self, entity_id: int, words: str) -> bool:
        """Say whether an entity has this code or name."""
        return entity_id in self.entities.get(folded(words), [])

    def place(
        self, words: str, entity_id: int, present: int | None = None, *, field: str = "location"
    ) -> int:
        """Return the id of a place of an entity by its name or its path ("Town hall > Room 12"); raises Invalid."""
        if entity_id not in self._places:
            self._places[entity_id] = _paths(entity_id)
        found = self._places[entity_id].get(" > ".join(folded(step) for step in STEP.split(words)), [])
        if not found:
            raise Invalid(field, N_("There is no place “%(name)s” in this entity."), name=words[:80])
        if len(found) > 1 and present not in found:
            message = N_(
                "Several places are called “%(name)s”: write what it is in, such as Town hall > %(name)s."
            )
            raise Invalid(field, message, name=words[:60])
        return _meant(found, present)

    def place_at(self, steps: Sequence[str], entity_id: int) -> int | None:
        """Return the id of the place at a whole path, from the top of its entity; None when there is none."""
        if entity_id not in self._places:
            self._places[entity_id] = _paths(entity_id)
        found = self._places[entity_id].get(_TOP + " > ".join(folded(step) for step in steps), [])
        return found[0] if found else None

    def forget_places(self) -> None:
        """Read the places again when they are next asked for: those that a trial made were taken back."""
        self._places.clear()

    def add_place(self, entity_id: int, path: Sequence[str], place_id: int) -> None:
        """Remember a place that this file has made."""
        steps = [folded(step) for step in path]
        known = self._places.setdefault(entity_id, {})
        for name in _ends(steps):
            known.setdefault(name, []).append(place_id)

    @property
    def people(self) -> dict[str, list[int]]:
        """Person ids by folded name (both orders), e-mail, login and employee number."""
        if self._people is None:
            wanted = (
                Person.id, Person.entity_id, Person.display_name, Person.given_name, Person.family_name,
                Person.email, Person.login, Person.employee_number,
            )  # fmt: skip
            rows = [row for row in db.session.execute(select(*wanted)) if row.entity_id in self.allowed]
            self._people = _by_name((row.id, _called(row)) for row in rows)
        return self._people

    def person(self, words: str, present: int | None = None, *, field: str = "holder") -> int:
        """Return the id of the person whom a name, e-mail, login or employee number says; raises Invalid."""
        found = self.people.get(folded(words), [])
        if not found:
            raise Invalid(field, N_("There is nobody called “%(name)s” here."), name=words[:60])
        if len(found) > 1 and present not in found:
            message = N_("Several people are called “%(name)s”: give the e-mail address or the login.")
            raise Invalid(field, message, name=words[:60])
        return _meant(found, present)


def says(column: Any, words: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column says one of these words, in capitals or not: who asks compares them `folded`."""
    # SQLite leaves accented letters as they are.
    small = {one for word in words for one in (word.lower(), word.translate(_SMALL))}
    return among(func.lower(column, type_=Text()), small)


def _meant(found: Sequence[int], present: int | None) -> int:
    return present if present is not None and present in found else found[0]


def _called(row: Any) -> list[str]:
    given, family = row.given_name or "", row.family_name or ""
    both = [f"{given} {family}", f"{family} {given}", f"{family}, {given}"] if given and family else []
    return [row.display_name, *both, *(text for text in (row.email, row.login, row.employee_number) if text)]


def _by_name(rows: Iterable[tuple[int, Iterable[str]]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for id_, names in rows:
        for name in {folded(name) for name in names if name}:
            found[name].append(id_)
    return dict(found)


def _paths(entity_id: int) -> dict[str, list[int]]:
    """Return place ids by every end of their path: "room 12", "1st floor > room 12", "town hall > 1st floor > room 12"."""
    rows = db.session.execute(
        select(Location.id, Location.path, Location.name).where(Location.entity_id == entity_id)
    ).all()
    # A name may have a slash in it, and cells that say it are cut there.
    names = {row.id: " > ".join(STEP.split(folded(row.name))) for row in rows}
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        steps = [names[int(id_)] for id_ in row.path.split("/") if id_ and int(id_) in names]
        for name in _ends(steps):
            found[name].append(row.id)
    return dict(found)


def _ends(steps: Sequence[str]) -> list[str]:
    """Return what a path may be called: each of its ends, and the whole as from the top."""
    return [_TOP + " > ".join(steps), *(" > ".join(steps[start:]) for start in range(len(steps)))]
