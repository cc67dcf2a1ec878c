"""Reads a device's objects over any link: several subtrees in each GETBULK, bounded in objects, octets and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scanners.coverage import Cause
from scanners.snmp import ber, tables
from scanners.snmp.ber import Binding, Oid, Value
from scanners.snmp.instances import LONGEST_VALUE, read_instances
from scanners.snmp.link import AskError, Link

VARBINDS_AT_ONCE = 40
# What a device has answered in full it may be asked for again, up to what fits in one Ethernet frame.
MOST_VARBINDS = 100
FRAME = 1_400
MOST_OCTETS = 4 * 1024 * 1024
UNPROVEN_TRIES = 2

TOO_BIG, NO_SUCH_NAME, NO_ACCESS, AUTHORIZATION = 1, 2, 6, 16
FORWARDS = 1  # ipForwarding


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one device may say; `seconds` do not count what its questions waited for their turn."""

    objects: int = 20_000
    seconds: float = 60.0
    octets: int = MOST_OCTETS


@dataclass(slots=True)
class Reading:
    """What a device said: for each object's OID its instances (index → value), and what could not be read."""

    address: str
    columns: dict[Oid, dict[Oid, Value]] = field(default_factory=dict)
    troubles: list[tuple[Cause, str]] = field(default_factory=list)
    whole: bool = True

    def scalar(self, name: Oid) -> Value:
        """The value of a scalar, or the first instance of a column; None if it was not said."""
        instances = self.columns.get(name)
        return next(iter(instances.values())) if instances else None

    def column(self, name: Oid) -> Mapping[Oid, Value]:
        """All instances of a column."""
        return self.columns.get(name, {})


class _Cursor:
    """Where a walk is inside one subtree: `at` is the name that it goes on from, `index` the last instance (None before any)."""

    __slots__ = ("at", "below", "done", "index", "most", "name", "root", "taken")

    def __init__(self, root: Oid, start: Oid, most: int, name: str) -> None:
        self.root = root
        self.below = ber.encode_oid(root)
        self.at = ber.encode_oid(start)
        self.index: Oid | None = () if start == root else None
        self.most = most
        self.name = name
        self.taken = 0
        self.done = False


More = Callable[[Reading], Iterable[Oid]]


class _OverBounds(Exception):
    """The device has said as much as it may."""


