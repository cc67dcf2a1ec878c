"""Holds what is kept about several assets at once, so that many are written in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, inspect, select

from inventory.assets.models import Asset, AssetIdentifier, Period, Provenance
from inventory.audit import loads
from inventory.core.database import among, db


class Rows:
    """Rows of several tables read, changed and added without objects; `save` writes what differs in one go for each table.

    On a first night or in a large file they are many thousands, too many for the session.
    """

    def __init__(self) -> None:
        self._read: dict[type[Any], list[tuple[SimpleNamespace, dict[str, Any]]]] = {}
        self._new: dict[type[Any], list[SimpleNamespace]] = {}
        self._gone: set[int] = set()

    def read(self, model: type[Any], chosen: Select[Any]) -> list[SimpleNamespace]:
        """Return the rows of a model that `chosen`, a select of its table, gives."""
        known = self._read.setdefault(model, [])
        result = db.session.execute(chosen)
        names = tuple(result.keys())
        read = [dict(zip(names, values, strict=True)) for values in result]
        found = [SimpleNamespace(**was) for was in read]
        known += zip(found, read, strict=True)
        return found

    def add(self, model: type[Any], values: Mapping[str, Any]) -> SimpleNamespace:
        """Return a new row."""
        row = SimpleNamespace(**values)
        self._new.setdefault(model, []).append(row)
        return row

    def drop(self, row: SimpleNamespace) -> None:
        """Take a row out, or do not add it after all."""
        self._gone.add(id(row))

    def number(self) -> None:
        """Give the new rows their ids: nothing is asked of the store by `save` then, which it would be waited for."""
        for model, rows in self._new.items():
            loads.number(model, [vars(row) for row in rows if id(row) not in self._gone])

    def save(self) -> None:
        """Write everything; the rows are of no use afterwards."""
        for model, known in self._read.items():
            loads.remove(model, [was for row, was in known if id(row) in self._gone])
            loads.change(model, [(was, vars(row)) for row, was in known if id(row) not in self._gone])
        for model, rows in self._new.items():
            loads.load(model, [vars(row) for row in rows if id(row) not in self._gone])


@dataclass(slots=True)
class Dossier:
    """One asset with its identifiers, its claims by field and its periods (oldest first), saved or about to be.

    Whoever notes something in a dossier puts it into the session; the caller saves all of them in one go.
    `periods` is None where nobody has read them. Where there are `rows`, new claims, periods and identifiers are
    theirs, the caller saves them too, and the dossier is of no use afterwards.
    """

    asset: Asset
    identifiers: list[AssetIdentifier] = field(default_factory=list)
    claims: dict[str, list[Provenance]] = field(default_factory=dict)
    periods: list[Period] | None = None
    rows: Rows | None = None

    def add(self, model: type[Any], **values: Any) -> Any:
        """Return a new row of a model, to be saved with the session or with the rows."""
        if self.rows is not None:
            return self.rows.add(model, values)
        row = model(**values)
        db.session.add(row)
        return row

    def drop(self, row: Any) -> None:
        """Take a row out with the save, or do not add it after all."""
        if isinstance(row, SimpleNamespace) and self.rows is not None:
            self.rows.drop(row)
        elif inspect(row).pending:
            db.session.expunge(row)
        else:
            db.session.delete(row)


def dossiers_of(assets: Collection[Asset]) -> dict[int, Dossier]:
    """Return the dossiers of saved assets by their ids, in three queries however many there are."""
    found = {asset.id: Dossier(asset) for asset in assets}
    if found:
        _identify(found)
        said = _said(found).order_by(Provenance.id)
        _fill(found, db.session.scalars(said), db.session.scalars(_dated(found)))
    return found


def dossiers_in(
    rows: Rows, assets: Collection[Asset], claimed: Collection[str], *, identified: bool
) -> dict[int, Dossier]:
    """Return dossiers of saved assets with their periods and their claims on some fields, read without objects.

    Only those that are `identified` have identifiers, which are objects.
    """
    found = {asset.id: Dossier(asset, rows=rows) for asset in assets}
    if not found:
        return found
    if identified:
        _identify(found)
    said, dated = Provenance.__table__, Period.__table__
    wanted = select(said).where(among(said.c.asset_id, found), said.c.field.in_(claimed)).order_by(said.c.id)
    periods = select(dated).where(among(dated.c.asset_id, found)).order_by(dated.c.from_on)
    _fill(found, rows.read(Provenance, wanted), rows.read(Period, periods))
    return found


def _identify(found: Mapping[int, Dossier]) -> None:
    named = select(AssetIdentifier).where(among(AssetIdentifier.asset_id, found))
    for identifier in db.session.scalars(named.order_by(AssetIdentifier.id)):
        found[identifier.asset_id].identifiers.append(identifier)


def _said(found: Mapping[int, Dossier]) -> Select[Provenance]:
    return select(Provenance).where(among(Provenance.asset_id, found))


def _dated(found: Mapping[int, Dossier]) -> Select[Period]:
    return select(Period).where(among(Period.asset_id, found)).order_by(Period.from_on)


def _fill(found: Mapping[int, Dossier], said: Iterable[Any], dated: Iterable[Any]) -> None:
    for claim in said:
        found[claim.asset_id].claims.setdefault(claim.field, []).append(claim)
    periods: dict[int, list[Any]] = {id_: [] for id_ in found}
    for period in dated:
        periods[period.asset_id].append(period)
    for id_, dossier in found.items():
        dossier.periods = periods[id_]


def histories_of(assets: Collection[Asset], claimed: Collection[str] = ()) -> dict[int, Dossier]:
    """Return dossiers with the periods alone, and the claims on the fields named, in one query each."""
    found = {asset.id: Dossier(asset) for asset in assets}
    claims = _said(found).where(Provenance.field.in_(claimed)).order_by(Provenance.id)
    _fill(found, db.session.scalars(claims) if claimed else (), db.session.scalars(_dated(found)))
    return found
