"""Verbs on users, roles, sign-in, second factors and sessions."""

from __future__ import annotations

import enum
import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.auth import passwords, queries
from inventory.auth.claims import Claim
from inventory.auth.models import Grant, OneTimeLink, User, UserSession
from inventory.core import clock, registry, vault
from inventory.core.access import SYSTEM, Access, Actor
from inventory.core.database import db, hold
from inventory.core.errors import Forbidden, Invalid, NotFound, Refused
from inventory.core.permissions import Permission, Role
from inventory.core.text import clean
from inventory.core.wording import N_
from inventory.organization.models import Entity

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s]{2,}|[^@\s]{1,64}@localhost")
SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=2)
LINK_LIFE = timedelta(days=1)
FREE_ATTEMPTS = 5
LOCK_STEP = timedelta(minutes=1)
LOCK_LIMIT = timedelta(hours=1)
FIRST_ADMINISTRATOR = "first_admin"
RESET = "reset"
USED = N_("This link has been used already or is too old. Ask for a new one.")


class SpentLink(NotFound):
    """A one-time link was used, is too old, or never was."""

    status = 410


class Secured(enum.Enum):
    """What of an account's protection was changed."""

    PASSWORD = enum.auto()
    ADDRESS = enum.auto()
    FACTOR_ON = enum.auto()
    FACTOR_OFF = enum.auto()


def _tell(user: User, what: Secured, actor: Actor, *, to: str | None = None) -> None:
    registry.run_hooks("user.secured", user=user, what=what, actor=actor, to=to or user.email)


def actor_for(user: User) -> Actor:
    """Return the user as the actor of audit records."""
    return Actor("user", user.public_id, user.name)


def create_user(values: dict[str, Any], *, actor: Actor) -> User:
    """Add a user (values: email, name, language; password optional). Raises Invalid."""
    email = _email(values["email"])
    _check_name(values)
    if queries.user_named(email):
        raise Invalid(
            "email",
            N_(
                "There is a user with this e-mail address already: give them the role on their page. If you do not find "
                "them in your list, an administrator of the whole instance can."
            ),
        )
    user = User(email=email, name=values["name"], language=values.get("language"))
    if password := values.get("password"):
        passwords.check_strength(password, known=(email, user.name))
        user.password_hash = passwords.hash_password(password)
    db.session.add(user)
    db.session.flush()
    audit.record(Action.CREATED, "user", user, {"email": [None, email]}, actor=actor)
    return user


def _check_name(values: dict[str, Any]) -> None:
    if not values.get("name"):
        raise Invalid("name", N_("Give a name."))


def _email(text: str | None) -> str:
    email = (text or "").strip().lower()
    if not EMAIL.fullmatch(email):
        raise Invalid("email", N_("Type an e-mail address such as name@commune.fr."))
    return email


def update_user(user: User, values: dict[str, Any], *, version: int | None, actor: Actor) -> User:
    """Change a user's name, e-mail, language or whether they may sign in; closing the account ends its sessions."""
    if "email" in values:
        values = {**values, "email": _email(values["email"])}
        other = queries.user_named(values["email"])
        if other is not None and other.id != user.id:
            raise Invalid("email", N_("There is a user with this e-mail address already."))
    if "name" in values:
        _check_name(values)
    if values.get("active") is False and queries.administers_root(user):
        _keep_an_administrator(user)
    before = user.email
    audit.bump(user, version, values)
    if changes := audit.apply(user, values):
        audit.record(Action.UPDATED, "user", user, changes, actor=actor)
    if "email" in changes:
        _tell(user, Secured.ADDRESS, actor, to=before)
    if not user.active:
        end_sessions(user, actor=actor)
    return user


def set_password(user: User, password: str, *, actor: Actor) -> None:
    """Set a password, unlock the account, end its sessions and its other links. Raises Invalid when it is weak."""
    passwords.check_strength(password, known=(user.email, user.name))
    had_one = user.password_hash is not None
    user.password_hash = passwords.hash_password(password)
    user.failed_attempts, user.locked_until = 0, None
    _cancel_links(RESET, user)
    end_sessions(user, actor=actor)
    audit.record(Action.UPDATED, "user", user, {"password": [None, "•••"]}, actor=actor)
    if had_one:
        _tell(user, Secured.PASSWORD, actor)


