"""Finds or makes the makers, models, suppliers and categories that cells of a file name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select

from inventory.catalog import services as catalog
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model, ModelAlias
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.i18n import in_every_language
from inventory.core.text import folded
from inventory.core.wording import N_
from inventory.procurement import services as procurement
from inventory.procurement.models import Supplier

# What spreadsheets of French offices call the kinds, where no category is called so.
CALLED = {
    Kind.DESKTOP: ("fixe", "pc fixe", "poste fixe", "unite centrale", "uc", "tour", "pc de bureau", "desktop", "pc bureau", "ordinateur de bureau"),
    Kind.LAPTOP: ("portable", "pc portable", "ordi portable", "notebook", "ultraportable"),
    Kind.TABLET: ("tablette tactile", "ipad"),
    Kind.THIN_CLIENT: ("client leger", "terminal leger"),
    Kind.COMPUTER: ("ordinateur", "pc", "poste", "poste de travail", "computer", "workstation"),
    Kind.SERVER: ("serveur physique",),
    Kind.STORAGE: ("nas", "san", "baie de stockage"),
    Kind.MONITOR: ("ecran", "moniteur", "ecran pc", "screen", "display"),
    Kind.DOCK: ("dock", "station d'accueil", "replicateur de ports"),
    Kind.PRINTER: ("imprimante laser", "imprimante reseau"),
    Kind.MULTIFUNCTION_PRINTER: ("copieur", "photocopieur", "multifonction", "mfp", "imprimante multifonctions"),
    Kind.SCANNER: ("scanner", "scanneur"),
    Kind.DESK_PHONE: ("telephone", "telephone fixe", "poste telephonique", "telephone ip"),
    Kind.MOBILE_PHONE: ("mobile", "telephone portable", "gsm"),
    Kind.PROJECTOR: ("videoprojecteur", "vpi", "projecteur", "beamer"),
    Kind.SWITCH: ("switch", "commutateur reseau"),
    Kind.ACCESS_POINT: ("borne wifi", "borne wi-fi", "point d'acces", "ap wifi"),
    Kind.UPS: ("onduleur", "asi"),
}  # fmt: skip


class Catalogue:
    """What names stand for, looked up once for a whole file."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.makers: dict[str, int | None] = {}
        self.models: dict[tuple[int, str], int] = {}
        # What is numbered above was made since, and may have been taken back.
        self.last_maker = db.session.scalar(select(func.max(Manufacturer.id))) or 0
        self.last_model = db.session.scalar(select(func.max(Model.id))) or 0
        self.forget()

    def forget(self) -> None:
        """Forget what a trial made."""
        self.makers = {name: id_ for name, id_ in self.makers.items() if id_ and id_ <= self.last_maker}
        self.models = {place: id_ for place, id_ in self.models.items() if id_ <= self.last_model}
        suppliers = db.session.execute(select(Supplier.id, Supplier.name))
        self.suppliers = {folded(row.name): row.id for row in suppliers}
        self.categories = _category_words()

    def category(self, name: str) -> int:
        """Return the id of the category of this name or code; raises Invalid."""
        if folded(name) not in self.categories:
            raise Invalid("category", N_("There is no category “%(name)s”."), name=name[:60])
        return self.categories[folded(name)]

    def with_model(self, said: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Return columns of Asset with the model that the cells say, made where the maker has none of this name.

        Raises Invalid for words that are no name, and for a model without its maker that several makers have.
        """
        if "model" not in said:
            return dict(given)
        maker_id = given.get("manufacturer_id") if "manufacturer" in said else None
        if maker_id is None:
            return {**given, "model_id": _model_alone(said["model"])}
        place = (maker_id, folded(said["model"]))
        if place not in self.models:
            self.name_models([(said, given)])
        if place not in self.models:
            raise Invalid("model", N_("“%(name)s” is no name of a model."), name=said["model"][:60])
        return {**given, "model_id": self.models[place]}

    def name_models(self, rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
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
            named = catalog.models_named(list(wanted.values()), actor=self.actor)
            found = {place: named[one.key] for place, one in wanted.items()}
            self.models |= {place: model.id for place, model in found.items() if model is not None}

    def maker(self, name: str) -> int | None:
        """Return the id of a maker, made where there is none of this name; None when nothing remains of the name."""
        key = folded(name)
        if key not in self.makers:
            maker = catalog.manufacturer_named(name, actor=self.actor)
            self.makers[key] = maker.id if maker else None
        return self.makers[key]

    def supplier(self, name: str) -> int:
        """Return the id of a supplier, made where there is none of this name."""
        if folded(name) not in self.suppliers:
            made = procurement.create_supplier({"name": name}, actor=self.actor)
            self.suppliers[folded(name)] = made.id
        return self.suppliers[folded(name)]


def _category_words() -> dict[str, int]:
    """Return category ids by what people call them: their name in every language, their code, and their kind's words."""
    found: dict[str, int] = {}
    defaults: dict[Kind, int] = {}
    for row in db.session.scalars(select(Category).order_by(Category.is_default.desc(), Category.id)):
        for word in (row.name, row.code, *in_every_language(row.name)):
            found.setdefault(folded(word), row.id)
        if row.is_default:
            defaults[row.kind] = row.id
    for kind, words in CALLED.items():
        for word in words if kind in defaults else ():
            found.setdefault(word, defaults[kind])
    return found


def _model_alone(words: str) -> int:
    """Return the id of the one model of this name, whoever makes it; raises Invalid."""
    name = words.lower()
    said = select(Model.id).where(func.lower(Model.name) == name)
    formerly = select(ModelAlias.model_id).where(func.lower(ModelAlias.name) == name)
    found = db.session.scalars(said.union(formerly).limit(2)).all()
    if len(found) != 1:
        raise Invalid(
            "model", N_("There is no single model “%(name)s”: give its maker too."), name=words[:60]
        )
    return found[0]
