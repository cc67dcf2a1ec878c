"""Fills the application portfolio from files: what a row says of a sheet, found by its code or its name in its entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from inventory.applications import services
from inventory.applications.fields import DESCRIBED, LABELS, PEOPLE, display, public_name
from inventory.applications.models import Application, ApplicationUse
from inventory.applications.services import FirstUse
from inventory.applications.states import ApplicationState
from inventory.assets.importing.catalogue import Catalogue
from inventory.core import clock
from inventory.core.database import db
from inventory.core.errors import DomainError, Invalid, Refused
from inventory.core.i18n import in_every_language
from inventory.core.permissions import Permission
from inventory.core.text import folded
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.exchange import values
from inventory.exchange.columns import Column
from inventory.exchange.importers import Importer, Remark, Result, Row, Terms
from inventory.exchange.models import Outcome
from inventory.exchange.references import References

MATCH_KEYS = ("code", "name")
LIMITS = {
    "name": 160, "code": 40, "release": 60, "data_location": 120, "contract_reference": 80,
    "processing_reference": 80, "accreditation_authority": 120,
}  # fmt: skip
LONG = ("description", "modules", "user_groups")
COUNTS = ("recovery_time_hours", "recovery_point_hours", "contract_notice_months", "users")
# What spreadsheets of French offices and other tools call each field.
ALIASES: dict[str, tuple[str, ...]] = {
    "name": ("application", "logiciel", "nom de l application", "libelle", "intitule", "software", "title"),
    "code": ("trigramme", "code application", "sigle", "identifiant"),
    "area": ("domaine", "domaine metier", "domaine fonctionnel", "area", "business area"),
    "editor": ("editeur", "vendor", "publisher"),
    "release": ("version", "release"),
    "state": ("etat", "statut", "status"),
    "entity": ("commune", "collectivite", "entite", "organisation", "company"),
    "users": ("nombre d utilisateurs", "nb utilisateurs", "utilisateurs", "users"),
    "hosting": ("hebergement", "mode d hebergement", "hosting"),
    "data_location": ("localisation des donnees", "data location"),
    "criticality": ("criticite", "niveau de criticite", "criticality"),
    "recovery_time_hours": ("dmia", "rto", "duree maximale d interruption"),
    "recovery_point_hours": ("pdma", "rpo", "perte de donnees maximale"),
    "business_owner": ("responsable metier", "proprietaire", "referent metier", "maitrise d ouvrage", "owner"),
    "deputy": ("suppleant", "adjoint"),
    "technical_owner": ("responsable technique", "referent technique", "technical owner"),
    "contract_supplier": ("mainteneur", "prestataire", "fournisseur", "supplier"),
    "contract_reference": ("marche", "numero de contrat", "contrat", "contract"),
    "contract_yearly_cents": ("cout annuel", "maintenance annuelle", "yearly cost", "montant annuel"),
    "support_ends_on": ("fin de support", "end of support"),
    "contract_ends_on": ("fin de contrat", "echeance", "contract end"),
    "personal_data": ("donnees personnelles", "rgpd", "personal data"),
}  # fmt: skip


def columns() -> list[Column]:
    """Return the columns of an application: its sheet, its state, whom it is kept for and how many people use it."""
    beside = {"state": N_("State"), "entity": N_("Kept for"), "users": N_("Users")}
    return [
        Column(
            name,
            label,
            _parser(name),
            ALIASES.get(name, ()),
            names_something=name == "code",
            choices=tuple(code.label for code in _codes(name) or ()),
        )
        for name, label in {**LABELS, **beside}.items()
    ]


def _codes(name: str) -> type[Code] | None:
    return ApplicationState if name == "state" else DESCRIBED.get(name, ("", None))[1]


def _parser(name: str) -> Any:
    codes = _codes(name)
    if codes is not None:
        pairs = ((word, code) for code in codes for word in (code.value, *in_every_language(code.label)))
        return partial(values.one_of, words=values.vocabulary(pairs))
    if name.endswith("_on"):
        return lambda cell: values.day(cell, clock.today())
    if name.endswith("_cents"):
        return values.cents
    if name in COUNTS:
        return values.count
    return values.lines if name in LONG else partial(values.text, limit=LIMITS.get(name, 255))


class _Portfolio:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.references = References(terms.allowed)
        self.catalogue = Catalogue(terms.actor)

    def forget(self) -> None:
        """Forget the suppliers that a trial made."""
        self.catalogue.forget()

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        """Create and change the applications that the rows say, each by itself."""
        return [self._one(row) for row in rows]

    def _one(self, row: Row) -> Result:
        try:
            with db.session.begin_nested():
                return self._applied(row)
        except DomainError as error:
            self.catalogue.forget()
            said = Remark.of(error) if isinstance(error, Invalid) else Remark("", error.message, error.params)
            return Result(row.line, Outcome.REFUSED, str(row.values.get("name", "")), remarks=[said])

    def _applied(self, row: Row) -> Result:
        entity_id = self.references.entity(row.values["entity"]) if "entity" in row.values else None
        application = self._known(row.values, entity_id)
        given = self._resolved(row.values)
        if application is None:
            return self._created(row, given, entity_id or self.terms.entity_id)
        # What found the row is no news, however it is written.
        given.pop(self.terms.match_key, None)
        changes = {name: pair for name, pair in self._changed(application, row.values, given).items() if pair}
        outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        return Result(row.line, outcome, application.name, application.public_id, changes)

    def _known(self, said: Mapping[str, Any], entity_id: int | None) -> Application | None:
        """Return the application that the key finds, in the entity that the row names, else wherever one may write."""
        key = self.terms.match_key
        if not said.get(key):
            return None
        within = {entity_id} if entity_id is not None else self.terms.allowed
        statement = select(Application).where(
            Application.entity_id.in_(within), getattr(Application, key).icontains(said[key], autoescape=True)
        )
        wanted = folded(said[key])
        found = [row for row in db.session.scalars(statement) if folded(getattr(row, key)) == wanted]
        if len(found) > 1:
            raise Invalid(key, N_("Several entities keep “%(name)s”: say which one."), name=said[key][:60])
        return found[0] if found else None

    def _resolved(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return columns of Application from what the cells say; raises Invalid for a name that nothing has."""
        given = {name: value for name, value in said.items() if name not in ("entity", "state", "users")}
        for name in PEOPLE:
            if name in given:
                given[f"{name}_id"] = self.references.person(given.pop(name), field=name)
        if "editor" in given:
            given["editor_id"] = services.editor_named(given.pop("editor"), actor=self.terms.actor).id
        if "contract_supplier" in given:
            given["contract_supplier_id"] = self.catalogue.supplier(given.pop("contract_supplier"))
        return given

    def _created(self, row: Row, given: dict[str, Any], entity_id: int) -> Result:
        if "state" in row.values:
            given["state"] = row.values["state"]
        first_use = FirstUse(row.values.get("users"))
        application = services.create_application(
            {**given, "entity_id": entity_id}, actor=self.terms.actor, first_use=first_use
        )
        return Result(row.line, Outcome.CREATED, application.name, application.public_id)

    def _changed(
        self, application: Application, said: Mapping[str, Any], given: Mapping[str, Any]
    ) -> dict[str, Sequence[Any]]:
        """Change the sheet, then what has acts of its own; returns {column: [old, new]}."""
        before = {name: display(name, getattr(application, name)) for name in given}
        done = services.update_application(application, given, actor=self.terms.actor)
        changes: dict[str, Sequence[Any]] = {
            public_name(name): [before[name], display(name, getattr(application, name))]
            for name in given
            if public_name(name) in done
        }
        state = said.get("state", application.state)
        if state is not application.state:
            changes["state"] = [application.state, state]
            services.change_state(application, state, actor=self.terms.actor)
        if "users" in said:
            changes["users"] = self._counted(application, said["users"])
        return changes

    def _counted(self, application: Application, users: int) -> Sequence[Any]:
        """Set how many people use it where one entity does; returns [old, new], nothing where it is so already."""
        running = select(ApplicationUse).where(
            ApplicationUse.application_id == application.id, ApplicationUse.until_on.is_(None)
        )
        uses = db.session.scalars(running).all()
        counted = [use.users for use in uses if use.users is not None]
        total = sum(counted) if counted else None
        if users == total:
            return []
        if len(uses) != 1:
            raise Refused(
                N_("It is used by several entities, or by none: say how many people use it on its page.")
            )
        services.update_use(uses[0], {"users": users}, actor=self.terms.actor)
        return [total, users]


IMPORTER = Importer(
    "application",
    N_("Applications"),
    Permission.APPLICATIONS_EDIT,
    columns,
    MATCH_KEYS,
    _Portfolio,
    "applications.detail",
    match_within=("entity",),
)
