"""Asks a printer what it is by IPP (RFC 8010, RFC 8011 §4.2.5 Get-Printer-Attributes)."""

from __future__ import annotations

import struct

WANTED = "printer-make-and-model"
_GET_PRINTER_ATTRIBUTES, _OPERATION, _END = 0x000B, 0x01, 0x03
_CHARSET, _LANGUAGE, _URI, _KEYWORD = 0x47, 0x48, 0x45, 0x44
PATH = "/ipp/print"


def question(address: str) -> bytes:
    """Return the request for the make and model."""
    attributes = (
        (_CHARSET, "attributes-charset", "utf-8"),
        (_LANGUAGE, "attributes-natural-language", "en"),
        (_URI, "printer-uri", f"ipp://{address}{PATH}"),
        (_KEYWORD, "requested-attributes", WANTED),
    )
    body = b"".join(
        struct.pack(f"!BH{len(name)}sH", tag, len(name), name.encode(), len(value)) + value.encode()
        for tag, name, value in attributes
    )
    return struct.pack("!BBHIB", 1, 1, _GET_PRINTER_ATTRIBUTES, 1, _OPERATION) + body + bytes([_END])


def make_and_model(data: bytes) -> bytes | None:
    """Return the make and model in an answer; None if it says none, refuses, or is malformed."""
    if len(data) < 9 or data[2:4] >= b"\x01\x00":  # a status from 0x0100 on is no success
        return None
    place = 8
    while place + 3 <= len(data) and data[place] != _END:
        if data[place] < 0x10:  # a delimiter begins another group
            place += 1
            continue
        name, place = _counted(data, place + 1)
        value, place = _counted(data, place)
        if name == WANTED.encode():
            return value
    return None


def _counted(data: bytes, place: int) -> tuple[bytes, int]:
    """Return the octets behind a length of two octets, and where they end; a length beyond the end takes what is there."""
    length = int.from_bytes(data[place : place + 2])
    return data[place + 2 : place + 2 + length], place + 2 + length
