"""Puts a whole site together for its page: the drawing, the table beside it, and the sentence that says what it shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.assets.models import Asset
from inventory.catalog.kinds import Kind
from inventory.core.i18n import ngettext
from inventory.core.text import clean
from inventory.core.web import access
from inventory.discovery.models import Site
from inventory.topology import presentation, queries
from inventory.topology.drawing import Drawing, Ends, Face, Leaf, draw
from inventory.topology.layers import Key, Layers, layers
from inventory.topology.models import PortAttachment
from inventory.topology.ports import short_port
from inventory.topology.presentation import Named, named
from inventory.topology.queries import SiteView

MOST_OPEN = 12
LONGEST_WORDS = 80
FOUND_SHOWN, FOUND_DRAWN = 200, 24


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the switches whose devices are shown, by public id, and words to look for."""

    opened: tuple[str, ...] = ()
    words: str = ""

    @classmethod
    def of(cls, opened: Sequence[str], words: str) -> Asked:
        """Return it from an address, bounded."""
        return cls(tuple(dict.fromkeys(opened))[:MOST_OPEN], clean(words, LONGEST_WORDS) or "")

    def toggled(self, public_id: str) -> list[str]:
        """The switches that are open once this one was opened or closed."""
        if public_id in self.opened:
            return [one for one in self.opened if one != public_id]
        return [*self.opened, public_id][-MOST_OPEN:]


def key_of(asset_id: int | None, name: str = "") -> Key:
    """Return the key of a switch in the drawing: an asset's, or that of a stranger by its name."""
    return f"asset:{asset_id}" if asset_id is not None else f"name:{name}"


def unlisted(site: Site) -> list[dict[str, Any]]:
    """Return the network gear seen at a site that is not in the inventory, as its page lists it.

    What another entity's scan saw is not named.
    """
    return [
        {
            "device": Named(
                one.name or one.target,
                url_for("discovery.sighting", public_id=one.public_id),
                one.kind.icon,
            ),
            "name": one.name,
            "kind": _(one.kind.label),
            "target": one.target,
        }
        for one in queries.unlisted(site.code)
        if one.entity_id in access().roles
    ]


def shown(site: Site, asked: Asked, unlisted: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any] | None:
    """Return the context of a site's page, or None where no switch of it has told anything.

    A neighbour that only announces itself leads to the sighting of that name among the `unlisted`.
    """
    view = queries.site_view(site.code)
    if not view.switches:
        return None
    pairs = [(key_of(one.switch_id), key_of(one.peer_id, one.peer_name)) for one in view.links]
    pairs += [(key_of(one.switch_id), key_of(one.asset_id)) for one in view.gear]
    keys = {key for pair in pairs for key in pair} | {key_of(one) for one in view.switches}
    found = layers(sorted(keys), pairs, _ranks(view, keys))
    opened = [one.id for one in view.switches.values() if one.public_id in asked.opened]
    hanging = queries.hanging_on(opened) if opened else []
    matching = queries.found(site.code, asked.words, FOUND_SHOWN) if asked.words else []
    seen = {one["name"].lower(): one["device"] for one in unlisted if one["name"]}
    page = _Page(site, asked, view, found, matching, seen)
    return {
        # What was looked for is drawn on its switch without opening that.
        "drawing": page.drawing({row.id: row for row in (*hanging, *matching[:FOUND_DRAWN])}.values()),
        "message": page.message(),
        "rows": page.rows(),
        "devices": presentation.devices_words(matching if asked.words else hanging),
        "asked": asked,
        "read_at": view.read_at,
        "has_rings": bool(found.rings),
        "has_strangers": any(one.peer_id is None for one in view.links),
    }


def _ranks(view: SiteView, keys: Collection[Key]) -> dict[Key, tuple[int, int, int]]:
    """What makes a switch the core: most links to other switches, then the way out of the site, then most devices."""
    links: dict[Key, set[Key]] = defaultdict(set)
    for link in view.links:
        one, other = key_of(link.switch_id), key_of(link.peer_id, link.peer_name)
        links[one].add(other)
        links[other].add(one)
    ways_out = {
        key_of(row.switch_id)
        for row in view.gear
        if view.switches[row.asset_id].category.kind in (Kind.ROUTER, Kind.FIREWALL)
    }
    devices = {key_of(id_): number for id_, number in view.hanging.items()}
    return {key: (len(links[key]), int(key in ways_out), devices.get(key, 0)) for key in keys}


