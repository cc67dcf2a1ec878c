"""Decides which asset each sighting of a batch is: the rules of identity, without a store, whatever the order of the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from inventory.core.wording import N_
from inventory.reconciliation import likeness
from inventory.reconciliation.likeness import Sentence, Traits
from inventory.reconciliation.neighbours import Neighbours
from scanners.observation import Identifier


@dataclass(frozen=True, slots=True)
class Seen:
    """One sighting: its traits, the asset that it was linked to, and what people have decided about it.

    `by_address`: its source calls it by a network address, which another thing may have tomorrow. `beside`: another
    device on the network states its serial number too.
    """

    key: int
    traits: Traits
    link: int | None = None
    by_address: bool = False
    beside: bool = False
    must: int | None = None
    cannot: frozenset[int] = frozenset()
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """One asset that the batch may be about; `live` is false once it has left the fleet."""

    id: int
    traits: Traits
    live: bool = True


@dataclass(frozen=True, slots=True)
class Linked:
    """It is this asset."""

    asset: int
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Created:
    """It is a new thing, together with the other sightings of `group` (keys, ascending)."""

    group: tuple[int, ...]
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Ask:
    """A person must say: `kind` is a ReviewKind code, `proposed` an Answer code, candidates asset ids best first.

    `keep` is the asset that the sighting stays linked to meanwhile; `group` the sightings asked about together.
    """

    kind: str
    group: tuple[int, ...]
    candidates: tuple[int, ...] = ()
    evidence: tuple[Sentence, ...] = ()
    proposed: str | None = None
    keep: int | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """A person said that this does not belong into the inventory."""


@dataclass(frozen=True, slots=True)
class Later:
    """It may be one of the things that this batch adds: ask again once they are known."""


Decision = Linked | Created | Ask | Ignored | Later

CONTINUES: Sentence = (N_("The same source goes on calling it by the same key."), {}, "good")
A_PERSON_SAID: Sentence = (N_("A person said so."), {}, "good")
NOTHING_KNOWN: Sentence = (N_("No asset has an identifier that only this device would have."), {}, "info")
NO_STRONG: Sentence = (N_("It says no serial number nor anything else that no other device has."), {}, "info")
NO_KIND: Sentence = (N_("It does not say what kind of device it is."), {}, "info")
TORN: Sentence = (N_("It resembles devices that differ from one another."), {}, "bad")

VAGUE = frozenset({"computer", "network_appliance", "power", "other"})


@dataclass(slots=True)
class _Bundle:
    """Sightings of the batch that are one thing, with all that they say together."""

    members: list[Seen]
    traits: Traits
    torn: bool = False
    matches: dict[int, frozenset[Identifier]] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[int, ...]:
        return tuple(sorted(one.key for one in self.members))

    @property
    def cannot(self) -> frozenset[int]:
        return frozenset().union(*(one.cannot for one in self.members))

    @property
    def beside(self) -> bool:
        return any(one.beside for one in self.members)

    @property
    def links(self) -> set[int]:
        return {one.link for one in self.members if one.link is not None}


def decide(seen: Sequence[Seen], known: Sequence[Known]) -> dict[int, Decision]:
    """Return a decision for each sighting's key; the order of either sequence does not matter.

    `known` holds every asset that shares an identifier with, is linked to, or must be a sighting of the batch.
    """
    decisions: dict[int, Decision] = {one.key: Ignored() for one in seen if one.ignored}
    asked = [one for one in seen if not one.ignored]
    junk = likeness.junk_serials([*(one.traits for one in asked), *(one.traits for one in known)])
    assets = {one.id: replace(one, traits=one.traits.without(junk)) for one in known}
    asked = [_with_link(replace(one, traits=one.traits.without(junk)), assets) for one in asked]
    copied = likeness.copied_identifiers(
        [*(one.traits for one in asked), *(one.traits for one in assets.values())]
    )
    asked = [replace(one, traits=one.traits.without(copied)) for one in asked]
    assets = {id_: replace(one, traits=one.traits.without(copied)) for id_, one in assets.items()}
    fresh: list[_Bundle] = []
    near = Neighbours((one, one.traits) for one in assets.values())
    for bundle in _bundles(asked):
        found = _decide_bundle(bundle, assets, near.of(bundle.traits))
        decisions.update(found)
        if any(isinstance(decision, Created) for decision in found.values()):
            fresh.append(bundle)
    decisions.update(_postponed(fresh))
    return decisions


def _with_link(one: Seen, assets: Mapping[int, Known]) -> Seen:
    """The sighting with the link that still holds; a serial that was not read this time is its asset's."""
    link = one.must if one.must in assets else one.link
    asset = assets.get(link) if link is not None else None
    if asset is None:
        return replace(one, link=None)
    # An address that a person linked once may belong to another thing by now, like any other.
    forced = asset.id == one.must and not (one.by_address and _denied(one, asset))
    if not forced and (asset.id in one.cannot or _denied(one, asset)):
        return replace(one, link=None)
    if one.traits.values("serial") and not forced:
        return replace(one, link=asset.id)
    serials = frozenset(mine for mine in asset.traits.identifiers if mine.kind == "serial")
    mine = frozenset(
        id_ for id_ in one.traits.identifiers if not (forced and serials and id_.kind == "serial")
    )
    traits = replace(one.traits, identifiers=mine | serials, kind=one.traits.kind or asset.traits.kind)
    return replace(one, traits=traits, link=asset.id)


