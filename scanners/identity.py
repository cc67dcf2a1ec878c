"""Canonical forms of what tells one thing from another, and the junk that only looks like it (domain facts: §4.1 of the notes on reconciliation)."""

from __future__ import annotations

import ipaddress
import re
import uuid
from functools import lru_cache

from scanners.makers import canonical_maker
from scanners.text import clean

__all__ = [
    "canonical_engine_id",
    "canonical_hostname",
    "canonical_imei",
    "canonical_ip",
    "canonical_mac",
    "canonical_maker",
    "canonical_serial",
    "canonical_tag",
    "canonical_uuid",
    "is_locally_administered",
    "is_virtual_mac",
]

SHORTEST_SERIAL = 4
LONGEST_SERIAL = 64

# Placeholders seen in firmware tables, compared after folding to capital letters and digits only, always as a whole:
# an unanchored pattern would also kill real serials that merely contain "1.2" or "NA".
_JUNK_TEXT = frozenset(
    re.findall(
        r"\S+",
        """NONE NA NAN NULL NIL UNKNOWN UNKNOW UNDEFINED UNSPECIFIED UNAVAILABLE UNUSED EMPTY BLANK INVALID DEFAULT DEFAULTSTRING STRING OEM
    TOBEFILLEDBYOEM TOBEFILLEDBYOEMBYMORESTRING TOBEFILLED FILLEDBYOEM TBD NOTSPECIFIED NOTAPPLICABLE NOTAVAILABLE NOTPRESENT NOTSET
    NOTSETTABLE NOTDEFINED NOTFOUND NOTSUPPORTED NOTASSIGNED NOTPROGRAMMED NOTINSTALLED NOSERIAL NOSERIALNUMBER NOSN NOASSETTAG
    NOASSETINFORMATION NOENCLOSURE NOSUCHOBJECT NOSUCHINSTANCE NOSUCHFILEORDIRECTORY SUCHFILEORDIRECTORY SN SNO SERIAL SERIALNO SERIALNUM SERIALNUMBER SNUMBER XSERIALNUMBER MYSERIAL
    SYSTEMSERIALNUMBER SYSTEMSERIALNUMB SYSTEMSERIAL SYSSERIAL CHASSISSERIALNUMBER CHASSISSERIAL BASEBOARDSERIALNUMBER BASEBOARDSERIAL
    MBSERIALNUMBER BOARDSERIAL BOARDSERIALNUMBER PRODUCTSERIALNUMBER ASSETTAG CHASSISASSETTAG SYSTEMASSETTAG BASEBOARDASSETTAG ATN12345678901234567
    SYSTEMMANUFACTURER SYSTEMPRODUCTNAME SYSTEMNAME SYSTEM PARTNUM PARTNUMBER MODEL OTHER PRIVATE VIRTUAL VMWARE ABCDEFGH ABCDEFGHIJ
    IATPASS EVAL EBANKS SSN SAMPLE TEST EXAMPLE GENERIC ASSET1234567890 SYS1234567890 MB1234567890 BSS0123456789 CHASSIS
    FFFFFFFF 012345678 0123456789 0123456789AB 0123456789ABCDEF 01234567890123456789 01234567 12345 123456 1234567 12345678 123456789
    1234567890 9876543210 0987654321 INTEL DELL ASUS ACER LENOVO""",
    )
)

_REPEATED = re.compile(r"(.)\1*|(..)\2{2,}")
_LABEL = re.compile(
    r"(?:S/N|SN|SER(?:IAL)?(?:\s?(?:NO|NUM|NUMBER|#))?\.?)\s*[:#=]\s*|(?:S/N|SERIAL(?:\s(?:NO\.?|NUMBER|#)))\s+"
)
_AN_ADDRESS = re.compile(r"(?:\w+ )?MAC(?: ADDRESS)?\s*[:=]")
_LENOVO_LABEL = re.compile(r"1S[0-9A-Z]{10}([0-9A-Z]{8})")
_DELL_BOARD = re.compile(r"\.?([0-9A-Z]{7})\.[A-Z]{2}[0-9A-Z]{10,14}\.?(?:[0-9A-Z]{0,4}\.?)?")
_APPLE_LABEL = re.compile(r"S([0-9A-Z]{12})")
_VMWARE = re.compile(r"VMWARE-([0-9A-F]{2}[ -]?){16}")


def is_junk(text: str) -> bool:
    """Whether a serial, tag or the like is a placeholder; the whole text is judged, never a part of it."""
    folded = re.sub(r"[^0-9A-Z]", "", text.upper())
    return not folded or folded in _JUNK_TEXT or _REPEATED.fullmatch(folded) is not None


