"""Reads the queue of questions, the records that one is about, and what is linked to an asset or a sighting."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload

from inventory.assets.models import Asset, AssetIdentifier
from inventory.audit.models import ChangeSet
from inventory.core import clock
from inventory.core.access import Actor, Scope
from inventory.core.database import db
from inventory.discovery.models import Sighting, SightingRevision
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


def counts(scope: Scope) -> dict[ReviewKind, int]:
    """Return how many questions are open, by kind."""
    statement = (
        select(Review.kind, func.count().label("number"))
        .where(Review.state == ReviewState.OPEN, Review.entity_id.in_(scope.entity_ids))
        .group_by(Review.kind)
    )
    return {row.kind: row.number for row in db.session.execute(statement)}


def open_count(entity_ids: Collection[int]) -> int:
    """Return how many questions are open in these entities."""
    statement = select(func.count()).where(Review.state == ReviewState.OPEN, Review.entity_id.in_(entity_ids))
    return db.session.scalar(statement) or 0


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
    statement = (
        select(Sighting)
        .join(Link, Link.sighting_id == Sighting.id)
        .where(Link.asset_id == asset_id)
        .order_by(Sighting.last_seen_at.desc(), Sighting.id)
    )
    return list(db.session.scalars(statement))


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
    revisions: Any = (
        select(Sighting, SightingRevision.observed_at)
        .join(SightingRevision, SightingRevision.sighting_id == Sighting.id)
        .join(Link, Link.sighting_id == Sighting.id)
        .where(Link.asset_id == asset_id, SightingRevision.observed_at > Sighting.first_seen_at)
        .order_by(SightingRevision.observed_at.desc())
        .limit(limit)
    )
    if before is not None:
        revisions = revisions.where(SightingRevision.observed_at < before)
        moments = [moment for moment in moments if moment[1] < before]
    moments += [(sighting, at, "changed") for sighting, at in db.session.execute(revisions)]
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
    return list(db.session.scalars(statement))


def recognised(statement: Select[Any], *, wanted: bool) -> Select[Any]:
    """Keep the sightings that are, or are not, linked to an asset or a person."""
    linked = exists().where(Link.sighting_id == Sighting.id)
    return statement.where(linked if wanted else ~linked)
