"""The portfolio's columns and filters, declared once for the page, its exports and every drill-down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import Select, func

from inventory.applications import queries
from inventory.applications.models import Application
from inventory.applications.queries import Editor, Owner
from inventory.applications.states import ApplicationState, Area, Criticality, Hosting, PersonalData
from inventory.assets.models import Asset
from inventory.core.access import Scope
from inventory.core.addresses import pattern
from inventory.core.i18n import ngettext
from inventory.core.listing import Column, Filter, Listing, by_label, code_options, number_in_parc
from inventory.core.types import Code
from inventory.core.web import access, current_scope
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.models import Person

NEVER = date(9999, 12, 31)
Pairs = list[tuple[str, str]]


def application_of(row: Any) -> Application:
    """Return the application of a row of `queries.listed`."""
    application: Application = row[0]
    return application


def portfolio() -> Listing:
    """Return the list of applications that the request's address asks for."""
    scope, address = current_scope(), pattern("applications.detail")
    return Listing(
        "applications",
        queries.listed(scope, access().roles),
        columns=columns(),
        filters=filters(scope),
        id_column=Application.id,
        row_url=lambda row: address(application_of(row).public_id),
        public_id=lambda row: application_of(row).public_id,
        search=queries.matching,
        default_sort="name",
    )


def columns() -> tuple[Column, ...]:
    """Return the list's columns."""
    return (
        Column("name", N_("Name"), lambda row: row[0].name, kind="name", sort=Application.name_order),
        Column("state", N_("State"), lambda row: row[0].state, kind="badge", sort=by_label(Application.state, ApplicationState)),
        Column("entity", N_("Kept for"), lambda row: row[0].entity.name),
        Column("criticality", N_("Criticality"), lambda row: row[0].criticality, kind="badge", sort=_rank()),
        Column("editor", N_("Editor"), _editor_words, sort=func.coalesce(Editor.name_order, "~")),
        Column("owner", N_("Business owner"), _owner_words, sort=func.coalesce(Owner.name_order, "~"), url=_owner_url),
        Column("users", N_("Users"), lambda row: row[1], kind="number", sort=func.coalesce(queries.users_today(), 0)),
        Column("completeness", N_("Filled in"), lambda row: row[0].completeness / 100, kind="percent", sort=Application.completeness),
        Column("hosting", N_("Hosting"), lambda row: _word(row[0].hosting)),
        Column("area", N_("Area of work"), lambda row: _word(row[0].area)),
        Column("release", N_("Version"), lambda row: row[0].release),
        Column("support_ends_on", N_("End of support"), lambda row: row[0].support_ends_on, kind="day",
               sort=func.coalesce(Application.support_ends_on, NEVER)),
        Column("contract_ends_on", N_("Contract until"), lambda row: row[0].contract_ends_on, kind="day",
               sort=func.coalesce(Application.contract_ends_on, NEVER)),
        Column("code", N_("Code"), lambda row: row[0].code, sort=func.coalesce(Application.code, "~")),
        number_in_parc(lambda row: application_of(row).public_id),
    )  # fmt: skip


def _rank() -> Any:
    """Return what sorts by criticality, the gravest first and the unknown last."""
    from sqlalchemy import case

    order = {code.value: place for place, code in enumerate(Criticality)}
    return case(order, value=Application.criticality, else_=len(order))


def _word(code: Code | None) -> str | None:
    return gettext(code.label) if code else None


def _editor_words(row: Any) -> str | None:
    return row[0].editor.name if row[0].editor else None


def _owner_words(row: Any) -> str | None:
    return row[0].business_owner.display_name if row[0].business_owner else None


def _owner_url(row: Any) -> str | None:
    owner = row[0].business_owner
    seen = owner is not None and owner.entity_id in access().roles
    return url_for("people.detail", public_id=owner.public_id) if seen else None


