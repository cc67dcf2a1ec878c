"""Draws conclusions from what is and is no longer seen: last dates, and questions about what has vanished."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, select

from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset
from inventory.assets.services import seen
from inventory.assets.states import SourceKind
from inventory.core.database import among, db
from inventory.core.types import CodeType
from inventory.core.wording import N_
from inventory.discovery.models import Sighting
from inventory.discovery.sightings import slices
from inventory.reconciliation import portraits
from inventory.reconciliation.likeness import Sentence
from inventory.reconciliation.models import Answer, Link, ReviewKind
from inventory.reconciliation.services import questions
from inventory.reconciliation.services.questions import Question, key_of
from scanners.observation import Observation

AT_ONCE = 500


def touch(which: ColumnElement[bool]) -> None:
    """Move the last date of the assets whose sightings these are, in one statement for each source.

    What a directory lists was not seen: its computers keep the date of their own sign of life.
    """
    sources = db.session.scalars(select(Sighting.source).where(which, Sighting.source != "ldap").distinct())
    for source in list(sources):
        mine = and_(which, Sighting.source == source, Sighting.subject == "device")
        kind = {"snmp": SourceKind.SNMP, "import": SourceKind.IMPORT}.get(source, SourceKind.AGENT)
        found = (
            select(Link.asset_id, func.max(Sighting.last_seen_at), literal(kind, CodeType(SourceKind)))
            .join(Sighting, Link.sighting_id == Sighting.id)
            .where(mine, Link.asset_id.is_not(None))
            .group_by(Link.asset_id)
        )
        seen.note_found(found)


def note_signs_of_life(sighting_ids: Collection[int]) -> None:
    """Move the last dates of assets to the signs of life that directories tell of in these sightings."""
    for some in slices(sorted(sighting_ids), AT_ONCE):
        _note_alive(among(Sighting.id, some))


def note_signs_of_life_of(asset_ids: Collection[int]) -> None:
    """Move the last dates of these assets to the signs of life that directories tell of them."""
    _note_alive(among(Link.asset_id, asset_ids))


def _note_alive(which: ColumnElement[bool]) -> None:
    told = (
        select(Link.asset_id, Sighting)
        .join(Sighting, Link.sighting_id == Sighting.id)
        .where(which, Link.asset_id.is_not(None), Sighting.source == "ldap", Sighting.subject == "device")
        .execution_options(populate_existing=True)
    )
    found: dict[int, datetime] = {}
    for asset_id, sighting in db.session.execute(told):
        at = portraits.seen_at(sighting, Observation.from_json(sighting.observation))
        if asset_id is not None and at is not None:
            found[asset_id] = max(at, found.get(asset_id, at))
    seen.note_each(sorted(found.items()), SourceKind.LDAP)


def ask_about_vanished(asset_ids: Collection[int]) -> int:
    """Ask about the assets in use of which no sighting is present any more; returns how many questions are new.

    The state is a person's to say, and equipment on a shelf is not expected to answer.
    """
    opened = 0
    for some in slices(sorted(asset_ids), AT_ONCE):
        present = (
            select(Link.asset_id)
            .join(Sighting, Link.sighting_id == Sighting.id)
            .where(Link.asset_id.in_(some), Sighting.absent_since.is_(None))
        )
        gone = select(Asset).where(
            Asset.id.in_(some), Asset.id.not_in(present), Asset.state.in_(sorted(IN_USE))
        )
        dates = (
            select(Link.asset_id, func.max(Sighting.last_seen_at).label("at"))
            .join(Sighting, Link.sighting_id == Sighting.id)
            .where(Link.asset_id.in_(some))
            .group_by(Link.asset_id)
        )
        last = {row.asset_id: row.at for row in db.session.execute(dates)}
        asked = [_vanished(asset, last.get(asset.id)) for asset in db.session.scalars(gone)]
        opened += sum(new for _review, new in questions.ask_all(asked))
    return opened


def _vanished(asset: Asset, last: datetime | None) -> Question:
    day = last.date().isoformat() if last else "never"
    evidence: Sentence = (
        (N_("Its address and name now belong to another device."), {}, "bad")
        if last is None
        else (N_("A whole reading of where it was last seen no longer finds it."), {}, "bad")
    )
    return Question(
        ReviewKind.VANISHED,
        key_of(ReviewKind.VANISHED, asset.id, day),
        asset.entity_id,
        asset_id=asset.id,
        candidates=(asset.id,),
        evidence=(evidence,),
        details={"last_seen_at": last.isoformat() if last else None},
        proposed=Answer.KEEP,
    )
