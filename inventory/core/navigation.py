"""The navigation of every page, and the one page that gathers the settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, render_template, request
from flask_babel import gettext

from inventory.core import i18n, registry
from inventory.core.access import NOBODY
from inventory.core.addresses import page_url
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.wording import N_

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.route("/")
@requires(Permission.VIEW)
def index() -> str:
    """Show the settings that the user may open, each with what it is for."""
    return render_template("settings/index.html", entries=_allowed(Group.SETTINGS))


def groups() -> list[dict[str, Any]]:
    """Return the groups of the navigation for this user and page.

    The settings are one line, and their pages below it while one of them is open.
    """
    shown = [{"label": "", "entries": _allowed(group)} for group in Group if group is not Group.SETTINGS]
    settings = _allowed(Group.SETTINGS)
    if settings:
        is_open = (request.endpoint or "") == "settings.index" or any(entry["active"] for entry in settings)
        below = [{**entry, "below": True} for entry in settings] if is_open else []
        shown.append({"label": "", "entries": [_settings_line(), *below]})
    return [group for group in shown if group["entries"]]


def _settings_line() -> dict[str, Any]:
    return {
        "label": gettext(N_("Settings")),
        "url": page_url("settings.index"),
        "icon": "settings",
        "active": request.endpoint == "settings.index",
        "count": None,
        "shortcut": "g s",
        "below": False,
    }


def _allowed(group: Group) -> list[dict[str, Any]]:
    access = g.get("access", NOBODY)
    return [
        _line(entry)
        for entry in registry.menu_entries()
        if entry.group is group
        and entry.endpoint in current_app.view_functions
        and access.allows(entry.permission)
    ]


def _is_here(entry: MenuEntry) -> bool:
    """Say whether the page is the entry's or below it; of two entries of one blueprint, only its own page is."""
    here, blueprint = request.endpoint or "", entry.endpoint.partition(".")[0]
    if here == entry.endpoint or here.partition(".")[0] != blueprint:
        return here == entry.endpoint
    return sum(other.endpoint.partition(".")[0] == blueprint for other in registry.menu_entries()) == 1


def _line(entry: MenuEntry) -> dict[str, Any]:
    return {
        "label": i18n.shown(entry.label),
        "hint": i18n.shown(entry.hint),
        "url": page_url(entry.endpoint),
        "icon": entry.icon,
        "active": _is_here(entry),
        "count": entry.count() if entry.count else None,
        "shortcut": entry.shortcut,
        "below": False,
    }
