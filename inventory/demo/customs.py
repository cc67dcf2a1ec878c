"""Declares two custom fields of equipment, as an administrator would, and fills them where their answer is known."""

from __future__ import annotations

from datetime import date, timedelta

from inventory.assets.lifecycle import IN_USE
from inventory.audit.models import Action
from inventory.core.permissions import Role
from inventory.demo import trail
from inventory.demo.chance import Chance
from inventory.demo.lives import Life
from inventory.demo.products import COMPUTERS
from inventory.demo.purchasing import Purchase
from inventory.demo.trail import Act
from inventory.demo.world import World
from inventory.fields.kinds import FieldKind, stored
from inventory.fields.models import CustomField, CustomValue

LOT, CHECKED = "Numéro de marché", "Dernier contrôle sur place"
CHECKED_SHARE = 0.18


class Customs:
    """The custom fields of the demonstration and their values."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids = {
            LOT: self._declare(LOT, FieldKind.TEXT, "Celui du bordereau de livraison.", 10),
            CHECKED: self._declare(CHECKED, FieldKind.DATE, "Vu sur place par un technicien.", 20),
        }

    def _declare(self, label: str, kind: FieldKind, words: str, position: int) -> int:
        chance = self.world.chance("custom field", label)
        act = Act(
            self.world.actors[Role.ADMINISTRATOR], chance.at_work(self.world.order.began + timedelta(days=20))
        )
        public_id = chance.public_id()
        columns = {"home": "asset", "label": label, "kind": kind, "help": words, "position": position}
        id_ = self.world.rows.add(CustomField, public_id=public_id, home_id="", created_at=act.at, **columns)
        told = {("field_kind" if name == "kind" else name): value for name, value in columns.items()}
        changes: trail.Changes = {name: [None, value] for name, value in told.items()}
        subject = trail.Subject("custom_field", public_id, label)
        trail.record(self.world.rows, Action.CREATED, subject, changes, act=act)
        return id_

    def fill(self, life: Life, purchase: Purchase, chance: Chance) -> None:
        """Give an asset the values that somebody would have typed."""
        received = life.values.get("received_on")
        if received is not None and received.year > self.world.order.began.year:
            self._put(life, LOT, FieldKind.TEXT, f"{received.year // 4 * 4}-INF-{purchase.supplier:02d}")
        if purchase.product.kind in COMPUTERS and life.state in IN_USE and chance.happens(CHECKED_SHARE):
            day = self.world.order.today - timedelta(days=chance.between(10, 700))
            self._put(life, CHECKED, FieldKind.DATE, max(day, life.stretches[-1].from_on))

    def _put(self, life: Life, label: str, kind: FieldKind, value: str | date) -> None:
        kept = stored(kind, value)
        self.world.rows.add(
            CustomValue,
            field_id=self.ids[label],
            object_type="asset",
            object_id=life.public_id,
            text=kept.text,
            amount=kept.amount,
            day=kept.day,
        )
