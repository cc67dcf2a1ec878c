"""A category, a maker or a model that nothing uses and never did is deleted; one in use says by what, and what to do."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from inventory.applications import services as applications
from inventory.assets import services as assets
from inventory.assets.states import SourceKind
from inventory.audit import undo
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.catalog import deleting, merging, services, uses
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.fields import services as fields
from inventory.fields.kinds import FieldKind
from inventory.renewal import services as renewal
from tests import factories

DIANE = Actor("user", "u1", "Diane Faure")
ENGLISH = {"Accept-Language": "en"}
LISTS = {Category: "categories", Manufacturer: "manufacturers", Model: "models"}


@pytest.fixture
def unused(cast: factories.Cast) -> dict[str, Any]:
    """A category, a maker and a model of another maker, which nothing uses."""
    factories.create_category(Kind.LAPTOP, code="laptop", name="Laptop", is_default=True)
    sort = factories.create_category(Kind.LAPTOP, code="rugged", name="Rugged laptop", is_default=False)
    maker = factories.create_manufacturer(name="Elo", key="Elo")
    return {"category": sort, "manufacturer": maker, "model": factories.create_model(name="1509L")}


def address(row: Any) -> str:
    return f"/catalog/{LISTS[type(row)]}/{row.public_id}/delete"


def deleted(row: Any) -> ChangeSet:
    with transaction():
        return deleting.delete(row, actor=DIANE, entity_id=None)


def used_by(row: Any) -> list[str]:
    return [one.words for one in uses.uses_of(row)]


@pytest.mark.parametrize("noun", ["category", "manufacturer", "model"])
def test_one_that_nothing_uses_is_deleted_and_one_click_brings_it_back(cast, unused, sign_in, noun):
    row, diane = unused[noun], sign_in(cast.diane)
    model, id_, public_id, name = type(row), row.id, row.public_id, row.name
    listed = f"/catalog/{LISTS[model]}?used=0"
    assert name in diane.get(listed).text
    assert "Nothing uses it, and nothing ever did." in diane.get(address(row), headers=ENGLISH).text
    assert diane.post(address(row), headers=ENGLISH).status_code == 303
    page = diane.get(listed, headers=ENGLISH).text
    assert f"{name} is deleted." in page
    assert db.session.scalar(select(model).where(model.id == id_)) is None
    (click,) = set(re.findall(r'action="(/changes/own/\w+/undo)"', page))
    assert diane.post(click).status_code == 303
    back = db.session.scalar(select(model).where(model.id == id_))
    assert (back.public_id, back.name) == (public_id, name)


def _of(row: Any) -> dict[str, Any]:
    return {f"{row.__tablename__}_id": row.id}


def use_by_equipment(cast: factories.Cast, row: Any) -> None:
    category = row if isinstance(row, Category) else None
    factories.create_asset(cast.le_bouscat, category, **({} if category else _of(row)))


def use_once(cast: factories.Cast, row: Any) -> None:
    """Give equipment a category, and another from a later day on."""
    asset = factories.create_asset(cast.le_bouscat, row, on=date(2024, 1, 2))
    other = db.session.scalars(select(Category).where(Category.code == "laptop")).one()
    with transaction():
        assets.recategorize(asset, other.id, actor=DIANE)


def use_by_saying(cast: factories.Cast, row: Any) -> None:
    """Have a scan say a maker or a model of equipment of which a person said another."""
    column = f"{row.__tablename__}_id"
    asset = factories.create_asset(cast.le_bouscat)
    other = factories.create_manufacturer() if isinstance(row, Manufacturer) else factories.create_model()
    said = assets.Said(SourceKind.SNMP, "Night scan", clock.now())
    with transaction():
        assets.update_asset(asset, {column: other.id}, actor=DIANE)
        assets.set_from_source(asset, {column: row.id}, said, actor=SYSTEM)


def use_by_model(cast: factories.Cast, row: Any) -> None:
    with transaction():
        maker = row if isinstance(row, Manufacturer) else factories.create_manufacturer()
        sort = row.id if isinstance(row, Category) else None
        services.create_model({"manufacturer_id": maker.id, "name": "X", "category_id": sort}, actor=DIANE)


def use_by_application(cast: factories.Cast, row: Any) -> None:
    with transaction():
        applications.create_application(
            {"name": "GRC", "entity_id": cast.le_bouscat.id, "editor_id": row.id}, actor=DIANE
        )


def use_by_rule(cast: factories.Cast, row: Any) -> None:
    with transaction():
        renewal.set_rule(cast.le_bouscat, {"category_ids": [row.id]}, actor=DIANE)


def use_by_field(cast: factories.Cast, row: Any) -> None:
    field = {"home": "category", "home_id": row.public_id, "label": "Line", "kind": FieldKind.TEXT}
    with transaction():
        fields.create_field(field, actor=DIANE)


USES = [
    ("category", use_by_equipment, "1 item of equipment", "/assets/?state=any&amp;category=rugged"),
    ("category", use_once, "1 item that was of it before", "/assets/?state=any&amp;id="),
    ("category", use_by_model, "1 model", "/catalog/models?category=rugged"),
    ("category", use_by_field, "1 custom field", "#own-fields"),
    ("category", use_by_rule, "1 renewal rule", "/renewal/LBX/rule"),
    ("manufacturer", use_by_equipment, "1 item of equipment", "/assets/?state=any&amp;maker="),
    ("manufacturer", use_by_saying, "1 item of which a source says that it is of it", "/assets/?state=any&amp;id="),
    ("manufacturer", use_by_model, "1 model", "/catalog/models?q=Elo"),
    ("manufacturer", use_by_application, "1 application", "/applications/?editor="),
    ("model", use_by_equipment, "1 item of equipment", "/assets/?state=any&amp;model="),
    ("model", use_by_saying, "1 item of which a source says that it is of it", "/assets/?state=any&amp;id="),
]  # fmt: skip


@pytest.mark.parametrize(("noun", "use", "words", "url"), USES)
def test_one_in_use_is_refused_and_says_by_what_with_a_link(cast, unused, sign_in, noun, use, words, url):
    row, diane = unused[noun], sign_in(cast.diane)
    use(cast, row)
    refused = diane.post(address(row), headers=ENGLISH)
    assert refused.status_code == 409
    assert re.search(rf'<a href="[^"]*{re.escape(url)}[^"]*">{words}</a>', refused.text)
    assert f"/catalog/{LISTS[type(row)]}" in refused.text
    assert ("Merge into" in refused.text) == (noun != "category")
    assert row.name not in diane.get(f"/catalog/{LISTS[type(row)]}?used=0").text
    assert row.name in diane.get(f"/catalog/{LISTS[type(row)]}?used=1").text
    with pytest.raises(Refused, match="is used"):
        deleted(row)


def test_where_the_link_leads_stands_what_was_of_it(cast, unused, sign_in):
    use_once(cast, unused["category"])
    diane = sign_in(cast.diane)
    (link,) = re.findall(r'<a href="(/assets/[^"]*id=[^"]*)"', diane.get(address(unused["category"])).text)
    page = diane.get(link.replace("&amp;", "&"), headers=ENGLISH).text
    assert ">1 item of equipment</h1>" in page


def test_a_category_that_parc_needs_stays(cast, unused):
    default = db.session.scalars(select(Category).where(Category.code == "laptop")).one()
    with pytest.raises(Refused, match="Parc brings this category"):
        deleted(default)
    with transaction():
        services.update_category(unused["category"], {"is_default": True}, actor=DIANE)
    with pytest.raises(Refused, match="Make another one the default"):
        deleted(unused["category"])


def test_the_names_that_lead_to_it_go_and_come_back_with_it(cast, unused, database):
    maker = unused["manufacturer"]
    other = factories.create_manufacturer(name="Elo Touch", key="Elo Touch")
    with transaction():
        versions = {row.public_id: row.version for row in (maker, other)}
        merging.merge_manufacturers(maker, [other], actor=DIANE, versions=versions)
    opened = deleted(maker)
    assert services.known_makers({"Elo Touch"}) == {}
    with transaction():
        undo.undo(opened, actor=SYSTEM)
    assert services.known_makers({"Elo Touch"})["Elo Touch"].name == "Elo"


def test_it_does_not_come_back_beside_another_of_its_name(cast, unused):
    opened = deleted(unused["manufacturer"])
    with transaction():
        services.create_manufacturer({"name": "Elo"}, actor=DIANE)
    with pytest.raises(Refused, match="name"), transaction():
        undo.undo(opened, actor=SYSTEM)


def test_an_undo_that_needs_what_was_deleted_since_says_so(cast, unused):
    asset = factories.create_asset(cast.le_bouscat, manufacturer_id=unused["manufacturer"].id)
    other = factories.create_manufacturer(name="Acme")
    with transaction(), undo.services.change_set(ChangeSetKind.BULK, "Makers", actor=DIANE) as opened:
        assets.update_asset(asset, {"manufacturer_id": other.id}, actor=DIANE)
    deleted(unused["manufacturer"])
    assert undo.preview(opened).conflicts
    with pytest.raises(Refused, match="changed since"), transaction():
        undo.undo(opened, actor=SYSTEM)
