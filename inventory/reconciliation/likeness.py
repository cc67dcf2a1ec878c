"""What two descriptions of a thing have in common, what forbids that they are one, and which identifiers tell nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from inventory.core.wording import N_
from scanners.identity import canonical_maker, is_locally_administered, is_virtual_mac
from scanners.observation import Identifier

Sentence = tuple[str, dict[str, Any], str]
"""An N_ sentence, what fills it, and its tone: good (speaks for), bad (against), info."""

NETWORK_GEAR = frozenset(
    {
        *("switch", "router", "firewall", "load_balancer", "access_point", "wireless_controller"),
        *("network_appliance", "voip_gateway", "pbx"),
    }
)
PRINTERS = frozenset({"printer", "multifunction_printer", "label_printer", "scanner", "fax"})
COMPUTERS = frozenset({"desktop", "laptop", "tablet", "thin_client", "computer", "server", "hypervisor"})
PHONES = frozenset({"desk_phone", "mobile_phone", "smartphone"})
# Boxes with one fixed network card: their chassis address is as good as a printer's.
APPLIANCES = frozenset(
    {
        *("ups", "pdu", "power", "environment_probe", "camera", "projector", "videoconference", "storage"),
        *("desk_phone", "management_board"),
    }
)
# A board of its own inside a machine states the machine's serial number.
MACHINES = frozenset({"server", "hypervisor", "storage", "computer", "management_board"})
FAMILIES = (NETWORK_GEAR, PRINTERS, COMPUTERS, PHONES, MACHINES)

ALWAYS_STRONG = frozenset({"uuid", "imei", "directory_guid", "tag"})
VIRTUAL_MAKERS = frozenset({"VMware", "QEMU", "Xen", "Innotek", "Parallels", "Red Hat", "Bochs", "Proxmox"})

# An identifier is a clone's as soon as two different serials carry it (docks, images, copied configurations).
MOST_SERIALS = 1
# A value that stands on more boards or names than one thing can have had is junk that no list knows yet.
MOST_BOARDS = 4
MOST_NAMES = 3

_POINTS = {
    "bare_serial": 3,
    "bios_tag": 2,
    "agent_id": 2,
    "mac": 2,
    "base_mac": 2,
    "engine_id": 2,
    "name": 2,
    "ip": 1,
}
# What may not differ where only a name or an address speaks for a match: names and addresses are reused.
_BOARD = ("base_mac", "uuid", "imei")
ENOUGH = 2

_SAME: Mapping[str, str] = {
    "serial": N_("Same serial number %(value)s and same maker, %(scope)s."),
    "uuid": N_("Same system UUID %(value)s."),
    "imei": N_("Same IMEI %(value)s."),
    "directory_guid": N_("Same directory account %(value)s."),
    "engine_id": N_("Same SNMP engine id %(value)s."),
    "base_mac": N_("Same chassis MAC address %(value)s."),
    "tag": N_("Same tag %(value)s."),
    "bare_serial": N_("Same serial number %(value)s, but the maker is not known on both sides."),
    "mac": N_("Same MAC address %(value)s."),
    "name": N_("Same name %(value)s."),
    "ip": N_("Same IP address %(value)s."),
    "bios_tag": N_("Same BIOS tag %(value)s."),
    "agent_id": N_("Same agent id %(value)s."),
}
_DIFFERENT: Mapping[str, str] = {
    "serial": N_("Different serial number: %(seen)s, not %(known)s."),
    "uuid": N_("Different system UUID: %(seen)s, not %(known)s."),
    "imei": N_("Different IMEI: %(seen)s, not %(known)s."),
    "directory_guid": N_("Another directory account: %(seen)s, not %(known)s."),
    "base_mac": N_("Different chassis MAC address: %(seen)s, not %(known)s."),
    "name": N_("Different name: %(seen)s, not %(known)s."),
}


@dataclass(frozen=True, slots=True)
class Traits:
    """What a thing is known by: canonical identifiers, kind, canonical maker, whether it is virtual (None: unknown).

    `entity` is the path of ids from the root, "/1/7/", of whom it belongs to.
    """

    identifiers: frozenset[Identifier] = frozenset()
    kind: str | None = None
    maker: str | None = None
    virtual: bool | None = None
    entity: str = ""

    def values(self, *kinds: str) -> frozenset[str]:
        """The values of the identifiers of these kinds."""
        return frozenset(one.value for one in self.identifiers if one.kind in kinds)

    def without(self, dropped: Collection[Identifier]) -> Traits:
        """The same without identifiers that tell nothing."""
        return replace(self, identifiers=self.identifiers.difference(dropped)) if dropped else self


def virtuality(traits: Traits, model: str | None = None) -> bool | None:
    """Whether a thing is a virtual machine: by its maker, model, serial, else by its addresses; None when nothing tells."""
    if traits.maker in VIRTUAL_MAKERS or "virtual" in (model or "").lower():
        return True
    if any(serial.startswith("VMWARE-") for serial in traits.values("serial")):
        return True
    if traits.maker and traits.values("serial"):
        return False
    macs = traits.values("mac", "base_mac")
    return True if macs and all(is_virtual_mac(mac) for mac in macs) else None


def maker_of(name: str | None) -> str | None:
    """The canonical spelling of a maker's name."""
    return canonical_maker(name) if name else None


