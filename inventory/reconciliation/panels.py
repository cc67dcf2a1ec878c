"""What an asset's page shows of what is seen of it, and a sighting's page of what it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from inventory.assets.models import Asset
from inventory.core.listing import Column, Filter
from inventory.core.registry import Panel, Stream
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.discovery import presentation as discovery
from inventory.discovery.models import RunResult, Sighting
from inventory.reconciliation import presentation, queries
from inventory.reconciliation.models import Review


def _seen_by(asset: Asset) -> dict[str, Any] | None:
    return discovery.seen_by_panel(sightings_shown(asset))


def _hardware(asset: Asset) -> dict[str, Any] | None:
    # What its identity says already.
    told = {
        "os_name": asset.os_name,
        "os_version": asset.os_name,
        "firmware": asset.firmware,
        "description": asset.description,
    }
    return _first(lambda one: discovery.hardware_panel(one, told), asset)


def _network(asset: Asset) -> dict[str, Any] | None:
    return _first(discovery.network_panel, asset)


def sightings_shown(asset: Asset) -> list[Sighting]:
    """The sightings of an asset, read once for all panels of a page."""
    kept: tuple[int, list[Sighting]] | None = asset.__dict__.get("_sightings_shown")
    if kept is None or kept[0] != asset.id:
        kept = (asset.id, queries.sightings_of(asset.id))
        asset.__dict__["_sightings_shown"] = kept
    return kept[1]


def _first(panel: Any, asset: Asset) -> dict[str, Any] | None:
    """The panel of the latest sighting that has something to show there."""
    return next((found for one in sightings_shown(asset) if (found := panel(one)) is not None), None)


def _questions(asset: Asset) -> dict[str, Any] | None:
    found = queries.open_about(asset_id=asset.id)
    visible = [one for one in found if one.entity_id in access().roles]
    return {"reviews": visible, "title_of": presentation.title_of} if visible else None


def _note_of_results(rows: Sequence[RunResult]) -> None:
    """Read the assets and the open questions of a page's targets at once."""
    ids = [row.sighting_id for row in rows if row.sighting_id is not None]
    links = {one.sighting_id: one for one in queries.links_of(ids)}
    asked = {one.sighting_id: one for one in queries.open_about_many(ids)}
    for row in rows:
        link = links.get(row.sighting_id or 0)
        asset = link.asset if link is not None else None
        row.__dict__["_asset"] = asset if asset is not None and asset.entity_id in access().roles else None
        row.__dict__["_asked"] = asked.get(row.sighting_id or 0)


def _asset_of(row: RunResult) -> Asset | None:
    found: Asset | None = row.__dict__.get("_asset")
    return found


def _asked_of(row: RunResult) -> Review | None:
    found: Review | None = row.__dict__.get("_asked")
    return found


def _asset_url(row: RunResult) -> str | None:
    asset = _asset_of(row)
    return url_for("assets.detail", public_id=asset.public_id) if asset is not None else None


def _question_url(row: RunResult) -> str | None:
    review = _asked_of(row)
    return url_for("reviews.detail", public_id=review.public_id) if review is not None else None


EQUIPMENT = Column(
    "equipment", N_("Equipment"), lambda row: asset.label if (asset := _asset_of(row)) else None, kind="link",
    url=_asset_url, load=_note_of_results,
)  # fmt: skip
QUESTION = Column(
    "question", N_("Question"), lambda row: gettext(review.kind.label) if (review := _asked_of(row)) else None,
    kind="link", url=_question_url, load=_note_of_results,
)  # fmt: skip
ASKED = Filter("asked", N_("Waits for an answer"), queries.asked_about, kind="bool")


def _recognised_as(sighting: Sighting) -> dict[str, Any]:
    link = queries.link_of(sighting.id)
    target = (link.asset or link.person) if link else None
    seen = target is not None and target.entity_id in access().roles
    return {
        "link": link if seen else None,
        "is_hidden": target is not None and not seen,
        "reviews": [one for one in queries.open_about(sighting.id) if one.entity_id in access().roles],
        "title_of": presentation.title_of,
    }


def _sighting_entries(asset: Asset, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for sighting, at, what in queries.moments_of(asset.id, sightings_shown(asset), before, limit):
        words = DIRECTORY_WORDS if sighting.source == "ldap" else SEEN_WORDS
        title = gettext(words[what]) % {"target": sighting.target}
        url = url_for("discovery.sighting", public_id=sighting.public_id)
        found.append(
            {
                "at": at,
                "icon": "eye",
                "title": title,
                "kind": SEEN_KINDS.get(sighting.source, "network"),
                "url": url,
            }
        )
    return found


SEEN_WORDS = {
    "first": N_("First seen as %(target)s"),
    "changed": N_("Seen changed: %(target)s"),
    "last": N_("Last seen as %(target)s"),
}
DIRECTORY_WORDS = {
    "first": N_("First read in the directory"),
    "changed": N_("Changed in the directory"),
    "last": N_("Last read in the directory"),
}
SEEN_KINDS = {"ldap": "directory", "agent": "agent"}
SEEN = Stream("seen", N_("Sightings"), _sighting_entries)
ASSET = (
    Panel(
        "questions",
        N_("To review"),
        "reconciliation/_panel_questions.html",
        _questions,
        order=5,
        side="aside",
    ),
    Panel("hardware", N_("Hardware"), "discovery/_panel_hardware.html", _hardware, order=20),
    Panel("network", N_("Network"), "discovery/_panel_network.html", _network, order=30),
    Panel("seen_by", N_("Seen by"), "discovery/_panel_seen_by.html", _seen_by, order=10, side="aside"),
)
SIGHTING = Panel(
    "recognised_as", N_("Recognised as"), "reconciliation/_panel_recognised.html", _recognised_as, order=10
)
RECOGNISED = Filter(
    "recognised",
    N_("Recognised"),
    lambda stmt, value: queries.recognised(stmt, wanted=value == "1"),
    kind="bool",
)
