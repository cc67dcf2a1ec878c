"""Looks at the equipment and people of one commune as its scans and the directory do, and keeps what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from inventory.assets import fields
from inventory.assets.lifecycle import IN_USE
from inventory.assets.services import Said
from inventory.assets.states import SourceKind, State
from inventory.catalog.kinds import Kind
from inventory.core.wording import N_
from inventory.demo import nights, observing, wiring
from inventory.demo.chance import Chance
from inventory.demo.lives import Life
from inventory.demo.networks import Network, Networks, Range
from inventory.demo.nights import Night, Source, Subject
from inventory.demo.products import ANSWERING, COMPUTERS, OUI, PRODUCTS, Product
from inventory.demo.questions import Dispute, Doubts, Missed, Riddle, Strayed
from inventory.demo.trail import Act
from inventory.demo.wiring import Host
from inventory.demo.world import Body, Commune, World
from inventory.discovery.models import Presence, RunKind
from inventory.organization.models import EntityKind
from inventory.reconciliation.likeness import says_same
from inventory.reconciliation.portraits import text_values
from scanners import identity
from scanners.observation import Identifier, Observation

ANSWERS, JOINED_DIRECTORY, NAMED_BY_HAND = 0.94, 0.93, 0.05
VANISHES, MISTAKEN, STRAYS, MOVES = 0.015, 0.04, 0.003, 0.02
SCANNED_AFTER = timedelta(days=60)


@dataclass(slots=True)
class Watch:
    """What looks at one commune: its ranges' nights and the directory's."""

    world: World
    commune: Commune
    networks: Networks
    directory: list[Night]
    chance: Chance
    by_range: dict[int, list[Night]] = field(default_factory=dict)
    seen: list[Subject] = field(default_factory=list)
    silent: list[tuple[Life, Product, Body]] = field(default_factory=list)
    sighting_ids: dict[int, int] = field(default_factory=dict)
    answering: list[Life] = field(default_factory=list)
    hosts: list[Host] = field(default_factory=list)
    noticed: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0
    doubts: Doubts = field(init=False)

    @property
    def network(self) -> Network:
        return self.networks.by_commune[self.commune.code]

    @property
    def runs(self) -> list[Night]:
        """The nights of all its ranges."""
        return [night for own in self.by_range.values() for night in own]

    def __post_init__(self) -> None:
        self.doubts = Doubts(self.commune.code)
        # Two communes share no chassis address.
        self.number = self.commune.number << 16
        for one in self.network.ranges:
            source = Source(
                RunKind.SNMP,
                f"{one.name} {self.network.site_code}",
                one.addresses,
                self.network.site_id,
                one.body.id,
                one.size - 2,
                range_id=one.id,
            )
            self.by_range[one.id] = nights.plan(self.world, source, self.chance)

    def look_at(self, life: Life, product: Product, body: Body) -> None:
        """Let the network and the directory see an asset, if they can; what they say is kept as their word."""
        if life.state not in IN_USE:
            return
        if product.kind in ANSWERING:
            if self.chance.happens(ANSWERS):
                self._scan(life, product, body)
            else:
                self.silent.append((life, product, body))
        if product.kind in COMPUTERS and life.state is State.IN_SERVICE:
            self._plug(life, product, body)
        if product.kind in COMPUTERS | {Kind.SERVER}:
            if self.chance.happens(JOINED_DIRECTORY):
                self._list(life, product, body)
            elif self.world.is_turn("named by hand", NAMED_BY_HAND):
                self._name_by_hand(life, product, body)

    def _plug(self, life: Life, product: Product, body: Body) -> None:
        """Give a computer its hardware address, which the supplier's list told, and a place on the network."""
        self.number += 1
        number = self.number
        mac = f"{OUI.get(product.maker, '00:1b:c5')}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        at = life.created.at if life.created else self.directory[0].ends
        life.identify(Identifier("mac", mac), SourceKind.IMPORT, (at, at))
        self.hosts.append(Host(mac, product.kind, self.range_of(body).id))

    def range_of(self, body: Body) -> Range:
        """Return the range in which a body's devices answer."""
        return self.network.ranges[0 if body.kind is EntityKind.COMMUNE or body is self.commune.seat else 1]

    def _scan(self, life: Life, product: Product, body: Body) -> None:
        range_ = self.range_of(body)
        own, self.number = self.by_range[range_.id], self.number + 1
        last, absent = own[-1], None
        if life.state is State.IN_SERVICE and self.world.is_turn("vanishes", VANISHES):
            last, absent = own[-4], own[-3].starts
            self.doubts.missed.append(Missed(life, last.ends, absent))
            own[-3].count(absent=1, silent=1, reviews=1)
        moved_from = ""
        if absent is None and self.world.is_turn("moves", MOVES):
            moved_from = range_.take()
            own[-1].count(moved=1)
        told = self._mistaken(life, product)
        seen = (range_.take(), self.network.site_code, last.ends)
        observation = observing.by_network(life, told, seen, number=self.number, chance=self.chance)
        first = self._first_seen(life, own)
        named = next(one for one in observation.identifiers if one.kind in ("serial", "base_mac"))
        reason = says_same(named.kind, named.value, named.scope)
        subject = Subject(
            observation, range_.body.id, first, last, asset_id=life.id, reason=reason,
            credential_id=self.credential_id(), absent_since=absent, moved_from=moved_from,
        )  # fmt: skip
        self.seen.append(subject)
        self.answering.append(life)
        self._hear(life, observation, (first, last), (SourceKind.SNMP, told))
        if told is not product:
            self.doubts.disputes.append(
                Dispute(life, subject, product.name, told.name, self.chance.one(own[-5:]).ends)
            )

    def credential_id(self) -> int:
        """Return one of the credentials that devices answer to."""
        return self.networks.scan_credentials[0 if self.chance.happens(0.3) else 1]

    def _mistaken(self, life: Life, product: Product) -> Product:
        """Return the product that a device says it is: now and then another than a technician wrote."""
        others = [one for one in PRODUCTS if one.kind is product.kind and one.maker == product.maker]
        typed = life.claims.get(("model_id", SourceKind.PERSON))
        is_wrong = (
            typed is not None
            and typed["pinned"]
            and len(others) > 1
            and self.world.is_turn("mistaken", MISTAKEN)
        )
        return self.chance.one([one for one in others if one is not product]) if is_wrong else product

    def _list(self, life: Life, product: Product, body: Body) -> None:
        last, commune, home = self.directory[-1], self.commune, body
        strays = commune.number and self.world.is_turn("strays", STRAYS)
        if strays:
            commune = self.chance.one(
                [one for one in self.world.communes if one.number and one is not self.commune]
            )
            body = commune.seat
        observation = observing.in_directory(life, (commune, body), product, at=last.ends, chance=self.chance)
        first = last.ends if strays else self._first_seen(life, self.directory)
        guid = observation.identifiers[0]
        reason = says_same(guid.kind, guid.value)
        subject = Subject(observation, body.id, first, last, asset_id=life.id, reason=reason)
        self.seen.append(subject)
        self._hear(life, observation, (first, last), (SourceKind.LDAP, product))
        if body is not home:
            unit = (
                N_("The directory lists it under %(unit)s."),
                {"unit": observation.facts["unit_path"]},
                "info",
            )
            self.doubts.strayed.append(Strayed(life, subject, unit))

    def _name_by_hand(self, life: Life, product: Product, body: Body) -> None:
        """A technician wrote a name; the directory lists a computer of that name, which may be this one."""
        last = self.directory[-1]
        observation = observing.in_directory(
            life, (self.commune, body), product, at=last.ends, chance=self.chance
        )
        name = str(observation.facts["name"]).partition(".")[0]
        day = self.world.order.today - timedelta(days=self.chance.between(30, 60))
        act = Act(self.chance.one(self.world.technicians), self.chance.at_work(day))
        if life.last is None or life.last.at > act.at or life.stretches[-1].from_on > day:
            return
        life.edit({"name": name}, act)
        canonical = identity.canonical_hostname(name) or name
        life.identify(Identifier("name", canonical), SourceKind.PERSON, (act.at, act.at))
        self.doubts.riddles.append(Riddle(Subject(observation, body.id, last.ends, last), body.path, (life,)))

    def _first_seen(self, life: Life, own: list[Night]) -> datetime:
        """Return the night that first met it: after it began and after scans began here."""
        served = next(
            (one.from_on for one in life.stretches if one.state in IN_USE), life.stretches[0].from_on
        )
        day = max(served, self.commune.joined_on + SCANNED_AFTER)
        if day >= own[0].starts.date():
            return next((night.ends for night in own if night.starts.date() >= day), own[-1].ends)
        return datetime.combine(day, own[0].starts.timetz()) + timedelta(minutes=8)

    def _hear(
        self, life: Life, observation: Observation, met: tuple[datetime, Night], by: tuple[SourceKind, Product]
    ) -> None:  # fmt: skip
        """Keep what was said of each field; a field that no person filled shows it."""
        (first, last), (source, product) = met, by
        said = Said(source, f"{observation.target} ({observation.site})", last.ends, _evidence(observation))
        values = text_values(observation)
        if source is SourceKind.SNMP:
            model_id, maker_id = self.world.models[product]
            values |= {"manufacturer_id": maker_id, "model_id": model_id}
        changes = {}
        for name, value in values.items():
            life.claim(name, value, said)
            best = life.winner(name)
            if best != life.values.get(name):
                public = fields.public_name(name)
                changes[public] = [life.shown(name, life.values.get(name)), life.shown(name, best)]
                life.values[name] = best
        if changes:
            life.told(changes, Act(last.actor, first))
        for named in observation.identifiers:
            scope = "" if source is SourceKind.LDAP and named.kind == "name" else named.scope
            life.identify(Identifier(named.kind, named.value, scope), source, (first, last.ends))
        life.see(_alive(observation) or last.ends, source)

    def meet_people(self) -> None:
        """Let the directory list the people who have an account there."""
        last = self.directory[-1]
        for body in self.commune.bodies:
            for holder in body.people:
                if holder.guid is None or (
                    holder.leaves_on is not None and holder.leaves_on < self.world.order.today
                ):
                    continue
                observation = observing.person_in_directory(holder, (self.commune, body), last.ends)
                reason = says_same("directory_guid", holder.guid)
                first = self.directory[0].starts - timedelta(days=self.chance.between(30, 1500))
                self.seen.append(
                    Subject(observation, body.id, first, last, person_id=holder.id, reason=reason)
                )

    def close(self) -> int:
        """Write the runs, then what they met; returns how many the directory listed."""
        listed = 0
        counts = dict.fromkeys(self.by_range, 0)
        for subject in [*self.seen, *(riddle.subject for riddle in self.doubts.riddles)]:
            source = subject.last.source
            if source.range_id is not None:
                counts[source.range_id] += subject.absent_since is None
            else:
                listed += 1
        for range_id, own in self.by_range.items():
            nights.close(self.world, own, counts[range_id], self.chance)
        wired = wiring.wire(self.seen, self.hosts, self.world.chance("wiring", self.commune.code))
        for subject in self.seen:
            told = wired.get(subject.observation.source_key)
            self.sighting_ids[id(subject)] = nights.keep(
                self.world, subject, self.chance.public_id(), told=told
            )
            self.world.rows.breathe()
        for row in self.noticed:
            self.world.rows.add(Presence, **row)
        return listed


def _evidence(observation: Observation) -> dict[str, str]:
    named = {"manufacturer_id": "manufacturer", "model_id": "model"}
    found = {**observation.evidence, **{f: observation.evidence.get(n, "") for f, n in named.items()}}
    return {name: text for name, text in found.items() if text}


def _alive(observation: Observation) -> datetime | None:
    logon = observation.facts.get("last_logon_at")
    return datetime.fromisoformat(logon) if isinstance(logon, str) else None
