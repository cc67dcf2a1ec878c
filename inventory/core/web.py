"""What every view says: load, authorise, render, done; and what every page is given."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.templating import Environment
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from sqlalchemy import Select, bindparam, select
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import BadHost, HTTPException

from inventory.core import conflicts, guard, i18n, navigation, registry
from inventory.core.access import NOBODY, Access, Scope
from inventory.core.addresses import here, local_target, page_url, static_url
from inventory.core.database import db, is_away, is_busy, lookup
from inventory.core.errors import DomainError, NotFound, Stale
from inventory.core.forms import translated
from inventory.core.icons import icon
from inventory.core.permissions import Permission
from inventory.core.wording import N_

Row = TypeVar("Row")
RETRY_AFTER_S = 10
# What the frame of every page links to.
FRAME_URLS = {
    "home_url": "dashboard.home",
    "search_url": "search.index",
    "scan_url": "scan.index",
    "review_url": "reviews.index",
    "account_url": "account.profile",
    "sign_out_url": "auth.sign_out",
}


class Templates(Environment):
    """Templates that have the application's globals as they are: none has any of its own."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # A chain of the two is walked name by name for every template that a page is put together from.
        return super().make_globals(d) if d else self.globals


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """Render a page, or the piece of its list that a script asks for: its rows are not read for that."""
    if getattr(context.get("listing"), "asks_filters_alone", False):
        template = "components/filter_controls.html"
    return make_response(render_template(template, **context), status)


def piece(template: str, whole: str, **context: Any) -> Response:
    """Render a piece of a page for its script; who opens the piece's address by itself is sent to the page `whole`."""
    if request.headers.get("HX-Request"):
        return page(template, **context)
    return redirect(whole, 303)  # type: ignore[return-value]


def done(message: str, to: str, *, undo_url: str | None = None, see_url: str | None = None) -> Response:
    """Say what was done on the page that comes next, with a button that undoes it or a link to what it tells of, where there is an address."""
    shown: Any = (
        {"text": message, "undo_url": undo_url, "see_url": see_url} if undo_url or see_url else message
    )
    flash(shown, "success")
    if g.pop("hidden_signs", False):
        flash(
            gettext(
                N_(
                    "What you typed held signs that hide or reorder text, or marks piled on a letter: they were taken out."
                )
            ),
            "warning",
        )
    return leave(to)


def not_done(message: str, to: str) -> Response:
    """Say on the page that comes next why nothing was done."""
    flash(message, "warning")
    return leave(to)


def undo_own_url(public_id: str) -> str:
    """Return the address where the author of a change set may undo it."""
    return url_for("changes.undo_own", public_id=public_id)


def leave(to: str) -> Response:
    """Go to another page; a request of htmx's is told to load it whole."""
    if request.headers.get("HX-Request"):
        answer = Response(status=204)
        answer.headers["HX-Redirect"] = to
        return answer
    return redirect(to, 303)  # type: ignore[return-value]


def access() -> Access:
    """Return what the present user may do where."""
    found: Access = g.get("access", NOBODY)
    return found


def authorise(permission: Permission, entity_id: int) -> None:
    """Raise NotFound for a foreign entity, Forbidden for an own one without the right."""
    access().require(permission, entity_id)


def load(
    model: type[Row], public_id: str, permission: Permission = Permission.VIEW, *, options: Sequence[Any] = ()
) -> Row:
    """Return the row with this public id; raises NotFound when absent or foreign, Forbidden without the right.

    A row without an entity (the catalogue) asks for the permission itself. `options` say what to read with it.
    """
    row: Any = db.session.scalar(_named(model, tuple(options)), {"named": public_id})  # type: ignore[arg-type]
    if row is None:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    entity_id = getattr(row, "entity_id", None)
    if entity_id is not None:
        authorise(permission, entity_id)
    elif not access().allows(permission):
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    found: Row = row
    return found


@lru_cache(maxsize=256)
def _named(model: Any, options: tuple[Any, ...] = ()) -> Select[Any]:
    return lookup(select(model).where(model.public_id == bindparam("named")).options(*options))


