"""What of the portfolio uses a maker: the applications that it edits."""

from __future__ import annotations

from flask import url_for

from inventory.applications.models import Application
from inventory.catalog import uses
from inventory.core.i18n import ngettext


def register() -> None:
    """Say what of the portfolio uses makers."""
    edited = uses.pointing(
        Application.editor_id,
        lambda count: ngettext("%(num)s application", "%(num)s applications", count),
        lambda row: url_for("applications.index", editor=row.public_id),
    )
    uses.add("manufacturer", "applications", edited)
