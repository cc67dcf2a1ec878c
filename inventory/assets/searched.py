"""What is searched of equipment: by tag, serial, name, addresses and other identifiers, maker, model, holder and place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from inventory.assets import lifecycle
from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.states import IdentifierKind, State
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.database import among, db
from inventory.core.wording import N_
from inventory.organization.models import Location, Person
from inventory.search import documents
from inventory.search.documents import Document, Searchable, Watch

# Names stand among the words; what an agent calls a machine is nothing that people type.
_KEYS = (
    IdentifierKind.SERIAL,
    IdentifierKind.TAG,
    IdentifierKind.MAC,
    IdentifierKind.BASE_MAC,
    IdentifierKind.IP,
    IdentifierKind.IMEI,
    IdentifierKind.UUID,
    IdentifierKind.BIOS_TAG,
)
_COLUMNS = frozenset(
    {"tag", "name", "serial", "manufacturer_id", "model_id", "holder_id", "location_id", "entity_id", "state"}
    | {"order_number", "accounting_number"}
)


def equipment(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of assets."""
    statement: Any = (
        select(
            Asset.id, Asset.public_id, Asset.tag, Asset.name, Asset.serial, Asset.entity_id, Asset.state,
            Asset.order_number, Asset.accounting_number, Manufacturer.name.label("maker"), Model.name.label("model"),
            Person.display_name.label("holder"), Location.name.label("place"),
        )
        .outerjoin(Manufacturer, Manufacturer.id == Asset.manufacturer_id)
        .outerjoin(Model, Model.id == Asset.model_id)
        .outerjoin(Person, Person.id == Asset.holder_id)
        .outerjoin(Location, Location.id == Asset.location_id)
        .where(among(Asset.id, ids))
    )  # fmt: skip
    identifiers = _identifiers(ids)
    for row in db.session.execute(statement):
        names, keys = identifiers[row.id]
        product = f"{row.maker or ''} {(row.model or '').removeprefix(row.maker or '').strip()}".strip()
        keys = [row.tag, row.serial, row.order_number, row.accounting_number, *keys]
        yield Document(
            row.id,
            row.public_id,
            row.tag or row.name or row.serial or row.public_id,
            " · ".join(text for text in (product, row.holder, row.place) if text),
            words=tuple(t for t in (row.name, row.serial, product, row.holder, row.place, *names) if t),
            keys=tuple(key for key in keys if key),
            entity_ids=(row.entity_id,),
            badge=row.state.value,
            faded=row.state in lifecycle.GONE,
        )


def _identifiers(ids: Sequence[int]) -> dict[int, tuple[list[str], list[str]]]:
    """Return for each asset the names it is seen under and its other identifiers."""
    found: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    statement = select(AssetIdentifier.asset_id, AssetIdentifier.kind, AssetIdentifier.value).where(
        among(AssetIdentifier.asset_id, ids), AssetIdentifier.kind.in_((*_KEYS, IdentifierKind.NAME))
    )
    for asset_id, kind, value in db.session.execute(statement):
        found[asset_id][0 if kind is IdentifierKind.NAME else 1].append(value)
    return found


def register() -> None:
    """Let equipment be searched."""
    documents.register(
        Searchable(
            "asset",
            1,
            N_("Equipment"),
            "devices",
            Asset.id,
            equipment,
            "assets.detail",
            (
                Watch(Asset, _COLUMNS),
                Watch(AssetIdentifier, frozenset({"value", "asset_id"}), owner="asset_id"),
                Watch(Manufacturer, frozenset({"name"}), through=Asset.manufacturer_id),
                Watch(Model, frozenset({"name"}), through=Asset.model_id),
                Watch(Person, frozenset({"display_name"}), through=Asset.holder_id),
                Watch(Location, frozenset({"name"}), through=Asset.location_id),
            ),
            codes=State,
            listing="assets.index",
            order=10,
            kind=select(Category.kind).where(Category.id == Asset.category_id).scalar_subquery(),
        )
    )
