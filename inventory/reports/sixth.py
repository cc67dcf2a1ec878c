"""Puts the figures of the sixth into a report: the same words and tables on screen, in the PDF and in the workbook."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from inventory.assets.lists import model_words
from inventory.assets.models import Asset
from inventory.core import clock, i18n
from inventory.core.database import db
from inventory.renewal import presentation, queries, wording
from inventory.renewal.models import Replacement
from inventory.renewal.queries import Ask, Figure, Figures, Selection
from inventory.reports.content import Bars, Head, Report, Section, Table, Typed

# A list in a report is to be read: the whole of it is in the application and in its exports.
MOST_LISTED = 100
LEAST_CANDIDATES = 20


def report(ask: Ask) -> Report:
    """Return the report of one entity's sixth."""
    figures = queries.figures_of([ask])[0]
    perimeter = ask.perimeter
    return Report(
        name=f"{_('The sixth')} {perimeter.entity.code} {ask.year}",
        title=_("The sixth: renewal of the workplace fleet"),
        entity=wording.whose(ask),
        period=wording.period(ask),
        made_on=clock.today(perimeter.entity.time_zone),
        sections=[
            _summary(figures),
            _ages(figures),
            _stock(figures),
            _categories(figures),
            _replacements(ask),
            _candidates(figures),
            _unknown(figures),
            _rule(ask),
        ],
    )


def _summary(figures: Figures) -> Section:
    ask, parts = figures.ask, figures.families
    outcomes = [part.outcome for part in parts]
    rows: list[list[Any]] = [
        [_("Base (D)"), *(one.base for one in outcomes)],
        [_("Renewed (R)"), *(one.renewed for one in outcomes)],
        [_("Target"), *(one.target if one.base else _("none") for one in outcomes)],
        [_("Missing"), *(one.missing if one.base else _("none") for one in outcomes)],
        [_("Rate"), *(Typed("percent", one.share) if one.base else _("none") for one in outcomes)],
        [_("Verdict"), *(_(one.verdict.label) for one in outcomes)],
    ]
    heads = _family_heads(figures)
    terms = ask.rule.terms
    return Section(
        "summary",
        _("How the year stands"),
        [wording.verdict(figures.main.outcome, ask.base_on), *wording.remarks(figures)],
        Table(heads, rows),
        notes=[
            _(
                "Base: main terminals in service, on loan or in repair on %(day)s, owned and used as the rule says.",
                day=i18n.day(ask.base_on),
            ),
            _(
                "Renewed: positions whose device was replaced by a younger one between %(first)s and %(last)s, "
                "each device counted once. Growth, spares, loans and repair swaps do not count.",
                first=i18n.day(terms.start(ask.year)),
                last=i18n.day(ask.as_of),
            ),
            _(
                "Target: %(numerator)s/%(denominator)s of the base, rounded up to a whole device.",
                numerator=terms.numerator,
                denominator=terms.denominator,
            ),
        ],
    )


def _ages(figures: Figures) -> Section:
    main = figures.main
    chart = presentation.pyramid(figures, main)
    life = presentation.usual_life(figures, main)
    return Section(
        "ages",
        _("Ages of main terminals in service on %(day)s, in years", day=i18n.day(figures.ask.as_of)),
        [wording.ages(main)],
        bars=Bars(
            [(str(age), count) for age, count in main.years],
            main.unknown,
            life // 12 if chart.limit and life else None,
            chart.limit.label if chart.limit else "",
        )
        if main.fleet
        else None,
        notes=[
            _(
                "Age: from first use, else commissioning, delivery or invoice; the start of the warranty and the date "
                "of the BIOS are estimates. The day a device was first seen on the network is no age."
            )
        ],
    )


def _family_heads(figures: Figures) -> list[Head]:
    return [Head("", width=2), *(Head(_(part.family.label), "number") for part in figures.families)]


def _stock(figures: Figures) -> Section:
    parts = figures.families
    shares = [Typed("percent", part.over_life_share) for part in parts]
    medians = [None if part.median_months is None else wording.duration(part.median_months) for part in parts]
    rows: list[list[Any]] = [
        [_("In service"), *(part.fleet for part in parts)],
        [_("Over their service life"), *(part.over_life for part in parts)],
        [_("Share over service life, of known ages"), *shares],
        [_("Median age"), *medians],
        [_("Of unknown age"), *(part.unknown for part in parts)],
        [_("Of estimated age"), *(part.estimated for part in parts)],
        [_("Out of warranty"), *(part.warranty_over for part in parts)],
    ]
    heads = _family_heads(figures)
    title = _("In service on %(day)s", day=i18n.day(figures.ask.as_of))
    return Section("stock", title, table=Table(heads, rows))


