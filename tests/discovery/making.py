"""Sites, ranges, directories and observations for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from inventory.core.access import SYSTEM, Access
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.discovery import credentials, services
from inventory.discovery.models import AddressRange, Credential, CredentialKind, Directory, Site, TlsMode
from inventory.discovery.timing import Frequency
from inventory.organization.models import Entity
from scanners.observation import Counter, Identifier, Interface, Observation
from tests.factories import number

COMMUNITY = "c0mmunauté-très-secrète"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def everything() -> Access:
    """The access of an administrator of every entity there is."""
    return Access(1, {row.id: Role.ADMINISTRATOR for row in db.session.query(Entity)})


def create_site(entity: Entity, **values: Any) -> Site:
    n = number()
    given = {
        "code": f"SITE-{n}",
        "name": f"Site {n}",
        "time_zone": "Europe/Paris",
        "entity_id": entity.id,
        **values,
    }
    with transaction():
        return services.save_site(None, given, access=everything(), actor=SYSTEM)


def create_credential(
    entity: Entity, kind: CredentialKind = CredentialKind.SNMP_COMMUNITY, **values: Any
) -> Credential:
    secrets = {
        CredentialKind.SNMP_COMMUNITY: {"version": "2c", "community": COMMUNITY},
        CredentialKind.SNMP_USER: {
            "user": "parc", "auth_protocol": "SHA-256", "auth_key": COMMUNITY,
            "priv_protocol": "AES", "priv_key": COMMUNITY,
        },
        CredentialKind.LDAP_BIND: {"bind_dn": "cn=reader,dc=example", "password": COMMUNITY},
    }  # fmt: skip
    given = {
        "entity_id": entity.id,
        "name": f"Credential {number()}",
        "kind": kind,
        **secrets[kind],
        **values,
    }
    with transaction():
        return credentials.save(None, given, access=everything(), actor=SYSTEM)


def range_values(site: Site, **values: Any) -> dict[str, Any]:
    return {
        "site_id": site.id, "entity_id": site.entity_id, "location_id": None, "name": f"Range {number()}",
        "addresses": "10.1.0.0/24", "exclude": "", "port": 161, "rate": 1000, "timeout_ms": 500, "retries": 1,
        "credential_ids": [], "enabled": True, "frequency": Frequency.NEVER, "at": "", "cron": "", **values,
    }  # fmt: skip


def create_range(site: Site, **values: Any) -> AddressRange:
    with transaction():
        return services.save_range(None, range_values(site, **values), access=everything(), actor=SYSTEM)


def directory_values(site: Site, **values: Any) -> dict[str, Any]:
    return {
        "site_id": site.id, "entity_id": site.entity_id, "name": f"Directory {number()}", "url": "ldaps://dc.example.org",
        "base": "dc=example", "tls": TlsMode.LDAPS, "ca_pem": None, "credential_id": None, "read_computers": True,
        "read_people": True, "enabled": True, "frequency": Frequency.NEVER, "at": "", "cron": "", **values,
    }  # fmt: skip


def create_directory(site: Site, **values: Any) -> Directory:
    with transaction():
        return services.save_directory(
            None, directory_values(site, **values), access=everything(), actor=SYSTEM
        )


def observe(n: int, **values: Any) -> Observation:
    """Device number `n` as a scan sees it, the same every time."""
    facts = {
        "kind": "printer",
        "manufacturer": "Lexmark",
        "model": "MS431",
        "serial": f"SN{n:06d}",
        "name": f"imp-{n}",
    }
    given: dict[str, Any] = {
        "source": "snmp", "site": "", "target": f"10.1.{n // 250}.{n % 250 + 1}", "observed_at": AT,
        "source_key": f"serial:lexmark:SN{n:06d}", "facts": {**facts, **values.pop("facts", {})},
        "identifiers": (Identifier("serial", f"SN{n:06d}", "lexmark"),),
        "interfaces": (Interface(index=1, name="eth0", mac=f"02:00:00:00:{n // 256:02x}:{n % 256:02x}"),),
        "counters": (Counter("pages", "pages", 1000),), **values,
    }  # fmt: skip
    return Observation(**given)
