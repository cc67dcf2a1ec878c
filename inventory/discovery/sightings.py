"""Keeps what was seen: an unchanged observation moves the last date, a changed one adds a revision."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Row, Table, bindparam, select, update

from inventory.core.database import among, bulk_load, db
from inventory.core.text import clean
from inventory.discovery.addresses import in_order
from inventory.discovery.models import Outcome, Sighting, SightingRevision
from scanners import sameness
from scanners.observation import Observation
from scanners.sameness import Marks

LOOKED_UP_AT_ONCE = 500
LENGTH, MATTERS = 64, 48
# The fact in which a directory says when a computer was last alive.
SIGN_OF_LIFE = "last_logon_at"
LONGEST_KEY, LONGEST_SOURCE, LONGEST_TARGET, LONGEST_TEXT = 200, 20, 255, 4096

Item = TypeVar("Item")
Known = Row[*tuple[Any, ...]]
TABLE = cast("Table", Sighting.__table__)


@dataclass(frozen=True, slots=True)
class Placement:
    """The entity, and maybe the place, that a thing found belongs to."""

    entity_id: int
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Whence observations come: their run, site, and who says where each belongs."""

    run_id: int
    site_code: str
    at: datetime
    place: Callable[[Observation], Placement]
    range_id: int | None = None
    directory_id: int | None = None
    credential_ids: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Met:
    """One subject met by a run: its sighting, where, what came of it, and where it was before if that was elsewhere."""

    sighting_id: int
    target: str
    outcome: Outcome
    moved_from: str = ""
    credential_id: int | None = None


@dataclass(slots=True)
class Stored:
    """What became of a batch, as sighting ids; `again` were already seen in the same run and are not counted.

    `met` says of each subject the one word that a run's page has for it, the most telling first: new, moved (to
    another address), returned, changed, unchanged; `same` are further addresses at which the run met one of them.
    `alive` are unchanged ones of which a directory tells a new sign of life.
    """

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    same: list[Met] = field(default_factory=list)
    alive: list[int] = field(default_factory=list)

    @property
    def to_reconcile(self) -> list[int]:
        """The sightings about which something is new, in order."""
        return sorted({*self.new, *self.changed, *self.moved, *self.returned})

    @property
    def counts(self) -> dict[str, int]:
        """How many subjects came to each outcome; `seen` is how many were met for the first time in this run."""
        return {**Counter(one.outcome.value for one in self.met), "seen": len(self.met)}


def digest_of(observation: Observation) -> str:
    """Return 48 hexadecimal digits over what matters, then 16 over what moves without it mattering: meters, who is on
    which port, and when a directory's computer gave a sign of life."""
    moving: list[Any] = [observation.counters, observation.supplies]
    moving += [rows for rows in (observation.neighbours, observation.learnt, observation.clients) if rows]
    moving += [sign] if (sign := observation.facts.get(SIGN_OF_LIFE)) else []
    meters = repr(tuple(moving)) if any(moving) else ""
    return observation.digest()[:MATTERS] + hashlib.sha256(meters.encode()).hexdigest()[: LENGTH - MATTERS]


def is_same(digest: str, other: str) -> bool:
    """Say whether two digests differ in their meters at most."""
    return digest[:MATTERS] == other[:MATTERS]


@dataclass(slots=True)
class _Seen:
    """An observation with what is worked out about it once."""

    observation: Observation
    digest: str
    placement: Placement
    credential_id: int | None
    target: str

    @classmethod
    def of(cls, observation: Observation, origin: Origin) -> _Seen:
        credential_id = origin.credential_ids.get(observation.evidence.get("credential", ""))
        target = _fitting(observation.target, LONGEST_TARGET)
        return cls(observation, digest_of(observation), origin.place(observation), credential_id, target)

    def columns(self, origin: Origin) -> dict[str, Any]:
        found = {**_storable(self.observation.to_json()), "site": origin.site_code}
        # Whose addresses it resolved is kept as presences of their own.
        found.pop("resolved", None)
        if "evidence" in found:
            # Kept as a column of its own: which credential was let in says nothing about the device.
            found["evidence"].pop("credential", None)
        return {
            "observation": found,
            "target": self.target,
            "target_order": in_order(self.target),
            "credential_id": self.credential_id,
            "entity_id": self.placement.entity_id,
            "location_id": self.placement.location_id,
        }

    def is_more_than_a_date(self, known: Known) -> bool:
        """Say whether more than the last date moves: meters, the address asked, the credential or the place."""
        return bool(
            self.digest != known.digest
            or self.target != known.target
            or self.credential_id != known.credential_id
            or self.placement != Placement(known.entity_id, known.location_id)
        )