def _denied(one: Seen, asset: Known) -> bool:
    """Whether what is seen cannot be, or can no longer be, the asset that its key stands for."""
    return likeness.veto(one.traits, asset.traits) is not None or _moved(one, asset)


def _moved(one: Seen, asset: Known) -> bool:
    """Whether the address that the source calls it by now belongs to another thing: nothing else is the same."""
    if not one.by_address:
        return False
    compared = False
    for kinds in (("base_mac", "mac"), ("serial",), ("uuid",), ("engine_id",), ("name",)):
        mine, theirs = one.traits.values(*kinds), asset.traits.values(*kinds)
        if mine & theirs:
            return False
        compared = compared or bool(mine and theirs and kinds != ("name",))
    return compared


def _bundles(seen: Sequence[Seen]) -> list[_Bundle]:
    """The batch grouped by strong identifiers in common; a group that holds two different things falls apart."""
    groups = _joined(seen, serials_only=False)
    bundles = []
    for group in groups:
        if not any(likeness.veto(a.traits, b.traits) for a, b in combinations(group, 2)):
            bundles.append(_bundle(group))
            continue
        for part in _joined(group, serials_only=True):
            torn = not any(one.traits.values("serial") for one in part)
            bundles.append(_bundle(part, torn=torn))
    return sorted(bundles, key=lambda bundle: bundle.keys)


def _joined(seen: Sequence[Seen], *, serials_only: bool) -> list[list[Seen]]:
    """Groups of sightings connected by a strong identifier, or by a link that a person or the source keeps."""
    parent = {one.key: one.key for one in seen}

    def root(key: int) -> int:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    holders: dict[Identifier, list[Seen]] = defaultdict(list)
    for one in seen:
        for identifier in one.traits.identifiers:
            if identifier.kind == "serial" or not serials_only:
                holders[identifier].append(one)
    for identifier, found in holders.items():
        for one, other in _pairs(found):
            if identifier in likeness.shared_strong(one.traits, other.traits) and not _apart(one, other):
                parent[root(one.key)] = root(other.key)
    groups: dict[int, list[Seen]] = defaultdict(list)
    for one in seen:
        groups[root(one.key)].append(one)
    return list(groups.values())


def _pairs(found: Sequence[Seen]) -> Iterable[tuple[Seen, Seen]]:
    """All pairs of a few; of very many, a chain in a fixed order, which connects the same when nothing vetoes."""
    if len(found) <= 24:
        return combinations(found, 2)
    ordered = sorted(found, key=lambda one: one.key)
    return pairwise(ordered)