def is_strong(identifier: Identifier, kind: str | None) -> bool:
    """Whether this identifier alone may tell which thing it is, on a thing of this kind."""
    if identifier.kind == "serial":
        return bool(identifier.scope)
    if identifier.kind == "engine_id":
        return kind in NETWORK_GEAR
    if identifier.kind == "base_mac":
        fixed = kind in NETWORK_GEAR or kind in PRINTERS or kind in APPLIANCES
        return fixed and not is_virtual_mac(identifier.value)
    return identifier.kind in ALWAYS_STRONG


def strong(traits: Traits) -> frozenset[Identifier]:
    """The identifiers that alone may tell which thing this is."""
    return frozenset(one for one in traits.identifiers if is_strong(one, traits.kind))


def veto(one: Traits, other: Traits) -> Sentence | None:
    """What forbids that two descriptions are of one thing, whatever they share; None when nothing does."""
    if (difference := _difference("serial", one, other)) is not None:
        return difference
    if one.virtual is not None and other.virtual is not None and one.virtual != other.virtual:
        return (N_("One is a virtual machine, the other is not."), {}, "bad")
    if one.maker and other.maker and one.maker != other.maker:
        return (
            N_("Different makers: %(seen)s, not %(known)s."),
            {"seen": one.maker, "known": other.maker},
            "bad",
        )
    return None


def _difference(kind: str, one: Traits, other: Traits) -> Sentence | None:
    """The sentence that says that both have values of this kind and none in common."""
    mine, theirs = one.values(kind), other.values(kind)
    if not mine or not theirs or mine & theirs:
        return None
    return (_DIFFERENT[kind], {"seen": min(mine), "known": min(theirs)}, "bad")


def same_chassis(one: Traits, other: Traits) -> bool:
    """Whether chassis addresses do not speak against: engine ids are copied with configurations, these are not."""
    return _difference("base_mac", one, other) is None


def shared_strong(one: Traits, other: Traits) -> frozenset[Identifier]:
    """The strong identifiers that two descriptions have in common, less those that something stronger denies."""
    # A serial's maker, the kind of one side: each side may know what the other lacks.
    common = one.identifiers & other.identifiers
    kinds = {one.kind, other.kind}
    found = {same for same in common if any(is_strong(same, kind) for kind in kinds)}
    if not same_chassis(one, other):
        found = {same for same in found if same.kind != "engine_id"}
    return frozenset(found)


def compatible_kinds(one: str | None, other: str | None) -> bool:
    """Whether two kinds may be two words for one thing."""
    if one is None or other is None or one == other or "other" in (one, other):
        return True
    return any(one in family and other in family for family in FAMILIES)


def weak_evidence(one: Traits, other: Traits) -> dict[str, frozenset[str]]:
    """What two descriptions have in common that may only propose: sort of evidence → values."""
    found = {kind: one.values(kind) & other.values(kind) for kind in ("bios_tag", "agent_id")}
    found["bare_serial"] = one.values("serial") & other.values("serial")
    # Random Wi-Fi addresses, and those of hypervisors and tunnels, stand on many things.
    macs = one.values("mac", "base_mac") & other.values("mac", "base_mac")
    found["mac"] = frozenset(
        mac for mac in macs if not is_locally_administered(mac) and not is_virtual_mac(mac)
    )
    common = one.identifiers & other.identifiers
    found["name"] = _common_names(one, other)
    found["ip"] = frozenset(same.value for same in common if same.kind == "ip")
    # The engine id of what is no network gear, the chassis address of a computer.
    for kind in ("engine_id", "base_mac"):
        found[kind] = frozenset(same.value for same in common if same.kind == kind) - found["mac"]
    return {sort: values for sort, values in found.items() if values}


