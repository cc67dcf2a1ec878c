"""Reads users, their access over the tree, and their sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from inventory.auth.models import Grant, User, UserSession
from inventory.auth.passwords import token_hash
from inventory.core.access import Access, Scope
from inventory.core.database import db, lookup
from inventory.core.permissions import Role
from inventory.organization import queries as organization
from inventory.organization.models import Entity
from inventory.organization.queries import Tree


def user_named(email: str, *, hold: bool = False) -> User | None:
    """Return the user with this e-mail, case folded; with `hold`, others wait for the row until the commit."""
    statement = select(User).where(User.email == email.strip().lower())
    if hold:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(statement)


def has_users() -> bool:
    """Say whether the instance has its first administrator."""
    return bool(db.session.scalar(select(func.count()).select_from(User)))


def access_of(user: User, tree: Tree | None = None) -> Access:
    """Return the user's best role on each entity, inherited downwards."""
    grants = db.session.execute(_granted(), {"user": user.id}).all()
    return _access(user.id, tuple((path, role) for path, role in grants), tree or organization.whole_tree())


@cache
def _granted() -> Any:
    granted = select(Entity.path, Grant.role).join(Entity, Entity.id == Grant.entity_id)
    return lookup(granted.where(Grant.user_id == bindparam("user")).order_by(Grant.id))


# Kept with what it finds out of permissions: a user asks for page after page.
@lru_cache(maxsize=256)
def _access(user_id: int, grants: tuple[tuple[str, Role], ...], tree: Tree) -> Access:
    roles: dict[int, Role] = {}
    for row in tree.rows:
        held = [role for path, role in grants if row.path.startswith(path)]
        if held:
            roles[row.id] = max(held, key=lambda role: role.rank)
    root_id = next((row.id for row in tree.rows if row.parent_id is None and row.id in roles), None)
    return Access(user_id, roles, root_id)


def session_by_token(token: str, at: datetime) -> UserSession | None:
    """Return the live session of a cookie's token with its user, or None."""
    return db.session.scalar(_live(), {"token": token_hash(token), "at": at})


@cache
def _live() -> Select[Any]:
    return lookup(
        select(UserSession)
        .where(
            UserSession.token_hash == bindparam("token"),
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > bindparam("at"),
        )
        .options(joinedload(UserSession.user))
    )


def live_sessions(user: User, at: datetime) -> Sequence[UserSession]:
    """Return the user's live sessions, latest first."""
    return db.session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user.id, UserSession.revoked_at.is_(None), UserSession.expires_at > at)
        .order_by(UserSession.seen_at.desc())
    ).all()


def users(scope: Scope, *, without_roles: bool = False) -> Select[User]:
    """Return the users with a role on an entity of the scope, and if wished those who have none anywhere."""
    kept: ColumnElement[bool] = User.id.in_(
        select(Grant.user_id).where(Grant.entity_id.in_(scope.entity_ids))
    )
    if without_roles:
        kept = or_(kept, ~User.grants.any())
    return select(User).where(kept).options(selectinload(User.grants).selectinload(Grant.entity))


def with_role(statement: Select[Any], value: str) -> Select[Any]:
    """Keep users who have a role somewhere; any for a text that is no role."""
    if value not in set(Role):
        return statement
    return statement.where(User.id.in_(select(Grant.user_id).where(Grant.role == Role(value))))


def with_second_factor(statement: Select[Any], value: str) -> Select[Any]:
    """Keep users with a second factor ("1") or without one."""
    on = User.totp_confirmed_at.is_not(None)
    return statement.where(on if value == "1" else ~on)


def open_accounts(statement: Select[Any], value: str) -> Select[Any]:
    """Keep users who may sign in ("1") or may not."""
    return statement.where(User.active if value == "1" else ~User.active)


def matching_users(statement: Select[Any], text: str) -> Select[Any]:
    """Keep users whose name or e-mail holds `text`."""
    return statement.where(
        or_(
            func.lower(User.name).contains(text.lower(), autoescape=True),
            func.lower(User.email).contains(text.lower(), autoescape=True),
        )
    )


def administers_root(user: User) -> bool:
    """Say whether the user administers the instance."""
    statement = (
        select(Grant.id)
        .join(Entity, Entity.id == Grant.entity_id)
        .where(Grant.user_id == user.id, Grant.role == Role.ADMINISTRATOR, Entity.parent_id.is_(None))
    )
    return db.session.scalar(statement) is not None


def instance_administrators() -> int:
    """Return how many users who can sign in administer the root: one who never chose a password cannot."""
    statement = (
        select(func.count(func.distinct(User.id)))
        .join(Grant, Grant.user_id == User.id)
        .join(Entity, Entity.id == Grant.entity_id)
        .where(
            User.active,
            User.password_hash.is_not(None),
            Grant.role == Role.ADMINISTRATOR,
            Entity.parent_id.is_(None),
        )
    )
    return db.session.scalar(statement) or 0
