"""Says what a presence probably is, by rules that name what they rest on; a kind only where the thing said it itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanners.identity import is_locally_administered, is_virtual_mac
from scanners.presence.record import Hint


@dataclass(frozen=True, slots=True)
class Guess:
    """A rule that held (a stable code), and the kind where the rule is sure."""

    rule: str
    kind: str | None = None


# The first that holds is the guess. Those with a kind: the thing itself said so, in a protocol made for that kind.
_SAID: tuple[tuple[str, frozenset[str], Guess], ...] = (
    ("ipp", frozenset(), Guess("prints_by_ipp", "printer")),
    ("mdns_service", frozenset({"ipp", "printer", "pdl-datastream"}), Guess("offers_printing", "printer")),
    ("wsd_type", frozenset({"printdevicetype"}), Guess("offers_printing", "printer")),
    ("wsd_type", frozenset({"networkvideotransmitter"}), Guess("onvif_camera", "camera")),
    ("mdns_service", frozenset({"axis-video"}), Guess("onvif_camera", "camera")),
    ("ssdp_type", frozenset({"internetgatewaydevice"}), Guess("internet_gateway", "router")),
    ("ssdp_type", frozenset({"mediarenderer", "mediaserver"}), Guess("media_player")),
    ("mdns_service", frozenset({"googlecast", "airplay"}), Guess("media_player")),
    ("mdns_service", frozenset({"apple-mobdev2"}), Guess("apple_mobile")),
    ("mdns_service", frozenset({"adisk"}), Guess("file_server")),
    ("wsd_type", frozenset({"computer"}), Guess("windows")),
    ("port", frozenset({"9100"}), Guess("raw_printing")),
    ("port", frozenset({"3389"}), Guess("windows")),
    ("port", frozenset({"445"}), Guess("shares_files")),
)


def guess(mac: str | None, hints: Sequence[Hint]) -> Guess | None:
    """Return what a thing with this MAC and these hints probably is, None without any clue."""
    if not mac and not hints:
        return None
    said = {(hint.code, hint.text.lower()) for hint in hints}
    codes = {hint.code for hint in hints}
    for code, texts, found in _SAID:
        if code in codes if not texts else any((code, text) in said for text in texts):
            return found
    if mac and is_virtual_mac(mac):
        return Guess("virtual")
    if mac and is_locally_administered(mac):
        return Guess("random_address")
    return None
