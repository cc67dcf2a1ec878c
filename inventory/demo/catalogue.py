"""Fills the catalogue with makers and models, and names the suppliers."""

from __future__ import annotations

from sqlalchemy import select

from inventory.audit.models import Action
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.database import db
from inventory.demo import names, trail
from inventory.demo.products import COMPUTERS, PRODUCTS, Product
from inventory.demo.world import World
from inventory.procurement.models import Supplier
from scanners.makers import canonical_maker

# What a catalogue gathers in the course of years, for the page of likely duplicates.
TYPED_TWICE = {
    "Latitude 3510": "LATITUDE-3510 Notebook",
    "EliteBook 640 G10": "Elitebook 640 G10 Notebook PC",
}
MAKER_TYPED_TWICE = "Kyocera Group"


def make(world: World) -> None:
    """Add makers, models and suppliers; the categories are those that every instance starts with."""
    rows = db.session.execute(select(Category.id, Category.kind, Category.name).where(Category.is_default))
    for id_, kind, name in rows:
        world.category_ids[kind] = id_
        world.names["category", id_] = name
    at = world.chance("catalogue").at_work(world.order.began)
    act = trail.Act(world.technicians[0], at)
    maker_ids = {maker: _maker(world, maker, act) for maker in dict.fromkeys(p.maker for p in PRODUCTS)}
    for product in PRODUCTS:
        maker_id = maker_ids[product.maker]
        chance = world.chance("model", product.name)
        id_ = world.rows.add(
            Model,
            public_id=chance.public_id(),
            manufacturer_id=maker_id,
            category_id=world.category_ids[product.kind],
            name=product.name,
            part_number=chance.letters(7) if chance.happens(0.5) else None,
            is_standard=product.last_year > world.order.today.year and product.kind in COMPUTERS,
            price_cents=product.price * 100,
            carbon_kg=product.carbon,
        )
        world.models[product] = (id_, maker_id)
        world.names["model", id_] = product.name
    for product in PRODUCTS:
        if said := TYPED_TWICE.get(product.name):
            _again(world, product, said)
    _maker(world, MAKER_TYPED_TWICE, act)
    _suppliers(world, act)


def _again(world: World, product: Product, said: str) -> None:
    """Add a product under another name, as a delivery note called it."""
    id_ = world.rows.add(
        Model,
        public_id=world.chance("model", said).public_id(),
        manufacturer_id=world.models[product][1],
        category_id=world.category_ids[product.kind],
        name=said,
    )
    world.names["model", id_] = said


def _maker(world: World, maker: str, act: trail.Act) -> int:
    public_id = world.chance("maker", maker).public_id()
    key = canonical_maker(maker) or maker
    id_ = world.rows.add(Manufacturer, public_id=public_id, name=maker, key=key)
    world.names["manufacturer", id_] = maker
    world.maker_keys[id_] = key
    subject = trail.Subject("manufacturer", public_id, maker)
    trail.record(world.rows, Action.CREATED, subject, {"name": [None, maker]}, act=act)
    return id_


def _suppliers(world: World, act: trail.Act) -> None:
    for name, email in names.SUPPLIERS:
        public_id = world.chance("supplier", name).public_id()
        id_ = world.rows.add(Supplier, public_id=public_id, name=name, email=email, phone="05 36 49 00 00")
        world.supplier_ids.append(id_)
        world.names["supplier", id_] = name
        subject = trail.Subject("supplier", public_id, name)
        trail.record(world.rows, Action.CREATED, subject, {"name": [None, name]}, act=act)
