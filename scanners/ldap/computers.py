"""Computers and other devices of a directory as observations."""

from __future__ import annotations

import re
from datetime import datetime

from scanners.identity import canonical_hostname, canonical_ip, canonical_mac, canonical_serial
from scanners.ldap import names
from scanners.ldap.entry import GUID_ATTRIBUTES, LONGEST_NAME, Entry, iso
from scanners.observation import Fact, Identifier, Observation

ACTIVE_DIRECTORY_FILTER = "(&(objectCategory=computer)(objectClass=computer))"
"""objectCategory leaves out service accounts, which are a subclass of computer."""

OTHER_FILTER = "(|(objectClass=device)(objectClass=ieee802Device)(objectClass=ipHost))"

ATTRIBUTES = (
    *GUID_ATTRIBUTES, "cn", "dNSHostName", "description", "operatingSystem",
    "operatingSystemVersion", "lastLogonTimestamp", "userAccountControl", "whenCreated", "createTimestamp",
    "location", "l", "managedBy", "owner", "serialNumber", "macAddress", "ipHostNumber",
)  # fmt: skip

DISABLED = 0x2
"""ADS_UF_ACCOUNTDISABLE of userAccountControl (MS-ADTS §2.2.16)."""

_SERVER = re.compile(r"\bserver\b", re.IGNORECASE)


def observe(entry: Entry, *, site: str, target: str, observed_at: datetime) -> Observation:
    """The device that an entry of class computer (Active Directory), device, ieee802Device or ipHost is about."""
    guid = entry.guid()
    return Observation(
        source="ldap",
        site=site,
        target=target,
        observed_at=observed_at,
        source_key=entry.source_key,
        subject="device",
        facts=_facts(entry),
        identifiers=_identifiers(entry, guid, site),
        evidence=_evidence(entry, guid),
    )


def _name(entry: Entry) -> str | None:
    return entry.text("dNSHostName", "cn")


def _facts(entry: Entry) -> dict[str, Fact]:
    control = entry.number("userAccountControl")
    os_name = entry.text("operatingSystem")
    found: dict[str, Fact | None] = {
        "kind": _kind(os_name),
        "name": _name(entry),
        "description": entry.text("description", limit=LONGEST_NAME),
        "serial": entry.text("serialNumber"),
        "os_name": os_name,
        "os_version": entry.text("operatingSystemVersion"),
        "location": entry.text("location", "l"),
        "disabled": bool(control & DISABLED) if control is not None else None,
        "last_logon_at": iso(entry.filetime("lastLogonTimestamp")),
        "created_at": iso(entry.instant("whenCreated", "createTimestamp")),
        "managed_by": entry.text("managedBy", "owner", limit=LONGEST_NAME),
        "dn": entry.dn or None,
        "unit": names.parent(entry.dn) or None,
        "unit_path": names.unit_path(entry.dn) or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _kind(os_name: str | None) -> str | None:
    """A directory knows no more than what runs: an account prepared for a machine to come says nothing."""
    if os_name is None:
        return None
    return "server" if _SERVER.search(os_name) else "computer"


def _identifiers(entry: Entry, guid: str | None, site: str) -> tuple[Identifier, ...]:
    hostname = canonical_hostname(_name(entry))
    candidates = [
        ("directory_guid", guid, ""),
        # without a maker a serial proves nothing: it is kept as a weak hint
        ("serial", canonical_serial(entry.text("serialNumber")), ""),
        *(("mac", canonical_mac(value), "") for value in entry.texts("macAddress")),
        *(("ip", canonical_ip(value), site) for value in entry.texts("ipHostNumber")),
        ("name", hostname, site),
    ]
    kept = [Identifier(kind, value, scope) for kind, value, scope in candidates if value]
    return tuple(dict.fromkeys(kept))


def _evidence(entry: Entry, guid: str | None) -> dict[str, str]:
    found = {}
    if guid and entry.guid_attribute:
        found["directory_guid"] = entry.guid_attribute
    if entry.text("operatingSystem"):
        found["kind"] = "operatingSystem"
    if _name(entry):
        found["name"] = "dNSHostName" if entry.text("dNSHostName") else "cn"
    if entry.text("serialNumber"):
        found["serial"] = "serialNumber"
    return found
