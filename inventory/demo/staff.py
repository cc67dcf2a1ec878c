"""Makes the accounts of the demonstration: one for each role with its password, and the technicians of its history."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from inventory.audit.models import Action
from inventory.auth import passwords
from inventory.auth.models import Grant, User
from inventory.core.access import SYSTEM, Actor
from inventory.core.clock import DEFAULT_TIME_ZONE
from inventory.core.permissions import Role
from inventory.demo import names, trail
from inventory.demo.world import Body, World


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in, and with what."""

    role: Role
    name: str
    email: str
    password: str
    entity: str


_PEOPLE = (
    (Role.ADMINISTRATOR, "administration", "Hélène Verdier"),
    (Role.MANAGER, "gestion", "Laurent Mercier"),
    (Role.TECHNICIAN, "technique", names.TECHNICIANS[0]),
    (Role.READER, "referente", "Solène Aubertin"),
)


def make(world: World) -> list[Account]:
    """Add the accounts and return those that can sign in; passwords are drawn anew, whatever the seed."""
    accounts = []
    referent_of = world.communes[1].seat
    for role, login, name in _PEOPLE:
        entity = referent_of if role is Role.READER else world.metropolis
        password = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}"
        email = f"{login}@{names.MAIL_DOMAIN}"
        actor = _user(world, (email, name), password, (role, entity))
        world.actors[role] = actor
        if role is Role.TECHNICIAN:
            world.technicians.append(actor)
        accounts.append(Account(role, name, email, password, entity.name))
    for name in names.TECHNICIANS[1:]:
        email = f"{name.split()[0].lower().translate(_PLAIN)}@{names.MAIL_DOMAIN}"
        world.technicians.append(_user(world, (email, name), None, (Role.TECHNICIAN, world.metropolis)))
    return accounts


_PLAIN = str.maketrans("éèêëàâîïôûç", "eeeeaaiiouc")


def _user(world: World, called: tuple[str, str], password: str | None, granted: tuple[Role, Body]) -> Actor:
    email, name = called
    role, entity = granted
    chance = world.chance("user", email)
    hired = datetime.combine(world.order.began - timedelta(days=3), time(10), ZoneInfo(DEFAULT_TIME_ZONE))
    public_id = chance.public_id()
    user_id = world.rows.add(
        User,
        public_id=public_id,
        email=email,
        name=name,
        password_hash=passwords.hash_password(password) if password else None,
        language="fr",
        created_at=hired,
    )
    world.rows.add(Grant, user_id=user_id, entity_id=entity.id, role=role)
    subject = trail.Subject("user", public_id, name)
    act = trail.Act(SYSTEM, hired)
    trail.record(world.rows, Action.CREATED, subject, {"email": [None, email]}, act=act)
    changes = {f"role: {entity.name}": [None, role]}
    trail.record(
        world.rows, Action.UPDATED, trail.Subject("user", public_id, name, entity.id), changes, act=act
    )
    return Actor("user", public_id, name)
