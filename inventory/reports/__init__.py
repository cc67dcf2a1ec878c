"""Documents made from figures: on screen, as PDF and as workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the reports, and their links on the pages of the figures."""
    from inventory.core import registry
    from inventory.reports import views

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    registry.panel("sixth", views.LINKS)
    registry.panel("sixths", views.LINKS_OF_ALL)
    registry.panel("application_annex", views.ANNEX_LINK)
