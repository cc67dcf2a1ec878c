"""Keeps what names an asset, from people and from machines, in canonical form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Select, bindparam, select

from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.services.dossiers import Dossier
from inventory.assets.states import IdentifierKind, SourceKind
from inventory.core import clock
from inventory.core.database import db, lookup
from scanners import identity

# The columns of an asset that name it; a serial is its maker's.
NAMING = frozenset({"serial", "tag", "name", "manufacturer_id"})


class Named(Protocol):
    """What `scanners.observation.Identifier` has."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def scope(self) -> str: ...


def identifiers_of(asset: Asset) -> list[AssetIdentifier]:
    """Return an asset's identifiers in the order of their kinds."""
    rows = db.session.scalars(_identifiers(), {"asset": asset.id})
    order = list(IdentifierKind)
    return sorted(rows, key=lambda row: (order.index(row.kind), row.value))


@cache
def _identifiers() -> Select[AssetIdentifier]:
    return lookup(select(AssetIdentifier).where(AssetIdentifier.asset_id == bindparam("asset")))


def record_identifiers(
    asset: Asset, identifiers: Iterable[Named], *, source: SourceKind, at: datetime
) -> list[AssetIdentifier]:
    """Keep the identifiers that a source saw at an instant; returns those that are new to the asset."""
    new = note_identifiers(Dossier(asset, identifiers_of(asset)), identifiers, source=source, at=at)
    db.session.flush()
    return new


def note_identifiers(
    dossier: Dossier, identifiers: Iterable[Named], *, source: SourceKind, at: datetime
) -> list[AssetIdentifier]:
    """Do as `record_identifiers` does, in a dossier: the caller saves."""
    known = {(row.kind.value, row.value, row.scope): row for row in dossier.identifiers}
    new = []
    for named in identifiers:
        key = (str(named.kind), named.value, named.scope)
        row = known.get(key)
        if row is None:
            row = dossier.add(
                AssetIdentifier,
                asset_id=dossier.asset.id,
                kind=IdentifierKind(named.kind),
                value=named.value,
                scope=named.scope,
                source=source,
                first_seen_at=at,
                last_seen_at=at,
            )
            known[key] = row
            new.append(row)
        elif at > row.last_seen_at:
            row.last_seen_at = at
    dossier.identifiers += new
    return new


def follow_fields(asset: Asset, source: SourceKind = SourceKind.PERSON) -> None:
    """Make the identifiers that people gave (serial with its maker, tag, name) follow the asset's fields.

    `source` is whose word the fields are. A name that people give is of no network site: it has no scope.
    """
    note_fields(Dossier(asset, identifiers_of(asset)), source)
    db.session.flush()


def note_fields(dossier: Dossier, source: SourceKind) -> None:
    """Do as `follow_fields` does, in a dossier: the caller saves."""
    asset = dossier.asset
    maker = asset.manufacturer.key if asset.manufacturer else ""
    now = clock.now()
    for kind, (value, scope) in _named_by(asset, maker, source).items():
        same = [row for row in dossier.identifiers if row.kind is kind]
        for row in same:
            # What a machine read stays: only a person's earlier word is withdrawn.
            if row.source is SourceKind.PERSON and (row.value, row.scope) != (value, scope):
                db.session.delete(row)
                dossier.identifiers.remove(row)
        if value and not any((row.value, row.scope) == (value, scope) for row in same):
            row = AssetIdentifier(
                asset_id=asset.id,
                kind=kind,
                value=value,
                scope=scope,
                source=source,
                first_seen_at=now,
                last_seen_at=now,
            )
            dossier.identifiers.append(row)
            db.session.add(row)


def _named_by(asset: Any, maker: str, source: SourceKind) -> dict[IdentifierKind, tuple[str | None, str]]:
    """Return (canonical value, scope) by kind, of what names anything with a serial, a tag and a name."""
    wanted = {
        IdentifierKind.SERIAL: (identity.canonical_serial(asset.serial, maker or None), maker),
        IdentifierKind.TAG: (identity.canonical_tag(asset.tag), ""),
    }
    if source in (SourceKind.PERSON, SourceKind.IMPORT):
        wanted[IdentifierKind.NAME] = (identity.canonical_hostname(asset.name), "")
    return wanted


def first_identifiers(asset: Any, maker: str, source: SourceKind, at: datetime) -> list[dict[str, Any]]:
    """Return as rows of AssetIdentifier what `note_fields` would note of a new asset; `maker` is its maker's key."""
    own = {"asset_id": asset.id, "source": source, "first_seen_at": at, "last_seen_at": at}
    return [
        {**own, "kind": kind, "value": value, "scope": scope}
        for kind, (value, scope) in _named_by(asset, maker, source).items()
        if value
    ]
