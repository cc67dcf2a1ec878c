"""Verbs on what Parc reads: sites, address ranges, directories and their branches, with their schedules."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Access, Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.permissions import Permission
from inventory.core.wording import N_
from inventory.discovery import addresses, blackout, branches, checking, credentials, queries, timing
from inventory.discovery.models import (
    AddressRange,
    Credential,
    CredentialKind,
    Directory,
    OrganizationalUnit,
    Site,
)
from inventory.jobs import schedules
from inventory.jobs.models import Schedule
from inventory.organization.models import Entity, Location

SCAN, READ_DIRECTORY, IDENTIFY = "discovery.scan", "discovery.read_directory", "discovery.identify"
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


def save_site(
    site: Site | None, values: dict[str, Any], *, access: Access, actor: Actor, version: int | None = None
) -> Site:
    """Create or change a site from code, name, entity_id, time_zone. A code in use never changes."""
    access.require(Permission.DISCOVERY_ADMIN, values["entity_id"])
    values = {**values, "code": (values["code"] or "").strip().upper()}
    if not CODE.fullmatch(values["code"]):
        raise Invalid("code", N_("Use one to twenty letters, digits or dashes, such as LBX-MAIRIE."))
    twin = db.session.scalar(select(Site.id).where(Site.code == values["code"]))
    if twin not in (None, site.id if site else None):
        raise Invalid("code", N_("Another site has the code %(code)s."), code=values["code"])
    schedules.check_time_zone(values["time_zone"])
    values["dns_server"] = _name_server(values.get("dns_server"))
    if site is not None and site.code != values["code"] and queries.has_sightings(site):
        raise Invalid("code", N_("Things were seen at this site under its code, so that it stays as it is."))
    saved: Site = _save(Site, site, values, access=access, actor=actor, version=version)
    return saved


def _name_server(text: str | None) -> str:
    """Return a name server's address in its shortest form, "" for none given; raises Invalid for what is no address."""
    if not (text or "").strip():
        return ""
    try:
        return str(ipaddress.ip_address((text or "").strip()))
    except ValueError:
        raise Invalid("dns_server", N_("Give an IP address, such as 10.1.0.53.")) from None


def _save(
    model: type[Any], row: Any, values: dict[str, Any], *, access: Access, actor: Actor, version: int | None
) -> Any:
    """Create or change a row with an entity, and record what changed."""
    noun = model.__tablename__
    if row is None:
        row = model(**values)
        db.session.add(row)
        db.session.flush()
        audit.record(Action.CREATED, noun, row, {"name": [None, row.name]}, actor=actor)
        return row
    access.require(Permission.DISCOVERY_ADMIN, row.entity_id)
    audit.bump(row, version, values)
    changes = audit.apply(row, values)
    db.session.flush()
    if changes:
        audit.record(Action.UPDATED, noun, row, _in_words(changes), actor=actor)
    return row


def _in_words(changes: audit.Changes) -> audit.Changes:
    """Name the rows that a change points to, so that its record can be read when they are gone."""
    pointed: dict[str, type[Any]] = {
        "entity_id": Entity,
        "site_id": Site,
        "location_id": Location,
        "credential_id": Credential,
    }
    words: audit.Changes = {}
    for name, pair in changes.items():
        if name in pointed:
            rows = [db.session.get(pointed[name], id_) if id_ else None for id_ in pair]
            words[name.removesuffix("_id")] = [row.name if row else None for row in rows]
        elif name == "credential_ids":
            words["credentials"] = [", ".join(one.name for one in credentials.in_order(ids)) for ids in pair]
        else:
            words[name] = pair
    return words


def save_range(
    range_: AddressRange | None,
    values: dict[str, Any],
    *,
    access: Access,
    actor: Actor,
    version: int | None = None,
) -> AddressRange:
    """Create or change an address range, with its schedule (`frequency`, `at`, `cron`). Raises Invalid beside a field."""
    access.require(Permission.DISCOVERY_ADMIN, values["entity_id"])
    site = _site(values["site_id"], access)
    values = {**values, "exclude": values.get("exclude") or ""}
    checking.range_values(values)
    values["blackout"] = blackout.canonical(blackout.parse(values.get("blackout") or ""))
    _check_name_of(range_, values)
    _check_location(values)
    credentials.require_all([*values["credential_ids"], *(range_.credential_ids if range_ else ())], access)
    cron = timing.cron_of(values.pop("frequency"), values.pop("at"), values.pop("cron"))
    row: AddressRange = _save(AddressRange, range_, values, access=access, actor=actor, version=version)
    plan = {
        "title": row.name,
        "kind": SCAN,
        "payload": {"range_id": row.id},
        "dedupe_key": f"{SCAN}:{row.id}",
    }
    row.schedule_id = _schedule(
        row, cron, {**plan, "queue": queue_of(site), "time_zone": site.time_zone}, actor
    )
    db.session.flush()
    return row


def _check_name_of(range_: AddressRange | None, values: dict[str, Any]) -> None:
    twin = select(AddressRange.id).where(
        AddressRange.site_id == values["site_id"], AddressRange.name == values["name"]
    )
    if db.session.scalar(twin) not in (None, range_.id if range_ else None):
        raise Invalid("name", N_("This site has a range of this name already."))


def _check_location(values: dict[str, Any]) -> None:
    location_id = values.get("location_id")
    if location_id is not None:
        location = db.session.get(Location, location_id)
        if location is None or location.entity_id != values["entity_id"]:
            raise Invalid("location", N_("This place belongs to another entity."))