def _apart(one: Seen, other: Seen) -> bool:
    """Whether two sightings cannot be one thing: by a veto, or because a person separated one from the other's asset."""
    if one.link in other.cannot or other.link in one.cannot:
        return True
    return likeness.veto(one.traits, other.traits) is not None


def _bundle(members: Sequence[Seen], *, torn: bool = False) -> _Bundle:
    ordered = sorted(members, key=lambda one: one.key)
    identifiers = frozenset().union(*(one.traits.identifiers for one in ordered))
    # The lesser of two words is as good as the other and the same in any order.
    kinds = sorted(
        (one.traits.kind for one in ordered if one.traits.kind), key=lambda one: (one in VAGUE, one)
    )
    makers = sorted(one.traits.maker for one in ordered if one.traits.maker)
    virtual = [one.traits.virtual for one in ordered if one.traits.virtual is not None]
    traits = Traits(
        identifiers=identifiers,
        kind=kinds[0] if kinds else None,
        maker=makers[0] if makers else None,
        virtual=virtual[0] if virtual else None,
        entity=min(one.traits.entity for one in ordered),
    )
    return _Bundle(ordered, traits, torn)


def _decide_bundle(
    bundle: _Bundle, assets: Mapping[int, Known], near: Sequence[Known]
) -> dict[int, Decision]:
    """The decision for each sighting of a bundle; `near` are the assets that share an identifier with it."""
    forced = {one.key: one.must for one in bundle.members if one.must is not None and one.must == one.link}
    decisions: dict[int, Decision] = {key: Linked(asset, A_PERSON_SAID) for key, asset in forced.items()}
    rest = [one for one in bundle.members if one.key not in forced]
    if rest:
        decision = _decide_together(bundle, assets, near)
        for one in rest:
            kept = one.link if isinstance(decision, Ask) and one.link is not None else None
            decisions[one.key] = replace(decision, keep=kept) if isinstance(decision, Ask) else decision
    return decisions


def _decide_together(bundle: _Bundle, assets: Mapping[int, Known], near: Sequence[Known]) -> Decision:
    bundle.matches = _matches(bundle, near)
    by_address = {one.link for one in bundle.members if one.by_address and one.must is None}
    # A device that has moved to another address leaves what was there before.
    links = {
        link
        for link in bundle.links
        if link in bundle.matches or not bundle.matches or link not in by_address
    }
    found = links | bundle.matches.keys()
    if len(found) == 1:
        asset = next(iter(found))
        shared = bundle.matches.get(asset)
        return Linked(asset, _strongest(shared) if shared else CONTINUES)
    if found:
        return _several(bundle, [assets[id_] for id_ in found])
    if bundle.torn:
        return Ask("ambiguous", bundle.keys, evidence=(TORN,))
    return _propose(bundle, near) or _new(bundle)


def _matches(bundle: _Bundle, near: Sequence[Known]) -> dict[int, frozenset[Identifier]]:
    """The assets that share a strong identifier with the bundle and that nothing speaks against."""
    found = {}
    for asset in near:
        if asset.id in bundle.cannot or likeness.veto(bundle.traits, asset.traits):
            continue
        if shared := likeness.shared_strong(bundle.traits, asset.traits):
            found[asset.id] = shared
    return found


_ORDER = ("serial", "tag", "imei", "uuid", "base_mac", "directory_guid", "engine_id")


def _strongest(shared: Collection[Identifier]) -> Sentence:
    best = min(shared, key=lambda one: (_ORDER.index(one.kind), one))
    return likeness.says_same(best.kind, best.value, best.scope)


