"""Turns what a device said into facts by general rules (standard MIBs, enterprise number, sysDescr) and device profiles, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scanners.identity import canonical_serial, is_junk
from scanners.makers import leading_maker
from scanners.observation import Component, Fact
from scanners.snmp import tables
from scanners.snmp.ber import Oid
from scanners.snmp.collect import Reading
from scanners.snmp.descriptions import is_host, product_in, serial_in, version_in
from scanners.snmp.enterprises import Enterprise, enterprise_of
from scanners.snmp.kinds import kind_of
from scanners.snmp.profile import Device, Profile, Profiles, dotted, useful
from scanners.snmp.systems import kernel_in, system_in
from scanners.text import printable

OTHER, CHASSIS, CONTAINER, POWER_SUPPLY, MODULE = 1, 3, 5, 6, 9
_PARTS_OF_THEIR_OWN = frozenset({POWER_SUPPLY, 7, 8, 10, 12})  # fans, sensors, ports, processors
_COMPONENT_KINDS = {CHASSIS: "chassis", POWER_SUPPLY: "power_supply", MODULE: "module", 7: "fan", 10: "port"}


@dataclass(slots=True)
class Findings:
    """Facts and, for each, where it comes from; the first answer stands."""

    facts: dict[str, Fact] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    components: tuple[Component, ...] = ()

    def say(self, name: str, value: Fact | None, why: str) -> None:
        """Set a fact that is not known yet; nothing is set for None."""
        if value is not None and value != "" and name not in self.facts:
            self.facts[name] = value
            self.evidence[name] = why

    def text(self, name: str) -> str | None:
        """A fact that is text, if it is known."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else None


def identify(reading: Reading, profiles: Profiles) -> Findings:
    """The facts about one device; what it did not say, or said badly, stays absent."""
    found = Findings()
    object_id = reading.scalar(tables.SYS_OBJECT_ID)
    enterprise = enterprise_of(object_id) if isinstance(object_id, tuple) else None
    device = Device.of(reading)
    description = device.description
    fitting = profiles.fitting(reading)
    _system(reading, found)
    for profile in fitting:
        _own_objects(device, profile, found)
    for profile in fitting:
        _own_grammar(description, profile, found)
    _said_in(description, "sysDescr", found)
    _entity(reading, found)
    _standard(reading, found)
    if not is_host(description):
        _said_in(printable(reading.scalar(tables.LLDP_SYS_DESCR)) or "", "LLDP-MIB lldpLocSysDesc", found)
    _products(fitting, object_id, found)
    _maker(enterprise, fitting, description, found)
    found.say("kind", *kind_of(reading, enterprise, description, fitting))
    _printer_model(reading, found)
    if enterprise is not None:
        _product(enterprise, description, found)
    _system_software(reading, description, found)
    for pattern, name in (one for profile in fitting for one in profile.rename):
        if model := found.text("model"):
            found.facts["model"] = pattern.sub(name, model)
    return found


