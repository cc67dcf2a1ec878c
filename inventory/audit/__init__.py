"""The trail of every change, and the undoing of change sets.

Hook called inside the transaction of an undo: "changes.undone" with change_set=ChangeSet, once its rows are put back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Give templates the words of audit records, register the pages of change sets, and remember figures."""
    from inventory.audit import history, presentation, remembering, trail, views
    from inventory.core import registry, web

    web.describe_fields_with(app, presentation.field_label, presentation.field_value)
    app.jinja_env.filters["entries"] = presentation.entries
    app.register_blueprint(views.bp)
    app.register_blueprint(history.bp)
    registry.panel(registry.EVERY, history.HISTORY)
    app.register_blueprint(trail.bp)
    registry.menu(views.MENU)
    registry.menu(trail.MENU)
    remembering.init_app(app)
