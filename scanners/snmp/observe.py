"""Makes one observation of what a device said: its facts, what identifies it, and the key it is known by night after night."""

from __future__ import annotations

from datetime import datetime

from scanners.identity import (
    canonical_engine_id,
    canonical_hostname,
    canonical_ip,
    canonical_mac,
    canonical_maker,
    canonical_serial,
)
from scanners.observation import Identifier, Interface, Observation
from scanners.snmp import tables
from scanners.snmp.collect import Reading
from scanners.snmp.identify import Findings, identify
from scanners.snmp.interfaces import interfaces, own_addresses, physical_macs
from scanners.snmp.ports import learnt, neighbours
from scanners.snmp.printers import alerts, counters, supplies, trays
from scanners.snmp.profile import Profiles
from scanners.snmp.resolved import resolved
from scanners.snmp.wireless import clients

# A chassis MAC identifies these; a computer's MACs move with docks and cards, and stay weak.
_ONE_MAC = frozenset(
    {
        *(
            "printer",
            "multifunction_printer",
            "label_printer",
            "switch",
            "router",
            "firewall",
            "access_point",
        ),
        *(
            "wireless_controller",
            "load_balancer",
            "ups",
            "pdu",
            "camera",
            "desk_phone",
            "environment_probe",
            "management_board",
        ),
    }
)
_NETWORK_GEAR = frozenset(
    {"switch", "router", "firewall", "access_point", "wireless_controller", "load_balancer"}
)
MOST_MACS = 128
MOST_SUPPLIES = 256


def observe(
    reading: Reading, profiles: Profiles, *, site: str, at: datetime, engine_id: bytes = b""
) -> Observation:
    """The observation of one device."""
    found = identify(reading, profiles)
    found.say("alerts", alerts(reading) or None, "Printer-MIB prtAlertTable")
    ports = interfaces(reading)
    identifiers = identified_by(reading, found, ports, site=site, engine_id=engine_id)
    return Observation(
        source="snmp",
        site=site,
        target=reading.address,
        observed_at=at,
        source_key=source_key_of(identifiers, reading.address),
        facts=found.facts,
        identifiers=identifiers,
        interfaces=ports,
        supplies=(*supplies(reading), *trays(reading))[:MOST_SUPPLIES],
        counters=counters(reading, profiles.fitting(reading)),
        components=found.components,
        neighbours=neighbours(reading, ports),
        learnt=learnt(reading, ports),
        clients=clients(reading),
        resolved=resolved(reading),
        evidence=found.evidence,
    )


def identified_by(
    reading: Reading, found: Findings, ports: tuple[Interface, ...], *, site: str, engine_id: bytes
) -> tuple[Identifier, ...]:
    """What a device of these facts is known by: its serial, base MAC, engine id, other MACs, name and addresses."""
    kind = found.text("kind")
    maker = found.text("manufacturer")
    serial = canonical_serial(found.text("serial"), maker)
    identifiers = [Identifier("serial", serial, canonical_maker(maker) or "")] if serial else []
    base = _base_mac(reading, kind, ports, found)
    if base is not None:
        identifiers.append(Identifier("base_mac", base))
    engine = _engine_id(reading, engine_id)
    if engine is not None and kind in _NETWORK_GEAR:
        identifiers.append(Identifier("engine_id", engine))
    identifiers += [Identifier("mac", mac) for mac in physical_macs(ports)[:MOST_MACS] if mac != base]
    name = canonical_hostname(found.text("name"))
    if name is not None:
        identifiers.append(Identifier("name", name, site))
    addresses = own_addresses(reading) | {canonical_ip(reading.address) or reading.address}
    identifiers += [Identifier("ip", address, site) for address in sorted(addresses)]
    return tuple(identifiers)


def _base_mac(
    reading: Reading, kind: str | None, ports: tuple[Interface, ...], found: Findings
) -> str | None:
    """The one address of the box: its bridge's, its LLDP chassis id, or that of its first physical port.

    A base address is given by the device about itself, so that a locally administered one counts too."""
    if kind not in _ONE_MAC:
        return None
    bridge = reading.scalar(tables.BRIDGE_ADDRESS)
    if isinstance(bridge, bytes) and (mac := canonical_mac(bridge)):
        found.evidence.setdefault("base_mac", "BRIDGE-MIB dot1dBaseBridgeAddress")
        return mac
    chassis = reading.scalar(tables.LLDP_CHASSIS_ID)
    if (
        reading.scalar(tables.LLDP_CHASSIS_SUBTYPE) == 4
        and isinstance(chassis, bytes)
        and (mac := canonical_mac(chassis))
    ):
        found.evidence.setdefault("base_mac", "LLDP-MIB lldpLocChassisId")
        return mac
    physical = physical_macs(ports)
    first = next((port.mac for port in ports if port.mac in physical), None)
    if first is not None:
        found.evidence.setdefault("base_mac", "IF-MIB: its first physical port")
    return first


def _engine_id(reading: Reading, answered: bytes) -> str | None:
    said = reading.scalar(tables.ENGINE_ID)
    return (
        canonical_engine_id(said)
        if isinstance(said, bytes)
        else canonical_engine_id(answered)
        if answered
        else None
    )


def source_key_of(identifiers: tuple[Identifier, ...], address: str) -> str:
    """The strongest that stays: serial with maker, base MAC, engine id only where its text holds a MAC, else the address.

    Other engine ids are copied with configurations and images: they identify among other evidence, never alone."""
    by_kind = {one.kind: one for one in reversed(identifiers)}
    serial = by_kind.get("serial")
    if serial is not None and serial.scope:
        return f"serial:{serial.scope}:{serial.value}"
    if "base_mac" in by_kind:
        return f"base_mac:{by_kind['base_mac'].value}"
    engine = by_kind.get("engine_id")
    if engine is not None and _has_mac(engine.value):
        return f"engine_id:{engine.value}"
    return f"address:{address}"


def _has_mac(engine_id: str) -> bool:
    """RFC 3411's format 3: the enterprise, an octet 03 and a MAC that is nobody else's."""
    octets = bytes.fromhex(engine_id)
    return (
        len(octets) == 11
        and bool(octets[0] & 0x80)
        and octets[4] == 3
        and canonical_mac(octets[5:]) is not None
    )