def filters(scope: Scope) -> tuple[Filter, ...]:
    """Return the list's filters; their parameters are described in `queries`."""
    return (
        _codes("state", N_("State"), ApplicationState, Application.state),
        _codes("criticality", N_("Criticality"), Criticality, Application.criticality),
        _codes("area", N_("Area of work"), Area, Application.area),
        _codes("hosting", N_("Hosting"), Hosting, Application.hosting),
        Filter("editor", N_("Editor"), lambda s, v: s.where(Editor.public_id == v), options=cache(lambda: _editors(scope))),
        Filter("owner", N_("Business owner"), lambda s, v: s.where(queries.by_owner(v)), options=_owner_options),
        Filter("support", N_("End of support"), _by_day(Application.support_ends_on, "unknown"), options=lambda: _day_options((90, 365), "unknown", N_("unknown")), words=_ends_within),
        Filter("contract", N_("Maintenance contract"), _by_day(Application.contract_ends_on, "none"), options=lambda: _day_options((90, 180), "none", N_("none")), words=_ends_within),
        _codes("personal_data", N_("Personal data"), PersonalData, Application.personal_data),
        Filter("accreditation", N_("Security accreditation"), _by_accreditation, options=_accreditation_options),
        Filter("complete", N_("Filled in"), _by_completeness, options=_completeness_options),
        Filter("kept", N_("Kept for"), lambda s, v: s.where(Application.entity_id == _entity_id(v)), options=cache(lambda: _entities(scope))),
        Filter("shared", N_("Shared by several entities"), lambda s, v: s.where(queries.shared() if v == "1" else ~queries.shared()), kind="bool",
               options=lambda: [("1", gettext(N_("yes"))), ("0", gettext(N_("no")))]),
        Filter("server", N_("Runs on"), lambda s, v: s.where(queries.on_server(v)), hidden=True, options=_server_name),
    )  # fmt: skip


def _codes(key: str, label: str, codes: type[Code], column: Any) -> Filter:
    def apply(statement: Select[Any], value: str) -> Select[Any]:
        return statement.where(column.in_([code for code in codes if code.value == value]))

    return Filter(key, label, apply, options=cache(code_options(codes)))


def _by_day(column: Any, unknown: str) -> Callable[[Select[Any], str], Select[Any]]:
    def apply(statement: Select[Any], value: str) -> Select[Any]:
        condition = queries.by_day(column, value, unknown=unknown)
        return statement if condition is None else statement.where(condition)

    return apply


def _ends_within(value: str) -> str | None:
    if not queries.is_days(value):
        return None
    return ngettext("ends within %(num)s day", "ends within %(num)s days", int(value))


def _day_options(days: Sequence[int], unknown: str, label: str) -> Pairs:
    within = [(str(n), str(_ends_within(str(n)))) for n in days]
    known = [("ended", gettext(N_("ended"))), *within, ("running", gettext(N_("running")))]
    return [*known, (unknown, gettext(label))]


def _by_accreditation(statement: Select[Any], value: str) -> Select[Any]:
    condition = queries.by_accreditation(value)
    return statement if condition is None else statement.where(condition)


def _accreditation_options() -> Pairs:
    return [
        ("missing", gettext(N_("needed and missing"))),
        ("lapsed", gettext(N_("lapsed"))),
        ("granted", gettext(N_("granted"))),
        ("unknown", gettext(N_("unknown"))),
    ]


def _by_completeness(statement: Select[Any], value: str) -> Select[Any]:
    if value == "100":
        return statement.where(Application.completeness == 100)
    return statement.where(Application.completeness < int(value)) if value in ("50", "80") else statement


def _completeness_options() -> Pairs:
    return [
        ("50", gettext(N_("less than half filled in"))),
        ("80", gettext(N_("less than four fifths filled in"))),
        ("100", gettext(N_("whole"))),
    ]


def _owner_options() -> Pairs:
    known = [("nobody", gettext(N_("nobody"))), ("left", gettext(N_("no longer works here")))]
    value = request.args.get("owner", "")
    return [*known, *_named(Person, value)] if value not in dict(known) else known


def _server_name() -> Pairs:
    return _named(Asset, request.args.get("server", ""))


def _named(model: type[Any], value: str) -> Pairs:
    """Return the one option that a link chose, so that its chip says a name and not an id."""
    row = queries.row_named(model, value) if value else None
    if row is None or row.entity_id not in access().roles:
        return []
    return [(value, str(getattr(row, "display_name", None) or row.label))]


def _editors(scope: Scope) -> Pairs:
    return [(row.public_id, row.name) for row in queries.editors_in(scope)]


def _entities(scope: Scope) -> Pairs:
    return [(row.code, row.name) for row in organization.tree(scope.entity_ids)]


def _entity_id(code: str) -> int:
    row = organization.entities_named([code]).get(code)
    return row.id if row else 0
