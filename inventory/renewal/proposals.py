"""Asks a person whether one device has replaced another: it took its holder or place, or came under its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager

from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset, Custody
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.registry import Calls
from inventory.core.wording import N_
from inventory.reconciliation.models import Answer, Review, ReviewKind
from inventory.reconciliation.services import questions
from inventory.renewal import services
from inventory.renewal.models import Basis, Replacement

# Days between one device leaving a holder or place and another coming, either way round.
WITHIN = timedelta(days=30)
# A name met on two devices at once is shared (an image, a cluster); one that was silent for this long has gone.
SILENT_FOR = timedelta(hours=12)
COMPUTERS = (Kind.DESKTOP, Kind.LAPTOP, Kind.TABLET, Kind.THIN_CLIENT, Kind.COMPUTER)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair that looks like a replacement, and what it was seen from."""

    old: Asset
    new: Asset
    on: date
    basis: Basis
    person_id: int | None = None
    location_id: int | None = None


def custody_changed(
    *, asset: Asset, old: Custody | None, new: Custody | None, on: date, **_rest: Any
) -> None:
    """Hooked to "asset.custody_changed": look for the other half of a replacement around that day."""
    if new is not None:
        for left in _others(asset, new, Custody.until_on.between(on - WITHIN, on + WITHIN)):
            _propose(_by_custody(left.asset, asset, new))
    if old is not None and old.until_on is not None:
        for came in _others(asset, old, Custody.from_on.between(on - WITHIN, on + WITHIN)):
            if came.from_on > old.from_on:
                _propose(_by_custody(asset, came.asset, came))


def _by_custody(old: Asset, new: Asset, came: Custody) -> Proposal:
    return Proposal(old, new, came.from_on, Basis.CUSTODY, came.person_id, came.location_id)


def _others(asset: Asset, custody: Custody, when: ColumnElement[bool]) -> list[Custody]:
    """Return custodies of the same person (of the same place where nobody is named) of comparable devices."""
    whose = (
        Custody.person_id == custody.person_id
        if custody.person_id
        else (Custody.person_id.is_(None) & (Custody.location_id == custody.location_id))
    )
    statement = (
        select(Custody)
        .join(Asset, Asset.id == Custody.asset_id)
        .join(Category, Category.id == Asset.category_id)
        .where(whose, when, Custody.asset_id != asset.id, *_comparable(asset))
        .order_by(Custody.from_on.desc(), Custody.id.desc())
        .limit(3)
    )
    return list(db.session.scalars(statement))


def _comparable(asset: Asset) -> list[ColumnElement[bool]]:
    kind = asset.category.kind
    kinds = COMPUTERS if kind in COMPUTERS else (kind,)
    return [
        Category.kind.in_(kinds),
        or_(Category.in_workplace.is_(True), Category.in_renewal_base.is_(True)),
    ]


def custodies_changed(calls: Calls) -> None:
    """The plural of `custody_changed`: which of them have another half at all is looked up in two queries."""
    came, left = (
        {hand.person_id for call in calls if (hand := call[name]) is not None and hand.person_id is not None}
        for name in ("new", "old")
    )
    ended = _by_person(came, Custody.until_on.is_not(None))
    begun = _by_person(left, Custody.from_on >= min(call["on"] for call in calls) - WITHIN)
    for call in calls:
        if _may_have_half(call, ended, begun):
            custody_changed(**call)


def _by_person(person_ids: set[int], *conditions: ColumnElement[bool]) -> dict[int | None, list[Custody]]:
    found: dict[int | None, list[Custody]] = {}
    if person_ids:
        statement = select(Custody).where(Custody.person_id.in_(person_ids), *conditions)
        for row in db.session.scalars(statement.order_by(Custody.from_on.desc(), Custody.id.desc())):
            found.setdefault(row.person_id, []).append(row)
    return found


def _may_have_half(
    call: dict[str, Any], ended: dict[int | None, list[Custody]], begun: dict[int | None, list[Custody]]
) -> bool:
    """Say whether somebody's other device went or came around that day; what nobody by name held is looked up by itself."""
    old, new, asset_id = call["old"], call["new"], call["asset"].id
    if any(hand is not None and hand.person_id is None for hand in (old, new)):
        return True
    first, last = call["on"] - WITHIN, call["on"] + WITHIN
    went = (row for row in ended.get(new.person_id, ()) if row.asset_id != asset_id) if new else ()
    came = (row for row in begun.get(old.person_id, ()) if row.asset_id != asset_id) if old else ()
    return any(first <= row.until_on <= last for row in went if row.until_on) or any(
        max(first, old.from_on) <= row.from_on <= last for row in came
    )