def _fitting(text: str, limit: int) -> str:
    """Return text that a column takes, whoever made it; "?" when nothing of it can be kept."""
    return clean(text, limit) or "?"


def _storable(found: dict[str, Any]) -> dict[str, Any]:
    """Return JSON without the characters that one store or the other cannot hold, wherever they come from."""
    # In ASCII, JSON writes everything suspect with a backslash: most devices have none.
    return _printable(found) if "\\" in json.dumps(found) else found


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else clean(value, LONGEST_TEXT) or ""
    if isinstance(value, dict):
        return {name: _printable(one) for name, one in value.items()}
    return [_printable(one) for one in value] if isinstance(value, list) else value


def store(observations: Iterable[Observation], origin: Origin) -> Stored:
    """Write a batch, whatever its size; the same one again writes nothing new and counts nothing twice.

    The site is the origin's, whatever the observations claim. Of two observations of one subject in one run, as a
    device with two addresses gives, the first is kept.
    """
    stored = Stored()
    left = list(observations)
    while left:
        by_source: dict[str, dict[str, Observation]] = {}
        further = []
        for observation in left:
            found = by_source.setdefault(_fitting(observation.source, LONGEST_SOURCE), {})
            key = _fitting(observation.source_key, LONGEST_KEY)
            if found.setdefault(key, observation) is not observation:
                further.append(observation)
        touched: list[int] = []
        for source, by_key in by_source.items():
            for keys in slices(list(by_key), LOOKED_UP_AT_ONCE):
                touched += _store_slice(source, {key: by_key[key] for key in keys}, origin, stored)
        for some in slices(touched, LOOKED_UP_AT_ONCE):
            db.session.execute(update(TABLE).where(among(TABLE.c.id, some)).values(**_last(origin)))
        left = further
    return stored


def _store_slice(
    source: str, observations: dict[str, Observation], origin: Origin, stored: Stored
) -> list[int]:
    """Write what one source saw; returns the sightings of which only the last date is to be moved."""
    known = _known(source, origin.site_code, _possible_keys(observations))
    observations = _told_apart(observations, known, origin)
    new: list[dict[str, Any]] = []
    touched: list[int] = []
    changed: list[int] = []
    rewritten: list[dict[str, Any]] = []
    for key, observation in observations.items():
        before = known.get(key)
        if before is not None and before.last_run_id == origin.run_id:
            stored.again.append(before.id)
            _note_same(before, observation, origin, stored)
            continue
        seen = _Seen.of(observation, origin)
        if before is None:
            new.append(_new_row(source, key, seen, origin))
            continue
        _sort_out(before, seen, stored)
        stored.met.append(_met(before, seen))
        if not is_same(seen.digest, before.digest):
            changed.append(before.id)
        elif not seen.is_more_than_a_date(before):
            touched.append(before.id)
            continue
        elif seen.digest != before.digest and SIGN_OF_LIFE in observation.facts:
            stored.alive.append(before.id)
        row = {**seen.columns(origin), **_last(origin), "digest": seen.digest, "row_id": before.id}
        rewritten.append(row)
    _insert(new, source, origin, stored)
    keep_revisions(changed)
    if rewritten:
        db.session.execute(update(TABLE).where(TABLE.c.id == bindparam("row_id")), rewritten)
    return touched


def _possible_keys(observations: Mapping[str, Observation]) -> list[str]:
    """The keys of what was seen, and those that devices have whose serial number another one states as well."""
    further = [
        _fitting(sameness.key_beside(one), LONGEST_KEY)
        for key, one in observations.items()
        if sameness.may_be_shared(key)
    ]
    return [*observations, *further]


def _told_apart(
    observations: Mapping[str, Observation], known: Mapping[str, Known], origin: Origin
) -> dict[str, Observation]:
    """Give a key of its own to what states the serial number of another device: it was told apart before, or is now.

    Who answers in the same run is told apart by all that there is; who answers later and elsewhere may have
    moved, and is another one only when it has none of the other's MAC addresses.
    """
    doubted = {
        before.id
        for key, one in observations.items()
        if (before := known.get(key)) is not None and _is_elsewhere(one, before)
    }
    marks = _marks_of(doubted)
    found = {}
    for key, one in observations.items():
        before = known.get(key)
        own = _fitting(sameness.key_beside(one), LONGEST_KEY) if sameness.may_be_shared(key) else key
        is_other = own != key and own in known
        if not is_other and before is not None and before.id in marks:
            in_this_run = before.last_run_id == origin.run_id
            differ = sameness.are_two if in_this_run else sameness.have_other_macs
            is_other = differ(marks[before.id], Marks.of(one))
        found[own if is_other else key] = sameness.beside(one) if is_other else one
    return found


