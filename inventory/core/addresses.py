"""Addresses made from the present one: the same page with other arguments, and targets that stay on this site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import current_app, request, url_for

# Where a reader stands in a list; another filter, sort or scope begins at its top.
PLACE = frozenset({"after", "before", "seen"})
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def here(changes: Mapping[str, Any] | None = None, *, without: frozenset[str] = PLACE) -> str:
    """Return the present page's address with some arguments changed (None: removed).

    Arguments that `url_for` would take for its own (`_scheme`, `endpoint`) or for a part of the path are dropped:
    whoever writes the address must not choose them.
    """
    path = request.view_args or {}
    kept = {
        name: values[0] if len(values) == 1 else values
        for name, values in request.args.lists()
        if name not in without and name not in path and not name.startswith("_") and name != "endpoint"
    }
    wanted = {name: value for name, value in {**kept, **(changes or {})}.items() if value is not None}
    return url_for(request.endpoint or "", **path, **wanted)


def local_target(target: str | None, otherwise: str) -> str:
    """Return `target` when it is an address of this site, else `otherwise`: no open redirects.

    Browsers drop tabs and line ends from addresses and read a backslash as a slash, so none may be there.
    """
    return target if target and _LOCAL.fullmatch(target) else otherwise


def outside(endpoint: str, **values: Any) -> str:
    """Return a whole address to hand over: on the configured `public_url`, else on the address asked for."""
    public = current_app.config["PUBLIC_URL"]
    if not public:
        return url_for(endpoint, **values, _external=True)
    return str(public).rstrip("/") + url_for(endpoint, **values)
