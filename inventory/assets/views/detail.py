"""One asset's page, and the pinning of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, g, redirect, request, url_for
from flask_babel import gettext as _

from inventory.assets import custom, policies, presentation, queries, services
from inventory.assets.models import Asset, Custody
from inventory.assets.views.blueprint import bp
from inventory.core.database import transaction
from inventory.core.days import parse_day
from inventory.core.errors import NotFound
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import access, done, load, page, panels_of
from inventory.organization.queries import location_name


@bp.route("/<public_id>")
@requires(Permission.VIEW)
def detail(public_id: str) -> Response:
    """Show an asset; a merged one's address leads to what it became part of."""
    try:
        asset = load(Asset, public_id, options=presentation.NAMED)
    except NotFound:
        kept = queries.redirected(public_id)
        if kept is None:
            raise
        return redirect(url_for(".detail", public_id=kept), 301)  # type: ignore[return-value]
    held = queries.custodies(asset)
    return page(
        "assets/detail.html", asset=asset, **_facts(asset), **_acts(asset, held), **_past(asset, held)
    )


def _facts(asset: Asset) -> dict[str, Any]:
    claims = services.claims_of(asset)
    editable = access().allows(Permission.ASSETS_EDIT, asset.entity_id)
    groups = {
        "identity": presentation.IDENTITY,
        "belonging": presentation.BELONGING,
        "dates": presentation.DATES,
        "warranty": presentation.WARRANTY,
        "purchase": presentation.PURCHASE,
        "accounts": presentation.ACCOUNTS,
    }
    today = services.today_of(asset.entity_id)
    return {
        "facts": {
            key: presentation.facts(asset, names, claims, editable=editable) for key, names in groups.items()
        },
        "own_facts": custom.facts(asset, editable=editable),
        "age": presentation.age_fact(asset, today),
        "book_value": presentation.book_value_fact(asset, today),
        "place": location_name(asset.location),
        "identifiers": services.identifiers_of(asset),
        "twins": [row for row in queries.twins(asset) if access().allows(Permission.VIEW, row.entity_id)],
        "panels": panels_of("asset", asset, asset.entity_id),
    }


def _acts(asset: Asset, custodies: Sequence[Custody]) -> dict[str, Any]:
    held = any(row.until_on is None for row in custodies)
    return {
        "custodies": custodies,
        "custody_words": presentation.custody_words,
        "moves": policies.allowed_moves(access(), asset),
        "can_hand_over": policies.can_hand_over(access(), asset),
        "can_take_back": policies.can_take_back(access(), asset, held=held),
    }


def _past(asset: Asset, custodies: Sequence[Custody]) -> dict[str, Any]:
    """Return the day asked for and what held then; without a day, nothing."""
    asked, today = request.args.get("on", ""), services.today_of(asset.entity_id)
    shown: dict[str, Any] = {"day": None, "asked_day": asked, "then": None, "is_to_come": False}
    shown["year_end"] = date(today.year - 1, 12, 31)
    try:
        day = parse_day(asked, today) if asked else None
    except ValueError:
        return shown
    if day is None:
        return shown | {"asked_day": ""}
    if day > today:
        return shown | {"day": day, "is_to_come": True}
    return shown | {"day": day, "then": presentation.then(asset, day, custodies)}


@bp.route("/<public_id>/pin/<field>", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def pin(public_id: str, field: str) -> Response:
    """Keep a field's value against machines, or let them change it again."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT)
    keep = request.form.get("pinned") == "1"
    with transaction():
        if keep:
            services.pin(asset, field, actor=g.actor)
        else:
            services.unpin(asset, field, actor=g.actor)
    words = (
        _("The value is pinned: scans leave it alone.") if keep else _("Scans may change this value again.")
    )
    return done(words, to=url_for(".detail", public_id=public_id))