def grant(user: User, entity: Entity, role: Role, *, actor: Actor) -> Grant:
    """Give a role on an entity and all below it, in place of the one held there."""
    row = db.session.scalar(select(Grant).where(Grant.user_id == user.id, Grant.entity_id == entity.id))
    old = row.role if row else None
    if row is None:
        row = Grant(user=user, entity=entity, role=role)
        db.session.add(row)
    elif old is Role.ADMINISTRATOR and role is not old and entity.parent_id is None:
        _keep_an_administrator(user)
    row.role = role
    db.session.flush()
    if old != role:
        audit.record(
            Action.UPDATED,
            "user",
            user,
            {f"role: {entity.name}": [old, role]},
            actor=actor,
            entity_id=entity.id,
        )
    return row


def revoke(row: Grant, *, actor: Actor) -> None:
    """Take a role back. Raises Refused for the last administrator of the root."""
    if row.role is Role.ADMINISTRATOR and row.entity.parent_id is None:
        _keep_an_administrator(row.user)
    changes: dict[str, list[Any]] = {f"role: {row.entity.name}": [row.role, None]}
    audit.record(Action.UPDATED, "user", row.user, changes, actor=actor, entity_id=row.entity_id)
    row.user.grants.remove(row)
    db.session.flush()


def _keep_an_administrator(leaving: User) -> None:
    # Two administrators who leave at once come one after the other, so that the second is counted without the first.
    hold(db.session.scalars(select(Entity).where(Entity.parent_id.is_(None))).one())
    counted = leaving.active and leaving.password_hash is not None
    if queries.instance_administrators() - counted < 1:
        raise Refused(N_("This is the last administrator of the instance. Make somebody else one first."))


def may_change(access: Access, user: User) -> bool:
    """Say whether somebody may change a user's account: they must administer every entity the user has a role on.

    A user without any role is the business of who administers the instance.
    """
    if not user.grants:
        return access.allows(Permission.INSTANCE_ADMIN)
    return all(access.allows(Permission.USERS_ADMIN, row.entity_id) for row in user.grants)


def may_see(access: Access, user: User) -> bool:
    """Say whether somebody administers an entity that the user has a role on, and so may see the user."""
    seen = any(access.allows(Permission.USERS_ADMIN, row.entity_id) for row in user.grants)
    return seen or may_change(access, user)


def require_sight(access: Access, user: User) -> None:
    """Raise NotFound unless the asker administers an entity that the user has a role on."""
    if not may_see(access, user):
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))


def require_change(access: Access, user: User) -> None:
    """Raise NotFound for a user of foreign entities only, Forbidden when some roles are beyond the asker's reach."""
    require_sight(access, user)
    if not may_change(access, user):
        raise Forbidden(N_("This user also has roles on entities that you do not administer."))


def sign_in(claimed: Claim, *, at: datetime) -> User | None:
    """Return the user when the password is right, else None; wrong ones lock the account for longer and longer.

    Attempts on one account come here one after the other, however many looked at their password at once. The caller
    commits in both cases, so that failures are counted.
    """
    user = queries.user_named(claimed.email, hold=True)
    if user is None:
        return None
    if user.locked_until and user.locked_until > at:
        return None
    # Since it was looked at, the password may have been changed, or the account closed.
    if not claimed.is_right or not user.active or user.password_hash != claimed.stored:
        count_failure(user, at=at)
        return None
    if claimed.anew is not None:
        user.password_hash = claimed.anew
    return user


def unlock(user: User, *, actor: Actor) -> None:
    """Let an account that waits after wrong passwords sign in at once."""
    changes = audit.apply(user, {"failed_attempts": 0, "locked_until": None})
    audit.record(Action.UPDATED, "user", user, changes, actor=actor)


def count_failure(user: User, *, at: datetime) -> None:
    """Count a wrong password or code; beyond five the account waits, twice as long each time, up to an hour."""
    user.failed_attempts += 1
    beyond = user.failed_attempts - FREE_ATTEMPTS
    if beyond >= 0:
        user.locked_until = at + min(LOCK_LIMIT, LOCK_STEP * 2 ** min(beyond, 10))
        said: audit.Changes = {
            "failed_attempts": [None, user.failed_attempts],
            "locked_until": [None, user.locked_until],
        }
        audit.record(Action.REFUSED, "user", user, said, actor=SYSTEM)


def check_code(user: User, code: str, *, at: datetime) -> bool:
    """Say whether a one-time or recovery code is right; either is taken once only."""
    # Two requests with the same code come one after the other, so that the second sees it taken.
    hold(user)
    if user.locked_until and user.locked_until > at:
        return False
    if user.totp_secret is None:
        return False
    step = passwords.totp_step(vault.decrypt(user.totp_secret), code, at)
    if step is not None and step > (user.totp_last_step or 0):
        user.totp_last_step = step
        return True
    hashed = passwords.token_hash(passwords.as_recovery_code(code))
    if hashed in user.recovery_hashes:
        user.recovery_hashes = [kept for kept in user.recovery_hashes if kept != hashed]
        return True
    count_failure(user, at=at)
    return False