def asset_discovered(*, asset: Asset, previous: int | None, **_rest: Any) -> None:
    """Hooked to "asset.discovered": a scan met a new serial under the name of a device that has gone silent.

    `previous` is the asset that the same source called so before; it need not have been silent for long.
    """
    assets_discovered([{"asset": asset, "previous": previous}])


def assets_discovered(calls: Calls) -> None:
    """The plural of `asset_discovered`: the devices of those names are looked up in one query."""
    named = [call for call in calls if call["asset"].name and call["asset"].serial]
    namesakes = _namesakes(named) if named else {}
    for call in named:
        asset = call["asset"]
        old = _gone_silent(asset, call["previous"], namesakes.get(asset.name.lower(), []))
        if old is not None:
            today = clock.today(asset.entity.time_zone)
            _propose(Proposal(old, asset, today, Basis.SCAN, old.holder_id, old.location_id))


def _namesakes(calls: Calls) -> dict[str, list[Asset]]:
    """Return the devices in use that have a serial and one of these names, by the name in small letters."""
    name = func.lower(Asset.name)
    statement = (
        select(name, Asset)
        .join(Asset.category)
        .where(
            name.in_({call["asset"].name.lower() for call in calls}),
            Asset.entity_id.in_({call["asset"].entity_id for call in calls}),
            Asset.id.not_in({call["asset"].id for call in calls}),
            Asset.serial.is_not(None),
            Asset.state.in_(IN_USE),
        )
        .options(contains_eager(Asset.category))
        .order_by(Asset.id)
    )
    found: dict[str, list[Asset]] = {}
    for key, row in db.session.execute(statement):
        found.setdefault(key, []).append(row)
    return found


def _gone_silent(asset: Asset, previous: int | None, namesakes: Sequence[Asset]) -> Asset | None:
    """Return the device that a new one may have replaced: of the same entity and kind, the last to be seen."""
    now = clock.now()
    fitting = [
        (one.last_seen_at, one)
        for one in namesakes
        if one.entity_id == asset.entity_id and one.serial != asset.serial and _are_comparable(one, asset)
    ]
    silent = [
        (seen_at, -one.id, one)
        for seen_at, one in fitting
        if seen_at is not None and (now - WITHIN <= seen_at <= now - SILENT_FOR or one.id == previous)
    ]
    if silent:
        return max(silent, key=lambda each: each[:2])[2]
    return next((one for _seen_at, one in fitting if one.id == previous), None)


def _are_comparable(one: Asset, other: Asset) -> bool:
    kinds = one.category.kind, other.category.kind
    same = kinds[0] is kinds[1] or all(kind in COMPUTERS for kind in kinds)
    return same and (one.category.in_workplace or one.category.in_renewal_base)


def _propose(proposal: Proposal) -> None:
    old, new = proposal.old, proposal.new
    known = select(Replacement.id).where(
        or_(
            (Replacement.old_asset_id == old.id) & (Replacement.new_asset_id == new.id),
            (Replacement.old_asset_id == new.id) & (Replacement.new_asset_id == old.id),
        )
    )
    if db.session.scalar(known.limit(1)) is not None:
        return
    sentence = _EVIDENCE[proposal.basis]
    questions.ask(
        questions.Question(
            kind=ReviewKind.REPLACEMENT,
            key=questions.key_of(ReviewKind.REPLACEMENT, old.id, new.id),
            entity_id=old.entity_id,
            asset_id=old.id,
            candidates=[new.id],
            evidence=[
                (sentence, {"old": old.label, "new": new.label, "day": proposal.on.isoformat()}, "good")
            ],
            details=_details(proposal),
            proposed=Answer.RECORD,
        )
    )


_EVIDENCE = {
    Basis.CUSTODY: N_("%(new)s came to the same holder or place as %(old)s, on %(day)s."),
    Basis.SCAN: N_(
        "A scan met %(new)s under the name of %(old)s, which no longer answers, with another serial."
    ),
}


def _details(proposal: Proposal) -> dict[str, Any]:
    return {
        "on": proposal.on.isoformat(),
        "basis": proposal.basis.value,
        "person_id": proposal.person_id,
        "location_id": proposal.location_id,
    }


def review_answered(*, review: Review, answer: Answer, actor: Actor) -> None:
    """Hooked to "review.answered": record the replacement that a person has confirmed."""
    if review.kind is not ReviewKind.REPLACEMENT or answer is not Answer.RECORD:
        return
    old = db.session.get(Asset, review.asset_id)
    new = db.session.get(Asset, review.candidate_ids[0]) if review.candidate_ids else None
    if old is None or new is None:
        raise Invalid("answer", N_("One of the two devices is no longer recorded."))
    details = review.details
    services.record_replacement(
        old,
        new,
        on=date.fromisoformat(details["on"]),
        actor=actor,
        position=services.Position("", details.get("person_id"), details.get("location_id")),
        basis=Basis(details["basis"]),
    )
