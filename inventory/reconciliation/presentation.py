"""Puts a question into words: its title, its evidence, and the records side by side with what differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.states import IdentifierKind
from inventory.catalog.models import Category
from inventory.core import i18n
from inventory.core.database import db
from inventory.core.wording import N_
from inventory.discovery import presentation as discovery
from inventory.discovery.models import Sighting
from inventory.organization.models import Entity
from inventory.organization.queries import location_names
from inventory.reconciliation import queries
from inventory.reconciliation.matching import VAGUE
from inventory.reconciliation.models import Answer, Review, ReviewKind
from inventory.reconciliation.services import Verdict
from scanners.identity import canonical_hostname, canonical_maker
from scanners.snmp.enterprises import enterprises

VALUES_SHOWN = 3
# Rows of a comparison: key, label, kind of value, and what makes two values the same.
_ROWS: tuple[tuple[str, str, str, Callable[[Any], Any]], ...] = (
    ("serial", N_("Serial number"), "code", lambda text: str(text).upper()),
    ("tag", N_("Tag"), "code", str),
    ("name", N_("Name"), "text", lambda text: canonical_hostname(text) or str(text).casefold()),
    ("kind", N_("Kind"), "text", str),
    ("maker", N_("Maker"), "text", lambda text: canonical_maker(text) or text),
    ("model", N_("Model"), "text", lambda text: str(text).casefold()),
    ("mac", N_("MAC addresses"), "code", frozenset),
    ("ip", N_("IP addresses"), "code", frozenset),
    ("os_name", N_("Operating system"), "text", str),
    ("firmware", N_("Firmware"), "text", str),
    ("entity", N_("Entity"), "text", str),
    ("place", N_("Place"), "text", str),
    ("holder", N_("Holder"), "text", str),
    ("state", N_("State"), "badge", str),
    ("seen", N_("Last seen"), "instant", lambda _at: None),
)


@dataclass(slots=True)
class Record:
    """One column of a comparison; what is `vague` is shown but differs from nothing."""

    label: str
    title: str
    url: str | None
    icon: str
    values: dict[str, Any] = field(default_factory=dict)
    vague: frozenset[str] = frozenset()


def title_of(review: Review) -> str:
    """Return what a question is about, in a few words."""
    return name_of(review) or _("Something that is gone")


def name_of(review: Review) -> str | None:
    """Return the name of what a question is about; None when it is gone."""
    if review.sighting is not None:
        return discovery.title_of(review.sighting)
    return review.asset.label if review.asset is not None else None


def enterprise_number(review: Review) -> int | None:
    """Return the enterprise that a device's sysObjectID belongs to (1.3.6.1.4.1.N), None where it names none."""
    object_id = review.sighting.observation.get("facts", {}).get("object_id") if review.sighting else None
    numbers = str(object_id or "").split(".")
    is_private = numbers[:6] == ["1", "3", "6", "1", "4", "1"] and len(numbers) > 6
    return int(numbers[6]) if is_private and numbers[6].isdigit() else None


def enterprise_of(review: Review) -> str | None:
    """Return the enterprise's number with its name, where it has one that says something."""
    number = enterprise_number(review)
    if number is None:
        return None
    known = enterprises().get(number)
    return (
        f"{known.maker} ({number})"
        if known is not None and known.maker
        else _("unknown (%(number)s)", number=number)
    )


def outlook(verdict: Verdict) -> list[tuple[str, str]]:
    """Return what one answer makes of each device, as (what, value) in words."""
    if verdict.answer is Answer.IGNORE:
        return [(_("What comes of it"), _("They are ignored, and never asked about again."))]
    category = db.session.get(Category, verdict.category_id) if verdict.category_id else None
    entity = db.session.get(Entity, verdict.entity_id) if verdict.entity_id else None
    rows = [
        (_("What comes of it"), _("Each becomes an item of equipment, in service.")),
        (_("Category"), _(category.name) if category else _("as each was guessed")),
        (_("Belongs to"), entity.name if entity else _("the entity of its range")),
    ]
    if verdict.maker:
        rows.append((_("Maker"), verdict.maker))
    if verdict.model:
        rows.append((_("Model"), verdict.model))
    return rows


