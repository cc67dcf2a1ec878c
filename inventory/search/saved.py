"""Saved views: who sees which, who may change one, and the verbs that do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.core.access import Access, Actor
from inventory.core.database import db, lookup
from inventory.core.errors import Invalid, NotFound
from inventory.core.permissions import Permission
from inventory.core.wording import N_, Sentence
from inventory.organization.models import Entity
from inventory.search.models import SavedView

NOT_KEPT = frozenset({"view", "after", "before", "seen", "format", "entity"})
MOST_VIEWS = 40
LONGEST_QUERY = 4000


def tidied(query: str) -> str:
    """Return a query string without the place in the list, the scope and the view itself, in a fixed order."""
    pairs = [
        (name, value) for name, value in parse_qsl(query) if name not in NOT_KEPT and not name.startswith("_")
    ]
    return urlencode(sorted(pairs))[:LONGEST_QUERY]


def views_of(listing: str, access: Access) -> Sequence[SavedView]:
    """Return the views of a list that the user sees, their own first, by title."""
    shared, below = aliased(Entity), aliased(Entity)
    seen: Any = SavedView.shared_with_id.is_not(None)
    if access.root_id is None:
        # Who sees the root sees all below it, which need not be named.
        seen = (
            exists().where(below.id.in_(access.roles), below.path.startswith(shared.path)).correlate(shared)
        )
    statement = (
        select(SavedView)
        .outerjoin(shared, shared.id == SavedView.shared_with_id)
        .where(SavedView.listing == listing, or_(SavedView.user_id == access.user_id, seen))
        .order_by(SavedView.user_id != access.user_id, SavedView.title, SavedView.id)
    )
    return db.session.scalars(lookup(statement.limit(MOST_VIEWS))).all()


def may_change(view: SavedView, access: Access) -> bool:
    """Say whether the user may change a view: its owner, and who keeps the settings of the entity that shares it."""
    if view.user_id == access.user_id:
        return True
    return view.shared_with_id is not None and access.allows(Permission.SETTINGS_ADMIN, view.shared_with_id)


def own_view(public_id: str, access: Access) -> SavedView:
    """Return a view that the user may change; raises NotFound for any other."""
    statement = (
        select(SavedView).where(SavedView.public_id == public_id).options(joinedload(SavedView.shared_with))
    )
    view = db.session.scalar(statement)
    if view is None or not may_change(view, access):
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    return view


def shareable(access: Access, entity_id: int | None) -> Entity | None:
    """Return the entity that the user may share a view with: the one given, else the highest that they work for."""
    allowed = access.entity_ids(Permission.ASSETS_EDIT)
    if entity_id is not None:
        return db.session.get(Entity, entity_id) if entity_id in allowed else None
    if access.root_id in allowed:
        return db.session.get(Entity, access.root_id)
    statement = select(Entity).where(Entity.id.in_(allowed)).order_by(Entity.path).limit(1)
    return db.session.scalar(statement)


def save_view(
    listing: str,
    path: str,
    query: str,
    *,
    title: str,
    shared_with: Entity | None,
    access: Access,
    actor: Actor,
) -> SavedView:
    """Keep what a list is asked for. Raises Invalid without a title."""
    view = SavedView(
        user_id=access.user_id,
        listing=listing[:60],
        path=path[:160],
        query=tidied(query),
        title=_title(title),
        shared_with_id=shared_with.id if shared_with else None,
    )
    db.session.add(view)
    db.session.flush()
    audit.record(
        Action.CREATED,
        "saved_view",
        view,
        {"title": [None, view.title]},
        actor=actor,
        entity_id=view.shared_with_id,
    )
    return view


def change_view(
    view: SavedView, values: dict[str, Any], *, actor: Actor, version: int | None = None
) -> audit.Changes:
    """Set a view's title, query or `shared_with_id`, and return what changed. Raises Invalid and Stale."""
    wanted = dict(values)
    if "title" in wanted:
        wanted["title"] = _title(wanted["title"])
    if "query" in wanted:
        wanted["query"] = tidied(wanted["query"])
    audit.bump(view, version, wanted)
    changes = audit.apply(view, wanted)
    if changes:
        audit.record(Action.UPDATED, "saved_view", view, changes, actor=actor, entity_id=view.shared_with_id)
    return changes


def forget_view(view: SavedView, *, actor: Actor) -> ChangeSet:
    """Delete a view as a change set, which brings it back when undone; what it shows stays."""
    title = Sentence(N_("View deleted: %(title)s"), title=view.title)
    shared_with_id = view.shared_with_id
    with audit.change_set(ChangeSetKind.DELETION, title, actor=actor, entity_id=shared_with_id) as opened:
        change: audit.Changes = {"title": [view.title, None]}
        audit.record(Action.DELETED, "saved_view", view, change, actor=actor, entity_id=shared_with_id)
        db.session.delete(view)
        db.session.flush()
    return opened


def _title(text: str) -> str:
    if not text.strip():
        raise Invalid("title", N_("Give the view a name."))
    return " ".join(text.split())[:60]
