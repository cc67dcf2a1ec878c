"""Small networks as scans see them: switches with coherent tables, and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scanners.observation import Interface, Learnt, Neighbour, Observation
from tests.reconciliation.nights import device


def mac(n: int) -> str:
    """The address of device number `n`."""
    return f"00:1b:c5:00:{n // 256:02x}:{n % 256:02x}"


def port_name(number: int) -> str:
    return f"Gi1/0/{number}"


def seen(n: int, kind: str, name: str, **more: Any) -> Observation:
    """A device with a serial and one address."""
    serial = f"SER{n:05d}"
    target = f"10.0.0.{n}"
    found = device(
        f"serial:HP:{serial}",
        f"serial:{serial}@HP", f"base_mac:{mac(n)}", f"name:{name}@LBX", f"ip:{target}@LBX",
        target=target, kind=kind, manufacturer="HP", model=f"Model of {kind}", serial=serial, name=name,
    )  # fmt: skip
    return replace(found, **more)


def switch(
    n: int,
    name: str,
    learnt: Mapping[int, Sequence[int]],
    neighbours: Sequence[Neighbour] = (),
    *,
    vlan: int = 10,
) -> Observation:
    """A switch of 24 ports that learnt the addresses of these device numbers on its ports."""
    ports = [
        Interface(
            number,
            port_name(number),
            speed_bps=10**9,
            admin_up=True,
            oper_up=number in learnt,
            kind="ethernet",
        )
        for number in range(1, 25)
    ]
    rows = tuple(
        Learnt(port, vlan, tuple(sorted(mac(one) for one in numbers)))
        for port, numbers in sorted(learnt.items())
    )
    return seen(n, "switch", name, interfaces=tuple(ports), learnt=rows, neighbours=tuple(neighbours))


CORE, EDGE, PRINTER, LAPTOP, PHONE = 1, 2, 11, 12, 13


def network(*, laptop: tuple[int, int] = (EDGE, 7), printer: int = 5) -> list[Observation]:
    """A core and an edge switch, a printer on the edge, and a laptop on a (switch, port)."""
    edge = {1: [CORE], printer: [PRINTER]}
    core = {24: [EDGE, PRINTER]}
    (edge if laptop[0] == EDGE else core).setdefault(laptop[1], []).append(LAPTOP)
    (core[24] if laptop[0] == EDGE else edge[1]).append(LAPTOP)
    return [
        switch(CORE, "sw-mairie", core),
        switch(EDGE, "sw-ecole", edge),
        seen(PRINTER, "printer", "imp-accueil"),
        seen(LAPTOP, "laptop", "pc-compta"),
    ]