def evidence_of(review: Review, *, whole: bool = True) -> list[tuple[str, str]]:
    """Return (tone, sentence) for all that speaks for and against; without what names a record one may not see."""
    found = []
    for sentence, params, *tone in review.evidence:
        if whole or (tone or ["info"])[0] != "bad":
            found.append(((tone or ["info"])[0], _(sentence) % _in_words(params)))
    if not whole:
        found.append(("info", _("Another record belongs to an entity that you do not see.")))
    return found


def _in_words(params: dict[str, Any]) -> dict[str, Any]:
    """Return what fills a sentence, its day written as the reader writes days."""
    return {**params, "day": i18n.day(date.fromisoformat(params["day"]))} if "day" in params else params


def records_of(review: Review, assets: Sequence[Asset]) -> list[Record]:
    """Return what was seen and the records that it may be, as columns of a comparison."""
    named: dict[int, list[AssetIdentifier]] = defaultdict(list)
    for row in queries.identifiers([asset.id for asset in assets]):
        named[row.asset_id].append(row)
    places = location_names([asset.location_id for asset in assets if asset.location_id])
    columns = [_sighting_record(review.sighting)] if review.sighting is not None else []
    columns += [_asset_record(asset, named[asset.id], places) for asset in assets]
    if review.kind is ReviewKind.REPLACEMENT and len(columns) == 2:
        columns[0].label, columns[1].label = _("Old one"), _("New one")
    return columns


def _sighting_record(sighting: Sighting) -> Record:
    facts = sighting.observation.get("facts", {})
    values = {name: facts.get(name) for name in ("serial", "name", "model", "os_name", "firmware")}
    values |= {
        "kind": discovery.kind_of(sighting),
        "maker": facts.get("manufacturer"),
        "mac": _said(sighting, "mac", "base_mac"),
        "ip": _said(sighting, "ip"),
        "entity": db.session.get_one(Entity, sighting.entity_id).name,
        "seen": sighting.last_seen_at,
    }
    url = url_for("discovery.sighting", public_id=sighting.public_id)
    title, icon = discovery.title_of(sighting), discovery.icon_of(sighting)
    return Record(_("What was seen"), title, url, icon, values, _vague(facts.get("kind")))


def _vague(kind: str | None) -> frozenset[str]:
    return frozenset({"kind"}) if kind in VAGUE else frozenset()


def _said(sighting: Sighting, *kinds: str) -> tuple[str, ...]:
    rows = sighting.observation.get("identifiers", [])
    return tuple(dict.fromkeys(row["value"] for row in rows if row["kind"] in kinds))


def _asset_record(asset: Asset, named: Sequence[AssetIdentifier], places: dict[int, str]) -> Record:
    def known(*kinds: IdentifierKind) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.value for row in named if row.kind in kinds))

    values = {
        name: getattr(asset, name) for name in ("serial", "tag", "name", "os_name", "firmware", "state")
    }
    values |= {
        "kind": _(asset.category.kind.label),
        "maker": asset.manufacturer.name if asset.manufacturer else None,
        "model": asset.model.name if asset.model else None,
        "mac": known(IdentifierKind.BASE_MAC, IdentifierKind.MAC),
        "ip": known(IdentifierKind.IP),
        "entity": asset.entity.name,
        "place": places.get(asset.location_id or 0),
        "holder": asset.holder.display_name if asset.holder else None,
        "seen": asset.last_seen_at,
    }
    url = url_for("assets.detail", public_id=asset.public_id)
    kind = asset.category.kind
    return Record(_("In the inventory"), asset.label, url, kind.icon, values, _vague(kind.value))


def rows_of(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the rows of a comparison, without those that no record fills; `differs` where two known values do."""
    rows = []
    for key, label, kind, canonical in _ROWS:
        values = [record.values.get(key) for record in records]
        if any(values):
            told = [record.values.get(key) for record in records if key not in record.vague]
            rows.append(
                {
                    "label": _(label),
                    "kind": kind,
                    "said": [_shown(value) for value in values],
                    "differs": _differ([canonical(value) for value in told if value]),
                }
            )
    return rows


def _differ(values: Sequence[Any]) -> bool:
    if any(isinstance(value, frozenset) for value in values):
        return len(values) > 1 and not frozenset.intersection(*values)
    return len(set(values)) > 1


def _shown(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value or None
    more = len(value) - VALUES_SHOWN
    text = ", ".join(value[:VALUES_SHOWN])
    return (
        _("%(values)s and %(number)s more", values=text, number=i18n.number(more)) if more > 0 else text
    ) or None