class Walk:
    """A walk over one device."""

    def __init__(self, link: Link, bounds: Bounds) -> None:
        self.reading = Reading(link.address)
        self._link = link
        self._bounds = bounds
        self.end = time.monotonic() + bounds.seconds
        self._objects = 0
        self._octets = 0
        self._width = VARBINDS_AT_ONCE
        self._varbinds = VARBINDS_AT_ONCE
        self._most_varbinds = MOST_VARBINDS
        self._bulk_proven = False

    async def read(self, roots: Iterable[Oid], name: str, most: int = 1_000_000) -> None:
        """Read at most `most` instances below each root into the reading; raises AskError where nothing more can be had."""
        await self._read([_Cursor(root, root, most, name) for root in roots], most)

    async def read_own(self, objects: Iterable[Oid]) -> None:
        """Read the first instance of each of the maker's objects, which may be the instance itself."""
        await self._read([_Cursor(one, _before(one), 1, "maker's objects") for one in objects], 1)

    async def _read(self, cursors: Sequence[_Cursor], most: int) -> None:
        while live := [cursor for cursor in cursors if not cursor.done]:
            if time.monotonic() - self._link.held > self.end:
                raise _OverBounds
            batch = live[: self._width]
            repetitions = max(1, min(self._varbinds // len(batch), most))
            reply = await self._ask(batch, repetitions)
            if reply.error_status:
                self._refused(reply, batch, repetitions)
            else:
                self._fit(reply, len(batch) * repetitions)
                self._take(reply.bindings[: len(batch) * repetitions], batch)

    def _fit(self, reply: ber.Reply, asked: int) -> None:
        """Ask next for as many objects as fill a frame, of the size of those that an answer in full brought."""
        count = len(reply.bindings)
        if reply.size and count >= asked:
            fitting = max(VARBINDS_AT_ONCE, count * FRAME // reply.size)
            self._varbinds = min(fitting, self._most_varbinds)

    async def _ask(self, batch: Sequence[_Cursor], repetitions: int) -> ber.Reply:
        names = [cursor.at for cursor in batch]
        if self._link.bulk:
            request = ber.Request(ber.GET_BULK, names, 0, repetitions)
            if self._bulk_proven:
                return await self._link.ask(request)
            try:
                reply = await self._link.ask(request, UNPROVEN_TRIES)
            except AskError as error:
                if error.cause not in (Cause.TIMEOUT_MIDWAY, Cause.MALFORMED):
                    raise
                # Some agents say nothing to GETBULK, or their long answers are lost on the way.
                self._link.bulk = False
            else:
                self._bulk_proven = True
                return reply
        return await self._link.ask(ber.Request(ber.GET_NEXT, names))

    def _take(self, bindings: Sequence[Binding], batch: Sequence[_Cursor]) -> None:
        """Give each cursor its part of an answer: the first objects of all of them, then the second ones (RFC 3416 §4.2.3)."""
        if not bindings:
            self._give_up(batch, Cause.MALFORMED, "an answer with nothing in it")
        for place, (cursor, (name, tag, _value)) in enumerate(zip(batch, bindings, strict=False)):
            if tag in ber.EXCEPTIONS or not name.startswith(cursor.below):
                cursor.done = True  # what a device does not have at all: most of what it is asked first
            else:
                self._advance(cursor, bindings[place :: len(batch)])

    def _advance(self, cursor: _Cursor, bindings: Sequence[Binding]) -> None:
        below, depth, index = cursor.below, len(cursor.below), cursor.index
        found: dict[Oid, Value] = {}
        octets, room = 0, self._bounds.objects - self._objects
        for name, tag, value in bindings[: min(cursor.most - cursor.taken, room + 1)]:
            if tag in ber.EXCEPTIONS or not name.startswith(below):
                cursor.done = True
                break
            rest = name[depth:]
            following = tuple(rest) if rest.isascii() else ber.decode_numbers(rest)
            if index is not None and following <= index:
                self._give_up((cursor,), Cause.LOOPING, cursor.name)
                break
            if isinstance(value, bytes):
                found[following] = value[:LONGEST_VALUE]
                octets += min(len(value), LONGEST_VALUE)
            else:
                found[following] = value
            octets += 8 * len(rest)
            index, cursor.at = following, name
        if not found:
            return
        cursor.index = index
        over = len(found) > room
        if over:
            found.popitem()
        self._keep(cursor, found)
        self._octets += octets
        if over or self._octets > self._bounds.octets:
            raise _OverBounds

    def _keep(self, cursor: _Cursor, found: Mapping[Oid, Value]) -> None:
        if found:  # none where the bound was reached before
            self.reading.columns.setdefault(cursor.root, {}).update(found)
        self._objects += len(found)
        cursor.taken += len(found)
        if cursor.taken >= cursor.most:
            cursor.done = True

    def _refused(self, reply: ber.Reply, batch: Sequence[_Cursor], repetitions: int) -> None:
        """What an error status means for the cursors: smaller questions, or the end of one of them."""
        named = (
            batch[reply.error_index - 1 : reply.error_index] if 0 < reply.error_index <= len(batch) else ()
        )
        if reply.error_status == TOO_BIG and repetitions > 1:
            self._varbinds = self._most_varbinds = max(1, len(batch) * repetitions // 2)
        elif reply.error_status in (NO_ACCESS, AUTHORIZATION):
            self._give_up(named or batch, Cause.AUTHORIZATION, batch[0].name)
        elif reply.error_status != TOO_BIG and named:
            named[0].done = True
        elif len(batch) > 1:
            self._width = max(1, len(batch) // 2)
        elif reply.error_status == TOO_BIG:
            self._give_up(batch, Cause.TOO_BIG, batch[0].name)
        else:
            batch[0].done = True

    def _give_up(self, cursors: Iterable[_Cursor], cause: Cause, detail: str) -> None:
        for cursor in cursors:
            cursor.done = True
        if (cause, detail) not in self.reading.troubles:
            self.reading.troubles.append((cause, detail))

    async def everything(self, more: More) -> None:
        """The standard scalars, what `more` names once they are known (until it names nothing new), then the standard tables."""
        probes = [probe for table in tables.TABLES for probe in table.probes]
        await self.read([*tables.SCALARS, *probes], "system", most=1)
        said = {probe for probe in probes if self.reading.columns.pop(probe, None)}
        found = [table for table in tables.TABLES if said.intersection(table.probes)]
        asked: set[Oid] = set()
        while own := [oid for oid in more(self.reading) if oid not in asked]:
            asked.update(own)
            await self.read_own(own)
        for table in found:
            if table.identity:
                await self.read(table.columns, table.name)
        rest = [
            column for table in found if not table.identity and not table.most for column in table.columns
        ]
        if rest:
            await self.read(rest, "tables")
        for table in found:
            if table.most and not (table.unless and self.reading.column(table.unless)):
                await self.read(table.columns, table.name, table.most)
        if self.reading.scalar(tables.IP_FORWARDING) == FORWARDS or self.reading.scalar(tables.BRIDGE_PORTS):
            await self._resolved()

    async def _resolved(self) -> None:
        """What it resolved, as far as they can be had: what is missing of them says nothing about the device itself."""
        troubles = list(self.reading.troubles)
        try:
            await self.read(tables.RESOLVED_COLUMNS, "resolved addresses", tables.MOST_RESOLVED)
        except (_OverBounds, AskError):
            return
        finally:
            self.reading.troubles[:] = troubles


def _before(one: Oid) -> Oid:
    """An OID from which GETNEXT leads to `one` itself, if it is an instance, else to what is first below it.

    Agents that count in 32 bits with a sign do not know numbers above 2³¹ - 1."""
    return (*one[:-1], one[-1] - 1, 2**31 - 1) if one[-1] else one[:-1]


async def read_device(link: Link, bounds: Bounds, more: More = lambda _: ()) -> Reading:
    """All that is read of one device, by GET alone where walks tell nothing; `whole` is false if it fell silent midway.

    Raises AskError if it said nothing at all."""
    walk = Walk(link, bounds)
    reading = walk.reading
    trouble = await _walked(walk, more)
    if not reading.columns and {cause for cause, _ in reading.troubles} <= _NO_WALKS:
        refused = trouble or (AskError(*reading.troubles[0]) if reading.troubles else None)
        try:
            await read_instances(link, reading.columns, lambda: more(reading), walk.end)
        except AskError as error:
            raise refused or error from None
        if reading.columns:
            reading.troubles.clear()
            reading.whole = True
    if not reading.columns and reading.troubles:
        raise trouble or AskError(*reading.troubles[0])
    return reading


# What an agent that does not let itself be walked answers, if not the end of its objects at once.
_NO_WALKS = frozenset({Cause.TIMEOUT_MIDWAY, Cause.AUTHORIZATION})


async def _walked(walk: Walk, more: More) -> AskError | None:
    """Walk over a device; what stopped the walk, which is noted as a trouble too."""
    reading = walk.reading
    try:
        await walk.everything(more)
    except _OverBounds:
        reading.troubles.append((Cause.CAP_REACHED, ""))
    except AskError as error:
        reading.whole = False
        reading.troubles.append((error.cause, error.detail))
        return error
    return None


async def read_columns(
    link: Link, bounds: Bounds, columns: Iterable[Oid], *, name: str, most: int
) -> Reading:
    """Some columns of a device by themselves, at most `most` instances of each; raises AskError."""
    walk = Walk(link, bounds)
    try:
        await walk.read(columns, name, most)
    except _OverBounds:
        walk.reading.troubles.append((Cause.CAP_REACHED, name))
    return walk.reading
