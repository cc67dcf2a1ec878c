"""Reads the forwarding table of each VLAN from switches that keep one behind a community (`name@vlan`) or context (`vlan-…`) of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from scanners.coverage import Cause
from scanners.snmp import ber, tables
from scanners.snmp.collect import Bounds, Reading, read_columns
from scanners.snmp.link import TRIES, AskError, Link
from scanners.snmp.options import Credential, UsmUser

MOST_VLANS = 128
OPERATIONAL = 1  # vtpVlanState
# Kept for FDDI and token ring by every such switch; nothing is ever learnt there.
_RESERVED = range(1002, 1006)
_TRIES = 2
# How a device says that it knows no such community or context; the last is silence to a user that it has just answered.
_UNKNOWN = frozenset({Cause.TIMEOUT_MIDWAY, Cause.AUTHORIZATION, Cause.DECRYPTION})


@dataclass(slots=True)
class _Hasty:
    """A link that gives up early: whether a device knows such communities at all is not known before it is asked."""

    inner: Link
    address: str
    bulk: bool
    held: float = 0.0

    async def ask(self, request: ber.Request, tries: int = TRIES) -> ber.Reply:
        """The device's answer; raises AskError."""
        try:
            return await self.inner.ask(request, min(tries, _TRIES))
        finally:
            self.held = self.inner.held


def vlans(reading: Reading) -> list[int]:
    """The VLANs to be asked one by one: those that CISCO-VTP-MIB calls operational, where no table tells all VLANs."""
    if reading.column(tables.VLAN_LEARNT):
        return []
    states = reading.column(tables.VTP_VLAN_STATE).items()
    found = {index[1] for index, state in states if len(index) == 2 and state == OPERATIONAL}
    return sorted(one for one in found if 0 < one < 4095 and one not in _RESERVED)[:MOST_VLANS]


def of_vlan(credential: Credential, vlan: int) -> Credential:
    """The credential that leads to a VLAN's own tables on switches of Cisco's making: its community, or its SNMPv3 context."""
    if isinstance(credential, UsmUser):
        return replace(credential, context=f"vlan-{vlan}")
    return replace(credential, name=f"{credential.name}@{vlan}")


async def read_vlans(
    reading: Reading, credential: Credential, link: Callable[[Credential], Link], bounds: Bounds
) -> None:
    """Add what each VLAN tells to the reading, as Q-BRIDGE-MIB would; a device that knows no such thing keeps what it said."""
    end = time.monotonic() + bounds.seconds
    for vlan in vlans(reading):
        inner = link(of_vlan(credential, vlan))
        hasty, columns = _Hasty(inner, inner.address, inner.bulk), (tables.BRIDGE_LEARNT, tables.BRIDGE_PORT)
        try:
            said = await read_columns(hasty, bounds, columns, name=f"VLAN {vlan}", most=tables.MOST_LEARNT)
        except AskError as error:
            if error.cause not in _UNKNOWN:
                reading.troubles.append((error.cause, f"VLAN {vlan}"))
            return
        _add(reading, said, vlan)
        end += hasty.held
        if time.monotonic() > end:
            reading.troubles.append((Cause.CAP_REACHED, f"VLAN {vlan}"))
            return


def _add(reading: Reading, said: Reading, vlan: int) -> None:
    learnt = reading.columns.setdefault(tables.VLAN_LEARNT, {})
    for index, port in said.column(tables.BRIDGE_LEARNT).items():
        if len(learnt) >= tables.MOST_LEARNT:
            return
        learnt[(vlan, *index)] = port
    reading.columns.setdefault(tables.BRIDGE_PORT, {}).update(said.column(tables.BRIDGE_PORT))
