"""One act in bulk of late, the warranties of a delivery extended, which can be undone like any other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from inventory.assets.lifecycle import IN_USE
from inventory.assets.states import SourceKind
from inventory.audit.models import ChangeSetKind
from inventory.catalog.kinds import Kind
from inventory.core.permissions import Role
from inventory.core.wording import N_, Sentence
from inventory.demo import trail
from inventory.demo.lives import Life
from inventory.demo.trail import Act
from inventory.demo.world import Commune, World

DAYS_AGO, MOST = 6, 14
_CLAIM = ("warranty_ends_on", SourceKind.PERSON)


@dataclass(slots=True)
class Extension:
    """A manager's edit of a commune's laptops: one more year for those whose warranty ends soon."""

    world: World
    commune: Commune
    act: Act | None = None
    before: dict[int, tuple[date, dict[str, Any]]] = field(default_factory=dict)

    def touch(self, life: Life, kind: Kind) -> None:
        """Extend the warranty of an asset, if it is one of those."""
        ends, today = life.values.get("warranty_ends_on"), self.world.order.today
        if ends is None or not today < ends < today + timedelta(days=420):
            return
        if kind is not Kind.LAPTOP or _CLAIM not in life.claims or life.state not in IN_USE:
            return
        act = self.act or self._open()
        if life.last is None or life.last.at >= act.at or len(self.before) >= MOST:
            return
        self.before[life.id] = (ends, life.claims[_CLAIM])
        life.edit({"warranty_ends_on": ends.replace(year=ends.year + 1, day=min(ends.day, 28))}, act)

    def _open(self) -> Act:
        day = self.world.order.today - timedelta(days=DAYS_AGO)
        act = Act(
            self.world.actors[Role.MANAGER], self.world.chance("extension", self.commune.code).at_work(day)
        )
        title = Sentence(N_("Warranty of laptops extended by a year: %(name)s"), name=self.commune.name)
        opened = trail.change_set(
            self.world.rows, ChangeSetKind.BULK, title, act=act, entity_id=self.commune.seat.id
        )
        self.act = Act(act.actor, act.at, opened)
        return self.act

    def journal(self, life: Life, claim_ids: dict[tuple[str, SourceKind], int]) -> None:
        """Keep how the asset and its claim were before, once they are written."""
        if life.id not in self.before or self.act is None or self.act.change_set_id is None:
            return
        ends, claim = self.before[life.id]
        rows, opened = self.world.rows, self.act.change_set_id
        after = {"warranty_ends_on": life.values["warranty_ends_on"]}
        rows.journal(opened, "asset", {"id": life.id}, before={"warranty_ends_on": ends}, after=after)
        said = life.claims[_CLAIM]
        names = [name for name in said if said[name] != claim[name]]
        rows.journal(
            opened,
            "provenance",
            {"id": claim_ids[_CLAIM]},
            before={name: claim[name] for name in names},
            after={name: said[name] for name in names},
        )
