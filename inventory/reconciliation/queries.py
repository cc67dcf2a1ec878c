"""Reads the queue of questions, the records that one is about, and what is linked to an asset or a sighting."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from inventory.assets.models import Asset, AssetIdentifier
from inventory.audit.models import ChangeSet
from inventory.core import clock
from inventory.core.access import Actor, Scope
from inventory.core.database import db, lookup
from inventory.discovery.models import AddressRange, RunResult, Sighting, SightingRevision
from inventory.organization.queries import within
from inventory.reconciliation.models import Link, Review, ReviewKind, ReviewState

QUEUE_SHOWN = 100
WORKING_DAY = timedelta(hours=12)


def queue(scope: Scope, kind: ReviewKind | None = None) -> Select[Any]:
    """Return the open questions of the scope's entities, the oldest first, of one kind if given."""
    statement = select(Review).where(Review.state == ReviewState.OPEN, Review.entity_id.in_(scope.entity_ids))
    if kind is not None:
        statement = statement.where(Review.kind == kind)
    return statement.order_by(Review.id)


def first_questions(scope: Scope, kind: ReviewKind | None) -> list[Review]:
    """Return the first questions of the queue with what a line shows of each."""
    eager = (joinedload(Review.sighting), joinedload(Review.asset), joinedload(Review.entity))
    return list(db.session.scalars(queue(scope, kind).options(*eager).limit(QUEUE_SHOWN)))


FACTS = Sighting.observation["facts"]


def unknown_devices(scope: Scope) -> Select[Any]:
    """Return the open questions about unknown devices of the scope's entities, each with what was seen."""
    return (
        select(Review)
        .join(Review.sighting)
        .where(
            Review.state == ReviewState.OPEN,
            Review.kind == ReviewKind.UNKNOWN_DEVICE,
            Review.entity_id.in_(scope.entity_ids),
        )
        .options(contains_eager(Review.sighting), joinedload(Review.entity))
    )


def unknown_ids(scope: Scope, public_ids: Collection[str]) -> list[int]:
    """Return the ids of the open questions about unknown devices that are named."""
    statement = unknown_devices(scope).where(Review.public_id.in_(public_ids))
    return list(db.session.scalars(statement.with_only_columns(Review.id).order_by(Review.id)))


def unknown_by_id(ids: Collection[int]) -> list[Review]:
    """Return questions by their ids, with what was seen."""
    eager = (joinedload(Review.sighting), joinedload(Review.entity))
    return list(
        db.session.scalars(select(Review).where(Review.id.in_(ids)).options(*eager).order_by(Review.id))
    )


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def in_range(statement: Select[Any], public_id: str) -> Select[Any]:
    """Keep what was seen in a range."""
    range_id = select(AddressRange.id).where(AddressRange.public_id == public_id).scalar_subquery()
    return statement.where(Sighting.range_id == range_id)


def of_enterprise(statement: Select[Any], number: str) -> Select[Any]:
    """Keep the devices whose sysObjectID belongs to an enterprise, by its number (RFC 1155: 1.3.6.1.4.1.N)."""
    return statement.where(FACTS["object_id"].as_string().like(f"1.3.6.1.4.1.{int(number)}.%"))


def below_object_id(statement: Select[Any], prefix: str) -> Select[Any]:
    """Keep the devices whose sysObjectID begins so."""
    return statement.where(FACTS["object_id"].as_string().like(_like(prefix.strip(". ")) + "%", escape="\\"))


def described(statement: Select[Any], text: str) -> Select[Any]:
    """Keep the devices whose sysDescr holds the text."""
    return statement.where(FACTS["description"].as_string().ilike(f"%{_like(text)}%", escape="\\"))


def of_guessed_kind(statement: Select[Any], kind: str) -> Select[Any]:
    """Keep the devices of a kind that rules guessed; "none": those of which they guessed nothing."""
    guessed = FACTS["kind"].as_string()
    return statement.where(guessed.is_(None) if kind == "none" else guessed == kind)


