"""Loads the made-up fleet into an empty instance, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset
from inventory.auth.models import User
from inventory.catalog import services as catalog
from inventory.catalog.kinds import Kind
from inventory.core.database import transaction
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.demo import (
    catalogue,
    connecting,
    fleet,
    hanging,
    importing,
    mailing,
    networks,
    nights,
    noticing,
    portfolio,
    printed,
    questions,
    renewals,
    staff,
    territory,
)
from inventory.demo.chance import Chance
from inventory.demo.customs import Customs
from inventory.demo.extending import Extension
from inventory.demo.finding import Finder
from inventory.demo.fleet import CommuneFleet
from inventory.demo.networks import Networks
from inventory.demo.nights import Night
from inventory.demo.portfolio import Portfolio
from inventory.demo.rows import Rows, is_empty
from inventory.demo.staff import Account
from inventory.demo.watching import Watch
from inventory.demo.world import Commune, Order, World
from inventory.organization.models import Entity, Person

Progress = Callable[[int], None]
DISCOVERED = 0.006
"""Share of the assets that a scan found before anybody had logged them."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load made: accounts that can sign in, and how many assets."""

    accounts: list[Account]
    assets: int


def load(order: Order, *, on_progress: Progress = lambda _assets: None) -> Loaded:
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
        mailing.make(world, [(account.email, account.name) for account in accounts])
        catalogue.make(world)
        renewals.make_rules(world)
        made = _load_communes(world, on_progress)
        renewals.present(world)
        portfolio.freeze(world)
        world.rows.finish()
        importing.leave_half_way(world)
    return Loaded(accounts, made)


def _load_communes(world: World, on_progress: Progress) -> int:
    found = networks.make(world)
    directory = nights.plan(world, found.directory, world.chance("directory nights"))
    nights.close(world, directory, 0, world.chance("directory runs"))
    filling = Filling(world, found, directory, Customs(world))
    made = 0
    for commune in world.communes:
        made += filling.commune(commune)
        on_progress(made)
    nights.count_entries(directory, filling.listed)
    Portfolio(world, world.servers).make()
    world.rows.flush()
    return made


@dataclass(slots=True)
class Filling:
    """Makes and writes one commune after another; `listed` counts the entries of the directory so far."""

    world: World
    networks: Networks
    directory: list[Night]
    customs: Customs
    listed: int = 0

    def commune(self, commune: Commune) -> int:
        """Make and write all of a commune; returns how many assets it has."""
        world, count = self.world, fleet.shares(self.world)[commune.code]
        discovered = round(count * DISCOVERED)
        equipment = fleet.make(world, commune, count - discovered)
        watch = Watch(world, commune, self.networks, self.directory, world.chance("watch", commune.code))
        self._write(equipment, watch)
        finder = Finder(watch)
        finds = list(finder.discover(discovered))
        finder.puzzle()
        noticing.notice(watch)
        watch.meet_people()
        self.listed += watch.close()
        for life, subject, night in finds:
            with world.rows.journalling(night.change_set_id):
                life.write()
                nights.keep(world, subject, watch.chance.public_id())
        connecting.record(world, equipment)
        forgotten = renewals.record(world, equipment)
        questions.ask(world, watch.doubts, forgotten, watch.sighting_ids)
        world.rows.flush()
        hanging.settle(world, watch.network.site_code, watch.runs)
        printed.read(world, watch.network.site_code)
        world.rows.flush()
        importing.keep(world, commune, equipment.taken)
        return count

    def _write(self, equipment: CommuneFleet, watch: Watch) -> None:
        """Let each asset be seen and edited as of late, then write it; memory holds one commune at a time."""
        extension = Extension(self.world, equipment.commune)
        chance = self.world.chance("customs", equipment.commune.code)
        for device, life in equipment.lives:
            if device is not None:
                watch.look_at(life, device.purchase.product, device.desk.body)
                noticing.confirm(watch, life)
                extension.touch(life, device.position.kind)
                self.customs.fill(life, device.purchase, chance)
                if device.position.kind is Kind.SERVER and life.state in IN_USE:
                    self.world.servers.setdefault(equipment.commune.code, []).append(life.id)
            extension.journal(life, life.write())
            self.world.rows.breathe()
