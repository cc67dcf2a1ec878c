"""The settings that an entity may give, and those below it inherit: what each is called, its limits, its own value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inventory.audit import presentation
from inventory.core.access import Actor
from inventory.core.database import hold
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.organization import queries, services
from inventory.organization.models import Entity


@dataclass(frozen=True, slots=True)
class Setting:
    """A whole number that an entity may set: its name in the store, its words, its limits and what holds when nobody set it."""

    name: str
    label: str
    help: str
    default: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting as it holds on an entity; `source` is the entity that gave it, None for Parc's own value."""

    setting: Setting
    value: int
    source: Entity | None
    is_own: bool


_settings: dict[str, Setting] = {}


def add(setting: Setting) -> None:
    """Let entities give a setting; histories call it as its page does."""
    _settings[setting.name] = setting
    presentation.describe({setting.name: (setting.label, None)})


def named(name: str) -> Setting | None:
    """Return the setting of this name, or None."""
    return _settings.get(name)


def in_force(entity: Entity) -> list[InForce]:
    """Return every setting as it holds on an entity, with where it comes from."""
    given = queries.effective_settings(entity, list(_settings))
    return [_held(setting, entity, given.get(setting.name)) for setting in _settings.values()]


def _held(setting: Setting, entity: Entity, given: tuple[Any, Entity] | None) -> InForce:
    if given is None:
        return InForce(setting, setting.default, None, is_own=False)
    return InForce(setting, given[0], given[1], is_own=given[1].id == entity.id)


def value(entity: Entity, name: str) -> InForce:
    """Return one setting as it holds on an entity; raises KeyError for an unknown name."""
    return _held(_settings[name], entity, queries.effective_setting(entity, name))


def inherited(entity: Entity, name: str) -> InForce:
    """Return one setting as it would hold on an entity that did not give it itself; raises KeyError for an unknown name."""
    above = queries.effective_setting(entity.parent, name) if entity.parent is not None else None
    return _held(_settings[name], entity, above)


def change(entity: Entity, name: str, given: int | None, *, actor: Actor, seen_as: str | None = None) -> None:
    """Set a setting on an entity, or let it inherit again with None; raises Invalid beyond its limits.

    Raises Invalid as well when it is not `seen_as` the page had it (None: no check): somebody else gave another meanwhile.
    """
    setting = _settings[name]
    if seen_as is not None:
        # Of two who save at once, the second must see what the first saved.
        hold(entity)
        _check_seen(entity, name, seen_as)
    if given is not None and not setting.least <= given <= setting.most:
        raise Invalid(
            "value", N_("Give a number from %(least)s to %(most)s."), least=setting.least, most=setting.most
        )
    stored: Any = given
    services.set_setting(entity, name, stored, actor=actor)


def _check_seen(entity: Entity, name: str, seen_as: str) -> None:
    now = value(entity, name)
    if seen_as == (str(now.value) if now.is_own else ""):
        return
    if now.is_own:
        message = N_(
            "Somebody else set it to %(value)s while you were here. Save again if yours is to hold instead."
        )
        raise Invalid("value", message, value=now.value)
    message = N_("Somebody else let it inherit again while you were here. Save again if yours is to hold.")
    raise Invalid("value", message)
