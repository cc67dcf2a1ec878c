"""Who acts and where they may: the actor of an audit record, and a user's access over the entity tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.core.errors import Forbidden, NotFound
from inventory.core.permissions import ROOT_ONLY, Permission, Role, role_allows
from inventory.core.wording import N_


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change: kind is user, run, import, system or command; id and label are kept as text."""

    kind: str
    id: str = ""
    label: str = ""

    @property
    def is_person(self) -> bool:
        return self.kind == "user"


SYSTEM = Actor("system", label="Parc")


@dataclass(frozen=True, slots=True)
class Access:
    """A signed-in user's effective role on every entity they see (`roles`: entity id → role)."""

    user_id: int
    roles: Mapping[int, Role] = field(default_factory=dict)
    root_id: int | None = None
    _held: dict[Permission, frozenset[int]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def allows(self, permission: Permission, entity_id: int | None = None) -> bool:
        """Say whether the permission is held on `entity_id`; without one, on any entity at all."""
        if permission in ROOT_ONLY:
            entity_id = self.root_id
            if entity_id is None:
                return False
        if entity_id is None:
            return bool(self.entity_ids(permission))
        role = self.roles.get(entity_id)
        return role is not None and role_allows(role, permission)

    def entity_ids(self, permission: Permission) -> frozenset[int]:
        """Return the ids of all entities where the permission is held."""
        if permission not in self._held:
            held = frozenset(id_ for id_, role in self.roles.items() if role_allows(role, permission))
            self._held[permission] = held
        return self._held[permission]

    def require(self, permission: Permission, entity_id: int) -> None:
        """Raise NotFound for a foreign entity, Forbidden for an own one without the right."""
        if entity_id not in self.roles:
            raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
        if not self.allows(permission, entity_id):
            raise Forbidden(N_("Your role on this entity does not allow this. Ask an administrator."))


NOBODY = Access(user_id=0)


@dataclass(frozen=True, slots=True)
class Scope:
    """The entities that a page shows: all that the user sees, or one entity with those below it.

    `whole` when these are all that there are: a query then need not name them.
    """

    entity_ids: frozenset[int]
    entity_id: int | None = None
    code: str | None = None
    label: str = ""
    whole: bool = False