def _categories(figures: Figures) -> Section:
    heads = [
        Head(_("Category"), width=9),
        Head(_("Base"), "number", 3),
        Head(_("Renewed"), "number", 5),
        Head(_("Rate"), "percent", 4),
        Head(_("In service"), "number", 4),
        Head(_("Over service life"), "number", 5),
        Head(_("Unknown ages"), "number", 5),
    ]
    rows = [
        [_(x.sort.name), x.base, x.renewed, x.share, x.fleet, x.over_life, x.unknown] for x in figures.lines
    ]
    note = _("For information: the rate is that of the rule's base, these lines are not added up into it.")
    return Section("categories", _("By category"), table=Table(heads, rows), notes=[note])


def _replacements(ask: Ask) -> Section:
    recorded = queries.recorded(ask)
    heads = [
        Head(_("Date"), "day", 3),
        Head(_("Device that left"), "code", 3),
        Head(_("Device that came"), "code", 3),
        Head(_("Position"), width=6),
        Head(_("Judgement"), width=5),
    ]
    rows = [
        [
            row.replaced_on,
            row.old_asset.label,
            row.new_asset.label,
            _position_words(row),
            _("counts") if row.counted else _(row.reason.label),
        ]
        for row in recorded
    ]
    sentences = [] if rows else [_("No replacement is recorded in this contract year.")]
    title = _("Recorded replacements")
    return Section("replacements", title, sentences, Table(heads, rows) if rows else None)


def _position_words(row: Replacement) -> str:
    """Return whose device was replaced, and where; a room that is the position too is said once."""
    names = (
        row.person.display_name if row.person else "",
        row.location.name if row.location else "",
        row.position,
    )
    return " · ".join(dict.fromkeys(name for name in names if name))


def _asset_heads(last: str) -> list[Head]:
    return [
        Head(_("Tag"), "code", 4),
        Head(_("Category"), width=5),
        Head(_("Model"), width=6),
        Head(_("Entity"), width=6),
        Head(last, width=8),
    ]


def _asset_row(asset: Asset, last: str) -> list[Any]:
    return [asset.label, _(asset.category.name), model_words(asset), asset.entity.name, last]


def _candidates(figures: Figures) -> Section:
    ask = figures.ask
    wanted = min(MOST_LISTED, max(LEAST_CANDIDATES, figures.main.outcome.missing))
    rows = [_asset_row(asset, wording.why(asset, ask.as_of)) for asset in queries.candidates(ask, wanted)]
    sentences = [] if rows else [_("No main terminal of known age is left to renew.")]
    table = Table(_asset_heads(_("Why")), rows) if rows else None
    note = _(
        "The oldest first, then those of unknown age whose warranty ended first; those replaced this year are left out."
    )
    return Section("candidates", _("To renew first"), sentences, table, notes=[note] if rows else [])


def _unknown(figures: Figures) -> Section:
    total = figures.main.unknown
    statement = queries.assets(figures.ask, Selection(Figure.UNKNOWN_AGE)).order_by(Asset.id)
    found = [row[0] for row in db.session.execute(statement.limit(MOST_LISTED))] if total else []
    rows = [_asset_row(asset, asset.serial or "") for asset in found]
    if not total:
        sentences = [_("The age of every main terminal in service is known.")]
    elif total > len(rows):
        sentences = [
            _("The first %(shown)s of %(total)s.", shown=i18n.number(len(rows)), total=i18n.number(total))
        ]
    else:
        sentences = []
    table = Table(_asset_heads(_("Serial number")), rows) if rows else None
    return Section("unknown", _("Unknown ages to fill in"), sentences, table)


def _rule(ask: Ask) -> Section:
    rows = [list(pair) for pair in wording.rule_rows(ask.rule, ask)]
    source = wording.rule_source(ask.rule, ask.perimeter.entity.id)
    return Section("rule", _("The rule"), [source], Table([Head("", width=1), Head("", width=2)], rows))
