"""Asks what the nights leave open: each kind of question, by the rules that ask it of a real network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inventory.assets.lifecycle import GONE
from inventory.core.wording import N_
from inventory.demo import nights
from inventory.demo.chance import Chance
from inventory.demo.lives import Life
from inventory.demo.nights import Subject
from inventory.demo.renewals import Pair
from inventory.demo.world import World
from inventory.reconciliation.likeness import Sentence, Traits, virtuality
from inventory.reconciliation.matching import Ask, Known, Seen, decide
from inventory.reconciliation.models import Answer, Review, ReviewKind, ReviewState
from inventory.reconciliation.portraits import BY_ADDRESS, traits_of_sighting
from inventory.reconciliation.services.questions import key_of
from inventory.renewal.models import Basis
from scanners.observation import Identifier


@dataclass(frozen=True, slots=True)
class Riddle:
    """Something seen that was not recognised, with the assets that it resembles."""

    subject: Subject
    path: str
    resembles: tuple[Life, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispute:
    """A device that says it is another model than a person wrote and pinned."""

    life: Life
    subject: Subject
    kept: str
    seen: str
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """Something in use that a whole reading no longer met."""

    life: Life
    last_seen_at: datetime
    absent_since: datetime


@dataclass(frozen=True, slots=True)
class Strayed:
    """Something that answers in another commune than its own."""

    life: Life
    subject: Subject
    evidence: Sentence


@dataclass(slots=True)
class Doubts:
    """What the nights of one commune (its code) leave open."""

    code: str
    riddles: list[Riddle] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    strayed: list[Strayed] = field(default_factory=list)


def ask(world: World, doubts: Doubts, forgotten: Sequence[Pair], sighting_ids: dict[int, int]) -> None:
    """Open the questions; `sighting_ids` names the sightings of subjects by their Python identity."""
    chance = world.chance("questions", doubts.code)
    for riddle in doubts.riddles:
        _ask_riddle(world, riddle, chance)
    for dispute in doubts.disputes:
        _ask_dispute(world, dispute, sighting_ids[id(dispute.subject)], chance)
    for missed in doubts.missed:
        _ask_missed(world, missed, chance)
    for strayed in doubts.strayed:
        _ask_strayed(world, strayed, sighting_ids[id(strayed.subject)], chance)
    for pair in forgotten:
        if pair.old.life.state not in GONE or chance.happens(0.5):
            _ask_replacement(world, pair, chance)


def _open(world: World, key: str, at: datetime, chance: Chance, **columns: Any) -> None:
    """Add an open question; the kind is how its key begins."""
    world.rows.add(
        Review,
        kind=ReviewKind(key.partition(":")[0]),
        state=ReviewState.OPEN,
        question_key=key,
        opened_at=at,
        public_id=chance.public_id(),
        **columns,
    )


def _traits(world: World, life: Life) -> Traits:
    """Describe an asset as matching compares it (`portraits.traits_of_asset`)."""
    named = frozenset(Identifier(kind.value, value, scope) for kind, value, scope in life.identifiers)
    kinds = {id_: kind for kind, id_ in world.category_ids.items()}
    traits = Traits(
        named,
        kind=kinds[life.values["category_id"]].value,
        maker=world.maker_keys.get(life.values.get("manufacturer_id") or 0),
        entity=world.paths[life.values["entity_id"]],
    )
    return Traits(traits.identifiers, traits.kind, traits.maker, virtuality(traits), traits.entity)


def _ask_riddle(world: World, riddle: Riddle, chance: Chance) -> None:
    """Decide by the rules of matching, and open the question that they come to."""
    subject = riddle.subject
    sighting_id = nights.keep(world, subject, chance.public_id())
    nights.keep_reading(world, subject, sighting_id)
    traits = traits_of_sighting(subject.observation, riddle.path)
    by_address = subject.observation.source_key.startswith(BY_ADDRESS)
    known = [Known(life.id, _traits(world, life), live=life.state not in GONE) for life in riddle.resembles]
    decision = decide([Seen(sighting_id, traits, by_address=by_address)], known)[sighting_id]
    if not isinstance(decision, Ask):
        raise TypeError(f"nothing is asked about {subject.observation.source_key}: {decision}")
    kind = ReviewKind(decision.kind)
    about = "-".join(str(id_) for id_ in sorted(decision.candidates))
    key = key_of(kind, sighting_id, about) if about else key_of(kind, sighting_id)
    _open(
        world, key, subject.first_at, chance,
        entity_id=subject.entity_id, sighting_id=sighting_id, candidate_ids=list(decision.candidates),
        evidence=[list(one) for one in decision.evidence], details={"sighting_ids": [sighting_id]},
        proposed=Answer(decision.proposed) if decision.proposed else None,
    )  # fmt: skip


def _ask_dispute(world: World, dispute: Dispute, sighting_id: int, chance: Chance) -> None:
    life = dispute.life
    evidence = [
        (N_("A person wrote %(value)s and pinned it."), {"value": dispute.kept}, "info"),
        (N_("The device says %(value)s."), {"value": dispute.seen}, "bad"),
    ]
    _open(
        world, key_of(ReviewKind.CONFLICT, life.id, "model_id", dispute.seen),
        dispute.noticed_at, chance,
        entity_id=life.values["entity_id"], sighting_id=sighting_id, asset_id=life.id, candidate_ids=[life.id],
        evidence=[list(one) for one in evidence], proposed=Answer.KEEP,
        details={"field": "model_id", "kept": dispute.kept, "seen": dispute.seen},
    )  # fmt: skip


def _ask_missed(world: World, missed: Missed, chance: Chance) -> None:
    life, last = missed.life, missed.last_seen_at
    evidence: Sentence = (N_("A whole reading of where it was last seen no longer finds it."), {}, "bad")
    _open(
        world, key_of(ReviewKind.VANISHED, life.id, last.date().isoformat()),
        missed.absent_since, chance,
        entity_id=life.values["entity_id"], asset_id=life.id, candidate_ids=[life.id], evidence=[list(evidence)],
        details={"last_seen_at": last.isoformat()}, proposed=Answer.KEEP,
    )  # fmt: skip


def _ask_strayed(world: World, strayed: Strayed, sighting_id: int, chance: Chance) -> None:
    life, subject = strayed.life, strayed.subject
    home = life.values["entity_id"]
    _open(
        world, key_of(ReviewKind.OTHER_ENTITY, life.id, home, subject.entity_id),
        subject.first_at, chance,
        entity_id=home, sighting_id=sighting_id, asset_id=life.id, candidate_ids=[life.id],
        evidence=[list(strayed.evidence)], proposed=Answer.KEEP,
        details={"seen_entity_id": subject.entity_id, "home_entity_id": home},
    )  # fmt: skip


def _ask_replacement(world: World, pair: Pair, chance: Chance) -> None:
    old, new, desk = pair.old.life, pair.new.life, pair.new.device.desk
    params = {"old": old.label, "new": new.label, "day": pair.on.isoformat()}
    evidence = (N_("%(new)s came to the same holder or place as %(old)s, on %(day)s."), params, "good")
    _open(
        world, key_of(ReviewKind.REPLACEMENT, old.id, new.id),
        chance.at_work(pair.on), chance,
        entity_id=old.values["entity_id"], asset_id=old.id, candidate_ids=[new.id], evidence=[list(evidence)],
        proposed=Answer.RECORD,
        details={
            "on": pair.on.isoformat(), "basis": Basis.CUSTODY.value,
            "person_id": desk.holder.id if desk.holder else None, "location_id": desk.room.id,
        },
    )  # fmt: skip
