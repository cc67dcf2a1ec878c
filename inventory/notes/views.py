"""Notes on any noun: the panel of its page, and the acts on a note."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _

from inventory.audit.services import label_of
from inventory.core.database import transaction
from inventory.core.errors import NotFound
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Noun
from inventory.core.web import access, done, load_noun, noun_url, page, undo_own_url
from inventory.core.wording import N_
from inventory.notes import forms, queries, services
from inventory.notes.models import Note

bp = Blueprint("notes", __name__, url_prefix="/notes")


@bp.route("/on/<noun>/<public_id>", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def write(noun: str, public_id: str) -> Response:
    """Add a note to an object."""
    kind, row = load_noun(noun, public_id, None)
    form = forms.NoteForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            services.write_note(noun, row, form.text.data, actor=g.actor, entity_id=kind.entity_id(row))
        if not form.errors:
            return done(_("The note is saved."), to=_back(kind, row))
    return page(
        "notes/form.html",
        form=form,
        status=form.status,
        note=None,
        back=noun_url(kind, row),
        name=label_of(row),
    )


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def edit(public_id: str) -> Response:
    """Change one's own note."""
    note, kind, row = _load(public_id)
    services.check_author(note, g.actor)
    form = forms.NoteForm(request.form, obj=note)
    if form.submitted_and_valid():
        with form.saving():
            services.edit_note(
                note,
                row,
                form.text.data,
                actor=g.actor,
                entity_id=kind.entity_id(row),
                version=form.seen_version(),
            )
        if not form.errors:
            return done(_("The note is saved."), to=_back(kind, row))
    return page(
        "notes/form.html",
        form=form,
        status=form.status,
        note=note,
        back=noun_url(kind, row),
        name=label_of(row),
    )


@bp.route("/<public_id>/pin", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def pin(public_id: str) -> Response:
    """Put a note first, or back among the others."""
    note, kind, row = _load(public_id)
    pinned = request.form.get("pinned") == "1"
    with transaction():
        services.pin_note(note, row, pinned=pinned, actor=g.actor, entity_id=kind.entity_id(row))
    return done(
        _("The note stands first now.") if pinned else _("The note is no longer pinned."), to=_back(kind, row)
    )


@bp.route("/<public_id>/delete", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def delete(public_id: str) -> Response:
    """Delete one's own note; who may undo changes may delete any."""
    note, kind, row = _load(public_id)
    entity_id = kind.entity_id(row)
    if not access().allows(Permission.CHANGES_UNDO, entity_id):
        services.check_author(note, g.actor)
    with transaction():
        opened = services.delete_note(note, row, actor=g.actor, entity_id=entity_id)
    return done(_("The note is deleted."), to=_back(kind, row), undo_url=undo_own_url(opened.public_id))


def _load(public_id: str) -> tuple[Note, Noun, Any]:
    """Return a note with its object, where the user may write notes."""
    note = queries.note_named(public_id)
    if note is None:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    return note, *load_noun(note.object_type, note.object_id, None)


def _back(kind: Noun, row: Any) -> str:
    return noun_url(kind, row, _anchor="notes")
