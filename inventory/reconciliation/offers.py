"""The answers that each kind of question offers, in the words that fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.assets.models import Asset
from inventory.core.wording import N_
from inventory.reconciliation.models import Answer, Review, ReviewKind

ALLOWED: dict[ReviewKind, tuple[Answer, ...]] = {
    ReviewKind.UNKNOWN_DEVICE: (Answer.CREATE, Answer.LINK, Answer.IGNORE),
    ReviewKind.POSSIBLE_MATCH: (Answer.LINK, Answer.DIFFERENT, Answer.IGNORE),
    ReviewKind.AMBIGUOUS: (Answer.LINK, Answer.DIFFERENT, Answer.IGNORE),
    ReviewKind.DUPLICATE: (Answer.MERGE, Answer.LINK, Answer.DIFFERENT),
    ReviewKind.CONFLICT: (Answer.KEEP, Answer.TAKE),
    ReviewKind.VANISHED: (Answer.KEEP, Answer.MISSING),
    ReviewKind.OTHER_ENTITY: (Answer.KEEP, Answer.MOVE),
    ReviewKind.REPLACEMENT: (Answer.RECORD, Answer.KEEP),
}

QUESTIONS: dict[ReviewKind, str] = {
    ReviewKind.UNKNOWN_DEVICE: N_("What is this device?"),
    ReviewKind.POSSIBLE_MATCH: N_("Is this device already in the inventory?"),
    ReviewKind.AMBIGUOUS: N_("Which of these is it?"),
    ReviewKind.DUPLICATE: N_("Are these one and the same?"),
    ReviewKind.CONFLICT: N_("Who is right?"),
    ReviewKind.VANISHED: N_("Where is it now?"),
    ReviewKind.OTHER_ENTITY: N_("Has it moved?"),
    ReviewKind.REPLACEMENT: N_("Does the new one replace the old one?"),
}

_WORDS: dict[tuple[ReviewKind, Answer], tuple[str, str]] = {
    (ReviewKind.UNKNOWN_DEVICE, Answer.CREATE): (
        N_("Create a new asset"),
        N_("It joins the inventory, in service."),
    ),
    (ReviewKind.UNKNOWN_DEVICE, Answer.IGNORE): (
        N_("Ignore this device"),
        N_("It is never asked about again."),
    ),
    (ReviewKind.POSSIBLE_MATCH, Answer.DIFFERENT): (
        N_("It is another device"),
        N_("It joins the inventory by itself, if it can be told from all others."),
    ),
    (ReviewKind.POSSIBLE_MATCH, Answer.IGNORE): (
        N_("Ignore this device"),
        N_("It is never asked about again."),
    ),
    (ReviewKind.AMBIGUOUS, Answer.DIFFERENT): (
        N_("None of these"),
        N_("It joins the inventory by itself, if it can be told from all others."),
    ),
    (ReviewKind.AMBIGUOUS, Answer.IGNORE): (N_("Ignore this device"), N_("It is never asked about again.")),
    (ReviewKind.DUPLICATE, Answer.DIFFERENT): (N_("They are different things"), N_("Both stay as they are.")),
    (ReviewKind.CONFLICT, Answer.KEEP): (N_("Keep what we have"), N_("The pinned value stays.")),
    (ReviewKind.CONFLICT, Answer.TAKE): (
        N_("Take what the device says"),
        N_("The field is no longer pinned."),
    ),
    (ReviewKind.VANISHED, Answer.KEEP): (N_("It is still there"), N_("Nothing changes.")),
    (ReviewKind.VANISHED, Answer.MISSING): (
        N_("Mark it missing"),
        N_("It leaves the renewal base until it is found."),
    ),
    (ReviewKind.OTHER_ENTITY, Answer.KEEP): (
        N_("It stays where it belongs"),
        N_("It was only seen elsewhere."),
    ),
    (ReviewKind.OTHER_ENTITY, Answer.MOVE): (
        N_("Move it to that entity"),
        N_("It belongs there from today on."),
    ),
    (ReviewKind.REPLACEMENT, Answer.RECORD): (
        N_("Record the replacement"),
        N_("It counts for the yearly sixth."),
    ),
    (ReviewKind.REPLACEMENT, Answer.KEEP): (N_("It replaces nothing"), N_("Both stay as they are.")),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer to choose: `value` is what the form sends, the label and the help are N_ sentences with `params`."""

    value: str
    label: str
    help: str = ""
    label_params: tuple[tuple[str, str], ...] = ()
    proposed: bool = False


def offers(review: Review, candidates: Sequence[Asset]) -> list[Offer]:
    """Return the answers to a question, in the order of their number keys; the proposed one comes first."""
    found: list[Offer] = []
    for answer in ALLOWED[review.kind]:
        proposed = review.proposed is answer
        if answer is Answer.LINK:
            found += _links(review, candidates, proposed=proposed)
        elif answer is Answer.MERGE:
            found += _merges(candidates, proposed=proposed)
        elif (words := _WORDS.get((review.kind, answer))) is not None and _makes_sense(review, answer):
            found.append(Offer(answer.value, *words, proposed=proposed))
    return sorted(found, key=lambda one: not one.proposed)


def kept_of(candidates: Sequence[Asset]) -> Asset:
    """Return the record that a merge keeps unless told otherwise: the one with a tag, else the oldest."""
    return min(candidates, key=lambda one: (one.tag is None, one.id))


def _merges(candidates: Sequence[Asset], *, proposed: bool) -> list[Offer]:
    if len(candidates) < 2:
        return []
    kept = kept_of(candidates)
    return [
        Offer(
            f"{Answer.MERGE.value}:{kept.public_id}",
            N_("Merge into %(label)s"),
            N_("One record remains with what both knew; the other's address leads to it."),
            (("label", kept.label),),
            proposed=proposed,
        )
    ]


def _makes_sense(review: Review, answer: Answer) -> bool:
    # Two records may stay apart only where it is known which of them the sighting is.
    return not (
        review.kind is ReviewKind.DUPLICATE and answer is Answer.DIFFERENT and review.asset_id is None
    )


def _links(review: Review, candidates: Sequence[Asset], *, proposed: bool) -> list[Offer]:
    if review.kind is ReviewKind.DUPLICATE and review.asset_id is not None:
        return []
    return [
        Offer(
            f"{Answer.LINK.value}:{asset.public_id}",
            N_("It is %(label)s"),
            N_("What was seen is written to this record."),
            (("label", asset.label),),
            proposed=proposed and place == 0,
        )
        for place, asset in enumerate(candidates)
    ]
