"""Serves reports on screen, as PDF and as workbooks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for
from flask_babel import gettext

from inventory.applications.models import ApplicationAnnex
from inventory.applications.views.annexes import year_of
from inventory.core import charts, downloads
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry, Panel
from inventory.core.web import current_scope, load, page
from inventory.core.wording import N_
from inventory.organization.addressed import entity_of
from inventory.renewal import presentation, queries
from inventory.renewal.queries import Figures
from inventory.renewal.views.asked import ask_of
from inventory.reports import annex as annexes
from inventory.reports import overview, sixth
from inventory.reports.content import Bars, Report, shown, typed

bp = Blueprint("reports", __name__, url_prefix="/reports")
MENU = MenuEntry(Group.RENEWAL, N_("Reports"), "reports.index", "report-analytics", Permission.VIEW, order=70)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _links(figures: Figures) -> dict[str, Any]:
    names = {"screen": "reports.screen", "pdf": "reports.pdf", "xlsx": "reports.xlsx"}
    return {name: presentation.address(figures.ask, endpoint) for name, endpoint in names.items()}


def _annex_link(of: Any) -> dict[str, Any]:
    if isinstance(of, ApplicationAnnex):
        return {"pdf": url_for("reports.frozen_annex", public_id=of.public_id)}
    return {"pdf": url_for("reports.annex", code=of.entity.code, year=of.year)}


ANNEX_LINK = Panel("reports", N_("Report"), "reports/_annex_link.html", _annex_link)
LINKS_OF_ALL = Panel(
    "reports",
    N_("Report"),
    "reports/_links.html",
    lambda _found: {"pdf": url_for("reports.pdf_of_all"), "xlsx": url_for("reports.xlsx_of_all")},
)
LINKS = Panel("reports", N_("Report"), "reports/_links.html", _links)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """The reports that can be made, for each commune of the scope."""
    asks = queries.asks_for(queries.communes(current_scope().entity_ids))
    return page("reports/index.html", asks=asks, address=presentation.address)


def _report(code: str) -> Report:
    return sixth.report(ask_of(entity_of(code)))


@bp.route("/sixth/<code>")
@requires(Permission.VIEW)
def screen(code: str) -> Response:
    """The sixth of one entity, to read and print."""
    ask = ask_of(entity_of(code))
    return page(
        "reports/report.html", report=sixth.report(ask), chart=_chart, shown=shown, typed=typed,
        back=presentation.address(ask), pdf=presentation.address(ask, "reports.pdf"),
    )  # fmt: skip


def _chart(bars: Bars) -> charts.BarChart:
    return charts.bars(
        [charts.Datum(label, value) for label, value in bars.data],
        unknown=charts.Datum(gettext(N_("unknown")), bars.unknown, tone="unknown") if bars.unknown else None,
        limit_after=bars.limit_after,
        limit_label=bars.limit_label,
    )


@bp.route("/sixth.pdf")
@requires(Permission.VIEW)
def pdf_of_all() -> Response:
    """The sixth of every commune of the scope, as a PDF."""
    return _as_pdf(_of_all())


@bp.route("/sixth.xlsx")
@requires(Permission.VIEW)
def xlsx_of_all() -> Response:
    """The same as a workbook."""
    return _as_xlsx(_of_all())


def _of_all() -> Report:
    scope = current_scope()
    return overview.report(queries.overview(queries.communes(scope.entity_ids)), scope.label)


@bp.route("/sixth/<code>.pdf")
@requires(Permission.VIEW)
def pdf(code: str) -> Response:
    """The same as a PDF."""
    return _as_pdf(_report(code))


@bp.route("/sixth/<code>.xlsx")
@requires(Permission.VIEW)
def xlsx(code: str) -> Response:
    """The same as a workbook."""
    return _as_xlsx(_report(code))


@bp.route("/annexes/<code>.pdf")
@requires(Permission.VIEW)
def annex(code: str) -> Response:
    """The annex of a commune's applications for a year, from the record, as a PDF."""
    entity = entity_of(code)
    return _as_pdf(annexes.of_record(entity, year_of(entity)))


@bp.route("/annexes/frozen/<public_id>.pdf")
@requires(Permission.VIEW)
def frozen_annex(public_id: str) -> Response:
    """An annex as it was frozen, as a PDF."""
    return _as_pdf(annexes.of_frozen(load(ApplicationAnnex, public_id)))


def _as_pdf(made: Report) -> Response:
    from inventory.reports.pdf import pdf as write

    return _file(write(made), "application/pdf", made, "pdf")


def _as_xlsx(made: Report) -> Response:
    from inventory.reports.workbook import xlsx as write

    return _file(write(made), XLSX, made, "xlsx")


def _file(content: bytes, kind: str, report: Report, form: str) -> Response:
    return downloads.named(Response(content, mimetype=kind), report.name, form)
