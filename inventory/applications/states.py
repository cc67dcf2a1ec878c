"""The closed lists of an application: its state, where it runs, what it is for, how its use begins and ends."""

from __future__ import annotations

from inventory.core.types import Code
from inventory.core.wording import N_


class ApplicationState(Code):
    """Where an application is in its life; moves between states are in `lifecycle`."""

    PLANNED = "planned", N_("planned"), "info", "calendar-event"
    IN_SERVICE = "in_service", N_("in service"), "good", "check"
    RETIRING = "retiring", N_("being retired"), "warn", "hourglass"
    RETIRED = "retired", N_("withdrawn"), "neutral", "history"


class Hosting(Code):
    """Where an application runs."""

    ON_PREMISES = "on_premises", N_("Own servers"), "neutral", "server"
    HOSTED = "hosted", N_("Hosted by a provider"), "info", "cloud"
    SAAS = "saas", N_("Online service (SaaS)"), "info", "world"
    WORKSTATION = "workstation", N_("On workstations"), "neutral", "device-desktop"


class Criticality(Code):
    """How much the service of a commune depends on an application."""

    CRITICAL = "critical", N_("critical"), "bad", "alert-triangle"
    IMPORTANT = "important", N_("important"), "warn", "alert-circle"
    NORMAL = "normal", N_("normal"), "neutral", "circle"
    LOW = "low", N_("low"), "neutral", "circle-dashed"


class Area(Code):
    """The part of a commune's work that an application serves."""

    FINANCE = "finance", N_("Finance and purchasing"), "neutral", "coin-euro"
    STAFF = "staff", N_("Human resources"), "neutral", "users"
    CITIZENS = "citizens", N_("Registry and citizens"), "neutral", "id"
    CHILDHOOD = "childhood", N_("Childhood and schools"), "neutral", "school"
    SOCIAL = "social", N_("Social action"), "neutral", "heart-handshake"
    PLANNING = "planning", N_("Planning and maps"), "neutral", "map-2"
    TECHNICAL = "technical", N_("Technical services"), "neutral", "tools"
    CULTURE = "culture", N_("Culture, sport and libraries"), "neutral", "book-2"
    SAFETY = "safety", N_("Police and safety"), "neutral", "shield"
    COUNCIL = "council", N_("Council and deeds"), "neutral", "gavel"
    OFFICE = "office", N_("Office work and exchange"), "neutral", "mail"
    INFRASTRUCTURE = "infrastructure", N_("Infrastructure and security"), "neutral", "server-2"
    OTHER = "other", N_("Other"), "neutral", "category"


class PersonalData(Code):
    """Which personal data an application holds."""

    NONE = "none", N_("No personal data"), "neutral", "circle-off"
    ORDINARY = "ordinary", N_("Ordinary personal data"), "info", "user"
    SENSITIVE = "sensitive", N_("Sensitive personal data"), "warn", "lock"


class Need(Code):
    """Whether something is needed at all, so that an empty date can be told from one that is not asked for."""

    NEEDED = "needed", N_("Needed")
    NOT_NEEDED = "not_needed", N_("Not needed")


class ComponentRole(Code):
    """What a piece of equipment does for an application."""

    APPLICATION = "application", N_("Application server"), "neutral", "server"
    WEB = "web", N_("Web front end"), "neutral", "world"
    DATABASE = "database", N_("Database"), "neutral", "database"
    FILES = "files", N_("File storage"), "neutral", "folder"
    MIDDLEWARE = "middleware", N_("Exchange between applications"), "neutral", "arrows-exchange"
    BACKUP = "backup", N_("Backup"), "neutral", "database-export"
    TEST = "test", N_("Test and training"), "neutral", "tool"
    OTHER = "other", N_("Other"), "neutral", "point"


class Origin(Code):
    """How an application came into what is kept for a commune."""

    TRANSFERRED = "transferred", N_("transferred"), "accent", "transfer-in"
    ADDED = "added", N_("added"), "good", "plus"


class Exit(Code):
    """How an application left what is kept for a commune."""

    RETIRED = "retired", N_("withdrawn"), "neutral", "history"
    REPLACED = "replaced", N_("superseded"), "info", "replace"
