"""Says what kind of thing a device is, from what it does (standard MIBs), its own words and its maker's trade."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanners.snmp import tables
from scanners.snmp.collect import Reading
from scanners.snmp.descriptions import is_host
from scanners.snmp.enterprises import Enterprise
from scanners.snmp.profile import Profile

ETHERNET, WIRELESS = 6, 71
# So many Ethernet ports has nothing but a switch; fewer, if it bridges as well.
MANY_PORTS, SOME_PORTS = 40, 5
_MULTIFUNCTION = re.compile(
    r"\b(MFP|MFC|multifunction|all-in-one|scanner|facsimile|bizhub|workcentre|imagerunner|aficio (?:MP|IM)|MX-\w+)\b",
    re.IGNORECASE,
)

# Words that name the thing itself. The order matters: a "UPS Network Management Card" is a UPS, a "wireless switch" is not a plain switch.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "management_board",
            (
                r"\b(iDRAC|integrated lights-out|iLO ?\d|BMC|IMM2?|iRMC|iBMC|ILOM|CIMC|XClarity controller"
                r"|KVM[ -](?:over|switch|console|extender)|IP[ -]KVM|baseboard management|(?:remote access|remote management|integrated management) controller)\b"
            ),
        ),
        (
            "firewall",
            r"\b(firewall|fortigate|pfsense|opnsense|UTM|adaptive security appliance|firepower|PAN-OS|security gateway|ipfire)\b",
        ),
        ("load_balancer", r"\b(load ?balancer|BIG-IP|netscaler|loadmaster)\b"),
        (
            "wireless_controller",
            r"\b(wireless (?:lan )?controller|WLC|zonedirector|smartzone|mobility controller|AirOS controller|WLAN controller)\b",
        ),
        (
            "access_point",
            r"\b(access ?point|(?:wireless|wi-?fi|managed|indoor|outdoor) ap|hiveos|airap|unifi ap|UAP-?\w*|U[67]-\w+)\b",
        ),
        ("ups", r"\b(UPS|smart-ups|uninterruptible)\b"),
        (
            "pdu",
            r"\b([ei]?-?PDU|power distribution|cabinet distribution|rack ?pdu|switched rack|power strip|metered rack|transfer switch)\b",
        ),
        ("power", r"\b(rectifier|inverter|genset|DC power|power supply unit)\b"),
        ("camera", r"\b(camera|webcam|video encoder|(?:network|digital) video recorder)\b"),
        ("videoconference", r"\b(video ?conferenc\w*|telepresence|clickshare)\b"),
        (
            "voip_gateway",
            r"\b((?:voip|sip|analog) gateway|session border controller|analog(?:ue)? telephone adapter|media gateway|mediant)\b",
        ),
        ("pbx", r"\b((?:ip-?)?pbx|ipbx|ip ?office|omnipcx|call server|communication server)\b"),
        ("desk_phone", r"\b(ip ?phone|(?:sip|voip|conference|desk) phone|deskphone)\b"),
        (
            "storage",
            (
                r"\b(NAS|diskstation|rackstation|storage|data ontap|readynas|turbonas|terastation|linkstation|freenas|truenas"
                r"|SAN array|disk array|RAID subsystem|tape library|autoloader|NetApp Release|OneFS)\b"
            ),
        ),
        (
            "environment_probe",
            r"\b(temperature|humidity|environment(?:al)? (?:monitor(?:ing)?|sensor|unit)|sensor ?probe|sensorhub|thermometer|netbotz)\b",
        ),
        ("label_printer", r"\b(label|barcode|bar code) printer\b"),
        ("projector", r"\b(projector)\b"),
        ("thin_client", r"\b(thin client)\b"),
        (
            "network_appliance",
            r"\b(time server|ntp server|(?:mail|email|web) gateway|media converter|(?:serial )?device server)\b",
        ),
        ("printer", r"\b(printer|MFP|laserjet|officejet|deskjet|jetdirect|print ?server|printing system)\b"),
        ("hypervisor", r"\b(vmware esxi?|proxmox|xenserver|xcp-ng|hyper-v)\b"),
        ("switch", r"\b(\w*switch|catalyst|procurve|jetstream|nexus|switching|SwOS|USW-\w+)\b"),
        (
            "router",
            r"\b(router|(?:internet|residential|home|broadband|vpn|dsl|cable|services?|lte|[45]g) gateway|routeros|IOS XR|ISR software|ASR\d+|modem|CPE)\b",
        ),
    )
)
_DISTRIBUTION = re.compile(
    r"^Linux \S+ (?:\S*(?:-generic|-amd64|-cloud|\.el\d|\.fc\d|-default|-lts|-pve|\.amzn\d?|-arch\d|-azure|-aws|-gcp|-virtual|-server"
    r"|-raspi|-v[678]l?\+|-coreos)|\d+\.\d+\.\d+(?:\+\d+)? #.* x86_64)"
)
_PROXMOX = re.compile(r"^Linux \S+ \S+(?:-pve | #.* (?:PVE|PMX) )")


@dataclass(frozen=True, slots=True)
class _Case:
    """One device, as the rules look at it."""

    reading: Reading
    enterprise: Enterprise | None
    description: str
    profiles: Sequence[Profile]

    @property
    def maker_told(self) -> bool:
        """Whether its sysObjectID names a maker."""
        return self.enterprise is not None and bool(self.enterprise.maker)


Answer = tuple[str | None, str]


def kind_of(
    reading: Reading, enterprise: Enterprise | None, description: str, profiles: Sequence[Profile]
) -> Answer:
    """(kind, reason), or (None, "") where nothing says it."""
    case = _Case(reading, enterprise, description, profiles)
    for rule in (
        _by_printing,
        _by_profile,
        _by_power,
        _by_system,
        _by_own_words,
        _by_number,
        _by_words,
        _by_trade,
        _by_shape,
        _by_name_of_maker,
    ):
        kind, why = rule(case)
        if kind is not None:
            return kind, why
    return None, ""


def _by_printing(case: _Case) -> Answer:
    reading = case.reading
    printers = tables.HR_PRINTER in reading.column(tables.HR_DEVICE_TYPE).values()
    supplies = reading.column(tables.PRT_SUPPLY_TYPE) or reading.column(tables.PRT_LIFE_COUNT)
    if not printers and not supplies:
        return None, ""
    if not supplies and is_host(case.description):
        return None, ""  # a computer with a print queue
    for profile in case.profiles:
        if "label_printer" in (profile.kind, profile.usually):
            return "label_printer", f"Printer-MIB, and {profile.name} are label printers"
    if case.enterprise is not None and case.enterprise.kind == "label_printer":
        return "label_printer", f"Printer-MIB, and enterprise {case.enterprise.number} makes label printers"
    words = " ".join([case.description, *_descriptions(reading)])
    if _MULTIFUNCTION.search(words):
        return "multifunction_printer", "Printer-MIB, and it says that it scans or faxes"
    return "printer", "Printer-MIB" if supplies else "HOST-RESOURCES-MIB: its device is a printer"


def _descriptions(reading: Reading) -> Iterable[str]:
    values = [*reading.column(tables.HR_DEVICE_DESCR).values(), reading.scalar(tables.PRT_DEVICE_ID)]
    return (value.decode("latin-1") for value in values if isinstance(value, bytes))


def _by_profile(case: _Case) -> Answer:
    """A profile of devices that are all of one kind."""
    for profile in case.profiles:
        if profile.kind is not None:
            return profile.kind, profile.name
    return None, ""


def _by_power(case: _Case) -> Answer:
    reading = case.reading
    told = reading.scalar(tables.UPS_MODEL) is not None or reading.scalar(tables.UPS_MAKER) is not None
    return ("ups", "UPS-MIB") if told else (None, "")


def _by_system(case: _Case) -> Answer:
    """General-purpose systems; Net-SNMP also runs in appliances, so that only a distribution's kernel tells a computer."""
    object_id = case.reading.scalar(tables.SYS_OBJECT_ID)
    if case.enterprise is not None and case.enterprise.number == 311 and isinstance(object_id, tuple):
        # Microsoft: 311.1.1.3.1.1 workstation, .2 server, .3 domain controller
        return ("server" if object_id[-1] in {2, 3} else "computer"), "sysObjectID: Windows"
    if case.maker_told:
        return None, ""
    if _PROXMOX.match(case.description):
        return "hypervisor", "sysDescr: Proxmox VE's kernel"
    if _DISTRIBUTION.match(case.description):
        return "computer", "sysDescr: a general-purpose Linux kernel"
    if re.match(r"(SunOS|Darwin|AIX|HP-UX|DragonFly|OpenBSD|NetBSD|FreeBSD .* GENERIC)\b", case.description):
        return "computer", "sysDescr: a general-purpose system"
    return None, ""


