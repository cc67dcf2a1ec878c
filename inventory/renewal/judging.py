"""Collects from the store what a replacement is judged by: ages, service before, and what counts already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select

from inventory.assets.ages import age_of
from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset, Period
from inventory.assets.states import State, Usage
from inventory.core.database import db
from inventory.renewal import sixth
from inventory.renewal.models import Replacement
from inventory.renewal.queries import RuleInForce, rule_in_force
from inventory.renewal.sixth import NewDevice, OldDevice, Reason


def judge(replacement: Replacement) -> Reason:
    """Return why a saved replacement counts or does not, by today's records and the rule in force."""
    db.session.refresh(replacement, ["entity"])
    rule = rule_in_force(replacement.entity)
    old, new = replacement.old_asset, replacement.new_asset
    both_main = {old.category_id, new.category_id} <= rule.main_ids
    return sixth.judge(
        _old_device(replacement, rule),
        _new_device(replacement),
        replaced_on=replacement.replaced_on,
        minimum_gain_months=rule.terms.minimum_gain_months,
        same_sort=both_main or old.category.kind is new.category.kind,
    )


def entity_before(asset: Asset, on: date) -> int:
    """Return the id of the entity that an asset belonged to on the day before, else its present one."""
    stretch = _at(_periods(asset), on - timedelta(days=1))
    return stretch.entity_id if stretch else asset.entity_id


def _periods(asset: Asset) -> Sequence[Period]:
    return db.session.scalars(
        select(Period).where(Period.asset_id == asset.id).order_by(Period.from_on)
    ).all()


def _at(periods: Sequence[Period], on: date) -> Period | None:
    return next((row for row in reversed(periods) if row.from_on <= on), None)


def _in_use_since(periods: Sequence[Period]) -> date | None:
    return next((row.from_on for row in periods if row.state in IN_USE), None)


def _old_device(replacement: Replacement, rule: RuleInForce) -> OldDevice:
    asset = replacement.old_asset
    terms = rule.terms
    year = terms.year_of(replacement.replaced_on)
    counted = _counted_elsewhere(replacement).where(
        Replacement.old_asset_id == asset.id,
        Replacement.replaced_on.between(terms.start(year), terms.end(year)),
    )
    return OldDevice(
        age=age_of(asset),
        in_use_since=_in_use_since(_periods(asset)),
        in_base_by_rule=asset.in_scope and asset.ownership in rule.ownerships and asset.usage in rule.usages,
        in_repair=asset.state is State.IN_REPAIR,
        counted_this_year=db.session.scalar(counted) is not None,
    )


def _new_device(replacement: Replacement) -> NewDevice:
    asset = replacement.new_asset
    periods = _periods(asset)
    then = _at(periods, replacement.replaced_on)
    state = then.state if then else None
    counted = _counted_elsewhere(replacement).where(Replacement.new_asset_id == asset.id)
    return NewDevice(
        age=age_of(asset),
        in_use_since=_in_use_since(periods),
        in_service=state in IN_USE,
        on_loan=state is State.ON_LOAN,
        spare=asset.usage is Usage.RESERVE or state is State.IN_RESERVE,
        counted_before=db.session.scalar(counted) is not None,
    )


def _counted_elsewhere(replacement: Replacement) -> Select[Any]:
    return select(Replacement.id).where(Replacement.counted, Replacement.id != replacement.id).limit(1)
