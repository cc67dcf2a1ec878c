"""Reads the yearly sixth: rules in force, perimeters, figures, and the very assets behind each figure."""

from __future__ import annotations

from inventory.renewal.queries.figures import (
    CategoryLine,
    FamilyFigures,
    Figures,
    figures,
    figures_of,
    overview,
)
from inventory.renewal.queries.perimeters import Ask, Part, Perimeter, ask, asks_for, communes
from inventory.renewal.queries.replacements import recorded, snapshots
from inventory.renewal.queries.rules import RuleInForce, Sort, rule_in_force, rules_in_force, sorts
from inventory.renewal.queries.selections import (
    Family,
    Figure,
    LeftOut,
    Selection,
    asset_ids,
    assets,
    candidate_order,
    candidates,
    first_ids,
    named_rows,
    shown_day,
)

__all__ = [
    "Ask",
    "CategoryLine",
    "Family",
    "FamilyFigures",
    "Figure",
    "Figures",
    "LeftOut",
    "Part",
    "Perimeter",
    "RuleInForce",
    "Selection",
    "Sort",
    "ask",
    "asks_for",
    "asset_ids",
    "assets",
    "candidate_order",
    "candidates",
    "communes",
    "figures",
    "figures_of",
    "first_ids",
    "named_rows",
    "overview",
    "recorded",
    "rule_in_force",
    "rules_in_force",
    "shown_day",
    "snapshots",
    "sorts",
]
