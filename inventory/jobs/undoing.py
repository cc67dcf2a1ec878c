"""Undoing more than a page can wait for: all or nothing still, by the right of the user who asks for it."""

from __future__ import annotations

from flask import url_for

from inventory.audit import conflicts, queries, undo
from inventory.audit.models import ChangeSet
from inventory.audit.views import PAGES
from inventory.core.access import Access, Actor
from inventory.core.database import db
from inventory.core.errors import Forbidden, Refused
from inventory.core.permissions import Permission
from inventory.core.wording import N_, Sentence
from inventory.jobs import own
from inventory.jobs.context import JobContext

UNDO = "audit.undo"
# Of what stands in the way so many are named.
NAMED = 5


def start(change_set: ChangeSet, *, actor: Actor, user_id: int, permission: Permission, back: str) -> str:
    """Have a change set undone; returns the address of the page that shows how far it is and then leads `back`.

    Raises Refused while somebody else has it undone.
    """
    payload = {"change_set": change_set.id, "permission": permission.value}
    title = Sentence(N_("Undo: %(title)s"), title=change_set.given_title)
    asked = own.asked_by(actor, user_id, back=(back, ""))
    job = own.enqueue(
        UNDO, payload, asked=asked, title=title, entity_id=change_set.entity_id, dedupe_key=f"undo {change_set.id}"
    )  # fmt: skip
    return url_for("jobs.own", public_id=job.public_id)


def undo_whole(context: JobContext) -> None:
    """Undo the change set in one transaction; raises Forbidden for a user who has lost the right, else as `undo.undo` does."""
    if context.saved.get("undone"):
        # A worker was killed between the commit and its last word.
        return
    with context.whole():
        change_set = db.session.get_one(ChangeSet, context.payload["change_set"])
        if not _may_undo(own.access_of(context), Permission(context.payload["permission"]), change_set):
            raise Forbidden(N_("Your role on this entity does not allow this. Ask an administrator."))
        total, done = undo.size_of(change_set), 0

        def tell(rows: int) -> None:
            nonlocal done
            done += rows
            context.progress(done=done, total=total)
            context.leave_if_asked()

        try:
            undo.undo(change_set, actor=own.actor_of(context), tell=tell)
        except Refused as refusal:
            raise _named(change_set, refusal) from refusal
        # The last word before the commit: it holds the job's row until then.
        context.checkpoint(undone=True)


def _named(change_set: ChangeSet, refusal: Refused) -> Refused:
    """Return the refusal with the first things that have changed since by their names, where that is why."""
    met = [] if change_set.undone_at else undo.preview(change_set).conflicts
    stands = conflicts.obstacles(met, PAGES)
    names = ", ".join([one.label for one in stands if one.label][:NAMED])
    if not names:
        return refusal
    if len(stands) <= NAMED:
        return Refused(
            N_("Changed since, so nothing was undone: %(names)s. Undo the later changes first."), names=names
        )
    return Refused(
        N_(
            "%(count)s things have changed since, so nothing was undone, such as %(names)s. Undo the later changes first."
        ),
        count=len(stands),
        names=names,
    )


def _may_undo(access: Access, permission: Permission, change_set: ChangeSet) -> bool:
    """Say whether all that a change set touched may be undone; what is of no entity is asked of the whole, as its page does."""
    of_none = change_set.entity_id is None and permission is Permission.CHANGES_UNDO
    anywhere = Permission.INSTANCE_ADMIN if of_none else permission
    touched = queries.entities_touched(change_set)
    return access.allows(anywhere) and all(access.allows(permission, id_) for id_ in touched)
