"""Reads what a description says in words: its serial number, its version, its model; all as a maker would write them in sysDescr."""

from __future__ import annotations

import re

from scanners.identity import canonical_serial

Answer = tuple[str | None, str]

_SERIAL = re.compile(
    r"(?:\bS/?N\s*[:=]\s*|\bserial(?: number| num| no\.?)?\s*[:=#]{1,2}[:\s]*|\bserial number |\bS/?N[ -](?=\w*\d{5}))"
    r"([A-Z0-9][A-Z0-9/-]{4,30})\b",
    re.IGNORECASE,
)
# APC's cards AP96xx sit in any UPS: the number that they give is their own.
_CARD = re.compile(r"\bManagement Card \(.*\bMN: ?AP96\d\d")
_NUMBER = r"(v?[A-Z]{0,3}\.?[0-9][0-9A-Z._()+-]*[0-9A-Z)])"
# Where no word says "version", a number without a point may be the product's.
_CALLED = r"(?:[ -]?(?:version|revision|release|ver\.?|rev\.?)\s*[:=]?\s*|\s*[:=]\s*|[ -]?(?=v?[A-Z]{0,3}\.?\d[\w-]*\.\d))"
# The version of the software as a whole goes before one that might be a part's.
_VERSIONS = tuple(
    re.compile(pattern + _NUMBER, re.IGNORECASE)
    for pattern in (
        rf"\b(?:application software|software|sw){_CALLED}",
        rf"\b(?:firmware|image|fw){_CALLED}",
        r"(?<!\()\b(?:version|vers|revision|release)\.?[:\s]+",
        r"\bver\.?[:\s]*",
    )
)
_OF_A_SYSTEM = re.compile(r"\b[\w-]*OS[ -](?:[A-Z]-)?(v?\d+\.\d[\w.()-]*[\w)])")
_HOST = re.compile(r"^(?:Linux|FreeBSD|OpenBSD|NetBSD|SunOS|Darwin|Hardware(?=:)|AIX|HP-UX)\b")
_BALANCED = re.compile(r"[^()]*(?:\([^()]*\)[^()]*)*")
_INNER = re.compile(
    r"\b(?:Linux|U-Boot|ROM|IOT|Boot(?:code|R|loader)?|eCos|VxWorks|kernel|HW|H/W|HW_REV|hardware|operating system)"
    r"[-:\s]+(?:(?:version|revision|rev)[.:]?\s*)?\S*\d\S*",
    re.IGNORECASE,
)
_DOTTED = re.compile(
    r"(?<![\w.-])[vV]?\d+(?:\.\d+){2,5}[A-Za-z]{0,3}\d*(?:[-_.]\w+)*(?![\w.])|(?<![\w.-])[vVR]\d+(?:\.\d+[A-Za-z]?)+(?![\w.])"
    r"|(?<![\w.-])[A-Z]{1,3}\.\d+(?:\.\d+)+(?![\w.])"
)
_CODE = re.compile(
    r"[A-Z][A-Za-z0-9]*-[\w/+.-]*\d[\w/+.-]*|[A-Z]{1,5}\d{2,5}[\w/+.-]*"
    r"|\d{3,5}[A-Z]?-(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]+"
)
_NO_CODE = re.compile(r"(?i)^(?:v|ver|rev|sw|hw|fw|r)\.?\d|-v?\d+\.\d|\d+\.\d+\.\d|^ti?mos|^nc-\d")
_BEFORE_VERSION = re.compile(
    r"([A-Z][\w/+-]*(?: [\w/+-]+){0,3}?)"
    r"(?:,? \(?[vV]?\d+(?:\.\d+){2,5}|,? (?i:version|vers?|rev|revision|release|firmware|fw|sw)\b[ :.]*[vV]?\d)"
)
_LABELLED = re.compile(
    r"\b(?:model|product|prod)(?: name)?\s*:\s*([A-Z0-9][^;:,()<>]{1,40}?)(?=[;,)<>]| \w+:| (?:built|serial|version|software|firmware|release)\b|$)",
    re.IGNORECASE,
)
_SHORT = re.compile(r"(?=.*\d)[A-Z][\w/+-]*(?: [\w/+-]+){0,3}")
_NO_PRODUCT = re.compile(
    r"(?i)version|software|firmware|release|system|revision|agent|(?-i:\w*OS\d*\b)|\w*BSD\b|linux|build|\bip\b|appliance|platform|defen[cs]e"
    r"|print ?server|built-in|management|\bcard\b"
)


def is_host(description: str) -> bool:
    """Whether a general-purpose system describes itself: what follows is its host name and its kernel, not the maker's words."""
    return bool(_HOST.match(description))


def serial_in(description: str) -> str | None:
    """A serial number that the description calls so, unless it is a network card's that speaks for something else."""
    match = _SERIAL.search(description) if not _CARD.search(description) else None
    return match.group(1) if match and canonical_serial(match.group(1)) else None


def version_in(description: str) -> Answer:
    """(version, how) of the software as a whole, or its only version number; (None, "") where neither is there."""
    if is_host(description):
        return None, ""
    # A bootloader's, kernel's or board's version beside the firmware's own must not make it ambiguous.
    own = _INNER.sub("", description)
    for pattern in _VERSIONS:
        match = pattern.search(own)
        if match and _BALANCED.fullmatch(match.group(1)):
            return match.group(1).rstrip(".-,("), ""
    system = _OF_A_SYSTEM.search(own)
    if system and _BALANCED.fullmatch(system.group(1)):
        return system.group(1), ": its system's"
    numbers = _DOTTED.findall(own)
    return (numbers[0], ": its only version number") if len(numbers) == 1 else (None, "")


def product_in(description: str, maker: str) -> Answer:
    """(model, how): what is called the model, a product code at the beginning, what stands before the version, or all of a short text."""
    if is_host(description):
        return None, ""
    labelled = _LABELLED.search(description)
    if labelled and any(character.isdigit() for character in labelled.group(1)):
        return labelled.group(1), "sysDescr calls it the model"
    rest = _without_maker(_INNER.sub("", description).strip(" ;,"), maker)
    code = _CODE.match(rest)
    if code and not _NO_CODE.search(code.group(0)) and "_" not in code.group(0):
        return code.group(0).rstrip("-./"), "sysDescr begins with a product code"
    before = _BEFORE_VERSION.match(rest)
    if before and not _NO_PRODUCT.search(before.group(1)):
        return before.group(1), "sysDescr: before the version number"
    if _SHORT.fullmatch(rest) and not _NO_CODE.search(rest) and not _NO_PRODUCT.search(rest):
        return rest, "sysDescr is a short name with a number"
    return None, ""


def _without_maker(text: str, maker: str) -> str:
    """A description without the maker's name in front, or behind a dash."""
    name = maker.split(" (")[0]
    head, dash, tail = text.rpartition(" - ")
    if dash and name and tail.lower().startswith(name.split()[0].lower()):
        text = head
    for prefix in (
        name,
        name.split()[0] if name else "",
        "Technologies",
        "Corporation",
        "Networks",
        "Network",
        "Wireless",
        "EMC",
        "GmbH",
    ):
        if prefix and text.lower().startswith(prefix.lower() + " "):
            text = text[len(prefix) :].lstrip(" ,")
    return text
