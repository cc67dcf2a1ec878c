"""Looks up what the code on a label names, everywhere that the reader may look."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import joinedload

from inventory.assets import queries, readings
from inventory.assets.models import Asset
from inventory.core.access import Scope
from inventory.core.database import db
from inventory.search import queries as search
from inventory.search.models import SearchDocument

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, and the documents of what has it."""

    text: str
    found: list[SearchDocument]

    @property
    def only(self) -> SearchDocument | None:
        """The one thing that it can mean: equipment comes before a model or a person with the same number."""
        equipment = [document for document in self.found if document.noun == "asset"]
        among = equipment or self.found
        return among[0] if len(among) == 1 else None


def look_up_all(texts: Sequence[str], scope: Scope) -> Reading:
    """Return what in the scope has an identifier that a label's codes say, each thing once.

    Equipment that a serial number, a tag or an address of its own names comes before what shares a part or product number.
    """
    readings_ = [look_up(text, scope) for text in texts]
    every = {document.id: document for reading in readings_ for document in reading.found}
    equipment = [document for document in every.values() if document.noun == "asset"]
    return Reading(" · ".join(texts), equipment or list(every.values())[:MOST_FOUND])


def are_apart(texts: Sequence[str], scope: Scope) -> bool:
    """Say whether each of these codes names one item of equipment at most: then they are of several labels."""
    return all(
        sum(document.noun == "asset" for document in look_up(text, scope).found) <= 1 for text in texts
    )


def look_up(text: str, scope: Scope) -> Reading:
    """Return what in the scope has the identifier that a code's text is; where nothing has, equipment that has a part of it."""
    whole, *parts = readings.named_by(text) or [""]
    if "://" in whole and parts and (kept := queries.redirected(parts[0])):
        # The label of a record that was merged into another.
        whole = f"scan://{kept}"
    found = search.with_identifier((whole,), scope, limit=MOST_FOUND)
    if not found and parts:
        found = search.with_identifier(parts, scope, limit=MOST_FOUND, noun="asset")
    return Reading(text, found)


def assets_named(public_ids: Sequence[str], scope: Scope) -> list[Asset]:
    """Return those of these assets that the scope holds, in this order, with what a line shows of each."""
    shown = (Asset.model, Asset.manufacturer, Asset.category, Asset.holder)
    statement = queries.visible(scope).options(*map(joinedload, shown))
    rows = db.session.scalars(statement.where(Asset.public_id.in_(public_ids)))
    found = {asset.public_id: asset for asset in rows}
    return [found[one] for one in dict.fromkeys(public_ids) if one in found]


def is_tag(text: str, codes: Collection[str]) -> bool:
    """Say whether a text reads like a tag of an entity with one of these codes, such as LBX-004512."""
    code, _, number = text.rpartition("-")
    return code.upper() in codes and number.isdecimal()
