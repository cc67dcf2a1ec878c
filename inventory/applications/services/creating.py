"""Creates applications, one or thousands, by the same rules: a fixed number of queries for each chunk of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.applications import fields
from inventory.applications.models import Application, ApplicationUse
from inventory.applications.services import checks, sheets, uses
from inventory.applications.services.uses import UseTerms
from inventory.applications.states import ApplicationState, Origin
from inventory.audit import loads
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import among, db
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.organization.models import Entity

CREATABLE = fields.EDITABLE | {"entity_id", "state"}
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class FirstUse:
    """How the entity that an application is kept for uses it itself: how many people, and how it came."""

    users: int | None = None
    origin: Origin = Origin.ADDED


@dataclass(frozen=True, slots=True)
class Draft:
    """An application to be: columns of Application, and how its entity uses it (None: it does not)."""

    values: Mapping[str, Any]
    first_use: FirstUse | None = None


@dataclass(slots=True)
class Creation:
    """What came of drafts, by their place in the sequence: the applications made, and the refusals."""

    made: dict[int, Application] = field(default_factory=dict)
    refused: dict[int, Invalid] = field(default_factory=dict)


def create_application(
    values: Mapping[str, Any], *, actor: Actor, first_use: FirstUse | None = None
) -> Application:
    """Create an application from columns of Application (`entity_id` and `name` at least) and return it.

    It is in service unless `state` says planned. With `first_use` its entity uses it from `in_service_on`, else from
    today; what is only planned is used by nobody yet. Raises Invalid for a wrong value, a taken name or code.
    """
    creation = create_many([Draft(values, first_use)], actor=actor)
    if creation.refused:
        raise creation.refused[0]
    return creation.made[0]


def create_many(drafts: Sequence[Draft], *, actor: Actor) -> Creation:
    """Create an application of each draft as `create_application` does, and return those made and those refused.

    A refused draft leaves nothing behind. A draft meets those before it as if they had been saved one by one.
    """
    creation = Creation()
    numbered = enumerate(drafts)
    while chunk := dict(islice(numbered, AT_ONCE)):
        _create_chunk(chunk, creation, actor)
    return creation


@dataclass(slots=True)
class _Plan:
    """A draft that has passed its own checks: the columns of its row, its entity, and the use that begins with it."""

    given: dict[str, Any]
    entity: Entity
    use: UseTerms | None


def _create_chunk(chunk: Mapping[int, Draft], creation: Creation, actor: Actor) -> None:
    # Held here so that the session, which forgets what nobody holds, asks for none of it again.
    at_hand = fields.at_hand([], [draft.values for draft in chunk.values()])
    ids = {draft.values.get("entity_id") or 0 for draft in chunk.values()}
    entities = {row.id: row for row in db.session.scalars(select(Entity).where(among(Entity.id, ids)))}
    taken = _taken(entities)
    plans: dict[int, _Plan] = {}
    for number, draft in chunk.items():
        try:
            plan = _plan(draft, entities)
            _claim(plan, taken)
            plans[number] = plan
        except Invalid as why:
            creation.refused[number] = why
    made = _saved(plans, creation)
    creation.made |= made
    _begin([(application, plans[number]) for number, application in made.items()], actor)
    del at_hand


def _plan(draft: Draft, entities: Mapping[int, Entity]) -> _Plan:
    given = fields.coded({
        name: value for name, value in draft.values.items() if name in CREATABLE and value is not None
    })  # fmt: skip
    given.setdefault("state", ApplicationState.IN_SERVICE)
    entity = entities.get(given.get("entity_id") or 0)
    if entity is None:
        raise Invalid("entity", N_("Say which entity it is kept for."))
    if given["state"] not in (ApplicationState.PLANNED, ApplicationState.IN_SERVICE):
        raise Invalid("state", N_("A new application is planned or in service."))
    checks.check(given, entity)
    use = None
    if draft.first_use is not None and given["state"] is not ApplicationState.PLANNED:
        since_on = sheets.day_of_act(entity, given.get("in_service_on"), field="since_on")
        use = UseTerms(since_on, draft.first_use.users, draft.first_use.origin)
        uses.check_users(use.users)
    given["completeness"] = sheets.percent_of_new(given, use is not None, use.users if use else None)
    return _Plan(given, entity, use)


# What is taken: the entity, whether it is a name or a code, and the text without its case.
_Taken = set[tuple[int, str, str]]


def _taken(entity_ids: Iterable[int]) -> _Taken:
    wanted = select(Application.entity_id, Application.name, Application.code)
    return {
        (row.entity_id, name, text.casefold())
        for row in db.session.execute(wanted.where(among(Application.entity_id, set(entity_ids))))
        for name in checks.UNIQUE
        if (text := getattr(row, name))
    }


def _claim(plan: _Plan, taken: _Taken) -> None:
    texts = {name: plan.given[name] for name in checks.UNIQUE if plan.given.get(name)}
    claims = {name: (plan.entity.id, name, text.casefold()) for name, text in texts.items()}
    for name, claim in claims.items():
        if claim in taken:
            raise checks.taken(name, texts[name])
    taken.update(claims.values())


def _saved(plans: Mapping[int, _Plan], creation: Creation) -> dict[int, Application]:
    """Save the rows of the applications; one whose name or code somebody took in between is refused alone."""
    try:
        with db.session.begin_nested():
            ids = loads.load(Application, [dict(plan.given) for plan in plans.values()])
        rows = db.session.scalars(select(Application).where(among(Application.id, ids)))
        found = {row.id: row for row in rows}
        return {number: found[id_] for number, id_ in zip(plans, ids, strict=True)}
    except IntegrityError as error:
        if len(plans) == 1:
            ((number, plan),) = plans.items()
            name = "code" if "code" in str(error.orig) else "name"
            creation.refused[number] = checks.taken(name, plan.given.get(name) or "")
            return {}
    alone = [_saved({number: plan}, creation) for number, plan in plans.items()]
    return {number: row for rows in alone for number, row in rows.items()}


def _begin(begun: Sequence[tuple[Application, _Plan]], actor: Actor) -> None:
    """Write what stands beside new applications: the records of them, and their first uses."""
    entries, first = [], []
    for application, plan in begun:
        entries.append(_created(application, plan.given, actor))
        if plan.use is not None:
            first.append(uses.beginning(application, plan.use))
            entries.append(uses.entry(application, plan.entity, plan.use, actor))
    loads.load(ApplicationUse, first)
    audit.record_all(entries)


def _created(application: Application, given: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    changes = {
        fields.public_name(name): [None, fields.display(name, value)]
        for name, value in given.items()
        if name not in ("state", "completeness")
    }
    changes["application_state"] = [None, application.state]
    return audit.entry(Action.CREATED, "application", application, changes, actor=actor)
