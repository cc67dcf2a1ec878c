"""Roles, permissions and what each role may do: one closed table, read by guards, services and tests."""

from __future__ import annotations

from inventory.core.types import Code
from inventory.core.wording import N_


class Role(Code):
    """A user's role on an entity, inherited downwards; each includes the ones before it."""

    READER = "reader", N_("Reader"), "neutral", "eye"
    TECHNICIAN = "technician", N_("Technician"), "info", "device-laptop"
    MANAGER = "manager", N_("Manager"), "accent", "chart-bar"
    ADMINISTRATOR = "administrator", N_("Administrator"), "warn", "shield-check"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {role: rank for rank, role in enumerate(Role)}


class Permission(Code):
    """What a route or a service asks for. `of` in PERMISSION_ROLES is the least role that has it."""

    PUBLIC = "public", N_("Open to all")
    SIGNED_IN = "signed_in", N_("Signed in")
    VIEW = "view", N_("See")
    ASSETS_EDIT = "assets.edit", N_("Log, edit and move equipment")
    ASSETS_HAND_OVER = "assets.hand_over", N_("Hand over and take back")
    REVIEWS_ANSWER = "reviews.answer", N_("Answer reviews")
    SCANS_RUN = "scans.run", N_("Run scans")
    ASSETS_RETIRE = "assets.retire", N_("Retire and dispose")
    ASSETS_BULK = "assets.bulk", N_("Edit in bulk and import")
    CHANGES_UNDO = "changes.undo", N_("Undo change sets")
    PEOPLE_EDIT = "people.edit", N_("Edit people")
    LOCATIONS_EDIT = "locations.edit", N_("Edit places")
    APPLICATIONS_EDIT = "applications.edit", N_("Keep the application portfolio")
    RENEWAL_PLAN = "renewal.plan", N_("Plan the renewal")
    DISCOVERY_ADMIN = "discovery.admin", N_("Manage sites, ranges, directories and credentials")
    USERS_ADMIN = "users.admin", N_("Manage users")
    SETTINGS_ADMIN = "settings.admin", N_("Manage settings")
    INSTANCE_ADMIN = "instance.admin", N_("Manage the instance")


PERMISSION_ROLES: dict[Permission, Role] = {
    Permission.VIEW: Role.READER,
    Permission.ASSETS_EDIT: Role.TECHNICIAN,
    Permission.ASSETS_HAND_OVER: Role.TECHNICIAN,
    Permission.REVIEWS_ANSWER: Role.TECHNICIAN,
    Permission.SCANS_RUN: Role.TECHNICIAN,
    Permission.ASSETS_RETIRE: Role.MANAGER,
    Permission.ASSETS_BULK: Role.MANAGER,
    Permission.CHANGES_UNDO: Role.MANAGER,
    Permission.PEOPLE_EDIT: Role.MANAGER,
    Permission.LOCATIONS_EDIT: Role.MANAGER,
    Permission.APPLICATIONS_EDIT: Role.MANAGER,
    Permission.RENEWAL_PLAN: Role.MANAGER,
    Permission.DISCOVERY_ADMIN: Role.ADMINISTRATOR,
    Permission.USERS_ADMIN: Role.ADMINISTRATOR,
    Permission.SETTINGS_ADMIN: Role.ADMINISTRATOR,
    Permission.INSTANCE_ADMIN: Role.ADMINISTRATOR,
}
# These are granted on the root only: the catalogue, jobs, mail and backup belong to everybody.
ROOT_ONLY = frozenset({Permission.INSTANCE_ADMIN})


def role_allows(role: Role, permission: Permission) -> bool:
    """Say whether `role` includes `permission` (both of one entity)."""
    return role.rank >= PERMISSION_ROLES[permission].rank
