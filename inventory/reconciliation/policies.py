"""Says on which entities an answer acts, so that whoever gives it must hold the right on each."""

from __future__ import annotations

from collections.abc import Iterable

from inventory.assets.models import Asset
from inventory.reconciliation.models import Answer, Review

# Answers that act on every record that the question names, not only on the one chosen.
_ON_ALL = frozenset({Answer.MERGE, Answer.RECORD})
_ON_NONE = frozenset({Answer.CREATE, Answer.IGNORE, Answer.DIFFERENT})


def entities_touched(
    review: Review, answer: Answer, named: Iterable[Asset], chosen: Asset | None
) -> set[int]:
    """Return the ids of the entities that the answer changes; `named` are the assets that the question shows."""
    touched = {review.entity_id}
    if chosen is not None:
        touched.add(chosen.entity_id)
    if answer in _ON_ALL or (chosen is None and answer not in _ON_NONE):
        touched |= {asset.entity_id for asset in named}
    if answer is Answer.MOVE:
        touched.add(int(review.details["seen_entity_id"]))
    return touched
