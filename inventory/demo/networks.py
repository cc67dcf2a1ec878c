"""Makes what is looked at: sites with their ranges, credentials that open nothing, the directory, and when each is read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from inventory.audit.models import Action
from inventory.core import vault
from inventory.core.permissions import Role
from inventory.demo import trail
from inventory.demo.nights import Source
from inventory.demo.trail import Act
from inventory.demo.world import Body, Commune, World
from inventory.discovery.models import (
    AddressRange,
    Credential,
    CredentialKind,
    Directory,
    OrganizationalUnit,
    RunKind,
    Site,
)
from inventory.discovery.services import READ_DIRECTORY, SCAN
from inventory.jobs.models import Schedule
from inventory.jobs.schedules import next_due

# RFC 2544: set aside for benchmarks, so that nobody's network is ever asked by a demonstration.
NETWORK = (198, 18)
BLOCK = 16
BASE_DN = "dc=valclair,dc=example"
DIRECTORY_URL = "ldaps://annuaire.valclair.example"
DIRECTORY, DIRECTORY_SITE = "Annuaire de la métropole", "VAL"


@dataclass(slots=True)
class Range:
    """A range of a commune: its row, how it is written, and the first and the next free number of its addresses."""

    id: int
    name: str
    addresses: str
    body: Body
    base: int
    size: int
    used: int = 0

    def take(self) -> str:
        """Return the next free address; a fleet larger than the block begins again at its start."""
        self.used += 1
        number = self.base + 10 + (self.used - 1) % (self.size - 20)
        high, low = divmod(number, 256)
        return f"{NETWORK[0]}.{NETWORK[1] + high // 256}.{high % 256}.{low}"


@dataclass(slots=True)
class Network:
    """The site of a commune with its ranges: of the town hall, and of everything else."""

    site_id: int
    site_code: str
    ranges: list[Range] = field(default_factory=list)


OFFICE_HOURS = "mon-fri 08:00-18:00"
"""The black-out hours of the town halls' ranges."""


@dataclass(slots=True)
class Networks:
    """All that is looked at: networks by commune, the directory, the credentials."""

    by_commune: dict[str, Network]
    directory: Source
    scan_credentials: list[int]


def make(world: World) -> Networks:
    """Add credentials, sites, ranges, the directory with its branches, and a nightly schedule of each."""
    act = Act(world.actors[Role.ADMINISTRATOR], world.chance("networks").at_work(world.order.began))
    community = _credential(world, CredentialKind.SNMP_COMMUNITY, "Communauté de lecture", act)
    user = _credential(world, CredentialKind.SNMP_USER, "Compte de supervision SNMPv3", act)
    bind = _credential(world, CredentialKind.LDAP_BIND, "Compte de lecture de l’annuaire", act)
    found = {commune.code: _network(world, commune, [user, community], act) for commune in world.communes}
    directory_id = _directory(world, found[DIRECTORY_SITE], bind, act)
    own = found[DIRECTORY_SITE]
    directory = Source(
        RunKind.LDAP,
        f"{DIRECTORY} {own.site_code}",
        f"{DIRECTORY_URL} {BASE_DN}",
        own.site_id,
        world.metropolis.id,
        0,
        directory_id=directory_id,
    )
    return Networks(found, directory, [user, community])


_SETTINGS: dict[CredentialKind, tuple[dict[str, Any], dict[str, str]]] = {
    CredentialKind.SNMP_COMMUNITY: ({"version": "2c"}, {"community": "demonstration"}),
    CredentialKind.SNMP_USER: (
        {"user": "parc", "auth_protocol": "SHA-256", "priv_protocol": "AES"},
        {"auth_key": "demonstration", "priv_key": "demonstration"},
    ),
    CredentialKind.LDAP_BIND: ({"bind_dn": f"cn=parc,{BASE_DN}"}, {"password": "demonstration"}),
}


def _credential(world: World, kind: CredentialKind, name: str, act: Act) -> int:
    settings, secrets = _SETTINGS[kind]
    public_id = world.chance("credential", name).public_id()
    id_ = world.rows.add(
        Credential,
        public_id=public_id,
        entity_id=world.metropolis.id,
        name=name,
        kind=kind,
        settings=settings,
        secret=vault.encrypt(json.dumps(secrets)),
        secret_set_at=act.at,
        created_at=act.at,
    )
    subject = trail.Subject("credential", public_id, name, world.metropolis.id)
    trail.record(world.rows, Action.CREATED, subject, {"name": [None, name], "kind": [None, kind]}, act=act)
    return id_


