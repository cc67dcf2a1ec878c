"""The equipment list's filters; their parameters are described in `queries`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import Select, literal, select

from inventory.assets import lifecycle, queries
from inventory.assets.fields import LABELS
from inventory.assets.models import Asset, LastSeen
from inventory.assets.queries import MISSING, NONE, Holder, View
from inventory.assets.states import Ownership, SourceKind, State, Usage
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.catalog import queries as catalog
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import i18n
from inventory.core.database import db, mostly
from inventory.core.i18n import ngettext
from inventory.core.listing import Filter, code_options
from inventory.core.ordering import by_letters
from inventory.core.types import PUBLIC_ID_LENGTH, Code
from inventory.core.web import access, current_scope
from inventory.core.wording import N_
from inventory.organization.models import Entity, Location, Person
from inventory.procurement.models import Supplier

IN_USE, IN_FLEET, EVERYTHING = "in_use", "in_fleet", "any"
MOST_CHOSEN = 200
# The states that most equipment is in, and most of what has left the fleet.
COMMON = frozenset({State.IN_SERVICE, State.DISPOSED})
# The categories of what stands on most desks.
PLENTY = frozenset({Kind.DESKTOP, Kind.LAPTOP, Kind.MONITOR})
# What is last seen moves with a run's sightings, without a record of each.
SIGHTINGS = "sightings"
Pairs = list[tuple[str, str]]


def filters(view: View) -> tuple[Filter, ...]:
    """Return the list's filters."""
    dated = view.dated
    return (
        Filter("state", LABELS["state"], lambda s, v: _by_state(s, v, dated.state), options=cache(_states)),
        Filter("category", LABELS["category"], _by_category, options=cache(_categories), words=_category_words),
        Filter("family", N_("Part of the fleet"), _by_family, options=cache(_families)),
        Filter("age", N_("Age"), lambda s, v: queries.by_age(s, v, view), options=cache(_ages), words=_age_words,
               own=N_("Years: 7, or 7+ for seven and more")),
        Filter("warranty", N_("Warranty"), lambda s, v: queries.by_warranty(s, v, view), options=cache(_warranties),
               words=_ends_within, own=N_("Ends within so many days")),
        Filter("unseen", N_("Not seen for"), queries.by_last_seen, options=cache(_unseen), words=_days_words,
               own=N_("Days"), mark=SIGHTINGS),
        Filter("maker", LABELS["manufacturer"], lambda s, v: s.where(Manufacturer.public_id == _present(Manufacturer, v)),
               options=cache(_makers), words=lambda v: _present_name(Manufacturer, v)),
        Filter("model", LABELS["model"], lambda s, v: s.where(Model.public_id == _present(Model, v)), options=_named(Model, "model"),
               words=lambda v: _present_name(Model, v), search="catalog.search_models"),
        Filter("place", LABELS["location"], lambda s, v: queries.at_place(s, v, view),
               options=_named(Location, "place", N_("unknown")), search="organization.search_locations"),
        Filter("holder", LABELS["holder"], lambda s, v: _by_holder(s, v, view), options=_named(Person, "holder", N_("nobody")),
               search="organization.search_people"),
        Filter("branch", N_("Entity and those below"), lambda s, v: queries.in_branch(s, v, view, below=True),
               options=_named(Entity, "branch"), search="organization.search_entities"),
        Filter("owner", N_("Entity itself"), lambda s, v: queries.in_branch(s, v, view, below=False),
               options=_named(Entity, "owner"), search="organization.search_entities"),
        _codes("ownership", LABELS["ownership"], Ownership, Asset.ownership),
        _codes("usage", LABELS["usage"], Usage, Asset.usage),
        _days("received", LABELS["received_on"], Asset.received_on),
        _days("commissioned", LABELS["commissioned_on"], Asset.commissioned_on),
        Filter("supplier", LABELS["supplier"], _by_supplier, options=_named(Supplier, "supplier"),
               search="procurement.search_suppliers"),
        _codes("source", N_("Last seen by"), SourceKind, LastSeen.last_seen_by, mark=SIGHTINGS),
        Filter("missing", N_("Missing"), lambda s, v: s.where(MISSING.get(v, literal(True))), options=cache(_missing)),
        Filter("pinned", N_("Pinned by a person"), lambda s, v: queries.pinned(s, v == "1"), kind="bool", options=_yes_no),
        Filter("in_scope", N_("In the scope of the service"), _in_scope, kind="bool", options=_yes_no),
        Filter("as_of", N_("As it was on"), lambda s, _v: s, kind="day", options=lambda: _day_options(view)),
        Filter("change", N_("Change"), _by_change, words=_change_words, hidden=True),
        Filter("id", N_("Chosen"), lambda s, v: s.where(Asset.public_id.in_(v.split(","))), kind="text", words=_chosen_words,
               hidden=True, longest=MOST_CHOSEN * (PUBLIC_ID_LENGTH + 1)),
    )  # fmt: skip


