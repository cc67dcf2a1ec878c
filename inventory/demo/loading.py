"""Loads the made-up fleet into an empty instance, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inventory.assets.models import Asset
from inventory.auth.models import User
from inventory.catalog import services as catalog
from inventory.core.database import transaction
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.demo import catalogue, fleet, staff, territory
from inventory.demo.chance import Chance
from inventory.demo.rows import Rows, is_empty
from inventory.demo.staff import Account
from inventory.demo.world import Commune, Order, World
from inventory.organization.models import Entity, Person

SMALLEST, LARGEST = 200, 1_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load made: accounts that can sign in, and how many assets."""

    accounts: list[Account]
    assets: int


def load(order: Order, *, on_progress: Callable[[int], None] = lambda _assets: None) -> Loaded:
    """Fill the instance's store, all or nothing. Raises Refused when it holds anything already.

    `on_progress` is told how many assets are made so far, commune by commune.
    """
    with transaction():
        if not is_empty(Entity, User, Person, Asset):
            raise Refused(N_("This instance has data already. Load the demonstration into one of its own."))
        catalog.install_builtin()
        world = World(order, Rows(Chance(order.seed, "rows")))
        territory.make(world)
        accounts = staff.make(world)
        catalogue.make(world)
        made = 0
        for commune in world.communes:
            made += _load_commune(world, commune)
            on_progress(made)
        world.rows.finish()
    return Loaded(accounts, made)


def _load_commune(world: World, commune: Commune) -> int:
    made = 0
    for _device, life in fleet.make(world, commune, fleet.shares(world)[commune.code]).lives:
        life.write()
        made += 1
    world.rows.flush()
    return made
