"""The search box: what it finds as one types, the page of all results, and the jump to what a scanned label names."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.text import clean
from inventory.core.web import current_scope, page, piece
from inventory.search import documents, folding, queries
from inventory.search.queries import Found

bp = Blueprint("search", __name__, url_prefix="/search")
AT_ONCE, ON_PAGE = 5, 20


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Any:
    """Show everything that the words lead to; what has exactly this identifier is opened at once."""
    text = _asked()
    exact = queries.exactly(text, current_scope()) if text and "stay" not in request.args else None
    if exact is not None:
        return redirect(address(exact), 303)
    found = queries.find(text, current_scope(), limit=ON_PAGE, noun=request.args.get("noun") or None)
    return page("search/index.html", found=found, address=address, all_url=all_url)


@bp.route("/suggest")
@requires(Permission.VIEW)
def suggest() -> Response:
    """Return the first results of each noun, for the list under the search box."""
    found = queries.find(_asked(), current_scope(), limit=AT_ONCE)
    return piece(
        "search/_suggest.html", url_for(".index", q=found.text), found=found, address=address, all_url=all_url
    )


def _asked() -> str:
    return clean(request.args.get("q", ""), folding.MAX_QUERY) or ""


def address(document: Any) -> str:
    """Return the address of the page of what a document is about."""
    noun = documents.searchable(document.noun)
    row: dict[str, Any] = {noun.argument: document.argument}
    return url_for(noun.page, **row)


def all_url(group: queries.Group, found: Found) -> str:
    """Return the address where all of a noun's results stand: its list, else the page of this noun alone."""
    # A list guesses nothing: it is asked for what was guessed here.
    words = " ".join(found.guessed) or found.text
    if group.searchable.listing:
        return url_for(group.searchable.listing, q=words)
    return url_for("search.index", q=words, noun=group.searchable.noun, stay=1)
