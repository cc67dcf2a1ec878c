"""WS-Discovery (OASIS 1.1, and the draft of 2005/04 that printers and cameras speak): a probe, and what matches it."""

from __future__ import annotations

import uuid
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from scanners.presence.record import Hint, Name, hints, names

GROUP, HOPS = ("239.255.255.250", 3702), 1
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_PROBE = """<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" \
xmlns:d="{discovery}"><s:Header><a:Action>{discovery}/Probe</a:Action><a:MessageID>urn:uuid:{id}</a:MessageID>\
<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe/></s:Body></s:Envelope>"""
_ONVIF = "onvif://www.onvif.org/"
MOST_WORDS = 32


def question() -> bytes:
    """Return a probe for devices of any type."""
    return _PROBE.format(discovery=DISCOVERY, id=uuid.uuid4()).encode()


def read(_address: str, data: bytes) -> tuple[tuple[Name, ...], tuple[Hint, ...]]:
    """Return the name and hints of a ProbeMatches; nothing for what is malformed or declares a DTD."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):  # ValueError: an encoding that nobody knows
        return (), ()
    types = [word.rpartition(":")[2] for word in _words(root, "Types")]
    scopes = [word.removeprefix(_ONVIF) for word in _words(root, "Scopes") if word.startswith(_ONVIF)]
    said = dict(unquote(scope).partition("/")[::2] for scope in scopes)
    found = [("wsd_type", word) for word in types if word != "Device"]
    model = ("wsd_model", said.get("hardware"))
    return names([(said.get("name"), "wsd")]), hints([*found, *([model] if model[1] else [])])


def _words(root: Element, name: str) -> list[str]:
    found = (one for one in root.iter() if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == name)
    return [word for one in found for word in (one.text or "").split()][:MOST_WORDS]