def load_noun(
    key: str, public_id: str, permission: Permission | None = Permission.VIEW
) -> tuple[registry.Noun, Any]:
    """Return a noun of the registry and its row; the permission (None: the noun's own for contributions) holds on its entity.

    Raises NotFound for a noun or a row that is absent or foreign, Forbidden without the right.
    """
    noun = registry.nouns().get(key)
    row = noun and db.session.scalar(_named(noun.model), {"named": public_id})  # type: ignore[arg-type]
    if noun is None or row is None:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    authorise(permission or noun.contribute, noun.entity_id(row))
    return noun, row


def noun_url(noun: registry.Noun, row: Any, **arguments: Any) -> str:
    """Return the address of a row's page."""
    return url_for(noun.page, **{noun.argument: getattr(row, noun.argument)}, **arguments)


def current_scope(permission: Permission = Permission.VIEW) -> Scope:
    """Return the page's scope less the entities where the permission is not held."""
    kept: dict[Permission, Scope] = g.setdefault("scopes", {})
    if permission not in kept:
        kept[permission] = _scope_with(g.scope, permission)
    return kept[permission]


def _scope_with(scope: Scope, permission: Permission) -> Scope:
    held = scope.entity_ids & access().entity_ids(permission)
    return Scope(held, scope.entity_id, scope.code, scope.label, scope.whole and held == scope.entity_ids)


def panels_of(noun: str, row: Any, entity_id: int) -> list[tuple[registry.Panel, dict[str, Any]]]:
    """Return what features add to the page of `row`, a `noun` of an entity: panels the user may see, with contexts."""
    allowed = [panel for panel in registry.panels(noun) if access().allows(panel.permission, entity_id)]
    loaded = [(panel, panel.load(row)) for panel in allowed]
    return [(panel, context) for panel, context in loaded if context is not None]


def can(permission: str, target: Any = None) -> bool:
    """Say in a template whether the user may; `target` is a row with an entity, an entity id, or nothing."""
    entity_id = target if isinstance(target, int) else getattr(target, "entity_id", None)
    return access().allows(Permission(permission), entity_id)


def scope_lines() -> Markup:
    """Return the lines of the entity switch, hundreds of them: each leads to the present page in another scope,
    its filters kept; from a page on one thing, to its list.
    """
    before, after = _scope_pattern().split(_ANY_SCOPE)
    switch = g.scope_switch
    drawn = _scope_lines(switch.choices, switch.code, icon("check"))
    return drawn.replace(_BEFORE, before).replace(_AFTER, after)


# Names hold no control characters, so that these stand for addresses alone.
_BEFORE, _AFTER = "\x01", "\x02"


@lru_cache(maxsize=64)
def _scope_lines(choices: tuple[Any, ...], code: str | None, mark: Markup) -> Markup:
    template: Any = current_app.jinja_env.get_template("layouts/_scope_lines.html")
    lines: Markup = template.module.lines(choices, code, mark, _BEFORE, _AFTER)
    return lines


_ANY_SCOPE = "any-scope-at-all"


def _scope_pattern() -> str:
    if request.endpoint is not None and request.method == "GET" and not request.view_args:
        return here({"entity": _ANY_SCOPE})
    above = f"{request.blueprint}.index"
    is_page = above in current_app.view_functions and not any(
        rule.arguments for rule in current_app.url_map.iter_rules(above)
    )
    return url_for(above, entity=_ANY_SCOPE) if is_page else f"/?entity={_ANY_SCOPE}"


def language_url(code: str) -> str:
    """Return the address that changes the language and comes back here."""
    here = request.full_path if request.method == "GET" else "/"
    return url_for("preferences.language", code=code, next=here.rstrip("?"))


def _context() -> dict[str, Any]:
    # Not "menu": the macro of that name, imported by a page, would hide it from the frame.
    shown = navigation.groups() if g.get("user") is not None else []
    return {
        "navigation": shown,
        "scope": g.get("scope_switch"),
        "current_user": g.get("user"),
        "locale": i18n.language(),
        "languages": i18n.LANGUAGES,
        "theme": request.cookies.get("theme", "auto")
        if request.cookies.get("theme") in ("light", "dark")
        else "auto",
        "review_count": next(
            (e["count"] for group in shown for e in group["entries"] if e["count"] is not None), None
        ),
        "scope_lines": scope_lines,
        "language_url": language_url,
        **{name: _url_if_there(endpoint) for name, endpoint in FRAME_URLS.items()},
    }