@dataclass(frozen=True, slots=True)
class _Page:
    """A site's page in the making."""

    site: Site
    asked: Asked
    view: SiteView
    layers: Layers
    matching: Sequence[PortAttachment]
    unlisted: Mapping[str, Named]

    def drawing(self, hanging: Collection[PortAttachment]) -> Drawing:
        """The drawing, with the devices of the opened switches."""
        faces = {key: self._face(key, hanging) for key in self.layers.standing}
        return draw(self.layers, faces, self._ports())

    def _asset(self, key: Key) -> Asset | None:
        kind, _colon, rest = key.partition(":")
        return self.view.switches.get(int(rest)) if kind == "asset" else None

    def _face(self, key: Key, hanging: Collection[PortAttachment]) -> Face:
        asset = self._asset(key)
        if asset is None:
            return self._stranger(key.partition(":")[2])
        call, devices = named(asset), self.view.hanging.get(asset.id, 0)
        gear = {row.asset_id for row in self.view.gear}
        mine = [row for row in hanging if row.switch_id == asset.id and row.asset_id not in gear]
        return Face(
            call.label,
            call.icon,
            call.url,
            note=asset.location.name
            if asset.location is not None and call.url
            else _(asset.category.kind.label),
            devices=devices,
            toggle_url=self._url(asset),
            is_open=asset.public_id in self.asked.opened,
            is_found=self._matches(call.label) or asset.id in {row.switch_id for row in self.matching},
            leaves=[_leaf(named(row.asset), row) for row in presentation.once(mine)],
        )

    def _stranger(self, name: str) -> Face:
        seen = self.unlisted.get(name.lower())
        return Face(
            name,
            seen.icon if seen else "question-mark",
            seen.url if seen else None,
            note=_("not in the inventory") if seen else _("not read"),
            is_read=False,
            is_found=self._matches(name),
        )

    def _url(self, asset: Asset) -> str:
        opened = self.asked.toggled(asset.public_id)
        return url_for(
            "topology.site", public_id=self.site.public_id, open=opened, q=self.asked.words or None
        )

    def _matches(self, text: str) -> bool:
        return bool(self.asked.words) and self.asked.words.lower() in text.lower()

    def _ports(self) -> dict[tuple[Key, Key], Ends]:
        """The ports of each link: each switch knows its own end, and what the other said of itself."""
        near: dict[tuple[Key, Key], str] = {}
        far: dict[tuple[Key, Key], str] = {}
        for link in self.view.links:
            one, other = key_of(link.switch_id), key_of(link.peer_id, link.peer_name)
            near.setdefault((one, other), link.port_name)
            far.setdefault((one, other), link.peer_port)
        for row in self.view.gear:
            near.setdefault((key_of(row.switch_id), key_of(row.asset_id)), row.port_name)
        pairs = {*near, *((other, one) for one, other in near)}
        return {
            (one, other): (
                short_port(near.get((one, other)) or far.get((other, one), "")),
                short_port(near.get((other, one)) or far.get((one, other), "")),
            )
            for one, other in pairs
        }

    def message(self) -> str:
        """What the drawing shows, as one paragraph."""
        switches = len(self.view.switches)
        core = self._asset(self.layers.cores[0])
        words = [
            ngettext("%(num)s network device.", "%(num)s network devices.", switches),
            ngettext(
                "%(num)s other is connected to them.",
                "%(num)s others are connected to them.",
                sum(self.view.hanging.values()),
            ),
        ]
        if core is not None and self.layers.depth > 1:
            below = self.layers.depth - 1
            words.append(
                ngettext(
                    "%(core)s is the core, with %(num)s layer below it.",
                    "%(core)s is the core, with %(num)s layers below it.",
                    below,
                    core=named(core).label,
                )
            )
        alone = sum(not self.layers.standing[key].below for key in self.layers.cores)
        if alone and len(self.layers.cores) > 1:
            words.append(ngettext("%(num)s is linked to no other.", "%(num)s are linked to no other.", alone))
        strangers = {one.peer_name for one in self.view.links if one.peer_id is None}
        if strangers:
            words.append(
                ngettext(
                    "%(num)s neighbour is a switch that no scan reads.",
                    "%(num)s neighbours are switches that no scan reads.",
                    len(strangers),
                )
            )
        return " ".join(words)

    def rows(self) -> list[dict[str, Any]]:
        """The switches layer by layer, from the core outwards; with words, those that match."""
        ports, rows = self._ports(), []
        faces = {key: self._face(key, ()) for key in self.layers.standing}
        ordered = self.layers.standing.items()
        for key, standing in sorted(ordered, key=lambda one: (one[1].layer, faces[one[0]].label, one[0])):
            face = faces[key]
            if self.asked.words and not face.is_found:
                continue
            near, far = ports.get((standing.above, key), ("", "")) if standing.above else ("", "")
            above = self._asset(standing.above) if standing.above else None
            rows.append(
                {
                    "switch": Named(face.label, face.url, face.icon),
                    "above": named(above) if above is not None else None,
                    "above_port": near,
                    "port": far,
                    "layer": standing.layer,
                    "devices": face.devices,
                    "toggle_url": face.toggle_url,
                    "is_open": face.is_open,
                    "mark": "" if face.is_read else face.note,
                }
            )
        return rows


def _leaf(call: Named, row: PortAttachment) -> Leaf:
    return Leaf(call.label, call.icon, call.url, short_port(row.port_name) or row.detail)