def _several(bundle: _Bundle, candidates: Sequence[Known]) -> Ask:
    """Two assets or more by strong identifiers: duplicates of one another if nothing forbids it, else a riddle."""
    ranked = sorted(candidates, key=lambda one: (_rank(bundle.matches.get(one.id, ())), one.id))
    twins = not any(likeness.veto(a.traits, b.traits) for a, b in combinations(ranked, 2))
    evidence = [
        likeness.says_same(same.kind, same.value, same.scope)
        for one in ranked
        for same in sorted(bundle.matches.get(one.id, ()), key=lambda same: (_ORDER.index(same.kind), same))
    ]
    evidence += [CONTINUES] if bundle.links - bundle.matches.keys() else []
    against = [likeness.contradictions(a.traits, b.traits) for a, b in combinations(ranked, 2)]
    unique = list({repr(one): one for one in [*evidence, *(two for one in against for two in one)]}.values())
    return Ask(
        "duplicate" if twins else "ambiguous",
        bundle.keys,
        tuple(one.id for one in ranked),
        tuple(unique),
        "merge" if twins else "link",
    )


def _rank(shared: Collection[Identifier]) -> tuple[int, int]:
    return (min((_ORDER.index(one.kind) for one in shared), default=len(_ORDER)), -len(shared))


def _propose(bundle: _Bundle, near: Sequence[Known]) -> Ask | None:
    """A question when weak identifiers speak for assets that are still of the fleet; they never link by themselves."""
    scored = []
    for asset in near:
        if asset.live and asset.id not in bundle.cannot:
            score, evidence = likeness.resemblance(bundle.traits, asset.traits)
            if score >= likeness.ENOUGH:
                scored.append((-score, asset.id, evidence))
    if not scored:
        return None
    scored.sort(key=lambda one: one[:2])
    best = scored[0]
    clear = len(scored) == 1 or scored[1][0] > best[0]
    # Each candidate's evidence, once: what speaks for one of them alone is what decides between them.
    told = {repr(sentence): sentence for _score, _id, said in scored[:5] for sentence in said}
    asked = Ask(
        "possible_match" if len(scored) == 1 else "ambiguous",
        bundle.keys,
        tuple(id_ for _score, id_, _evidence in scored[:5]),
        tuple(told.values()),
        "link" if clear else None,
    )
    is_of_two = bundle.beside and bundle.traits.values("serial")
    return _asked_of_two(asked, bundle, near) if is_of_two else asked


def _asked_of_two(asked: Ask, bundle: _Bundle, near: Sequence[Known]) -> Ask:
    """The question about what states the serial number of another device: another one, unless it is a board inside it."""
    kinds = {bundle.traits.kind, *(one.traits.kind for one in near if one.id in asked.candidates)}
    evidence = likeness.says_of_two(min(bundle.traits.values("serial")), asked.evidence)
    is_inside = "management_board" in kinds and len(kinds) > 1
    return replace(asked, evidence=tuple(evidence), proposed=asked.proposed if is_inside else "different")


def _new(bundle: _Bundle) -> Decision:
    """A new thing when it can be told from all others and its kind is known, else a question."""
    strong = likeness.strong(bundle.traits)
    if strong and bundle.traits.kind:
        return Created(bundle.keys, NOTHING_KNOWN)
    evidence = [NOTHING_KNOWN, *([] if strong else [NO_STRONG]), *([] if bundle.traits.kind else [NO_KIND])]
    proposed = "create" if bundle.traits.kind else None
    return Ask("unknown_device", bundle.keys, evidence=tuple(evidence), proposed=proposed)


def _postponed(fresh: Sequence[_Bundle]) -> dict[int, Decision]:
    """Of the new things that resemble one another, all but the best known must wait until that one is an asset."""
    ordered = sorted(
        fresh, key=lambda one: (one.beside, not one.traits.values("serial"), sorted(one.traits.identifiers))
    )
    kept: Neighbours[_Bundle] = Neighbours()
    later: dict[int, Decision] = {}
    for bundle in ordered:
        if any(
            likeness.resemblance(bundle.traits, other.traits)[0] >= likeness.ENOUGH
            for other in kept.of(bundle.traits)
        ):
            later.update({one.key: Later() for one in bundle.members if one.must is None})
        else:
            kept.add(bundle, bundle.traits)
    return later
