"""Secrets that scans present: written once, encrypted, and opened only for the scan that needs them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core import clock, vault
from inventory.core.access import Access, Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.permissions import Permission
from inventory.core.wording import N_
from inventory.discovery.models import AddressRange, Credential, CredentialKind, Directory

if TYPE_CHECKING:
    from scanners.snmp.options import Community, UsmUser

SECRETS: dict[CredentialKind, tuple[str, ...]] = {
    CredentialKind.SNMP_COMMUNITY: ("community",),
    CredentialKind.SNMP_USER: ("auth_key", "priv_key"),
    CredentialKind.LDAP_BIND: ("password",),
}
"""The secret fields of each kind."""

SETTINGS: dict[CredentialKind, tuple[str, ...]] = {
    CredentialKind.SNMP_COMMUNITY: ("version",),
    CredentialKind.SNMP_USER: ("user", "auth_protocol", "priv_protocol"),
    CredentialKind.LDAP_BIND: ("bind_dn",),
}
"""The fields of each kind that are no secret."""

SHORTEST_KEY = 8  # RFC 3414 §11.2


def save(
    credential: Credential | None,
    values: dict[str, Any],
    *,
    access: Access,
    actor: Actor,
    version: int | None = None,
) -> Credential:
    """Create or change a credential from entity_id, name, kind, its settings and its secrets.

    Secret fields left empty keep what is stored; the kind of an existing one stays. Raises Invalid beside the field.
    """
    access.require(Permission.DISCOVERY_ADMIN, values["entity_id"])
    kind = CredentialKind(credential.kind if credential else values["kind"])
    settings = {name: values[name] for name in SETTINGS[kind] if values.get(name)}
    stored = json.loads(vault.decrypt(credential.secret)) if credential else {}
    given = {name: values[name] for name in SECRETS[kind] if values.get(name)}
    secrets = _kept(kind, settings, {**stored, **given})
    _check(kind, settings, secrets)
    _check_name(values["name"], values["entity_id"], credential)
    columns = {"entity_id": values["entity_id"], "name": values["name"], "settings": settings}
    if credential is None:
        credential = Credential(**columns, kind=kind, secret=_sealed(secrets))
        db.session.add(credential)
        db.session.flush()
        changes: dict[str, list[Any]] = {"name": [None, credential.name], "kind": [None, kind]}
        audit.record(Action.CREATED, "credential", credential, changes, actor=actor)
        return credential
    access.require(Permission.DISCOVERY_ADMIN, credential.entity_id)
    beside = secrets != stored or credential.entity_id != columns["entity_id"]
    audit.bump(credential, version, {name: columns[name] for name in ("name", "settings")}, beside=beside)
    changes = audit.apply(credential, columns)
    if secrets != stored:
        credential.secret, credential.secret_set_at = _sealed(secrets), clock.now()
        # That it changed is recorded, never from what to what.
        changes["secret"] = [None, N_("replaced")]
    db.session.flush()
    if changes:
        audit.record(Action.UPDATED, "credential", credential, changes, actor=actor)
    return credential


def _sealed(secrets: dict[str, str]) -> bytes:
    return vault.encrypt(json.dumps(secrets))


def _kept(kind: CredentialKind, settings: dict[str, Any], secrets: dict[str, str]) -> dict[str, str]:
    """A passphrase whose protocol is gone is forgotten."""
    if kind is not CredentialKind.SNMP_USER:
        return secrets
    protocols = {"auth_key": "auth_protocol", "priv_key": "priv_protocol"}
    return {name: value for name, value in secrets.items() if settings.get(protocols[name])}


def _check(kind: CredentialKind, settings: dict[str, Any], secrets: dict[str, str]) -> None:
    if kind is CredentialKind.SNMP_COMMUNITY:
        _need(secrets, "community", N_("Type the community."))
        if len(secrets["community"].encode()) > 255:
            raise Invalid("community", N_("A community is at most 255 octets long."))
    elif kind is CredentialKind.LDAP_BIND:
        _need(settings, "bind_dn", N_("Type the account to read with."))
        _need(secrets, "password", N_("Type the password; a server would take an empty one for anonymous."))
    else:
        _check_user(settings, secrets)


def _check_user(settings: dict[str, Any], secrets: dict[str, str]) -> None:
    from scanners.snmp.options import AUTH_PROTOCOLS, PRIV_PROTOCOLS

    _need(settings, "user", N_("Type the user name."))
    if len(settings["user"].encode()) > 32:
        raise Invalid("user", N_("An SNMPv3 user name is at most 32 octets long."))
    for known, field in ((AUTH_PROTOCOLS, "auth_protocol"), (PRIV_PROTOCOLS, "priv_protocol")):
        if settings.get(field) and settings[field] not in known:
            raise Invalid(field, N_("Choose one from the list."))
    if settings.get("priv_protocol") and not settings.get("auth_protocol"):
        raise Invalid("auth_protocol", N_("Privacy needs authentication: choose its protocol."))
    for key, protocol in (("auth_key", "auth_protocol"), ("priv_key", "priv_protocol")):
        if settings.get(protocol):
            _need(secrets, key, N_("Type the passphrase of this protocol."))
            if len(secrets[key]) < SHORTEST_KEY:
                raise Invalid(key, N_("An SNMPv3 passphrase has at least %(n)s characters."), n=SHORTEST_KEY)


def _need(values: dict[str, Any], name: str, message: str) -> None:
    if not values.get(name):
        raise Invalid(name, message)


def _check_name(name: str, entity_id: int, credential: Credential | None) -> None:
    twin = select(Credential.id).where(Credential.entity_id == entity_id, Credential.name == name)
    if db.session.scalar(twin) not in (None, credential.id if credential else None):
        raise Invalid("name", N_("This entity has a credential of this name already."))


def delete(credential: Credential, *, access: Access, actor: Actor) -> None:
    """Forget a credential. Raises Refused while a range or a directory uses it."""
    access.require(Permission.DISCOVERY_ADMIN, credential.entity_id)
    users = [row.name for row in users_of([credential.id])[credential.id]]
    if users:
        raise Refused(N_("It is used by %(names)s. Take it out there first."), names=", ".join(users[:5]))
    audit.record(Action.DELETED, "credential", credential, {"name": [credential.name, None]}, actor=actor)
    db.session.delete(credential)
    db.session.flush()


def users_of(credential_ids: Collection[int]) -> dict[int, list[AddressRange | Directory]]:
    """Return the ranges and directories that present each of these credentials, in two queries."""
    found: dict[int, list[AddressRange | Directory]] = {id_: [] for id_ in credential_ids}
    for range_ in db.session.scalars(select(AddressRange)):
        for id_ in found.keys() & set(range_.credential_ids):
            found[id_].append(range_)
    for directory in db.session.scalars(select(Directory).where(Directory.credential_id.in_(credential_ids))):
        found[directory.credential_id or 0].append(directory)
    return found


def require_all(credential_ids: Iterable[int], access: Access) -> None:
    """Raise Invalid unless the user administers each credential: who aims one elsewhere could read it off the wire."""
    rows = db.session.scalars(select(Credential).where(Credential.id.in_(list(credential_ids))))
    for row in rows:
        if not access.allows(Permission.DISCOVERY_ADMIN, row.entity_id):
            raise Invalid(
                "credentials",
                N_("The credential “%(name)s” belongs to an entity that you do not administer."),
                name=row.name,
            )


def labels(rows: Sequence[Credential]) -> dict[str, int]:
    """Return a label of its own for each credential → its id: its name, numbered when another bears it too."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.name if row.name not in found else f"{row.name} ({row.id})"] = row.id
    return found


def in_order(credential_ids: Sequence[int]) -> list[Credential]:
    """Return the credentials of these ids, in this order; those that are gone are left out."""
    rows = {
        row.id: row for row in db.session.scalars(select(Credential).where(Credential.id.in_(credential_ids)))
    }
    return [rows[id_] for id_ in credential_ids if id_ in rows]


def open_snmp(rows: Sequence[Credential]) -> tuple[Community | UsmUser, ...]:
    """Decrypt SNMP credentials for a scan; raises VaultError when the key is another one."""
    from scanners.snmp.options import Community, UsmUser

    opened: list[Community | UsmUser] = []
    for label, row in zip(labels(rows), rows, strict=True):
        secrets = json.loads(vault.decrypt(row.secret))
        if row.kind is CredentialKind.SNMP_COMMUNITY:
            version = row.settings.get("version", "2c")
            opened.append(Community(secrets["community"], version=version, label=label))
        else:
            opened.append(UsmUser(**row.settings, **secrets, label=label))
    return tuple(opened)


def open_bind(row: Credential) -> tuple[str, str]:
    """Decrypt a directory account: its DN and its password; raises VaultError when the key is another one."""
    return row.settings["bind_dn"], json.loads(vault.decrypt(row.secret))["password"]
