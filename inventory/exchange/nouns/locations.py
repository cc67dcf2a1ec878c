"""Fills places from files: each row is a place by its path, and what it stands in is made too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.i18n import in_every_language
from inventory.core.permissions import Permission
from inventory.core.text import folded
from inventory.core.wording import N_
from inventory.exchange import values
from inventory.exchange.columns import OWN_NUMBER, Column, own_number
from inventory.exchange.importers import NO_SUCH_NUMBER, Importer, Remark, Result, Row, Terms
from inventory.exchange.models import Outcome
from inventory.exchange.nouns.standing import Standing, check_path
from inventory.exchange.references import STEP, References
from inventory.organization.models import Location, LocationKind
from inventory.organization.places import NewPlace, create_locations, describe_locations

# What a step of a path is when nobody says: the first a building, the last a room, a floor between them.
BY_DEPTH = (LocationKind.BUILDING, LocationKind.FLOOR, LocationKind.ROOM)


# What French offices and other tools call them too.
ALSO_CALLED = {
    LocationKind.CAMPUS: ("site",),
    LocationKind.BUILDING: ("bat", "immeuble"),
    LocationKind.FLOOR: ("niveau",),
    LocationKind.ROOM: ("piece", "bureau", "local", "office"),
    LocationKind.STOCKROOM: ("stock", "magasin", "depot"),
    LocationKind.RACK: ("armoire",),
}


def _kinds() -> dict[str, LocationKind]:
    """Return the kinds of places by the folded words that name them in any language."""
    return values.vocabulary(
        (word, kind)
        for kind in LocationKind
        for word in (kind.value, *in_every_language(kind.label), *ALSO_CALLED.get(kind, ()))
    )


def columns() -> list[Column]:
    """Return the columns of a place."""
    kinds = _kinds()
    return [
        own_number(),
        Column("name", N_("Place"), partial(values.text, limit=400),
               ("nom", "lieu", "chemin", "path", "name", "localisation", "location", "site")),
        Column("parent", N_("Inside"), partial(values.text, limit=400), ("dans", "parent", "batiment", "building")),
        Column("kind", N_("Kind"), lambda cell: values.one_of(cell, kinds), ("type",),
               choices=tuple(kind.label for kind in LocationKind)),
        Column("address", N_("Address"), partial(values.text, limit=255), ("adresse",)),
        Column("entity", N_("Entity"), partial(values.text, limit=120), ("commune", "collectivite", "company")),
    ]  # fmt: skip


# A place by its entity and the folded steps of its path.
_At = tuple[int, tuple[str, ...]]
# A row about a new place, the steps of its path, and the path of what is made above it that no row is about.
_Told = tuple[Row, Sequence[str], str]


class _Places:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.references = References(terms.allowed)
        self.standing = Standing(self.references, terms.actor)
        self.kinds = _kinds()

    def forget(self) -> None:
        """Forget the places that a trial made."""
        self.references.forget_places()

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        """Add and describe the places that the rows say, in a fixed number of queries; those of numbers may be renamed and moved."""
        results: dict[int, Result] = {}
        paths: dict[int, tuple[int, list[str]]] = {}
        found: dict[int, Location] = {}
        restood: dict[int, dict[str, Sequence[Any]]] = {}
        numbered = self.standing.numbered(rows) if self.terms.match_key == OWN_NUMBER else {}
        for row in rows:
            try:
                if self.terms.match_key == OWN_NUMBER and OWN_NUMBER in row.values:
                    found[row.line], restood[row.line] = self.standing.restand(row, numbered)
                else:
                    paths[row.line] = self._path(row)
            except Invalid as error:
                results[row.line] = _refused(row, error)
        results |= self._add([row for row in rows if row.line in paths], paths)
        found |= self._found([row for row in rows if row.line in paths and row.line not in results], paths)
        results |= self._describe([row for row in rows if row.line in found], found, restood)
        return [results[row.line] for row in rows]

    def _path(self, row: Row) -> tuple[int, list[str]]:
        """Return the entity of a row's place and the steps of its path; raises Invalid."""
        if "name" not in row.values:
            raise Invalid("name", N_("Give a name."))
        named = row.values.get("entity")
        entity_id = self.references.entity(named) if named else self.terms.entity_id
        steps = [*STEP.split(row.values.get("parent", "")), *STEP.split(row.values["name"])]
        steps = [step for step in steps if step]
        check_path(steps)
        return entity_id, steps

    def _add(self, rows: Sequence[Row], paths: Mapping[int, tuple[int, list[str]]]) -> dict[int, Result]:
        """Add the places that there are not, and what they stand in; returns what came of the rows that are about them."""
        wanted: list[NewPlace] = []
        numbers: dict[_At, int] = {}
        own = {_at(paths[row.line][0], paths[row.line][1]) for row in rows}
        new: dict[int, _Told] = {}
        came: dict[int, Result] = {}
        for row in rows:
            entity_id, steps = paths[row.line]
            if self._is_there(entity_id, steps, numbers):
                continue
            if OWN_NUMBER in row.values:
                came[row.line] = _refused(row, Invalid(OWN_NUMBER, NO_SUCH_NUMBER))
                continue
            besides = ""
            for depth in range(1, len(steps) + 1):
                if not self._is_there(entity_id, steps[:depth], numbers):
                    given = row.values if depth == len(steps) else {}
                    wanted.append(self._new(entity_id, steps[:depth], given, numbers))
                    if _at(entity_id, steps[:depth]) not in own:
                        besides = " > ".join(steps[:depth])
                    numbers[_at(entity_id, steps[:depth])] = len(wanted) - 1
            new[numbers[_at(entity_id, steps)]] = row, steps, besides
        if not wanted:
            return came
        return came | self._created(wanted, numbers, new)

    def _created(
        self, wanted: Sequence[NewPlace], numbers: Mapping[_At, int], new: Mapping[int, _Told]
    ) -> dict[int, Result]:
        """Create the places; returns what came of the rows that are about one."""
        added = create_locations(wanted, actor=self.terms.actor)
        for (within, path), number in numbers.items():
            if number in added.made:
                self.references.add_place(within, path, added.made[number]["id"])
        if added.refused:
            # It is there by somebody else's hand.
            self.references.forget_places()
        return {
            row.line: Result(
                row.line,
                Outcome.CREATED,
                " > ".join(steps),
                added.made[number]["public_id"],
                _first(wanted[number]),
                [_made_too(row, besides)] if besides else [],
            )
            if number in added.made
            else _refused(row, added.refused[number])
            for number, (row, steps, besides) in new.items()
        }

    def _is_there(self, entity_id: int, steps: Sequence[str], numbers: Mapping[_At, int]) -> bool:
        return _at(entity_id, steps) in numbers or self.references.place_at(steps, entity_id) is not None

    def _new(
        self, entity_id: int, steps: Sequence[str], given: Mapping[str, Any], numbers: Mapping[_At, int]
    ) -> NewPlace:
        kind = given.get("kind") or self._kind_of(steps)
        values = {"name": steps[-1], "kind": kind, "address": given.get("address")}
        above = steps[:-1]
        parent: Location | int | None = numbers.get(_at(entity_id, above)) if above else None
        if above and parent is None:
            parent = db.session.get_one(Location, self.references.place_at(above, entity_id))
        return NewPlace(values, entity_id, parent)

    def _kind_of(self, steps: Sequence[str]) -> LocationKind:
        """What a place is when nobody says: inside of another what its name says, as “Bureau 7”, else by its depth."""
        named = (self.kinds[word] for word in folded(steps[-1]).split() if word in self.kinds)
        by_depth = BY_DEPTH[min(len(steps) - 1, len(BY_DEPTH) - 1)]
        return next(named, by_depth) if len(steps) > 1 else by_depth

    def _found(self, rows: Sequence[Row], paths: Mapping[int, tuple[int, list[str]]]) -> dict[int, Location]:
        """Return the places that there are at the paths of rows, in one query."""
        ids = {row.line: self.references.place_at(paths[row.line][1], paths[row.line][0]) for row in rows}
        places = db.session.scalars(select(Location).where(Location.id.in_(ids.values())))
        known = {place.id: place for place in places}
        return {line: known[id_ or 0] for line, id_ in ids.items()}

    def _describe(
        self,
        rows: Sequence[Row],
        found: Mapping[int, Location],
        restood: Mapping[int, Mapping[str, Sequence[Any]]],
    ) -> dict[int, Result]:
        """Set the kind and the address that rows say of places that there are; `restood` is what of them changed already."""
        edits = [
            (found[row.line], {name: row.values[name] for name in ("kind", "address") if name in row.values})
            for row in rows
        ]
        described = describe_locations(edits, actor=self.terms.actor)
        results = {}
        for row, (place, _given), changed in zip(rows, edits, described, strict=True):
            changes = {**restood.get(row.line, {}), **changed}
            outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
            results[row.line] = Result(row.line, outcome, _label(row) or place.name, place.public_id, changes)
        return results


