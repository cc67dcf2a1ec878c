"""Puts presences into words: how they were noticed, what they gave away, what they probably are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.assets.models import Asset
from inventory.catalog.kinds import Kind
from inventory.core import clock
from inventory.core.i18n import ngettext
from inventory.core.types import Code
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.discovery import queries
from inventory.discovery.models import Presence
from inventory.discovery.presentation import UNNAMED, word
from inventory.discovery.settling import OLD_AFTER_DAYS
from scanners.identity import canonical_mac, is_locally_administered, is_virtual_mac


class Standing(Code):
    """Where a presence stands."""

    OPEN = "open", N_("Not identified"), "info", "question-mark"
    OLD = "old", N_("Not seen lately"), "warn", "clock"
    KNOWN = "known", N_("Known as equipment"), "good", "link"
    IDENTIFIED = "identified", N_("Identified since"), "good", "circle-check"
    HIDDEN = "hidden", N_("Hidden"), "neutral", "eye-off"


MEANS = {
    "icmp": N_("It answers an echo request (ping)."),
    "arp": N_("It answers ARP on the local network."),
    "neighbour_table": N_("It stands in the neighbour table of %(by)s."),
    "mdns": N_("It announces itself by mDNS."),
    "ssdp": N_("It announces itself by SSDP (UPnP)."),
    "wsd": N_("It announces itself by WS-Discovery."),
}
NAME_SOURCES = {
    "dns": N_("name server"),
    "mdns": N_("mDNS"),
    "ssdp": N_("SSDP"),
    "wsd": N_("WS-Discovery"),
    "certificate": N_("certificate"),
}
HINTS = {
    "port": N_("Open TCP port"),
    "ssh": N_("SSH banner"),
    "http_server": N_("Web server"),
    "http_title": N_("Title of its web page"),
    "certificate": N_("Certificate"),
    "ipp": N_("Printer model (IPP)"),
    "mdns_service": N_("Service (mDNS)"),
    "mdns_model": N_("Model (mDNS)"),
    "ssdp_server": N_("System (SSDP)"),
    "ssdp_type": N_("Device type (SSDP)"),
    "ssdp_model": N_("Model (SSDP)"),
    "wsd_type": N_("Device type (WS-Discovery)"),
    "wsd_model": N_("Model (WS-Discovery)"),
}
MATCHES = {
    "mac": N_("same MAC address"),
    "ip": N_("same address only"),
    "name": N_("same name only"),
}
GUESSES = {
    "prints_by_ipp": N_("Printer: it answers by IPP"),
    "offers_printing": N_("Printer: it offers printing"),
    "onvif_camera": N_("Camera: it says so itself"),
    "internet_gateway": N_("Internet gateway: it says so itself"),
    "media_player": N_("Television or media player, probably"),
    "apple_mobile": N_("iPhone or iPad, probably"),
    "file_server": N_("File server, probably"),
    "windows": N_("Windows computer, probably"),
    "raw_printing": N_("Printer, probably: port 9100 is open"),
    "shares_files": N_("Windows computer or file server, probably"),
    "virtual": N_("Virtual machine or container, probably"),
    "random_address": N_("Phone or computer that hides its address, probably"),
}


def guess_of(row: Presence) -> str | None:
    """Return what a presence probably is, in words that say so; None without a clue."""
    return _(GUESSES[row.guess]) if row.guess in GUESSES else None


def maker_of(row: Presence) -> str | None:
    """Return the maker of its MAC; of an address chosen by software that it is one."""
    mac = canonical_mac(row.mac)
    if mac is not None and is_locally_administered(mac):
        return _("virtual address") if is_virtual_mac(mac) else _("random address")
    return row.maker or None


def title_of(row: Presence) -> str:
    """Return what to call a presence: its name, else its address."""
    return row.name or row.address


def title_beside_address(row: Presence) -> str:
    """Return what to call a presence where its address stands beside: its name, else that it has none."""
    return row.name or _(UNNAMED)


def is_old(row: Presence) -> bool:
    """Say whether it was not seen lately."""
    return row.last_seen_at < clock.now() - timedelta(days=OLD_AFTER_DAYS)


def standing_of(row: Presence) -> Standing:
    """Return where a presence stands."""
    if row.asset_id is not None:
        return Standing.KNOWN
    if row.sighting_id is not None:
        return Standing.IDENTIFIED
    if row.hidden_at is not None:
        return Standing.HIDDEN
    return Standing.OLD if is_old(row) else Standing.OPEN


def hints_of(row: Presence) -> str | None:
    """Return the hints in one line, as the list and files show them."""
    ports = [hint["text"] for hint in row.hints if hint["code"] == "port"]
    said = [hint["text"] for hint in row.hints if hint["code"] != "port" and hint["text"]]
    if ports:
        said.insert(0, ngettext("port %(ports)s", "ports %(ports)s", len(ports), ports=", ".join(ports)))
    return " · ".join(said) or None


def evidence(row: Presence) -> list[tuple[str, str]]:
    """Return (what, what it said) of every sign, one a line."""
    how = [(_("Noticed"), words) for words in _how(row)]
    names = [
        (_("Name (%(source)s)", source=word(NAME_SOURCES, one["source"])), one["value"]) for one in row.names
    ]
    return [*how, *names, *((word(HINTS, one["code"]), one["text"]) for one in row.hints)]


def _how(row: Presence) -> list[str]:
    """How it was noticed, a sentence each."""
    return [word(MEANS, one) % {"by": row.told_by} for one in row.means]


def about(row: Presence) -> list[tuple[str, Any] | tuple[str, Any, str]]:
    """Return where and when it was noticed, as the definition macro takes it."""
    others = ", ".join(one for one in row.addresses if one != row.address)
    return [
        (_("Address"), row.address, "code"),
        (_("Other addresses"), others or None, "code"),
        (_("MAC address"), row.mac, "code"),
        (_("Maker of the address"), maker_of(row)),
        (_("Probably"), guess_of(row)),
        (_("Site"), row.site.name),
        (_("Range"), row.range.name if row.range else None),
        (_("First seen"), row.first_seen_at, "instant"),
        (_("Last seen"), row.last_seen_at, "instant"),
    ]


def kind_of(row: Presence) -> Kind | None:
    """Return the kind that its guess is sure of."""
    return Kind(row.guessed_kind) if row.guessed_kind in set(Kind) else None


def asset_link(row: Presence) -> dict[str, Any] | None:
    """Return the equipment that a presence confirms and by what, None where there is none that the reader may see."""
    asset = row.asset
    if asset is None or asset.entity_id not in access().roles:
        return None
    return {
        "url": url_for("assets.detail", public_id=asset.public_id),
        "label": asset.label,
        "why": word(MATCHES, row.matched_by),
    }


def panel_of(asset: Asset) -> dict[str, Any] | None:
    """Return where and how an asset was last noticed on the network, None where it was not."""
    rows = queries.presences_of_asset(asset.id)
    return {"rows": [_line(row) for row in rows]} if rows else None


def _line(row: Presence) -> dict[str, Any]:
    visible = row.entity_id in access().roles
    return {
        "url": url_for("discovery.presence", public_id=row.public_id) if visible else None,
        "address": row.address,
        "others": [one for one in row.addresses if one != row.address],
        "mac": row.mac,
        "how": _how(row),
        "site": row.site.name,
        "last": row.last_seen_at,
        "weak": word(MATCHES, row.matched_by) if row.matched_by != "mac" else None,
    }


def hidden_words(count: int) -> str:
    """Say how many presences were hidden."""
    return str(ngettext("%(num)s presence is hidden.", "%(num)s presences are hidden.", count))


def made_words(made: Sequence[Asset]) -> str:
    """Say what equipment was made."""
    if len(made) == 1:
        return _("%(label)s is logged.", label=made[0].label)
    return str(
        ngettext("%(num)s item of equipment is logged.", "%(num)s items of equipment are logged.", len(made))
    )
