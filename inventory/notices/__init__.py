"""Mail: an outbox that is sent after the commit, its settings, and what it is first used for.

Letters are written by the features (`core.mail`); here they are kept, sent by a job, and sent again when a server is away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the settings of mail, the job that sends it, and the pages and letters that need it."""
    from inventory.audit import presentation
    from inventory.core import mail, registry
    from inventory.notices import failures, fields, forgotten, jobs, outbox, services, views

    for blueprint in (views.bp, forgotten.bp):
        app.register_blueprint(blueprint)
    registry.menu(views.MENU)
    presentation.describe(fields.DESCRIBED)
    mail.deliver_by(outbox.Outbox())
    registry.job(services.SEND, jobs.send)
    registry.job(forgotten.FORGOTTEN, jobs.forgotten)
    registry.hook("job.finished", failures.tell)
    registry.panel("sign_in", forgotten.OFFER)
