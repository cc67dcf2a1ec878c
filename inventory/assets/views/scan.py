"""Scanning labels: what a camera or a scanner reads opens the equipment that has it, or joins a list of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request, url_for

from inventory.assets import codes, labels, readings
from inventory.assets.labels import Reading
from inventory.assets.lists import model_words
from inventory.assets.lists.filters import MOST_CHOSEN
from inventory.assets.models import Asset
from inventory.core.access import Scope
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.text import clean
from inventory.core.web import access, leave, page, piece
from inventory.search.documents import searchable
from inventory.search.models import SearchDocument
from inventory.search.views import address

bp = Blueprint("scan", __name__, url_prefix="/scan")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says of a reading: the scanned assets of a list, or what else has it, or what of it may be logged, and where."""

    reading: Reading
    is_label: bool
    assets: Sequence[Asset] = ()
    logs: Sequence[tuple[str, str]] = ()

    @property
    def only(self) -> SearchDocument | None:
        """The one thing that it can mean; of a label whose part number alone is known, the rest is still to be logged."""
        only = self.reading.only
        is_beside = only is not None and only.noun != "asset" and self.is_label and self.logs
        return None if is_beside else only


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """Open the camera; without script, look up what was typed."""
    answer = _answer()
    if answer is not None and answer.only is not None and not _is_several():
        return leave(address(answer.only))
    return page("assets/scan.html", answer=answer, most=MOST_CHOSEN, **_words())


@bp.route("/reading")
@requires(Permission.VIEW)
def reading() -> Response:
    """Answer a reading: go to what has it, or give its line for the list, or say what else it may be."""
    answer = _answer()
    if answer is not None and answer.only is not None and not _is_several():
        return leave(address(answer.only))
    return piece("assets/_reading.html", _whole(), answer=answer, **_words())


@bp.route("/list")
@requires(Permission.VIEW)
def kept() -> Response:
    """Give the lines of what was scanned before, for a page that is loaded again."""
    named = request.args.get("id", "").split(",")[:MOST_CHOSEN]
    return piece(
        "assets/_scanned.html", _whole(), assets=labels.assets_named(named, _everywhere()), **_words()
    )


@bp.route("/codes")
@requires(Permission.VIEW)
def said() -> Response:
    """Say what the codes of a label are, for a form's field that wants a serial number: the only one it may be, or a choice."""
    texts = _texts()
    likely = codes.serials(texts)
    others = [named for named in codes.read(texts) if named.text not in likely]
    return piece("assets/_codes.html", _whole(), likely=likely, others=others)


def _whole() -> str:
    """Return the address of the page that these pieces belong to, asked the same."""
    return url_for(".index", code=request.args.getlist("code"), several=request.args.get("several"))


def _texts() -> list[str]:
    """Return what was read, code by code; what parts the data of one code stays a space."""
    given = request.args.getlist("code")[: codes.MOST_CODES]
    return [text for one in given if (text := clean(codes.spaced(one), readings.LONGEST))]


def _answer() -> Answer | None:
    raw = request.args.getlist("code")[: codes.MOST_CODES]
    texts = _texts()
    if not texts:
        return None
    # What says in so many words that it is a serial number may stand in a code that is not that number alone.
    named = [one.text for one in codes.read(raw) if one.meaning is not codes.Meaning.ADDRESS]
    found = labels.look_up_all(list(dict.fromkeys([*texts, *filter(None, map(clean, named))])), _everywhere())
    found = Reading(" · ".join(texts), found.found)
    equipment = [document.argument for document in found.found if document.noun == "asset"]
    assets = labels.assets_named(equipment, _everywhere()) if equipment else []
    if not assets:
        return Answer(found, len(texts) > 1, logs=_logs(raw))
    is_clear = len(assets) == 1 or (
        _is_several() and len(texts) > 1 and labels.are_apart(texts, _everywhere())
    )
    return Answer(found, len(texts) > 1, assets if is_clear else [])


def _is_several() -> bool:
    return request.args.get("several") == "1"


def _everywhere() -> Scope:
    """Return all that the reader sees: what lies in one's hand is not hidden by the entity that the page shows."""
    ids = access().entity_ids(Permission.VIEW)
    return Scope(ids, whole=g.scope.whole and g.scope.entity_ids == ids)


def _logs(raw: Sequence[str]) -> list[tuple[str, str]]:
    """Return what of a label that nobody knows yet a new record may get, each with the form that it is filled into."""
    if not access().allows(Permission.ASSETS_EDIT):
        return []
    known = {code for code, _label, _depth in g.scope_switch.choices if code}
    form = url_for("assets.create")
    found = []
    for named in _may_be_logged(raw):
        field = "tag" if labels.is_tag(named, known) else "serial"
        found.append((named, f"{form}{'&' if '?' in form else '?'}{urlencode({field: named})}"))
    return found


def _may_be_logged(raw: Sequence[str]) -> list[str]:
    """Return what of a label may name a new record; a single code is taken at its word, unless it is no single name."""
    likely = [text for one in codes.serials(raw) if (text := clean(one)) and readings.to_log(text)]
    if likely or len(raw) > 1:
        return likely
    named = readings.to_log(clean(raw[0], readings.LONGEST) or "")
    return [named] if named else []


def _words() -> dict[str, Any]:
    return {"address": address, "searchable": searchable, "model_words": model_words}
