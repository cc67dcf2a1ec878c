"""The standard objects that are read, by name, each with the MIB that defines it."""

from __future__ import annotations

from typing import NamedTuple

from scanners.snmp.ber import Oid


def oid(text: str) -> Oid:
    """The numbers of a dotted object identifier."""
    return tuple(int(part) for part in text.strip(".").split("."))


# SNMPv2-MIB (RFC 3418)
SYS_DESCR = oid("1.3.6.1.2.1.1.1")
SYS_OBJECT_ID = oid("1.3.6.1.2.1.1.2")
SYS_UP_TIME = oid("1.3.6.1.2.1.1.3")
SYS_CONTACT = oid("1.3.6.1.2.1.1.4")
SYS_NAME = oid("1.3.6.1.2.1.1.5")
SYS_LOCATION = oid("1.3.6.1.2.1.1.6")
SYS_SERVICES = oid("1.3.6.1.2.1.1.7")
# SNMP-FRAMEWORK-MIB (RFC 3411)
ENGINE_ID = oid("1.3.6.1.6.3.10.2.1.1")
# BRIDGE-MIB (RFC 4188)
BRIDGE_ADDRESS = oid("1.3.6.1.2.1.17.1.1")
BRIDGE_PORTS = oid("1.3.6.1.2.1.17.1.2")
# BRIDGE-MIB, Q-BRIDGE-MIB (RFC 4188, RFC 4363): ports and what was learnt on them; a first instance shows that it bridges
BRIDGE_PORT = oid("1.3.6.1.2.1.17.1.4.1.2")
BRIDGE_LEARNT = oid("1.3.6.1.2.1.17.4.3.1.2")
VLAN_LEARNT = oid("1.3.6.1.2.1.17.7.1.2.2.1.2")
# LLDP-MIB (IEEE 802.1AB-2005)
LLDP_CHASSIS_SUBTYPE = oid("1.0.8802.1.1.2.1.3.1")
LLDP_CHASSIS_ID = oid("1.0.8802.1.1.2.1.3.2")
LLDP_SYS_DESCR = oid("1.0.8802.1.1.2.1.3.4")
LLDP_CAPABILITIES = oid("1.0.8802.1.1.2.1.3.6")
# LLDP-EXT-MED-MIB (ANSI/TIA-1057): the inventory that the device tells its neighbours
MED_FIRMWARE = oid("1.0.8802.1.1.2.1.5.4795.1.2.3")
MED_SOFTWARE = oid("1.0.8802.1.1.2.1.5.4795.1.2.4")
MED_SERIAL = oid("1.0.8802.1.1.2.1.5.4795.1.2.5")
MED_MAKER = oid("1.0.8802.1.1.2.1.5.4795.1.2.6")
MED_MODEL = oid("1.0.8802.1.1.2.1.5.4795.1.2.7")
# RMON2-MIB (RFC 4502)
PROBE_SOFTWARE = oid("1.3.6.1.2.1.16.19.2")
# Printer-MIB (RFC 3805)
PRT_NAME = oid("1.3.6.1.2.1.43.5.1.1.16")
PRT_SERIAL = oid("1.3.6.1.2.1.43.5.1.1.17")
# UPS-MIB (RFC 1628)
UPS_MAKER = oid("1.3.6.1.2.1.33.1.1.1")
UPS_MODEL = oid("1.3.6.1.2.1.33.1.1.2")
UPS_FIRMWARE = oid("1.3.6.1.2.1.33.1.1.3")
UPS_AGENT = oid("1.3.6.1.2.1.33.1.1.4")
UPS_NAME = oid("1.3.6.1.2.1.33.1.1.5")
# PWG PPM-MIB (PWG 5107.2): the first printer's IEEE 1284 device id
PRT_DEVICE_ID = oid("1.3.6.1.4.1.2699.1.2.1.2.1.1.3")
# IEEE802dot11-MIB: dot11ResourceInfoTable
DOT11_MAKER = oid("1.2.840.10036.3.1.2.1.2")
DOT11_PRODUCT = oid("1.2.840.10036.3.1.2.1.3")
DOT11_VERSION = oid("1.2.840.10036.3.1.2.1.4")
# HOST-RESOURCES-MIB (RFC 2790)
HR_MEMORY_KB = oid("1.3.6.1.2.1.25.2.2")
# IP-MIB (RFC 4293)
IP_FORWARDING = oid("1.3.6.1.2.1.4.1")