def confirm_totp(user: User, secret: str, code: str, *, actor: Actor) -> list[str]:
    """Switch the second factor on once its first code is right; returns the recovery codes, shown once.

    Raises Invalid for a wrong code, Refused when there is one already: who took over a session must not replace it.
    """
    if user.totp_confirmed_at is not None:
        raise Refused(N_("The second factor is on already. Switch it off first."))
    step = passwords.totp_step(secret, code, clock.now())
    if step is None:
        raise Invalid(
            "code", N_("This code is not right. Check the clock of your phone, then type the next one.")
        )
    codes = passwords.new_recovery_codes()
    user.totp_secret = vault.encrypt(secret)
    user.totp_confirmed_at, user.totp_last_step = clock.now(), step
    user.recovery_hashes = [passwords.token_hash(each) for each in codes]
    audit.record(Action.UPDATED, "user", user, {"second factor": ["off", "on"]}, actor=actor)
    _tell(user, Secured.FACTOR_ON, actor)
    return codes


def remove_totp(user: User, *, actor: Actor) -> None:
    """Switch the second factor off."""
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
    user.recovery_hashes = []
    audit.record(Action.UPDATED, "user", user, {"second factor": ["on", "off"]}, actor=actor)
    _tell(user, Secured.FACTOR_OFF, actor)


def open_session(user: User, *, address: str | None, agent: str | None, at: datetime) -> str:
    """Open a session after a whole sign-in; returns the cookie's token, which is kept nowhere else."""
    token = passwords.new_token()
    user.failed_attempts, user.locked_until, user.last_seen_at = 0, None, at
    session = UserSession(
        user=user,
        token_hash=passwords.token_hash(token),
        expires_at=at + SESSION_LIFE,
        address=clean(address or "", 45),
        agent=clean(agent or "", 255),
        created_at=at,
        seen_at=at,
    )
    db.session.add(session)
    audit.record(Action.SIGNED_IN, "user", user, actor=actor_for(user), note=session.address)
    return token


def end_session(session: UserSession, *, actor: Actor) -> None:
    """End one session."""
    session.revoked_at = clock.now()
    audit.record(Action.UPDATED, "user", session.user, {"session": [session.agent, None]}, actor=actor)


def end_sessions(user: User, *, actor: Actor, but: UserSession | None = None) -> int:
    """End all of a user's sessions but one; returns how many."""
    ended = [row for row in queries.live_sessions(user, clock.now()) if but is None or row.id != but.id]
    for row in ended:
        end_session(row, actor=actor)
    return len(ended)


def issue_link(
    purpose: str, user: User | None = None, *, actor: Actor = SYSTEM, life: timedelta = LINK_LIFE
) -> str:
    """Return the token of a new one-time link, good for a day or for `life`; earlier ones of the same use stop working."""
    _cancel_links(purpose, user)
    token = passwords.new_token()
    db.session.add(
        OneTimeLink(
            purpose=purpose,
            token_hash=passwords.token_hash(token),
            user_id=user.id if user else None,
            expires_at=clock.now() + life,
        )
    )
    if user is not None:
        audit.record(Action.UPDATED, "user", user, {"password link": [None, "•••"]}, actor=actor)
    return token


def _cancel_links(purpose: str, user: User | None) -> None:
    older = select(OneTimeLink).where(
        OneTimeLink.purpose == purpose,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.user_id == (user.id if user else None),
    )
    for row in db.session.scalars(older):
        row.used_at = clock.now()


def link_by_token(purpose: str, token: str) -> OneTimeLink:
    """Return an unused link; raises SpentLink."""
    row = db.session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.purpose == purpose,
            OneTimeLink.token_hash == passwords.token_hash(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > clock.now(),
        )
    )
    if row is None:
        raise SpentLink(USED)
    return row


def use_link(row: OneTimeLink) -> None:
    """Mark a link used; raises SpentLink when somebody else used it since it was read. Call it before what it allows."""
    hold(row)
    if row.used_at is not None:
        raise SpentLink(USED)
    row.used_at = clock.now()


def create_first_administrator(values: dict[str, Any], root: Entity) -> User:
    """Create the first administrator, on the root. Raises Refused when there are users already."""
    if queries.has_users():
        raise Refused(N_("This instance has its administrator already. Sign in."))
    user = create_user(values, actor=SYSTEM)
    grant(user, root, Role.ADMINISTRATOR, actor=SYSTEM)
    return user
