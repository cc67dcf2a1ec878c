"""Hands many assets over or takes them back: foreseen one by one before anything is saved, then written as one change set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.assets import fields
from inventory.assets.models import Asset, Custody
from inventory.assets.services import bulk, custody, handovers
from inventory.assets.services.bulk import Done, Outlook
from inventory.assets.services.custody import Handover
from inventory.assets.services.dossiers import Dossier, histories_of
from inventory.assets.services.handovers import Hands
from inventory.assets.states import Condition
from inventory.audit import services as audit
from inventory.audit.models import ChangeSetKind
from inventory.core.access import Access, Actor
from inventory.core.database import db
from inventory.core.errors import Forbidden, Refused
from inventory.core.permissions import Permission
from inventory.core.wording import N_
from inventory.organization.models import Location, Person


@dataclass(frozen=True, slots=True)
class Handing:
    """What is asked of every chosen asset: handed to a person, to a place or both; or taken `back`, and put away at a place.

    Without a person and a place nobody has said yet whom it goes to, and only what forbids any handover is foreseen.
    """

    handover: Handover
    person_id: int | None = None
    location_id: int | None = None
    back: bool = False

    @property
    def is_meant(self) -> bool:
        """Whether it is said whose hands it goes into."""
        return self.back or self.person_id is not None or self.location_id is not None

    @property
    def kind(self) -> ChangeSetKind:
        """What its change set is called."""
        return ChangeSetKind.RETURN if self.back else ChangeSetKind.HANDOVER

    def hands(self) -> Hands:
        """Return whose hands these are, read where nobody holds them in memory; raises Refused when they are gone."""
        person = db.session.get(Person, self.person_id) if self.person_id else None
        location = db.session.get(Location, self.location_id) if self.location_id else None
        if (self.person_id and person is None) or (self.location_id and location is None):
            raise Refused(N_("The person or the place that was chosen is gone: merged or deleted meanwhile."))
        return Hands(person, location, self.back)

    def to_json(self) -> dict[str, Any]:
        """Return this as a job keeps it."""
        asked = self.handover
        return {
            "on": asked.on and asked.on.isoformat(),
            "condition": asked.condition and asked.condition.value,
            "note": asked.note,
            "loan": asked.loan,
            "person": self.person_id,
            "location": self.location_id,
            "back": self.back,
        }


def from_json(kept: Mapping[str, Any]) -> Handing:
    """Return what `to_json` kept."""
    handover = Handover(
        on=date.fromisoformat(kept["on"]) if kept["on"] else None,
        condition=Condition(kept["condition"]) if kept["condition"] else None,
        note=kept["note"],
        loan=kept["loan"],
    )
    return Handing(handover, kept["person"], kept["location"], kept["back"])


def foresee(asset_ids: Sequence[int], handing: Handing, access: Access) -> Iterator[Outlook]:
    """Yield what it would do to each asset, in the order given, changing nothing."""
    for chunk in _chunks(asset_ids, handing):
        for asset in chunk.assets:
            yield bulk.outlook(asset, _foreseen, chunk, access)
        bulk.forget(asset_ids)


def apply(asset_ids: Sequence[int], handing: Handing, *, access: Access, actor: Actor) -> Done:
    """Do it to each asset that allows it, inside the open change set, and count; the others stay as they are."""
    done = Done()
    for chunk in _chunks(asset_ids, handing):
        seen = [(asset, bulk.outlook(asset, _foreseen, chunk, access)) for asset in chunk.assets]
        allowed = [asset for asset, outlook in seen if outlook.refusal is None]
        refused = handovers.change_hands(allowed, handing.handover, chunk.hands, actor=actor)
        changed = len(allowed) - len(refused)
        done.add(Done(changed, 0, len(chunk.assets) - changed))
        bulk.forget(asset_ids)
    return done


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some hundreds of the assets with what is known of them; `at_hand` keeps what they name in the session."""

    handing: Handing
    hands: Hands
    assets: Sequence[Asset]
    dossiers: Mapping[int, Dossier]
    rows: Mapping[int, Sequence[Custody]]
    at_hand: Sequence[Any]


def _chunks(asset_ids: Sequence[int], handing: Handing) -> Iterator[_Chunk]:
    named = {"holder_id": handing.person_id, "location_id": handing.location_id}
    for assets, at_hand in bulk.in_chunks(asset_ids, named):
        rows = custody.custodies_of_many(assets)
        yield _Chunk(handing, handing.hands(), assets, histories_of(assets), rows, at_hand)


def _foreseen(asset: Asset, chunk: _Chunk, access: Access) -> audit.Changes:
    if not access.allows(Permission.ASSETS_HAND_OVER, asset.entity_id):
        raise Forbidden(N_("Your role on this entity does not allow this. Ask an administrator."))
    handing, hands = chunk.handing, chunk.hands
    known = chunk.dossiers[asset.id], chunk.rows[asset.id]
    outcome = handovers.foreseen(*known, handing.handover, hands)
    if not handing.is_meant:
        return {}
    after = custody.words_of(hands.person, None if handing.back else hands.location)
    if outcome.state is None and not handing.back and _has_it(asset, outcome.old, hands):
        raise Refused(N_("%(name)s has %(label)s already."), name=after, label=asset.label)
    changes: audit.Changes = {"holder": [custody.label_of(outcome.old), after]}
    if hands.location is not None and hands.location.id != asset.location_id:
        places = (asset.location_id, hands.location.id)
        changes["location"] = [fields.display("location_id", id_) for id_ in places]
    if outcome.state is not None:
        changes["state"] = [asset.state, outcome.state]
    return changes


def _has_it(asset: Asset, old: Custody | None, hands: Hands) -> bool:
    """Say whether it is in these hands already, at this place."""
    if old is None or old.person_id != (hands.person.id if hands.person else None):
        return False
    return hands.location is None or hands.location.id == asset.location_id
