"""What facts, identifiers, supplies and meters are called on pages."""

from __future__ import annotations

from inventory.core.wording import N_

FACTS: dict[str, str] = {
    "kind": N_("Kind"),
    "manufacturer": N_("Maker"),
    "model": N_("Model"),
    "serial": N_("Serial number"),
    "firmware": N_("Firmware"),
    "name": N_("Name"),
    "location": N_("Place it says"),
    "contact": N_("Contact it says"),
    "description": N_("Description"),
    "object_id": N_("Object id"),
    "os_name": N_("Operating system"),
    "os_version": N_("System version"),
    "memory_bytes": N_("Memory"),
    "memory_free_bytes": N_("Free memory"),
    "disk_bytes": N_("Disk"),
    "disk_free_bytes": N_("Free disk"),
    "cpu": N_("Processor"),
    "processors": N_("Processors"),
    "uptime_s": N_("Running for"),
    "disabled": N_("Account disabled"),
    "last_logon_at": N_("Last sign-in"),
    "created_at": N_("Created"),
    "managed_by": N_("Managed by"),
    "dn": N_("Directory name"),
    "unit": N_("Branch"),
    "unit_path": N_("Branch path"),
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "display_name": N_("Name shown"),
    "email": N_("E-mail address"),
    "phone": N_("Phone"),
    "mobile": N_("Mobile phone"),
    "department": N_("Department"),
    "company": N_("Company"),
    "office": N_("Office"),
    "title": N_("Job title"),
    "employee_number": N_("Employee number"),
    "login": N_("Login"),
    "manager_dn": N_("Manager"),
    "expires_on": N_("Account ends on"),
    "alerts": N_("Alerts"),
}
SIZES = frozenset({"memory_bytes", "memory_free_bytes", "disk_bytes", "disk_free_bytes"})

IDENTIFIERS: dict[str, str] = {
    "serial": N_("Serial number"),
    "uuid": N_("System UUID"),
    "imei": N_("IMEI"),
    "directory_guid": N_("Directory GUID"),
    "engine_id": N_("SNMP engine id"),
    "base_mac": N_("Base MAC address"),
    "mac": N_("MAC address"),
    "name": N_("Name"),
    "ip": N_("IP address"),
    "bios_tag": N_("BIOS asset tag"),
    "agent_id": N_("Agent id"),
    "tag": N_("Tag"),
}

# What a source key begins with, before a colon and its value.
KEYS: dict[str, str] = {
    "serial": N_("serial number %(value)s"),
    "base_mac": N_("MAC address %(value)s"),
    "engine_id": N_("SNMP engine id %(value)s"),
    "address": N_("address %(value)s"),
    "guid": N_("directory GUID %(value)s"),
    "dn": N_("directory name %(value)s"),
    "dn-sha256": N_("digest of its directory name %(value)s"),
}

SUPPLIES: dict[str, str] = {
    "toner": N_("Toner"),
    "waste_toner": N_("Waste toner box"),
    "ink": N_("Ink"),
    "ribbon": N_("Ribbon"),
    "waste_ink": N_("Waste ink box"),
    "photoconductor": N_("Drum"),
    "developer": N_("Developer"),
    "fuser": N_("Fuser"),
    "fuser_oil": N_("Fuser oil"),
    "wax": N_("Wax"),
    "transfer_unit": N_("Transfer unit"),
    "cleaner": N_("Cleaner"),
    "staples": N_("Staples"),
    "paper": N_("Paper tray"),
    "other": N_("Other supply"),
}
SUPPLY_STATES: dict[str, str] = {
    "unlimited": N_("unlimited"),
    "unknown": N_("not said"),
    "some_left": N_("some left"),
}
COUNTERS: dict[str, str] = {
    "life": N_("Since it was made"),
    "pages": N_("Pages"),
    "total": N_("In all"),
    "mono": N_("In black and white"),
    "color": N_("In colour"),
    "duplex": N_("On both sides"),
    "copies": N_("Copied"),
    "prints": N_("Printed"),
    "scans": N_("Scanned"),
    "faxes": N_("Faxed"),
    "a3": N_("On large paper (A3)"),
}
UNITS: dict[str, str] = {
    "impressions": N_("impressions"),
    "sheets": N_("sheets"),
    "pages": N_("pages"),
    "hours": N_("hours"),
    "metres": N_("metres"),
    "feet": N_("feet"),
    "characters": N_("characters"),
    "lines": N_("lines"),
}
SOURCES: dict[str, str] = {
    "snmp": N_("Network (SNMP)"),
    "ldap": N_("Directory"),
    "glpi": N_("GLPI agent"),
    "fusioninventory": N_("FusionInventory agent"),
}
COMPONENTS: dict[str, str] = {
    "chassis": N_("Chassis"),
    "module": N_("Module"),
    "stack": N_("Stack member"),
    "power_supply": N_("Power supply"),
    "fan": N_("Fan"),
    "port": N_("Port"),
    "sensor": N_("Sensor"),
    "cpu": N_("Processor"),
    "other": N_("Other part"),
}