def _by_own_words(case: _Case) -> Answer:
    """Product names that mean a kind at this maker's only."""
    for pattern, kind in (one for profile in case.profiles for one in profile.words):
        match = pattern.search(case.description)
        if match:
            return kind, f"sysDescr says “{match.group(0)}”"
    return None, ""


def _by_number(case: _Case) -> Answer:
    """The maker gives whole branches of its tree to one kind of product."""
    object_id = case.reading.scalar(tables.SYS_OBJECT_ID)
    if not isinstance(object_id, tuple):
        return None, ""
    for branch, kind in (one for profile in case.profiles for one in profile.branches):
        if object_id[: len(branch)] == branch:
            return kind, "sysObjectID: its maker gives this branch to such things"
    return None, ""


def _by_words(case: _Case) -> Answer:
    if is_host(case.description) and not case.maker_told:
        return None, ""  # "Linux <host name> …": the words are the administrator's, not the maker's
    for kind, pattern in _WORDS:
        match = pattern.search(case.description)
        if match and kind == "printer" and (also := _MULTIFUNCTION.search(case.description)):
            return "multifunction_printer", f"sysDescr says “{also.group(0)}”"
        if match:
            return kind, f"sysDescr says “{match.group(0)}”"
    return None, ""


def _by_trade(case: _Case) -> Answer:
    for profile in case.profiles:
        if profile.usually is not None:
            return profile.usually, f"{profile.name}: its maker makes such things"
    if case.enterprise is not None and case.enterprise.kind:
        return case.enterprise.kind, f"sysObjectID: enterprise {case.enterprise.number} makes such things"
    return None, ""


