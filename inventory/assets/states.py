"""The closed lists of an asset's life: states, ownership, usage, disposal routes, sources of what is known."""

from __future__ import annotations

from inventory.core.types import Code
from inventory.core.wording import N_


class State(Code):
    """Where an asset is in its life; moves between states are in `lifecycle`."""

    ON_ORDER = "on_order", N_("on order"), "neutral", "package"
    IN_STOCK = "in_stock", N_("in stock"), "info", "box"
    IN_PREPARATION = "in_preparation", N_("in preparation"), "info", "settings"
    IN_SERVICE = "in_service", N_("in service"), "good", "check"
    IN_REPAIR = "in_repair", N_("in repair"), "warn", "refresh"
    ON_LOAN = "on_loan", N_("on loan"), "accent", "arrows-transfer-up-down"
    IN_RESERVE = "in_reserve", N_("in reserve"), "neutral", "package"
    MISSING = "missing", N_("missing"), "warn", "question-mark"
    RETIRED = "retired", N_("retired"), "neutral", "history"
    WIPED = "wiped", N_("wiped"), "neutral", "shield-check"
    DISPOSED = "disposed", N_("disposed of"), "neutral", "trash"
    LOST = "lost", N_("lost"), "bad", "help-circle"
    STOLEN = "stolen", N_("stolen"), "bad", "alert-triangle"


class Ownership(Code):
    """Whose property an asset is."""

    OWNED = "owned", N_("Owned")
    LEASED = "leased", N_("Leased")
    LENT_IN = "lent_in", N_("Lent to us")
    HOLDER = "holder", N_("Holder's own")


class Usage(Code):
    """Whom an asset serves."""

    STAFF = "staff", N_("Staff")
    PUPIL = "pupil", N_("Pupils")
    PUBLIC = "public", N_("Public")
    RESERVE = "reserve", N_("Reserve")


class DisposalRoute(Code):
    """How an asset left the fleet (REEN, décret 2023-266 art. 3, counts the first three as reuse)."""

    REUSED = "reused", N_("Reused")
    GIVEN = "given", N_("Given")
    SOLD = "sold", N_("Sold")
    RECYCLED = "recycled", N_("Recycled")
    DESTROYED = "destroyed", N_("Destroyed")


class TaxMode(Code):
    """Whether an amount includes value-added tax."""

    EXCLUDED = "excluded", N_("before tax")
    INCLUDED = "included", N_("tax included")


class SourceKind(Code):
    """Where a value comes from."""

    PERSON = "person", N_("person"), "accent", "user"
    SNMP = "snmp", N_("network scan"), "info", "network"
    LDAP = "ldap", N_("directory"), "info", "users"
    AGENT = "agent", N_("installed agent"), "info", "device-desktop"
    IMPORT = "import", N_("import"), "neutral", "upload"
    SYSTEM = "system", N_("Parc"), "neutral", "settings"


class IdentifierKind(Code):
    """The kinds of identifier; the codes are those of `scanners.observation`."""

    SERIAL = "serial", N_("Serial number")
    UUID = "uuid", N_("System UUID")
    IMEI = "imei", N_("IMEI")
    DIRECTORY_GUID = "directory_guid", N_("Directory GUID")
    ENGINE_ID = "engine_id", N_("SNMP engine id")
    BASE_MAC = "base_mac", N_("Chassis MAC address")
    MAC = "mac", N_("MAC address")
    NAME = "name", N_("Name")
    IP = "ip", N_("IP address")
    BIOS_TAG = "bios_tag", N_("BIOS tag")
    AGENT_ID = "agent_id", N_("Agent id")
    TAG = "tag", N_("Tag")


class Condition(Code):
    """The condition in which an asset changed hands."""

    NEW = "new", N_("New")
    GOOD = "good", N_("Good")
    WORN = "worn", N_("Worn")
    DAMAGED = "damaged", N_("Damaged")
    BROKEN = "broken", N_("Broken")
