"""Applies what people answer, remembers it so that it outranks every later score, and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.audit.undo import undo
from inventory.catalog.models import Category
from inventory.core import clock, registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.wording import N_, Sentence
from inventory.organization.models import Entity
from inventory.reconciliation.matching import A_PERSON_SAID
from inventory.reconciliation.models import Answer, Constraint, Review, ReviewState
from inventory.reconciliation.offers import ALLOWED, kept_of
from inventory.reconciliation.services import loading, questions
from inventory.reconciliation.services.applying import Applier, Catalogue
from inventory.reconciliation.services.batches import reconcile


def answer(
    review: Review,
    given: Answer,
    *,
    actor: Actor,
    asset: Asset | None = None,
    category: Category | None = None,
    title: str | None = None,
) -> Review:
    """Answer an open question in a change set of its own, and remember the answer.

    `asset` is the one that LINK chooses or that MERGE keeps; `category` what CREATE makes of a device of unknown
    kind; `title` says in the trail what the question was about, where there is a name for it. Raises Refused when the question is no longer open,
    Invalid for an answer that it does not offer.
    """
    if review.state is not ReviewState.OPEN:
        raise Refused(N_("This question is no longer open."))
    if given not in ALLOWED[review.kind]:
        raise Invalid("answer", N_("Choose one of the answers."))
    words = N_("%(what)s: %(words)s")
    called = title or Sentence(words, what=Sentence(review.kind.label), words=Sentence(given.label))
    with audit.change_set(ChangeSetKind.REVIEW, called, actor=actor, entity_id=review.entity_id) as opened:
        _Answering(review, actor, asset, category).apply(given)
        review.state, review.answer = ReviewState.ANSWERED, given
        review.answered_by, review.answered_at = actor.label[:255], clock.now()
        review.change_set_id = opened.id
        registry.run_hooks("review.answered", review=review, answer=given, actor=actor)
        audit.record(
            Action.UPDATED, "review", review, {"answer": [None, given]}, actor=actor, label=str(called)
        )
    return review


def undo_answer(review: Review, *, actor: Actor) -> Review:
    """Take an answer back: what it changed is restored, what it taught is forgotten, the question is open again.

    Raises Refused when it has no answer, or when something that it changed has changed since.
    """
    opened = db.session.get(ChangeSet, review.change_set_id) if review.change_set_id else None
    if review.state is not ReviewState.ANSWERED or opened is None:
        raise Refused(N_("This question has no answer to take back."))
    undo(opened, actor=actor)
    db.session.refresh(review)
    return review


class _Answering:
    """One answer being applied; machines' values stay machines' values although a person let them in."""

    def __init__(self, review: Review, actor: Actor, asset: Asset | None, category: Category | None) -> None:
        self.review = review
        self.actor = actor
        self.asset = asset
        self.category = category
        self.machine = Actor("review", actor.id, actor.label)
        ids = review.details.get("sighting_ids") or [review.sighting_id]
        self.sighting_ids = [int(id_) for id_ in ids if id_ is not None]

    def apply(self, given: Answer) -> None:
        acts: dict[Answer, Callable[[], None]] = {
            Answer.CREATE: self._create,
            Answer.LINK: self._link,
            Answer.DIFFERENT: self._different,
            Answer.MERGE: self._merge,
            Answer.TAKE: self._take,
            Answer.MISSING: self._missing,
            Answer.MOVE: self._move,
            Answer.IGNORE: self._ignore,
        }
        if act := acts.get(given):
            act()

    def _applier(self) -> Applier:
        batch = loading.load(self.sighting_ids)
        if not batch.sightings:
            raise Refused(N_("What was seen is no longer kept, so there is nothing to link."))
        loading.candidates(batch, batch.seen(batch.sightings))
        return Applier(batch, self.machine, Catalogue(self.machine))

    def _create(self) -> None:
        applier = self._applier()
        asset = applier.create(list(applier.batch.sightings), A_PERSON_SAID)
        if self.category is not None:
            assets.recategorize(asset, self.category.id, actor=self.actor)
        self._remember(asset.id, must=True)
        self._finish(applier)

    def _link(self) -> None:
        if self.asset is None:
            raise Invalid("asset", N_("Say which asset it is."))
        applier = self._applier()
        applier.batch.assets[self.asset.id] = self.asset
        asset_id = self.asset.id
        applier.link_all([(key, asset_id, A_PERSON_SAID) for key in applier.batch.sightings])
        self._remember(self.asset.id, must=True)
        for other in set(self.review.candidate_ids) - {self.asset.id}:
            self._remember(other, must=False)
        self._finish(applier)

    def _finish(self, applier: Applier) -> None:
        db.session.flush()
        asked = [questions.ask(one)[0].id for one in applier.applied.questions]
        questions.drop_unasked(self.sighting_ids, [*asked, self.review.id])
        questions.drop_vanished(applier.applied.linked | applier.applied.created)

    def _different(self) -> None:
        for other in set(self.review.candidate_ids) - {self.review.asset_id}:
            self._remember(other, must=False)
        self._again()

    def _merge(self) -> None:
        named = self._candidates()
        if len(named) < 2 or (self.asset is not None and self.asset not in named):
            raise Refused(N_("There are no longer two records to merge."))
        kept = self.asset or kept_of(named)
        for other in named:
            if other is not kept:
                assets.merge(kept, other, actor=self.actor)
        db.session.flush()
        self._again()

    def _candidates(self) -> Sequence[Asset]:
        return db.session.scalars(select(Asset).where(Asset.id.in_(self.review.candidate_ids))).all()

    def _again(self) -> None:
        """Decide what was seen again, now that more is known; this question itself is being answered."""
        self.review.state = ReviewState.ANSWERED
        db.session.flush()
        reconcile(self.sighting_ids, actor=self.machine)

    def _take(self) -> None:
        asset, field = self._own_asset(), str(self.review.details["field"])
        assets.unpin(asset, field, actor=self.actor)

    def _missing(self) -> None:
        assets.change_state(self._own_asset(), State.MISSING, actor=self.actor)

    def _move(self) -> None:
        entity = db.session.get(Entity, self.review.details["seen_entity_id"])
        assets.place(self._own_asset(), actor=self.actor, entity=entity)

    def _own_asset(self) -> Asset:
        if self.review.asset is None:
            raise Refused(N_("The asset that this is about is gone."))
        return self.review.asset

    def _ignore(self) -> None:
        applier = self._applier()
        for key in list(applier.batch.sightings):
            applier.unlink(key)
        self._remember(None, must=False)
        self._finish(applier)

    def _remember(self, asset_id: int | None, *, must: bool) -> None:
        """Keep the answer for each sighting of the question; a later one about the same pair replaces it."""
        for sighting_id in self.sighting_ids:
            known = db.session.scalars(select(Constraint).where(Constraint.sighting_id == sighting_id)).all()
            row = next((one for one in known if one.asset_id == asset_id), None)
            for one in known:
                # A sighting is one thing at most, and what is ignored is none.
                if one is not row and ((one.must_link and must) or one.asset_id is None):
                    db.session.delete(one)
            if row is None:
                row = Constraint(sighting_id=sighting_id, asset_id=asset_id)
                db.session.add(row)
            row.must_link, row.decided_by, row.decided_at = must, self.actor.label[:255], clock.now()
        db.session.flush()