SCALARS: tuple[Oid, ...] = (
    SYS_DESCR,
    SYS_OBJECT_ID,
    SYS_UP_TIME,
    SYS_CONTACT,
    SYS_NAME,
    SYS_LOCATION,
    SYS_SERVICES,
    ENGINE_ID,
    BRIDGE_ADDRESS,
    BRIDGE_PORTS,
    BRIDGE_PORT,
    BRIDGE_LEARNT,
    VLAN_LEARNT,
    LLDP_CHASSIS_SUBTYPE,
    LLDP_CHASSIS_ID,
    LLDP_SYS_DESCR,
    LLDP_CAPABILITIES,
    MED_FIRMWARE,
    MED_SOFTWARE,
    MED_SERIAL,
    MED_MAKER,
    MED_MODEL,
    PROBE_SOFTWARE,
    PRT_NAME,
    PRT_SERIAL,
    UPS_MAKER,
    UPS_MODEL,
    UPS_FIRMWARE,
    UPS_AGENT,
    UPS_NAME,
    PRT_DEVICE_ID,
    DOT11_MAKER,
    DOT11_PRODUCT,
    DOT11_VERSION,
    HR_MEMORY_KB,
    IP_FORWARDING,
)

# IF-MIB (RFC 2863)
IF_DESCR = oid("1.3.6.1.2.1.2.2.1.2")
IF_TYPE = oid("1.3.6.1.2.1.2.2.1.3")
IF_SPEED = oid("1.3.6.1.2.1.2.2.1.5")
IF_MAC = oid("1.3.6.1.2.1.2.2.1.6")
IF_ADMIN = oid("1.3.6.1.2.1.2.2.1.7")
IF_OPER = oid("1.3.6.1.2.1.2.2.1.8")
IF_NAME = oid("1.3.6.1.2.1.31.1.1.1.1")
IF_HIGH_SPEED = oid("1.3.6.1.2.1.31.1.1.1.15")
IF_ALIAS = oid("1.3.6.1.2.1.31.1.1.1.18")
# IP-MIB: ipAdEntIfIndex (RFC 1213), ipAddressIfIndex (RFC 4293)
IP_IF_INDEX = oid("1.3.6.1.2.1.4.20.1.2")
IP_ADDRESS_IF_INDEX = oid("1.3.6.1.2.1.4.34.1.3")
IP_ADDRESS_TYPE = oid("1.3.6.1.2.1.4.34.1.4")
# IP-MIB: ipNetToMediaPhysAddress (RFC 1213), ipNetToPhysicalPhysAddress and its type (RFC 4293)
ARP_MAC = oid("1.3.6.1.2.1.4.22.1.2")
RESOLVED_MAC = oid("1.3.6.1.2.1.4.35.1.4")
RESOLVED_TYPE = oid("1.3.6.1.2.1.4.35.1.6")
# ENTITY-MIB (RFC 6933)
ENT_DESCR = oid("1.3.6.1.2.1.47.1.1.1.1.2")
ENT_CLASS = oid("1.3.6.1.2.1.47.1.1.1.1.5")
ENT_NAME = oid("1.3.6.1.2.1.47.1.1.1.1.7")
ENT_FIRMWARE = oid("1.3.6.1.2.1.47.1.1.1.1.9")
ENT_SOFTWARE = oid("1.3.6.1.2.1.47.1.1.1.1.10")
ENT_SERIAL = oid("1.3.6.1.2.1.47.1.1.1.1.11")
ENT_MAKER = oid("1.3.6.1.2.1.47.1.1.1.1.12")
ENT_MODEL = oid("1.3.6.1.2.1.47.1.1.1.1.13")
# HOST-RESOURCES-MIB (RFC 2790)
HR_DEVICE_TYPE = oid("1.3.6.1.2.1.25.3.2.1.2")
HR_DEVICE_DESCR = oid("1.3.6.1.2.1.25.3.2.1.3")
HR_PRINTER = oid("1.3.6.1.2.1.25.3.1.5")
# Printer-MIB (RFC 3805)
PRT_LIFE_UNIT = oid("1.3.6.1.2.1.43.10.2.1.3")
PRT_LIFE_COUNT = oid("1.3.6.1.2.1.43.10.2.1.4")
PRT_SUPPLY_COLORANT = oid("1.3.6.1.2.1.43.11.1.1.3")
PRT_SUPPLY_CLASS = oid("1.3.6.1.2.1.43.11.1.1.4")
PRT_SUPPLY_TYPE = oid("1.3.6.1.2.1.43.11.1.1.5")
PRT_SUPPLY_DESCR = oid("1.3.6.1.2.1.43.11.1.1.6")
PRT_SUPPLY_UNIT = oid("1.3.6.1.2.1.43.11.1.1.7")
PRT_SUPPLY_MAX = oid("1.3.6.1.2.1.43.11.1.1.8")
PRT_SUPPLY_LEVEL = oid("1.3.6.1.2.1.43.11.1.1.9")
PRT_COLORANT = oid("1.3.6.1.2.1.43.12.1.1.4")
PRT_TRAY_UNIT = oid("1.3.6.1.2.1.43.8.2.1.8")
PRT_TRAY_MAX = oid("1.3.6.1.2.1.43.8.2.1.9")
PRT_TRAY_LEVEL = oid("1.3.6.1.2.1.43.8.2.1.10")
PRT_TRAY_NAME = oid("1.3.6.1.2.1.43.8.2.1.13")
PRT_TRAY_DESCR = oid("1.3.6.1.2.1.43.8.2.1.18")
PRT_ALERT_SEVERITY = oid("1.3.6.1.2.1.43.18.1.1.2")
PRT_ALERT_DESCR = oid("1.3.6.1.2.1.43.18.1.1.8")


