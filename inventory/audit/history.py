"""The history of any noun: the panel of its page, and the piece that its filters and its older entries ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from inventory.audit.services import label_of
from inventory.audit.timeline import timeline
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Panel
from inventory.core.web import load_noun, noun_url, page
from inventory.core.wording import N_

bp = Blueprint("history", __name__, url_prefix="/history")


@bp.route("/<noun>/<public_id>")
@requires(Permission.VIEW)
def of(noun: str, public_id: str) -> Response:
    """Show what happened to an object: one kind or all, the latest or what came before an instant."""
    kind, row = load_noun(noun, public_id)
    found = timeline(
        noun, row, shown=request.args.get("show", ""), before=_instant(request.args.get("before", ""))
    )
    if request.headers.get("HX-Request"):
        return page("audit/_stream.html", timeline=found, goes_on="before" in request.args)
    return page(
        "audit/history.html", timeline=found, goes_on=False, name=label_of(row), back=noun_url(kind, row)
    )


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _load(row: Any) -> dict[str, Any]:
    return {"timeline": timeline(row.__tablename__, row)}


HISTORY = Panel("history", N_("History"), "audit/_history.html", _load, order=90, side="aside")
