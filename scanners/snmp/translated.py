"""Turns what pysnmp decoded into the types of the own decoder."""

from __future__ import annotations

import socket
from typing import Any

from scanners.snmp import ber


def tag_of(one: Any) -> int:
    """The identifier octet (X.690 §8.1.2) of something that pysnmp decoded."""
    tag = one.tagSet.superTags[-1]
    return int(tag.tagClass | tag.tagFormat | tag.tagId)


def binding(name: Any, value: Any) -> ber.Binding:
    """A variable binding in the own decoder's types; raises ValueError where its name is too long."""
    oid = tuple(int(part) for part in name)
    if len(oid) > ber.MOST_SUBIDENTIFIERS:
        raise ValueError("an object identifier is too long")
    return ber.encode_oid(oid), *_value(value)


def _value(value: Any) -> tuple[int, ber.Value]:
    simple = getattr(value, "getComponent", None)
    while simple is not None:  # v1 and v2c wrap values in choices
        value = simple()
        simple = getattr(value, "getComponent", None)
    number = tag_of(value)
    if number in (ber.OCTETS, ber.OPAQUE):
        return number, bytes(value)
    if number == ber.IP_ADDRESS:
        octets = bytes(value)
        return number, socket.inet_ntoa(octets) if len(octets) == 4 else octets
    if number == ber.OID:
        return number, tuple(int(part) for part in value)
    if number == ber.NULL or number in ber.EXCEPTIONS:
        return number, None
    return number, int(value)