def resemblance(seen: Traits, known: Traits) -> tuple[int, list[Sentence]]:
    """How much weak evidence speaks for one thing (0: none, or something forbids it), and all evidence in words."""
    if veto(seen, known) or not compatible_kinds(seen.kind, known.kind):
        return 0, []
    common = weak_evidence(seen, known)
    score = sum(
        _POINTS[sort] * min(len(values), 2 if sort == "mac" else 1) for sort, values in common.items()
    )
    if common.keys() <= {"name", "ip", "engine_id"} and contradicts(seen, known, _BOARD):
        return 0, []
    said = [says_same(sort, value) for sort, values in common.items() for value in sorted(values)]
    return score, [*said, *contradictions(seen, known)]


def _common_names(one: Traits, other: Traits) -> frozenset[str]:
    """Names in common at one site; a name without a site (a directory's, a person's) counts within its own entities."""
    mine = [name for name in one.identifiers if name.kind == "name"]
    theirs = [name for name in other.identifiers if name.kind == "name"]
    return frozenset(
        a.value
        for a in mine
        for b in theirs
        if a.value == b.value
        and (a.scope == b.scope if a.scope and b.scope else related(one.entity, other.entity))
    )


def related(one: str, other: str) -> bool:
    """Whether one of two entity paths is the other's or above it: a commune and its school, not two communes."""
    return one.startswith(other) or other.startswith(one)


def says_of_two(value: str, evidence: Iterable[Sentence]) -> list[Sentence]:
    """The evidence about a device whose serial number another one on the network states too."""
    rest = [sentence for sentence in evidence if sentence[0] != _SAME["bare_serial"]]
    return [
        (N_("Two devices on the network state the serial number %(value)s."), {"value": value}, "bad"),
        *rest,
    ]


def says_same(sort: str, value: str, scope: str = "") -> Sentence:
    """The sentence for one thing in common."""
    return (_SAME[sort], {"value": value, "scope": scope}, "good")


def contradictions(one: Traits, other: Traits) -> list[Sentence]:
    """What two descriptions do not have in common, in words."""
    found = [_difference(kind, one, other) for kind in _DIFFERENT]
    return [sentence for sentence in found if sentence is not None]


def contradicts(one: Traits, other: Traits, kinds: Iterable[str]) -> bool:
    """Whether values of one of these kinds are known on both sides and none is common."""
    return any(_difference(kind, one, other) is not None for kind in kinds)


def junk_serials(things: Iterable[Traits]) -> frozenset[Identifier]:
    """Serials that stand on more boards or names than one thing can have had."""
    holders = _holders(things, lambda one: one.kind == "serial")
    return frozenset(serial for serial, found in holders.items() if _too_many(found))


def copied_identifiers(things: Iterable[Traits]) -> frozenset[Identifier]:
    """Identifiers other than serials that different things carry: clones, docks, images, recycled names."""
    holders = _holders(things, lambda one: one.kind != "serial")
    return frozenset(
        one
        for one, found in holders.items()
        if len(found) > 1
        and (_groups(found, "serial") > MOST_SERIALS or (one.kind != "name" and _too_many(found)))
    )


def _holders(things: Iterable[Traits], wanted: Any) -> dict[Identifier, list[Traits]]:
    holders: dict[Identifier, list[Traits]] = defaultdict(list)
    for thing in things:
        for one in thing.identifiers:
            if wanted(one):
                holders[one].append(thing)
    return holders


def _too_many(things: Collection[Traits]) -> bool:
    boards = max(
        len(frozenset().union(*(t.values(kind) for t in things))) for kind in ("uuid", "base_mac", "imei")
    )
    return boards > MOST_BOARDS or _groups(things, "name") > MOST_NAMES


def _groups(things: Collection[Traits], kind: str) -> int:
    """How many sets of values of this kind remain when those that overlap are put together."""
    groups: list[frozenset[str]] = []
    for values in {thing.values(kind) for thing in things}:
        if not values:
            continue
        apart = [group for group in groups if not group & values]
        joined = frozenset().union(values, *(group for group in groups if group & values))
        groups = [*apart, joined]
    return len(groups)
