"""Lays the fleet out for the home page: charts whose every part opens the very rows behind it."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from inventory.core import charts, i18n
from inventory.core.i18n import ngettext
from inventory.dashboard.queries import OLDEST_SHOWN, Fleet
from inventory.renewal.wording import duration

CATEGORIES_SHOWN = 5


def pyramid(fleet: Fleet) -> charts.BarChart:
    """Return main terminals in use by year of age, the oldest together, unknown ages apart."""
    shown = list(fleet.years[:OLDEST_SHOWN])
    data = [_year(age, count) for age, count in shown]
    older = sum(count for _age, count in fleet.years[OLDEST_SHOWN:])
    if older:
        address = _behind(f"{OLDEST_SHOWN}+")
        data.append(
            charts.Datum(f"{OLDEST_SHOWN}+", older, address, _("%(num)s years or more", num=OLDEST_SHOWN))
        )
    unknown = (
        charts.Datum(_("unknown"), fleet.unknown_ages, _behind("unknown"), tone="unknown")
        if fleet.unknown_ages
        else None
    )
    life = fleet.usual_life_months
    limit = life // 12 if life and life % 12 == 0 and life // 12 <= len(data) else None
    label = _("service life: %(life)s", life=duration(life)) if life else ""
    return charts.bars(data, unknown=unknown, limit_after=limit, limit_label=label)


def _year(age: int, count: int) -> charts.Datum:
    words = ngettext("%(num)s year", "%(num)s years", age)
    title = _("%(count)s aged %(age)s", count=i18n.number(count), age=words)
    return charts.Datum(str(age), count, _behind(str(age)) if count else None, title)


def _behind(age: str) -> str:
    return url_for("assets.index", state="in_use", family="main", age=age)


def ages_sentence(fleet: Fleet) -> str:
    """Say what the pyramid shows: how many are too old, and how many nobody knows the age of."""
    known = sum(count for _age, count in fleet.years)
    if not known:
        return _("No age of a main terminal is known yet.")
    return ngettext(
        "%(num)s of %(known)s main terminals is over its service life.",
        "%(num)s of %(known)s main terminals are over their service life.",
        fleet.over_life,
        known=i18n.number(known),
    )


def categories(fleet: Fleet) -> charts.Parts:
    """Return what is in use by category, the smaller ones together."""
    largest, rest = fleet.categories[:CATEGORIES_SHOWN], fleet.categories[CATEGORIES_SHOWN:]
    data = charts.toned(
        [
            charts.Datum(
                _(category.name), count, url_for("assets.index", state="in_use", category=category.code)
            )
            for category, count in largest
        ]
    )
    if rest:
        data.append(charts.Datum(_("Others"), sum(count for _category, count in rest), tone="unknown"))
    return charts.parts(data)


def categories_sentence(fleet: Fleet) -> str:
    """Say what most of the equipment is."""
    if not fleet.categories:
        return _("Nothing is in use.")
    category, count = fleet.categories[0]
    return ngettext(
        "%(num)s item is in use. The largest category: %(category)s (%(share)s).",
        "%(num)s items are in use. The largest category: %(category)s (%(share)s).",
        fleet.in_use,
        category=_(category.name),
        share=i18n.percent(count / fleet.in_use, 0),
    )
