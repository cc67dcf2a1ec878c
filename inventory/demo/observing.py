"""Says what a scan or a directory would see of a device or a person: observations as `scanners` makes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from inventory.assets.states import State
from inventory.catalog.kinds import Kind
from inventory.demo import names, networks
from inventory.demo.chance import Chance
from inventory.demo.lives import Life
from inventory.demo.products import ENTERPRISE, OUI, PRINTING, Product, system_of
from inventory.demo.world import Body, Commune, Holder
from scanners import identity
from scanners.makers import canonical_maker
from scanners.observation import Counter, Fact, Identifier, Interface, Observation, Supply

PORTS, FIRST_PORT = 24, 100
"""How many ports a switch has, and the number that their own follow."""
FIRMWARES = {
    "HP": "KB.16.11.{n:04d}", "Cisco": "17.{m}.{m}a", "Kyocera": "2XD_S000.00{n}", "Ricoh": "1.{n}",
    "Konica Minolta": "G00-{n}", "Brother": "ZH{n}", "Stormshield": "4.{m}.{m}", "Synology": "DSM 7.{m}-{n}",
    "Schneider Electric": "UPS 09.{m}",
}  # fmt: skip
_COLOURS = (("black", "noir"), ("cyan", "cyan"), ("magenta", "magenta"), ("yellow", "jaune"))
_SHORT = {
    Kind.SWITCH: "sw", Kind.ACCESS_POINT: "ap", Kind.ROUTER: "rt", Kind.FIREWALL: "fw", Kind.SERVER: "srv",
    Kind.STORAGE: "nas", Kind.UPS: "ond", Kind.PRINTER: "imp", Kind.MULTIFUNCTION_PRINTER: "mfp",
}  # fmt: skip


def by_network(
    life: Life, product: Product, seen: tuple[str, str, datetime], *, number: int, chance: Chance
) -> Observation:
    """Return what an SNMP scan reads of a device at (address, site, instant); `number` is no other device's."""
    address, site, at = seen
    serial, maker = life.values.get("serial"), canonical_maker(product.maker) or product.maker
    mac = f"{OUI.get(product.maker, '00:1b:c5')}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
    name = f"{_SHORT.get(product.kind, 'eq')}-{site.lower()}-{number & 0xFFFF:03d}"
    found = [
        *([Identifier("serial", str(serial), maker)] if serial else []),
        *([Identifier("base_mac", mac)] if product.kind is not Kind.SERVER else [Identifier("mac", mac)]),
        Identifier("name", identity.canonical_hostname(name) or name, site),
        Identifier("ip", address, site),
    ]
    return Observation(
        source="snmp",
        site=site,
        target=address,
        observed_at=at,
        source_key=f"serial:{maker}:{serial}" if serial else f"base_mac:{mac}",
        facts=_facts(product, name, serial, chance),
        identifiers=tuple(found),
        interfaces=_ports(product.kind, mac, address, chance),
        supplies=_supplies(product.kind, chance),
        counters=_counters(product.kind, life, at, chance),
        evidence={"kind": "sysObjectID", "model": "ENTITY-MIB", "serial": "ENTITY-MIB", "name": "sysName"},
    )


def _facts(product: Product, name: str, serial: str | None, chance: Chance) -> dict[str, Fact]:
    template = FIRMWARES.get(product.maker, "{m}.{n}")
    facts: dict[str, Fact] = {
        "kind": product.kind.value,
        "manufacturer": product.maker,
        "model": product.name,
        "firmware": template.format(n=chance.between(10, 99), m=chance.between(1, 12)),
        "name": name,
        "description": f"{product.maker} {product.name}",
        "location": chance.one(("baie principale", "local technique", "couloir", "1er étage", "accueil")),
        "object_id": f"1.3.6.1.4.1.{ENTERPRISE.get(product.maker, 8072)}.2.{chance.between(1, 99)}",
        "uptime_s": chance.between(80_000, 20_000_000),
    }
    if serial:
        facts["serial"] = serial
    if product.kind is Kind.SERVER:
        system, _version = system_of(Kind.SERVER, product.first_year + 1) or ("", "")
        facts |= {"os_name": system, "memory_bytes": 68_719_476_736, "processors": 16}
    return facts


def _ports(kind: Kind, mac: str, address: str, chance: Chance) -> tuple[Interface, ...]:
    own = Interface(1, "vlan1" if kind is Kind.SWITCH else "eth0", mac=mac, speed_bps=10**9, oper_up=True, addresses=(address,))  # fmt: skip
    if kind is not Kind.SWITCH:
        return (own,)
    ports = (
        Interface(
            FIRST_PORT + number, f"GigabitEthernet1/0/{number}", speed_bps=10**9, admin_up=True,
            oper_up=chance.happens(0.6), kind="ethernet",
        )
        for number in range(1, PORTS + 1)
    )  # fmt: skip
    return (own, *ports)