def _network(world: World, commune: Commune, credential_ids: list[int], act: Act) -> Network:
    entity = commune.seat if commune.number else world.metropolis
    name = f"Réseau {commune.name}"
    public_id = world.chance("site", commune.code).public_id()
    site_id = world.rows.add(Site, public_id=public_id, code=commune.code, name=name, entity_id=entity.id)
    subject = trail.Subject("site", public_id, name, entity.id)
    trail.record(world.rows, Action.CREATED, subject, {"name": [None, name]}, act=act)
    network = Network(site_id, commune.code)
    first = commune.number * BLOCK * 256
    for label, base, bits in (("Hôtel de ville", first, 22), ("Écoles et services", first + 8 * 256, 21)):
        called = label if commune.number else f"Métropole, {label.lower()}"
        network.ranges.append(
            _range(world, network, (called, base, bits), body=entity, opened=(credential_ids, act))
        )
    return network


def _range(
    world: World, network: Network, block: tuple[str, int, int], *, body: Body, opened: tuple[list[int], Act]
) -> Range:  # fmt: skip
    name, base, bits = block
    credential_ids, act = opened
    high = base // 256
    addresses = f"{NETWORK[0]}.{NETWORK[1] + high // 256}.{high % 256}.0/{bits}"
    public_id, id_ = world.chance("range", addresses).public_id(), world.rows.reserve(AddressRange)
    titled = f"{name} ({network.site_code})"
    schedule_id = _schedule(world, titled, SCAN, {"range_id": id_}, entity_id=body.id)
    world.rows.add(
        AddressRange,
        id=id_,
        public_id=public_id,
        site_id=network.site_id,
        entity_id=body.id,
        name=name,
        addresses=addresses,
        blackout=OFFICE_HOURS if bits == 22 else "",
        credential_ids=credential_ids,
        schedule_id=schedule_id,
    )
    subject = trail.Subject("address_range", public_id, name, body.id)
    trail.record(world.rows, Action.CREATED, subject, {"name": [None, name]}, act=act)
    return Range(id_, name, addresses, body, base, 2 ** (32 - bits))


def _schedule(world: World, title: str, kind: str, payload: dict[str, int], *, entity_id: int) -> int:
    """Add a nightly schedule; its jobs are played, never run, in a demonstration (`rehearsal`)."""
    key = f"{kind}:{next(iter(payload.values()))}"
    cron = "30 22 * * *"
    midday = datetime.combine(world.order.today, time(12), UTC)
    site = title.rpartition("(")[2].rstrip(")")
    return world.rows.add(
        Schedule,
        public_id=world.chance("schedule", key).public_id(),
        title=title,
        kind=kind,
        payload=payload,
        queue=f"site.{site}",
        dedupe_key=key,
        entity_id=entity_id,
        cron=cron,
        last_due_at=next_due(cron, "Europe/Paris", midday - timedelta(days=1)),
        next_due_at=next_due(cron, "Europe/Paris", midday),
    )


def _directory(world: World, network: Network, bind: int, act: Act) -> int:
    name, public_id = DIRECTORY, world.chance("directory").public_id()
    id_ = world.rows.reserve(Directory)
    schedule_id = _schedule(
        world,
        f"{name} ({network.site_code})",
        READ_DIRECTORY,
        {"directory_id": id_},
        entity_id=world.metropolis.id,
    )
    world.rows.add(
        Directory,
        id=id_,
        public_id=public_id,
        site_id=network.site_id,
        entity_id=world.metropolis.id,
        name=name,
        url=DIRECTORY_URL,
        base=BASE_DN,
        credential_id=bind,
        schedule_id=schedule_id,
    )
    subject = trail.Subject("directory", public_id, name, world.metropolis.id)
    trail.record(world.rows, Action.CREATED, subject, {"name": [None, name]}, act=act)
    for commune in world.communes:
        for body in commune.bodies:
            world.rows.add(OrganizationalUnit, directory_id=id_, dn=unit_of(commune, body), entity_id=body.id)
    return id_


def unit_of(commune: Commune, body: Body) -> str:
    """Return the directory's branch of a body."""
    branch = f"ou={commune.code},ou=communes,{BASE_DN}"
    return (
        branch if body is commune.seat and commune.number else f"ou={body.code.rpartition('-')[2]},{branch}"
    )
