"""The one blueprint of discovery's pages, and what its views share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _

from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.discovery.models import Site
from inventory.discovery.queries import sites

bp = Blueprint("discovery", __name__, url_prefix="/discovery")
MENU = MenuEntry(
    Group.DISCOVERY,
    N_("Discovery"),
    "discovery.index",
    "radar-2",
    Permission.VIEW,
    order=50,
    shortcut="g d",
)


# Features to the right add pages of their own: endpoint → label.
MORE_TABS: dict[str, str] = {}


def add_tab(endpoint: str, label: str) -> None:
    """Add a page to the tabs of discovery."""
    MORE_TABS[endpoint] = label


def site_options(*, blank: bool = False) -> list[tuple[str, str]]:
    """Return (public id, name) of the sites that the user sees."""
    found = [
        (row.public_id, f"{row.name} ({row.code})") for row in sites(access().entity_ids(Permission.VIEW))
    ]
    return [("", ""), *found] if blank else found


def tabs(active: str) -> list[dict[str, Any]]:
    """Return the tabs of discovery's pages."""
    entries = [
        ("discovery.index", _("Sources")),
        ("discovery.runs", _("Runs")),
        ("discovery.sightings", _("What was seen")),
        ("discovery.presences", _("Seen, not identified")),
        *((endpoint, _(label)) for endpoint, label in MORE_TABS.items()),
    ]
    if access().allows(Permission.DISCOVERY_ADMIN):
        entries.append(("discovery.credentials", _("Credentials")))
    return [{"url": url_for(name), "label": label, "active": name == active} for name, label in entries]


def chosen_site(public_id: str | None) -> Site | None:
    """Return the site of a form's choice, None for no choice."""
    rows = sites(access().entity_ids(Permission.VIEW))
    return next((row for row in rows if row.public_id == public_id), None)
