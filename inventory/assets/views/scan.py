"""Scanning labels: what a camera or a scanner reads opens the equipment that has it, or joins a list of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request, url_for

from inventory.assets import labels, readings
from inventory.assets.labels import Reading
from inventory.assets.lists import model_words
from inventory.assets.lists.filters import MOST_CHOSEN
from inventory.assets.models import Asset
from inventory.core.access import Scope
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.text import clean
from inventory.core.web import access, leave, page
from inventory.search.documents import searchable
from inventory.search.views import address

bp = Blueprint("scan", __name__, url_prefix="/scan")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says of a reading: the scanned asset of a list, or what else has it, or where to log it."""

    reading: Reading
    asset: Asset | None = None
    log_url: str | None = None


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """Open the camera; without script, look up what was typed."""
    answer = _answer()
    if answer is not None and answer.reading.only is not None and not _is_several():
        return leave(address(answer.reading.only))
    return page("assets/scan.html", answer=answer, most=MOST_CHOSEN, **_words())


@bp.route("/reading")
@requires(Permission.VIEW)
def reading() -> Response:
    """Answer a reading: go to what has it, or give its line for the list, or say what else it may be."""
    answer = _answer()
    if answer is not None and answer.reading.only is not None and not _is_several():
        return leave(address(answer.reading.only))
    return page("assets/_reading.html", answer=answer, **_words())


@bp.route("/list")
@requires(Permission.VIEW)
def kept() -> Response:
    """Give the lines of what was scanned before, for a page that is loaded again."""
    named = request.args.get("id", "").split(",")[:MOST_CHOSEN]
    return page("assets/_scanned.html", assets=labels.assets_named(named, _everywhere()), **_words())


def _answer() -> Answer | None:
    text = clean(request.args.get("code", ""), readings.LONGEST)
    if text is None:
        return None
    found = labels.look_up(text, _everywhere())
    if not found.found:
        return Answer(found, log_url=_log_url(text))
    asset = None
    if found.only is not None and found.only.noun == "asset":
        asset = next(iter(labels.assets_named([found.only.argument], _everywhere())), None)
    return Answer(found, asset)


def _is_several() -> bool:
    return request.args.get("several") == "1"


def _everywhere() -> Scope:
    """Return all that the reader sees: what lies in one's hand is not hidden by the entity that the page shows."""
    ids = access().entity_ids(Permission.VIEW)
    return Scope(ids, whole=g.scope.whole and g.scope.entity_ids == ids)


def _log_url(text: str) -> str | None:
    """Return the form that logs what nobody knows yet, its tag or serial number filled in; None without the right."""
    named = readings.to_log(text)
    if named is None or not access().allows(Permission.ASSETS_EDIT):
        return None
    codes = {code for code, _label, _depth in g.scope_switch.choices if code}
    field = "tag" if labels.is_tag(named, codes) else "serial"
    form = url_for("assets.create")
    return f"{form}{'&' if '?' in form else '?'}{urlencode({field: named})}"


def _words() -> dict[str, Any]:
    return {"address": address, "searchable": searchable, "model_words": model_words}
