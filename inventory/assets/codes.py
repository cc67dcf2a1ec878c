"""Says what each code of a maker's label is: a label bears the serial number beside its product, part and network numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inventory.assets import readings
from inventory.core.types import Code
from inventory.core.wording import N_
from scanners import identity

MOST_CODES = 12
# What parts the data of one code: the separators of ISO/IEC 15434, GS1's FNC1, ends of lines.
_SEPARATORS = re.compile("[\x04\x1c-\x1f\r\n]+")
_ENVELOPE = re.compile(r"^\[\)>.?(?:05|06|12)?")
# AIM symbology identifiers, which scanners may put before a code: ]C1, ]d2, ]Q3…
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")


class Meaning(Code):
    """What a code of a label says, in the order in which it may name one thing."""

    SERIAL = "serial", N_("serial number (S/N)")
    UNKNOWN = "unknown", N_("some number")
    IMEI = "imei", N_("IMEI")
    MAC = "mac", N_("MAC address")
    PART = "part", N_("part number")
    PRODUCT = "product", N_("product number (EAN, UPC)")
    ADDRESS = "address", N_("web address")
    OTHER = "other", N_("something else")


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that a label's codes say."""

    text: str
    meaning: Meaning


def spaced(text: str) -> str:
    """Return a code's text with spaces for what parts its data, before control characters are taken out of it."""
    return _SEPARATORS.sub(" ", text)


def read(texts: Sequence[str]) -> list[Named]:
    """Return what the codes of one label say, each thing once, what may be its serial number first.

    Of each code the first readings.LONGEST characters are looked at: some patterns take the square of a length.
    """
    found: dict[str, Named] = {}
    for text in texts[:MOST_CODES]:
        for named in _of_code(_SYMBOLOGY.sub("", text.strip()[: readings.LONGEST])):
            found.setdefault(named.text, named)
    places = {meaning: place for place, meaning in enumerate(Meaning)}
    return sorted(found.values(), key=lambda named: places[named.meaning])[:MOST_CODES]


def serials(texts: Sequence[str]) -> list[str]:
    """Return what may be the serial number or the tag: where a code says that it is one, that alone."""
    found = read(texts)
    marked = [named.text for named in found if named.meaning is Meaning.SERIAL]
    return marked or [named.text for named in found if named.meaning is Meaning.UNKNOWN]


def _of_code(text: str) -> Iterator[Named]:
    if _ENVELOPE.match(text):
        # ISO/IEC 15434: messages of fields, each named by the letters of ANSI MH10.8.2.
        for field in _ENVELOPE.sub("", spaced(text), count=1).split():
            yield from _of_field(field)
    elif application := _GS1.match(text):
        yield from _of_gs1(application, text)
    else:
        yield _of_plain(text)


_SERIAL_FIELD = re.compile(r"(?:S|25S|30S)([0-9A-Z][0-9A-Z./-]{4,})")
_PART_FIELD = re.compile(r"(?:P|1P|30P)(\S{3,})")
_MAC_FIELD = re.compile(r"23S([0-9A-F]{12})")


def _of_field(field: str) -> Iterator[Named]:
    if match := _MAC_FIELD.fullmatch(field):
        yield Named(match[1], Meaning.MAC)
    elif match := _SERIAL_FIELD.fullmatch(field):
        yield Named(match[1], Meaning.SERIAL)
    elif match := _PART_FIELD.fullmatch(field):
        yield Named(match[1], Meaning.PART)


# GS1 General Specifications: 01 a trade item of 14 digits, then 21 its serial number, to the end or to FNC1.
_GS1 = re.compile(r"\(?01\)?(\d{14})(?=\(?\d)")
_GS1_SERIAL = re.compile("\\(?21\\)?([^\x1d()]{1,20})")


def _of_gs1(application: re.Match[str], text: str) -> Iterator[Named]:
    rest = text[application.end() :]
    for part in re.split("\x1d|(?=\\(21\\))", rest):
        if match := _GS1_SERIAL.match(part.strip()):
            yield Named(match[1].strip(), Meaning.SERIAL)
    yield Named(application[1], Meaning.PRODUCT)


_PART = re.compile(r"(?:1P|P/?N\s*[.:#]?\s*)(\S{3,})|([0-9A-Z]{4,}#[0-9A-Z]{2,4})", re.IGNORECASE)


def _of_plain(text: str) -> Named:
    named = readings.to_log(text)
    if "://" in text:
        return Named(text, Meaning.ADDRESS)
    if readings.is_marked(text) and named is not None:
        return Named(named, _of_marked(text, named))
    if _is_product(text):
        return Named(text, Meaning.PRODUCT)
    if identity.canonical_mac(text) and re.search("[A-Fa-f:-]", text):
        return Named(text, Meaning.MAC)
    if identity.canonical_imei(text):
        return Named(text, Meaning.IMEI)
    if match := _PART.fullmatch(text):
        return Named(match[1] or match[2], Meaning.PART)
    return Named(text, Meaning.UNKNOWN if _may_name(named) else Meaning.OTHER)


def _of_marked(text: str, named: str) -> Meaning:
    if identity.canonical_mac(named) and not re.match("s", text.strip(), re.IGNORECASE):
        return Meaning.MAC
    return Meaning.IMEI if text.strip().lower().startswith("imei") else Meaning.SERIAL


def _may_name(named: str | None) -> bool:
    return named is not None and len(named) >= readings.SHORTEST_PART and any(c.isdigit() for c in named)


def _is_product(text: str) -> bool:
    """Say whether these are the digits of a trade item (EAN-8, UPC-A, EAN-13, GTIN-14), whose last one checks the others."""
    if len(text) not in (8, 12, 13, 14) or not (text.isascii() and text.isdecimal()):
        return False
    weighed = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(text[:-1])))
    return (weighed + int(text[-1])) % 10 == 0
