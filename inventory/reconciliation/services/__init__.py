"""What reconciliation does: every verb is audited, flushes and never commits."""

from __future__ import annotations

from inventory.reconciliation.services.absence import note_signs_of_life
from inventory.reconciliation.services.answers import answer, undo_answer
from inventory.reconciliation.services.batches import Outcome, conclude, depart, reconcile
from inventory.reconciliation.services.merges import follow_merge, tell_last_seen_anew
from inventory.reconciliation.services.questions import Question, ask, key_of
from inventory.reconciliation.services.triage import Sorted, Verdict, sort_out, verdict_of

__all__ = [
    "Outcome",
    "Question",
    "Sorted",
    "Verdict",
    "answer",
    "ask",
    "conclude",
    "depart",
    "follow_merge",
    "key_of",
    "note_signs_of_life",
    "reconcile",
    "sort_out",
    "tell_last_seen_anew",
    "undo_answer",
    "verdict_of",
]
