"""Makes the people of a body: staff, elected officials and shared accounts, with those who left or soon will."""

from __future__ import annotations

import unicodedata
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from inventory.audit.models import Action
from inventory.core.access import SYSTEM
from inventory.core.clock import DEFAULT_TIME_ZONE
from inventory.demo import names, trail
from inventory.demo.chance import Chance
from inventory.demo.world import Body, Holder, World
from inventory.organization.models import EntityKind, Person, PersonKind

_TITLES = {EntityKind.SCHOOL: names.SCHOOL_TITLES, EntityKind.CCAS: names.SOCIAL_TITLES}
SHARED = ("Accueil", "Salle de réunion", "Borne du public")
# Set aside for fiction by the numbering plan (ARCEP, décision 2018-0881).
LAND_LINES, MOBILES = "05 36 49", "06 39 98"
LEFT, LEAVES_SOON, IN_DIRECTORY, ELECTED = 0.05, 0.02, 0.88, 0.05


def add_people(world: World, body: Body, count: int) -> None:
    """Add `count` people to a body; the first of a town hall are its elected officials."""
    chance = world.chance("people", body.code)
    taken: dict[str, int] = {}
    elected = round(count * ELECTED) if body.kind is EntityKind.COMMUNE else 0
    for number in range(count):
        kind = PersonKind.ELECTED if number < elected else PersonKind.AGENT
        body.people.append(_person(world, body, kind, (chance, taken)))


def _person(world: World, body: Body, kind: PersonKind, draws: tuple[Chance, dict[str, int]]) -> Holder:
    chance, taken = draws
    given, family = chance.one(names.GIVEN_NAMES), chance.one(names.FAMILY_NAMES)
    name = f"{given} {family}"
    plain = _plain(f"{given}.{family}")
    taken[plain] = taken.get(plain, 0) + 1
    prefix = plain if taken[plain] == 1 else f"{plain}{taken[plain]}"
    login = f"{prefix}.{body.code.lower()}"
    guid = _guid(chance) if chance.happens(IN_DIRECTORY) else None
    leaving = _leaving(world, chance)
    public_id = chance.public_id()
    hired = datetime.combine(world.order.began, time(9), ZoneInfo(DEFAULT_TIME_ZONE))
    hired += timedelta(days=chance.between(0, 900), minutes=chance.between(0, 400))
    id_ = world.rows.add(
        Person,
        public_id=public_id,
        entity_id=body.id,
        kind=kind,
        given_name=given,
        family_name=family,
        display_name=name,
        email=f"{login}@{names.MAIL_DOMAIN}",
        phone=_number(chance, LAND_LINES),
        mobile=_number(chance, MOBILES) if chance.happens(0.3) else None,
        login=login,
        employee_number=f"{chance.between(10000, 99999)}",
        department=chance.one(names.SERVICES) if body.kind is EntityKind.COMMUNE else body.name,
        title=_title(body, kind, chance),
        directory_guid=guid,
        created_at=hired,
        **leaving,
    )
    world.names["person", id_] = name
    subject = trail.Subject("person", public_id, name, body.id)
    trail.record(
        world.rows, Action.CREATED, subject, {"display_name": [None, name]}, act=trail.Act(SYSTEM, hired)
    )
    return Holder(id_, public_id, name, login, guid, leaving.get("leaves_on"))


def _number(chance: Chance, start: str) -> str:
    return f"{start} {chance.between(10, 99)} {chance.between(10, 99)}"


def _title(body: Body, kind: PersonKind, chance: Chance) -> str:
    elected = kind is PersonKind.ELECTED
    return chance.one(names.ELECTED_TITLES if elected else _TITLES.get(body.kind, names.TITLES))


def _leaving(world: World, chance: Chance) -> dict[str, Any]:
    today, drawn = world.order.today, chance.share()
    if drawn < LEFT:
        return {"leaves_on": today - timedelta(days=chance.between(5, 400)), "disabled": chance.happens(0.8)}
    if drawn < LEFT + LEAVES_SOON:
        return {"leaves_on": today + timedelta(days=chance.between(3, 90))}
    return {}


def _guid(chance: Chance) -> str:
    digits = chance.hexadecimal(32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower().replace(" ", "-"))
    return "".join(ch for ch in folded if ch.isascii())
