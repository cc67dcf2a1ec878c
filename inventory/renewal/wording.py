"""Says figures in sentences, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from inventory.assets.ages import Age, age_of
from inventory.assets.models import Asset
from inventory.core import i18n
from inventory.core.i18n import ngettext
from inventory.renewal.queries import Ask, FamilyFigures, Figures, sorts
from inventory.renewal.queries.rules import RuleInForce
from inventory.renewal.sixth import Outcome, Rounding, Verdict


def category_names(ids: Sequence[int] | None) -> str | None:
    """Return the names of the categories that a rule's history keeps by their ids."""
    known = sorts() if ids else {}
    return ", ".join(_(known[id_].name) if id_ in known else _("unknown") for id_ in ids or ()) or None


def verdict(outcome: Outcome, base_on: date) -> str:
    """Return the sentence under the rate: what was renewed, of how many, and whether that is enough."""
    if outcome.verdict is Verdict.NO_BASE:
        return _(
            "Nothing was in service on %(day)s, so there is no base to count from.", day=i18n.day(base_on)
        )
    numbers = {
        "renewed": i18n.number(outcome.renewed),
        "base": i18n.number(outcome.base),
        "target": i18n.number(outcome.target),
    }
    if outcome.verdict is Verdict.REACHED:
        return _("%(renewed)s of %(base)s renewed; the target is %(target)s: reached.", **numbers)
    return ngettext(
        "%(renewed)s of %(base)s renewed; the target is %(target)s: %(missing)s is missing.",
        "%(renewed)s of %(base)s renewed; the target is %(target)s: %(missing)s are missing.",
        outcome.missing,
        missing=i18n.number(outcome.missing),
        **numbers,
    )


def remarks(figures: Figures) -> list[str]:
    """Return what a reader must know about how the figures were counted."""
    ask, found = figures.ask, []
    if ask.provisional:
        found.append(_("The reference day is still to come: the base is that of today."))
    if figures.main.outcome.cumulative_since is not None:
        found.append(
            _(
                "Added up since %(year)s, because the base is small.",
                year=figures.main.outcome.cumulative_since,
            )
            if ask.rule.terms.rounding is Rounding.AUTO
            else _("Added up since %(year)s.", year=figures.main.outcome.cumulative_since)
        )
    if figures.main.outcome.verdict is Verdict.NO_BASE and figures.main.fleet:
        found.append(
            ngettext(
                "%(num)s main terminal is in service now, but no record says so for the reference day. "
                "Fill in its dates of use, or choose another reference day in the rule.",
                "%(num)s main terminals are in service now, but no record says so for the reference day. "
                "Fill in their dates of use, or choose another reference day in the rule.",
                figures.main.fleet,
            )
        )
    return found


def ages(part: FamilyFigures) -> str:
    """Return the message of the age pyramid."""
    if not part.fleet:
        return _("Nothing is in service.")
    if part.median_months is None:
        return _("No age is known: fill in dates of purchase or first use.")
    sentences = [
        _("Half of them are %(age)s old or more.", age=duration(part.median_months)),
        ngettext(
            "%(count)s is over its service life.",
            "%(count)s are over their service life.",
            part.over_life,
            count=i18n.number(part.over_life),
        ),
    ]
    if part.unknown:
        sentences.append(
            ngettext(
                "The age of %(count)s is unknown.",
                "The age of %(count)s is unknown.",
                part.unknown,
                count=i18n.number(part.unknown),
            )
        )
    return " ".join(sentences)


def duration(months: int) -> str:
    """Return an age in years, or in months below two years."""
    if months < 24:
        return ngettext("%(num)s month", "%(num)s months", months)
    return ngettext("%(num)s year", "%(num)s years", months // 12)


def why(asset: Asset, on: date) -> str:
    """Return why an asset is a candidate for renewal."""
    return reasons(age_of(asset), asset.category.service_life_months, asset.warranty_ends_on, on)


def reasons(age: Age | None, life: int | None, warranty_ends_on: date | None, on: date) -> str:
    """Return why equipment of this age, service life in months and warranty is a candidate for renewal."""
    words = []
    if age is not None:
        told = duration(age.months(on))
        words.append(_("about %(age)s old", age=told) if age.estimated else _("%(age)s old", age=told))
        if life and age.months(on) >= life:
            words.append(_("over its service life of %(life)s", life=duration(life)))
    else:
        words.append(_("of unknown age"))
    if warranty_ends_on is not None and warranty_ends_on < on:
        words.append(_("out of warranty since %(day)s", day=i18n.day(warranty_ends_on)))
    return ", ".join(words)


def rule_rows(rule: RuleInForce, ask: Ask) -> list[tuple[str, str]]:
    """Return the rule in force as (what, value), in words."""
    terms = rule.terms
    rows = [
        (_("Part renewed each year"), f"{terms.numerator}/{terms.denominator}"),
        (_("Rounding"), _(terms.rounding.label)),
        (_("Contract year"), period(ask)),
        (_("Reference day"), i18n.day(terms.reference_day(ask.year))),
        (_("Main terminals"), ", ".join(_(sort.name) for sort in rule.main) or _("none")),
        (_("Ownership"), ", ".join(_(code.label) for code in rule.ownerships)),
        (_("Usage"), ", ".join(_(code.label) for code in rule.usages)),
        (_("Least gain when cascaded"), duration(terms.minimum_gain_months)),
    ]
    if rule.row is not None and rule.row.note:
        rows.append((_("Note"), rule.row.note))
    return rows


def rule_source(rule: RuleInForce, entity_id: int) -> str:
    """Return where the rule in force comes from."""
    if rule.source is None:
        return _("Parc's own rule: no entity has set one.")
    if rule.source.id == entity_id:
        return _("Set here, version %(number)s.", number=rule.row.version if rule.row else 0)
    return _("Inherited from %(name)s.", name=rule.source.name)


def whose(ask: Ask) -> str:
    """Return the name of the entity that figures are of, with the part of its branch where it has several."""
    perimeter = ask.perimeter
    return (
        f"{perimeter.entity.name} ({_(perimeter.part.label)})"
        if perimeter.has_ccas
        else perimeter.entity.name
    )


def period(ask: Ask) -> str:
    """Return the contract year: its number when it is a calendar year, else its first and last day."""
    terms = ask.rule.terms
    if terms.year_starts == (1, 1):
        return str(ask.year)
    return _(
        "%(first)s to %(last)s", first=i18n.day(terms.start(ask.year)), last=i18n.day(terms.end(ask.year))
    )


def total(found: Sequence[Figures]) -> str:
    """Return the sentence over several entities."""
    outcomes = [one.main.outcome for one in found]
    reached = sum(outcome.verdict is Verdict.REACHED for outcome in outcomes)
    missing = sum(outcome.missing for outcome in outcomes)
    said = [
        _(
            "%(renewed)s of %(base)s main terminals renewed.",
            renewed=i18n.number(sum(outcome.renewed for outcome in outcomes)),
            base=i18n.number(sum(outcome.base for outcome in outcomes)),
        ),
    ]
    if len(found) > 1:
        said.append(
            _(
                "Target reached by %(reached)s of %(all)s.",
                reached=i18n.number(reached),
                all=i18n.number(len(found)),
            )
        )
    elif reached:
        said.append(_("The target is reached."))
    if missing:
        said.append(
            ngettext("%(count)s is missing.", "%(count)s are missing.", missing, count=i18n.number(missing))
        )
    return " ".join(said)
