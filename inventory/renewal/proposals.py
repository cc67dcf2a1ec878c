"""Asks a person whether one device has replaced another: it took its holder or place, or came under its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset, Custody
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import among, db
from inventory.core.errors import Invalid
from inventory.core.registry import Calls
from inventory.core.wording import N_
from inventory.reconciliation.models import Answer, Review, ReviewKind
from inventory.reconciliation.services import questions
from inventory.renewal import services
from inventory.renewal.halves import WITHIN, Halves, are_comparable
from inventory.renewal.models import Basis, Replacement

# A name met on two devices at once is shared (an image, a cluster); one that was silent for this long has gone.
SILENT_FOR = timedelta(hours=12)


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
    custodies_changed([{"asset": asset, "old": old, "new": new, "on": on}])


def custodies_changed(calls: Calls) -> None:
    """The plural of `custody_changed`: the other halves of all are looked up in a fixed number of queries."""
    if not calls:
        return
    halves = Halves(calls)
    # The old device, the new one, and the custody by which it came.
    pairs: list[tuple[int, int, Any]] = []
    for call in calls:
        asset, old, new, on = call["asset"], call["old"], call["new"], call["on"]
        if new is not None:
            pairs += [(left.asset_id, asset.id, new) for left in halves.left(asset, new, on)]
        if old is not None and old.until_on is not None:
            came = (row for row in halves.came(asset, old, on) if row.from_on > old.from_on)
            pairs += [(asset.id, row.asset_id, row) for row in came]
    if not pairs:
        return
    ids = {id_ for old_id, new_id, _came in pairs for id_ in (old_id, new_id)}
    assets = {row.id: row for row in db.session.scalars(select(Asset).where(among(Asset.id, ids)))}
    _propose([_by_custody(assets[old_id], assets[new_id], came) for old_id, new_id, came in pairs])


def _by_custody(old: Asset, new: Asset, came: Any) -> Proposal:
    return Proposal(old, new, came.from_on, Basis.CUSTODY, came.person_id, came.location_id)


def asset_discovered(*, asset: Asset, previous: int | None, **_rest: Any) -> None:
    """Hooked to "asset.discovered": a scan met a new serial under the name of a device that has gone silent.

    `previous` is the asset that the same source called so before; it need not have been silent for long.
    """
    assets_discovered([{"asset": asset, "previous": previous}])


def assets_discovered(calls: Calls) -> None:
    """The plural of `asset_discovered`: the devices of those names are looked up in one query."""
    named = [call for call in calls if call["asset"].name and call["asset"].serial]
    namesakes = _namesakes(named) if named else {}
    proposals = []
    for call in named:
        asset = call["asset"]
        old = _gone_silent(asset, call["previous"], namesakes.get(asset.name.lower(), []))
        if old is not None:
            today = clock.today(asset.entity.time_zone)
            proposals.append(Proposal(old, asset, today, Basis.SCAN, old.holder_id, old.location_id))
    _propose(proposals)


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
    same = are_comparable(one.category.kind, other.category.kind)
    return same and (one.category.in_workplace or one.category.in_renewal_base)


def _propose(proposals: Sequence[Proposal]) -> None:
    """Ask about the pairs that are not recorded yet, either way round."""
    recorded = _recorded(proposals)
    questions.ask_all([
        _question(proposal)
        for proposal in proposals
        if frozenset((proposal.old.id, proposal.new.id)) not in recorded
    ])  # fmt: skip


def _recorded(proposals: Sequence[Proposal]) -> set[frozenset[int]]:
    if not proposals:
        return set()
    ids = {id_ for proposal in proposals for id_ in (proposal.old.id, proposal.new.id)}
    statement = select(Replacement.old_asset_id, Replacement.new_asset_id)
    # Both ends are of these: each pair asked about is among them.
    known = statement.where(among(Replacement.old_asset_id, ids), among(Replacement.new_asset_id, ids))
    return {frozenset((row.old_asset_id, row.new_asset_id)) for row in db.session.execute(known)}


def _question(proposal: Proposal) -> questions.Question:
    old, new = proposal.old, proposal.new
    sentence = _EVIDENCE[proposal.basis]
    return questions.Question(
        kind=ReviewKind.REPLACEMENT,
        key=questions.key_of(ReviewKind.REPLACEMENT, old.id, new.id),
        entity_id=old.entity_id,
        asset_id=old.id,
        candidates=[new.id],
        evidence=[(sentence, {"old": old.label, "new": new.label, "day": proposal.on.isoformat()}, "good")],
        details=_details(proposal),
        proposed=Answer.RECORD,
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