def first_seen_between(statement: Select[Any], days: str) -> Select[Any]:
    """Keep what was first seen in a range of days ("2026-11-01..2026-11-30", either left out)."""
    first, _dots, last = days.partition("..")
    for text, is_first in ((first, True), (last, False)):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        start = datetime.combine(
            day if is_first else day + timedelta(days=1), time(), ZoneInfo(clock.DEFAULT_TIME_ZONE)
        )
        seen = Sighting.first_seen_at
        statement = statement.where(seen >= start if is_first else seen < start)
    return statement


def matching_unknown(statement: Select[Any], text: str) -> Select[Any]:
    """Keep the devices whose address, name or description holds the text."""
    pattern = f"%{_like(text)}%"
    texts = (Sighting.target, FACTS["name"].as_string(), FACTS["description"].as_string())
    return statement.where(or_(*(one.ilike(pattern, escape="\\") for one in texts)))


def counts(scope: Scope) -> dict[ReviewKind, int]:
    """Return how many questions are open, by kind."""
    statement = (
        select(Review.kind, func.count().label("number"))
        .where(Review.state == ReviewState.OPEN, Review.entity_id.in_(scope.entity_ids))
        .group_by(Review.kind)
    )
    return {row.kind: row.number for row in db.session.execute(statement)}


def open_count(scope: Scope) -> int:
    """Return how many questions of the scope are open."""
    statement = select(func.count()).where(Review.state == ReviewState.OPEN, within(Review.entity_id, scope))
    return db.session.scalar(lookup(statement)) or 0


def answered_lately(scope: Scope, kind: ReviewKind | None) -> int:
    """Return how many questions of the scope were answered within a working day."""
    statement = select(func.count()).where(
        Review.state == ReviewState.ANSWERED,
        Review.entity_id.in_(scope.entity_ids),
        Review.answered_at >= clock.now() - WORKING_DAY,
    )
    if kind is not None:
        statement = statement.where(Review.kind == kind)
    return db.session.scalar(statement) or 0


def next_question(scope: Scope, kind: ReviewKind | None, after: Review) -> Review | None:
    """Return the open question that follows one in the queue, else the first; None when the queue is empty."""
    statement = queue(scope, kind).limit(1)
    found: Review | None = db.session.scalar(statement.where(Review.id > after.id))
    return found or db.session.scalar(statement)


def last_answer_of(actor: Actor) -> Review | None:
    """Return the question that a person answered last within a working day and has not taken back."""
    statement = (
        select(Review)
        .join(ChangeSet, Review.change_set_id == ChangeSet.id)
        .where(
            Review.state == ReviewState.ANSWERED,
            Review.answered_at >= clock.now() - WORKING_DAY,
            ChangeSet.actor_kind == actor.kind,
            ChangeSet.actor_id == actor.id,
            ChangeSet.undone_at.is_(None),
        )
        .order_by(Review.answered_at.desc(), Review.id.desc())
    )
    return db.session.scalar(statement.limit(1))


def candidates(review: Review) -> list[Asset]:
    """Return the assets that a question is about, in its order, with what a comparison shows."""
    own = [review.asset_id] if review.asset_id else []
    # A replacement is a question about both: the old one first, then what came in its place.
    ids = (
        [*own, *review.candidate_ids]
        if review.kind is ReviewKind.REPLACEMENT
        else review.candidate_ids or own
    )
    eager = (
        *(joinedload(Asset.category), joinedload(Asset.manufacturer), joinedload(Asset.model)),
        *(joinedload(Asset.entity), joinedload(Asset.location), joinedload(Asset.holder)),
        joinedload(Asset.last_seen),
    )
    found = {
        row.id: row for row in db.session.scalars(select(Asset).where(Asset.id.in_(ids)).options(*eager))
    }
    return [found[id_] for id_ in ids if id_ in found]


def identifiers(asset_ids: Collection[int]) -> Sequence[AssetIdentifier]:
    """Return the identifiers of several assets, the latest seen first."""
    statement = select(AssetIdentifier).where(AssetIdentifier.asset_id.in_(asset_ids))
    return db.session.scalars(
        statement.order_by(AssetIdentifier.last_seen_at.desc(), AssetIdentifier.id)
    ).all()


