"""Reads a device's objects over any link: several subtrees in each GETBULK, bounded in objects, octets and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scanners.coverage import Cause
from scanners.snmp import ber, tables
from scanners.snmp.ber import Oid, Value, VarBind
from scanners.snmp.link import AskError, Link

VARBINDS_AT_ONCE = 40
MOST_REPETITIONS = 25
MOST_OCTETS = 4 * 1024 * 1024
LONGEST_VALUE = 2048
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
    """Where a walk is inside one subtree."""

    __slots__ = ("at", "depth", "done", "most", "name", "root", "taken")

    def __init__(self, root: Oid, start: Oid, most: int, name: str) -> None:
        self.root = root
        self.depth = len(root)
        self.at = start
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
        self._end = time.monotonic() + bounds.seconds
        self._objects = 0
        self._octets = 0
        self._width = VARBINDS_AT_ONCE
        self._varbinds = VARBINDS_AT_ONCE
        self._bulk_proven = False

    async def read(self, roots: Iterable[Oid], name: str, most: int = 1_000_000) -> None:
        """Read at most `most` instances below each root into the reading; raises AskError where nothing more can be had."""
        await self._read([_Cursor(root, root, most, name) for root in roots], most)

    async def read_own(self, objects: Iterable[Oid]) -> None:
        """Read the first instance of each of the maker's objects, which may be the instance itself."""
        await self._read([_Cursor(one, _before(one), 1, "maker's objects") for one in objects], 1)

    async def _read(self, cursors: Sequence[_Cursor], most: int) -> None:
        while live := [cursor for cursor in cursors if not cursor.done]:
            if time.monotonic() - self._link.held > self._end:
                raise _OverBounds
            batch = live[: self._width]
            repetitions = max(1, min(MOST_REPETITIONS, self._varbinds // len(batch), most))
            reply = await self._ask(batch, repetitions)
            if reply.error_status:
                self._refused(reply, batch, repetitions)
            else:
                self._take(reply.varbinds[: len(batch) * repetitions], batch)

    async def _ask(self, batch: Sequence[_Cursor], repetitions: int) -> ber.Reply:
        oids = [cursor.at for cursor in batch]
        if self._link.bulk:
            request = ber.Request(ber.GET_BULK, oids, 0, repetitions)
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
        return await self._link.ask(ber.Request(ber.GET_NEXT, oids))

    def _take(self, varbinds: Sequence[VarBind], batch: Sequence[_Cursor]) -> None:
        moved = False
        for place, varbind in enumerate(varbinds):
            cursor = batch[place % len(batch)]
            if not cursor.done:
                self._advance(cursor, varbind)
                moved = True
        if not moved:
            self._give_up(batch, Cause.MALFORMED, "an answer with nothing in it")

    def _advance(self, cursor: _Cursor, varbind: VarBind) -> None:
        oid, tag, value = varbind
        depth = cursor.depth
        if tag in ber.EXCEPTIONS or oid[:depth] != cursor.root:
            cursor.done = True
            return
        if oid <= cursor.at:
            self._give_up((cursor,), Cause.LOOPING, cursor.name)
            return
        cursor.at = oid
        index = oid[depth:]
        self._octets += 8 * len(index)
        if isinstance(value, bytes):
            value = value[:LONGEST_VALUE]
            self._octets += len(value)
        self._objects += 1
        if self._objects > self._bounds.objects or self._octets > self._bounds.octets:
            raise _OverBounds
        if cursor.taken:
            self.reading.columns[cursor.root][index] = value
        else:
            self.reading.columns.setdefault(cursor.root, {})[index] = value
        cursor.taken += 1
        cursor.done = cursor.taken >= cursor.most

    def _refused(self, reply: ber.Reply, batch: Sequence[_Cursor], repetitions: int) -> None:
        """What an error status means for the cursors: smaller questions, or the end of one of them."""
        named = (
            batch[reply.error_index - 1 : reply.error_index] if 0 < reply.error_index <= len(batch) else ()
        )
        if reply.error_status == TOO_BIG and repetitions > 1:
            self._varbinds = max(1, len(batch) * repetitions // 2)
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
    """All that is read of one device; `whole` is false if it fell silent midway. Raises AskError if it said nothing at all."""
    walk = Walk(link, bounds)
    reading = walk.reading
    try:
        await walk.everything(more)
    except _OverBounds:
        reading.troubles.append((Cause.CAP_REACHED, ""))
    except AskError as error:
        if not reading.columns:
            raise
        reading.whole = False
        reading.troubles.append((error.cause, error.detail))
    if not reading.columns and reading.troubles:
        raise AskError(*reading.troubles[0])
    return reading


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
