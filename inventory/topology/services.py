"""Writes where things hang: opens, moves and closes the rows of a site after its switches were read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from inventory.assets.models import Asset
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import among, db
from inventory.discovery.sightings import slices
from inventory.topology import loading
from inventory.topology.deciding import Decision, Place, decide
from inventory.topology.fabric import Spot
from inventory.topology.linking import Link
from inventory.topology.loading import Loaded
from inventory.topology.models import PortAttachment, SwitchLink
from inventory.topology.states import Confidence, LinkReason, Reason

AT_ONCE = 500
LONGEST_NAME = 120
# For so long a port that led to a switch still does although its addresses have aged out of tonight's tables.
LINK_REMEMBERED = timedelta(days=7)
BY_RADIO = frozenset({Reason.CLIENT, Reason.BEHIND_ACCESS_POINT})


@dataclass(slots=True)
class Outcome:
    """What came of a site: how many devices were located for the first time, and how many moved."""

    located: int = 0
    port_moves: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The counts by the names that a run's outcome has words for."""
        return {"located": self.located, "port_moves": self.port_moves}


def settle(site_code: str, *, actor: Actor, at: datetime) -> Outcome:
    """Decide from the latest tables of a site where everything hangs, and write what is new; returns what came of it."""
    loaded = loading.load(site_code)
    if not loaded.fabric.bridges:
        return Outcome()
    links = _open_links(site_code)
    attachments = _open_attachments(site_code)
    standing = {mac: Spot(row.switch_id, row.port) for (_asset, mac), row in attachments.items() if mac}
    remembered = {Spot(row.switch_id, row.port) for row in links if row.last_seen_at > at - LINK_REMEMBERED}
    decision = decide(loaded.fabric, standing, remembered)
    _settle_links(_Pen(site_code, at, actor, loaded), links, decision.links)
    return _Settling(_Pen(site_code, at, actor, loaded), decision, attachments).run()


def _open_links(site_code: str) -> list[SwitchLink]:
    statement = select(SwitchLink).where(SwitchLink.site_code == site_code, SwitchLink.until.is_(None))
    return list(db.session.scalars(statement.order_by(SwitchLink.id)))


def _open_attachments(site_code: str) -> dict[tuple[int, str], PortAttachment]:
    statement = select(PortAttachment).where(
        PortAttachment.site_code == site_code, PortAttachment.until.is_(None)
    )
    return {(row.asset_id, row.mac): row for row in db.session.scalars(statement)}


@dataclass(frozen=True, slots=True)
class _Pen:
    """What every row that is written needs."""

    site_code: str
    at: datetime
    actor: Actor
    loaded: Loaded

    def port_name(self, spot: Spot) -> str:
        """What the switch calls a port."""
        if spot.port is None:
            return ""
        names = self.loaded.port_names.get(spot.switch, {})
        return names.get(spot.port, str(spot.port))[:LONGEST_NAME]

    def port_alias(self, spot: Spot) -> str:
        """What its administrator wrote on a port; nothing where that is unknown."""
        if spot.port is None:
            return ""
        return self.loaded.port_aliases.get(spot.switch, {}).get(spot.port, "")[:LONGEST_NAME]

    def is_read(self, switch_id: int) -> bool:
        """Whether a switch's table is among those at hand."""
        return switch_id in self.loaded.fabric.bridges


def _confirm(model: Any, ids: Collection[int], at: datetime) -> None:
    """Move the last date of rows; it is no change, so that nothing of it is kept to undo."""
    for some in slices(sorted(ids), AT_ONCE):
        statement = update(model).where(among(model.id, some)).values(last_seen_at=at)
        db.session.execute(statement.execution_options(synchronize_session=False))


def _settle_links(pen: _Pen, known: Iterable[SwitchLink], found: Collection[Link]) -> None:
    """Keep the links that are seen again, close those that are not, and add the new ones."""
    wanted = {(link.spot, link.peer or link.peer_name): link for link in found}
    told = {link.spot for link in found}
    seen = []
    for row in known:
        spot = Spot(row.switch_id, row.port)
        link = wanted.pop((spot, row.peer_id or row.peer_name), None)
        if link is not None:
            audit.apply(row, _link_values(pen, link))
            seen.append(row.id)
        elif pen.is_read(row.switch_id) and (
            spot in told
            or row.reason is not LinkReason.LEARNT
            or row.last_seen_at <= pen.at - LINK_REMEMBERED
        ):
            row.until = pen.at
    db.session.flush()
    _confirm(SwitchLink, seen, pen.at)
    for link in wanted.values():
        db.session.add(
            SwitchLink(
                site_code=pen.site_code,
                switch_id=link.spot.switch,
                port=link.spot.port,
                peer_id=link.peer,
                since=pen.at,
                last_seen_at=pen.at,
                **_link_values(pen, link),
            )
        )
    db.session.flush()


