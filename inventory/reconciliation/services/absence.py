"""Draws conclusions from what is and is no longer seen: last dates, and questions about what has vanished."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, select

from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset
from inventory.assets.services import seen
from inventory.assets.states import SourceKind
from inventory.core.database import db
from inventory.core.types import CodeType
from inventory.core.wording import N_
from inventory.discovery.models import Sighting
from inventory.discovery.sightings import slices
from inventory.reconciliation.likeness import Sentence
from inventory.reconciliation.models import Answer, Link, ReviewKind
from inventory.reconciliation.services import questions
from inventory.reconciliation.services.questions import Question, key_of

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


def note_signs_of_life(signs: Mapping[int, datetime], by: SourceKind) -> None:
    """Move the last dates of assets, by id, to the signs of life that a directory reports."""
    seen.note_each(sorted(signs.items()), by)


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
