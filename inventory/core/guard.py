"""Deny by default: every route names a permission, forms carry a token, and pages a strict policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from flask import Flask, Request, Response, abort, current_app, g, redirect, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

from inventory.core.access import NOBODY
from inventory.core.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission it needs on at least one entity; views check the row's own entity."""

    def mark(view: View) -> View:
        view.required_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """Return what a route declares, or None when it declares nothing (and so answers 403)."""
    return getattr(app.view_functions[endpoint], "required_permission", None)


def authenticate_with(app: Flask, load_user: Callable[[], None]) -> None:
    """Say how a request's user is found: `load_user` sets g.user, g.access, g.actor and g.scope."""
    app.extensions["parc_authenticate"] = load_user


def is_secure() -> bool:
    """Say whether cookies must keep to https: the request came by it, or the setting says that all do."""
    return bool(request.is_secure or current_app.config["SESSION_COOKIE_SECURE"])


class _Request(Request):
    """A request whose arguments hold no NUL: nobody types one, and PostgreSQL takes it in no question."""

    @cached_property
    def args(self) -> Any:
        pairs = super().args.items(multi=True)
        return self.parameter_storage_class([(name, value.replace("\0", "")) for name, value in pairs])


class _Sessions(SecureCookieSessionInterface):
    """Session cookies that keep to https once they were given over it."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return is_secure()


def init_app(app: Flask) -> None:
    """Put the guard before every request and the headers on every answer."""
    app.session_interface = _Sessions()
    app.request_class = _Request
    # The user is known before the form's token is checked, so that a refusal is shown in their frame.
    app.before_request(_authenticate)
    csrf.init_app(app)
    requires(Permission.PUBLIC)(app.view_functions["static"])
    app.before_request(_check)
    app.after_request(_add_headers)


def _authenticate() -> None:
    if request.endpoint != "static":
        current_app.extensions["parc_authenticate"]()


def _check() -> Any:
    if request.endpoint is None or request.endpoint == "static":
        return None
    if any("\0" in str(value) for value in (request.view_args or {}).values()):
        # No row is named so.
        abort(404)
    permission = permission_of(current_app, request.endpoint)
    if permission is Permission.PUBLIC:
        return None
    if permission is None:
        abort(403)
    if g.get("user") is None:
        return _to_sign_in()
    if permission is not Permission.SIGNED_IN and not g.get("access", NOBODY).allows(permission):
        abort(403)
    return None


def _to_sign_in() -> Any:
    came_for = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("auth.sign_in", next=None if came_for == "/" else came_for)
    if request.headers.get("HX-Request"):
        answer = Response(status=204)
        answer.headers["HX-Redirect"] = target
        return answer
    return redirect(target, 303)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if is_secure():
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response
