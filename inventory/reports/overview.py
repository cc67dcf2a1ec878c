"""Puts the sixth of all communes of a scope into one report, what misses most first."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from inventory.core import clock, i18n
from inventory.renewal import presentation, wording
from inventory.renewal.queries import Figures
from inventory.reports.content import Head, Report, Section, Table


def report(found: Sequence[Figures], whose: str) -> Report:
    """Return the report of what the communes of a scope, called `whose`, have renewed in their current years."""
    today = clock.today()
    heads = [
        Head(_("Entity"), width=3),
        Head(_("Base"), "number"),
        Head(_("Renewed"), "number"),
        Head(_("Target"), "number"),
        Head(_("Rate"), "percent"),
        Head(_("Verdict"), width=2),
        Head(_("Missing"), "number"),
    ]
    rows = [
        [
            one.entity.name,
            one.main.outcome.base,
            one.main.outcome.renewed,
            one.main.outcome.target if one.main.outcome.base else _("none"),
            one.main.outcome.share if one.main.outcome.base else _("none"),
            _(one.main.outcome.verdict.label),
            one.main.outcome.missing if one.main.outcome.base else _("none"),
        ]
        for one in presentation.in_order(found)
    ]
    note = _(
        "Main terminals unless said otherwise; the current contract year of each entity, by its own rule."
    )
    return Report(
        name=_("The sixth"),
        title=_("The sixth: renewal of the workplace fleet"),
        entity=whose,
        period=i18n.day(today),
        made_on=today,
        sections=[
            Section("communes", _("Renewed against the target"), [wording.total(found)], Table(heads, rows), notes=[note])
        ],
    )  # fmt: skip
