"""Shows and changes the renewal rule of an entity."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets.states import Ownership, Usage
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import done, page
from inventory.organization import queries as organization
from inventory.organization.addressed import entity_of
from inventory.organization.models import Entity
from inventory.renewal import queries, services, wording
from inventory.renewal.forms import RuleForm
from inventory.renewal.queries import RuleInForce
from inventory.renewal.queries.rules import own_rules
from inventory.renewal.views.blueprint import bp


@bp.route("/<code>/rule")
@requires(Permission.VIEW)
def rule(code: str) -> Response:
    """The rule in force, where it comes from, its versions, and for planners the form that changes it."""
    entity = entity_of(code)
    in_force, form = _asked(entity)
    return _page(entity, in_force, form)


@bp.route("/<code>/rule", methods=["POST"])
@requires(Permission.RENEWAL_PLAN)
def save_rule(code: str) -> Response:
    """Set a new version of the rule; the replacements of the contract year are judged again."""
    entity = entity_of(code, Permission.RENEWAL_PLAN)
    in_force, form = _asked(entity)
    if form.submitted_and_valid() and not form.refuse_all(services.faults_of(_values(form))):
        with form.saving():
            services.set_rule(entity, _values(form), actor=g.actor, version=form.seen_version())
        if not form.errors:
            return done(
                _("The rule of %(name)s is saved.", name=entity.name), to=url_for(".detail", code=entity.code)
            )
    return _page(entity, in_force, form)


def _asked(entity: Entity) -> tuple[RuleInForce, RuleForm]:
    known = queries.sorts()
    in_force = queries.rules_in_force([entity], known)[entity.id]
    form = RuleForm(request.form, data=_shown(in_force, entity))
    form.category_ids.choices = options((str(sort.id), _(sort.name)) for sort in known.values())
    form.ownerships.choices = options((code.value, _(code.label)) for code in Ownership)
    form.usages.choices = options((code.value, _(code.label)) for code in Usage)
    return in_force, form


def _page(entity: Entity, in_force: RuleInForce, form: RuleForm) -> Response:
    return page(
        "renewal/rule.html",
        status=form.status,
        form=form,
        entity=entity,
        ask=queries.ask(entity),
        rule=in_force,
        versions=own_rules(entity),
        above=organization.ancestors(entity),
        wording=wording,
    )


def _shown(in_force: RuleInForce, entity: Entity) -> dict[str, Any]:
    """Return what the form begins with: the rule in force, whoever set it."""
    terms, row = in_force.terms, in_force.row
    own = row if row is not None and row.entity_id == entity.id else None
    versions = own_rules(entity)
    return {
        "version": versions[0].version if versions else 0,
        "inherits": own is None and entity.parent_id is not None,
        "fraction_numerator": terms.numerator,
        "fraction_denominator": terms.denominator,
        "category_ids": [str(sort.id) for sort in in_force.main],
        "year_starts_day": terms.year_starts[1],
        "year_starts_month": terms.year_starts[0],
        "reference_offset_days": terms.reference_offset_days,
        "rounding": terms.rounding,
        "cumulative_from_year": terms.cumulative_from_year,
        "ownerships": [code.value for code in in_force.ownerships],
        "usages": [code.value for code in in_force.usages],
        "minimum_age_gain_months": terms.minimum_gain_months,
        "note": own.note if own else None,
    }


def _values(form: RuleForm) -> dict[str, Any]:
    values = form.values()
    return {**values, "category_ids": [int(id_) for id_ in values["category_ids"]]}
