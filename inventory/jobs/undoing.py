"""Undoing more than a page can wait for: all or nothing still, by the right of the user who asks for it."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from inventory.audit import queries, undo
from inventory.audit.models import ChangeSet
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Forbidden
from inventory.core.permissions import Permission
from inventory.core.wording import N_
from inventory.jobs import own, services
from inventory.jobs.context import JobContext

UNDO = "audit.undo"


def start(change_set: ChangeSet, *, actor: Actor, user_id: int, permission: Permission, back: str) -> str:
    """Have a change set undone; returns the address of the page that shows how far it is and then leads `back`."""
    payload = {"change_set": change_set.id, "permission": permission.value}
    title = _("Undoing of “%(title)s”", title=change_set.title)
    job = services.enqueue(
        UNDO, {**payload, **own.asked_by(actor, user_id, back=(back, _("Back")))}, title=title, entity_id=change_set.entity_id,
        requested_by=actor.label, dedupe_key=f"undo {change_set.id}",
    )  # fmt: skip
    return url_for("jobs.own", public_id=job.public_id)


def undo_whole(context: JobContext) -> None:
    """Undo the change set in one transaction; raises Forbidden for a user who has lost the right, else as `undo.undo` does."""
    with context.whole():
        change_set = db.session.get_one(ChangeSet, context.payload["change_set"])
        access, permission = own.access_of(context), Permission(context.payload["permission"])
        if not all(access.allows(permission, id_) for id_ in queries.entities_touched(change_set)):
            raise Forbidden(N_("Your role on this entity does not allow this. Ask an administrator."))
        total, done = undo.size_of(change_set), 0

        def tell(rows: int) -> None:
            nonlocal done
            done += rows
            context.progress(done=done, total=total)
            context.leave_if_asked()

        undo.undo(change_set, actor=own.actor_of(context), tell=tell)
