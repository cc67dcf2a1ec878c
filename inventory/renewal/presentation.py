"""Lays figures out for pages: links to the assets behind each number, charts, tables and switches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import g, url_for
from flask_babel import gettext as _

from inventory.core import charts, clock, i18n
from inventory.core.i18n import ngettext
from inventory.renewal import wording
from inventory.renewal.models import Snapshot
from inventory.renewal.queries import Ask, Family, FamilyFigures, Figure, Figures, Part
from inventory.renewal.sixth import Verdict

YEARS_SHOWN = 5


def address(ask: Ask, endpoint: str = "renewal.detail", **values: Any) -> str:
    """Return the address of a page on the same entity, year and perimeter."""
    same: dict[str, Any] = {"year": ask.year, "perimeter": ask.perimeter.part.value}
    if values.keys() & same.keys():
        return url_for(endpoint, code=ask.perimeter.entity.code, **{**same, **values})
    # A page of figures has a hundred of them, which differ in what they name last.
    begun: dict[Any, str] = g.setdefault("figures_addresses", {})
    key = (endpoint, ask.perimeter.entity.code, *same.values())
    if key not in begun:
        begun[key] = url_for(endpoint, code=ask.perimeter.entity.code, **same)
    return f"{begun[key]}&{urlencode(values)}" if values else begun[key]


def behind(ask: Ask, figure: Figure | str, family: Family = Family.MAIN, **narrowed: Any) -> str:
    """Return the address of the assets behind a figure."""
    return address(
        ask, "renewal.assets", figure=Figure(figure).value, family=Family(family).value, **narrowed
    )


def number(
    ask: Ask, value: int, figure: Figure, family: Family = Family.MAIN, **narrowed: Any
) -> dict[str, Any]:
    """Return a table's cell: the number, linked to the assets behind it unless there are none."""
    url = behind(ask, figure, family, **narrowed) if value else None
    return {"kind": "number", "value": value, "url": url}


def switches(ask: Ask) -> dict[str, list[dict[str, Any]]]:
    """Return the perimeters and the years that the page can show."""
    latest = ask.rule.terms.year_of(clock.today(ask.perimeter.entity.time_zone))
    parts = [
        {
            "label": _(part.label),
            "url": address(ask, perimeter=part.value),
            "active": part is ask.perimeter.part,
        }
        for part in Part
    ]
    years = range(latest - YEARS_SHOWN + 1, latest + 1)
    return {
        "parts": parts if ask.perimeter.has_ccas else [],
        "years": [
            {"label": str(year), "url": address(ask, year=year), "active": year == ask.year}
            for year in sorted({*years, ask.year})
        ],
    }


def part_of(snapshot: Snapshot) -> str:
    """Return which part of the branch presented figures are of."""
    return _(Part(snapshot.perimeter).label)


def headline(figures: Figures, part: FamilyFigures) -> dict[str, Any]:
    """Return the big rate of one family with its sentence, its numbers and its bullet."""
    ask, outcome = figures.ask, part.outcome
    return {
        "family": part.family,
        "rate": outcome.share,
        "verdict": outcome.verdict,
        "sentence": wording.verdict(outcome, ask.base_on),
        "bullet": charts.bullets([bullet(figures, part)])[0] if outcome.base else None,
        "renewed": number(ask, outcome.renewed, Figure.RENEWED, part.family),
        "base": number(ask, outcome.base, Figure.BASE, part.family),
        "target": outcome.target,
        "not_counted": number(ask, part.not_counted, Figure.NOT_COUNTED, part.family),
    }


def bullet(figures: Figures, part: FamilyFigures, *, url: str | None = None) -> charts.Bullet:
    """Return one line of a bullet chart."""
    outcome = part.outcome
    if outcome.verdict is Verdict.MISSING:
        note = ngettext("%(num)s missing", "%(num)s missing", outcome.missing)
    else:
        note = _(outcome.verdict.label)
    return charts.Bullet(
        label=figures.entity.name,
        rate=outcome.share,
        target=outcome.target / outcome.base if outcome.base else 0.0,
        missing=outcome.missing,
        note=note,
        url=url,
    )


