"""Creates assets and edits their fields, with the checks that a record must pass whoever writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.assets import fields, lifecycle, periods
from inventory.assets.models import Asset
from inventory.assets.services import claims, history, identifiers
from inventory.assets.services.custody import take_charge
from inventory.assets.states import SourceKind, State
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.catalog.models import Category, Model
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from scanners import identity

CREATABLE = fields.EDITABLE | {"entity_id", "location_id", "holder_id", "state", "disposal_route"}
_PAST_DAYS = frozenset(fields.DAYS) - {"warranty_ends_on", "warranty_starts_on"}


def create_asset(
    values: Mapping[str, Any], *, actor: Actor, on: date | None = None, accept_duplicate: bool = False
) -> Asset:
    """Create an asset from columns of Asset (`entity_id` and a category or a model at least) and return it.

    Its history begins on day `on`, else on the earliest day of use given, else today. A holder given makes a
    custody. The state is in stock unless given. Raises Invalid for a wrong value, a taken tag, a junk serial,
    and for a serial known already under the same maker unless the duplicate is accepted.
    """
    given = {name: value for name, value in values.items() if name in CREATABLE and value is not None}
    holder_id = given.pop("holder_id", None)
    given = _completed(fields.coded(given))
    given.setdefault("state", State.IN_STOCK)
    _check(given, given["entity_id"])
    if not accept_duplicate and actor.is_person:
        check_duplicate(None, given.get("serial"), given.get("manufacturer_id"), given["entity_id"])
    begins_on = history.effective_day(given["entity_id"], on or _first_day(given))
    known = [name for name in fields.DAYS if given.get(name)]
    # Being told of what serves already is no day of use, nor is a scan's or an import's first sight of it a
    # delivery: its age stays unknown until somebody gives the day.
    if given["state"] is not State.IN_SERVICE and actor.kind not in ("run", "import"):
        given |= lifecycle.dates_filled(None, given["state"], begins_on, known)
    asset = Asset(**given)
    with _unique_tag(asset.tag):
        db.session.add(asset)
    history.begin(asset, begins_on)
    claims.remember(
        asset, {name: value for name, value in values.items() if given.get(name) == value}, actor=actor
    )
    identifiers.follow_fields(asset, claims.SOURCE_OF_ACTOR.get(actor.kind, SourceKind.SYSTEM))
    changes = {fields.public_name(name): [None, fields.display(name, value)] for name, value in given.items()}
    audit.record(Action.CREATED, "asset", asset, changes, actor=actor, effective_on=begins_on)
    if holder_id is not None:
        take_charge(asset, person_id=holder_id, on=begins_on, actor=actor)
    registry.run_hooks("asset.created", asset=asset, actor=actor)
    return asset


def update_asset(
    asset: Asset,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
    accept_duplicate: bool = False,
) -> audit.Changes:
    """Set fields of an asset (names in `fields.EDITABLE`) and return {field: [old, new]} as people read them.

    A person's edit pins what it changes. An earlier day of use makes the history begin then. Raises Stale when
    `version` is not the present one, and Invalid as `create_asset` does.
    """
    given = {name: value for name, value in values.items() if name in fields.EDITABLE}
    given = _consistent(asset, fields.coded(given))
    differing = {name: value for name, value in given.items() if getattr(asset, name) != value}
    changes = _changes(asset, differing)
    audit.bump(asset, version, {name: new for name, (_old, new) in changes.items()})
    if not differing:
        return {}
    _check(differing, asset.entity_id, {**_columns(asset), **given})
    if not accept_duplicate and actor.is_person and {"serial", "manufacturer_id"} & differing.keys():
        serial, maker = given.get("serial", asset.serial), given.get("manufacturer_id", asset.manufacturer_id)
        check_duplicate(asset, serial, maker, asset.entity_id)
    _set(asset, differing)
    claims.remember(asset, differing, actor=actor)
    identifiers.follow_fields(asset, claims.SOURCE_OF_ACTOR.get(actor.kind, SourceKind.SYSTEM))
    audit.record(Action.UPDATED, "asset", asset, changes, actor=actor)
    return changes


def check_duplicate(asset: Asset | None, serial: str | None, maker_id: int | None, entity_id: int) -> None:
    """Raise Invalid when another asset has this serial under this maker (or under none)."""
    if serial is None:
        return
    statement = select(Asset).where(Asset.serial == serial).limit(5)
    if asset is not None:
        statement = statement.where(Asset.id != asset.id)
    for other in db.session.scalars(statement):
        if None not in (maker_id, other.manufacturer_id) and maker_id != other.manufacturer_id:
            continue
        if other.entity_id == entity_id:
            raise Invalid("serial", N_("%(label)s has this serial number already."), label=other.label)
        raise Invalid("serial", N_("Equipment of another entity has this serial number already."))


def _completed(given: dict[str, Any]) -> dict[str, Any]:
    """Fill the maker and the category from the model, and the maker's form of the serial."""
    given = _consistent(None, given)
    if "entity_id" not in given:
        raise Invalid("entity", N_("Say which entity it belongs to."))
    if "category_id" not in given:
        raise Invalid("category", N_("Choose a category."))
    return given


