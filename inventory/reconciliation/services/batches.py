"""Reconciles batches of sightings with the inventory: load, decide, apply, ask, all inside the open change set."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select

from inventory.core.access import Actor
from inventory.core.database import among, db
from inventory.discovery import queries
from inventory.discovery.models import Run, Sighting
from inventory.discovery.sightings import slices
from inventory.reconciliation.likeness import Sentence
from inventory.reconciliation.matching import Ask, Created, Decision, Ignored, Later, Linked, decide
from inventory.reconciliation.models import Answer, Constraint, Link, ReviewKind
from inventory.reconciliation.services import absence, loading, people, questions
from inventory.reconciliation.services.applying import Applier, Catalogue
from inventory.reconciliation.services.loading import Batch
from inventory.reconciliation.services.questions import Question, key_of

AT_ONCE = 500
MOST_PASSES = 4


@dataclass(slots=True)
class Outcome:
    """What came of reconciling: counts by the words that a run's page has for them."""

    assets_created: int = 0
    assets_updated: int = 0
    linked: int = 0
    people_created: int = 0
    people_updated: int = 0
    reviews: int = 0

    def add(self, other: Outcome) -> None:
        """Add another batch's counts."""
        for name in self.counts:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in self.__slots__}


def reconcile(sighting_ids: Collection[int], *, actor: Actor) -> Outcome:
    """Decide what each sighting is and apply it, in batches; the same sightings again change nothing.

    Devices become assets or questions, people become people. What a person pinned is left alone, no state is
    said, and everything is journalled in the change set that is open. `actor` is the run's.
    """
    outcome = Outcome()
    for some in slices(sorted(sighting_ids), AT_ONCE):
        outcome.add(_reconcile(loading.load(some), actor))
    return outcome


def _reconcile(batch: Batch, actor: Actor) -> Outcome:
    outcome = Outcome()
    persons = [key for key, sighting in batch.sightings.items() if sighting.subject == "person"]
    if persons:
        kept = people.follow(batch, persons, actor=actor)
        outcome.people_created, outcome.people_updated = kept.created, kept.updated
    devices = [key for key, sighting in batch.sightings.items() if sighting.subject == "device"]
    if devices:
        _reconcile_devices(batch, devices, actor, outcome)
    return outcome


def _reconcile_devices(batch: Batch, keys: Collection[int], actor: Actor, outcome: Outcome) -> None:
    applier = Applier(batch, actor, Catalogue(actor))
    asked: list[Ask] = []
    waiting: Collection[int] = keys
    for _pass in range(MOST_PASSES):
        # What waits is decided among all of the batch, so that a clone is known as one whoever comes first.
        seen = batch.seen(keys)
        decisions = decide(seen, loading.candidates(batch, seen))
        due = {key: decisions[key] for key in sorted(waiting)}
        asked += _apply(applier, due)
        db.session.flush()
        waiting = {key for key, decision in due.items() if isinstance(decision, Later)}
        if not waiting:
            break
    reviews = questions.ask_all([*_questions(batch, asked), *applier.applied.questions])
    questions.drop_unasked(keys, [review.id for review, _new in reviews])
    _conclude(batch, keys, applier, outcome)
    outcome.reviews += sum(new for _review, new in reviews)


def _conclude(batch: Batch, keys: Collection[int], applier: Applier, outcome: Outcome) -> None:
    """Dates, returns and departures of the assets concerned, and the counts."""
    applied = applier.applied
    db.session.flush()
    absence.note_signs_of_life([key for key in keys if batch.sightings[key].source == "ldap"])
    absence.touch(among(Sighting.id, sorted(keys)))
    for asset in batch.assets.values():
        db.session.expire(asset, ["last_seen"])
    questions.drop_vanished(applied.created | applied.linked)
    outcome.reviews += absence.ask_about_vanished(applied.deserted)
    outcome.assets_created += len(applied.created)
    outcome.assets_updated += len(applied.updated - applied.created)
    outcome.linked += len(applied.linked)


def _apply(applier: Applier, decisions: dict[int, Decision]) -> Iterable[Ask]:
    """Write the decisions; returns the questions, one for each group that is asked about."""
    made: dict[tuple[int, ...], tuple[list[int], Sentence]] = {}
    linked: list[tuple[int, int, Sentence]] = []
    asked: dict[tuple[int, ...], Ask] = {}
    for key, decision in decisions.items():
        match decision:
            case Linked(asset=asset_id, reason=reason):
                linked.append((key, asset_id, reason))
            case Created(group=group, reason=reason):
                of_group = [one for one in group if decisions.get(one) == decision]
                made.setdefault(group, (of_group, reason))
            case Ask(group=group, keep=keep):
                asked.setdefault(group, decision)
                if keep is None:
                    applier.unlink(key)
            case Ignored():
                applier.unlink(key)
            case Later():
                pass
    applier.link_all(linked)
    applier.create_all(list(made.values()))
    return asked.values()


def _questions(batch: Batch, asked: Iterable[Ask]) -> list[Question]:
    found = []
    for one in asked:
        kind = ReviewKind(one.kind)
        sighting = batch.sightings[one.group[0]]
        about = "-".join(str(id_) for id_ in sorted(one.candidates))
        found.append(
            Question(
                kind,
                key_of(kind, sighting.id, about) if about else key_of(kind, sighting.id),
                sighting.entity_id,
                sighting_id=sighting.id,
                asset_id=one.keep,
                candidates=one.candidates,
                evidence=one.evidence,
                details={"sighting_ids": list(one.group)},
                proposed=Answer(one.proposed) if one.proposed else None,
            )
        )
    return found


def unsettled(run: Run) -> list[int]:
    """The sightings of a run that are nothing yet: still asked about, undone since, or waiting for others."""
    ignored = exists().where(
        Constraint.sighting_id == Sighting.id, Constraint.asset_id.is_(None), Constraint.must_link.is_(False)
    )
    statement = select(Sighting.id).where(
        queries.met_last(run), ~exists().where(Link.sighting_id == Sighting.id), ~ignored
    )
    return list(db.session.scalars(statement))


def conclude(run: Run, *, actor: Actor) -> Outcome:
    """Do what only the end of a run allows: decide again what is unsettled, move the last dates of all it saw."""
    outcome = reconcile(unsettled(run), actor=actor)
    absence.touch(queries.met_last(run))
    return outcome


def depart(sighting_ids: Collection[int], *, actor: Actor) -> int:
    """Ask about the assets, and mark the people, that a whole reading no longer met; returns the new questions."""
    people.mark_absent(sighting_ids, actor=actor)
    opened = 0
    for some in slices(sorted(sighting_ids), AT_ONCE):
        gone = select(Link.asset_id).where(among(Link.sighting_id, some), Link.asset_id.is_not(None))
        opened += absence.ask_about_vanished(set(db.session.scalars(gone)) - {None})  # type: ignore[arg-type]
    return opened
