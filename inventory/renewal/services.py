"""Verbs of the renewal: set a rule, record and withdraw a replacement, judge again, present figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused, Save, Stale
from inventory.core.wording import N_, Sentence
from inventory.organization.models import Entity
from inventory.renewal import judging, snapshots
from inventory.renewal.models import Basis, RenewalRule, Replacement, Snapshot
from inventory.renewal.queries import Figures, rule_in_force
from inventory.renewal.queries.perimeters import EARLIEST_YEAR
from inventory.renewal.queries.rules import own_rules
from inventory.renewal.sixth import Reason

RULE_FIELDS = (
    "fraction_numerator",
    "fraction_denominator",
    "category_ids",
    "year_starts_month",
    "year_starts_day",
    "reference_offset_days",
    "rounding",
    "ownerships",
    "usages",
    "minimum_age_gain_months",
    "cumulative_from_year",
    "inherits",
)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a device was replaced: words, and the person or the place when they are known."""

    words: str = ""
    person_id: int | None = None
    location_id: int | None = None


def set_rule(
    entity: Entity, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> RenewalRule:
    """Write a new version of an entity's rule and judge this year's replacements again by it.

    `values` are columns of RenewalRule. Raises Invalid for a value that makes no sense, Stale when `version`
    (0: none yet) is not the entity's latest.
    """
    latest = next(iter(own_rules(entity)), None)
    number = latest.version if latest else 0
    if version is not None and version != number:
        raise Stale(
            N_("Somebody else saved this while you were editing. Nothing of yours was saved yet."),
            current={name: getattr(latest, name, None) for name in RULE_FIELDS if name in values},
            yours={name: values[name] for name in RULE_FIELDS if name in values},
            version=number,
            saves=[_save_of(latest)] if latest else [],
        )
    for fault in faults_of(values):
        raise fault
    row = RenewalRule(**values, entity_id=entity.id, version=number + 1, created_by=actor.label)
    db.session.add(row)
    db.session.flush()
    changes = {name: [getattr(latest, name, None), getattr(row, name)] for name in RULE_FIELDS}
    audit.record(
        Action.UPDATED if latest else Action.CREATED,
        "renewal_rule",
        row,
        {name: pair for name, pair in changes.items() if pair[0] != pair[1]},
        actor=actor,
        label=entity.name,
    )
    judge_again_below(entity, actor=actor)
    return row


def _save_of(rule: RenewalRule) -> Save:
    return Save(rule.created_by, rule.created_at, ())


def faults_of(values: Mapping[str, Any]) -> Iterator[Invalid]:
    """Yield what makes no sense of a rule's values, so that a form can show all of it at once."""
    numerator, denominator = values.get("fraction_numerator", 1), values.get("fraction_denominator", 6)
    if not 0 < numerator <= denominator <= 100:
        yield Invalid("fraction_denominator", N_("Give a part of the fleet, such as 1 of 6."))
    if not 1 <= values.get("year_starts_month", 1) <= 12:
        yield Invalid("year_starts_month", N_("Give a month from 1 to 12."))
    if not 1 <= values.get("year_starts_day", 1) <= 28:
        yield Invalid("year_starts_day", N_("Give a day from 1 to 28, which every month has."))
    if not 0 <= values.get("reference_offset_days", 0) <= 364:
        yield Invalid("reference_offset_days", N_("Give a number of days from 0 to 364."))
    if not 0 <= values.get("minimum_age_gain_months", 0) <= 240:
        yield Invalid("minimum_age_gain_months", N_("Give a number of months from 0 to 240."))
    first = values.get("cumulative_from_year")
    if first is not None and not EARLIEST_YEAR <= first <= clock.today().year + 1:
        yield Invalid("cumulative_from_year", N_("Give a year that has begun."))
    for name in ("ownerships", "usages", "category_ids"):
        if values.get(name) is not None and not values[name]:
            yield Invalid(name, N_("Choose at least one."))


def record_replacement(
    old: Asset,
    new: Asset,
    *,
    on: date,
    actor: Actor,
    position: Position = Position(),
    basis: Basis = Basis.BY_HAND,
) -> Replacement:
    """Record that `new` took the position of `old` on a day, and judge whether it counts as a renewal.

    It belongs to the entity where the old one stood. Raises Invalid for a day to come, a device replacing
    itself or a pair that is recorded already.
    """
    _check_pair(old, new)
    row = Replacement(
        entity_id=judging.entity_before(old, on),
        old_asset=old,
        new_asset=new,
        replaced_on=assets.effective_day(old.entity_id, on),
        position=position.words,
        person_id=position.person_id,
        location_id=position.location_id,
        basis=basis,
        recorded_by=actor.label,
        counted=False,
    )
    db.session.add(row)
    db.session.flush()
    _set(row, judging.judge(row))
    db.session.flush()
    changes: audit.Changes = {
        "old_asset": [None, old.label],
        "new_asset": [None, new.label],
        "replaced_on": [None, row.replaced_on],
        "judgement": [None, row.reason],
    }
    _record(Action.CREATED, row, changes, actor)
    return row


def _check_pair(old: Asset, new: Asset) -> None:
    if old.id == new.id:
        raise Invalid("new", N_("Choose another device: one cannot replace itself."))
    known = select(Replacement.id).where(
        Replacement.old_asset_id == old.id, Replacement.new_asset_id == new.id
    )
    if db.session.scalar(known):
        raise Invalid("new", N_("This replacement is recorded already."))


def withdraw(replacement: Replacement, *, actor: Actor, version: int | None = None) -> ChangeSet:
    """Take a replacement off the record; those that did not count because of it are judged again.

    Returns the change set, which brings it back when undone.
    """
    audit.bump(replacement, version)
    old_id, new_id = replacement.old_asset_id, replacement.new_asset_id
    title = Sentence(N_("Replacement withdrawn: %(label)s"), label=replacement.label)
    with audit.change_set(
        ChangeSetKind.DELETION, title, actor=actor, entity_id=replacement.entity_id
    ) as opened:
        _record(Action.DELETED, replacement, {"judgement": [replacement.reason, None]}, actor)
        db.session.delete(replacement)
        db.session.flush()
        rivals = select(Replacement).where(
            Replacement.reason.in_([Reason.OLD_COUNTED, Reason.NEW_COUNTED]),
            (Replacement.old_asset_id == old_id) | (Replacement.new_asset_id == new_id),
        )
        judge_again(db.session.scalars(rivals).all(), actor=actor)
    return opened


def judge_again(replacements: Iterable[Replacement], *, actor: Actor) -> int:
    """Judge replacements again by today's dates and rules, the earliest first; return how many changed."""
    ordered = sorted(replacements, key=lambda row: (row.replaced_on, row.id))
    before = {row.id: row.reason for row in ordered}
    for row in ordered:
        row.counted = False
    db.session.flush()
    changed = 0
    for row in ordered:
        _set(row, judging.judge(row))
        db.session.flush()
        if row.reason is not before[row.id]:
            changed += 1
            row.version += 1
            _record(Action.UPDATED, row, {"judgement": [before[row.id], row.reason]}, actor)
    return changed


def judge_again_below(entity: Entity, *, actor: Actor) -> int:
    """Judge again the present contract year's replacements of an entity's branch."""
    terms = rule_in_force(entity).terms
    start = terms.start(terms.year_of(clock.today(entity.time_zone)))
    branch = select(Entity.id).where(Entity.path.startswith(entity.path, autoescape=True))
    statement = select(Replacement).where(Replacement.entity_id.in_(branch), Replacement.replaced_on >= start)
    return judge_again(db.session.scalars(statement).all(), actor=actor)


def _set(row: Replacement, reason: Reason) -> None:
    row.reason, row.counted = reason, reason is Reason.COUNTED


def _record(action: Action, row: Replacement, changes: audit.Changes, actor: Actor) -> None:
    audit.record(action, "replacement", row, changes, actor=actor, effective_on=row.replaced_on)


def present(figures: Figures, *, actor: Actor, note: str | None = None) -> Snapshot:
    """Freeze figures as they are presented: the row is never changed again. Raises Refused without a base."""
    if not figures.workplace.outcome.base and not figures.workplace.fleet:
        raise Refused(N_("There is nothing to present: no equipment is in service."))
    ask = figures.ask
    row = Snapshot(
        entity_id=ask.perimeter.entity.id,
        rule_id=ask.rule.row.id if ask.rule.row else None,
        year=ask.year,
        perimeter=ask.perimeter.part.value,
        as_of_on=ask.as_of,
        figures=snapshots.as_json(figures),
        presented_by=actor.label,
        note=note,
    )
    db.session.add(row)
    db.session.flush()
    main = figures.main.outcome
    label = f"{ask.perimeter.entity.name} {ask.year}"
    changes = {"renewed": [None, main.renewed], "in_base": [None, main.base], "target": [None, main.target]}
    audit.record(Action.CREATED, "renewal_snapshot", row, changes, actor=actor, label=label, note=note)
    return row