# BRIDGE-MIB (RFC 4188): dot1dBasePortIfIndex is BRIDGE_PORT, dot1dTpFdbPort is BRIDGE_LEARNT; Q-BRIDGE-MIB (RFC 4363)
VLAN_FDB_ID = oid("1.3.6.1.2.1.17.7.1.4.2.1.3")
PORT_VLAN = oid("1.3.6.1.2.1.17.7.1.4.5.1.1")
# CISCO-VTP-MIB vtpVlanState; index of the management domain, then the VLAN
VTP_VLAN_STATE = oid("1.3.6.1.4.1.9.9.46.1.3.1.1.2")
# IEEE8023-LAG-MIB: the aggregate that a port is attached to
AGGREGATE = oid("1.2.840.10006.300.43.1.2.1.1.13")
# LLDP-MIB (IEEE 802.1AB-2005): local ports, then what the neighbours say; index TimeMark.LocalPortNum.Index
LLDP_PORT_SUBTYPE = oid("1.0.8802.1.1.2.1.3.7.1.2")
LLDP_PORT_ID = oid("1.0.8802.1.1.2.1.3.7.1.3")
LLDP_PORT_DESCR = oid("1.0.8802.1.1.2.1.3.7.1.4")
LLDP_REMOTE = oid("1.0.8802.1.1.2.1.4.1.1")
LLDP_REMOTE_ADDRESS = oid("1.0.8802.1.1.2.1.4.2.1.3")
# LLDP-V2-MIB (IEEE 802.1AB-2009): the same columns one number further; index TimeMark.LocalIfIndex.DestMACAddress.Index
LLDP_V2_REMOTE = oid("1.3.111.2.802.1.1.13.1.4.1.1")
# CISCO-CDP-MIB cdpCacheTable; index IfIndex.DeviceIndex
CDP_CACHE = oid("1.3.6.1.4.1.9.9.23.1.2.1.1")

LLDP_COLUMNS = {
    "chassis_subtype": 4, "chassis": 5, "port_subtype": 6, "port": 7, "port_description": 8, "name": 9,
    "description": 10, "supported": 11, "enabled": 12,
}  # fmt: skip
CDP_COLUMNS = {
    "address_type": 3, "address": 4, "version": 5, "device": 6, "port": 7, "platform": 8,
    "capabilities": 9, "name": 17,
}  # fmt: skip
MOST_LEARNT = 8192
MOST_NEIGHBOURS = 1024
MOST_CLIENTS = 4096


def lldp(column: str) -> Oid:
    """A column of lldpRemTable by its short name."""
    return (*LLDP_REMOTE, LLDP_COLUMNS[column])


def lldp_v2(column: str) -> Oid:
    """A column of lldpV2RemTable by its short name."""
    return (*LLDP_V2_REMOTE, LLDP_COLUMNS[column] + 1)