def sightings_of(asset_id: int) -> list[Sighting]:
    """Return what is linked to an asset, the latest seen first."""
    return list(db.session.scalars(_sightings(), {"asset": asset_id}))


@cache
def _sightings() -> Select[Sighting]:
    return lookup(
        select(Sighting)
        .join(Link, Link.sighting_id == Sighting.id)
        .where(Link.asset_id == bindparam("asset"))
        .order_by(Sighting.last_seen_at.desc(), Sighting.id)
    )


def moments_of(
    asset_id: int, sightings: Sequence[Sighting], before: datetime | None, limit: int
) -> list[tuple[Sighting, datetime, str]]:
    """Return when the sightings of an asset were first and last seen ("first", "last"), and when what was seen had "changed"."""
    moments: list[tuple[Sighting, datetime, str]] = []
    if not sightings:
        return moments
    for sighting in sightings:
        moments.append((sighting, sighting.first_seen_at, "first"))
        if sighting.last_seen_at > sighting.first_seen_at:
            moments.append((sighting, sighting.last_seen_at, "last"))
    # Not the sightings once more: what each of them saw is the longest text that there is of an asset.
    revisions = lookup(
        select(SightingRevision.sighting_id, SightingRevision.observed_at)
        .join(Sighting, Sighting.id == SightingRevision.sighting_id)
        .join(Link, Link.sighting_id == Sighting.id)
        .where(Link.asset_id == asset_id, SightingRevision.observed_at > Sighting.first_seen_at)
        .order_by(SightingRevision.observed_at.desc())
        .limit(limit)
    )
    if before is not None:
        revisions = revisions.where(SightingRevision.observed_at < before)
        moments = [moment for moment in moments if moment[1] < before]
    known = {sighting.id: sighting for sighting in sightings}
    moments += [(known[id_], at, "changed") for id_, at in db.session.execute(revisions) if id_ in known]
    return sorted(moments, key=lambda moment: moment[1], reverse=True)[:limit]


def link_of(sighting_id: int) -> Link | None:
    """Return what a sighting is linked to, with its asset or person."""
    statement = select(Link).where(Link.sighting_id == sighting_id)
    return db.session.scalar(statement.options(joinedload(Link.asset), joinedload(Link.person)))


def open_about(sighting_id: int | None = None, asset_id: int | None = None) -> list[Review]:
    """Return the open questions about a sighting, or about an asset."""
    statement = select(Review).where(Review.state == ReviewState.OPEN).order_by(Review.id)
    if sighting_id is not None:
        statement = statement.where(Review.sighting_id == sighting_id)
    if asset_id is not None:
        statement = statement.where(Review.asset_id == asset_id)
    return list(db.session.scalars(lookup(statement)))


def recognised(statement: Select[Any], *, wanted: bool) -> Select[Any]:
    """Keep the sightings that are, or are not, linked to an asset or a person."""
    linked = exists().where(Link.sighting_id == Sighting.id)
    return statement.where(linked if wanted else ~linked)


def links_of(sighting_ids: Collection[int]) -> list[Link]:
    """Return what several sightings are linked to, with their assets."""
    statement = select(Link).where(Link.sighting_id.in_(sighting_ids))
    return list(db.session.scalars(statement.options(joinedload(Link.asset))))


def open_about_many(sighting_ids: Collection[int]) -> list[Review]:
    """Return the open questions about several sightings, the newest last."""
    statement = select(Review).where(Review.state == ReviewState.OPEN, Review.sighting_id.in_(sighting_ids))
    return list(db.session.scalars(statement.order_by(Review.id)))


def asked_about(statement: Select[Any], value: str) -> Select[Any]:
    """Keep the targets of a run about which a question is open, or not."""
    asked = exists().where(Review.sighting_id == RunResult.sighting_id, Review.state == ReviewState.OPEN)
    return statement.where(asked if value == "1" else ~asked)
