"""Writes figures as the plain JSON that a presented snapshot keeps."""

from __future__ import annotations

from typing import Any

from inventory.renewal.queries import FamilyFigures, Figures


def as_json(figures: Figures) -> dict[str, Any]:
    """Return every number of the page, with the rule that it was computed by; days in ISO form, ages in months."""
    ask, terms = figures.ask, figures.ask.rule.terms
    return {
        "format": 1,
        "entity": {"code": figures.entity.code, "name": figures.entity.name},
        "year": {"from": terms.start(ask.year).isoformat(), "to": terms.end(ask.year).isoformat()},
        "base_on": ask.base_on.isoformat(),
        "as_of": ask.as_of.isoformat(),
        "rule": {
            "version": ask.rule.row.version if ask.rule.row else 0,
            "source": ask.rule.source.code if ask.rule.source else None,
            "fraction": [terms.numerator, terms.denominator],
            "rounding": terms.rounding.value,
            "categories": [sort.code for sort in ask.rule.main],
            "ownerships": [code.value for code in ask.rule.ownerships],
            "usages": [code.value for code in ask.rule.usages],
            "minimum_gain_months": terms.minimum_gain_months,
        },
        "families": {part.family.value: _family(part) for part in figures.families},
        "categories": [
            {
                "code": line.sort.code,
                "base": line.base,
                "renewed": line.renewed,
                "fleet": line.fleet,
                "over_life": line.over_life,
                "unknown": line.unknown,
            }
            for line in figures.lines
        ],
        "left_out": {reason.value: number for reason, number in figures.left_out},
    }


def _family(part: FamilyFigures) -> dict[str, Any]:
    return {
        "base": part.outcome.base,
        "renewed": part.outcome.renewed,
        "target": part.outcome.target,
        "missing": part.outcome.missing,
        "verdict": part.outcome.verdict.value,
        "cumulative_since": part.outcome.cumulative_since,
        "not_counted": part.not_counted,
        "fleet": part.fleet,
        "over_life": part.over_life,
        "unknown": part.unknown,
        "estimated": part.estimated,
        "warranty_over": part.warranty_over,
        "median_months": part.median_months,
        "years": [list(pair) for pair in part.years],
    }
