"""The supplies of all printers of the scope: what runs out, what to order."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import page
from inventory.core.wording import N_
from inventory.printing import listed, presentation, queries
from inventory.printing.models import PrinterSupply

bp = Blueprint("printing", __name__, url_prefix="/printing")
MENU = MenuEntry(
    Group.SERVICE, N_("Supplies"), "printing.supplies", "printer", Permission.VIEW, order=45, shortcut="g o"
)


@bp.route("/supplies")
@requires(Permission.VIEW)
def supplies() -> Response:
    """List the supplies that run out, or all of them, and count what to order by model."""
    listing = listed.listing().empty(
        _("No supply is like this. Levels come from network scans that read printers."),
        url_for("discovery.index"),
        _("See the sources"),
    )
    if listing.wants_export:
        return listing.export(_("Supplies"))
    totals = presentation.totals_rows(queries.totals(listing.selection.narrow(PrinterSupply.id)))
    return page("printing/supplies.html", listing=listing, totals=totals)
