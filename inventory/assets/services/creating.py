"""Creates assets, one or thousands, by the same rules: a fixed number of queries for each chunk of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.assets import fields, lifecycle
from inventory.assets.models import Asset, Custody
from inventory.assets.services import checks, custody, history
from inventory.assets.services.beginnings import Beginnings, NewAsset
from inventory.assets.states import SourceKind, State
from inventory.audit import loads
from inventory.audit import services as audit
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import among, db
from inventory.core.errors import Invalid
from inventory.core.wording import N_

CREATABLE = fields.EDITABLE | {"entity_id", "location_id", "holder_id", "state", "disposal_route"}
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """An asset to be: columns of Asset, and the day on which its history begins (None: as its dates tell).

    `source` is whose word its serial, tag and name are (None: the actor's). A person's draft with a serial that is
    known already under the same maker is refused unless `accept_duplicate`.
    """

    values: Mapping[str, Any]
    on: date | None = None
    source: SourceKind | None = None
    accept_duplicate: bool = False


@dataclass(slots=True)
class Creation:
    """What came of drafts, by their place in the sequence: the assets made, their first values and the refusals.

    The values are {field: [None, value]} as the history keeps them, the holder among them.
    """

    made: dict[int, Asset] = field(default_factory=dict)
    first: dict[int, audit.Changes] = field(default_factory=dict)
    refused: dict[int, Invalid] = field(default_factory=dict)

    @property
    def assets(self) -> list[Asset]:
        """The assets made, in the order of their drafts."""
        return [asset for _number, asset in sorted(self.made.items())]


def create_asset(
    values: Mapping[str, Any], *, actor: Actor, on: date | None = None, accept_duplicate: bool = False
) -> Asset:
    """Create an asset from columns of Asset (`entity_id` and a category or a model at least) and return it.

    Its history begins on day `on`, else on the earliest day of use given, else today. A holder given makes a
    custody. The state is in stock unless given. Raises Invalid for a wrong value, a taken tag, a junk serial,
    and for a serial known already under the same maker unless the duplicate is accepted.
    """
    creation = create_many([Draft(values, on, accept_duplicate=accept_duplicate)], actor=actor)
    if creation.refused:
        raise creation.refused[0]
    return creation.made[0]


def look(values: Mapping[str, Any], *, actor: Actor, accept_duplicate: bool = False) -> None:
    """Raise Invalid as `create_asset` does, creating nothing; what is missing is said last."""
    given = _completed(fields.coded({name: value for name, value in values.items() if name in CREATABLE}))
    if not accept_duplicate:
        checks.check_duplicate(None, given.get("serial"), given.get("manufacturer_id"), given["entity_id"])
    checks.check_tag(given.get("tag"))
    _plan(Draft(values), actor)


def create_many(drafts: Sequence[Draft], *, actor: Actor) -> Creation:
    """Create an asset of each draft as `create_asset` does, and return those made and those refused.

    A refused draft leaves nothing behind; whoever wants all or nothing rolls back. A draft meets those before it
    as if they had been saved one by one. The hooks are called once a chunk's
    assets and custodies are saved, before their first periods, claims and records.
    """
    creation = Creation()
    numbered = enumerate(drafts)
    while chunk := dict(islice(numbered, AT_ONCE)):
        _create_chunk(chunk, creation, actor)
    return creation


@dataclass(slots=True)
class _Plan:
    """A draft that has passed its own checks: the columns of its row, and what is written beside it."""

    draft: Draft
    given: dict[str, Any]
    begins_on: date
    holder_id: int | None


def _create_chunk(chunk: Mapping[int, Draft], creation: Creation, actor: Actor) -> None:
    # Held here so that the session, which forgets what nobody holds, asks for none of it again.
    at_hand = fields.at_hand(draft.values for draft in chunk.values())
    plans: dict[int, _Plan] = {}
    for number, draft in chunk.items():
        try:
            plans[number] = _plan(draft, actor)
        except Invalid as why:
            creation.refused[number] = why
    accepted = dict(_unlike(plans, creation, actor))
    beginnings = Beginnings(actor)
    made = _saved(accepted, creation, beginnings)
    creation.made |= made
    creation.first |= {number: beginnings.first[asset.id] for number, asset in made.items()}
    del at_hand
    custodies = {held.asset_id: held for held in beginnings.hand_over()}
    _tell(list(made.values()), custodies, actor)
    beginnings.write()


def _plan(draft: Draft, actor: Actor) -> _Plan:
    given = {name: value for name, value in draft.values.items() if name in CREATABLE and value is not None}
    holder_id = given.pop("holder_id", None)
    given = _completed(fields.coded(given))
    given.setdefault("state", State.IN_STOCK)
    checks.check(given, given["entity_id"])
    if "category_id" not in given:
        raise Invalid("category", N_("Choose a category."))
    begins_on = history.effective_day(given["entity_id"], draft.on or _first_day(given))
    known = [name for name in fields.DAYS if given.get(name)]
    # Being told of what serves already is no day of use, nor is a scan's or an import's first sight of it a
    # delivery: its age stays unknown until somebody gives the day.
    if given["state"] is not State.IN_SERVICE and actor.kind not in ("run", "import"):
        given |= lifecycle.dates_filled(None, given["state"], begins_on, known)
    if holder_id is not None:
        custody.check_holder(given["state"], holder_id)
    return _Plan(draft, given, begins_on, holder_id)


def _completed(given: dict[str, Any]) -> dict[str, Any]:
    """Fill the maker and the category from the model, and the maker's form of the serial."""
    given = checks.consistent(None, given)
    if "entity_id" not in given:
        raise Invalid("entity", N_("Say which entity it belongs to."))
    return given


def _first_day(given: Mapping[str, Any]) -> date | None:
    """Return the day that a new record's history begins, as far as its dates tell; the state must have held since then."""
    if given["state"] in lifecycle.IN_USE:
        return given.get("commissioned_on") or given.get("first_used_on") or given.get("received_on")
    name = lifecycle.DATE_OF.get(given["state"])
    return given.get(name) if name else None


def _unlike(plans: Mapping[int, _Plan], creation: Creation, actor: Actor) -> Iterator[tuple[int, _Plan]]:
    """Yield the plans whose tag is free and whose serial nobody has, among the saved and among those before."""
    wanted = {plan.given["tag"] for plan in plans.values() if plan.given.get("tag")}
    tags = set(db.session.scalars(select(Asset.tag).where(among(Asset.tag, wanted)))) if wanted else set()
    watched = {
        number: plan.given["serial"]
        for number, plan in plans.items()
        if actor.is_person and not plan.draft.accept_duplicate and plan.given.get("serial")
    }
    serials = checks.serials_known(set(watched.values()))
    for number, plan in plans.items():
        given = plan.given
        try:
            if number in watched:
                others = serials.setdefault(given["serial"], [])
                checks.refuse_same(others, None, given.get("manufacturer_id"), given["entity_id"])
            if given.get("tag") in tags:
                raise checks.taken(given["tag"])
        except Invalid as why:
            creation.refused[number] = why
            continue
        if given.get("tag"):
            tags.add(given["tag"])
        if given.get("serial") in serials:
            serials[given["serial"]].append(Asset(**given))
        yield number, plan


def _saved(plans: Mapping[int, _Plan], creation: Creation, beginnings: Beginnings) -> dict[int, Asset]:
    """Save the rows of the assets, and add to what they begin with; one whose tag somebody took in between is refused alone."""
    try:
        with db.session.begin_nested():
            rows = [{**plan.given, "holder_id": plan.holder_id} for plan in plans.values()]
            ids = loads.load(Asset, rows)
            # PostgreSQL takes them in meanwhile.
            begun = _begun(rows, list(plans.values()), beginnings.actor)
        beginnings.join(begun)
        found = {asset.id: asset for asset in db.session.scalars(select(Asset).where(among(Asset.id, ids)))}
        return {number: found[id_] for number, id_ in zip(plans, ids, strict=True)}
    except IntegrityError as error:
        if "tag" not in str(error.orig):
            raise
    if len(plans) == 1:
        ((number, plan),) = plans.items()
        creation.refused[number] = checks.taken(plan.given.get("tag"))
        return {}
    alone = [_saved({number: plan}, creation, beginnings) for number, plan in plans.items()]
    return {number: row for rows in alone for number, row in rows.items()}


def _begun(rows: Sequence[Mapping[str, Any]], plans: Sequence[_Plan], actor: Actor) -> Beginnings:
    """Return what is to stand beside new assets, the rows of which are on their way."""
    beginnings = Beginnings(actor)
    for row, plan in zip(rows, plans, strict=True):
        said = plan.draft.values
        typed = {name: said[name] for name in said if name in plan.given and plan.given[name] == said[name]}
        beginnings.add(NewAsset(**row), plan.given, on=plan.begins_on, typed=typed, source=plan.draft.source)
    return beginnings


def _tell(assets: Sequence[Asset], custodies: Mapping[int, Custody], actor: Actor) -> None:
    registry.run_hooks_for_each(
        "asset.custody_changed",
        [
            {"asset": asset, "old": None, "new": new, "on": new.from_on, "actor": actor}
            for asset in assets
            if (new := custodies.get(asset.id)) is not None
        ],
    )
    registry.run_hooks_for_each("asset.created", [{"asset": asset, "actor": actor} for asset in assets])
