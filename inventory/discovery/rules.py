"""The rules that devices are identified by: shipped device profiles and, before them, the instance's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app

from inventory.core.errors import Refused
from inventory.core.wording import N_

if TYPE_CHECKING:
    from scanners.snmp.profile import Profiles

PROFILES_FOLDER = "profiles"


def _folder() -> Path:
    return Path(current_app.instance_path) / PROFILES_FOLDER


def profiles() -> Profiles:
    """Return the profiles in use. Raises Refused naming the one that cannot be used."""
    from scanners.snmp.profile_files import ProfileError, load

    try:
        return load(_folder())
    except ProfileError as error:
        raise Refused(N_("A device profile cannot be used: %(why)s"), why=str(error)) from None


def digest() -> str:
    """Return sixteen hexadecimal digits that change with the rules. Raises Refused for a file that cannot be read."""
    from scanners.snmp.profile_files import ProfileError
    from scanners.snmp.profile_files import digest as digest_of

    try:
        return digest_of(_folder())
    except ProfileError as error:
        raise Refused(N_("A device profile cannot be used: %(why)s"), why=str(error)) from None