def _consistent(asset: Asset | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return the values with what follows from others: a model's maker and category, the serial cleaned."""
    result = dict(given)
    model = db.session.get(Model, result["model_id"]) if result.get("model_id") else None
    if model is not None:
        result["manufacturer_id"] = model.manufacturer_id
        if asset is None and "category_id" not in result and model.category_id is not None:
            result["category_id"] = model.category_id
    elif asset is not None and asset.model_id and result.get("model_id", asset.model_id):
        result.pop("manufacturer_id", None)
    if asset is not None and "category_id" in result and result["category_id"] is None:
        raise Invalid("category", N_("Choose a category."))
    if result.get("serial"):
        result["serial"] = _clean_serial(result["serial"], result.get("manufacturer_id"))
    return result


def _clean_serial(text: str, maker_id: int | None) -> str:
    from inventory.catalog.models import Manufacturer

    maker = db.session.get(Manufacturer, maker_id) if maker_id else None
    canonical = identity.canonical_serial(text, maker.key if maker else None)
    if canonical:
        return canonical
    if identity.is_junk(text) or len(text) > identity.LONGEST_SERIAL:
        raise Invalid(
            "serial",
            N_("“%(serial)s” is a placeholder, not a serial number. Leave the field empty."),
            serial=text[:64],
        )
    return " ".join(text.upper().split())


def _check(values: Mapping[str, Any], entity_id: int, all_values: Mapping[str, Any] | None = None) -> None:
    today = history.today_of(entity_id)
    for name in _PAST_DAYS & values.keys():
        if values[name] is not None and values[name] > today and name != "ordered_on":
            raise Invalid(name, N_("This day has not come yet."))
    together = all_values or values
    starts, ends = together.get("warranty_starts_on"), together.get("warranty_ends_on")
    if starts and ends and ends < starts:
        raise Invalid("warranty_ends_on", N_("The warranty cannot end before it begins."))
    if values.get("state") is State.DISPOSED and not values.get("disposal_route"):
        raise Invalid("disposal_route", N_("Say where it goes."))
    if values.get("category_id") is not None and db.session.get(Category, values["category_id"]) is None:
        raise Invalid("category", N_("Choose a category."))


def _first_day(given: Mapping[str, Any]) -> date | None:
    """Return the day that a new record's history begins, as far as its dates tell; the state must have held since then."""
    if given["state"] in lifecycle.IN_USE:
        return given.get("commissioned_on") or given.get("first_used_on") or given.get("received_on")
    name = lifecycle.DATE_OF.get(given["state"])
    return given.get(name) if name else None


def _columns(asset: Asset) -> dict[str, Any]:
    return {name: getattr(asset, name) for name in fields.EDITABLE}


def _changes(asset: Asset, differing: Mapping[str, Any]) -> audit.Changes:
    return {
        fields.public_name(name): [fields.display(name, getattr(asset, name)), fields.display(name, value)]
        for name, value in differing.items()
    }


def _set(asset: Asset, differing: Mapping[str, Any]) -> None:
    with _unique_tag(differing.get("tag")):
        for name in differing.keys() - {"category_id"}:
            setattr(asset, name, differing[name])
    stretches = history.stretches_of(asset)
    if "category_id" in differing:
        # A corrected category was wrong before too, since it last changed.
        since = periods.since(stretches, "category_id")
        stretches = periods.change(stretches, since, {"category_id": differing["category_id"]})
    for name in ("first_used_on", "commissioned_on"):
        day = differing.get(name)
        if day is not None and stretches[0].state in lifecycle.IN_USE:
            stretches = periods.begin_at(stretches, day)
    history.write(asset, stretches)


@contextmanager
def _unique_tag(tag: str | None) -> Iterator[None]:
    """Save what the block adds or sets, turning the store's refusal of a second equal tag into a sentence."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        if "tag" in str(error.orig):
            raise Invalid("tag", N_("The tag %(tag)s is taken."), tag=tag) from error
        raise
