"""Loads a batch of sightings with all that matching needs to know, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.states import IdentifierKind
from inventory.catalog import queries as catalog
from inventory.core.database import among, db
from inventory.discovery.models import Sighting
from inventory.discovery.sightings import slices
from inventory.organization.models import Entity, Location
from inventory.reconciliation import portraits
from inventory.reconciliation.matching import Known, Seen
from inventory.reconciliation.models import Constraint, Link
from scanners.observation import Identifier, Observation
from scanners.sameness import is_beside, may_be_shared

VALUES_AT_ONCE = 10_000
_MACS = frozenset({"mac", "base_mac"})


@dataclass(slots=True)
class Batch:
    """Sightings by id with their observations, links and constraints, and the assets that they may be."""

    sightings: dict[int, Sighting] = field(default_factory=dict)
    observations: dict[int, Observation] = field(default_factory=dict)
    links: dict[int, Link] = field(default_factory=dict)
    constraints: dict[int, list[Constraint]] = field(default_factory=lambda: defaultdict(list))
    paths: dict[int, str] = field(default_factory=dict)
    assets: dict[int, Asset] = field(default_factory=dict)
    locations: dict[int, Location] = field(default_factory=dict)
    kept_makers: dict[str, str] = field(default_factory=dict)

    def seen(self, keys: Collection[int]) -> list[Seen]:
        """The sightings as matching wants them."""
        return [self._seen(key) for key in sorted(keys)]

    def _seen(self, key: int) -> Seen:
        sighting, link = self.sightings[key], self.links.get(key)
        said = self.constraints.get(key, [])
        return Seen(
            key,
            portraits.traits_of_sighting(
                self.observations[key], self.paths.get(sighting.entity_id, ""), self.kept_makers
            ),
            link=link.asset_id if link else None,
            by_address=sighting.source_key.startswith(portraits.BY_ADDRESS),
            beside=is_beside(sighting.source_key),
            must=next((one.asset_id for one in said if one.must_link), None),
            cannot=frozenset(one.asset_id for one in said if one.asset_id and not one.must_link),
            ignored=any(one.asset_id is None and not one.must_link for one in said),
        )


def load(sighting_ids: Collection[int]) -> Batch:
    """Load sightings with their links and what people decided about them."""
    batch = Batch()
    ids = list(sighting_ids)
    for sighting in db.session.scalars(select(Sighting).where(among(Sighting.id, ids))):
        batch.sightings[sighting.id] = sighting
        batch.observations[sighting.id] = Observation.from_json(sighting.observation)
    batch.links = links_of(ids)
    for constraint in db.session.scalars(select(Constraint).where(among(Constraint.sighting_id, ids))):
        batch.constraints[constraint.sighting_id].append(constraint)
    places = {sighting.location_id for sighting in batch.sightings.values()} - {None}
    if places:
        rows = db.session.scalars(select(Location).where(Location.id.in_(places)))
        batch.locations = {row.id: row for row in rows}
    batch.kept_makers = catalog.former_keys()
    batch.paths = {row.id: row.path for row in db.session.execute(select(Entity.id, Entity.path))}
    return batch


def links_of(sighting_ids: Collection[int]) -> dict[int, Link]:
    """Return the links of sightings by their ids."""
    rows = (
        db.session.scalars(select(Link).where(among(Link.sighting_id, sighting_ids))) if sighting_ids else ()
    )
    return {link.sighting_id: link for link in rows}


def candidates(batch: Batch, seen: Sequence[Seen]) -> list[Known]:
    """Load the assets that share an identifier with, are linked to or must be one of the sightings."""
    wanted = {one.link for one in seen} | {one.must for one in seen}
    ids = {id_ for id_ in wanted if id_ is not None} | _sharing(seen)
    rows: dict[int, list[AssetIdentifier]] = defaultdict(list)
    for row in db.session.scalars(select(AssetIdentifier).where(among(AssetIdentifier.asset_id, ids))):
        rows[row.asset_id].append(row)
    statement = (
        select(Asset)
        .where(among(Asset.id, ids))
        .options(
            joinedload(Asset.category),
            joinedload(Asset.manufacturer),
            joinedload(Asset.model),
            joinedload(Asset.entity),
        )
    )
    found = db.session.scalars(statement).all()
    batch.assets.update({asset.id: asset for asset in found})
    beside = _beside({id_ for id_, known in rows.items() if _bare(known)})
    return [
        Known(
            asset.id,
            portraits.traits_of_asset(
                asset, _bare(rows[asset.id]) if asset.id in beside else rows[asset.id], batch.kept_makers
            ),
            live=asset.state not in portraits.GONE,
        )
        for asset in found
    ]


def _bare(known: Sequence[AssetIdentifier]) -> list[AssetIdentifier]:
    """The identifiers with no serial of a maker, nothing where no serial stands without."""
    rest = [row for row in known if row.kind is not IdentifierKind.SERIAL or not row.scope]
    return rest if any(row.kind is IdentifierKind.SERIAL for row in rest) else []


def _beside(asset_ids: Collection[int]) -> set[int]:
    """Those of the assets whose serial number is known only by sightings of which another device states it too."""
    if not asset_ids:
        return set()
    statement = select(Link.asset_id, Sighting.source_key).join(Sighting, Sighting.id == Link.sighting_id)
    keys: dict[int, list[str]] = defaultdict(list)
    for asset_id, key in db.session.execute(statement.where(Link.asset_id.in_(asset_ids))):
        keys[asset_id or 0].append(key)
    return {
        id_
        for id_, known in keys.items()
        if any(map(is_beside, known)) and not any(map(may_be_shared, known))
    }


def _sharing(seen: Sequence[Seen]) -> set[int]:
    """The ids of the assets that have an identifier of the batch, whatever its scope."""
    values: dict[str, set[str]] = defaultdict(set)
    for one in seen:
        for identifier in one.traits.identifiers:
            for kind in _looked_up(identifier):
                values[kind].add(identifier.value)
    wanted = [(kind, value) for kind, found in sorted(values.items()) for value in sorted(found)]
    ids: set[int] = set()
    for some in slices(wanted, VALUES_AT_ONCE):
        either = [
            and_(
                AssetIdentifier.kind == IdentifierKind(kind),
                among(AssetIdentifier.value, [v for _k, v in found]),
            )
            for kind, found in groupby(some, key=itemgetter(0))
        ]
        ids.update(db.session.scalars(select(AssetIdentifier.asset_id).where(or_(*either)).distinct()))
    return ids


def _looked_up(identifier: Identifier) -> Collection[str]:
    # What one source calls the chassis address is any card's address for another.
    return _MACS if identifier.kind in _MACS else (identifier.kind,)