def _days(key: str, label: str, column: Any) -> Filter:
    return Filter(key, label, lambda s, v: queries.by_days(s, column, v), kind="range", lies_together=True)


def _in_scope(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Asset.in_scope == (value == "1"))


def _present(noun: type[Any], public_id: str) -> str:
    """Return the public id of a maker or model, or of what it was merged into: saved views go on meaning the same."""
    return catalog.kept_instead(noun, public_id) or public_id


def _present_name(noun: type[Any], public_id: str) -> str | None:
    row = queries.row_named(noun, _present(noun, public_id))
    return row.name if row is not None else None


def _chosen_words(value: str) -> str:
    count = len(value.split(","))
    return ngettext("%(num)s item", "%(num)s items", count)


def _by_change(statement: Select[Any], value: str) -> Select[Any]:
    """Keep what one change set (a delivery, an import, a bulk edit, a run) added or changed."""
    opened = select(ChangeSet.id).where(ChangeSet.public_id == value).scalar_subquery()
    told = select(AuditRecord.object_id).where(
        AuditRecord.change_set_id == opened, AuditRecord.object_type == "asset"
    )
    return statement.where(Asset.public_id.in_(told))


def _change_words(value: str) -> str | None:
    """Return the title of a change set, None for one that the reader may not open."""
    opened = db.session.scalar(select(ChangeSet).where(ChangeSet.public_id == value))
    seen = opened is not None and opened.entity_id in access().roles
    return opened.title if opened is not None and seen else None


def _by_state(statement: Select[Any], value: str, column: Any) -> Select[Any]:
    # Most of what a list begins with is in the fleet, and in use: its order is worth an index more than this is.
    if value == IN_FLEET:
        return statement.where(column.not_in(lifecycle.GONE))
    if value == IN_USE:
        return statement.where(column.not_in(set(State) - lifecycle.IN_USE))
    if value == EVERYTHING:
        return statement
    condition = column.in_([state for state in State if state.value == value])
    return statement.where(mostly(condition) if value in COMMON else condition)


def _states() -> Pairs:
    several = [
        (IN_FLEET, N_("in the fleet")),
        (IN_USE, N_("in use")),
        (EVERYTHING, N_("any, what has left too")),
    ]
    return [(value, gettext(label)) for value, label in several] + code_options(State)()


def _codes(key: str, label: str, codes: type[Code], column: Any, *, mark: str | None = None) -> Filter:
    def apply(statement: Select[Any], value: str) -> Select[Any]:
        return statement.where(column.in_([code for code in codes if code.value == value]))

    return Filter(key, label, apply, options=cache(code_options(codes)), mark=mark)


def _by_category(statement: Select[Any], value: str) -> Select[Any]:
    condition = Category.code == value
    return statement.where(mostly(condition) if value in PLENTY else condition)


