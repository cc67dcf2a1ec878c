"""Several people log equipment of one entity at the same moment: each item gets a tag of its own, none is lost."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from inventory.assets import services
from inventory.assets.models import Asset
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM
from inventory.core.database import Base, db, transaction
from inventory.organization.models import Entity
from tests import factories

pytestmark = pytest.mark.database
PEOPLE, EACH = 6, 5


def test_tags_follow_each_other_however_many_people_log_at_once(apart: Flask) -> None:
    Base.metadata.create_all(db.engine)
    entity = factories.create_entity(code="LBX")
    category = factories.create_category(Kind.LAPTOP)
    ids, start, wrong = (entity.id, category.id), threading.Barrier(PEOPLE), []

    def log() -> None:
        with apart.app_context():
            start.wait(20)
            try:
                for _item in range(EACH):
                    with transaction():
                        town = db.session.get_one(Entity, ids[0])
                        (tag,) = services.take_tags(town, 1)
                        values = {
                            "entity_id": town.id,
                            "category_id": ids[1],
                            "state": "in_stock",
                            "tag": tag,
                        }
                        services.create_asset(values, actor=SYSTEM)
            except Exception as error:  # noqa: BLE001 (a thread's error is the test's)
                wrong.append(error)

    people = [threading.Thread(target=log) for _person in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    assert wrong == []
    db.session.rollback()
    tags = db.session.scalars(select(Asset.tag).order_by(Asset.tag)).all()
    assert tags == [f"LBX-{number:06}" for number in range(1, PEOPLE * EACH + 1)]
