"""Attachments of any noun: taking files in, giving them out so that no browser runs them, deleting them."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from inventory.core.database import transaction
from inventory.core.errors import Invalid, NotFound, Refused
from inventory.core.forms import translated
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Noun
from inventory.core.web import done, leave, load_noun, noun_url, undo_own_url
from inventory.core.wording import N_
from inventory.files import panels, queries, services
from inventory.files.models import Attachment
from inventory.files.storage import storage

bp = Blueprint("files", __name__, url_prefix="/files")
# Whatever a browser makes of a file, it is alone in there: no script, no form, no address of ours.
SANDBOX = "sandbox; default-src 'none'"
MOST_AT_ONCE = 30


@bp.route("/on/<noun>/<public_id>", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def attach(noun: str, public_id: str) -> Response:
    """Attach files to an object; good ones are kept, and each refused one gets its reason."""
    kind, row = load_noun(noun, public_id, None)
    refusals = _attach_all(kind, row, request.files.getlist("file")[:MOST_AT_ONCE])
    if request.headers.get("HX-Request"):
        context = panels.attachments(row)
        html = render_template(
            "files/_panel.html", panel=panels.ATTACHMENTS, context={**context, "refusals": refusals}
        )
        return Response(html, 422 if refusals else 200)
    for sentence in refusals:
        flash(sentence, "error")
    return leave(noun_url(kind, row, _anchor="attachments"))


def _attach_all(kind: Noun, row: Any, uploads: list[FileStorage]) -> list[str]:
    """Attach what can be and return why the others cannot."""
    refusals = [] if uploads else [_("Choose a file first.")]
    for upload in uploads:
        try:
            with (
                services.arriving(kind.key, row, upload.filename or "", upload.stream) as arrival,
                transaction(),
            ):
                services.attach(kind.key, row, arrival, actor=g.actor, entity_id=kind.entity_id(row))
        except (Invalid, Refused) as error:
            refusals.append(translated(error.message, error.params))
    return refusals


@bp.route("/<public_id>")
@requires(Permission.VIEW)
def download(public_id: str) -> Response:
    """Give a file out, to be saved and never shown in place."""
    attachment, _kind, _row = _load(public_id, Permission.VIEW)
    path = storage.path(attachment.sha256)
    if not path.exists():
        raise NotFound(N_("The content of this file is no longer kept."))
    answer = send_file(
        io.BytesIO(path.read_bytes()),
        mimetype=attachment.media_type,
        as_attachment=True,
        download_name=attachment.name,
        etag=attachment.sha256,
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@bp.route("/<public_id>/<any(small, large):size>.jpg")
@requires(Permission.VIEW)
def picture(public_id: str, size: str) -> Response:
    """Show a picture as Parc has drawn it anew."""
    attachment, _kind, _row = _load(public_id, Permission.VIEW)
    path = storage.path(attachment.sha256, size)
    if not attachment.has_picture or not path.exists():
        raise NotFound(N_("There is no picture of this file."))
    answer = send_file(
        io.BytesIO(path.read_bytes()), mimetype="image/jpeg", etag=f"{attachment.sha256}-{size}", max_age=0
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@bp.route("/<public_id>/delete", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def detach(public_id: str) -> Response:
    """Delete a file from an object."""
    attachment, kind, row = _load(public_id, None)
    with transaction():
        opened = services.detach(attachment, row, actor=g.actor, entity_id=kind.entity_id(row))
    words = _("“%(file)s” is deleted.", file=attachment.name)
    return done(words, to=noun_url(kind, row, _anchor="attachments"), undo_url=undo_own_url(opened.public_id))


def _load(public_id: str, permission: Permission | None) -> tuple[Attachment, Noun, Any]:
    """Return an attachment with its object, where the permission (None: to attach files) is held."""
    attachment = queries.attachment_named(public_id)
    if attachment is None:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    return attachment, *load_noun(attachment.object_type, attachment.object_id, permission)
