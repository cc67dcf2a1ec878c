"""What scans found by themselves: devices that nobody had logged, and those that they could not tell from others."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.assets.lifecycle import IN_USE
from inventory.assets.services import Said
from inventory.assets.states import SourceKind, State
from inventory.catalog.kinds import Kind
from inventory.demo import observing
from inventory.demo.lives import Life
from inventory.demo.networks import Range
from inventory.demo.nights import Night, Subject
from inventory.demo.products import Product, on_sale
from inventory.demo.questions import Riddle
from inventory.demo.watching import Watch
from inventory.demo.world import Body
from inventory.reconciliation.matching import NOTHING_KNOWN
from inventory.reconciliation.portraits import BY_ADDRESS, text_values
from scanners.makers import canonical_maker
from scanners.observation import Fact, Identifier, Observation

FOUND_KINDS = (Kind.PRINTER, Kind.ACCESS_POINT, Kind.PRINTER, Kind.SWITCH)
TWICE, RIDDLES, BETWEEN_TWO = 0.25, 1.4, 0.25
"""Share of the finds that somebody had logged after all; unknown devices of a commune on average."""
STRANGERS: tuple[tuple[str | None, str, str], ...] = (
    (None, "Linux armv7l 4.9.0", "1.3.6.1.4.1.8072.3.2.10"),
    (None, "lwIP SNMP agent", "1.3.6.1.4.1.26381.1"),
    ("camera", "IP Camera Firmware 5.5.82", "1.3.6.1.4.1.39165.1.1"),
    (None, "Embedded Web Server", "1.3.6.1.4.1.99999.2.1"),
    ("ups", "Network Management Card", "1.3.6.1.4.1.99999.4.2"),
    ("desk_phone", "VoIP terminal", "1.3.6.1.4.1.99999.5.3"),
    (None, "AXIS P1455-LE Network Camera 10.12.114", "1.3.6.1.4.1.368.1.1"),
    (None, "KYOCERA Document Solutions Printing System", "1.3.6.1.4.1.1347.41"),
)
"""What the rules of that day guessed, what the device says of itself, and its sysObjectID."""


class Finder:
    """Makes the finds of one commune's scans."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.world, self.chance = watch, watch.world, watch.chance

    def discover(self, count: int) -> Iterator[tuple[Life, Subject, Night]]:
        """Yield assets that a night's scan created, with what it saw; some are twins of what was logged."""
        for _ in range(count):
            twin = next((one for one in self.watch.silent if one[1].kind in FOUND_KINDS), None)
            if twin is not None and self.world.is_turn("found twice", TWICE):
                self.watch.silent.remove(twin)
                yield self._find(twin[1], self.watch.range_of(twin[2]), twin=(twin[0], twin[2]))
            else:
                kind = self.chance.one(FOUND_KINDS)
                year = self.world.order.today.year - self.chance.between(0, 5)
                product = self.chance.one(on_sale(kind, year))
                yield self._find(product, self.chance.one(self.watch.network.ranges))

    def _find(
        self, product: Product, range_: Range, *, twin: tuple[Life, Body] | None = None
    ) -> tuple[Life, Subject, Night]:
        night = self.chance.one(self.watch.by_range[range_.id])
        last = self.watch.by_range[range_.id][-1]
        life = Life(self.world, self.chance.public_id())
        life.values = {} if twin else {"serial": self.chance.letters(10)}
        observation = self._observe(life, product, range_, last)
        model_id, maker_id = self.world.models[product]
        category_id = self.world.category_ids[product.kind]
        values = text_values(observation) | {"manufacturer_id": maker_id, "model_id": model_id}
        stands = {"entity_id": range_.body.id, "category_id": category_id, "state": State.IN_SERVICE}
        life.begin({**values, **stands}, night.starts.date(), night.act)
        said = Said(SourceKind.SNMP, f"{observation.target} ({observation.site})", last.ends)
        for name, value in (values | {"category_id": category_id}).items():
            life.claim(name, value, said)
        for named in observation.identifiers:
            life.identify(named, SourceKind.SNMP, (night.ends, last.ends))
        life.see(last.ends, SourceKind.SNMP)
        night.count(new=1, assets_created=1)
        subject = Subject(
            observation, range_.body.id, night.ends, last, asset_id=life.id, reason=NOTHING_KNOWN,
            credential_id=self.watch.credential_id(),
        )  # fmt: skip
        if twin is not None:
            self._seen_twice(subject, life, twin)
        return life, subject, night

    def _observe(self, life: Life, product: Product, range_: Range, last: Night) -> Observation:
        self.watch.number += 1
        seen = (range_.take(), self.watch.network.site_code, last.ends)
        return observing.by_network(life, product, seen, number=self.watch.number, chance=self.chance)

    def _seen_twice(self, subject: Subject, found: Life, twin: tuple[Life, Body]) -> None:
        """Lately it says its serial too, which is that of something a technician had logged."""
        logged, first = twin[0], subject.observation
        maker = canonical_maker(str(first.facts["manufacturer"])) or ""
        serial = Identifier("serial", str(logged.values["serial"]), maker)
        observation = Observation(
            source="snmp", site=first.site, target=first.target, observed_at=first.observed_at,
            source_key=f"serial:{maker}:{serial.value}", facts={**first.facts, "serial": serial.value},
            identifiers=(serial, *first.identifiers), interfaces=first.interfaces, evidence=first.evidence,
        )  # fmt: skip
        range_ = next(one for one in self.watch.network.ranges if one.body.id == found.values["entity_id"])
        self._riddle(observation, range_, (logged, found))

    def puzzle(self) -> None:
        """Add the devices that say too little, and now and then one that resembles two others."""
        count = int(RIDDLES) + self.chance.happens(RIDDLES % 1)
        for _ in range(count):
            self._stranger(self.chance.one(self.watch.network.ranges))
        self._between_two()

    def _stranger(self, range_: Range) -> None:
        kind, words, object_id = self.chance.one(STRANGERS)
        address, site = range_.take(), self.watch.network.site_code
        facts: dict[str, Fact] = {
            "description": words,
            "object_id": object_id,
            "uptime_s": self.chance.between(1000, 9_000_000),
        }
        if kind is not None:
            facts["kind"] = kind
        self._riddle(self._at_address(address, facts, (Identifier("ip", address, site),)), range_)

    def _between_two(self) -> None:
        """A card that moved into another machine's name: its address is one's, its name the other's."""
        seen = [
            one for one in self.watch.seen if one.observation.source == "snmp" and one.absent_since is None
        ]
        lives = {one.id: one for one in self.watch.answering if one.state in IN_USE}
        pairs = [one for one in seen if one.asset_id in lives and one.observation.facts["kind"] != "server"]
        if len(pairs) < 2 or not self.world.is_turn("between two", BETWEEN_TWO):
            return
        one, other = pairs[0], pairs[1]
        mac = next((i.value for i in one.observation.identifiers if i.kind == "base_mac"), None)
        name = next(i for i in other.observation.identifiers if i.kind == "name")
        range_ = next(r for r in self.watch.network.ranges if r.id == one.last.source.range_id)
        if mac is None:
            return
        address = range_.take()
        named = (Identifier("mac", mac), name, Identifier("ip", address, name.scope))
        observation = self._at_address(address, {"name": name.value, "description": "Network card"}, named)
        self._riddle(observation, range_, (lives[one.asset_id or 0], lives[other.asset_id or 0]))

    def _at_address(self, address: str, facts: dict[str, Fact], named: tuple[Identifier, ...]) -> Observation:
        night = self.watch.by_range[self.watch.network.ranges[0].id][-1]
        return Observation(
            source="snmp", site=self.watch.network.site_code, target=address, observed_at=night.ends,
            source_key=f"{BY_ADDRESS}{address}", facts=facts, identifiers=named,
        )  # fmt: skip

    def _riddle(
        self,
        observation: Observation,
        range_: Range,
        resembles: tuple[Life, ...] = (),
    ) -> None:
        own = self.watch.by_range[range_.id]
        night = self.chance.one(own[-5:])
        night.count(new=1, reviews=1)
        credential = self.watch.credential_id()
        subject = Subject(observation, range_.body.id, night.ends, own[-1], credential_id=credential)
        self.watch.doubts.riddles.append(Riddle(subject, range_.body.path, resembles))
