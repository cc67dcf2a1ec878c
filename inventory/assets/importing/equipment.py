"""Fills the inventory from files: what a row of equipment says, found by its tag or serial, written as edits are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from inventory.assets import services
from inventory.assets.fields import EDITABLE
from inventory.assets.fields import at_hand as at_hand_of
from inventory.assets.importing.catalogue import Catalogue
from inventory.assets.importing.columns import columns, price
from inventory.assets.importing.editing import Editing
from inventory.assets.models import Asset
from inventory.assets.services import Change, Draft
from inventory.catalog.models import Category, Model
from inventory.core.database import among, db
from inventory.core.errors import DomainError, Invalid
from inventory.core.permissions import Permission
from inventory.core.text import folded
from inventory.core.wording import N_
from inventory.exchange import custom
from inventory.exchange.columns import OWN_NUMBER
from inventory.exchange.importers import (
    NO_SUCH_NUMBER,
    SAME_VALUE,
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
from inventory.organization.models import Entity, Location, Person

MATCH_KEYS = (OWN_NUMBER, "tag", "serial", "name")
_DATED = {"state", "entity_id", "location_id", "holder_id", "disposal_route"}


# What the cells of a line say, and the columns of Asset that they resolve to.
_Pair = tuple[Mapping[str, Any], dict[str, Any]]


class _Equipment:
    """One pass over a file: the lists that cells name are read once, what earlier rows took is remembered."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.references = References(terms.allowed)
        self.tags: dict[str, int] = {}
        self.serials: dict[str, int] = {}
        self.catalogue = Catalogue(terms.actor)
        self.own = custom.OwnFields("asset", self.references, terms.actor)
        self.category_ids = {
            row.id: row.public_id for row in db.session.execute(select(Category.id, Category.public_id))
        }

    def forget(self) -> None:
        """Forget the makers and models that a trial made."""
        self.catalogue.forget()

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        """Create and change the equipment that the rows say, in a fixed number of queries."""
        known, serials = self._known(rows), self._serials(rows)
        results: dict[int, Result] = {}
        pairs: dict[int, _Pair] = {}
        found: dict[int, Asset] = {}
        doubted: dict[int, list[Remark]] = {}
        for row in rows:
            try:
                asset, given = self._one(row, known, serials)
            except DomainError as error:
                results[row.line] = _refused(row, error)
            else:
                pairs[row.line] = (row.values, given)
                if asset is not None:
                    found[row.line] = asset
                    doubted[row.line] = doubts(row, asset, MATCH_KEYS, self.terms.match_key)
        self.catalogue.name_models(pairs.values())
        results |= self._create([row for row in rows if row.line in pairs.keys() - found.keys()], pairs)
        results |= self._change([row for row in rows if row.line in found], pairs, found)
        for line, remarks in doubted.items():
            results[line].remarks += remarks
        return [results[row.line] for row in rows]

    def _create(self, rows: Sequence[Row], drafts: Mapping[int, _Pair]) -> dict[int, Result]:
        """Make what is new, with its custom fields, in a fixed number of queries."""
        given: dict[int, dict[str, Any]] = {}
        own: dict[int, dict[str, Any]] = {}
        refused: dict[int, Invalid] = {}
        for row in rows:
            try:
                given[row.line] = self.catalogue.with_model(*drafts[row.line])
                own[row.line] = self.own.said(row, self._home(given[row.line]))
            except Invalid as error:
                refused[row.line] = error
        refused |= self.own.refuse_taken(own)
        lines = [row.line for row in rows if row.line not in refused]
        creation = services.create_many([Draft(given[line]) for line in lines], actor=self.terms.actor)
        refused |= {lines[place]: error for place, error in creation.refused.items()}
        made = {lines[place]: asset for place, asset in creation.made.items()}
        written = self.own.write({
            line: (asset, self._home(given[line]), own[line]) for line, asset in made.items()
        })  # fmt: skip
        results = {
            lines[place]: Result(
                lines[place], Outcome.CREATED, asset.label, asset.public_id,
                _first(creation.first[place], drafts[lines[place]][0]) | written.get(lines[place], {}),
            )
            for place, asset in creation.made.items()
        }  # fmt: skip
        return results | {row.line: _refused(row, refused[row.line]) for row in rows if row.line in refused}

    def _change(
        self, rows: Sequence[Row], pairs: Mapping[int, _Pair], found: Mapping[int, Asset]
    ) -> dict[int, Result]:
        """Change what exists, with its custom fields: what is dated holds from today on."""
        changes: dict[int, Change] = {}
        results: dict[int, Result] = {}
        # Held here so that what thousands of rows name is asked for once.
        at_hand = at_hand_of(pairs[row.line][1] for row in rows)
        for row in rows:
            try:
                given = self.catalogue.with_model(*pairs[row.line])
            except Invalid as error:
                results[row.line] = _refused(row, error)
            else:
                # What found the row is no news, however it is written.
                given.pop(self.terms.match_key, None)
                changes[row.line] = self._asked(found[row.line], given)
        editing = Editing(self.own, {row.line: row for row in rows}, self.category_ids)
        lines = list(changes)
        before = {line: editing.shown(changes[line]) for line in lines}
        refused = services.change_many(
            [changes[line] for line in lines],
            actor=self.terms.actor,
            beside=lambda left: editing.write({number: (lines[number], left[number]) for number in left}),
        )
        del at_hand
        refusals = {lines[number]: why for number, why in refused.items()}
        for row in rows:
            if row.line in refusals:
                results[row.line] = _refused(row, refusals[row.line])
            elif row.line in changes:
                results[row.line] = editing.result(row.line, changes[row.line], before[row.line])
        return results

    def _asked(self, asset: Asset, given: Mapping[str, Any]) -> Change:
        """Return what the columns of a line ask of an asset."""
        where: dict[str, Any] = {}
        if given.get("entity_id") not in (None, asset.entity_id):
            where["entity"] = db.session.get_one(Entity, given["entity_id"])
        if "location_id" in given:
            where["location"] = db.session.get_one(Location, given["location_id"])
        holder_id = given.get("holder_id")
        return Change(
            asset,
            {name: value for name, value in given.items() if name in EDITABLE},
            where,
            db.session.get_one(Person, holder_id) if holder_id is not None else None,
            given.get("state"),
            given.get("disposal_route"),
        )

    def _home(self, given: Mapping[str, Any]) -> str:
        """Return the public id of the category that columns of Asset name, themselves or by their model; "" for none."""
        category_id = given.get("category_id")
        if category_id is None and given.get("model_id"):
            category_id = db.session.get_one(Model, given["model_id"]).category_id
        return self.category_ids.get(category_id or 0, "")

    def _known(self, rows: Sequence[Row]) -> dict[str, list[Asset]]:
        """Return the assets that the rows' keys find, by folded key, in one query."""
        key = self.terms.match_key
        if not key:
            return {}
        column = getattr(Asset, key)
        keys = {str(row.values[key]) for row in rows if key in row.values}
        # Numbers in Parc are in small letters, in the index as they are.
        said = among(column, {folded(one) for one in keys}) if key == OWN_NUMBER else says(column, keys)
        statement = select(Asset).where(said, Asset.entity_id.in_(self.terms.allowed))
        found: dict[str, list[Asset]] = {}
        for asset in db.session.scalars(statement):
            found.setdefault(folded(getattr(asset, key)), []).append(asset)
        return found

    def _serials(self, rows: Sequence[Row]) -> dict[str, list[Any]]:
        """Return the equipment of the whole instance that has one of the rows' serials already, in one query."""
        said = {row.values["serial"].upper() for row in rows if "serial" in row.values}
        wanted = select(Asset.id, Asset.serial, Asset.tag, Asset.name, Asset.entity_id)
        found: dict[str, list[Any]] = {}
        for other in db.session.execute(wanted.where(among(Asset.serial, said))):
            found.setdefault(other.serial, []).append(other)
        return found

    def _one(
        self, row: Row, known: Mapping[str, list[Asset]], serials: Mapping[str, list[Any]]
    ) -> tuple[Asset | None, dict[str, Any]]:
        """Return what the row finds, None for what it is to make, and the columns that it asks for. Raises DomainError."""
        self._check_file(row)
        twins = known.get(folded(str(row.values.get(self.terms.match_key, ""))), [])
        if len(twins) > 1:
            message = N_("Several items have this value: use another field to find them.")
            raise Invalid(self.terms.match_key, message)
        asset = twins[0] if twins else None
        self._check_serial(row, serials, asset)
        if asset is None and OWN_NUMBER in row.values:
            raise Invalid(OWN_NUMBER, NO_SUCH_NUMBER)
        return asset, self._resolved(row.values, asset)

    def _check_serial(self, row: Row, serials: Mapping[str, list[Any]], asset: Asset | None) -> None:
        for other in serials.get(str(row.values.get("serial", "")).upper(), []):
            if asset is not None and other.id == asset.id:
                continue
            if other.entity_id not in self.terms.allowed:
                raise Invalid("serial", N_("Equipment of another entity has this serial number already."))
            label = other.tag or other.name or other.serial
            raise Invalid("serial", N_("%(label)s has this serial number already."), label=label)

    def _check_file(self, row: Row) -> None:
        """Refuse a tag or a serial that an earlier line of the file has."""
        for name, taken in (("tag", self.tags), ("serial", self.serials)):
            said = row.values.get(name)
            if said and name not in row.refused and (line := row.after(taken, folded(said))) is not None:
                raise Invalid(name, SAME_VALUE, line=line)

    def _resolved(self, said: Mapping[str, Any], asset: Asset | None) -> dict[str, Any]:
        """Return columns of Asset from what the cells say; raises Invalid for a name that nothing has."""
        given = {name: value for name, value in said.items() if name in EDITABLE or name in _DATED}
        given |= price(said)
        entity_id = self.terms.entity_id if asset is None else asset.entity_id
        if "entity" in said:
            entity_id = given["entity_id"] = self.references.entity(
                said["entity"], asset.entity_id if asset else None
            )
        elif asset is None:
            given["entity_id"] = entity_id
        if "payer" in said:
            given["payer_id"] = self.references.entity(said["payer"], asset.payer_id if asset else None)
        if "location" in said:
            given["location_id"] = self.references.place(
                said["location"], entity_id, asset.location_id if asset else None
            )
        if "holder" in said:
            given["holder_id"] = self.references.person(said["holder"], asset.holder_id if asset else None)
        if "category" in said:
            given["category_id"] = self.catalogue.category(said["category"])
        if "supplier" in said:
            given["supplier_id"] = self.catalogue.supplier(said["supplier"])
        if "manufacturer" in said and (maker_id := self.catalogue.maker(said["manufacturer"])) is not None:
            given["manufacturer_id"] = maker_id
        return given


def _first(values: Mapping[str, Sequence[Any]], said: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return what is told of new equipment: not the tag that it is called by, nor the entity where its row names none."""
    untold = ("tag",) if "entity" in said else ("tag", "entity")
    return {name: pair for name, pair in values.items() if name not in untold}


def _refused(row: Row, why: DomainError) -> Result:
    remark = Remark.of(why) if isinstance(why, Invalid) else Remark("", why.message, why.params)
    return Result(row.line, Outcome.REFUSED, _name(row.values), remarks=[remark])


def _name(said: Mapping[str, Any]) -> str:
    return str(said.get("tag") or said.get("name") or said.get("serial") or first_text(said))


IMPORTER = Importer(
    "asset",
    N_("Equipment"),
    Permission.ASSETS_BULK,
    columns,
    MATCH_KEYS,
    _Equipment,
    "assets.detail",
    name=_name,
)