def _categories() -> Pairs:
    pairs = [(row.code, gettext(row.name)) for row in catalog.active_categories()]
    return sorted(pairs, key=lambda pair: by_letters(pair[1]))


def _category_words(code: str) -> str | None:
    """Return the name of a category that may no longer be chosen."""
    name = db.session.scalar(select(Category.name).where(Category.code == code))
    return name and gettext(name)


def _by_family(statement: Select[Any], value: str) -> Select[Any]:
    if value == "main":
        return statement.where(Category.in_renewal_base)
    return statement.where(Category.in_workplace) if value == "workplace" else statement


def _families() -> Pairs:
    return [("main", gettext(N_("Main terminals"))), ("workplace", gettext(N_("Whole workplace fleet")))]


def _ages() -> Pairs:
    special = [
        ("over_life", gettext(N_("over its service life"))),
        ("unknown", gettext(N_("unknown"))),
        ("estimated", gettext(N_("estimated"))),
    ]
    return special + [(f"{n}+", gettext(N_("%(num)s years or more"), num=n)) for n in (3, 4, 5, 6, 8, 10)]


def _age_words(value: str) -> str | None:
    if re.fullmatch(r"[0-9]{1,2}\+", value):
        return gettext(N_("%(num)s years or more"), num=int(value[:-1]))
    return ngettext("%(num)s year", "%(num)s years", int(value)) if queries.is_days(value) else None


def _makers() -> Pairs:
    return [(row.public_id, row.name) for row in queries.makers()]


def _by_holder(statement: Select[Any], value: str, view: View) -> Select[Any]:
    return statement.where(mostly(view.holder_id.is_(None)) if value == NONE else Holder.public_id == value)


def _by_supplier(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(queries.sold_by(value))


def _named(model: type[Any], key: str, none: str = "") -> Callable[[], Sequence[tuple[str, str]]]:
    """Return the options that the address chose, so that its chip says names and not ids; others are searched for."""

    @cache
    def options() -> Pairs:
        wanted = request.args.get(key, "").split(",")
        found: Pairs = [(NONE, gettext(none))] if none else []
        seen = current_scope().entity_ids
        for row in queries.rows_named(model, wanted[:50]):
            entity_id = row.id if model is Entity else getattr(row, "entity_id", None)
            if entity_id is None or entity_id in seen:
                code = getattr(row, "code", row.public_id)
                value = next((one for one in wanted if one.upper() == code), row.public_id)
                found.append((value, getattr(row, "display_name", None) or row.name))
        return found

    return options


def _days_words(value: str) -> str | None:
    return ngettext("%(num)s day", "%(num)s days", int(value)) if queries.is_days(value) else None


def _ends_within(value: str) -> str | None:
    if not queries.is_days(value):
        return None
    return ngettext("ends within %(num)s day", "ends within %(num)s days", int(value))


def _warranties() -> Pairs:
    days = [(str(n), str(_ends_within(str(n)))) for n in (30, 90, 180, 365)]
    return [
        *days,
        ("running", gettext(N_("running"))),
        ("ended", gettext(N_("ended"))),
        ("unknown", gettext(N_("unknown"))),
    ]


def _unseen() -> Pairs:
    days = [(str(n), str(_days_words(str(n)))) for n in (7, 30, 90, 180, 365)]
    return [*days, ("never", gettext(N_("never seen")))]


def _missing() -> Pairs:
    labels = {"place": "location", "warranty": "warranty_ends_on", "price": "price_cents"}
    return [(name, gettext(LABELS[labels.get(name, name)])) for name in MISSING]


def _yes_no() -> Pairs:
    return [("1", gettext(N_("yes"))), ("0", gettext(N_("no")))]


def _day_options(view: View) -> Pairs:
    return [(request.args["as_of"], i18n.day(view.as_of))] if view.as_of and "as_of" in request.args else []
