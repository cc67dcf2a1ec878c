"""Draws the conclusions of a run as it stores what it saw: entry points of the hooks, each one service call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inventory.assets.models import Asset
from inventory.audit.models import ChangeSet
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.discovery import runs
from inventory.discovery.models import Run
from inventory.reconciliation import services


def stored(*, sighting_ids: Sequence[int], actor: Actor, run_id: int) -> None:
    """Reconcile what is new or has changed."""
    outcome = services.reconcile(sighting_ids, actor=actor)
    runs.add_outcome(db.session.get_one(Run, run_id), **outcome.counts)


def alive(*, sighting_ids: Sequence[int]) -> None:
    """Move the last dates of the computers that a directory saw alive."""
    services.note_signs_of_life(sighting_ids)


def absent(*, sighting_ids: Sequence[int], actor: Actor, run_id: int) -> None:
    """Ask about what a whole reading no longer met."""
    runs.add_outcome(db.session.get_one(Run, run_id), reviews=services.depart(sighting_ids, actor=actor))


def closing(*, actor: Actor, run_id: int) -> None:
    """Decide again what is unsettled, and move the last dates of all that the run saw."""
    run = db.session.get_one(Run, run_id)
    runs.add_outcome(run, **services.conclude(run, actor=actor).counts)


def undone(*, change_set: ChangeSet) -> None:
    """Say anew when assets were last seen whose merge was undone, or done again."""
    services.tell_last_seen_anew(change_set)


def merged(*, kept: Asset, absorbed: Asset, **_rest: Any) -> None:
    """Follow an asset that was merged into another."""
    services.follow_merge(kept, absorbed)
