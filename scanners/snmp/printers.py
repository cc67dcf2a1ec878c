"""Reads a printer's supplies, trays, alerts and page counters from the Printer-MIB (RFC 3805) and its maker's objects."""

from __future__ import annotations

from collections.abc import Sequence

from scanners.observation import Counter, Supply
from scanners.snmp import tables
from scanners.snmp.ber import Oid, Value
from scanners.snmp.collect import Reading
from scanners.snmp.profile import Device, Profile
from scanners.text import printable

# PrtMarkerSuppliesTypeTC
_KINDS = {
    3: "toner",
    4: "waste_toner",
    5: "ink",
    6: "ink",
    7: "ribbon",
    8: "waste_ink",
    9: "photoconductor",
    10: "developer",
    11: "fuser_oil",
    12: "wax",
    13: "ink",
    14: "waste_wax",
    15: "fuser",
    16: "corona_wire",
    17: "fuser_oil_wick",
    18: "cleaner",
    19: "fuser_cleaning_pad",
    20: "transfer_unit",
    21: "toner",
    32: "staples",
}
# PrtMarkerSuppliesSupplyUnitTC
_UNITS = {
    3: "0.0001 inch",
    4: "micrometres",
    7: "impressions",
    8: "sheets",
    11: "hours",
    12: "0.01 ounces",
    13: "0.1 grams",
    14: "0.01 fluid ounces",
    15: "0.1 millilitres",
    16: "feet",
    17: "metres",
    18: "items",
    19: "percent",
}
# PrtMarkerCounterUnitTC
_COUNTER_UNITS = {
    3: "0.0001 inch",
    4: "micrometres",
    5: "characters",
    6: "lines",
    7: "impressions",
    8: "sheets",
    9: "dot rows",
    11: "hours",
    16: "feet",
    17: "metres",
}
_METER_UNITS = {"duplex": "sheets", "scans": "pages", "faxes": "pages"}
CRITICAL = 3  # PrtAlertSeverityLevelTC
MOST_TRAYS, MOST_ALERTS = 32, 16
# RFC 3805, prtMarkerSuppliesLevel and prtInputCurrentLevel: these are words, never amounts.
_STATES = {-1: "unlimited", -2: "unknown", -3: "some_left"}


def supplies(reading: Reading) -> tuple[Supply, ...]:
    """Each marker supply with its level and capacity in its own unit; no amount where the device gives none."""
    found = []
    for index, kind in sorted(reading.column(tables.PRT_SUPPLY_TYPE).items()):

        def read(column: Oid, index: Oid = index) -> Value:
            return reading.column(column).get(index)

        level, capacity = read(tables.PRT_SUPPLY_LEVEL), read(tables.PRT_SUPPLY_MAX)
        found.append(
            Supply(
                name=printable(read(tables.PRT_SUPPLY_DESCR)),
                kind=_KINDS.get(kind, "other") if isinstance(kind, int) else None,
                color=_color(reading, index),
                unit=_of(_UNITS, read(tables.PRT_SUPPLY_UNIT)),
                level=level if isinstance(level, int) and level >= 0 else None,
                capacity=capacity if isinstance(capacity, int) and capacity > 0 else None,
                state=_of(_STATES, level),
            )
        )
    return tuple(found[:256])


def _color(reading: Reading, index: Oid) -> str | None:
    """The colorant's name; index 0 means that the supply has none."""
    colorant = reading.column(tables.PRT_SUPPLY_COLORANT).get(index)
    if not isinstance(colorant, int) or colorant <= 0:
        return None
    name = printable(reading.column(tables.PRT_COLORANT).get((*index[:-1], colorant)))
    return name.lower() if name else None


def trays(reading: Reading) -> tuple[Supply, ...]:
    """Each input tray as a supply of paper; RFC 3805's -1, -2 and -3 are words here too."""
    found = []
    for index in sorted({*reading.column(tables.PRT_TRAY_LEVEL), *reading.column(tables.PRT_TRAY_MAX)}):

        def read(column: Oid, index: Oid = index) -> Value:
            return reading.column(column).get(index)

        level, capacity = read(tables.PRT_TRAY_LEVEL), read(tables.PRT_TRAY_MAX)
        found.append(
            Supply(
                name=printable(read(tables.PRT_TRAY_NAME)) or printable(read(tables.PRT_TRAY_DESCR)),
                kind="paper",
                unit=_of(_UNITS, read(tables.PRT_TRAY_UNIT)),
                level=level if isinstance(level, int) and level >= 0 else None,
                capacity=capacity if isinstance(capacity, int) and capacity > 0 else None,
                state=_of(_STATES, level),
            )
        )
    return tuple(found[:MOST_TRAYS])


def alerts(reading: Reading) -> tuple[str, ...]:
    """What the printer asks for in its own words, the critical first; silent alerts are left out."""
    severities = reading.column(tables.PRT_ALERT_SEVERITY)
    said = [
        (severities.get(index) != CRITICAL, index, words)
        for index, value in reading.column(tables.PRT_ALERT_DESCR).items()
        if (words := printable(value))
    ]
    return tuple(dict.fromkeys(words for _, _, words in sorted(said)))[:MOST_ALERTS]


def counters(reading: Reading, profiles: Sequence[Profile]) -> tuple[Counter, ...]:
    """The life counter of each marker, the first being the printer's own; then the maker's meters, each the sum of its objects."""
    found = []
    for place, (index, value) in enumerate(sorted(reading.column(tables.PRT_LIFE_COUNT).items())):
        if not isinstance(value, int) or value < 0:
            continue
        unit = _of(_COUNTER_UNITS, reading.column(tables.PRT_LIFE_UNIT).get(index))
        found.append(Counter("life" if place == 0 else f"life_marker_{index[-1]}", unit, value))
    return (*found[:16], *_meters(reading, profiles))


def _meters(reading: Reading, profiles: Sequence[Profile]) -> list[Counter]:
    object_id = Device.of(reading).object_id
    found: dict[str, Counter] = {}
    for name, places in (one for profile in profiles for one in profile.counters.items()):
        values = [reading.scalar(place.of(object_id)) for place in places]
        amounts = [value for value in values if isinstance(value, int) and value >= 0]
        if amounts and name not in found:
            found[name] = Counter(name, _METER_UNITS.get(name, "impressions"), sum(amounts))
    return list(found.values())


def _of(words: dict[int, str], value: Value) -> str | None:
    return words.get(value) if isinstance(value, int) else None
