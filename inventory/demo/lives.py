"""One asset's record as the services would have written it, act by act in the order of days, kept in memory until written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from inventory.assets import authority, fields, lifecycle
from inventory.assets.authority import Claim
from inventory.assets.models import Asset, AssetIdentifier, Custody, LastSeen, Period, Provenance
from inventory.assets.periods import Stretch
from inventory.assets.services.claims import SOURCE_OF_ACTOR, Said
from inventory.assets.states import Condition, DisposalRoute, IdentifierKind, SourceKind, State
from inventory.audit.models import Action
from inventory.demo import trail
from inventory.demo.trail import Act, Changes
from inventory.demo.world import Holder, Place, World
from inventory.notes.models import Note
from scanners import identity
from scanners.observation import Identifier

_NOUNS = {
    "manufacturer_id": "manufacturer",
    "model_id": "model",
    "category_id": "category",
    "entity_id": "entity",
    "payer_id": "entity",
    "location_id": "location",
    "holder_id": "person",
    "supplier_id": "supplier",
}
# What the form of a delivery asks for: a technician's typing pins these.
TYPED = frozenset(
    {
        *("tag", "serial", "name", "model_id", "category_id", "entity_id", "location_id", "ordered_on"),
        *(
            "received_on",
            "commissioned_on",
            "supplier_id",
            "order_number",
            "price_cents",
            "usage",
            "ownership",
        ),
        *("warranty_starts_on", "warranty_ends_on", "in_scope", "accounting_number", "first_used_on"),
    }
)


@dataclass(slots=True)
class Held:
    """A custody as far as it is known."""

    person: Holder | None
    place: Place | None
    from_on: date
    at: datetime
    condition_out: Condition | None = None
    until_on: date | None = None
    condition_in: Condition | None = None

    @property
    def label(self) -> str:
        named = (self.person and self.person.name, self.place and self.place.name)
        return " · ".join(name for name in named if name)


class Life:
    """The record of one asset being lived; each verb is a service's, done by somebody at an instant of then."""

    def __init__(self, world: World, public_id: str) -> None:
        self.world = world
        self.id = world.rows.reserve(Asset)
        self.public_id = public_id
        self.values: dict[str, Any] = {}
        self.stretches: list[Stretch] = []
        self.held: list[Held] = []
        self.claims: dict[tuple[str, SourceKind], dict[str, Any]] = {}
        self.identifiers: dict[tuple[IdentifierKind, str, str], dict[str, Any]] = {}
        self.seen: tuple[datetime, SourceKind] | None = None
        self.version = 1
        self.created: Act | None = None
        self.last: Act | None = None

    @property
    def state(self) -> State:
        return self.stretches[-1].state

    @property
    def label(self) -> str:
        """What people call it, as `Asset.label`."""
        values = self.values
        return values.get("tag") or values.get("name") or values.get("serial") or self.public_id

    def begin(self, values: Mapping[str, Any], on: date, act: Act) -> None:
        """Create it: values are columns of Asset, its history begins on a day."""
        given = {name: value for name, value in values.items() if value is not None}
        typed = dict(given)
        if given["state"] is not State.IN_SERVICE and act.actor.kind not in ("run", "import"):
            known = [name for name in fields.DAYS if given.get(name)]
            given |= lifecycle.dates_filled(None, given["state"], on, known)
        self.created = self.last = act
        self.values = {
            name: value for name, value in given.items() if name not in ("state", "disposal_route")
        }
        self.values["disposal_route"] = given.get("disposal_route")
        stood = (given["state"], given["entity_id"], given["category_id"], given.get("location_id"))
        self.stretches = [Stretch(on, *stood)]
        self._remember(typed, act)
        self._name(act)
        changes = {fields.public_name(name): [None, self.shown(name, value)] for name, value in given.items()}
        self._record(Action.CREATED, changes, act, on=on)

    def hand_over(
        self, person: Holder | None, place: Place | None, on: date, act: Act, *, loan: bool = False
    ) -> None:
        """Hand it to a person and/or a place; what was in stock or in preparation goes into service."""
        if place is not None and place.id != self.values.get("location_id"):
            self.move(on, act, location=place)
        condition = Condition.NEW if not self.held else Condition.GOOD
        old, new = self._end(on, condition), Held(person, place, on, act.at, condition)
        self.held.append(new)
        self.values["holder_id"] = person.id if person else None
        self._record(Action.CUSTODY, {"holder": [old.label if old else None, new.label]}, act, on=on)
        if self.state in lifecycle.HELD - lifecycle.IN_USE or loan:
            self.become(State.ON_LOAN if loan else State.IN_SERVICE, on, act)

    def see(self, at: datetime, by: SourceKind) -> None:
        """Note that a source saw it; an earlier sign than the last moves nothing."""
        if self.seen is None or self.seen[0] < at:
            self.seen = at, by

    def take_charge(self, person: Holder, on: date, act: Act) -> None:
        """Begin the custody of the holder that it was logged with."""
        self.held.append(Held(person, None, on, act.at))
        self.values["holder_id"] = person.id
        self._record(Action.CUSTODY, {"holder": [None, person.name]}, act, on=on)

    def note(self, text: str, act: Act) -> None:
        """Write a note on it."""
        self._record(Action.NOTED, {"note": [None, text]}, act)
        self.world.rows.add(
            Note,
            public_id=self.world.chance("note", self.public_id).public_id(),
            object_type="asset",
            object_id=self.public_id,
            text=text,
            author_id=act.actor.id,
            author_label=act.actor.label,
            written_at=act.at,
        )

    def take_back(self, place: Place, on: date, act: Act, condition: Condition = Condition.WORN) -> None:
        """Take it back into a stockroom."""
        self._release(on, act, condition)
        self.move(on, act, location=place)
        self.become(State.IN_STOCK, on, act)

    def become(
        self, to: State, on: date, act: Act, *, route: DisposalRoute | None = None, note: str | None = None
    ) -> None:
        """Move it to a state by the table of moves, filling the dates that are empty."""
        old = self.state
        lifecycle.move(old, to)
        known = [name for name in fields.DAYS if self.values.get(name)]
        filled: dict[str, Any] = dict(lifecycle.dates_filled(old, to, on, known))
        if route is not None:
            filled["disposal_route"] = route
        changes: Changes = {"state": [old, to]}
        changes |= {name: [self.values.get(name), value] for name, value in filled.items()}
        self.values |= filled
        self._turn(on, state=to)
        self._record(Action.STATE, changes, act, on=on, note=note)
        if to in lifecycle.RELEASES:
            self._release(on, act, None)

    def move(self, on: date, act: Act, *, location: Place | None, entity_id: int | None = None) -> None:
        """Move it to a place, and maybe to another entity."""
        wanted: dict[str, Any] = {"location_id": location.id if location else None}
        if entity_id is not None:
            wanted = {"entity_id": entity_id, **wanted}
        wanted = {name: value for name, value in wanted.items() if value != self.values.get(name)}
        if not wanted:
            return
        changes: Changes = {
            fields.public_name(name): [self.shown(name, self.values.get(name)), self.shown(name, value)]
            for name, value in wanted.items()
        }
        self.values |= wanted
        self._turn(on, **wanted)
        self._remember(wanted, act)
        self._record(Action.UPDATED, changes, act, on=on)

    def edit(self, values: Mapping[str, Any], act: Act) -> Changes:
        """Change fields by hand; what is typed is pinned. Returns what changed, as history shows it."""
        changes: Changes = {
            fields.public_name(name): [self.shown(name, self.values.get(name)), self.shown(name, value)]
            for name, value in values.items()
        }
        self.values |= values
        self._remember(values, act)
        self._record(Action.UPDATED, changes, act)
        return changes

    def claim(self, name: str, value: Any, said: Said, *, pinned: bool = False) -> dict[str, Any]:
        """Keep what a source says of a field, without judging whose word counts."""
        found = {
            "value": fields.as_json(value),
            "source_label": said.label[:255],
            "said_at": said.at,
            "display": str(self.shown(name, value) or "")[:255],
            "pinned": pinned,
            "evidence": said.evidence.get(name),
        }
        self.claims[name, said.source] = found
        return found

    def identify(self, named: Identifier, source: SourceKind, seen: tuple[datetime, datetime]) -> None:
        """Keep an identifier with its first and last instants; of one that is known only the last moves."""
        key = (IdentifierKind(named.kind), named.value, named.scope)
        known = self.identifiers.get(key)
        if known is not None:
            known["last_seen_at"] = max(known["last_seen_at"], seen[1])
            return
        self.identifiers[key] = {"source": source, "first_seen_at": seen[0], "last_seen_at": seen[1]}

    def winner(self, name: str) -> Any:
        """Return the value of the claim that counts for a field."""
        claims = [
            Claim(source, claim["value"], claim["said_at"], claim["pinned"])
            for (field, source), claim in self.claims.items()
            if field == name
        ]
        best = authority.winner(name, claims)
        return fields.from_json(name, best.value) if best else None

    def told(self, changes: Changes, act: Act, *, on: date | None = None) -> None:
        """Record a change at an instant among the others, whatever was done since: a machine's word, a connection."""
        subject = trail.Subject("asset", self.public_id, self.label, self.values["entity_id"])
        trail.record(self.world.rows, Action.UPDATED, subject, changes, act=act, on=on)

    def shown(self, name: str, value: Any) -> Any:
        """Return a value as history keeps it (`assets.fields.display`, from the names at hand)."""
        if value is None:
            return None
        if name in _NOUNS:
            return self.world.names[_NOUNS[name], value]
        if name == "price_cents":
            return f"{value // 100}.{value % 100:02d} €"
        return fields.as_json(value)

    def _remember(self, values: Mapping[str, Any], act: Act) -> None:
        source = SOURCE_OF_ACTOR.get(act.actor.kind)
        if source is None:
            return
        for name in values:
            if name not in fields.CLAIMED or name not in TYPED:
                continue
            if values[name] is None:
                self.claims.pop((name, source), None)
            else:
                said = Said(source, act.actor.label, act.at)
                self.claim(name, values[name], said, pinned=act.actor.is_person)

    def _name(self, act: Act) -> None:
        """Keep what names it: serial with its maker, tag, name."""
        source = SOURCE_OF_ACTOR.get(act.actor.kind, SourceKind.SYSTEM)
        maker = self.world.maker_keys.get(self.values.get("manufacturer_id") or 0, "")
        values = self.values
        wanted = [
            (IdentifierKind.SERIAL, identity.canonical_serial(values.get("serial"), maker or None), maker),
            (IdentifierKind.TAG, identity.canonical_tag(values.get("tag")), ""),
        ]
        if source in (SourceKind.PERSON, SourceKind.IMPORT):
            wanted.append((IdentifierKind.NAME, identity.canonical_hostname(values.get("name")), ""))
        for kind, value, scope in wanted:
            if value:
                self.identify(Identifier(kind.value, value, scope), source, (act.at, act.at))

    def _turn(self, on: date, **changed: Any) -> None:
        last = self.stretches[-1]
        turned = replace(last, from_on=on, **changed)
        if last.from_on == on:
            self.stretches.pop()
        if self.stretches and self.stretches[-1].says(turned):
            return
        self.stretches.append(turned)

    def _end(self, on: date, condition: Condition | None) -> Held | None:
        if not self.held or self.held[-1].until_on is not None:
            return None
        self.held[-1].until_on, self.held[-1].condition_in = on, condition
        return self.held[-1]

    def _release(self, on: date, act: Act, condition: Condition | None) -> None:
        old = self._end(on, condition)
        if old is not None:
            self.values["holder_id"] = None
            self._record(Action.CUSTODY, {"holder": [old.label, None]}, act, on=on)

    def _record(
        self, action: Action, changes: Changes, act: Act, *, on: date | None = None, note: str | None = None
    ) -> None:
        if self.last is not None and act.at <= self.last.at and action is not Action.CREATED:
            act = replace(act, at=self.last.at + timedelta(seconds=1))
        self.last = act
        self.version += 1
        subject = trail.Subject("asset", self.public_id, self.label, self.values["entity_id"])
        trail.record(self.world.rows, action, subject, changes, act=act, on=on, note=note)

    def write(self) -> dict[tuple[str, SourceKind], int]:
        """Give the rows to the load; returns the ids of the claims by field and source."""
        rows, last = self.world.rows, self.stretches[-1]
        if self.created is None or self.last is None:
            raise LookupError(f"{self.public_id} has not begun")
        columns = {**self.values, "state": last.state, "version": self.version}
        rows.add(
            Asset,
            id=self.id,
            public_id=self.public_id,
            created_at=self.created.at,
            updated_at=self.last.at,
            **columns,
        )
        ends = [*(stretch.from_on for stretch in self.stretches[1:]), None]
        for stretch, until_on in zip(self.stretches, ends, strict=True):
            rows.add(
                Period,
                asset_id=self.id,
                from_on=stretch.from_on,
                until_on=until_on,
                state=stretch.state,
                entity_id=stretch.entity_id,
                category_id=stretch.category_id,
                location_id=stretch.location_id,
                recorded_at=self.created.at,
            )
        if self.seen is not None:
            at, by = self.seen
            rows.add(LastSeen, asset_id=self.id, last_seen_at=at, last_seen_by=by)
        self._write_custodies()
        for (kind, value, scope), seen in self.identifiers.items():
            rows.add(AssetIdentifier, asset_id=self.id, kind=kind, value=value, scope=scope, **seen)
        return {
            (name, source): rows.add(Provenance, asset_id=self.id, field=name, source=source, **claim)
            for (name, source), claim in self.claims.items()
        }

    def _write_custodies(self) -> None:
        for held in self.held:
            self.world.rows.add(
                Custody,
                asset_id=self.id,
                person_id=held.person.id if held.person else None,
                location_id=held.place.id if held.place else None,
                from_on=held.from_on,
                until_on=held.until_on,
                condition_out=held.condition_out,
                condition_in=held.condition_in,
                recorded_at=held.at,
            )