def _link_values(pen: _Pen, link: Link) -> dict[str, Any]:
    return {
        "port_name": pen.port_name(link.spot),
        "peer_name": link.peer_name[:LONGEST_NAME],
        "peer_port": (link.peer_port or "")[:LONGEST_NAME],
        "protocol": link.protocol[:10],
        "reason": link.reason,
    }


@dataclass(slots=True)
class _Settling:
    """The writing of one decision: addresses that stay are confirmed, those that moved close one row and open another."""

    pen: _Pen
    decision: Decision
    known: dict[tuple[int, str], PortAttachment]
    outcome: Outcome = field(default_factory=Outcome)
    seen: list[int] = field(default_factory=list)
    new: list[Place] = field(default_factory=list)
    moves: dict[tuple[int, Spot], PortAttachment] = field(default_factory=dict)

    def run(self) -> Outcome:
        placed = {row.asset_id for row in self.known.values()}
        for place in self.decision.places.values():
            self._settle(place)
        self._record_moves()
        # The old row of an address is closed in the store before its new one may open.
        db.session.flush()
        _confirm(PortAttachment, self.seen, self.pen.at)
        db.session.add_all([self._row(place) for place in self.new])
        db.session.flush()
        self.outcome.located = len({place.device for place in self.new} - placed)
        return self.outcome

    def _settle(self, place: Place) -> None:
        row = self.known.get((place.device, _stored_mac(place)))
        if row is None:
            self.new.append(place)
        elif Spot(row.switch_id, row.port) == place.spot:
            audit.apply(row, self._values(place))
            self.seen.append(row.id)
        elif self._is_believed(row, place):
            row.until = self.pen.at
            self.new.append(place)
            if self._is_move(row, place):
                self.moves.setdefault((place.device, place.spot), row)

    def _is_believed(self, row: PortAttachment, place: Place) -> bool:
        """Whether a new place outweighs the old: not a mere guess while the old switch was not read."""
        return self.pen.is_read(row.switch_id) or place.confidence is not Confidence.POSSIBLE

    def _is_move(self, row: PortAttachment, place: Place) -> bool:
        """Whether somebody moved the device: it did not just roam by radio, nor was a switch found in between."""
        by_radio = row.reason in BY_RADIO and place.reason in BY_RADIO
        return not by_radio and Spot(row.switch_id, row.port) not in self.decision.leading_on

    def _record_moves(self) -> None:
        """Write each move into the history of what moved."""
        if not self.moves:
            return
        ids = {device for device, _spot in self.moves}
        ids |= {spot.switch for _device, spot in self.moves} | {row.switch_id for row in self.moves.values()}
        assets = {row.id: row for row in db.session.scalars(select(Asset).where(Asset.id.in_(ids)))}
        for (device, spot), row in sorted(self.moves.items()):
            changes = {
                "switch_port": [
                    port_words(assets[row.switch_id], row.port_name),
                    port_words(assets[spot.switch], self.pen.port_name(spot)),
                ]
            }
            audit.record(Action.UPDATED, "asset", assets[device], changes, actor=self.pen.actor)
        self.outcome.port_moves = len({device for device, _spot in self.moves})

    def _values(self, place: Place) -> dict[str, Any]:
        return {
            "port_name": self.pen.port_name(place.spot),
            "port_alias": self.pen.port_alias(place.spot),
            "vlan": place.vlan,
            "via_id": place.via,
            "reason": place.reason,
            "confidence": place.confidence,
            "detail": place.detail[:64],
        }

    def _row(self, place: Place) -> PortAttachment:
        return PortAttachment(
            site_code=self.pen.site_code,
            asset_id=place.device,
            mac=_stored_mac(place),
            switch_id=place.spot.switch,
            port=place.spot.port,
            since=self.pen.at,
            last_seen_at=self.pen.at,
            **self._values(place),
        )


def _stored_mac(place: Place) -> str:
    return "" if place.mac.startswith("asset:") else place.mac


def port_words(switch: Asset, port_name: str) -> str:
    """Return what a switch and its port are called, in any language: “sw-mairie Gi1/0/3”."""
    return " ".join(text for text in (switch.name or switch.label, port_name) if text)


def follow_merge(kept: Asset, absorbed: Asset, *, at: datetime) -> None:
    """Move what hangs where from the absorbed asset to the one that is kept; of two present places of an address one stays."""
    own = select(PortAttachment.mac).where(PortAttachment.asset_id == kept.id, PortAttachment.until.is_(None))
    held = set(db.session.scalars(own))
    for row in db.session.scalars(select(PortAttachment).where(PortAttachment.asset_id == absorbed.id)):
        if row.until is None and row.mac in held:
            row.until = at
        row.asset_id = kept.id
    for model, name in (
        (PortAttachment, "switch_id"), (PortAttachment, "via_id"), (SwitchLink, "switch_id"), (SwitchLink, "peer_id"),
    ):  # fmt: skip
        for found in db.session.scalars(select(model).where(getattr(model, name) == absorbed.id)):
            setattr(found, name, kept.id)
    db.session.flush()