def pyramid(figures: Figures, part: FamilyFigures) -> charts.BarChart:
    """Return the age pyramid: a bar for each year of age, unknown ages apart, the service life as a line."""
    ask = figures.ask
    data = [
        charts.Datum(
            str(age),
            count,
            behind(ask, Figure.FLEET, part.family, age=age) if count else None,
            _("%(count)s aged %(age)s", count=i18n.number(count), age=_years(age)),
        )
        for age, count in part.years
    ]
    unknown = (
        charts.Datum(
            _("unknown"),
            part.unknown,
            behind(ask, Figure.UNKNOWN_AGE, part.family),
            _("%(count)s of unknown age", count=i18n.number(part.unknown)),
            "unknown",
        )
        if part.unknown
        else None
    )
    life = usual_life(figures, part)
    shown = life // 12 if life and life % 12 == 0 and life // 12 <= len(data) else None
    label = _("service life: %(life)s", life=wording.duration(life)) if life else ""
    return charts.bars(data, unknown=unknown, limit_after=shown, limit_label=label)


def _years(age: int) -> str:
    return ngettext("%(num)s year", "%(num)s years", age)


def usual_life(figures: Figures, part: FamilyFigures) -> int | None:
    """Return the service life, in months, of most of the devices of a family."""
    ids = figures.ask.rule.main_ids if part.family is Family.MAIN else figures.ask.rule.workplace_ids
    lives: Counter[int] = Counter()
    for line in figures.lines:
        if line.sort.id in ids and line.sort.life_months:
            lives[line.sort.life_months] += line.fleet
    return lives.most_common(1)[0][0] if lives else None


def stock_rows(figures: Figures) -> list[list[Any]]:
    """Return the state of the fleet on the day asked for: a row for each figure, a column for each family."""
    ask, parts = figures.ask, figures.families

    def row(label: str, figure: Figure, name: str) -> list[Any]:
        return [label, *(number(ask, getattr(part, name), figure, part.family) for part in parts)]

    share: list[Any] = [_("Share over service life, of known ages")]
    median: list[Any] = [_("Median age")]
    for part in parts:
        share.append({"kind": "percent", "value": part.over_life_share})
        age = wording.duration(part.median_months) if part.median_months is not None else None
        median.append({"kind": "text", "value": age})
    return [
        row(_("In service"), Figure.FLEET, "fleet"),
        row(_("Over their service life"), Figure.OVER_LIFE, "over_life"),
        share,
        median,
        row(_("Of unknown age"), Figure.UNKNOWN_AGE, "unknown"),
        row(_("Of estimated age"), Figure.ESTIMATED_AGE, "estimated"),
        row(_("Out of warranty"), Figure.WARRANTY_OVER, "warranty_over"),
    ]


def category_rows(figures: Figures) -> list[list[Any]]:
    """Return one row for each category, every number linked."""
    ask, rows = figures.ask, []
    for line in figures.lines:
        of: dict[str, Any] = {"family": Family.WORKPLACE, "category": line.sort.code}
        rows.append(
            [
                _(line.sort.name),
                number(ask, line.base, Figure.BASE, **of),
                number(ask, line.renewed, Figure.RENEWED, **of),
                {"kind": "percent", "value": line.share},
                number(ask, line.fleet, Figure.FLEET, **of),
                number(ask, line.over_life, Figure.OVER_LIFE, **of),
                number(ask, line.unknown, Figure.UNKNOWN_AGE, **of),
            ]
        )
    return rows


def left_out_rows(figures: Figures) -> list[tuple[str, dict[str, Any]]]:
    """Return what is outside of the base, and why."""
    ask = figures.ask
    return [
        (_(reason.label), number(ask, count, Figure.LEFT_OUT, left_out=reason.value))
        for reason, count in figures.left_out
    ]


def in_order(found: Sequence[Figures]) -> list[Figures]:
    """Return the figures of entities in the order of their chart: what misses most first."""
    return sorted(found, key=lambda one: charts.what_misses_most(bullet(one, one.main)))


def overview_rows(found: Sequence[Figures]) -> list[list[Any]]:
    """Return one row for each entity, in the order of the chart above them."""
    rows = []
    for one in in_order(found):
        ask, main, whole = one.ask, one.main, one.workplace
        rows.append(
            [
                {"kind": "link", "value": one.entity.name, "url": address(ask)},
                number(ask, main.outcome.base, Figure.BASE),
                number(ask, main.outcome.renewed, Figure.RENEWED),
                {"kind": "number", "value": main.outcome.target if main.outcome.base else None},
                {"kind": "percent", "value": main.outcome.share},
                {"kind": "badge", "value": main.outcome.verdict},
                {"kind": "number", "value": main.outcome.missing if main.outcome.base else None},
                {"kind": "percent", "value": whole.outcome.share},
                {"kind": "percent", "value": main.over_life_share},
                number(ask, main.unknown, Figure.UNKNOWN_AGE),
            ]
        )
    return rows
