"""Device profiles: declarative rules saying for which devices they hold, where these devices keep their answers and how to read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scanners.identity import canonical_mac, is_junk
from scanners.observation import Fact
from scanners.snmp import tables
from scanners.snmp.ber import Oid, Value
from scanners.snmp.collect import Reading
from scanners.snmp.enterprises import PRIVATE, enterprise_of, is_generic
from scanners.text import printable

ANSWERS = ("model", "serial", "firmware")
_LENGTH_OCTETS = bytes(range(32))


def useful(value: Value) -> str | None:
    """Text that says something: placeholders such as "N/A" or "<private>" do not."""
    found = printable(value)
    return None if found is None or is_junk(found) or found.strip("<>").lower() == "private" else found


def dotted(oid: Iterable[int]) -> str:
    """An object identifier as text."""
    return ".".join(map(str, oid))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object is: its OID, or what follows the device's own sysObjectID less its last `up` numbers."""

    oid: Oid
    own: bool = False
    up: int = 0

    def of(self, object_id: Oid) -> Oid:
        """The OID on a device with this sysObjectID."""
        return (*object_id[: len(object_id) - self.up], *self.oid) if self.own else self.oid


@dataclass(frozen=True, slots=True)
class Source:
    """An object that holds an answer (its first instance counts): the part that `pattern` captures, a number named by `words`.

    `mac`: the answer is the first real MAC address of a column."""

    place: Place
    pattern: re.Pattern[str] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    mac: bool = False

    def read(self, reading: Reading, object_id: Oid) -> str | None:
        """The answer, None where the device gives none."""
        if self.mac:
            return self._mac(reading, object_id)
        value = reading.scalar(self.place.of(object_id))
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            found: str | None = str(value)
        elif isinstance(value, bytes):
            # Some agents leave the octets in front that say how long a string is in another notation.
            found = printable(value.lstrip(_LENGTH_OCTETS))
        else:
            return None
        if self.words:
            return self.words.get(found or "")
        if found is not None and self.pattern is not None:
            match = self.pattern.search(found)
            found = next((group for group in match.groups() if group), None) if match else None
        return useful(found.strip().encode()) if found else None

    def _mac(self, reading: Reading, object_id: Oid) -> str | None:
        """The first real MAC of a column, as makers print it on their labels."""
        for value in reading.column(self.place.of(object_id)).values():
            if isinstance(value, bytes) and (mac := canonical_mac(value)):
                return mac.replace(":", "").upper()
        return None


@dataclass(frozen=True, slots=True)
class Condition:
    """Which devices a profile is for: below a sysObjectID; or, where only a generic agent says who it is, by an object that answers.

    A pattern in sysDescr must hold as well; it is enough by itself only where sysObjectID tells no maker. Of the objects
    in `has` one must answer too."""

    object_ids: tuple[Oid, ...] = ()
    answers: tuple[Oid, ...] = ()
    has: tuple[Oid, ...] = ()
    description: re.Pattern[str] | None = None

    def closeness(self, device: Device) -> int:
        """How closely the device is described: length of the OID that fits; -1 if it is not for this device."""
        close = self.first_look(device)
        said = not self.has or any(device.reading.scalar(one) is not None for one in self.has)
        return close if said else -1

    def first_look(self, device: Device) -> int:
        """The same, without what must answer besides."""
        if self.description is not None and not self.description.search(device.description):
            return -1
        fits = [len(one) for one in self.object_ids if device.object_id[: len(one)] == one]
        if fits:
            return max(fits)
        if device.maker_told:
            return -1
        if any(device.reading.scalar(one) is not None for one in self.answers):
            return len(PRIVATE)
        return (
            len(PRIVATE) if self.description is not None and not self.answers and not self.object_ids else -1
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known about one family of devices; the file and name say where a reason comes from."""

    name: str
    condition: Condition
    maker: str | None = None
    kind: str | None = None
    usually: str | None = None
    branches: tuple[tuple[Oid, str], ...] = ()
    words: tuple[tuple[re.Pattern[str], str], ...] = ()
    sources: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    grammar: tuple[re.Pattern[str], ...] = ()
    products: Mapping[Oid, str] = field(default_factory=dict)
    rename: tuple[tuple[re.Pattern[str], str], ...] = ()
    counters: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    tests: tuple[ProfileTest, ...] = ()

    def objects(self, object_id: Oid) -> Iterator[Oid]:
        """All objects that this profile reads of a device with this sysObjectID."""
        for sources in self.sources.values():
            yield from (source.place.of(object_id) for source in sources)
        for places in self.counters.values():
            yield from (place.of(object_id) for place in places)


@dataclass(frozen=True, slots=True)
class ProfileTest:
    """What a device says, object by object, and the facts that must be found."""

    says: str
    finds: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Device:
    """What tells for which profiles a reading is."""

    reading: Reading
    object_id: Oid
    description: str
    maker_told: bool

    @classmethod
    def of(cls, reading: Reading) -> Device:
        """The device of a reading that has its standard scalars."""
        object_id = reading.scalar(tables.SYS_OBJECT_ID)
        known = object_id if isinstance(object_id, tuple) else ()
        enterprise = enterprise_of(known)
        told = enterprise is not None and not is_generic(enterprise.number)
        description = (printable(reading.scalar(tables.SYS_DESCR)) or "").strip("\\\"' ")
        return cls(reading, known, description, told)


class Profiles:
    """All profiles of a scan."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.all = tuple(profiles)
        self._by_number: dict[int, list[Profile]] = {}
        self._anywhere = [one for one in self.all if one.condition.answers or not one.condition.object_ids]
        for profile in self.all:
            for number in {one[6] for one in profile.condition.object_ids}:
                self._by_number.setdefault(number, []).append(profile)

    def preceded_by(self, others: Iterable[Profile]) -> Profiles:
        """These with others, whose answers come first where both know a device equally closely."""
        return Profiles([*others, *self.all])

    def fitting(self, reading: Reading) -> list[Profile]:
        """The profiles for a device, the closest first."""
        device = Device.of(reading)
        fits = [(profile.condition.closeness(device), profile) for profile in self._candidates(device)]
        chosen = [(close, profile) for close, profile in fits if close >= 0]
        return [profile for _, profile in sorted(chosen, key=lambda one: -one[0])]

    def objects(self, reading: Reading) -> list[Oid]:
        """The objects to read of a device that has said its standard scalars; asked again, those that the first answers call for."""
        device = Device.of(reading)
        wanted = [oid for profile in self.fitting(reading) for oid in profile.objects(device.object_id)]
        for profile in self._candidates(device):
            if profile.condition.has and profile.condition.first_look(device) >= 0:
                wanted += profile.condition.has
        if not device.maker_told:
            wanted += [oid for profile in self._anywhere for oid in profile.condition.answers]
        return list(dict.fromkeys(wanted))

    def _candidates(self, device: Device) -> list[Profile]:
        numbered = self._by_number.get(device.object_id[6], []) if len(device.object_id) > 6 else []
        return (
            numbered if device.maker_told else [*numbered, *(p for p in self._anywhere if p not in numbered)]
        )
