"""What can be done to an application: every verb here is audited, flushes and never commits."""

from __future__ import annotations

from inventory.applications.services.annexes import freeze
from inventory.applications.services.components import attach, detach, follow_merge
from inventory.applications.services.creating import Draft, FirstUse, create_application, create_many
from inventory.applications.services.records import (
    editor_named,
    follow_editor,
    update_application,
    update_applications,
)
from inventory.applications.services.retirement import Leaving, change_state, retire
from inventory.applications.services.sheets import rescore, score_of
from inventory.applications.services.uses import add_use, end_use, reopen_use, update_use

__all__ = [
    "Draft",
    "FirstUse",
    "Leaving",
    "add_use",
    "attach",
    "change_state",
    "create_application",
    "create_many",
    "detach",
    "editor_named",
    "end_use",
    "follow_editor",
    "follow_merge",
    "freeze",
    "reopen_use",
    "rescore",
    "retire",
    "score_of",
    "update_application",
    "update_applications",
    "update_use",
]
