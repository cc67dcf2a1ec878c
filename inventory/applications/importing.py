"""Fills the application portfolio from files: what a row says of a sheet, found by its code or its name in its entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from inventory.applications import services
from inventory.applications.fields import DESCRIBED, LABELS, PEOPLE, display, public_name
from inventory.applications.fields import at_hand as at_hand_of
from inventory.applications.models import Application, ApplicationUse
from inventory.applications.services import Draft, FirstUse
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
from inventory.exchange.columns import OWN_NUMBER, Column, own_number
from inventory.exchange.importers import NO_SUCH_NUMBER, Importer, Remark, Result, Row, Terms
from inventory.exchange.models import Outcome
from inventory.exchange.references import References

MATCH_KEYS = (OWN_NUMBER, "code", "name")
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
        own_number(),
        *(
            Column(
                name,
                label,
                _parser(name),
                ALIASES.get(name, ()),
                names_something=name == "code",
                choices=tuple(code.label for code in _codes(name) or ()),
            )
            for name, label in {**LABELS, **beside}.items()
        ),
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


NOT_OF_SHEET = (OWN_NUMBER, "entity", "state", "users")
# Applications by what finds them, folded.
_Known = dict[str, list[Application]]


class _Portfolio:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.references = References(terms.allowed)
        self.catalogue = Catalogue(terms.actor)
        self.editors: dict[str, int] = {}

    def forget(self) -> None:
        """Forget the editors and the suppliers that a trial made."""
        self.catalogue.forget()
        self.editors.clear()

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        """Create and change the applications that the rows say; new ones and edits of sheets alone are written in one go."""
        known = self._known(rows)
        results: dict[int, Result] = {}
        drafts: dict[int, Draft] = {}
        edits: dict[int, tuple[Application, dict[str, Any]]] = {}
        for row in rows:
            try:
                application = self._one(row, known)
                given = self._resolved(row.values, application)
                if application is None:
                    drafts[row.line] = self._draft(row, given)
                    continue
                # What found the row is no news, however it is written.
                given.pop(self.terms.match_key, None)
                if _is_of_sheet(row.values, application):
                    edits[row.line] = application, given
                else:
                    results[row.line] = self._acted(row, application, given)
            except DomainError as error:
                results[row.line] = _refused(row, error)
        results |= self._created([row for row in rows if row.line in drafts], drafts)
        results |= self._edited([row for row in rows if row.line in edits], edits)
        return [results[row.line] for row in rows]

    def _draft(self, row: Row, given: dict[str, Any]) -> Draft:
        given["entity_id"] = self._entity(row) or self.terms.entity_id
        if "state" in row.values:
            given["state"] = row.values["state"]
        return Draft(given, FirstUse(row.values.get("users")))

    def _created(self, rows: Sequence[Row], drafts: Mapping[int, Draft]) -> dict[int, Result]:
        # Held here so that what rows name is asked for once.
        at_hand = at_hand_of([], [drafts[row.line].values for row in rows])
        creation = services.create_many([drafts[row.line] for row in rows], actor=self.terms.actor)
        results = {}
        for number, row in enumerate(rows):
            if number in creation.refused:
                results[row.line] = _refused(row, creation.refused[number])
            else:
                made = creation.made[number]
                first = _first(made, drafts[row.line], row.values)
                results[row.line] = Result(row.line, Outcome.CREATED, made.name, made.public_id, first)
        del at_hand
        return results

    def _edited(
        self, rows: Sequence[Row], edits: Mapping[int, tuple[Application, dict[str, Any]]]
    ) -> dict[int, Result]:
        updates = services.update_applications([edits[row.line] for row in rows], actor=self.terms.actor)
        results = {}
        for number, row in enumerate(rows):
            if number in updates.refused:
                results[row.line] = _refused(row, updates.refused[number])
            else:
                results[row.line] = _changed(row, edits[row.line][0], updates.changed[number])
        return results

    def _acted(self, row: Row, application: Application, given: dict[str, Any]) -> Result:
        """Change what has acts of its own, one by one: a refusal takes back what was done of the row."""
        with db.session.begin_nested():
            return _changed(row, application, self._changed(application, row.values, given))

    def _known(self, rows: Sequence[Row]) -> _Known:
        """Return the applications that the rows' keys find, by folded key, in two queries."""
        key = self.terms.match_key
        wanted = {folded(row.values[key]) for row in rows if row.values.get(key)} if key else set()
        if not wanted:
            return {}
        column = getattr(Application, key)
        # Neither store folds accents: portfolios are small enough to compare all.
        named = select(Application.id, column).where(
            Application.entity_id.in_(self.terms.allowed), column.is_not(None)
        )
        names = {id_: folded(name) for id_, name in db.session.execute(named)}
        ids = [id_ for id_, name in names.items() if name in wanted]
        known: _Known = {}
        for application in db.session.scalars(select(Application).where(Application.id.in_(ids))):
            known.setdefault(names[application.id], []).append(application)
        return known

    def _entity(self, row: Row) -> int | None:
        return self.references.entity(row.values["entity"]) if "entity" in row.values else None

    def _one(self, row: Row, known: _Known) -> Application | None:
        """Return the application that the key finds, in the entity that the row names, else wherever one may write."""
        named, key = row.values.get("entity"), self.terms.match_key
        bears = known.get(folded(row.values.get(key) or ""), [])
        found = [one for one in bears if named is None or self.references.is_called(one.entity_id, named)]
        if len(found) > 1:
            raise Invalid(
                key, N_("Several entities keep “%(name)s”: say which one."), name=row.values[key][:60]
            )
        if key == OWN_NUMBER and bears and not found:
            raise Invalid("entity", N_("It is kept for another entity: an import does not change that."))
        if OWN_NUMBER in row.values and not found:
            raise Invalid(OWN_NUMBER, NO_SUCH_NUMBER)
        return found[0] if found else None

    def _person(self, words: str, name: str, application: Application | None) -> int:
        """Return who is named: of two people of one name, the one who answers already."""
        present = getattr(application, name, None)
        if present is not None and folded(present.display_name) == folded(words):
            return int(present.id)
        return self.references.person(words, field=name)

    def _resolved(self, said: Mapping[str, Any], application: Application | None) -> dict[str, Any]:
        """Return columns of Application from what the cells say; raises Invalid for a name that nothing has."""
        given = {name: value for name, value in said.items() if name not in NOT_OF_SHEET}
        for name in PEOPLE:
            if name in given:
                given[f"{name}_id"] = self._person(given.pop(name), name, application)
        if "editor" in given:
            given["editor_id"] = self._editor(given.pop("editor"))
        if "contract_supplier" in given:
            given["contract_supplier_id"] = self.catalogue.supplier(given.pop("contract_supplier"))
        return given

    def _editor(self, name: str) -> int:
        if name not in self.editors:
            self.editors[name] = services.editor_named(name, actor=self.terms.actor).id
        return self.editors[name]

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


def _first(made: Application, draft: Draft, said: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return what a new application has of what its row says, but for the name that it is called by."""
    left_out = {"name"} if "entity" in said else {"name", "entity_id"}
    told = {
        public_name(name): display(name, getattr(made, name)) for name in draft.values if name not in left_out
    }
    if "users" in said:
        told["users"] = said["users"]
    return {name: [None, value] for name, value in told.items() if value is not None}


def _is_of_sheet(said: Mapping[str, Any], application: Application) -> bool:
    """Say whether cells change nothing but the sheet: states and uses have acts of their own."""
    return "users" not in said and said.get("state", application.state) is application.state


def _changed(row: Row, application: Application, changes: Mapping[str, Sequence[Any]]) -> Result:
    told = {name: pair for name, pair in changes.items() if pair}
    outcome = Outcome.UPDATED if told else Outcome.UNCHANGED
    return Result(row.line, outcome, application.name, application.public_id, told)


def _refused(row: Row, why: DomainError) -> Result:
    said = Remark.of(why) if isinstance(why, Invalid) else Remark("", why.message, why.params)
    return Result(row.line, Outcome.REFUSED, str(row.values.get("name", "")), remarks=[said])


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