def _made_too(row: Row, path: str) -> Remark:
    """Say what a place stands in that there is not and no row is about: a name written otherwise ends like that too."""
    column = "parent" if "parent" in row.values else "name"
    return Remark(
        column, N_("There is no place “%(place)s” yet: it is added too."), {"place": path}, is_warning=True
    )


def _first(place: NewPlace) -> dict[str, Sequence[Any]]:
    """Return what a new place has, but for the path that its row is called by."""
    return {name: [None, value] for name in ("kind", "address") if (value := place.values[name]) is not None}


def _label(row: Row) -> str:
    steps = [*STEP.split(row.values.get("parent", "")), *STEP.split(row.values.get("name", ""))]
    return " > ".join(step for step in steps if step)


def _at(entity_id: int, steps: Sequence[str]) -> _At:
    return entity_id, tuple(folded(step) for step in steps)


def _refused(row: Row, why: Invalid) -> Result:
    return Result(row.line, Outcome.REFUSED, str(row.values.get("name", "")), remarks=[Remark.of(why)])


IMPORTER = Importer(
    "location",
    N_("Places"),
    Permission.LOCATIONS_EDIT,
    columns,
    (OWN_NUMBER, "name"),
    _Places,
    "locations.detail",
    match_within=("entity", "parent"),
)
