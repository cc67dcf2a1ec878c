"""Describes a stored sighting and an asset in the words that matching compares, and a sighting's facts as an asset's fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.services import Said
from inventory.assets.states import SourceKind, State
from inventory.discovery.models import Sighting
from inventory.reconciliation.likeness import Traits, maker_of, virtuality
from scanners.observation import Identifier, Observation

CLOCKS_DIFFER = timedelta(days=1)
GONE = frozenset({State.RETIRED, State.WIPED, State.DISPOSED})
BY_ADDRESS = "address:"
"""How a scan's source key begins when it knows nothing but where the device answered."""

_SOURCES = {"snmp": SourceKind.SNMP, "ldap": SourceKind.LDAP, "import": SourceKind.IMPORT}
# The field of an asset that each fact fills, and how much of it there is room for.
TEXT_FACTS: Mapping[str, int] = {"name": 120, "firmware": 160, "os_name": 160, "description": 255}
_FACT_OF = {"manufacturer_id": "manufacturer", "model_id": "model", "category_id": "kind"}


def source_of(sighting: Sighting) -> SourceKind:
    """The kind of source that a sighting comes from; whatever is no scan of ours runs on the device itself."""
    return _SOURCES.get(sighting.source, SourceKind.AGENT)


def said_by(sighting: Sighting, observation: Observation) -> Said:
    """Who says what a sighting says, when, and what each field was read from."""
    evidence = {**observation.evidence, **{f: observation.evidence.get(n, "") for f, n in _FACT_OF.items()}}
    label = f"{sighting.target} ({sighting.site_code})" if sighting.site_code else sighting.target
    return Said(source_of(sighting), label, sighting.last_seen_at, {k: v for k, v in evidence.items() if v})


def identifiers_in(observation: Observation) -> tuple[Identifier, ...]:
    """The identifiers of an observation that there is room for; a name in a directory is of no network site."""
    kept = [one for one in observation.identifiers if len(one.value) <= 160 and len(one.scope) <= 120]
    if observation.source == "ldap":
        kept = [replace(one, scope="") if one.kind == "name" else one for one in kept]
    return tuple(dict.fromkeys(kept))


def text_fact(observation: Observation, name: str) -> str | None:
    """A fact that is a text, or None."""
    value = observation.facts.get(name)
    return value if isinstance(value, str) and value else None


def traits_of_sighting(
    observation: Observation, entity_path: str, kept_makers: Mapping[str, str] = MappingProxyType({})
) -> Traits:
    """What an observation says, as matching compares it; `kept_makers` leads from makers that were merged to who stayed."""
    kind, model = text_fact(observation, "kind"), text_fact(observation, "model")
    traits = Traits(
        frozenset(_in_kept_scope(identifiers_in(observation), kept_makers)),
        kind=kind,
        maker=_kept(maker_of(text_fact(observation, "manufacturer")), kept_makers),
        entity=entity_path,
    )
    said = observation.facts.get("virtual")
    return replace(traits, virtual=said if isinstance(said, bool) else virtuality(traits, model))


def traits_of_asset(
    asset: Asset,
    identifiers: Iterable[AssetIdentifier],
    kept_makers: Mapping[str, str] = MappingProxyType({}),
) -> Traits:
    """What is known of an asset, as matching compares it; `kept_makers` as in `traits_of_sighting`."""
    own = (Identifier(row.kind.value, row.value, row.scope) for row in identifiers)
    traits = Traits(
        frozenset(_in_kept_scope(own, kept_makers)),
        kind=asset.category.kind.value,
        maker=asset.manufacturer.key if asset.manufacturer else None,
        entity=asset.entity.path,
    )
    return replace(traits, virtual=virtuality(traits, asset.model.name if asset.model else None))


def _kept(maker: str | None, kept_makers: Mapping[str, str]) -> str | None:
    return kept_makers.get(maker, maker) if maker else None


def _in_kept_scope(identifiers: Iterable[Identifier], kept_makers: Mapping[str, str]) -> Iterator[Identifier]:
    for one in identifiers:
        moved = one.kind == "serial" and one.scope in kept_makers
        yield replace(one, scope=kept_makers[one.scope]) if moved else one


def serial_in(observation: Observation) -> str | None:
    """The serial of the box itself, in canonical form: placeholders never become identifiers."""
    serials = [one.value for one in observation.identifiers if one.kind == "serial"]
    return serials[0][:120] if serials else None


def text_values(observation: Observation) -> dict[str, Any]:
    """The fields of an asset that an observation fills by itself, without the catalogue."""
    values: dict[str, Any] = {}
    for name, limit in TEXT_FACTS.items():
        if text := text_fact(observation, name):
            values[name] = text[:limit]
    version = text_fact(observation, "os_version")
    if "os_name" in values and version and version not in values["os_name"]:
        values["os_name"] = f"{values['os_name']} {version}"[:160]
    if serial := serial_in(observation):
        values["serial"] = serial
    return values


def seen_at(sighting: Sighting, observation: Observation) -> datetime | None:
    """When the device itself gave a sign of life: a directory goes on listing what was thrown away years ago.

    One that is later than the directory was read is no sign, but a wrong clock.
    """
    if sighting.source != "ldap":
        return sighting.last_seen_at
    text = text_fact(observation, "last_logon_at")
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if found is None or found.tzinfo is None or found > sighting.last_seen_at + CLOCKS_DIFFER:
        return None
    return found
