"""The pages of questions: one at a time, and unknown devices by the hundred."""

from __future__ import annotations

from inventory.reconciliation.views import questions, triage
from inventory.reconciliation.views.questions import MENU, bp

__all__ = ["MENU", "bp", "questions", "triage"]
