"""Makes assets of decisions: creates, links, and writes what was said with its provenance; a machine never says a state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from inventory.assets import fields as assets_fields
from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.assets.services import Dossier, Draft
from inventory.assets.states import State
from inventory.audit import loads
from inventory.catalog import services as catalog
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.catalog.services import ModelName
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.wording import N_
from inventory.discovery.models import Sighting
from inventory.reconciliation import portraits
from inventory.reconciliation.likeness import Sentence, related
from inventory.reconciliation.matching import VAGUE
from inventory.reconciliation.models import Answer, Link, ReviewKind
from inventory.reconciliation.services import loading
from inventory.reconciliation.services.loading import Batch
from inventory.reconciliation.services.questions import Question, key_of
from scanners.observation import Observation

# Fields where a person's word and a machine's cannot both be right about one thing.
CONFLICTING = ("serial", "model_id")


@dataclass(slots=True)
class Catalogue:
    """The makers, models and categories of one batch, each looked up once."""

    actor: Actor
    _makers: dict[str, Manufacturer | None] = field(default_factory=dict)
    _models: dict[tuple[int, str], Model | None] = field(default_factory=dict)
    _categories: dict[Kind, Category] = field(default_factory=dict)

    def look_up(self, observations: Iterable[Observation]) -> None:
        """Find, or make, the makers and models that these observations name, in a fixed number of queries."""
        texts = [
            (name, portraits.text_fact(one, "model"), portraits.text_fact(one, "kind"))
            for one in observations
            if (name := portraits.text_fact(one, "manufacturer"))
        ]
        unknown = list(dict.fromkeys(name for name, _model, _kind in texts if name not in self._makers))
        if unknown:
            self._makers |= catalog.manufacturers_named(unknown, actor=self.actor)
        wanted: dict[tuple[int, str], ModelName] = {}
        for name, model, kind in texts:
            maker = self._makers[name]
            if maker is not None and model is not None and (maker.id, model) not in self._models:
                wanted.setdefault((maker.id, model), ModelName(maker, model, self.category(kind)))
        if wanted:
            self._models |= catalog.models_named(list(wanted.values()), actor=self.actor)

    def category(self, kind: str | None) -> Category:
        """The category that a device of this kind gets."""
        if not self._categories:
            self._categories = catalog.default_categories()
        return self._categories[Kind(kind) if kind else Kind.OTHER]

    def values(self, observation: Observation) -> dict[str, Any]:
        """The maker and the model of an observation that was looked up, as columns of an asset."""
        maker = self._makers.get(portraits.text_fact(observation, "manufacturer") or "")
        if maker is None:
            return {}
        model = self._models.get((maker.id, portraits.text_fact(observation, "model") or ""))
        return {"manufacturer_id": maker.id, **({"model_id": model.id} if model else {})}


@dataclass(slots=True)
class Applied:
    """What a batch came to: ids of assets, and the questions that its links raise."""

    created: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)
    linked: set[int] = field(default_factory=set)
    deserted: set[int] = field(default_factory=set)
    questions: list[Question] = field(default_factory=list)


@dataclass(slots=True)
class Applier:
    """Writes the decisions of one batch."""

    batch: Batch
    actor: Actor
    catalogue: Catalogue
    # Where a person says that what is made belongs; None: where it was seen.
    entity_id: int | None = None
    applied: Applied = field(default_factory=Applied)
    _dossiers: dict[int, Dossier] = field(default_factory=dict)
    _links: list[dict[str, Any]] = field(default_factory=list)

    def create(self, group: Collection[int], reason: Sentence) -> Asset:
        """Make one asset of the sightings of a group, and link them."""
        return self.create_all([(group, reason)])[0]

    def create_all(self, groups: Sequence[tuple[Collection[int], Sentence]]) -> list[Asset]:
        """Make an asset of the sightings of each group, and link them, in a fixed number of queries."""
        ordered = [sorted(group, key=self._fullness) for group, _reason in groups]
        self.catalogue.look_up(self.batch.observations[key] for keys in ordered for key in keys)
        drafts = [self._draft(keys) for keys in ordered]
        at_hand = assets_fields.at_hand(draft.values for draft in drafts)
        creation = assets.create_many(drafts, actor=self.actor)
        for refusal in creation.refused.values():
            raise refusal
        dossiers, rows = assets.dossiers_of(creation.assets), assets.Rows()
        calls = []
        for number, (keys, (_group, reason)) in enumerate(zip(ordered, groups, strict=True)):
            dossier = dossiers[creation.made[number].id]
            dossier.rows = rows
            calls.append(self._begin(dossier, keys, reason))
        rows.save()
        self._save_links()
        del at_hand
        registry.run_hooks_for_each("asset.discovered", calls)
        return creation.assets

    def _draft(self, keys: Sequence[int]) -> Draft:
        """The asset to be made of sightings, the one that says most first."""
        first = self.batch.sightings[keys[0]]
        observations = [self.batch.observations[key] for key in keys]
        kinds = [kind for one in observations if (kind := portraits.text_fact(one, "kind"))]
        kind = min(kinds, key=lambda one: (one in VAGUE, one), default=None)
        values: dict[str, Any] = {}
        for observation in reversed(observations):
            values |= self.catalogue.values(observation) | portraits.text_values(observation)
        values |= {
            "entity_id": self.entity_id or first.entity_id,
            "category_id": self.catalogue.category(kind).id,
            "location_id": first.location_id if self.entity_id in (None, first.entity_id) else None,
            "state": State.IN_SERVICE,
        }
        return Draft(values, source=portraits.source_of(first), accept_duplicate=True)

    def _begin(self, dossier: Dossier, keys: Sequence[int], reason: Sentence) -> dict[str, Any]:
        """Link a new asset and write what its sightings say; returns what is to be told of it."""
        asset = dossier.asset
        self.batch.assets[asset.id] = asset
        self.applied.created.add(asset.id)
        previous = [self._link(key, asset.id, reason) for key in keys]
        for key in keys:
            self._write(key, dossier, new=True)
        return {
            "asset": asset,
            "sighting": self.batch.sightings[keys[0]],
            "previous": next((one for one in previous if one is not None), None),
            "actor": self.actor,
        }

    def _fullness(self, key: int) -> tuple[bool, int, int]:
        observation = self.batch.observations[key]
        return portraits.serial_in(observation) is None, -len(observation.facts), key

    def link_all(self, links: Sequence[tuple[int, int, Sentence]]) -> None:
        """Say which asset each sighting (by key) is, and write what it says, in a fixed number of queries."""
        self.catalogue.look_up(self.batch.observations[key] for key, _asset_id, _reason in links)
        wanted = {asset_id for _key, asset_id, _reason in links} - self._dossiers.keys()
        self._dossiers |= assets.dossiers_of([self.batch.assets[id_] for id_ in sorted(wanted)])
        for key, asset_id, reason in links:
            self._link(key, asset_id, reason)
            self.applied.linked.add(asset_id)
            self._write(key, self._dossiers[asset_id])
            self._elsewhere(key, self.batch.assets[asset_id])
        self._save_links()

    def _link(self, key: int, asset_id: int, reason: Sentence) -> int | None:
        """Link a sighting to an asset; returns the asset that it leaves, or None."""
        link = self.batch.links.get(key)
        text, params = reason[0], dict(reason[1])
        if link is None:
            row = {"sighting_id": key, "asset_id": asset_id, "reason": text[:255], "params": params}
            self._links.append(row)
            return None
        previous = link.asset_id
        if previous == asset_id:
            return None
        link.asset_id, link.reason, link.params = asset_id, text[:255], params
        if previous is not None:
            self.applied.deserted.add(previous)
        return previous

    def _save_links(self) -> None:
        """Save the links that are new in one go, and all that was written beside them."""
        db.session.flush()
        loads.load(Link, self._links)
        self.batch.links |= loading.links_of([row["sighting_id"] for row in self._links])
        self._links.clear()

    def unlink(self, key: int) -> None:
        """Say that a sighting is no longer its asset."""
        link = self.batch.links.pop(key, None)
        if link is not None:
            if link.asset_id is not None:
                self.applied.deserted.add(link.asset_id)
            db.session.delete(link)

    def _write(self, key: int, dossier: Dossier, *, new: bool = False) -> None:
        """Record the identifiers and what the sighting says of each field."""
        asset = dossier.asset
        sighting, observation = self.batch.sightings[key], self.batch.observations[key]
        values = portraits.text_values(observation) | self.catalogue.values(observation)
        values |= self._refined(asset, observation, new=new) | self._placed(asset, sighting)
        said = portraits.said_by(sighting, observation)
        known = assets.note_identifiers(
            dossier, portraits.identifiers_in(observation), source=said.source, at=said.at
        )
        changes = assets.note_word(dossier, values, said, actor=self.actor)
        if (changes or known) and not new:
            self.applied.updated.add(asset.id)
        self._disputed(sighting, dossier, values)

    def _refined(self, asset: Asset, observation: Observation, *, new: bool) -> dict[str, Any]:
        """The category, where the kind says more than what is known so far."""
        kind = portraits.text_fact(observation, "kind")
        if kind is None or (not new and (kind in VAGUE or asset.category.kind.value not in VAGUE)):
            return {}
        category_id = self.catalogue.category(kind).id
        return {"category_id": category_id} if not new or category_id == asset.category_id else {}

    def _placed(self, asset: Asset, sighting: Sighting) -> dict[str, Any]:
        """The place of the range where it was seen, for what stands nowhere yet."""
        if asset.location_id is not None or sighting.location_id is None:
            return {}
        location = self.batch.locations.get(sighting.location_id)
        if location is None or location.entity_id != asset.entity_id:
            return {}
        return {"location_id": location.id}

    def _disputed(self, sighting: Sighting, dossier: Dossier, values: dict[str, Any]) -> None:
        """Ask where a person has pinned another serial or model than the device says."""
        asset = dossier.asset
        for name in CONFLICTING:
            seen, kept = values.get(name), getattr(asset, name)
            if seen is None or kept is None or seen == kept:
                continue
            claims = dossier.claims.get(name, [])
            pinned = next((row for row in claims if row.pinned), None)
            machine = next((row for row in claims if row.source is portraits.source_of(sighting)), None)
            if pinned is None or machine is None:
                continue
            self.applied.questions.append(_conflict(sighting, asset, name, (pinned.display, machine.display)))

    def _elsewhere(self, key: int, asset: Asset) -> None:
        """Ask about what is seen in another commune than its own; it never moves by itself."""
        sighting = self.batch.sightings[key]
        if related(self.batch.paths.get(sighting.entity_id, ""), asset.entity.path):
            return
        if asset.state in portraits.GONE:
            return
        self.applied.questions.append(
            Question(
                ReviewKind.OTHER_ENTITY,
                key_of(ReviewKind.OTHER_ENTITY, asset.id, asset.entity_id, sighting.entity_id),
                asset.entity_id,
                sighting_id=key,
                asset_id=asset.id,
                candidates=(asset.id,),
                evidence=(_whereabouts(sighting, self.batch.observations[key]),),
                details={"seen_entity_id": sighting.entity_id, "home_entity_id": asset.entity_id},
                proposed=Answer.KEEP,
            )
        )


def _whereabouts(sighting: Sighting, observation: Observation) -> Sentence:
    if sighting.source == "ldap":
        unit = portraits.text_fact(observation, "unit_path") or sighting.target
        return (N_("The directory lists it under %(unit)s."), {"unit": unit}, "info")
    return (
        N_("It answered at %(target)s, on the site %(site)s."),
        {"target": sighting.target, "site": sighting.site_code},
        "info",
    )


def _conflict(sighting: Sighting, asset: Asset, name: str, said: tuple[str, str]) -> Question:
    mine, theirs = said
    return Question(
        ReviewKind.CONFLICT,
        key_of(ReviewKind.CONFLICT, asset.id, name, theirs),
        asset.entity_id,
        sighting_id=sighting.id,
        asset_id=asset.id,
        candidates=(asset.id,),
        evidence=(
            (N_("A person wrote %(value)s and pinned it."), {"value": mine}, "info"),
            (N_("The device says %(value)s."), {"value": theirs}, "bad"),
        ),
        details={"field": name, "kept": mine, "seen": theirs},
        proposed=Answer.KEEP,
    )