def cdp(column: str) -> Oid:
    """A column of cdpCacheTable by its short name."""
    return (*CDP_CACHE, CDP_COLUMNS[column])


class Table(NamedTuple):
    """Columns read together when a probe column exists; `identity` tables must be whole for an observation to be made.

    A table with `most` is read by itself at the end, at most so many rows of it, and not at all where `unless` said
    something already."""

    name: str
    probes: tuple[Oid, ...]
    columns: tuple[Oid, ...]
    identity: bool = False
    most: int = 0
    unless: Oid | None = None


class ClientTable(NamedTuple):
    """A table whose index begins with the client's MAC address.

    `access_point`: the column with the radio's MAC or the IP address of the access point; None: the device itself.
    `radios`: the column that leads from a radio's MAC (its index) to the access point's own (its value, or the first
    six numbers of its index where `radio_last`). `on_interface`: the index ends with the ifIndex of the radio.
    `unless`: a column that tells the same and is read before; where it said something, this table is left out.
    """

    name: str
    column: Oid
    access_point: Oid | None = None
    ssid: Oid | None = None
    radios: Oid | None = None
    radio_last: bool = False
    on_interface: bool = False
    unless: Oid | None = None


CLIENT_TABLES: tuple[ClientTable, ...] = (
    ClientTable(
        "AIRESPACE-WIRELESS-MIB bsnMobileStationTable",
        oid("1.3.6.1.4.1.14179.2.1.4.1.4"),
        access_point=oid("1.3.6.1.4.1.14179.2.1.4.1.4"),
        ssid=oid("1.3.6.1.4.1.14179.2.1.4.1.7"),
        radios=oid("1.3.6.1.4.1.14179.2.2.1.1.33"),  # bsnAPEthernetMacAddress
    ),
    # What newer controllers (Catalyst 9800) answer in its place; cLApIfMacAddress leads from a radio to the access point.
    ClientTable(
        "CISCO-LWAPP-DOT11-CLIENT-MIB cldcClientTable",
        oid("1.3.6.1.4.1.9.9.599.1.3.1.1.8"),
        access_point=oid("1.3.6.1.4.1.9.9.599.1.3.1.1.8"),
        ssid=oid("1.3.6.1.4.1.9.9.599.1.3.1.1.28"),
        radios=oid("1.3.6.1.4.1.9.9.513.1.1.1.1.2"),
        unless=oid("1.3.6.1.4.1.14179.2.1.4.1.4"),
    ),
    ClientTable(
        "WLSX-WLAN-MIB wlsxWlanStationTable",
        oid("1.3.6.1.4.1.14823.2.2.1.5.2.2.1.1.2"),
        access_point=oid("1.3.6.1.4.1.14823.2.2.1.5.2.2.1.1.2"),
        ssid=oid("1.3.6.1.4.1.14823.2.2.1.5.2.2.1.1.12"),
        radios=oid(
            "1.3.6.1.4.1.14823.2.2.1.5.2.1.7.1.2"
        ),  # wlanAPESSID; index MAC of the access point.radio.BSSID
        radio_last=True,
    ),
    ClientTable(
        "AI-AP-MIB aiClientTable",
        oid("1.3.6.1.4.1.14823.2.3.3.1.2.4.1.4"),
        access_point=oid("1.3.6.1.4.1.14823.2.3.3.1.2.4.1.4"),
    ),
    ClientTable(
        "RUCKUS-ZD-WLAN-MIB ruckusZDWLANStaTable",
        oid("1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1.2"),
        access_point=oid("1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1.2"),
        ssid=oid("1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1.4"),
    ),
    ClientTable(
        "HUAWEI-WLAN-STATION-MIB hwWlanStationTable",
        oid("1.3.6.1.4.1.2011.6.139.18.1.2.1.3"),
        access_point=oid("1.3.6.1.4.1.2011.6.139.18.1.2.1.3"),
        ssid=oid("1.3.6.1.4.1.2011.6.139.18.1.2.1.18"),
    ),
    ClientTable("MIKROTIK-MIB mtxrWlRtabTable", oid("1.3.6.1.4.1.14988.1.1.1.2.1.3"), on_interface=True),
)

