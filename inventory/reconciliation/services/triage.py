"""Answers many questions about unknown devices at once: made equipment of one sort, or ignored, as one change set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.catalog import services as catalog
from inventory.catalog.models import Category
from inventory.catalog.services import ModelName
from inventory.core import clock, registry
from inventory.core.access import Access, Actor
from inventory.core.database import db
from inventory.core.permissions import Permission
from inventory.discovery.sightings import slices
from inventory.reconciliation.matching import A_PERSON_SAID
from inventory.reconciliation.models import Answer, Constraint, Review, ReviewKind, ReviewState
from inventory.reconciliation.services import loading, questions
from inventory.reconciliation.services.applying import Applier, Catalogue

AT_ONCE = 100
OFFERED = (Answer.CREATE, Answer.IGNORE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer for many devices: made equipment of a category, in an entity (None: their range's), of a model; or ignored."""

    answer: Answer
    category_id: int | None = None
    entity_id: int | None = None
    maker: str | None = None
    model: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return this as a job keeps it."""
        return {
            "answer": self.answer.value, "category_id": self.category_id, "entity_id": self.entity_id,
            "maker": self.maker, "model": self.model,
        }  # fmt: skip


def verdict_of(kept: Mapping[str, Any]) -> Verdict:
    """Return what `Verdict.to_json` kept."""
    return Verdict(**{**kept, "answer": Answer(kept["answer"])})


@dataclass(slots=True)
class Sorted:
    """What came of it: answered, and left because they are open no longer or not the user's to answer."""

    answered: int = 0
    left: int = 0


def sort_out(review_ids: Sequence[int], verdict: Verdict, *, access: Access, actor: Actor) -> Sorted:
    """Give one answer to many open questions about unknown devices, inside the open change set, and remember it.

    What is open no longer, or belongs to an entity where the user may not answer, is left as it is and counted.
    """
    came = Sorted()
    for some in slices(review_ids, AT_ONCE):
        statement = select(Review).where(
            Review.id.in_(some), Review.state == ReviewState.OPEN, Review.kind == ReviewKind.UNKNOWN_DEVICE
        )
        allowed = [
            one
            for one in db.session.scalars(statement.order_by(Review.id))
            if access.allows(Permission.REVIEWS_ANSWER, one.entity_id)
        ]
        if allowed:
            came.answered += _Sorting(allowed, verdict, actor).answer()
        came.left += len(some)
    came.left -= came.answered
    return came


class _Sorting:
    """Some open questions being answered, with what was seen, all loaded at once; machines' values stay machines' values."""

    def __init__(self, reviews: Sequence[Review], verdict: Verdict, actor: Actor) -> None:
        self.verdict, self.actor = verdict, actor
        self.of_review: dict[int, list[int]] = {}
        taken: set[int] = set()
        for review in reviews:
            ids = review.details.get("sighting_ids") or [review.sighting_id]
            self.of_review[review.id] = [int(id_) for id_ in ids if id_ is not None and id_ not in taken]
            taken.update(self.of_review[review.id])
        batch = loading.load(sorted(taken))
        loading.candidates(batch, batch.seen(batch.sightings))
        machine = Actor("review", actor.id, actor.label)
        self.applier = Applier(batch, machine, Catalogue(machine), entity_id=verdict.entity_id)
        for review_id, ids in self.of_review.items():
            self.of_review[review_id] = [id_ for id_ in ids if id_ in batch.sightings]
        self.reviews = [one for one in reviews if self.of_review[one.id]]

    def answer(self) -> int:
        """Apply the verdict to all of them; returns how many questions it answered."""
        made: dict[int, Asset] = {}
        if self.verdict.answer is Answer.CREATE:
            made = self._make()
        else:
            for key in list(self.applier.batch.sightings):
                self.applier.unlink(key)
        self._remember(made)
        db.session.flush()
        self._settle()
        return len(self.reviews)

    def _make(self) -> dict[int, Asset]:
        """Make an asset of each question, then write what the person says of all of them, which pins it."""
        groups = [(self.of_review[one.id], A_PERSON_SAID) for one in self.reviews]
        made = self.applier.create_all(groups)
        values = _values(self.verdict, self.actor)
        edits = [(asset, values) for asset in made] if values else []
        for refusal in assets.update_many(edits, actor=self.actor, accept_duplicate=True).refused.values():
            raise refusal
        return {review.id: asset for review, asset in zip(self.reviews, made, strict=True)}

    def _remember(self, made: Mapping[int, Asset]) -> None:
        """Keep the answer for each sighting in the place of what was said before, so that it outranks every later score."""
        ids = [id_ for one in self.reviews for id_ in self.of_review[one.id]]
        for row in db.session.scalars(select(Constraint).where(Constraint.sighting_id.in_(ids))):
            if row.must_link or row.asset_id is None:
                db.session.delete(row)
        db.session.flush()
        for review in self.reviews:
            asset = made.get(review.id)
            for sighting_id in self.of_review[review.id]:
                db.session.add(
                    Constraint(
                        sighting_id=sighting_id, asset_id=asset.id if asset else None, must_link=asset is not None,
                        decided_by=self.actor.label[:255], decided_at=clock.now(),
                    )
                )  # fmt: skip

    def _settle(self) -> None:
        """Close the questions; their change set is undone as a whole, so that none of them names it as its own."""
        applied, given = self.applier.applied, self.verdict.answer
        asked = [review.id for review, _new in questions.ask_all(applied.questions)]
        for review in self.reviews:
            review.state, review.answer = ReviewState.ANSWERED, given
            review.answered_by, review.answered_at = self.actor.label[:255], clock.now()
            registry.run_hooks("review.answered", review=review, answer=given, actor=self.actor)
            audit.record(Action.UPDATED, "review", review, {"answer": [None, given]}, actor=self.actor)
        db.session.flush()
        ids = [id_ for some in self.of_review.values() for id_ in some]
        questions.drop_unasked(ids, [*asked, *(review.id for review in self.reviews)])
        questions.drop_vanished(applied.linked | applied.created)


def _values(verdict: Verdict, actor: Actor) -> dict[str, Any]:
    """The columns that a verdict says of each asset: category, maker and model."""
    values: dict[str, Any] = {"category_id": verdict.category_id} if verdict.category_id else {}
    maker = (
        catalog.manufacturers_named([verdict.maker], actor=actor)[verdict.maker] if verdict.maker else None
    )
    if maker is None:
        return values
    values["manufacturer_id"] = maker.id
    if verdict.model:
        category = db.session.get(Category, verdict.category_id) if verdict.category_id else None
        wanted = ModelName(maker, verdict.model, category)
        model = catalog.models_named([wanted], actor=actor)[wanted.key]
        if model is not None:
            values["model_id"] = model.id
    return values
