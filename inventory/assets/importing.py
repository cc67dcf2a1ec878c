"""Fills the inventory from files: what a row of equipment says, found by its tag or serial, written as edits are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select

from inventory.assets import services
from inventory.assets.fields import EDITABLE, LABELS, display
from inventory.assets.models import Asset
from inventory.assets.services import Draft, Handover
from inventory.assets.states import DisposalRoute, Ownership, State, TaxMode, Usage
from inventory.catalog import services as catalog
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.database import db
from inventory.core.errors import DomainError, Invalid
from inventory.core.i18n import in_every_language, shown
from inventory.core.permissions import Permission
from inventory.core.text import folded
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.exchange import values
from inventory.exchange.columns import Column
from inventory.exchange.importers import Importer, Remark, Result, Row, Terms
from inventory.exchange.models import Outcome
from inventory.exchange.references import References
from inventory.organization.models import Entity, Location, Person
from inventory.procurement.models import Supplier

MATCH_KEYS = ("public_id", "tag", "serial", "name")
CODES: dict[str, type[Code]] = {
    "state": State, "ownership": Ownership, "usage": Usage, "price_tax": TaxMode, "disposal_route": DisposalRoute,
}  # fmt: skip
LIMITS = {"tag": 40, "serial": 120, "name": 120, "order_number": 60, "accounting_number": 60, "notes": 10_000}
NAMES = ("tag", "serial", "order_number", "accounting_number")
# What other tools and French offices call each field: Snipe-IT, GLPI, OCS, and spreadsheets kept by hand.
ALIASES: dict[str, tuple[str, ...]] = {
    "tag": ("asset tag", "etiquette", "n inventaire", "numero d inventaire", "inventory number", "code barre", "code barres", "numero inventaire"),
    "serial": ("serial", "serial number", "n de serie", "no serie", "n serie", "sn", "numero de serie", "service tag"),
    "name": ("nom", "hostname", "nom d hote", "nom machine", "computer name", "item name", "nom de l ordinateur"),
    "manufacturer": ("fabricant", "marque", "constructeur", "manufacturer", "brand"),
    "model": ("modele", "model", "model name", "designation"),
    "category": ("categorie", "type", "type de materiel", "category", "nature"),
    "entity": ("commune", "collectivite", "company", "entite", "organisation"),
    "location": ("lieu", "localisation", "location", "bureau", "site", "emplacement", "salle"),
    "holder": ("detenteur", "utilisateur", "user", "affecte a", "checked out to", "agent", "usager", "username"),
    "state": ("etat", "statut", "status"),
    "price_cents": ("prix", "cout", "purchase cost", "prix d achat", "montant", "valeur d achat", "cost", "prix ht"),
    "supplier": ("fournisseur", "supplier"),
    "order_number": ("commande", "bon de commande", "numero de commande", "order number"),
    "accounting_number": ("numero comptable", "immobilisation", "numero d immobilisation", "asset number"),
    "received_on": ("date de livraison", "date de reception", "purchase date", "date d achat", "livre le"),
    "invoiced_on": ("date de facture", "date de facturation"),
    "first_used_on": ("date de premiere utilisation", "mise en service le"),
    "commissioned_on": ("date de mise en service", "mise en service"),
    "warranty_ends_on": ("fin de garantie", "date de fin de garantie", "warranty expiration", "garantie jusqu au"),
    "warranty_starts_on": ("debut de garantie", "date de debut de garantie"),
    "os_name": ("os", "systeme", "systeme d exploitation", "operating system"),
    "notes": ("commentaire", "commentaires", "remarques", "observations", "comments"),
}  # fmt: skip
LEFT_OUT = {"bios_on"}
_DATED = {"state", "entity_id", "location_id", "holder_id", "disposal_route"}


def columns() -> list[Column]:
    """Return the columns of equipment, in the order of its fields."""
    own_number = Column(
        "public_id", N_("Number in Parc"), partial(values.text, limit=40), ("id parc", "public id")
    )
    return [own_number] + [
        Column(name, label, _parser(name), ALIASES.get(name, ()), names_something=name in NAMES)
        for name, label in LABELS.items()
        if name not in LEFT_OUT
    ]


def _parser(name: str) -> Any:
    if name in CODES:
        words = values.vocabulary(
            (word, code) for code in CODES[name] for word in (code.value, *in_every_language(code.label))
        )
        return partial(values.one_of, words=words)
    if name.endswith("_on"):
        return lambda cell: values.day(cell, clock.today())
    if name == "price_cents":
        return values.cents
    if name == "in_scope":
        return values.yes_or_no
    return partial(values.text, limit=LIMITS.get(name, 255))


def cell(asset: Asset, name: str) -> Any:
    """Return what a file says of a field of an asset, so that an import reads it back."""
    value = getattr(asset, name)
    if isinstance(value, Entity):
        return value.code
    if isinstance(value, Category):
        return shown(value.name)
    if isinstance(value, Person):
        return value.email or value.login or value.display_name
    if isinstance(value, Code):
        return shown(value)
    if isinstance(value, bool):
        return shown(N_("yes") if value else N_("no"))
    if name == "price_cents" and value is not None:
        return Decimal(value) / 100
    return getattr(value, "name", value)


class _Equipment:
    """One pass over a file: the lists that cells name are read once, what earlier rows took is remembered."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.references = References(terms.allowed)
        self.tags: dict[str, int] = {}
        self.serials: dict[str, int] = {}
        self.makers: dict[str, int | None] = {}
        self.models: dict[tuple[int, str], int] = {}
        self.suppliers: dict[str, int] = {}
        # Whatever is numbered above was made since, and may have been taken back.
        self.last_ids = {
            model: db.session.scalar(select(func.max(model.id))) or 0
            for model in (Manufacturer, Model, Supplier)
        }
        self.forget()

    def forget(self) -> None:
        """Forget the makers, models and places that a trial made."""
        self.references.forget_places()
        self.makers = {
            name: id_ for name, id_ in self.makers.items() if id_ in range(self.last_ids[Manufacturer] + 1)
        }
        self.models = {place: id_ for place, id_ in self.models.items() if id_ <= self.last_ids[Model]}
        self.suppliers = {
            folded(row.name): row.id for row in db.session.execute(select(Supplier.id, Supplier.name))
        }
        self.categories = _category_words()

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        """Create and change the equipment that the rows say: what is new in a fixed number of queries."""
        known, serials = self._known(rows), self._serials(rows)
        results: dict[int, Result] = {}
        drafts: dict[int, Draft] = {}
        for row in rows:
            try:
                with self._step(row, known):
                    done = self._one(row, known, serials)
            except Invalid as error:
                results[row.line] = _refused(row, Remark.of(error))
            except DomainError as error:
                results[row.line] = _refused(row, Remark("", error.message, error.params))
            else:
                if isinstance(done, Draft):
                    drafts[row.line] = done
                else:
                    results[row.line] = done
        by_line = {row.line: row for row in rows}
        self._name_models((by_line[line].values, draft.values) for line, draft in drafts.items())
        for line in list(drafts):
            try:
                drafts[line] = Draft(self._with_model(by_line[line].values, drafts[line].values))
            except Invalid as error:
                del drafts[line]
                results[line] = _refused(by_line[line], Remark.of(error))
        results |= self._create(drafts, by_line)
        return [results[row.line] for row in rows]

    def _step(self, row: Row, known: Mapping[str, list[Asset]]) -> AbstractContextManager[Any]:
        """Return what a row is done within: a change that is refused half-way is taken back."""
        is_known = folded(str(row.values.get(self.terms.match_key, ""))) in known
        return db.session.begin_nested() if is_known else nullcontext()

    def _create(self, drafts: Mapping[int, Draft], rows: Mapping[int, Row]) -> dict[int, Result]:
        lines = list(drafts)
        creation = services.create_many(list(drafts.values()), actor=self.terms.actor)
        found = {}
        for place, asset in creation.made.items():
            found[lines[place]] = Result(lines[place], Outcome.CREATED, asset.label, asset.public_id)
        for place, error in creation.refused.items():
            found[lines[place]] = _refused(rows[lines[place]], Remark.of(error))
        return found

    def _known(self, rows: Sequence[Row]) -> dict[str, list[Asset]]:
        """Return the assets that the rows' keys find, by folded key, in one query."""
        key = self.terms.match_key
        if not key:
            return {}
        column = getattr(Asset, key)
        keys = {folded(str(row.values[key])) for row in rows if key in row.values}
        statement = select(Asset).where(func.lower(column).in_(keys), Asset.entity_id.in_(self.terms.allowed))
        found: dict[str, list[Asset]] = {}
        for asset in db.session.scalars(statement):
            found.setdefault(folded(getattr(asset, key)), []).append(asset)
        return found

    def _serials(self, rows: Sequence[Row]) -> dict[str, list[Any]]:
        """Return the equipment of the whole instance that has one of the rows' serials already, in one query."""
        said = {row.values["serial"].upper() for row in rows if "serial" in row.values}
        wanted = select(Asset.id, Asset.serial, Asset.tag, Asset.name, Asset.entity_id)
        found: dict[str, list[Any]] = {}
        for other in db.session.execute(wanted.where(Asset.serial.in_(said))):
            found.setdefault(other.serial, []).append(other)
        return found

    def _one(
        self, row: Row, known: Mapping[str, list[Asset]], serials: Mapping[str, list[Any]]
    ) -> Result | Draft:
        """Change what the row finds, or return what it is to make. Raises DomainError."""
        self._check_file(row)
        twins = known.get(folded(str(row.values.get(self.terms.match_key, ""))), [])
        if len(twins) > 1:
            message = N_("Several items have this value: use another field to find them.")
            raise Invalid(self.terms.match_key, message)
        asset = twins[0] if twins else None
        self._check_serial(row, serials, asset)
        if asset is None and "public_id" in row.values:
            raise Invalid("public_id", N_("Nothing that you may change has this number."))
        given = self._resolved(row.values, asset)
        if asset is None:
            # Its model is looked up with those of all that is new.
            return Draft(given)
        given = self._with_model(row.values, given)
        # What found the row is no news, however it is written.
        given.pop(self.terms.match_key, None)
        return self._changed(row, asset, given)

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
            if said and taken.setdefault(folded(said), row.line) != row.line:
                raise Invalid(
                    name, N_("Line %(line)s of the file has the same value."), line=taken[folded(said)]
                )

    def _resolved(self, said: Mapping[str, Any], asset: Asset | None) -> dict[str, Any]:
        """Return columns of Asset from what the cells say; raises Invalid for a name that nothing has."""
        given = {name: value for name, value in said.items() if name in EDITABLE or name in _DATED}
        entity_id = self.terms.entity_id if asset is None else asset.entity_id
        if "entity" in said:
            entity_id = given["entity_id"] = self.references.entity(said["entity"])
        elif asset is None:
            given["entity_id"] = entity_id
        if "payer" in said:
            given["payer_id"] = self.references.entity(said["payer"])
        if "location" in said:
            given["location_id"] = self.references.place(said["location"], entity_id)
        if "holder" in said:
            given["holder_id"] = self.references.person(said["holder"])
        if "category" in said:
            given["category_id"] = self._category(said["category"])
        if "supplier" in said:
            given["supplier_id"] = self._supplier(said["supplier"])
        if "manufacturer" in said and (maker_id := self._maker(said["manufacturer"])) is not None:
            given["manufacturer_id"] = maker_id
        return given

    def _category(self, name: str) -> int:
        if folded(name) not in self.categories:
            raise Invalid("category", N_("There is no category “%(name)s”."), name=name[:60])
        return self.categories[folded(name)]

    def _with_model(self, said: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Return columns of Asset with the model that the cells say, made where the maker has none of this name."""
        if "model" not in said:
            return dict(given)
        maker_id = given.get("manufacturer_id") if "manufacturer" in said else None
        if maker_id is None:
            return {**given, "model_id": _model_alone(said["model"])}
        place = (maker_id, folded(said["model"]))
        if place not in self.models:
            self._name_models([(said, given)])
        if place not in self.models:
            raise Invalid("model", N_("“%(name)s” is no name of a model."), name=said["model"][:60])
        return {**given, "model_id": self.models[place]}

    def _name_models(self, rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
        """Find or make the models that rows say with their makers, in a fixed number of queries."""
        wanted: dict[tuple[int, str], catalog.ModelName] = {}
        for said, given in rows:
            place = (given.get("manufacturer_id", 0), folded(said.get("model", "")))
            if (
                "model" in said
                and "manufacturer" in said
                and place[0]
                and place not in self.models
                and place not in wanted
            ):
                maker = db.session.get_one(Manufacturer, place[0])
                category = db.session.get(Category, given["category_id"]) if "category_id" in given else None
                wanted[place] = catalog.ModelName(maker, said["model"], category)
        if wanted:
            named = catalog.models_named(list(wanted.values()), actor=self.terms.actor)
            found = {place: named[one.key] for place, one in wanted.items()}
            self.models |= {place: model.id for place, model in found.items() if model is not None}

    def _maker(self, name: str) -> int | None:
        key = folded(name)
        if key not in self.makers:
            maker = catalog.manufacturer_named(name, actor=self.terms.actor)
            self.makers[key] = maker.id if maker else None
        return self.makers[key]

    def _supplier(self, name: str) -> int:
        from inventory.procurement import services as procurement

        if folded(name) not in self.suppliers:
            made = procurement.create_supplier({"name": name}, actor=self.terms.actor)
            self.suppliers[folded(name)] = made.id
        return self.suppliers[folded(name)]

    def _changed(self, row: Row, asset: Asset, given: dict[str, Any]) -> Result:
        """Change an asset that exists: its fields at once, what is dated by its own act from today on."""
        before = {name: display(name, getattr(asset, name)) for name in given}
        fields = {name: value for name, value in given.items() if name in EDITABLE}
        services.update_asset(asset, fields, actor=self.terms.actor)
        if {"entity_id", "location_id"} & given.keys():
            self._place(asset, given)
        if given.get("holder_id") not in (None, asset.holder_id):
            person = db.session.get_one(Person, given["holder_id"])
            services.hand_over(asset, Handover(), actor=self.terms.actor, person=person)
        if "state" in given and given["state"] is not asset.state:
            data = {name: given[name] for name in ("disposal_route",) if name in given}
            services.change_state(asset, given["state"], actor=self.terms.actor, **data)
        after = {name: display(name, getattr(asset, name)) for name in given}
        changes = {
            name.removesuffix("_id"): [before[name], new]
            for name, new in after.items()
            if before[name] != new
        }
        outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        return Result(row.line, outcome, asset.label, asset.public_id, changes)

    def _place(self, asset: Asset, given: Mapping[str, Any]) -> None:
        entity_id = given.get("entity_id", asset.entity_id)
        place_id = given.get("location_id", asset.location_id if entity_id == asset.entity_id else None)
        if (entity_id, place_id) == (asset.entity_id, asset.location_id):
            return
        services.place(
            asset,
            entity=db.session.get_one(Entity, entity_id),
            location=db.session.get(Location, place_id) if place_id else None,
            actor=self.terms.actor,
        )


def _refused(row: Row, remark: Remark) -> Result:
    label = row.values.get("tag") or row.values.get("name") or row.values.get("serial") or ""
    return Result(row.line, Outcome.REFUSED, str(label), remarks=[remark])


def _category_words() -> dict[str, int]:
    """Return category ids by what people call them: their name in every language, and their code."""
    found: dict[str, int] = {}
    for row in db.session.scalars(select(Category).order_by(Category.is_default.desc(), Category.id)):
        for word in (row.name, row.code, *in_every_language(row.name)):
            found.setdefault(folded(word), row.id)
    return found


def _model_alone(words: str) -> int:
    """Return the id of the one model of this name, whoever makes it; raises Invalid."""
    found = db.session.scalars(select(Model.id).where(func.lower(Model.name) == words.lower()).limit(2)).all()
    if len(found) != 1:
        raise Invalid(
            "model", N_("There is no single model “%(name)s”: give its maker too."), name=words[:60]
        )
    return found[0]


IMPORTER = Importer(
    "asset", N_("Equipment"), Permission.ASSETS_BULK, columns, MATCH_KEYS, _Equipment, "assets.detail"
)