TABLES: tuple[Table, ...] = (
    Table(
        "ENTITY-MIB",
        (ENT_CLASS, ENT_SERIAL, ENT_MODEL, ENT_SOFTWARE, ENT_FIRMWARE),
        (ENT_CLASS, ENT_SERIAL, ENT_MODEL, ENT_MAKER, ENT_DESCR, ENT_NAME, ENT_FIRMWARE, ENT_SOFTWARE),
        identity=True,
    ),
    Table("IF-MIB", (IF_TYPE,), (IF_TYPE, IF_DESCR, IF_MAC, IF_SPEED, IF_ADMIN, IF_OPER), identity=True),
    Table("IF-MIB extension", (IF_NAME,), (IF_NAME, IF_HIGH_SPEED, IF_ALIAS)),
    Table("IP addresses", (IP_IF_INDEX,), (IP_IF_INDEX,)),
    Table("IP addresses (RFC 4293)", (IP_ADDRESS_IF_INDEX,), (IP_ADDRESS_IF_INDEX, IP_ADDRESS_TYPE)),
    Table("HOST-RESOURCES devices", (HR_DEVICE_TYPE,), (HR_DEVICE_TYPE, HR_DEVICE_DESCR)),
    Table("Printer-MIB counters", (PRT_LIFE_COUNT,), (PRT_LIFE_COUNT, PRT_LIFE_UNIT)),
    Table(
        "Printer-MIB supplies",
        (PRT_SUPPLY_TYPE,),
        (
            *(PRT_SUPPLY_TYPE, PRT_SUPPLY_CLASS, PRT_SUPPLY_DESCR, PRT_SUPPLY_UNIT),
            *(PRT_SUPPLY_MAX, PRT_SUPPLY_LEVEL, PRT_SUPPLY_COLORANT, PRT_COLORANT),
        ),
    ),
    Table(
        "Printer-MIB trays",
        (PRT_TRAY_LEVEL, PRT_TRAY_MAX),
        (PRT_TRAY_LEVEL, PRT_TRAY_MAX, PRT_TRAY_UNIT, PRT_TRAY_NAME, PRT_TRAY_DESCR),
    ),
    Table("Printer-MIB alerts", (PRT_ALERT_SEVERITY,), (PRT_ALERT_SEVERITY, PRT_ALERT_DESCR)),
    Table("IEEE8023-LAG-MIB", (AGGREGATE,), (AGGREGATE,), most=2048),
    Table("BRIDGE-MIB ports", (BRIDGE_PORT,), (BRIDGE_PORT, PORT_VLAN), most=2048),
    Table("Q-BRIDGE-MIB VLANs", (VLAN_FDB_ID,), (VLAN_FDB_ID,), most=4096),
    Table("CISCO-VTP-MIB VLANs", (VTP_VLAN_STATE,), (VTP_VLAN_STATE,), most=1024),
    Table("Q-BRIDGE-MIB forwarding", (VLAN_LEARNT,), (VLAN_LEARNT,), most=MOST_LEARNT),
    Table("BRIDGE-MIB forwarding", (BRIDGE_LEARNT,), (BRIDGE_LEARNT,), most=MOST_LEARNT, unless=VLAN_LEARNT),
    Table(
        "LLDP-MIB neighbours",
        (lldp("chassis"),),
        (
            *(lldp(name) for name in LLDP_COLUMNS),
            *(LLDP_REMOTE_ADDRESS, LLDP_PORT_SUBTYPE, LLDP_PORT_ID, LLDP_PORT_DESCR),
        ),
        most=MOST_NEIGHBOURS,
    ),
    Table(
        "LLDP-V2-MIB neighbours",
        (lldp_v2("chassis"),),
        tuple(lldp_v2(name) for name in LLDP_COLUMNS),
        most=MOST_NEIGHBOURS,
        unless=lldp("chassis"),
    ),
    Table("CISCO-CDP-MIB", (cdp("device"),), tuple(cdp(name) for name in CDP_COLUMNS), most=MOST_NEIGHBOURS),
    *(
        Table(
            one.name,
            (one.column,),
            tuple(column for column in dict.fromkeys((one.column, one.ssid, one.radios)) if column),
            most=MOST_CLIENTS,
            unless=one.unless,
        )
        for one in CLIENT_TABLES
    ),
)

# Read last, of what forwards or bridges, each column up to a bound of its own: they are about others.
RESOLVED_COLUMNS = (RESOLVED_MAC, RESOLVED_TYPE, ARP_MAC)
MOST_RESOLVED = 4096
