"""Asks people: one review for one question, kept up to date while it is open, and closed when its cause has gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from inventory.core import clock
from inventory.core.database import among, db
from inventory.reconciliation.likeness import Sentence
from inventory.reconciliation.models import Answer, Review, ReviewKind, ReviewState

LONGEST_KEY = 200
# Questions that stay whatever the sighting says next: they are about the asset.
ABOUT_ASSETS = frozenset({ReviewKind.VANISHED, ReviewKind.REPLACEMENT})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `key` makes it one question however often its cause is met."""

    kind: ReviewKind
    key: str
    entity_id: int
    sighting_id: int | None = None
    asset_id: int | None = None
    candidates: Sequence[int] = ()
    evidence: Sequence[Sentence] = ()
    details: dict[str, Any] = field(default_factory=dict)
    proposed: Answer | None = None

    def columns(self) -> dict[str, Any]:
        """The columns that follow the cause while the question is open."""
        return {
            "kind": self.kind,
            "entity_id": self.entity_id,
            "sighting_id": self.sighting_id,
            "asset_id": self.asset_id,
            "candidate_ids": list(self.candidates),
            "evidence": [list(sentence) for sentence in self.evidence],
            "details": self.details,
            "proposed": self.proposed,
        }


def key_of(kind: ReviewKind, *parts: object) -> str:
    """Return the key of a question about these things."""
    return ":".join([kind.value, *(str(part) for part in parts)])[:LONGEST_KEY]


def ask(question: Question) -> tuple[Review, bool]:
    """Put a question, unless a person has answered the very same; returns its review, and whether it is newly open."""
    return ask_all([question])[0]


def ask_all(asked: Sequence[Question]) -> list[tuple[Review, bool]]:
    """Put questions as `ask` does, in one query however many there are."""
    if not asked:
        return []
    keys = [question.key for question in asked]
    reviews = {
        review.question_key: review
        for review in db.session.scalars(select(Review).where(among(Review.question_key, keys)))
    }
    twins = _open_duplicates() if any(one.kind is ReviewKind.DUPLICATE for one in asked) else {}
    put = [_put(question, reviews, twins) for question in asked]
    db.session.flush()
    return put


def _open_duplicates() -> dict[frozenset[int], Review]:
    """Return the open questions whether records are one, by the records that they name."""
    statement = select(Review).where(
        Review.state == ReviewState.OPEN, Review.kind == ReviewKind.DUPLICATE, Review.sighting_id.is_not(None)
    )
    return {frozenset(review.candidate_ids): review for review in db.session.scalars(statement)}


def _put(
    question: Question, reviews: dict[str, Review], twins: dict[frozenset[int], Review]
) -> tuple[Review, bool]:
    review = reviews.get(question.key)
    same = twins.get(frozenset(question.candidates)) if question.kind is ReviewKind.DUPLICATE else None
    if same is not None and review in (None, same):
        # Several sightings may come to ask about the same records, each on its own night: they are one question.
        same.details = {**same.details, "sighting_ids": _sightings(same, question)}
        return same, False
    if review is None:
        review = Review(question_key=question.key, state=ReviewState.OPEN, **question.columns())
        reviews[question.key] = review
        db.session.add(review)
        return review, True
    if review.state is ReviewState.ANSWERED:
        return review, False
    again = review.state is ReviewState.OBSOLETE
    if again:
        review.state, review.opened_at = ReviewState.OPEN, clock.now()
    for name, value in question.columns().items():
        if getattr(review, name) != value:
            setattr(review, name, value)
    return review, again


def _sightings(review: Review, question: Question) -> list[int]:
    known = review.details.get("sighting_ids", [])
    return [*known, *(id_ for id_ in question.details.get("sighting_ids", []) if id_ not in known)]


def drop_unasked(sighting_ids: Collection[int], asked: Iterable[int]) -> int:
    """Close the open questions about these sightings that were not asked again; returns how many."""
    kept = set(asked)
    statement = select(Review).where(
        Review.state == ReviewState.OPEN,
        among(Review.sighting_id, list(sighting_ids)),
        Review.kind.not_in(ABOUT_ASSETS),
    )
    gone = [review for review in db.session.scalars(statement) if review.id not in kept]
    return close(gone)


def drop_vanished(asset_ids: Collection[int]) -> int:
    """Close the open questions whether these assets have vanished: they were seen again."""
    statement = select(Review).where(
        Review.state == ReviewState.OPEN,
        Review.kind == ReviewKind.VANISHED,
        among(Review.asset_id, list(asset_ids)),
    )
    return close(db.session.scalars(statement).all())


def close(reviews: Collection[Review]) -> int:
    """Say of open questions that nothing is asked any more."""
    for review in reviews:
        review.state = ReviewState.OBSOLETE
    if reviews:
        db.session.flush()
    return len(reviews)
