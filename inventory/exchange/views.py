"""The pages of imports: a file, its columns, what would come of it, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, g, request, stream_with_context, url_for
from flask_babel import gettext as _
from sqlalchemy import case

from inventory.core import downloads, sheets
from inventory.core.addresses import row_pages
from inventory.core.database import transaction
from inventory.core.errors import Invalid, NotFound
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.i18n import language
from inventory.core.listing import WHEN, Column, Filter, Listing, by_label, code_options
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import current_scope, done, load, page
from inventory.core.wording import N_
from inventory.exchange import importers, presentation, queries, services
from inventory.exchange.columns import Column as FileColumn
from inventory.exchange.forms import TermsForm, UploadForm
from inventory.exchange.models import Extent, Import, ImportLine, Outcome, Stage
from inventory.jobs import aside
from inventory.jobs.presentation import cancelled_words
from inventory.jobs.services import CANCEL
from inventory.organization.choices import chosen_entity, entity_options

bp = Blueprint("imports", __name__, url_prefix="/imports")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Imports"),
    "imports.index",
    "file-import",
    Permission.ASSETS_BULK,
    order=70,
    hint=N_("Equipment, people, places and applications from CSV, Excel and ODS files."),
)


REFUSED_FIRST = case(
    {Outcome.REFUSED: 0, Outcome.CREATED: 1, Outcome.UPDATED: 2}, value=ImportLine.outcome, else_=3
)


@bp.route("/")
@requires(Permission.ASSETS_BULK)
def index() -> Response:
    """List the imports of the scope."""
    listing = _imports()
    if listing.wants_export:
        return listing.export(_("Imports"))
    listing.empty(_("No file was imported yet."), url_for("imports.create"), _("Import a file"))
    return page("exchange/list.html", listing=listing)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ASSETS_BULK)
def create() -> Response:
    """Take a file and find out what its columns are."""
    form = UploadForm(request.form, noun=request.args.get("noun", "asset"))
    form.noun.choices = options((one.noun, _(one.label)) for one in importers.importers())
    form.entity.choices = options(entity_options(Permission.ASSETS_BULK))
    if form.submitted_and_valid():
        with form.saving():
            kept = services.keep(
                _uploaded(),
                request.files["file"].filename or "",
                noun=form.noun.data,
                entity_id=chosen_entity(form.entity.data, Permission.ASSETS_BULK).id,
                user=g.user,
                actor=g.actor,
            )
        if not form.errors:
            return done(
                _("The file is read. Check its columns."), to=url_for(".detail", public_id=kept.public_id)
            )
    return page("exchange/new.html", form=form, status=form.status, importers=importers.importers())


def _imports() -> Listing:
    named = {one.noun: one.label for one in importers.importers()}
    return Listing(
        "imports",
        queries.imports(current_scope(Permission.ASSETS_BULK), list(named)),
        columns=(
            Column("filename", N_("File"), lambda row: row.filename, kind="name"),
            Column("noun", N_("What the rows are"), lambda row: _(named[row.noun])),
            Column(
                "stage", N_("State"), lambda row: row.stands, kind="badge", sort=by_label(Import.stage, Stage)
            ),
            Column("lines", N_("Rows"), lambda row: row.lines, kind="number", sort=Import.lines),
            Column("user_label", N_("By"), lambda row: row.user_label),
            Column("created_at", WHEN, lambda row: row.created_at, kind="instant", sort=Import.created_at),
        ),
        id_column=Import.id,
        row_url=row_pages("imports.detail"),
        default_sort="-created_at",
    )


def _uploaded() -> bytes:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("file", N_("Choose a file."))
    return file.stream.read()


@bp.route("/<public_id>")
@requires(Permission.ASSETS_BULK)
def detail(public_id: str) -> Response:
    """Show a file where it stands: its columns to choose, what would come of it, what came of it."""
    kept = load(Import, public_id, Permission.ASSETS_BULK)
    if request.headers.get("HX-Target") == "progress" and kept.stage not in presentation.IN_PROGRESS:
        # What may be done now stands all over the page.
        return Response(headers={"HX-Refresh": "true"})
    columns = presentation.columns(kept)
    if kept.stage is Stage.CHOOSING:
        return _choosing(kept, _terms_form(kept, columns), columns)
    named = presentation.labels(columns)
    listing = _lines(kept, named, presentation.choices(columns))
    if listing.wants_export:
        return listing.export(_("What came of each row"))
    return page(
        "exchange/detail.html",
        kept=kept,
        importer=importers.importer(kept.noun),
        listing=listing,
        named=named,
        shown=presentation,
        Extent=Extent,
        Stage=Stage,
    )


@bp.route("/<public_id>/columns", methods=["POST"])
@requires(Permission.ASSETS_BULK)
def choose(public_id: str) -> Response:
    """Set what each column is and try the file."""
    kept = load(Import, public_id, Permission.ASSETS_BULK)
    columns = presentation.columns(kept)
    form = _terms_form(kept, columns)
    chosen = _chosen_columns(kept, columns)
    if form.submitted_and_valid():
        with form.saving():
            services.choose(kept, chosen, form.match_key.data, form.extent.data or Extent.VALID)
        if not form.errors:
            return done(
                _("The file is being tried; nothing is saved yet."),
                to=url_for(".detail", public_id=public_id),
            )
    return _choosing(kept, form, columns, chosen)


@bp.route("/<public_id>/forget", methods=["POST"])
@requires(Permission.ASSETS_BULK)
def forget(public_id: str) -> Response:
    """Forget the columns chosen for files like this one."""
    kept = load(Import, public_id, Permission.ASSETS_BULK)
    with transaction():
        services.forget_columns(kept)
    return done(
        _("It is forgotten. The columns are proposed by their headings."),
        to=url_for(".detail", public_id=public_id),
    )


@bp.route("/<public_id>/again", methods=["POST"])
@requires(Permission.ASSETS_BULK)
def choose_again(public_id: str) -> Response:
    """Go back to the choice of columns."""
    kept = load(Import, public_id, Permission.ASSETS_BULK)
    with transaction():
        services.choose_again(kept)
    return done(
        _("Nothing is saved yet. Choose the columns once more."), to=url_for(".detail", public_id=public_id)
    )


@bp.route("/<public_id>/start", methods=["POST"])
@requires(Permission.ASSETS_BULK)
def start(public_id: str) -> Response:
    """Import a file that was tried."""
    kept = load(Import, public_id, Permission.ASSETS_BULK)
    with transaction():
        services.start(kept)
    return done(_("The import has begun."), to=url_for(".detail", public_id=public_id))


@bp.route("/<public_id>/cancel", methods=["POST"])
@requires(Permission.ASSETS_BULK)
def cancel(public_id: str) -> Response:
    """Stop trying or importing a file at its next step."""
    kept = load(Import, public_id, Permission.ASSETS_BULK)
    heard = aside.ask(kept.job, CANCEL)
    with transaction():
        job = services.cancel(kept, actor=g.actor, heard=heard)
    return done(cancelled_words(job), to=url_for(".detail", public_id=public_id))


@bp.route("/<public_id>/refused.csv")
@requires(Permission.ASSETS_BULK)
def refused(public_id: str) -> Response:
    """Hand the refused rows back as a file, each with why."""
    kept = load(Import, public_id, Permission.ASSETS_BULK)
    headings = [*kept.headings, _("Line"), _("Why it was refused")]
    separator = ";" if language() == "fr" else ","
    text = sheets.csv_stream(headings, presentation.refused_rows(kept), separator=separator)
    answer = Response(stream_with_context(text), mimetype="text/csv")
    return downloads.named(answer, _("Refused rows"), "csv")


@bp.route("/template/<noun>.csv")
@requires(Permission.ASSETS_BULK)
def template(noun: str) -> Response:
    """Answer with an empty file that has every column of a noun."""
    known = {one.noun: one for one in importers.importers()}
    if noun not in known:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    headings = [_(column.label) for column in known[noun].columns() if column.fills == column.key]
    text = sheets.csv_stream(headings, [], separator=";" if language() == "fr" else ",")
    answer = Response("".join(text), mimetype="text/csv")
    return downloads.named(answer, _(known[noun].label), "csv")


def _terms_form(kept: Import, columns: Sequence[FileColumn]) -> TermsForm:
    form = TermsForm(request.form, match_key=kept.match_key, extent=kept.extent)
    importer = importers.importer(kept.noun)
    named = {column.key: _(column.label) for column in columns}
    form.match_key.choices = options([("", _("nothing: every row is new"))] + [
        (key, named[key]) for key in importer.match_keys if key in named
    ])  # fmt: skip
    return form


def _chosen_columns(kept: Import, columns: Sequence[FileColumn]) -> dict[int, str]:
    known = {column.key for column in columns}
    given = {place: request.form.get(f"column-{place}", "") for place in range(len(kept.headings))}
    return {place: key for place, key in given.items() if key in known}


def _choosing(
    kept: Import, form: TermsForm, columns: Sequence[FileColumn], chosen: dict[int, str] | None = None
) -> Response:
    return page(
        "exchange/columns.html",
        kept=kept,
        form=form,
        status=form.status,
        chosen=chosen if chosen is not None else {int(place): key for place, key in kept.columns.items()},
        columns=columns,
        samples=presentation.samples(kept),
        is_remembered=services.is_remembered(kept),
        importer=importers.importer(kept.noun),
        shown=presentation,
    )


def _told(named: Mapping[str, str], listed: Mapping[str, str]) -> Column:
    """What is wrong with a row or to be looked at, and what it changes or has at first; files have the two apart."""

    def told(row: ImportLine) -> list[tuple[str, str, str]]:
        return [*presentation.remarks(row, named, listed), *presentation.changes(row, named)]

    apart = (
        Column("changes", N_("Values"), lambda row: presentation.changes_in_words(row, named)),
        Column("remarks", N_("Remarks"), lambda row: presentation.said(row, named, listed)),
    )
    return Column("told", N_("Values and remarks"), told, kind="facts", files_as=apart)


def _lines(kept: Import, named: Mapping[str, str], listed: Mapping[str, str]) -> Listing:
    def only(statement: Any, value: str) -> Any:
        return statement.where(ImportLine.outcome == value) if value in list(Outcome) else statement

    listing = Listing(
        "import",
        queries.lines(kept),
        columns=(
            Column("line", N_("Line"), lambda row: row.line, kind="number", sort=ImportLine.line),
            Column("outcome", N_("Outcome"), lambda row: row.outcome, kind="badge", sort=REFUSED_FIRST),
            Column("label", N_("What it is about"), lambda row: row.label, kind="name"),
            _told(named, listed),
        ),
        filters=(Filter("outcome", N_("Outcome"), only, options=code_options(Outcome)),),
        id_column=ImportLine.id,
        row_url=lambda row: presentation.object_url(row, kept),
        public_id=lambda row: str(row.id),
        default_sort="outcome",
    )
    return listing.empty(_("No line is like this."))
