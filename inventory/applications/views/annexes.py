"""The yearly annexes of communes: what stands on them, what changed, frozen and exported."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.applications import annex_words as words
from inventory.applications import annexes as read
from inventory.applications import forms, services
from inventory.applications.annex import EARLIEST_YEAR, changes_of, lines_of
from inventory.applications.models import ApplicationAnnex
from inventory.applications.views.blueprint import bp
from inventory.core import clock, downloads
from inventory.core.errors import Invalid
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import current_scope, done, load, page, panels_of
from inventory.core.wording import N_
from inventory.organization.addressed import entity_of
from inventory.organization.models import Entity

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def year_of(entity: Entity) -> int:
    """Return the year that the address asks for; nonsense and years to come are read as the present one."""
    text, present = request.values.get("year", ""), clock.today(entity.time_zone).year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else present
    return year if EARLIEST_YEAR <= year <= present else present


@bp.route("/annexes/")
@requires(Permission.VIEW)
def annexes() -> Response:
    """Show for each commune of the scope what it uses today and which annexes are frozen."""
    bearers = read.bearers(current_scope().entity_ids)
    last, standing = read.last_year_of([row.id for row in bearers]), read.standing(bearers)
    rows = [(row, standing[row.id], last.get(row.id)) for row in bearers]
    return page("applications/annexes.html", rows=rows, year=clock.today().year - 1)


@bp.route("/annexes/<code>")
@requires(Permission.VIEW)
def annex(code: str) -> Response:
    """Show the annex of a year from the record, and what changed since the one before."""
    entity = entity_of(code)
    year = year_of(entity)
    return _of_record(entity, year, forms.FreezeForm(data={"year": year}))


def _of_record(entity: Entity, year: int, form: forms.FreezeForm) -> Response:
    """Return the page of a year from the record; with what was refused, where the form was sent."""
    found = read.of_year(entity, year)
    tables = _tables(entity, found.lines, found.changes)
    latest = next((row for row in tables["frozen"] if row.year == year), None)
    return page(
        "applications/annex.html",
        status=409 if form.errors else 200,
        found=found,
        row=None,
        same=latest if found.stands_in(latest) else None,
        refusals=[message for messages in form.errors.values() for message in messages],
        comparison=words.compared_with(found),
        panels=panels_of("application_annex", found, entity.id),
        years=words.years(entity, found.year),
        form=form,
        **tables,
    )


def _tables(entity: Entity, lines: Any, changes: Any) -> dict[str, Any]:
    several = len({line.entity for line in (*lines, *changes)} | {entity.code}) > 1
    return {
        "entity": entity,
        "words": words,
        "lines": lines,
        "changes": changes,
        "several": several,
        "owners": words.owners_of(lines),
        "frozen": read.frozen(entity),
    }


@bp.route("/annexes/<code>/freeze", methods=["POST"])
@requires(Permission.APPLICATIONS_EDIT)
def freeze(code: str) -> Response:
    """Freeze the annex of a year that is over."""
    entity = entity_of(code, Permission.APPLICATIONS_EDIT)
    form = forms.FreezeForm(request.form)
    if not form.submitted_and_valid():
        raise Invalid("note", N_("Use at most %(limit)s characters."), limit=255)
    year = year_of(entity)
    with form.saving():
        row = services.freeze(entity, year, actor=g.actor, note=form.note.data)
    if form.errors:
        return _of_record(entity, year, form)
    return done(
        _("The annex of %(year)s is frozen.", year=row.year), to=url_for(".frozen", public_id=row.public_id)
    )


@bp.route("/annexes/frozen/<public_id>")
@requires(Permission.VIEW)
def frozen(public_id: str) -> Response:
    """Show an annex as it was frozen."""
    row = load(ApplicationAnnex, public_id)
    return page(
        "applications/annex.html",
        found=None,
        row=row,
        same=None,
        refusals=(),
        comparison=words.frozen_comparison(row),
        panels=panels_of("application_annex", row, row.entity_id),
        years=words.years(row.entity, row.year),
        form=None,
        **_tables(row.entity, lines_of(row.content), changes_of(row.content)),
    )


@bp.route("/annexes/<code>.xlsx")
@requires(Permission.VIEW)
def annex_workbook(code: str) -> Response:
    """The annex of a year from the record, as a workbook."""
    entity = entity_of(code)
    found = read.of_year(entity, year_of(entity))
    return _file(f"{entity.code} {found.on.isoformat()}", found.lines, found.changes)


@bp.route("/annexes/frozen/<public_id>.xlsx")
@requires(Permission.VIEW)
def frozen_workbook(public_id: str) -> Response:
    """An annex as it was frozen, as a workbook."""
    row = load(ApplicationAnnex, public_id)
    return _file(
        f"{row.entity.code} {row.year} {row.edition}", lines_of(row.content), changes_of(row.content)
    )


def _file(of: str, lines: Any, changes: Any) -> Response:
    name = f"{_('Annex')} {of}"
    answer = Response(words.workbook(name, lines, changes), mimetype=XLSX)
    return downloads.named(answer, name, "xlsx")