def _supplies(kind: Kind, chance: Chance) -> tuple[Supply, ...]:
    if kind not in PRINTING:
        return ()
    colours = _COLOURS if kind is Kind.MULTIFUNCTION_PRINTER else _COLOURS[:1]
    found = [
        Supply(f"Toner {word}", "toner", color, "percent", chance.between(0, 100), 100)
        for color, word in colours
    ]
    trays = [
        Supply(f"Magasin {number}", "paper", None, "sheets", chance.between(0, 500), 500)
        for number in range(1, 3 if kind is Kind.PRINTER else 5)
    ]
    waste = (
        []
        if kind is Kind.PRINTER
        else [Supply("Bac de récupération", "waste_toner", None, "percent", state="some_left")]
    )
    return (
        *found,
        *waste,
        *trays,
        Supply("Tambour", "photoconductor", None, "percent", chance.between(20, 100), 100),
    )


def _counters(kind: Kind, life: Life, at: datetime, chance: Chance) -> tuple[Counter, ...]:
    if kind not in PRINTING:
        return ()
    days = (at.date() - life.stretches[0].from_on).days + 1 if life.stretches else 900
    pages = days * chance.between(20, 90 if kind is Kind.PRINTER else 400)
    if kind is Kind.PRINTER:
        return (Counter("life", "impressions", pages),)
    color, large, copies = (pages * chance.between(*part) // 100 for part in ((10, 45), (2, 12), (20, 50)))
    return (
        Counter("life", "impressions", pages),
        Counter("total", "impressions", pages),
        Counter("mono", "impressions", pages - color),
        Counter("color", "impressions", color),
        Counter("duplex", "sheets", pages * chance.between(15, 40) // 100),
        Counter("copies", "impressions", copies),
        Counter("scans", "pages", pages * chance.between(10, 60) // 100),
        Counter("a3", "impressions", large),
    )


def in_directory(
    life: Life, placed: tuple[Commune, Body], product: Product, *, at: datetime, chance: Chance
) -> Observation:
    """Return what the directory holds of a computer: its name, system and last sign-in, nothing of its inside."""
    commune, body = placed
    number = int("".join(ch for ch in life.label if ch.isdigit())[-5:] or 0)
    letter = {Kind.LAPTOP: "P", Kind.SERVER: "S"}.get(product.kind, "F")
    short = f"{commune.code}-{letter}{number:05d}"
    unit = networks.unit_of(commune, body)
    guid = chance.hexadecimal(32)
    guid = f"{guid[:8]}-{guid[8:12]}-{guid[12:16]}-{guid[16:20]}-{guid[20:]}"
    system, version = system_of(product.kind, life.stretches[0].from_on.year) or (
        "Windows 10 Pro",
        "10.0 (19045)",
    )
    facts: dict[str, Fact] = {
        "kind": "server" if product.kind is Kind.SERVER else "computer",
        "name": f"{short}.{names.MAIL_DOMAIN}",
        "os_name": system,
        "os_version": version,
        "disabled": False,
        "last_logon_at": _logon(life, at, chance).replace(microsecond=0).isoformat(),
        "dn": f"cn={short},{unit}",
        "unit": unit,
        "unit_path": _path(unit),
    }
    identifiers = (
        Identifier("directory_guid", guid),
        Identifier(
            "name",
            identity.canonical_hostname(f"{short}.{names.MAIL_DOMAIN}") or short,
            networks.DIRECTORY_SITE,
        ),
    )
    return Observation(
        source="ldap", site=networks.DIRECTORY_SITE, target=networks.DIRECTORY_URL, observed_at=at,
        source_key=f"guid:{guid}", facts=facts, identifiers=identifiers,
        evidence={"directory_guid": "objectGUID", "kind": "operatingSystem", "name": "dNSHostName"},
    )  # fmt: skip


def _logon(life: Life, at: datetime, chance: Chance) -> datetime:
    """Return when it was last signed in to: of late, but for what is in repair or forgotten in a cupboard."""
    if life.state is State.IN_REPAIR or chance.happens(0.06):
        return at - timedelta(days=chance.between(35, 240))
    return at - timedelta(hours=chance.between(4, 260))


def person_in_directory(holder: Holder, placed: tuple[Commune, Body], at: datetime) -> Observation:
    """Return what the directory holds of a person."""
    unit = networks.unit_of(*placed)
    given, _space, family = holder.name.partition(" ")
    facts: dict[str, Any] = {
        "given_name": given,
        "family_name": family,
        "display_name": holder.name,
        "email": f"{holder.login}@{names.MAIL_DOMAIN}",
        "login": holder.login,
        "disabled": False,
        "dn": f"cn={holder.name},{unit}",
        "unit": unit,
        "unit_path": _path(unit),
    }
    if holder.leaves_on is not None:
        facts["expires_on"] = holder.leaves_on.isoformat()
    return Observation(
        source="ldap", site=networks.DIRECTORY_SITE, target=networks.DIRECTORY_URL, observed_at=at,
        source_key=f"guid:{holder.guid}", subject="person", facts=facts,
        identifiers=(Identifier("directory_guid", holder.guid or ""),),
        evidence={"directory_guid": "objectGUID", "login": "sAMAccountName"},
    )  # fmt: skip


def _path(unit: str) -> str:
    parts = [part.partition("=")[2] for part in unit.split(",") if part.startswith("ou=")]
    return "/".join(reversed(parts))
