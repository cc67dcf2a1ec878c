"""Addresses made from the present one: the same page with other arguments, and targets that stay on this site."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app, g, request, url_for

# Where a reader stands in a list; another filter, sort or scope begins at its top.
PLACE = frozenset({"after", "before", "seen", "panel"})
STATIC = Path(__file__).resolve().parent.parent / "static"
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


def pattern(endpoint: str, argument: str = "public_id", **values: Any) -> Callable[[str], str]:
    """Return what makes the addresses of many rows' pages, the address itself being made once.

    `argument` is the part of the path that differs; its values must need no quoting, as public ids do not.
    """
    given: dict[str, Any] = {argument: _ANY_ROW, **values}
    before, after = url_for(endpoint, **given).split(_ANY_ROW)
    return lambda value: f"{before}{value}{after}"


def row_pages(endpoint: str) -> Callable[[Any], str]:
    """Return what makes the address of each row's page of its public id."""
    address = pattern(endpoint)
    return lambda row: address(row.public_id)


_ANY_ROW = "any0row0at0all"


def static_url(path: str) -> str:
    """Return the address of a static file, with its content's hash so that browsers keep it for ever."""
    # A page draws hundreds of icons, each by the address of the one file that has them all.
    known: dict[str, str] = g.setdefault("static_urls", {})
    if path not in known:
        known[path] = _static_url(request.script_root, path)
    return known[path]


@lru_cache(maxsize=1024)
def _static_url(_root: str, path: str) -> str:
    return url_for("static", filename=path, v=_content_hash(path))


def page_url(endpoint: str) -> str:
    """Return the address of a page that takes no arguments, in the present scope: what the frame of every page leads to."""
    scope = g.get("scope")
    return _page_url(request.script_root, endpoint, scope.code if scope is not None else None)


@lru_cache(maxsize=4096)
def _page_url(_root: str, endpoint: str, _scope: str | None) -> str:
    return url_for(endpoint)


@lru_cache(maxsize=256)
def _content_hash(path: str) -> str:
    manifest = STATIC / "vendor" / "manifest.json"
    if path.startswith("vendor/") and manifest.exists():
        known = json.loads(manifest.read_text(encoding="utf-8"))
        name = path.removeprefix("vendor/")
        if name in known:
            return str(known[name])[:24].replace("/", "_").replace("+", "-").replace("=", "")
    file = STATIC / path
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.exists() else "absent"