def _system(reading: Reading, found: Findings) -> None:
    for name, oid in (
        ("description", tables.SYS_DESCR),
        ("name", tables.SYS_NAME),
        ("location", tables.SYS_LOCATION),
        ("contact", tables.SYS_CONTACT),
    ):
        value = printable(reading.scalar(oid))
        found.say(name, value, f"SNMPv2-MIB {dotted(oid)}.0")
    object_id = reading.scalar(tables.SYS_OBJECT_ID)
    if isinstance(object_id, tuple) and len(object_id) > 2:
        found.say("object_id", dotted(object_id), "SNMPv2-MIB sysObjectID")
    ticks = reading.scalar(tables.SYS_UP_TIME)
    if isinstance(ticks, int):
        found.say("uptime_s", ticks // 100, "SNMPv2-MIB sysUpTime")
    memory = reading.scalar(tables.HR_MEMORY_KB)
    if isinstance(memory, int) and memory > 0:
        found.say("memory_bytes", memory * 1024, "HOST-RESOURCES-MIB hrMemorySize")


@dataclass(frozen=True, slots=True)
class _Part:
    index: Oid
    kind: int
    model: str | None
    serial: str | None
    maker: str | None
    name: str | None
    description: str | None
    firmware: str | None


def _parts(reading: Reading) -> list[_Part]:
    """The parts that say something of themselves, and every chassis; a switch has a hundred ports that do not."""
    classes, serials, models = (
        reading.column(one) for one in (tables.ENT_CLASS, tables.ENT_SERIAL, tables.ENT_MODEL)
    )
    versions = (reading.column(tables.ENT_SOFTWARE), reading.column(tables.ENT_FIRMWARE))
    others = tuple(reading.column(one) for one in (tables.ENT_MAKER, tables.ENT_NAME, tables.ENT_DESCR))
    parts = []
    for index in sorted({*classes, *serials, *models}):
        kind, model, serial = classes.get(index), useful(models.get(index)), useful(serials.get(index))
        firmware = next(filter(None, (useful(one.get(index)) for one in versions)), None)
        if kind == CHASSIS or model or serial or firmware:
            maker, name, description = (useful(one.get(index)) for one in others)
            known = kind if isinstance(kind, int) else 0
            parts.append(_Part(index, known, model, serial, maker, name, description, firmware))
    return parts


def _entity(reading: Reading, found: Findings) -> None:
    """ENTITY-MIB: the device is its first chassis that says who it is; other chassis are members of its stack."""
    parts = _parts(reading)
    chassis = [part for part in parts if part.kind == CHASSIS]
    told = [part for part in chassis if part.serial or part.model]
    if parts and parts[0].kind == CONTAINER and parts[0].serial and parts[0].model:
        told.insert(0, parts[0])  # an agent that calls its cards chassis, and what holds them a container
    if not chassis:  # an agent that numbers its parts but does not class them puts the box first
        told = [part for part in parts if (part.serial or part.model) and part.kind in (0, OTHER)]
    main = next(iter(told or chassis), None)
    if main is not None:
        found.say("manufacturer", main.maker, "ENTITY-MIB chassis")
        if main.model is not None and not _PART_NUMBER.fullmatch(main.model):
            found.say("model", main.model, "ENTITY-MIB chassis")
        if canonical_serial(main.serial):
            found.say("serial", main.serial, "ENTITY-MIB chassis")
        found.say("firmware", _number_in(main.firmware), "ENTITY-MIB chassis")
    if not chassis:
        _only_part(parts, found)
    found.components = tuple(
        Component(
            kind=_COMPONENT_KINDS[part.kind],
            name=part.name or part.description,
            model=part.model,
            serial=part.serial,
            firmware=part.firmware,
            manufacturer=part.maker,
        )
        for part in parts
        if part is not main
        and part.kind in _COMPONENT_KINDS
        and canonical_serial(part.serial)
        and part.serial != found.text("serial")
    )[:200]


def _only_part(parts: Sequence[_Part], found: Findings) -> None:
    """Where no part is classed as the box: the serial number and the version that all of them share that have any."""
    own = [part for part in parts if part.kind not in _PARTS_OF_THEIR_OWN]
    serials = {part.serial for part in own if canonical_serial(part.serial)}
    versions = {part.firmware for part in own if part.firmware}
    if len(serials) == 1:
        found.say("serial", serials.pop(), "ENTITY-MIB: the only serial number in it")
    if len(versions) == 1:
        found.say("firmware", _number_in(versions.pop()), "ENTITY-MIB: the only version in it")


def _number_in(version: str | None) -> str | None:
    """A version without the sentence that some agents put around it."""
    return version_in(version)[0] or version if version is not None and " " in version else version


# What stands in entPhysicalModelName and names no product: an order number, or the word for any such thing.
_PART_NUMBER = re.compile(r"[\d/ -]{7,}|(?i:pdu|ups|switch|router|chassis|rack|system|unit)")


def _standard(reading: Reading, found: Findings) -> None:
    """The identities in UPS-MIB, Printer-MIB, HOST-RESOURCES-MIB and IEEE 802.11's MIB."""
    for name, oid, why in (
        ("manufacturer", tables.UPS_MAKER, "UPS-MIB upsIdentManufacturer"),
        ("model", tables.UPS_MODEL, "UPS-MIB upsIdentModel"),
        ("firmware", tables.UPS_FIRMWARE, "UPS-MIB upsIdentUPSSoftwareVersion"),
        ("firmware", tables.UPS_AGENT, "UPS-MIB upsIdentAgentSoftwareVersion"),
        ("manufacturer", tables.DOT11_MAKER, "IEEE802dot11-MIB dot11manufacturerName"),
        ("model", tables.DOT11_PRODUCT, "IEEE802dot11-MIB dot11manufacturerProductName"),
        ("firmware", tables.DOT11_VERSION, "IEEE802dot11-MIB dot11manufacturerProductVersion"),
        ("manufacturer", tables.MED_MAKER, "LLDP-EXT-MED-MIB lldpXMedLocMfgName"),
        ("model", tables.MED_MODEL, "LLDP-EXT-MED-MIB lldpXMedLocModelName"),
        ("firmware", tables.MED_SOFTWARE, "LLDP-EXT-MED-MIB lldpXMedLocSoftwareRev"),
        ("firmware", tables.MED_FIRMWARE, "LLDP-EXT-MED-MIB lldpXMedLocFirmwareRev"),
        ("firmware", tables.PROBE_SOFTWARE, "RMON2-MIB probeSoftwareRev"),
    ):
        found.say(name, useful(reading.scalar(oid)), why)
    for oid, why in (
        (tables.PRT_SERIAL, "Printer-MIB prtGeneralSerialNumber"),
        (tables.MED_SERIAL, "LLDP-EXT-MED-MIB lldpXMedLocSerialNum"),
    ):
        serial = useful(reading.scalar(oid))
        if canonical_serial(serial):
            found.say("serial", serial, why)
    device = _device_id(printable(reading.scalar(tables.PRT_DEVICE_ID)) or "")
    found.say("manufacturer", device.get("MFG") or device.get("MANUFACTURER"), "IEEE 1284 device id")
    found.say("model", device.get("MDL") or device.get("MODEL"), "IEEE 1284 device id")
    if canonical_serial(device.get("SN") or device.get("SERN")):
        found.say("serial", device.get("SN") or device.get("SERN"), "IEEE 1284 device id")


def _device_id(given: str) -> dict[str, str]:
    """The keys of an IEEE 1284 device id: "MFG:HP;MDL:LaserJet;…"."""
    pairs = (part.partition(":") for part in given.split(";") if ":" in part)
    return {key.strip().upper(): value.strip() for key, _, value in pairs if value.strip()}


def _own_objects(device: Device, profile: Profile, found: Findings) -> None:
    """What the maker's own objects say."""
    object_id = device.object_id
    for name, sources in profile.sources.items():
        for source in sources:
            value = source.read(device.reading, object_id)
            if value is not None and (name != "serial" or canonical_serial(value)):
                found.say(name, value, f"{profile.name}: object {dotted(source.place.of(object_id))}")


def _own_grammar(description: str, profile: Profile, found: Findings) -> None:
    """What sysDescr says in the maker's own way."""
    for pattern in profile.grammar:
        match = pattern.search(description)
        for name, value in match.groupdict().items() if match is not None else ():
            if value and not is_junk(value) and (name != "serial" or canonical_serial(value)):
                fact = "manufacturer" if name == "maker" else name
                found.say(fact, value.strip(), f"{profile.name}: sysDescr")


def _products(fitting: Sequence[Profile], object_id: object, found: Findings) -> None:
    """The maker's own table of products."""
    for profile in fitting:
        model = profile.products.get(object_id) if isinstance(object_id, tuple) else None
        found.say("model", model, f"{profile.name}: sysObjectID")


def _maker(
    enterprise: Enterprise | None, fitting: Sequence[Profile], description: str, found: Findings
) -> None:
    """A profile's maker, else the owner of the enterprise number, unless the number is a generic agent's."""
    for profile in fitting:
        if profile.maker:
            found.facts.pop("manufacturer", None)
            found.say("manufacturer", profile.maker, profile.name)
            return
    if enterprise is not None and enterprise.maker:
        # The number outranks a free text field that a reseller may have filled in.
        found.facts.pop("manufacturer", None)
        found.say("manufacturer", enterprise.maker, f"sysObjectID: enterprise {enterprise.number}")
    elif not is_host(description):
        found.say("manufacturer", leading_maker(description), "sysDescr begins with it")


def _said_in(description: str, where: str, found: Findings) -> None:
    """What a description calls its serial number and its version."""
    found.say("serial", serial_in(description), where)
    version, how = version_in(description)
    found.say("firmware", version, where + how)


_LONG_NAME = 4


def _product(enterprise: Enterprise, description: str, found: Findings) -> None:
    """The model in the maker's own description, which is not the name that people gave to the device."""
    model, how = product_in(description, enterprise.maker)
    name = found.text("name")
    if model is not None and not (name and len(name) >= _LONG_NAME and model.startswith(name)):
        found.say("model", model if model != name else None, how)


def _printer_model(reading: Reading, found: Findings) -> None:
    """What a printer calls its print engine; a computer's print queues have such descriptions too."""
    if "printer" not in str(found.facts.get("kind")):
        return
    for index, kind in sorted(reading.column(tables.HR_DEVICE_TYPE).items()):
        if kind == tables.HR_PRINTER:
            model = useful(reading.column(tables.HR_DEVICE_DESCR).get(index))
            if model is not None and not model.startswith("Generic"):
                found.say("model", model, "HOST-RESOURCES-MIB hrDeviceDescr of the printer")


def _system_software(reading: Reading, description: str, found: Findings) -> None:
    """What runs on a general-purpose computer: its system's name, and its kernel as the version."""
    if found.facts.get("kind") not in {"computer", "server", "hypervisor"}:
        return
    server = reading.scalar(tables.SYS_OBJECT_ID) in _WINDOWS_SERVERS
    found.say("os_name", system_in(description, server=server), "sysDescr (kernel)")
    found.say("firmware", kernel_in(description), "sysDescr (kernel)")
    if description.startswith("Darwin "):
        found.say("manufacturer", "Apple", "sysDescr: Darwin is Apple's kernel")


# Microsoft's sysObjectIDs: server, domain controller.
_WINDOWS_SERVERS = (tables.oid("1.3.6.1.4.1.311.1.1.3.1.2"), tables.oid("1.3.6.1.4.1.311.1.1.3.1.3"))
