"""Makes the applications of the territory: sheets more or less filled in, who uses them, what they run on, the annexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from inventory.applications import annex, annexes, completeness, fields
from inventory.applications.models import (
    Application,
    ApplicationAnnex,
    ApplicationComponent,
    ApplicationUse,
)
from inventory.applications.states import (
    ApplicationState,
    Area,
    ComponentRole,
    Criticality,
    Exit,
    Hosting,
    Need,
    Origin,
    PersonalData,
)
from inventory.audit.models import Action
from inventory.catalog.models import Manufacturer
from inventory.core.database import db
from inventory.core.permissions import Role
from inventory.demo import software, trail
from inventory.demo.chance import Chance
from inventory.demo.software import Product
from inventory.demo.trail import Act
from inventory.demo.world import Body, Commune, World
from inventory.organization.models import Entity, EntityKind
from scanners.makers import canonical_maker

FEWEST, PER_WEIGHT = 4, 1.35
"""Applications that a commune keeps for itself: a few, and more the larger it is."""
FILLED = 0.8
"""How often a thing of the sheet is known."""
LATELY = 0.3
STATES = {
    ApplicationState.IN_SERVICE: 80,
    ApplicationState.RETIRED: 11,
    ApplicationState.RETIRING: 5,
    ApplicationState.PLANNED: 4,
}
_RECOVERY = {Criticality.CRITICAL: (4, 1), Criticality.IMPORTANT: (24, 24)}
_NOUNS = {
    "entity_id": "entity", "editor_id": "manufacturer", "contract_supplier_id": "supplier",
    "business_owner_id": "person", "deputy_id": "person", "technical_owner_id": "person",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """An application with the columns of its sheet, as the ones that come after refer to it."""

    id: int
    public_id: str
    product: Product
    columns: dict[str, Any]


@dataclass(slots=True)
class Portfolio:
    """Makes the applications, the metropolis's own first; `servers` are asset ids by commune code."""

    world: World
    servers: dict[str, list[int]]
    editors: dict[str, int] = field(default_factory=dict)
    # The last application in service of an entity and area: what may take another's place.
    serving: dict[tuple[int, Area], int] = field(default_factory=dict)

    def make(self) -> None:
        """Add all of them."""
        offices, communes = self.world.communes[0], self.world.communes[1:]
        collective = [one for one in software.PRODUCTS if one.area in software.COLLECTIVE]
        for product in collective:
            self._keep(product, offices, self.world.metropolis, [offices, *communes])
        own = [one for one in software.PRODUCTS if one.area not in software.COLLECTIVE]
        for commune in self.world.communes:
            chance = self.world.chance("portfolio", commune.code)
            count = FEWEST + round(PER_WEIGHT * commune.weight)
            for product in chance.shuffled(own)[:count]:
                entity = commune.seat if commune.number else self.world.metropolis
                self._keep(product, commune, entity, [commune])

    def _keep(self, product: Product, commune: Commune, entity: Body, users: Sequence[Commune]) -> None:
        chance = self.world.chance("application", entity.code, product.name)
        collective = len(users) > 1
        state = ApplicationState.IN_SERVICE if collective else chance.weighted(STATES)
        columns = self._sheet(product, commune, state, chance)
        columns |= {"entity_id": entity.id, "name": product.name, "state": state}
        if "retired_on" in columns:
            columns["replaced_by_id"] = self.serving.get((entity.id, product.area))
            if columns["replaced_by_id"]:
                columns["retirement_reason"] = chance.one(software.REASONS_TO_REPLACE)
        at = chance.at_work(chance.workday(commune.joined_on + timedelta(days=chance.between(1, 90))))
        act = Act(self.world.actors[Role.MANAGER], at)
        application = Kept(self.world.rows.reserve(Application), chance.public_id(), product, columns)
        if state is ApplicationState.IN_SERVICE:
            self.serving[entity.id, product.area] = application.id
        uses = self._uses(application, users, chance)
        runs_on = self._equipment(application, commune, chance)
        users_known = bool(uses) and all(use["users"] is not None for use in uses)
        retired = state is ApplicationState.RETIRED
        sheet = {fields.public_name(name): value for name, value in columns.items()}
        sheet |= {"uses": retired or bool(uses), "users": retired or users_known, "components": bool(runs_on)}
        columns["completeness"] = completeness.score(sheet).percent
        self.world.rows.add(
            Application,
            id=application.id,
            public_id=application.public_id,
            created_at=at,
            updated_at=at,
            **columns,
        )
        self._record(application, act)
        for use in uses:
            self.world.rows.add(ApplicationUse, application_id=application.id, recorded_at=at, **use)
        for asset_id, role in runs_on:
            self.world.rows.add(
                ApplicationComponent, public_id=chance.public_id(), application_id=application.id,
                asset_id=asset_id, entity_id=entity.id, role=role, recorded_at=at,
            )  # fmt: skip

    def _record(self, application: Kept, act: Act) -> None:
        columns = application.columns
        changes: trail.Changes = {
            fields.public_name(name): [None, self._shown(name, value)]
            for name, value in columns.items()
            if value is not None and (fields.public_name(name) in fields.LABELS or name in _NOUNS)
        }
        changes["application_state"] = [None, columns["state"]]
        subject = trail.Subject("application", application.public_id, columns["name"], columns["entity_id"])
        trail.record(self.world.rows, Action.CREATED, subject, changes, act=act)
        if columns.get("retired_on"):
            over: trail.Changes = {
                "application_state": [ApplicationState.IN_SERVICE, ApplicationState.RETIRED]
            }
            chance = self.world.chance("retirement", application.public_id)
            later = Act(act.actor, max(act.at, chance.at_work(columns["retired_on"])))
            note, on = columns["retirement_reason"], columns["retired_on"]
            trail.record(self.world.rows, Action.STATE, subject, over, act=later, on=on, note=note)

    def _shown(self, name: str, value: Any) -> Any:
        return self.world.names[_NOUNS[name], value] if name in _NOUNS else value

    def _sheet(
        self, product: Product, commune: Commune, state: ApplicationState, chance: Chance
    ) -> dict[str, Any]:
        """Return the columns of a sheet of which a part is not known yet."""
        today = self.world.order.today
        since = commune.joined_on + timedelta(days=chance.between(-1500, 1400))
        since = min(
            since, today - timedelta(days=chance.between(90, 1200 if chance.happens(LATELY) else 200))
        )
        columns: dict[str, Any] = {
            "area": product.area,
            "editor_id": self._editor(product.editor),
            "in_service_on": None if state is ApplicationState.PLANNED else since,
            "release": f"{chance.between(2, 12)}.{chance.between(0, 9)}",
            "support_ends_on": today + timedelta(days=chance.between(-300, 1400)),
            "hosting": product.hosting,
            "criticality": product.criticality,
            "personal_data": product.data,
            "accreditation": Need.NEEDED if product.area is Area.CITIZENS else Need.NOT_NEEDED,
            **self._people(commune, chance),
            **self._contract(commune, chance, today),
            **self._promises(product, chance, today),
        }
        certain = {"area", "in_service_on", "name"}
        columns = {
            name: value if name in certain or chance.happens(FILLED) else None
            for name, value in columns.items()
        }
        if state is ApplicationState.RETIRED:
            gone = today - timedelta(days=chance.between(20, 1000))
            columns["retired_on"] = max(gone, since + timedelta(days=90))
            columns["retirement_reason"] = chance.one(software.REASONS)
        return columns

    def _people(self, commune: Commune, chance: Chance) -> dict[str, Any]:
        owners, technical = commune.seat.people, self.world.communes[0].seat.people
        return {
            "business_owner_id": chance.one(owners).id,
            "deputy_id": chance.one(owners).id,
            "technical_owner_id": chance.one(technical).id,
        }

    def _contract(self, commune: Commune, chance: Chance, today: date) -> dict[str, Any]:
        starts = today - timedelta(days=chance.between(60, 1300))
        return {
            "contract_supplier_id": chance.one(self.world.supplier_ids),
            "contract_reference": f"M{starts.year}-{commune.number:02d}{chance.between(10, 99)}",
            "contract_starts_on": starts,
            "contract_ends_on": starts + timedelta(days=chance.one((730, 1095, 1460))),
            "contract_notice_months": chance.one((2, 3, 6)),
            "contract_yearly_cents": chance.between(6, 240) * 10_000,
        }

    def _promises(self, product: Product, chance: Chance, today: date) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if product.criticality in _RECOVERY:
            found["recovery_time_hours"], found["recovery_point_hours"] = _RECOVERY[product.criticality]
            found["recovery_tested_on"] = today - timedelta(days=chance.between(30, 900))
        if product.hosting in (Hosting.HOSTED, Hosting.SAAS):
            found["data_location"] = chance.one(("France", "France (Rennes)", "Union européenne"))
        if product.data is not PersonalData.NONE:
            found["processing_reference"] = f"RT-{chance.between(1, 400):03d}"
        if product.data is PersonalData.SENSITIVE:
            found["impact_assessment"] = Need.NEEDED
            found["impact_assessed_on"] = today - timedelta(days=chance.between(60, 1500))
        if product.area is Area.CITIZENS:
            accredited = today - timedelta(days=chance.between(30, 1400))
            found |= {"accredited_on": accredited, "accreditation_ends_on": accredited + timedelta(days=1095)}
        return found

    def _editor(self, name: str) -> int:
        if name not in self.editors:
            key = canonical_maker(name) or name
            public_id = self.world.chance("editor", name).public_id()
            id_ = self.world.rows.add(Manufacturer, public_id=public_id, name=name, key=key)
            self.editors[name] = id_
            self.world.names["manufacturer", id_] = name
        return self.editors[name]

    def _uses(self, application: Kept, users: Sequence[Commune], chance: Chance) -> list[dict[str, Any]]:
        """Return who uses it since when; what was there before a commune joined was transferred with it."""
        columns = application.columns
        begun = columns["in_service_on"]
        if begun is None:
            return []
        found = []
        for commune in users:
            if len(users) > 1 and not chance.happens(0.75):
                continue
            social = application.product.area is Area.SOCIAL and commune.number
            body = commune.bodies[1] if social else commune.seat
            since = max(begun, commune.joined_on) if len(users) > 1 else begun
            transferred = since <= commune.joined_on and len(users) == 1
            over = columns.get("retired_on")
            newer = columns.get("replaced_by_id")
            ended = {
                "until_on": over, "exit": Exit.REPLACED if newer else Exit.RETIRED, "replaced_by_id": newer,
                "exit_reason": columns["retirement_reason"],
            } if over else {}  # fmt: skip
            found.append(
                {
                    "public_id": chance.public_id(), "entity_id": body.id, "since_on": since,
                    "origin": Origin.TRANSFERRED if transferred else Origin.ADDED,
                    "users": chance.between(2, 5 + 6 * int(commune.weight + 1)) if chance.happens(0.85) else None,
                    **ended,
                }
            )  # fmt: skip
        return found

    def _equipment(
        self, application: Kept, commune: Commune, chance: Chance
    ) -> list[tuple[int, ComponentRole]]:
        if application.columns.get("hosting") is not Hosting.ON_PREMISES or not chance.happens(0.85):
            return []
        servers = self.servers.get(commune.code) or self.servers.get(self.world.communes[0].code, [])
        if not servers:
            return []
        first, second = chance.one(servers), chance.one(servers)
        runs_on = [(first, ComponentRole.APPLICATION)]
        return runs_on + ([(second, ComponentRole.DATABASE)] if chance.happens(0.6) else [])


