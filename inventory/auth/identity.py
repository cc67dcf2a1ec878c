"""Finds the request's user by the session cookie and works out their access and the page's scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import g, request, session
from flask_babel import gettext
from sqlalchemy.exc import OperationalError

from inventory.auth import queries, services
from inventory.core import clock
from inventory.core.access import NOBODY, Access, Actor, Scope
from inventory.core.database import is_busy, transaction
from inventory.core.permissions import Permission
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.queries import Tree

COOKIE_FIELD = "token"
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The signed-in user as pages show them."""

    id: int
    public_id: str
    name: str
    email: str
    language: str | None
    has_second_factor: bool

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


@dataclass(frozen=True, slots=True)
class ScopeSwitch:
    """The entity switch: where the page stands and what can be chosen, as (code, name, depth)."""

    label: str
    code: str | None
    choices: tuple[tuple[str | None, str, int], ...]


def load_user() -> None:
    """Set g.user, g.access, g.actor, g.user_session and g.scope for this request."""
    g.user, g.access, g.actor, g.user_session, g.scope, g.scope_switch = (
        None,
        NOBODY,
        Actor("anonymous"),
        None,
        None,
        None,
    )
    token = session.get(COOKIE_FIELD)
    if not isinstance(token, str):
        return
    now = clock.now()
    found = queries.session_by_token(token, now)
    if found is None or not found.user.active or found.seen_at < now - services.SESSION_IDLE:
        session.pop(COOKIE_FIELD, None)
        return
    if found.seen_at < now - SEEN_EVERY:
        _note_seen(found, now)
    user = found.user
    g.user_session, g.account = found, user
    g.user = CurrentUser(
        user.id, user.public_id, user.name, user.email, user.language, user.totp_confirmed_at is not None
    )
    g.actor = services.actor_for(user)
    tree = organization.whole_tree()
    g.access = queries.access_of(user, tree)
    _load_scope(g.access, tree)


def _note_seen(found: Any, now: datetime) -> None:
    """Remember when a session was last used; not worth a wait, for the next request may."""
    try:
        with transaction(patience_ms=0):
            found.seen_at = found.user.last_seen_at = now
    except OperationalError as error:
        if not is_busy(error):
            raise


def _load_scope(access: Access, tree: Tree) -> None:
    everything = access.entity_ids(Permission.VIEW)
    entities, outline = _choices(tree, everything)
    whole = len(entities) == len(tree.rows)
    label = gettext(N_("All my entities"))
    wanted = request.args.get("entity", "")
    chosen = next((entity for entity in entities if entity.code == wanted.upper()), None) if wanted else None
    if chosen is None:
        g.scope = Scope(everything, label=label, whole=whole)
    else:
        ids = frozenset(entity.id for entity in entities if entity.path.startswith(chosen.path))
        g.scope = Scope(ids, chosen.id, chosen.code, chosen.name, whole=whole and ids == everything)
    g.scope_switch = ScopeSwitch(g.scope.label, g.scope.code, ((None, label, 0), *outline))


# Every page of a user asks for the same.
@lru_cache(maxsize=64)
def _choices(tree: Tree, entity_ids: frozenset[int]) -> tuple[list[Any], tuple[tuple[str, str, int], ...]]:
    entities = [row for row in tree.rows if row.id in entity_ids]
    return entities, tuple((row.code, row.name, depth) for row, depth in organization.outline(entities))