def _url_if_there(endpoint: str) -> str | None:
    return page_url(endpoint) if endpoint in current_app.view_functions else None


def _keep_scope(endpoint: str, values: dict[str, Any]) -> None:
    """Carry the entity switch in every address of the application."""
    scope = g.get("scope")
    if endpoint == "static" or "entity" in values or scope is None or scope.code is None:
        return
    if not current_app.url_map.is_endpoint_expecting(endpoint, "entity"):
        values["entity"] = scope.code


def describe_fields_with(app: Flask, label: Callable[[str], str], value: Callable[[str, Any], Any]) -> None:
    """Say how a field's name and its value are put into words on the conflict page."""
    app.extensions["parc_field_words"] = (label, value)


def _domain_error(error: DomainError) -> Response:
    message = translated(error.message, error.params)
    if isinstance(error, Stale):
        return page("errors/conflict.html", status=409, message=message, **conflicts.context(error))
    if request.headers.get("HX-Request"):
        answer = make_response(Markup('<p role="alert">{}</p>').format(escape(message)), error.status)
    else:
        answer = page(f"errors/{error.status}.html", status=error.status, code=error.status, message=message)
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, BadHost):
        # Without a host no address can be written, and so no page.
        return Response("The Host header of this request names no host.\n", 400, mimetype="text/plain")
    code = error.code or 500
    shown = code if code in (403, 404, 405, 409, 413, 422, 429, 500) else 500 if code >= 500 else 422
    if isinstance(error, CSRFError):
        shown = 400
    if code >= 500:
        # The transaction that broke must not break the page that says so.
        db.session.rollback()
    if shown == 413 and request.headers.get("HX-Request"):
        return make_response(Markup('<p role="alert">{}</p>').format(_too_large()), code)
    return page(f"errors/{shown}.html", status=code, code=code, message=_words_for(error))


def _store_error(error: OperationalError) -> Response:
    """Say that another is writing, or that the store does not answer; any other is a fault."""
    if is_away(error):
        db.session.rollback()
        # The page is shown without asking the store anything more: it knows of nobody.
        g.user = None
        words = gettext(N_("The store does not answer: it is being started anew, or cannot be reached."))
    elif is_busy(error):
        words = gettext(
            N_(
                "Something large is being written, such as an import of everything or nothing: nothing else can be saved meanwhile."
            )
        )
    else:
        raise error
    if request.headers.get("HX-Request"):
        answer = make_response(Markup('<p role="alert">{}</p>').format(words), 503)
    else:
        answer = page("errors/503.html", status=503, code=503, message=words, sent=conflicts.sent_again())
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def back_url() -> str | None:
    """Return the page of ours that the request was sent from, or None."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:
        return None
    if came_from.netloc != request.host:
        return None
    question = f"?{came_from.query}" if came_from.query else ""
    return local_target(f"{came_from.path}{question}", "") or None


def _too_large() -> str:
    """Say what the limit is: nothing of what was sent is known but that it is over it."""
    limit = current_app.config["MAX_CONTENT_LENGTH"] >> 20
    return str(gettext(N_("This is larger than Parc accepts: %(limit)s MB at once."), limit=limit))


def _words_for(error: HTTPException) -> str | None:
    if error.code == 413:
        return _too_large()
    if isinstance(error, CSRFError):
        return str(gettext(N_("It was made before your present session, so what it sends is not taken.")))
    return None


def init_app(app: Flask) -> None:
    """Give templates their words and errors their pages."""
    guard.init_app(app)
    app.register_blueprint(navigation.bp)
    app.context_processor(_context)
    # Macros are imported without context, so that templates stay cached: what they call is global.
    app.jinja_env.globals.update(can=can, static_url=static_url, drawn_icon=icon, back_url=back_url)
    app.url_defaults(_keep_scope)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _store_error)
