"""The pages that people open all day, each by somebody who may: what is measured of a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from flask import Flask

EVERYTHING, COMMUNE = "administrator", "reader"


@dataclass(frozen=True, slots=True)
class Place:
    """A page with the role of who opens it."""

    path: str
    role: str = EVERYTHING


def places(app: Flask) -> dict[str, Place]:
    """Return the pages by name; those of one thing are of the thing with the longest history, or the first."""
    with app.app_context():
        found = {**HOMES, **LISTS, **_further(), **SEARCHES, **_details(), **OTHERS}
    return {name: page if isinstance(page, Place) else Place(page) for name, page in found.items()}


HOMES: dict[str, Any] = {
    "home": "/",
    "home of a manager": Place("/", "manager"),
    "home of a technician": Place("/", "technician"),
    "home of a commune": Place("/", COMMUNE),
}
LISTS: dict[str, Any] = {
    "list": "/assets/",
    "list of a commune": Place("/assets/", COMMUNE),
    "list, everything": "/assets/?state=any",
    "list, tags downwards": "/assets/?sort=-tag",
    "list by model": "/assets/?sort=model",
    "list by holder": "/assets/?sort=holder",
    "list by category": "/assets/?sort=category",
    "list by state": "/assets/?sort=state",
    "list by serial": "/assets/?sort=-serial",
    "list, oldest first": "/assets/?sort=age",
    "list, last seen first": "/assets/?sort=-last_seen",
    "list by name, chosen columns": "/assets/?sort=name&cols=tag,name,os_name,price_cents,warranty_ends_on",
    "filter: state": "/assets/?state=in_service",
    "filter: in stock": "/assets/?state=in_stock",
    "filter: laptops of 5 years": "/assets/?category=laptop&age=5%2B&state=in_use",
    "filter: over its life": "/assets/?age=over_life&sort=age",
    "filter: any of two": "/assets/?state=in_repair&source=snmp&match=any",
    "filter: not": "/assets/?state=in_use&category=laptop,desktop&not=category",
    "filter: not seen for 90 days": "/assets/?unseen=90&sort=last_seen",
    "filter: warranty ends in 90 days": "/assets/?warranty=90",
    "filter: received in a range": "/assets/?received=2024-01-01..2024-12-31",
    "filter: no holder": "/assets/?holder=none",
    "filter: as it was": "/assets/?as_of=2025-01-01",
    "filter: words": "/assets/?q=martin",
    "picker of filters": "/assets/?panel=filters",
}
SEARCHES: dict[str, Any] = {
    "search": "/search/?q=martin&stay=1",
    "search as one types": "/search/suggest?q=lat",
    "search, two letters": "/search/suggest?q=de",
    "search, half the fleet": "/search/suggest?q=dell",
    "search, two words": "/search/suggest?q=dupont+lat",
    "search, mistyped": "/search/suggest?q=latitdue",
    "search, mistyped name": "/search/suggest?q=marttin",
    "search, nothing": "/search/suggest?q=zzqxw",
    "search of a commune": Place("/search/suggest?q=martin", COMMUNE),
}
OTHERS: dict[str, Any] = {
    "people": "/people/",
    "people by words": "/people/?q=martin",
    "places": "/places/",
    "entities": "/entities/",
    "journal": "/journal/",
    "changes": "/changes/",
    "review": "/reviews/",
    "runs": "/discovery/runs/",
    "sightings": "/discovery/sightings/",
    "applications": "/applications/",
    "renewal": "/renewal/",
    "models": "/catalog/models",
    "leavers": "/leavers/",
}


def _further() -> dict[str, str]:
    """Pages far down the list, by their key."""
    from sqlalchemy import func, select

    from inventory.assets.models import Asset
    from inventory.core import keyset
    from inventory.core.database import db

    tag = func.coalesce(Asset.tag, "~")
    order = select(tag, Asset.id).order_by(tag.desc(), Asset.id.desc())
    total = db.session.scalar(select(func.count()).select_from(Asset)) or 0
    row = db.session.execute(order.offset(total * 6 // 10).limit(1)).one()
    return {"list, far down": f"/assets/?sort=-tag&after={keyset.encode(tuple(row))}&seen={total * 6 // 10}"}


def _details() -> dict[str, str]:
    from sqlalchemy import func, select

    from inventory.applications.models import Application
    from inventory.assets.models import Asset, AssetIdentifier, Custody
    from inventory.assets.states import IdentifierKind
    from inventory.core.database import db
    from inventory.discovery.models import Run
    from inventory.organization.models import Entity, Location, Person
    from inventory.renewal import queries as renewal

    everybody = frozenset(db.session.scalars(select(Entity.id)))
    commune = renewal.communes(everybody)[0].code
    holding = select(Custody.person_id).where(Custody.person_id.is_not(None)).group_by(Custody.person_id)
    holder = db.session.scalar(holding.order_by(func.count().desc()).limit(1))
    mac = _first(AssetIdentifier.value, AssetIdentifier.kind == IdentifierKind.MAC)
    asset = _longest("asset")
    return {
        "an asset": f"/assets/{_first(Asset.public_id, Asset.holder_id.is_not(None))}",
        "an asset with a long history": f"/assets/{asset}",
        "its history": f"/history/asset/{asset}",
        "its form": f"/assets/{asset}/edit",
        "a person with many custodies": f"/people/{_first(Person.public_id, Person.id == holder)}",
        "a place": f"/places/{_first(Location.public_id, Location.parent_id.is_(None))}",
        "an entity": f"/entities/{commune}",
        "a run": f"/discovery/runs/{_first(Run.public_id)}",
        "an application": f"/applications/{_first(Application.public_id)}",
        "a commune's sixth": f"/renewal/{commune}",
        "the assets behind it": f"/renewal/{commune}/assets",
        "search, a MAC": f"/search/suggest?q={quote(mac or '')}",
        "search, a serial": f"/search/suggest?q={quote(_first(Asset.serial, Asset.serial.is_not(None)) or '')}",
    }


def _longest(noun: str) -> Any:
    """The public id of the one with the most records in the trail."""
    from sqlalchemy import func, select

    from inventory.audit.models import AuditRecord
    from inventory.core.database import db

    changes = select(AuditRecord.object_id).where(AuditRecord.object_type == noun)
    most = changes.group_by(AuditRecord.object_id).order_by(func.count().desc(), AuditRecord.object_id)
    return db.session.scalar(most.limit(1))


def _first(column: Any, *conditions: Any) -> Any:
    from sqlalchemy import select

    from inventory.core.database import db

    return db.session.scalar(select(column).where(*conditions).order_by(column).limit(1))
