"""Reads by GET what identifies a device that answers nothing else, as some desk phones do: the instances that are likely to exist."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from scanners.coverage import Cause
from scanners.snmp import ber, tables
from scanners.snmp.ber import Name, Oid
from scanners.snmp.link import AskError, Link

Columns = dict[Oid, dict[Oid, ber.Value]]
AT_ONCE = 10
TRIES = 2
LONGEST_VALUE = 2048

_SYSTEM = tables.SCALARS[:7]
# What identifies a device behind its system group: scalars, or columns of one row.
_ALONE = tuple(
    one
    for one in tables.SCALARS[7:]
    if one not in (tables.BRIDGE_PORT, tables.BRIDGE_LEARNT, tables.VLAN_LEARNT)
)
_ROWS = (
    *(tables.IF_TYPE, tables.IF_DESCR, tables.IF_MAC, tables.IF_OPER),
    *(tables.ENT_CLASS, tables.ENT_SERIAL, tables.ENT_MODEL, tables.ENT_MAKER, tables.ENT_SOFTWARE),
    *(tables.HR_DEVICE_TYPE, tables.HR_DEVICE_DESCR),
)
_FIRST_ROWS: tuple[Oid, ...] = ((1,), (2,))


async def read_instances(link: Link, columns: Columns, more: Callable[[], Iterable[Oid]], end: float) -> None:
    """Add to the columns (object → index → value) what a device says to GET, until `end` (monotonic) at the latest.

    First its system group, then first instances of what tells other devices apart, and of what `more` names for what is
    known by then. Raises AskError where it is silent to GET too."""
    getting = _Getting(link, columns, end)
    await getting.read((one, (0,)) for one in _SYSTEM)
    if not columns:
        return
    await getting.read((one, index) for one in _ALONE for index in ((0,), (1,)))
    asked: set[Oid] = set()
    while own := [one for one in more() if one not in asked]:
        asked.update(own)
        # A rule may name the object, or the very instance.
        await getting.read((one, index) for one in own for index in ((), (0,), (1,)))
    await getting.read((one, index) for one in _ROWS for index in _FIRST_ROWS)


class _Getting:
    """The questions to one device: in tens, and fewer where it refuses so many."""

    def __init__(self, link: Link, columns: Columns, end: float) -> None:
        self._link, self._columns, self._end = link, columns, end
        self._width = AT_ONCE

    async def read(self, wanted: Iterable[tuple[Oid, Oid]]) -> None:
        """Ask for each instance (object, index) once; what does not exist is left out."""
        left = {ber.encode_oid((*one, *index)): (one, index) for one, index in wanted}
        while left and time.monotonic() - self._link.held < self._end:
            names = list(left)[: self._width]
            for name in await self._settled(names, left):
                del left[name]

    async def _settled(self, names: list[Name], left: dict[Name, tuple[Oid, Oid]]) -> Iterable[Name]:
        """The names that need not be asked for again; none where fewer are to be asked for at once."""
        try:
            reply = await self._link.ask(ber.Request(ber.GET, names), TRIES)
        except AskError as error:
            if error.cause not in (Cause.TIMEOUT_MIDWAY, Cause.MALFORMED) or self._width == 1:
                raise
            self._width = 1
            return ()
        if reply.error_status:
            # One that does not exist is named (SNMPv1); otherwise it was too much, or one of them is wrong.
            if 0 < reply.error_index <= len(names):
                return names[reply.error_index - 1 : reply.error_index]
            if len(names) == 1:
                return names
            self._width = len(names) // 2
            return ()
        self._keep(reply, left)
        return names

    def _keep(self, reply: ber.Reply, left: dict[Name, tuple[Oid, Oid]]) -> None:
        for one, index, value in _said(reply, left):
            self._columns.setdefault(one, {})[index] = value


def _said(reply: ber.Reply, left: dict[Name, tuple[Oid, Oid]]) -> Iterator[tuple[Oid, Oid, ber.Value]]:
    """(object, index, value) of each instance that was asked for and exists."""
    for name, _tag, value in reply.bindings:
        if name in left and value is not None:
            yield *left[name], value[:LONGEST_VALUE] if isinstance(value, bytes) else value
