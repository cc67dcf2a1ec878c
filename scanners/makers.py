"""One name for each maker, whatever its papers, firmware or subsidiaries call it."""

from __future__ import annotations

import re
from functools import lru_cache

from scanners.text import clean

# HP and its 2015 halves share one line of serials: a server says "HP" or "HPE" by the age of its firmware, and Aruba switches were HP's.
_SAME: dict[str, str] = {
    "HP": "hp|hewlett packard|hewlettpackard|hewlett packard enterprise|hpe|h p|hp enterprise|procurve|hp procurve|hpe aruba|aruba|"
    "aruba networks|hpe aruba networking|aruba a hewlett packard enterprise|aruba a hewlett packard enterprise company|compaq",
    "Dell": "dell|dell emc|dell technologies|dell computer|dellemc|dell networking|force10|force10 networks",
    "Lenovo": "lenovo|lenovo group|lenovo beijing|lenovo pc",
    "IBM": "ibm|international business machines",
    "Cisco": "cisco|cisco systems|ciscosystems|cisco meraki|meraki|linksys",
    "Fujitsu": "fujitsu|fujitsu siemens|fujitsu client computing|fujitsu technology solutions|fts",
    "Acer": "acer|acer incorporated|packard bell",
    "ASUS": "asus|asustek|asustek computer|asustekcomputer",
    "Apple": "apple|apple computer",
    "Microsoft": "microsoft|ms",
    "Samsung": "samsung|samsung electronics|samsung electro mechanics",
    "LG": "lg|lg electronics|goldstar|lg display",
    "Toshiba": "toshiba|toshiba tec|toshiba tec kk|dynabook",
    "Panasonic": "panasonic|matsushita|matsushita electric industrial",
    "Brother": "brother|brother industries",
    "Canon": "canon",
    "Epson": "epson|seiko epson",
    "Kyocera": "kyocera|kyocera mita|kyocera document solutions|triumph adler|ta triumph adler",
    "Konica Minolta": "konica minolta|konicaminolta|konica|minolta|konica minolta business solutions",
    "Ricoh": "ricoh|nashuatec|gestetner|lanier|rex rotary|savin|infotec|nrg",
    "Xerox": "xerox|fuji xerox|fujifilm business innovation",
    "Lexmark": "lexmark",
    "OKI": "oki|okidata|oki data|oki electric industry",
    "Sharp": "sharp",
    "Zebra": "zebra|zebra technologies",
    "VMware": "vmware",
    "Supermicro": "supermicro|super micro|super micro computer",
    "Schneider Electric": "schneider electric|schneider|apc|american power conversion|apc by schneider electric|mge",
    "Eaton": "eaton|eaton powerware|powerware|mge ups systems",
    "Alcatel-Lucent Enterprise": "alcatel lucent|alcatel lucent enterprise|ale|alcatel|ale international|alcatel lucent ent|xylan",
    "Extreme Networks": "extreme|extreme networks|enterasys|enterasys networks",
    "Juniper": "juniper|juniper networks",
    "Fortinet": "fortinet",
    "Ubiquiti": "ubiquiti|ubiquiti networks|ubnt",
    "D-Link": "d link|dlink",
    "TP-Link": "tp link|tplink|tp link technologies",
    "NETGEAR": "netgear",
    "ZyXEL": "zyxel|zyxel communications",
    "Synology": "synology",
    "QNAP": "qnap|qnap systems",
    "Axis": "axis|axis communications",
    "Hikvision": "hikvision|hangzhou hikvision digital technology",
    "Huawei": "huawei|huawei technologies|huawei device",
    "H3C": "h3c|hangzhou h3c|new h3c",
    "MikroTik": "mikrotik|mikrotikls",
    "Stormshield": "stormshield|netasq",
    "Iiyama": "iiyama|iiyama north america",
    "Philips": "philips|philips consumer electronics|mmd|tpv technology",
    "NEC": "nec|nec display solutions",
    "Gigabyte": "gigabyte|gigabyte technology|giga byte technology",
    "MSI": "msi|micro star|micro star international",
}
_CANONICAL = {alias: name for name, aliases in _SAME.items() for alias in aliases.split("|")}

_LEGAL = frozenset(
    re.findall(
        r"\S+",
        """inc incorporated corp corporation co company ltd limited gmbh kg ag ab sa sas sarl srl spa bv nv llc lp plc oy oyj as aps pte pty kk
    intl international""",
    )
)


def canonical_maker(name: bytes | str | None) -> str | None:
    """One spelling for each maker: legal forms cut, subsidiaries and former names folded; None if nothing remains.

    This is the scope of a serial. Unknown makers are written with a capital at each word, so that case does not matter."""
    text = clean(name, 120)
    return None if text is None else _one_spelling(text)


# Thousands of serials are of the same makers.
@lru_cache(maxsize=1024)
def _one_spelling(text: str) -> str | None:
    words = re.findall(r"[^\W_]+", text.lower())
    folded = " ".join(words)
    while words and folded not in _CANONICAL and len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
        folded = " ".join(words)
    if not words:
        return None
    # "L.L.C." and "S.A." fall apart into single letters at the end.
    while folded not in _CANONICAL and len(words) > 1 and len(words[-1]) == 1 and len(words[0]) > 1:
        words.pop()
        folded = " ".join(words)
    return _CANONICAL.get(folded) or " ".join(word.capitalize() for word in words)


def leading_maker(text: str) -> str | None:
    """The well-known maker that a text begins with ("SHARP MX-C301W"); None where it begins with anything else."""
    words = re.findall(r"[^\W_]+", text[:80].lower())[:3]
    for count in range(len(words), 0, -1):
        maker = _CANONICAL.get(" ".join(words[:count]))
        if maker is not None:
            return maker
    return None
