"""People of a directory as observations."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from scanners.ldap import names
from scanners.ldap.entry import GUID_ATTRIBUTES, LONGEST_NAME, Entry
from scanners.observation import Fact, Identifier, Observation

ACTIVE_DIRECTORY_FILTER = "(&(objectCategory=person)(objectClass=user))"
"""objectCategory leaves out computers, which are a subclass of user."""

OTHER_FILTER = "(|(objectClass=inetOrgPerson)(objectClass=organizationalPerson)(objectClass=person))"

ATTRIBUTES = (
    *GUID_ATTRIBUTES, "cn", "sn", "givenName", "displayName", "mail", "telephoneNumber", "mobile",
    "department", "departmentNumber", "company", "physicalDeliveryOfficeName", "title", "employeeNumber",
    "employeeID", "sAMAccountName", "uid", "manager", "userAccountControl", "accountExpires",
    "shadowExpire", "pwdAccountLockedTime", "nsAccountLock", "isCriticalSystemObject",
)  # fmt: skip

# userAccountControl (MS-ADTS §2.2.16)
DISABLED = 0x2
TRUST_ACCOUNT = 0x800

LOCKED_FOR_EVER = "000001010000Z"
"""pwdAccountLockedTime of an account that only an administrator can unlock (draft-behera-ldap-password-policy)."""


def is_person(entry: Entry) -> bool:
    """Whether a person may stand behind the entry: not a system account, a trust or a machine."""
    control = entry.number("userAccountControl") or 0
    machine = (entry.text("sAMAccountName") or "").endswith("$")
    return not (machine or control & TRUST_ACCOUNT or entry.truth("isCriticalSystemObject"))


def observe(entry: Entry, *, site: str, target: str, observed_at: datetime) -> Observation:
    """The person of an entry of class user (Active Directory) or person (inetOrgPerson and the like)."""
    guid = entry.guid()
    return Observation(
        source="ldap",
        site=site,
        target=target,
        observed_at=observed_at,
        source_key=entry.source_key,
        subject="person",
        facts=_facts(entry),
        identifiers=(Identifier("directory_guid", guid),) if guid else (),
        evidence=_evidence(entry, guid),
    )


def _facts(entry: Entry) -> dict[str, Fact]:
    found: dict[str, Fact | None] = {
        "given_name": entry.text("givenName"),
        "family_name": entry.text("sn"),
        "display_name": entry.text("displayName", "cn"),
        "email": entry.text("mail"),
        "phone": entry.text("telephoneNumber"),
        "mobile": entry.text("mobile"),
        "department": entry.text("department", "departmentNumber"),
        "company": entry.text("company"),
        "office": entry.text("physicalDeliveryOfficeName"),
        "title": entry.text("title"),
        "employee_number": entry.text("employeeNumber", "employeeID"),
        "login": entry.text("sAMAccountName", "uid"),
        "manager_dn": entry.text("manager", limit=LONGEST_NAME),
        "disabled": _disabled(entry),
        "expires_on": _expires_on(entry),
        "dn": entry.dn or None,
        "unit": names.parent(entry.dn) or None,
        "unit_path": names.unit_path(entry.dn) or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _disabled(entry: Entry) -> bool | None:
    """Whether the account cannot be used; None when the directory does not say."""
    control = entry.number("userAccountControl")
    if control is not None:
        return bool(control & DISABLED)
    if entry.text("pwdAccountLockedTime") == LOCKED_FOR_EVER:
        return True
    return entry.truth("nsAccountLock")


def _expires_on(entry: Entry) -> str | None:
    """The last day on which the account works, as YYYY-MM-DD in UTC.

    Active Directory stores the first instant after it, which is midnight in the directory's own time zone.
    """
    instant = entry.filetime("accountExpires")
    if instant is not None:
        return (instant - timedelta(seconds=1)).date().isoformat()
    day: date | None = entry.day_number("shadowExpire")
    return (day - timedelta(days=1)).isoformat() if day is not None else None


def _evidence(entry: Entry, guid: str | None) -> dict[str, str]:
    found = {}
    if guid and entry.guid_attribute:
        found["directory_guid"] = entry.guid_attribute
    for fact, attributes in (
        ("department", ("department", "departmentNumber")),
        ("employee_number", ("employeeNumber", "employeeID")),
        ("login", ("sAMAccountName", "uid")),
    ):
        source = next((name for name in attributes if entry.text(name)), None)
        if source:
            found[fact] = source
    return found
