"""Puts what was seen into words: names, facts, revisions, and the panels that an asset's page shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.catalog.kinds import Kind
from inventory.core.i18n import day, instant, ngettext, number
from inventory.core.wording import N_
from inventory.discovery import fact_words
from inventory.discovery.models import Credential, Sighting, SightingRevision
from scanners import sameness

PORTS_SHOWN = 64
PARTS_SHOWN = 64
IGNORED_CHANGES = frozenset({"uptime_s", "last_logon_at", "memory_free_bytes", "disk_free_bytes"})
GIGABYTE = 1024**3
UNNAMED = N_("Without a name")


def _facts(sighting: Sighting | SightingRevision) -> Mapping[str, Any]:
    found: Mapping[str, Any] = sighting.observation.get("facts", {})
    return found


def word(table: Mapping[str, str], code: Any) -> str:
    """Return a code's word in the reader's language; a code that nobody has named reads as plain text."""
    text = str(code)
    return _(table[text]) if text in table else text.replace("_", " ").capitalize()


def title_of(sighting: Sighting) -> str:
    """Return what to call a thing that was seen: its name, else its model and address."""
    if (name := _name_of(sighting)) is not None:
        return name
    model = model_of(sighting)
    return f"{model} ({sighting.target})" if model else sighting.target


def title_beside_address(sighting: Sighting) -> str:
    """Return what to call a thing where its address stands beside: its name, else its model, else that it has none."""
    return _name_of(sighting) or model_of(sighting) or _(UNNAMED)


def name_beside_model(sighting: Sighting) -> str:
    """Return what to call a thing where its model and address stand beside: its name, else that it has none."""
    return _name_of(sighting) or _(UNNAMED)


def _name_of(sighting: Sighting) -> str | None:
    facts = _facts(sighting)
    name = facts.get("name") or facts.get("display_name")
    return str(name) if name else None


def kind_of(sighting: Sighting) -> str | None:
    """Return the kind in words: of a person "Person", of a device what its facts say, None when they do not."""
    if sighting.subject == "person":
        return _("Person")
    code = _facts(sighting).get("kind")
    return _(Kind(code).label) if code in set(Kind) else None


def icon_of(sighting: Sighting) -> str:
    """Return the icon of a thing that was seen."""
    code = _facts(sighting).get("kind")
    return (
        "user"
        if sighting.subject == "person"
        else (Kind(code).icon if code in set(Kind) else "question-mark")
    )


def model_of(sighting: Sighting) -> str | None:
    """Return maker and model, as far as they are known."""
    facts = _facts(sighting)
    return " ".join(str(facts[name]) for name in ("manufacturer", "model") if facts.get(name)) or None


def subject_options() -> list[tuple[str, str]]:
    """Return the choices of the subject filter."""
    return [("device", _("Devices")), ("person", _("People"))]


def kind_options() -> list[tuple[str, str]]:
    """Return the choices of the kind filter."""
    return [(kind.value, _(kind.label)) for kind in Kind]


def source_options() -> list[tuple[str, str]]:
    """Return the choices of the source filter."""
    return [(code, _(label)) for code, label in fact_words.SOURCES.items()]


def about(
    sighting: Sighting, credential: Credential | None = None
) -> list[tuple[str, Any] | tuple[str, Any, str]]:
    """Return who saw a thing, where and when, as the definition macro takes it; with the credential that it answers to."""
    answered = _("%(name)s, tried first next time", name=credential.name) if credential is not None else None
    return [
        *([(_("Answered to"), answered)] if answered else []),
        (_("Source"), word(fact_words.SOURCES, sighting.source)),
        (_("Seen at"), sighting.target, "code"),
        (_("Site"), sighting.site_code),
        (_("First seen"), sighting.first_seen_at, "instant"),
        (_("Last seen"), sighting.last_seen_at, "instant"),
        (_("Known by"), known_by(sighting.source_key)),
    ]


def known_by(source_key: str) -> str:
    """Return in words what tells a thing from all others of its source; the key itself where its kind is none that Parc writes."""
    known, _beside, own = source_key.partition(sameness.BESIDE)
    kind, _colon, value = known.partition(":")
    if kind not in fact_words.KEYS:
        return source_key
    if kind == "serial":
        # The maker whose number it is stands before it.
        value = value.partition(":")[2] or value
    words = _(fact_words.KEYS[kind]) % {"value": value}
    return _("%(known)s, and %(own)s", known=words, own=own) if own else words


def shown_value(name: str, value: Any) -> str:
    """Return a fact's value as people read it."""
    if name == "kind":
        return _(Kind(value).label) if value in set(Kind) else str(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    if name.endswith(("_at", "_on")) and (when := _when(str(value))):
        return when
    if name in fact_words.SIZES and isinstance(value, int):
        return _("%(size)s GB", size=number(round(value / GIGABYTE, 1)))
    if name == "uptime_s" and isinstance(value, int):
        return _running(value)
    return number(value) if isinstance(value, int) else str(value)


def _running(seconds: int) -> str:
    hours = seconds // 3600
    if hours < 1:
        return ngettext("%(num)s minute", "%(num)s minutes", seconds // 60)
    if hours < 48:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s day", "%(num)s days", hours // 24)


def _when(text: str) -> str | None:
    """Return an ISO 8601 instant or day as people write it, None for any other text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant(found) if found.tzinfo else day(found.date())


def facts(sighting: Sighting) -> list[dict[str, Any]]:
    """Return the facts with where each was read."""
    evidence = sighting.observation.get("evidence", {})
    return [
        {"label": word(fact_words.FACTS, name), "value": shown_value(name, value), "from": evidence.get(name)}
        for name, value in _facts(sighting).items()
    ]


def identifiers(sighting: Sighting) -> list[dict[str, Any]]:
    """Return the identifiers in words."""
    return [
        {"label": word(fact_words.IDENTIFIERS, one["kind"]), "value": one["value"], "scope": one.get("scope")}
        for one in sighting.observation.get("identifiers", [])
    ]


def network_panel(sighting: Sighting) -> dict[str, Any] | None:
    """Return the context of `discovery/_panel_network.html`: the interfaces with their addresses, or None."""
    interfaces = sighting.observation.get("interfaces", [])
    claimed = [one["value"] for one in sighting.observation.get("identifiers", []) if one["kind"] == "ip"]
    if not interfaces and not claimed:
        return None
    # Ports that work, or are somebody's, come before the empty ones of a switch.
    ordered = sorted(
        interfaces, key=lambda row: (not row.get("addresses"), not row.get("oper_up"), row.get("index", 0))
    )
    return {
        "addresses": claimed,
        "interfaces": [_interface(row) for row in ordered[:PORTS_SHOWN]],
        "hidden": max(0, len(interfaces) - PORTS_SHOWN),
        "seen_at": sighting.last_seen_at,
    }


def _interface(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": row.get("name") or row.get("description") or row.get("index"),
        "mac": row.get("mac"),
        "addresses": ", ".join(row.get("addresses", [])) or None,
        "speed": speed_words(row.get("speed_bps")),
        "up": row.get("oper_up"),
    }


def speed_words(bits: int | None) -> str | None:
    if not bits:
        return None
    return (
        _("%(n)s Gbit/s", n=number(bits / 10**9))
        if bits >= 10**9
        else _("%(n)s Mbit/s", n=number(bits / 10**6))
    )


def supplies_panel(sighting: Sighting) -> dict[str, Any] | None:
    """Return the context of `discovery/_panel_supplies.html`: supplies and meters, or None where there are none."""
    supplies = sighting.observation.get("supplies", [])
    counters = sighting.observation.get("counters", [])
    if not supplies and not counters:
        return None
    return {
        "supplies": [_supply(row) for row in supplies],
        "counters": [_counter(row) for row in counters],
        "seen_at": sighting.last_seen_at,
    }


def _supply(row: Mapping[str, Any]) -> dict[str, Any]:
    level, unit = row.get("level"), row.get("unit")
    # A level in percent is one of 100, whatever the printer says of its capacity.
    capacity = row.get("capacity") or (100 if unit == "percent" else None)
    share = max(0.0, min(1.0, level / capacity)) if level is not None and capacity else None
    state = row.get("state")
    return {
        "name": row.get("name") or word(fact_words.SUPPLIES, row.get("kind") or "other"),
        "kind": word(fact_words.SUPPLIES, row["kind"]) if row.get("kind") else None,
        "share": share,
        "amount": _amount(level, unit) if level is not None and share is None else None,
        "is_paper": row.get("kind") == "paper",
        "state": word(fact_words.SUPPLY_STATES, state) if state else None,
        "is_low": share is not None and share <= 0.1 and not str(row.get("kind", "")).startswith("waste"),
    }


def _amount(level: int, unit: str | None) -> str:
    """A level without a capacity, with its unit where that has a name."""
    return (
        f"{number(level)} {word(fact_words.UNITS, unit).lower()}"
        if unit in fact_words.UNITS
        else number(level)
    )


def _counter(row: Mapping[str, Any]) -> dict[str, Any]:
    unit = row.get("unit")
    return {
        "name": word(fact_words.COUNTERS, row["name"]),
        "value": row["value"],
        "unit": word(fact_words.UNITS, unit).lower() if unit else None,
    }


def hardware_panel(sighting: Sighting, told: Mapping[str, str | None]) -> dict[str, Any] | None:
    """Return the context of `discovery/_panel_hardware.html`: what the device says of itself and its parts, or None.

    A fact whose words stand in what is `told` of it elsewhere on the page is left out.
    """
    wanted = (
        "os_name",
        "os_version",
        "firmware",
        "cpu",
        "processors",
        "memory_bytes",
        "disk_bytes",
        "location",
        "contact",
        "description",
    )
    found = _facts(sighting)
    rows = [
        (word(fact_words.FACTS, name), shown_value(name, found[name]))
        for name in wanted
        if name in found and f" {found[name]} " not in f" {told.get(name) or ''} "
    ]
    parts = [
        {
            "kind": word(fact_words.COMPONENTS, row["kind"]),
            "name": row.get("name") or row.get("model"),
            "model": " ".join(text for text in (row.get("manufacturer"), row.get("model")) if text) or None,
            "serial": row.get("serial"),
            "firmware": row.get("firmware"),
        }
        for row in sighting.observation.get("components", [])[:PARTS_SHOWN]
    ]
    return {"rows": rows, "parts": parts, "seen_at": sighting.last_seen_at} if rows or parts else None


def seen_by_panel(sightings: Iterable[Sighting]) -> dict[str, Any] | None:
    """Return the context of `discovery/_panel_seen_by.html`: by whom a thing is seen, latest first, or None."""
    rows = [
        {
            "source": word(fact_words.SOURCES, row.source),
            "icon": "address-book" if row.source == "ldap" else "network",
            # A directory tells of computers that are away: when it was read is not when they were seen.
            "is_read": row.source == "ldap",
            "target": row.target,
            "site": row.site_code,
            "first": row.first_seen_at,
            "last": row.last_seen_at,
            "absent": row.absent_since,
            "url": url_for("discovery.sighting", public_id=row.public_id),
        }
        for row in sorted(sightings, key=lambda one: one.last_seen_at, reverse=True)
    ]
    return {"rows": rows} if rows else None


def revision_entries(sighting: Sighting, revisions: Sequence[SightingRevision]) -> list[dict[str, Any]]:
    """Return a timeline of what changed between one observation and the next, newest first."""
    entries: list[dict[str, Any]] = []
    later: Sighting | SightingRevision = sighting
    for row in revisions:
        changes = fact_changes(_facts(row), _facts(later))
        title = _("What was seen changed") if changes else _("Interfaces, identifiers or parts changed")
        entries.append(
            {"title": title, "at": row.observed_at, "icon": "refresh", "changes": changes, "kind": "network"}
        )
        later = row
    entries.append(
        {
            "title": _("Seen for the first time"),
            "at": sighting.first_seen_at,
            "icon": "radar-2",
            "kind": "network",
        }
    )
    return entries


def fact_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """Return (fact, old, new) in words of the facts that differ; None where one side does not have it."""
    names = [
        name for name in {**old, **new} if old.get(name) != new.get(name) and name not in IGNORED_CHANGES
    ]
    return [
        (
            word(fact_words.FACTS, name),
            shown_value(name, old[name]) if name in old else None,
            shown_value(name, new[name]) if name in new else None,
        )
        for name in names
    ]