def canonical_serial(value: bytes | str | None, maker: str | None = None) -> str | None:
    """The serial in capitals, without spaces, labels such as "S/N:" or the maker's own wrapping; None for placeholders and addresses."""
    text = clean(value)
    return None if text is None else _bare_serial(text.upper(), maker)


# What is logged is read once for its field and again for what names the device.
@lru_cache(maxsize=4096)
def _bare_serial(text: str, maker: str | None) -> str | None:
    if _AN_ADDRESS.match(text):
        return None
    before = ""
    while before != text:
        before = text
        text = _unwrapped(_LABEL.sub("", text, count=1) if _LABEL.match(text) else text, maker)
    if len(re.sub(r"[^0-9A-Z]", "", text)) < SHORTEST_SERIAL or len(text) > LONGEST_SERIAL or is_junk(text):
        return None
    return text


def _unwrapped(text: str, maker: str | None) -> str:
    """The serial inside the text that a maker puts around it on labels and in boards."""
    text = text.strip(" \"'*#,;:_=()[]<>{}").replace(" ", "")
    if _VMWARE.fullmatch(text):
        return text.replace("VMWARE-", "VMWARE:").replace("-", "").replace("VMWARE:", "VMWARE-")
    scope = canonical_maker(maker) if maker else None
    wrapping = {
        "Lenovo": _LENOVO_LABEL,
        "IBM": _LENOVO_LABEL,
        "Dell": _DELL_BOARD,
        "Apple": _APPLE_LABEL,
    }.get(scope or "")
    wrapped = wrapping.fullmatch(text) if wrapping else None
    return wrapped.group(1) if wrapped else text


def canonical_tag(value: bytes | str | None) -> str | None:
    """An asset tag in capitals with single spaces; leading zeros are kept; None for placeholders."""
    text = clean(value, 64)
    return None if text is None or is_junk(text) else clean(text.upper(), 64)


_JUNK_UUIDS = frozenset(
    re.findall(
        r"\S+",
        """03000200-0400-0500-0006-000700080009 00020003-0004-0005-0006-000700080009 12345678-1234-5678-90ab-cddeefaabbcc
    78563412-3412-7856-90ab-cddeefaabbcc 12345678-1234-1234-1234-123456789abc 78563412-3412-3412-1234-123456789abc
    4c4c4544-0000-2010-8020-80c04f202020 44454c4c-0000-1020-8020-80c04f202020 01020304-0506-0708-090a-0b0c0d0e0f10
    04030201-0605-0807-090a-0b0c0d0e0f10 00010203-0405-0607-0809-0a0b0c0d0e0f 03020100-0504-0706-0809-0a0b0c0d0e0f
    fefefefe-fefe-fefe-fefe-fefefefefefe""",
    )
)
_HEX_32 = re.compile(r"[0-9a-f]{32}")


def canonical_uuid(value: str | None) -> str | None:
    """A system UUID: the lesser of its two byte orders (tools disagree on the first three fields); None for constants."""
    text = re.sub(r"[^0-9a-z]", "", (value or "")[:80].lower().removeprefix("urn:uuid:"))
    if not _HEX_32.fullmatch(text) or len(set(text)) == 1:
        return None
    found = uuid.UUID(text)
    least = min(str(found), str(uuid.UUID(bytes_le=found.bytes)))
    return None if least in _JUNK_UUIDS or str(found) in _JUNK_UUIDS else least


# Addresses that drivers, modems and privacy features give to everybody.
_JUNK_MACS = frozenset(
    re.findall(
        r"\S+",
        """02:00:00:00:00:00 00:00:00:00:00:01 00:00:00:00:00:02 00:53:45:00:00:00 44:45:53:54:00:00 44:45:53:54:61:6f 50:50:54:50:30:30
    20:41:53:59:4e:ff 20:41:53:59:4e:fe 80:00:60:0f:e8:00 02:80:37:ec:02:00 00:a0:c6:00:00:00 00:1e:10:1f:00:00 00:1e:10:1f:00:01
    58:2c:80:13:92:63 0c:5b:8f:27:9a:64 02:1e:10:1f:00:00 02:00:4c:4f:4f:50 02:00:54:55:4e:01 0a:00:27:00:00:00 00:01:02:03:04:05
    00:11:22:33:44:55 12:34:56:78:9a:bc aa:bb:cc:dd:ee:ff de:ad:be:ef:00:00 00:09:0f:fe:00:01 00:09:0f:aa:00:01 00:05:9a:3c:7a:00
    00:05:9a:3c:78:00 00:e0:4c:00:00:00 00:e0:4c:68:00:01""",
    )
)
_VIRTUAL_PREFIXES = tuple(
    re.findall(
        r"\S+",
        """00:50:56 00:0c:29 00:05:69 00:1c:14 08:00:27 0a:00:27 00:15:5d 00:16:3e 52:54:00 00:1c:42 02:42 00:ff 00:a0:98:e 00:18:51
    00:00:5e:00:01 00:00:5e:00:02 00:00:0c:07:ac 00:00:0c:9f:f 00:07:b4:00 02:bf 02:00:5e 00:1a:4a fe:54:00""",
    )
)


