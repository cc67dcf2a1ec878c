"""Lets what reconciliation knows of an asset follow it when it is merged into another, and go back with it."""

from __future__ import annotations

from sqlalchemy import select

from inventory.assets.models import Asset, AssetRedirect, LastSeen
from inventory.assets.services import seen
from inventory.audit import queries as trail
from inventory.audit.models import ChangeSet
from inventory.core.database import among, db
from inventory.discovery import presences
from inventory.discovery.models import Sighting
from inventory.discovery.sightings import slices
from inventory.reconciliation.models import Constraint, Link, Review, ReviewKind, ReviewState
from inventory.reconciliation.services import absence

AT_ONCE = 500
_MATCHES = frozenset({ReviewKind.DUPLICATE, ReviewKind.AMBIGUOUS})


def follow_merge(kept: Asset, absorbed: Asset) -> None:
    """Move links, remembered answers and questions from the absorbed asset to the one that is kept."""
    for link in db.session.scalars(select(Link).where(Link.asset_id == absorbed.id)):
        link.asset_id = kept.id
    _move_constraints(kept, absorbed)
    for review in db.session.scalars(select(Review).where(Review.asset_id == absorbed.id)):
        review.asset_id = kept.id
        # A question about the record that goes says nothing of the one that stays.
        if review.state is ReviewState.OPEN and review.kind not in _MATCHES:
            review.state = ReviewState.OBSOLETE
    _replace_candidates(kept, absorbed)
    db.session.flush()


def _move_constraints(kept: Asset, absorbed: Asset) -> None:
    mine = select(Constraint.sighting_id).where(Constraint.asset_id == kept.id)
    known = set(db.session.scalars(mine))
    for row in db.session.scalars(select(Constraint).where(Constraint.asset_id == absorbed.id)):
        if row.sighting_id in known:
            db.session.delete(row)
        else:
            row.asset_id = kept.id


def _replace_candidates(kept: Asset, absorbed: Asset) -> None:
    for review in db.session.scalars(select(Review).where(Review.state == ReviewState.OPEN)):
        if absorbed.id in review.candidate_ids:
            left = dict.fromkeys(kept.id if id_ == absorbed.id else id_ for id_ in review.candidate_ids)
            review.candidate_ids = list(left)
            if len(left) < 2 and review.kind in _MATCHES:
                review.state = ReviewState.OBSOLETE


def tell_last_seen_anew(undone: ChangeSet) -> None:
    """Say of each asset that an undone change set had merged when it was last seen, by what is known of it alone.

    The undo has put back what was said before; what saw it between the merge and the undo is told here.
    """
    written = {key["asset_id"] for key in trail.keys_changed(undone, LastSeen)}
    names = trail.merged(undone, "asset")
    merged = (
        set(db.session.scalars(select(Asset.id).where(among(Asset.public_id, names)))) if names else set()
    )
    # Of one that had never been seen the journal says nothing, and what it has was another's.
    seen.forget_later(merged - written, undone.opened_at)
    # Merged once more by undoing the undo: where the address of the one that went leads to.
    gone = {key["public_id"] for key in trail.keys_changed(undone, AssetRedirect)}
    led = select(AssetRedirect.asset_id).where(among(AssetRedirect.public_id, gone))
    again = set(db.session.scalars(led)) if gone else set()
    for some in slices(sorted(merged | written | again), AT_ONCE):
        linked = select(Link.sighting_id).where(among(Link.asset_id, some))
        absence.touch(Sighting.id.in_(linked))
        absence.note_signs_of_life_of(some)
        presences.confirm_again(some)