_BRIDGE, _ACCESS_POINT, _ROUTER, _TELEPHONE = 0x20, 0x10, 0x08, 0x04  # LldpSystemCapabilitiesMap, first octet


def _by_shape(case: _Case) -> Answer:
    """What the device says it does on the network: LLDP capabilities, bridge ports, sysServices."""
    reading = case.reading
    if is_host(case.description) and not case.maker_told:
        return None, ""
    capabilities = reading.scalar(tables.LLDP_CAPABILITIES)
    octet = capabilities[0] if isinstance(capabilities, bytes) and capabilities else 0
    if octet & _TELEPHONE:
        return "desk_phone", "LLDP: telephone"
    if octet & _ACCESS_POINT:
        return "access_point", "LLDP: wireless access point"
    types = list(reading.column(tables.IF_TYPE).values())
    if WIRELESS in types:
        return "access_point", "IF-MIB: a wireless interface"
    ports = reading.scalar(tables.BRIDGE_PORTS)
    if isinstance(ports, int) and ports >= 4:
        return "switch", f"BRIDGE-MIB: {ports} ports"
    ethernet = types.count(ETHERNET)
    if ethernet >= MANY_PORTS or (ethernet >= SOME_PORTS and _bridges(reading)):
        return "switch", f"IF-MIB: {ethernet} Ethernet ports"
    services = reading.scalar(tables.SYS_SERVICES)
    if services == 2 or (octet & _BRIDGE and not octet & _ROUTER):
        return "switch", "sysServices: layer 2" if services == 2 else "LLDP: bridge"
    if octet & _ROUTER or services in {4, 6, 78}:
        return "router", "LLDP: router" if octet & _ROUTER else "sysServices: layer 3"
    return None, ""


def _bridges(reading: Reading) -> bool:
    said = (tables.BRIDGE_PORT, tables.BRIDGE_LEARNT, tables.VLAN_LEARNT)
    return any(reading.scalar(one) is not None for one in said)


# What a maker's name says about all that it makes.
_NAMES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("power", r"\b(?:power|ups|rectifiers?|batter(?:y|ies)|energy|energie|inverters?)\b"),
        ("storage", r"\bstorage\b"),
        ("printer", r"\bprint(?:ers?|ing|ronix)\b"),
        ("environment_probe", r"\b(?:sensors?|climate|environmental)\b"),
        (
            "network_appliance",
            r"\b(?:telecom|telecommunications?|communications?|broadband|wireless|optical|optics|microwave|radio|satellite)\b",
        ),
    )
)


def _by_name_of_maker(case: _Case) -> Answer:
    if case.enterprise is not None:
        for kind, pattern in _NAMES:
            match = pattern.search(case.enterprise.maker)
            if match:
                return kind, f"the name of its maker says “{match.group(0)}”"
    return None, ""
