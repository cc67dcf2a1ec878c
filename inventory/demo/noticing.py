"""What scans notice and cannot identify, in a made-up commune: cameras, telephones, boxes; and equipment that is silent, but there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from inventory.assets.states import SourceKind
from inventory.demo.lives import Life
from inventory.demo.networks import Range
from inventory.demo.nights import Night
from inventory.demo.watching import Watch
from inventory.discovery.presences import best_name
from scanners.observation import Identifier
from scanners.presence import Hint
from scanners.presence.guess import guess
from scanners.presence.makers import maker_of

SILENT_BUT_THERE, HIDDEN, GONE, BEHIND_ROUTER = 0.6, 0.15, 0.12, 0.2
FEWEST, MOST = 5, 14
REASONS = (
    "Téléphone du gardien",
    "Box de secours, sous contrat de l’opérateur",
    "Téléviseur de la salle du conseil, hors parc",
    "Matériel de l’association locataire",
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """A thing that nobody logged: the maker's block of its MAC ("" for a random one), its names and hints."""

    block: str
    names: tuple[tuple[str, str], ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    means: tuple[str, ...] = ("icmp", "arp")


STRANGERS: tuple[Stranger, ...] = (
    Stranger("", means=("arp",)),
    Stranger("", (("iPhone", "mdns"),), (("mdns_service", "apple-mobdev2"),), ("icmp", "arp", "mdns")),
    Stranger("", (("Galaxy-A52", "dns"),)),
    Stranger(
        "ac:cc:8e", (("Caméra parvis", "wsd"),),
        (("port", "80"), ("wsd_type", "NetworkVideoTransmitter"), ("wsd_model", "M3045-V")), ("icmp", "arp", "wsd"),
    ),
    Stranger(
        "00:1b:a9", (("BRW001BA9", "mdns"),),
        (("port", "9100"), ("ipp", "Brother HL-L5100DN series"), ("mdns_service", "ipp")), ("icmp", "arp", "mdns"),
    ),
    Stranger(
        "f4:ca:e5", (("Box de l’école", "ssdp"),),
        (("ssdp_type", "InternetGatewayDevice"), ("http_title", "Interface de gestion")), ("icmp", "arp", "ssdp"),
    ),
    Stranger("b8:27:eb", (("affichage-hall", "dns"),), (("port", "22"), ("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2"))),
    Stranger("00:11:32", (("nas-archives", "dns"),), (("port", "445"), ("http_title", "DiskStation"))),
    Stranger("3c:52:82", (("DESKTOP-7QK2M1A", "dns"),), (("port", "445"), ("port", "3389"))),
    Stranger("00:80:f4", (), (("port", "80"), ("http_title", "Régulation chaufferie"))),
    Stranger("00:09:b0", (("Salle du conseil", "mdns"),), (("mdns_service", "googlecast"),), ("icmp", "arp", "mdns")),
)  # fmt: skip


def confirm(watch: Watch, life: Life) -> None:
    """Let equipment that says nothing by SNMP be noticed by its MAC all the same, some of it."""
    body = next((body for one, _product, body in watch.silent[-1:] if one is life), None)
    if body is None or not watch.chance.happens(SILENT_BUT_THERE):
        return
    range_ = watch.range_of(body)
    last, mac = watch.by_range[range_.id][-1], _mac(watch, "00:1b:a9")
    first = watch.by_range[range_.id][0].ends
    life.identify(Identifier("mac", mac), SourceKind.SNMP, (first, last.ends))
    life.see(last.ends, SourceKind.SNMP)
    stranger = Stranger("00:1b:a9", (), (("port", "9100"),))
    row = _row(watch, stranger, (range_, mac), (first, last))
    watch.noticed.append({**row, "asset_id": life.id, "matched_by": "mac"})
    for night in watch.by_range[range_.id]:
        night.count(confirmed=1)


def notice(watch: Watch) -> None:
    """Add what nobody can name to each commune."""
    for _ in range(watch.chance.between(FEWEST, MOST)):
        stranger, range_ = watch.chance.one(STRANGERS), watch.chance.one(watch.network.ranges)
        own = watch.by_range[range_.id]
        since = watch.chance.between(0, len(own) - 2)
        last = own[-1] if not watch.chance.happens(GONE) else own[1]
        first = min(own[since].ends, last.ends)
        is_behind = bool(stranger.block) and watch.chance.happens(BEHIND_ROUTER)
        mac = (
            None
            if is_behind and "arp" in stranger.means and len(stranger.means) == 2
            else _mac(watch, stranger.block)
        )
        row = _row(watch, stranger, (range_, mac), (first, last))
        if watch.chance.happens(HIDDEN):
            at = last.ends + timedelta(hours=11)
            by = watch.chance.one(watch.world.technicians).label
            row |= {"hidden_at": at, "hidden_by": by, "hidden_reason": watch.chance.one(REASONS)}
        else:
            _count(own, row)
        watch.noticed.append(row)


def _count(own: list[Night], row: dict[str, Any]) -> None:
    for night in own:
        if row["first_seen_at"] <= night.ends <= row["last_seen_at"]:
            night.count(noticed=1, noticed_new=int(night.ends == row["first_seen_at"]))


def _mac(watch: Watch, block: str) -> str:
    start = (
        block
        or f"{watch.chance.one('0123456789abcdef')}{watch.chance.one('26ae')}:{_octet(watch)}:{_octet(watch)}"
    )
    return ":".join([start, *(_octet(watch) for _ in range(3))])


def _octet(watch: Watch) -> str:
    return watch.chance.hexadecimal(2)


def _row(
    watch: Watch, stranger: Stranger, where: tuple[Range, str | None], met: tuple[datetime, Night]
) -> dict[str, Any]:  # fmt: skip
    (range_, mac), (first, last) = where, met
    address = range_.take()
    names = [{"value": value, "source": source} for value, source in stranger.names]
    supposed = guess(mac, [Hint(code, text) for code, text in stranger.hints])
    return {
        "public_id": watch.chance.public_id(),
        "site_id": watch.network.site_id,
        "key": f"mac:{mac}" if mac else f"ip:{address}",
        "mac": mac,
        "maker": (maker_of(mac) or "") if mac else "",
        "address": address,
        "addresses": [address],
        "entity_id": range_.body.id,
        "range_id": range_.id,
        "name": best_name(names),
        "names": names,
        "hints": [{"code": code, "text": text} for code, text in stranger.hints],
        "means": [one for one in stranger.means if mac or one != "arp"],
        "guess": supposed.rule if supposed else "",
        "guessed_kind": (supposed.kind or "") if supposed else "",
        "first_seen_at": first,
        "last_seen_at": last.ends,
        "last_run_id": last.run_id,
    }