def _site(site_id: int, access: Access) -> Site:
    site = db.session.get(Site, site_id)
    if site is None or site.entity_id not in access.roles:
        raise Invalid("site", N_("Choose a site from the list."))
    return site


def queue_of(site: Site) -> str:
    """Return the queue of the worker that reaches a site."""
    return f"site.{site.code}"


def _schedule(
    row: AddressRange | Directory, cron: str | None, plan: dict[str, Any], actor: Actor
) -> int | None:
    schedule = db.session.get(Schedule, row.schedule_id) if row.schedule_id else None
    if cron is None and schedule is None:
        return None
    plan = {
        **plan,
        "cron": cron or (schedule.cron if schedule else ""),
        "enabled": cron is not None and row.enabled,
    }
    return schedules.save(schedule, plan, actor=actor, entity_id=row.entity_id).id


def overlapping(range_: AddressRange) -> list[tuple[AddressRange, int]]:
    """Return the site's other enabled ranges that hold some of the same addresses, and how many they share."""
    own = addresses.without(addresses.parse(range_.addresses), addresses.parse_excluded(range_.exclude))
    others = select(AddressRange).where(
        AddressRange.site_id == range_.site_id, AddressRange.id != range_.id, AddressRange.enabled
    )
    shared = []
    for other in db.session.scalars(others):
        theirs = addresses.without(addresses.parse(other.addresses), addresses.parse_excluded(other.exclude))
        if both := addresses.overlap(own, theirs):
            shared.append((other, both))
    return shared


def save_directory(
    directory: Directory | None,
    values: dict[str, Any],
    *,
    access: Access,
    actor: Actor,
    version: int | None = None,
) -> Directory:
    """Create or change a directory, with its schedule. Raises Invalid beside a field."""
    access.require(Permission.DISCOVERY_ADMIN, values["entity_id"])
    site = _site(values["site_id"], access)
    values = {**values, "base": values.get("base") or ""}
    _check_directory(values, directory)
    used = {values["credential_id"], directory.credential_id if directory else None} - {None}
    credentials.require_all(used, access)
    cron = timing.cron_of(values.pop("frequency"), values.pop("at"), values.pop("cron"))
    row: Directory = _save(Directory, directory, values, access=access, actor=actor, version=version)
    key = f"{READ_DIRECTORY}:{row.id}"
    plan = {"title": row.name, "kind": READ_DIRECTORY, "payload": {"directory_id": row.id}, "dedupe_key": key}
    row.schedule_id = _schedule(
        row, cron, {**plan, "queue": queue_of(site), "time_zone": site.time_zone}, actor
    )
    db.session.flush()
    return row


def _check_directory(values: dict[str, Any], directory: Directory | None) -> None:
    twin = db.session.scalar(select(Directory.id).where(Directory.name == values["name"]))
    if twin not in (None, directory.id if directory else None):
        raise Invalid("name", N_("There is a directory of this name already."))
    checking.directory_values(values)
    credential_id = values["credential_id"]
    if credential_id is not None:
        found = credentials.in_order([credential_id])
        if not found or found[0].kind is not CredentialKind.LDAP_BIND:
            raise Invalid("credential", N_("Choose a directory account."))


def set_units(
    directory: Directory, rows: Sequence[tuple[str, int]], *, access: Access, actor: Actor
) -> list[OrganizationalUnit]:
    """Replace the branches of a directory by (DN, entity id) pairs. Raises Invalid on `units`."""
    access.require(Permission.DISCOVERY_ADMIN, directory.entity_id)
    wanted: dict[tuple[str, ...], tuple[str, int]] = {}
    for dn, entity_id in rows:
        if not branches.is_name(dn) or len(dn) > 255:
            raise Invalid("units", N_("“%(dn)s” is not a distinguished name."), dn=dn[:60])
        if branches.parts(dn) in wanted:
            raise Invalid("units", N_("“%(dn)s” is given twice."), dn=dn[:60])
        access.require(Permission.DISCOVERY_ADMIN, entity_id)
        wanted[branches.parts(dn)] = (dn, entity_id)
    before = {unit.dn: unit.entity.code for unit in directory.units}
    for unit in list(directory.units):
        directory.units.remove(unit)
    db.session.flush()
    for dn, entity_id in wanted.values():
        directory.units.append(OrganizationalUnit(dn=dn, entity_id=entity_id))
    db.session.flush()
    after = {unit.dn: unit.entity.code for unit in directory.units}
    if before != after:
        audit.record(Action.UPDATED, "directory", directory, {"units": [before, after]}, actor=actor)
    return directory.units


def delete_range(range_: AddressRange, *, access: Access, actor: Actor) -> None:
    """Remove a range that nothing was ever read from; one with a past is disabled instead. Raises Refused."""
    access.require(Permission.DISCOVERY_ADMIN, range_.entity_id)
    if queries.has_runs(range_):
        raise Refused(N_("Runs of this range are kept for ever, so it stays too. Disable it instead."))
    audit.record(Action.DELETED, "address_range", range_, {"name": [range_.name, None]}, actor=actor)
    schedule = db.session.get(Schedule, range_.schedule_id) if range_.schedule_id else None
    db.session.delete(range_)
    db.session.flush()
    if schedule is not None:
        db.session.delete(schedule)
        db.session.flush()