def _is_elsewhere(one: Observation, before: Known) -> bool:
    return sameness.may_be_shared(before.source_key) and _fitting(one.target, LONGEST_TARGET) != before.target


def _marks_of(ids: Collection[int]) -> dict[int, Marks]:
    """What the sightings have whichever of their addresses is asked."""
    if not ids:
        return {}
    rows = db.session.execute(select(Sighting.id, Sighting.observation).where(among(Sighting.id, ids)))
    return {row.id: Marks.of(Observation.from_json(row.observation)) for row in rows}


def _note_same(before: Known, observation: Observation, origin: Origin, stored: Stored) -> None:
    target = _fitting(observation.target, LONGEST_TARGET)
    if target != before.target:
        credential_id = origin.credential_ids.get(observation.evidence.get("credential", ""))
        stored.same.append(Met(before.id, target, Outcome.SAME, before.target, credential_id))


def _sort_out(before: Known, seen: _Seen, stored: Stored) -> None:
    (stored.unchanged if is_same(before.digest, seen.digest) else stored.changed).append(before.id)
    if before.absent_since is not None:
        stored.returned.append(before.id)
    if Placement(before.entity_id, before.location_id) != seen.placement:
        stored.moved.append(before.id)


def _met(before: Known, seen: _Seen) -> Met:
    """What came of a subject that was known; one that answers at another of its own addresses has not moved."""
    outcome, moved_from = Outcome.UNCHANGED, ""
    if not is_same(before.digest, seen.digest):
        outcome = Outcome.CHANGED
    if before.absent_since is not None:
        outcome = Outcome.RETURNED
    own = {one.value for one in seen.observation.identifiers if one.kind == "ip"}
    if before.target != seen.target and before.target not in own:
        outcome, moved_from = Outcome.MOVED, before.target
    return Met(before.id, seen.target, outcome, moved_from, seen.credential_id)


def _known(source: str, site_code: str, keys: list[str]) -> dict[str, Known]:
    columns = (
        Sighting.id, Sighting.source_key, Sighting.digest, Sighting.last_run_id, Sighting.absent_since,
        Sighting.entity_id, Sighting.location_id, Sighting.target, Sighting.credential_id,
    )  # fmt: skip
    statement = select(*columns).where(
        Sighting.source == source, Sighting.site_code == site_code, among(Sighting.source_key, keys)
    )
    return {row.source_key: row for row in db.session.execute(statement)}


def _last(origin: Origin) -> dict[str, Any]:
    return {
        "last_seen_at": origin.at,
        "last_run_id": origin.run_id,
        "absent_since": None,
        # What is met by the way, outside its range, still belongs to its range's next conclusion.
        **({"range_id": origin.range_id} if origin.range_id else {}),
        **({"directory_id": origin.directory_id} if origin.directory_id else {}),
    }


def _new_row(source: str, key: str, seen: _Seen, origin: Origin) -> dict[str, Any]:
    return {
        **seen.columns(origin),
        **_last(origin),
        "source": source,
        "site_code": origin.site_code,
        "source_key": key,
        "subject": seen.observation.subject,
        "digest": seen.digest,
        "first_seen_at": origin.at,
    }


def _insert(rows: list[dict[str, Any]], source: str, origin: Origin, stored: Stored) -> None:
    if rows:
        bulk_load(TABLE, rows)
        known = _known(source, origin.site_code, [row["source_key"] for row in rows])
        for row in rows:
            id_ = known[row["source_key"]].id
            stored.new.append(id_)
            stored.met.append(Met(id_, row["target"], Outcome.NEW, "", row["credential_id"]))


def keep_revisions(ids: Sequence[int]) -> None:
    """Keep the present observations of these sightings, which others are about to replace."""
    if not ids:
        return
    earlier = select(
        Sighting.id, Sighting.digest, Sighting.observation, Sighting.last_seen_at, Sighting.last_run_id
    ).where(among(Sighting.id, ids), Sighting.digest != "")
    rows = [
        {"sighting_id": row.id, "digest": row.digest, "observation": row.observation,
         "observed_at": row.last_seen_at, "run_id": row.last_run_id}
        for row in db.session.execute(earlier)
    ]  # fmt: skip
    bulk_load(cast("Table", SightingRevision.__table__), rows)


def mark_absent(ids: Sequence[int], at: datetime) -> None:
    """Say of these sightings that a run which read their whole scope no longer met them."""
    for some in slices(ids, LOOKED_UP_AT_ONCE):
        statement = update(Sighting).where(among(Sighting.id, some)).values(absent_since=at)
        db.session.execute(statement.execution_options(synchronize_session=False))


def slices(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut a sequence into pieces of `size`, the last one shorter."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
