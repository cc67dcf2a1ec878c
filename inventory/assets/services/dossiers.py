"""Holds what is kept about several assets at once, so that many are written in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from inventory.assets.models import Asset, AssetIdentifier, Period, Provenance
from inventory.audit import loads
from inventory.core.database import db

# By model, rows that are not in the store yet: their columns by name.
Gathered = dict[type[Any], list[SimpleNamespace]]


@dataclass(slots=True)
class Dossier:
    """One asset with its identifiers, its claims by field and its periods (oldest first), saved or about to be.

    Whoever notes something in a dossier puts it into the session; the caller saves all of them in one go.
    `periods` is None where nobody has read them. Where new rows are `gathered`, `save_gathered` saves them, and the
    dossier is of no use afterwards: on a first night they are many thousands, too many for the session.
    """

    asset: Asset
    identifiers: list[AssetIdentifier] = field(default_factory=list)
    claims: dict[str, list[Provenance]] = field(default_factory=dict)
    periods: list[Period] | None = None
    gathered: Gathered | None = None

    def add(self, model: type[Any], **values: Any) -> Any:
        """Return a new row of a model, to be saved with the session or with what is gathered."""
        if self.gathered is not None:
            gathered = SimpleNamespace(**values)
            self.gathered.setdefault(model, []).append(gathered)
            return gathered
        row = model(**values)
        db.session.add(row)
        return row


def save_gathered(gathered: Gathered) -> None:
    """Save new rows in one go for each model."""
    for model, rows in gathered.items():
        loads.load(model, [vars(row) for row in rows])


def dossiers_of(assets: Collection[Asset], claimed: Collection[str] | None = None) -> dict[int, Dossier]:
    """Return the dossiers of saved assets by their ids, in three queries however many there are.

    Their claims are those on all fields, or on the fields `claimed` alone.
    """
    periods: dict[int, list[Period]] = {asset.id: [] for asset in assets}
    found = {asset.id: Dossier(asset, periods=periods[asset.id]) for asset in assets}
    if not found:
        return found
    ids = sorted(found)
    named = select(AssetIdentifier).where(AssetIdentifier.asset_id.in_(ids))
    for identifier in db.session.scalars(named.order_by(AssetIdentifier.id)):
        found[identifier.asset_id].identifiers.append(identifier)
    said = select(Provenance).where(Provenance.asset_id.in_(ids))
    if claimed is not None:
        said = said.where(Provenance.field.in_(claimed))
    for claim in db.session.scalars(said.order_by(Provenance.id)):
        found[claim.asset_id].claims.setdefault(claim.field, []).append(claim)
    dated = select(Period).where(Period.asset_id.in_(ids))
    for period in db.session.scalars(dated.order_by(Period.from_on)):
        periods[period.asset_id].append(period)
    return found


def histories_of(assets: Collection[Asset], claimed: Collection[str] = ()) -> dict[int, Dossier]:
    """Return dossiers with the periods alone, and the claims on the fields named, in one query each."""
    periods: dict[int, list[Period]] = {asset.id: [] for asset in assets}
    found = {asset.id: Dossier(asset, periods=periods[asset.id]) for asset in assets}
    dated = select(Period).where(Period.asset_id.in_(periods)).order_by(Period.from_on)
    for period in db.session.scalars(dated):
        periods[period.asset_id].append(period)
    if claimed:
        said = select(Provenance).where(Provenance.asset_id.in_(periods), Provenance.field.in_(claimed))
        for claim in db.session.scalars(said.order_by(Provenance.id)):
            found[claim.asset_id].claims.setdefault(claim.field, []).append(claim)
    return found
