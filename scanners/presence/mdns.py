"""Multicast DNS (RFC 6762, RFC 6763): one question for the usual services, and what an answer says of its sender."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.rdataclass
import dns.rdatatype

from scanners.presence.record import Hint, Name, hints, names

GROUP, HOPS = ("224.0.0.251", 5353), 255
SERVICES = (
    *(
        "_ipp",
        "_printer",
        "_pdl-datastream",
        "_scanner",
        "_workstation",
        "_device-info",
        "_smb",
        "_http",
        "_ssh",
    ),
    *(
        "_airplay",
        "_googlecast",
        "_apple-mobdev2",
        "_rdlink",
        "_companion-link",
        "_adisk",
        "_axis-video",
        "_hap",
    ),
)
# Keys of the TXT record that name a model: printers (ty), Apple's (model), Google's (md).
_MODEL_KEYS = ("ty", "model", "md")
# "One-shot" questions from a port of one's own are answered by unicast (RFC 6762 §6.7).
_UNICAST_WANTED = 0x8001


def question() -> bytes:
    """Return one packet that asks for every service of SERVICES."""
    message = dns.message.Message(id=0)
    message.flags = 0
    for service in SERVICES:
        name = dns.name.from_text(f"{service}._tcp.local.")
        message.question.append(dns.rrset.RRset(name, _UNICAST_WANTED, dns.rdatatype.PTR))  # type: ignore[arg-type]
    return message.to_wire()


def read(address: str, data: bytes) -> tuple[tuple[Name, ...], tuple[Hint, ...]]:
    """Return the names and hints that `address` gives of itself; nothing for what is malformed or about others."""
    try:
        message = dns.message.from_wire(data, ignore_trailing=True, continue_on_error=True)
    except dns.exception.DNSException:
        return (), ()
    records = [record for section in (message.answer, message.additional) for record in section]
    own = {
        str(one.name).lower() for one in records if one.rdtype == dns.rdatatype.A and address in map(str, one)
    }
    mine, services, models = set(), [], []
    for one in records:
        if one.rdtype == dns.rdatatype.SRV and any(str(row.target).lower() in own for row in one):
            mine.add(one.name)
            services.append(_service(one.name))
    for one in records:
        if one.rdtype == dns.rdatatype.TXT and (one.name in mine or "_device-info" in str(one.name)):
            models += [model for row in one for model in _models(row.strings)]
    called = [(label.rstrip(".").removesuffix(".local"), "mdns") for label in sorted(own)]
    said: list[tuple[str, str | bytes]] = [("mdns_service", name) for name in services if name]
    said += [("mdns_model", model) for model in models]
    return names(called), hints(said)


def _service(name: dns.name.Name) -> str | None:
    """Return "ipp" of "HP LaserJet._ipp._tcp.local."."""
    labels = [label.decode("latin-1").lower() for label in name.labels if label.startswith(b"_")]
    return labels[0].removeprefix("_")[:30] if labels else None


def _models(strings: tuple[bytes, ...]) -> list[bytes]:
    pairs = (text.partition(b"=") for text in strings[:64])
    return [value for key, _equals, value in pairs if key.decode("latin-1").lower() in _MODEL_KEYS]
