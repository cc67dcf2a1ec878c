"""What an asset's page shows of where it hangs, and what hangs on it."""

from __future__ import annotations

from typing import Any

from inventory.assets.models import Asset
from inventory.core.registry import Panel
from inventory.core.wording import N_
from inventory.reconciliation.panels import sightings_shown
from inventory.topology import presentation, queries
from inventory.topology.loading import TELLING
from inventory.topology.models import SwitchLink

PAST_SHOWN = 5


def _where(asset: Asset) -> dict[str, Any] | None:
    """The places of a device now and before; of a switch the links to others."""
    rows = queries.places_of(asset.id)
    links = _links(asset)
    if not rows and not links:
        return None
    now = [row for row in rows if row.until is None]
    stands = presentation.stands([row.switch for row in now])
    return {
        "now": presentation.place_rows(now, stands, queries.beside(now)),
        "before": presentation.place_rows([row for row in rows if row.until is not None])[:PAST_SHOWN],
        "links": links,
    }


def _links(asset: Asset) -> list[dict[str, Any]]:
    return presentation.link_rows(*_links_shown(asset)) if asset.category.kind in TELLING else []


def _links_shown(asset: Asset) -> tuple[list[SwitchLink], list[SwitchLink]]:
    """The links of a switch and those of others to it, read once for both panels of a page."""
    kept: tuple[int, list[SwitchLink], list[SwitchLink]] | None = asset.__dict__.get("_links_shown")
    if kept is None or kept[0] != asset.id:
        kept = (asset.id, queries.links_of(asset.id), queries.links_to(asset.id))
        asset.__dict__["_links_shown"] = kept
    return kept[1:]


def _ports(asset: Asset) -> dict[str, Any] | None:
    """The ports of a switch, or the clients of an access point."""
    if asset.category.kind not in TELLING:
        return None
    hanging = queries.hanging_on([asset.id])
    sighting = next((one for one in sightings_shown(asset) if one.observation.get("learnt")), None)
    links = presentation.link_rows(*_links_shown(asset)) if sighting else []
    ports = presentation.port_rows(sighting.observation, hanging, links) if sighting else []
    clients = presentation.client_rows(hanging)
    if not ports and not clients:
        return None
    return {
        "ports": ports,
        "used": sum(port.is_used for port in ports),
        "clients": clients,
        "seen_at": sighting.last_seen_at if sighting else None,
    }


WHERE = Panel("where", N_("Where it is connected"), "topology/_panel_where.html", _where, order=12)
PORTS = Panel("ports", N_("Ports"), "topology/_panel_ports.html", _ports, order=29)
