"""What was on sale year by year, with its maker, price and warranty, and how long each kind of thing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.catalog.kinds import Kind


@dataclass(frozen=True, slots=True)
class Product:
    """A model as the framework contract sold it: years on sale, price in euros before tax, carbon in kg."""

    kind: Kind
    maker: str
    name: str
    first_year: int
    last_year: int
    price: int
    carbon: int | None = None


@dataclass(frozen=True, slots=True)
class Habit:
    """How a kind is bought and kept: share of all assets, mean years kept, warranty in years, share in a pool."""

    share: float
    years: float
    warranty: int
    pool: float = 0.03


# Shares add up to 1 when the fleet is made; years kept are what a late but careful service does.
HABITS: Mapping[Kind, Habit] = {
    Kind.DESKTOP: Habit(0.235, 6.6, 5, 0.04),
    Kind.LAPTOP: Habit(0.235, 5.4, 3, 0.07),
    Kind.THIN_CLIENT: Habit(0.015, 7.5, 3),
    Kind.TABLET: Habit(0.055, 4.8, 2, 0.05),
    Kind.MONITOR: Habit(0.215, 8.6, 3, 0.05),
    Kind.DOCK: Habit(0.045, 6.0, 1, 0.06),
    Kind.SMARTPHONE: Habit(0.055, 3.6, 2, 0.08),
    Kind.DESK_PHONE: Habit(0.045, 9.0, 1, 0.05),
    Kind.PRINTER: Habit(0.018, 7.0, 1),
    Kind.MULTIFUNCTION_PRINTER: Habit(0.014, 5.0, 1, 0.0),
    Kind.LABEL_PRINTER: Habit(0.004, 7.0, 1),
    Kind.SCANNER: Habit(0.004, 7.0, 1),
    Kind.PROJECTOR: Habit(0.012, 7.0, 2),
    Kind.VIDEOCONFERENCE: Habit(0.003, 6.0, 2),
    Kind.SWITCH: Habit(0.016, 8.5, 5),
    Kind.ACCESS_POINT: Habit(0.014, 6.5, 5),
    Kind.ROUTER: Habit(0.003, 7.0, 3, 0.0),
    Kind.FIREWALL: Habit(0.003, 5.5, 3, 0.0),
    Kind.SERVER: Habit(0.004, 6.0, 5, 0.0),
    Kind.STORAGE: Habit(0.002, 6.0, 5, 0.0),
    Kind.UPS: Habit(0.003, 6.0, 2, 0.0),
}
# What sits on a desk of its own or in a hand, and so makes the base of the yearly sixth.
TERMINALS = (Kind.DESKTOP, Kind.LAPTOP, Kind.THIN_CLIENT, Kind.TABLET)
PERSONAL = frozenset({*TERMINALS, Kind.MONITOR, Kind.DOCK, Kind.SMARTPHONE, Kind.DESK_PHONE})
COMPUTERS = frozenset({Kind.DESKTOP, Kind.LAPTOP, Kind.THIN_CLIENT})
NETWORK = frozenset({Kind.SWITCH, Kind.ACCESS_POINT, Kind.ROUTER, Kind.FIREWALL})
PRINTING = frozenset({Kind.PRINTER, Kind.MULTIFUNCTION_PRINTER})
RACKED = frozenset({Kind.SWITCH, Kind.ROUTER, Kind.FIREWALL, Kind.SERVER, Kind.STORAGE, Kind.UPS})
ANSWERING = NETWORK | PRINTING | {Kind.SERVER, Kind.STORAGE, Kind.UPS}
"""Kinds that a network scan reads."""

_TABLE = """
desktop|Dell|OptiPlex 3020 SFF|2010|2014|455|310
desktop|Dell|OptiPlex 3040 Micro|2015|2016|470|300
desktop|Dell|OptiPlex 3050 Micro|2017|2018|489|295
desktop|HP|ProDesk 400 G4 SFF|2017|2019|505|312
desktop|Dell|OptiPlex 3060 Micro|2018|2019|512|290
desktop|Lenovo|ThinkCentre M720q|2019|2020|530|285
desktop|Dell|OptiPlex 3080 Micro|2020|2021|548|262
desktop|HP|ProDesk 400 G7 Mini|2021|2022|575|270
desktop|Dell|OptiPlex 3000 Micro|2022|2023|602|249
desktop|Lenovo|ThinkCentre M70q Gen 4|2023|2024|618|255
desktop|Dell|OptiPlex 7020 Micro|2024|2099|641|246
laptop|HP|ProBook 450 G2|2010|2015|640|290
laptop|Dell|Latitude 3470|2015|2016|655|280
laptop|HP|ProBook 450 G4|2017|2017|672|276
laptop|Dell|Latitude 3490|2018|2018|688|270
laptop|Lenovo|ThinkPad L490|2019|2019|705|281
laptop|Dell|Latitude 3510|2020|2020|759|300
laptop|HP|ProBook 450 G8|2020|2021|772|265
laptop|Lenovo|ThinkPad L14 Gen 2|2021|2022|781|276
laptop|Dell|Latitude 3530|2022|2023|815|255
laptop|HP|EliteBook 640 G10|2023|2024|842|241
laptop|Lenovo|ThinkPad L14 Gen 5|2024|2099|861|238
laptop|Dell|Latitude 5450|2024|2099|905|245
thin_client|Dell|Wyse 5060|2010|2018|289|140
thin_client|Dell|Wyse 5070|2019|2022|315|150
thin_client|HP|t655|2023|2099|352|138
tablet|Samsung|Galaxy Tab A 10.1|2010|2018|219|70
tablet|Apple|iPad 7|2019|2020|329|75
tablet|Samsung|Galaxy Tab A7|2020|2021|205|72
tablet|Apple|iPad 9|2021|2023|339|70
tablet|Samsung|Galaxy Tab Active4 Pro|2022|2099|512|78
tablet|Apple|iPad 10|2023|2099|389|72
monitor|Dell|P2213|2010|2015|148|380
monitor|Dell|P2217H|2016|2018|152|375
monitor|HP|EliteDisplay E223|2018|2019|149|165
monitor|Dell|P2419H|2019|2020|162|370
monitor|iiyama|ProLite XUB2492HSU|2020|2022|158|
monitor|Dell|P2422H|2021|2023|171|357
monitor|HP|E24 G5|2023|2099|165|160
monitor|Dell|P2725HE|2024|2099|238|362
dock|Dell|WD15|2016|2018|172|
dock|Dell|WD19|2019|2022|189|
dock|HP|USB-C Dock G5|2020|2023|181|
dock|Lenovo|ThinkPad Universal USB-C Dock|2023|2099|198|
smartphone|Samsung|Galaxy XCover 4|2010|2018|239|45
smartphone|Samsung|Galaxy A40|2019|2019|214|21
smartphone|Apple|iPhone SE (2020)|2020|2021|399|57
smartphone|Samsung|Galaxy XCover 5|2021|2022|289|47
smartphone|Samsung|Galaxy A53|2022|2023|349|52
smartphone|Fairphone|Fairphone 5|2023|2099|559|42
smartphone|Samsung|Galaxy XCover7|2024|2099|339|48
desk_phone|Alcatel-Lucent|8028 Premium DeskPhone|2010|2016|121|
desk_phone|Alcatel-Lucent|8018 DeskPhone|2017|2021|109|
desk_phone|Yealink|SIP-T43U|2020|2099|94|
printer|HP|LaserJet Pro M402dn|2010|2018|205|
printer|Brother|HL-L5100DN|2018|2021|229|
printer|Kyocera|ECOSYS P3155dn|2020|2099|412|
multifunction_printer|Ricoh|MP C3004|2010|2018|2890|
multifunction_printer|Kyocera|TASKalfa 3253ci|2019|2021|3120|
multifunction_printer|Konica Minolta|bizhub C250i|2020|2099|3260|
label_printer|Zebra|GK420d|2010|2020|345|
label_printer|Brother|QL-820NWB|2019|2099|189|
scanner|Fujitsu|fi-7160|2010|2021|689|
scanner|Canon|imageFORMULA DR-C230|2020|2099|365|
projector|Epson|EB-X41|2010|2020|398|
projector|Epson|EB-L200F|2020|2099|1120|
videoconference|Logitech|Rally Bar Mini|2017|2099|2290|
switch|HP|2530-24G-PoE+|2010|2018|890|
switch|HP|Aruba 2930F-24G|2018|2021|1240|
switch|Cisco|Catalyst 9200L-24P|2020|2099|1980|
access_point|HP|Aruba AP-305|2010|2020|345|
access_point|HP|Aruba AP-515|2020|2099|452|
router|Cisco|ISR 1111-4P|2010|2099|640|
firewall|Stormshield|SN210|2010|2020|980|
firewall|Stormshield|SN-S-Series-220|2021|2099|1180|
server|Dell|PowerEdge R730|2010|2017|5200|1200
server|HP|ProLiant DL380 Gen10|2018|2021|6100|1150
server|Dell|PowerEdge R750|2021|2099|7400|1280
storage|Synology|RackStation RS1219+|2010|2020|1450|
storage|Synology|RackStation RS1221+|2020|2099|1690|
ups|Schneider Electric|Smart-UPS 1500 RM|2010|2099|720|
"""


def _read() -> tuple[Product, ...]:
    found = []
    for line in _TABLE.split("\n"):
        if line:
            kind, maker, name, first, last, price, carbon = line.split("|")
            years = (int(first), int(last))
            found.append(
                Product(Kind(kind), maker, name, *years, int(price), int(carbon) if carbon else None)
            )
    return tuple(found)


PRODUCTS = _read()


def on_sale(kind: Kind, year: int) -> tuple[Product, ...]:
    """Return the products of a kind that were sold in a year; the first ever when it is before all."""
    known = [product for product in PRODUCTS if product.kind is kind]
    return tuple(p for p in known if p.first_year <= year <= p.last_year) or (known[0],)


SERIAL_LENGTHS = {"Dell": 7, "HP": 10, "Lenovo": 8, "Apple": 10, "Samsung": 11, "Cisco": 11, "Kyocera": 10}
OUI = {
    "Dell": "b8:85:84", "HP": "3c:52:82", "Lenovo": "e8:6a:64", "Apple": "f0:18:98", "Samsung": "8c:79:f5",
    "Cisco": "00:2a:10", "Kyocera": "00:17:c8", "Ricoh": "58:38:79", "Konica Minolta": "00:20:6b",
    "Brother": "30:05:5c", "Stormshield": "00:0d:b4", "Synology": "00:11:32", "Schneider Electric": "00:c0:b7",
}  # fmt: skip
ENTERPRISE = {
    "HP": 11, "Dell": 674, "Cisco": 9, "Kyocera": 1347, "Ricoh": 367, "Konica Minolta": 18334, "Brother": 2435,
    "Stormshield": 11256, "Synology": 6574, "Schneider Electric": 318,
}  # fmt: skip


def system_of(kind: Kind, year: int) -> tuple[str, str] | None:
    """Return name and version of the system that a computer of this vintage runs today."""
    if kind is Kind.SERVER:
        return ("Windows Server 2019 Standard", "10.0 (17763)") if year < 2021 else ("Windows Server 2022 Standard", "10.0 (20348)")  # fmt: skip
    if kind is Kind.THIN_CLIENT:
        return ("Windows 10 IoT Enterprise LTSC", "10.0 (19044)")
    if kind in (Kind.DESKTOP, Kind.LAPTOP):
        return ("Windows 10 Pro", "10.0 (19045)") if year < 2018 else ("Windows 11 Pro", "10.0 (26100)")
    return None