def canonical_mac(value: bytes | str | None) -> str | None:
    """A hardware address as aa:bb:cc:dd:ee:ff; None for zero, broadcast, multicast, other lengths and constants of drivers."""
    octets = value if isinstance(value, bytes) else _mac_octets((value or "")[:64])
    if octets is None or len(octets) != 6 or octets[0] & 1 or len(set(octets)) == 1:
        return None
    text = octets.hex(":")
    return None if text in _JUNK_MACS or octets[:5] == b"\0\0\0\0\0" else text


def _mac_octets(text: str) -> bytes | None:
    text = text.strip().lower().removeprefix("0x")
    groups = re.split(r"[:\-. ]", text)
    if len(groups) == 6 and all(re.fullmatch(r"[0-9a-f]{1,2}", group) for group in groups):
        return bytes(int(group, 16) for group in groups)
    if [len(group) for group in groups] not in ([12], [4, 4, 4], [6, 6]):
        return None
    digits = "".join(groups)
    return bytes.fromhex(digits) if re.fullmatch(r"[0-9a-f]{12}", digits) else None


def is_locally_administered(mac: str) -> bool:
    """Whether a canonical MAC was chosen by software (random Wi-Fi, virtual machines) and not burned in."""
    return bool(int(mac[:2], 16) & 2)


def is_virtual_mac(mac: str) -> bool:
    """Whether a canonical MAC belongs to a hypervisor, a container, a tunnel or a redundancy protocol."""
    return mac.startswith(_VIRTUAL_PREFIXES)


_JUNK_NAMES = frozenset(
    re.findall(
        r"\S+",
        """localhost localhost4 localhost6 localdomain unknown none noname unnamed default null hostname host sysname switch router ap printer
    camera firewall ubnt mikrotik openwrt dd-wrt raspberrypi debian ubuntu centos linux nas server synology idrac ilo npi""",
    )
)
_NAME = re.compile(r"[\w-]{1,63}")


def canonical_hostname(value: bytes | str | None) -> str | None:
    """The short host name in small letters (FQDN cut, DOMAIN\\ and the directory's "$" removed); None for names of anybody."""
    text = (clean(value) or "").lower().rpartition("\\")[2].rstrip("$.").strip()
    if not text or _is_address(text):
        return None
    short = text.split(".", 1)[0]
    if not _NAME.fullmatch(short) or short in _JUNK_NAMES or not re.search(r"[^\W_]", short):
        return None
    return short


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def canonical_imei(value: str | int | None) -> str | None:
    """The 15 digits of an IMEI whose check digit (Luhn) holds; None for anything else."""
    digits = re.sub(r"[\s./-]", "", str(value if value is not None else "")[:40])
    if not re.fullmatch(r"[0-9]{15}", digits) or len(set(digits)) == 1 or digits.startswith("00000000"):
        return None
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(digits)]
    return digits if sum(d // 10 + d % 10 for d in doubled) % 10 == 0 else None


def canonical_ip(value: str | None) -> str | None:
    """An IP address in its shortest form; IPv4 inside IPv6 unwrapped; None for addresses that name nobody in particular."""
    try:
        found = ipaddress.ip_address((value or "")[:64].strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if (
        found.is_multicast
        or found.is_unspecified
        or found.is_link_local
        or str(found) in {"127.0.0.1", "::1"}
    ):
        return None
    return None if str(found) == "255.255.255.255" else str(found)


def canonical_engine_id(value: bytes | str | None) -> str | None:
    """An snmpEngineID (RFC 3411: 5 to 32 octets) as small hex digits; None for constant fillings."""
    if isinstance(value, bytes):
        octets = value
    else:
        digits = re.sub(r"[\s:]", "", (value or "")[:160].lower().removeprefix("0x"))
        if not re.fullmatch(r"(?:[0-9a-f]{2})+", digits):
            return None
        octets = bytes.fromhex(digits)
    if not 5 <= len(octets) <= 32 or len(set(octets[5:])) < 2:
        return None
    return octets.hex()