def freeze(world: World) -> None:
    """Keep the annexes of the two years before as they were handed over, once the rest is in the store."""
    seats = [one.seat.id for one in world.communes if one.seat.kind is EntityKind.COMMUNE]
    entities = db.session.scalars(select(Entity).where(Entity.id.in_(seats)).order_by(Entity.id)).all()
    for year in (world.order.today.year - 2, world.order.today.year - 1):
        for entity in entities:
            _freeze(world, entity, year)
        world.rows.flush()


def _freeze(world: World, entity: Entity, year: int) -> None:
    found = annexes.of_year(entity, year)
    if not found.lines:
        return
    chance, manager = world.chance("annex", entity.code, year), world.actors[Role.MANAGER]
    at = chance.at_work(chance.workday(date(year + 1, 1, 8) + timedelta(days=chance.between(0, 30))))
    before = {
        "year": year - 1,
        "annex": found.before.public_id if found.before else None,
        "edition": found.before.edition if found.before else None,
    }
    public_id = chance.public_id()
    world.rows.add(
        ApplicationAnnex, public_id=public_id, entity_id=entity.id, year=year, as_of_on=found.on,
        content=annex.as_json(found.lines, found.changes, before), frozen_at=at, frozen_by=manager.label,
        note="Annexé à la convention.",
    )  # fmt: skip
    changes: trail.Changes = {
        "annex_year": [None, str(year)],
        "annex_lines": [None, annex.applications_in(found.lines)],
        "annex_changes": [None, len(found.changes)],
    }
    subject = trail.Subject("application_annex", public_id, f"{entity.name} {year}", entity.id)
    trail.record(world.rows, Action.CREATED, subject, changes, act=Act(manager, at))
