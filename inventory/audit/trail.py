"""The journal: every change of every thing, searched, narrowed and exported by those who answer for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, or_, select

from inventory.audit import presentation, queries
from inventory.audit.models import Action, AuditRecord, ChangeSet
from inventory.core import clock, registry
from inventory.core.access import Scope
from inventory.core.database import db
from inventory.core.days import parse_day
from inventory.core.errors import NotFound
from inventory.core.guard import requires
from inventory.core.i18n import labelled
from inventory.core.listing import WHEN, Column, Filter, Listing, code_options
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import access, current_scope, page
from inventory.core.wording import N_

bp = Blueprint("journal", __name__, url_prefix="/journal")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Journal"),
    "journal.index",
    "history",
    Permission.SETTINGS_ADMIN,
    order=90,
    hint=N_("Who changed what, when: every record, to search and to export."),
)
# What is recorded of and has no page that files and notes would serve.
OTHER_NOUNS = {
    "address_range": N_("Address range"),
    "presence": N_("Presence"),
    "application_annex": N_("Annex of applications"),
    "category": N_("Category"),
    "change_set": N_("Change"),
    "credential": N_("Credential"),
    "custom_field": N_("Custom field"),
    "directory": N_("Directory"),
    "entity": N_("Entity"),
    "mail_settings": N_("Mail"),
    "manufacturer": N_("Maker"),
    "model": N_("Model"),
    "renewal_rule": N_("Renewal rule"),
    "renewal_snapshot": N_("Presented figures"),
    "replacement": N_("Replacement"),
    "review": N_("Question"),
    "saved_view": N_("Saved view"),
    "schedule": N_("Schedule"),
    "session": N_("Session"),
    "site": N_("Site"),
    "supplier": N_("Supplier"),
    "user": N_("User"),
}
# The pages of those that have one, and what their readers may do.
OTHER_PAGES = {
    "user": ("users.detail", Permission.USERS_ADMIN),
    "category": ("catalog.edit_category", Permission.INSTANCE_ADMIN),
    "manufacturer": ("catalog.edit_manufacturer", Permission.INSTANCE_ADMIN),
    "model": ("catalog.edit_model", Permission.INSTANCE_ADMIN),
    "custom_field": ("fields.edit", Permission.INSTANCE_ADMIN),
    "address_range": ("discovery.edit_range", Permission.DISCOVERY_ADMIN),
    "directory": ("discovery.edit_directory", Permission.DISCOVERY_ADMIN),
    "credential": ("discovery.edit_credential", Permission.DISCOVERY_ADMIN),
    "site": ("discovery.edit_site", Permission.DISCOVERY_ADMIN),
    "supplier": ("procurement.edit", Permission.INSTANCE_ADMIN),
}


@bp.route("/")
@requires(Permission.SETTINGS_ADMIN)
def index() -> Response:
    """List the records of the scope, the latest first."""
    names = _Names()
    object_ = Column("object", N_("Of what"), names.of, kind="name", load=names.load)
    listing = Listing(
        "journal",
        _records(current_scope(Permission.SETTINGS_ADMIN)),
        columns=(*COLUMNS[:4], object_, *COLUMNS[4:]),
        filters=FILTERS,
        search=_matching,
        id_column=AuditRecord.id,
        row_url=_record_url,
        public_id=lambda row: str(row.id),
        default_sort="-recorded_at",
    ).recorded()
    if listing.wants_export:
        return listing.export(_("Journal"))
    return page("audit/journal.html", listing=listing.empty(_("Nothing was recorded that is like this.")))


@bp.route("/<int(max=9223372036854775807):record_id>")
@requires(Permission.SETTINGS_ADMIN)
def detail(record_id: int) -> Response:
    """Show one record with all that it says."""
    everywhere = Scope(access().entity_ids(Permission.SETTINGS_ADMIN))
    record = db.session.scalar(_records(everywhere).where(AuditRecord.id == record_id))
    if record is None:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    change_set = _change_set_of(record)
    name = presentation.object_name(record, change_set)
    return page(
        "audit/record.html",
        record=record,
        noun=_noun_words(record.object_type),
        name=name,
        title=labelled(_(record.action.label).capitalize(), name),
        url=_page_of(record),
        made_by=presentation.MADE_BY.get(record.actor_kind),
        changes=_each_change(record),
        change_set=change_set,
    )


class _Names:
    """The names of what the records of a page, or of a piece of a file, tell of; what undos are called is read at once."""

    def __init__(self) -> None:
        self._undos: dict[int, ChangeSet] = {}

    def load(self, rows: Sequence[AuditRecord]) -> None:
        undos = {row.change_set_id or 0 for row in rows if row.object_type == ChangeSet.__tablename__}
        self._undos = queries.change_sets_by_id(undos) if undos else {}

    def of(self, row: AuditRecord) -> str:
        return presentation.object_name(row, self._undos.get(row.change_set_id or 0))


def _record_url(row: AuditRecord) -> str:
    return url_for("journal.detail", record_id=row.id)


def _change_set_of(record: AuditRecord) -> ChangeSet | None:
    """Return the change set that a record is part of, where the reader may open it."""
    found = db.session.get(ChangeSet, record.change_set_id) if record.change_set_id else None
    if found is None:
        return None
    if found.entity_id is None:
        return found if access().allows(Permission.INSTANCE_ADMIN) else None
    return found if access().allows(Permission.VIEW, found.entity_id) else None


def _records(scope: Scope) -> Select[Any]:
    """Return the records of the scope's entities; for the administrator of the instance, those of none too."""
    within: Any = AuditRecord.entity_id.in_(scope.entity_ids)
    if scope.entity_id is None and access().allows(Permission.INSTANCE_ADMIN):
        if scope.whole:
            return select(AuditRecord)
        within = or_(within, AuditRecord.entity_id.is_(None))
    return select(AuditRecord).where(within)


def _matching(statement: Select[Any], text: str) -> Select[Any]:
    for word in text.split()[:6]:
        columns = (AuditRecord.object_label, AuditRecord.actor_label, AuditRecord.note)
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return statement


def _by_action(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(AuditRecord.action == value) if value in list(Action) else statement


def _by_day(statement: Select[Any], value: str, after: int) -> Select[Any]:
    """Keep what was recorded from the beginning of a day on (after=0), or up to its end (after=1)."""
    try:
        day: date = parse_day(value, clock.today()) + timedelta(days=after)
    except ValueError:
        return statement
    at = datetime.combine(day, time(), ZoneInfo(clock.DEFAULT_TIME_ZONE)).astimezone(UTC)
    return statement.where(AuditRecord.recorded_at < at if after else AuditRecord.recorded_at >= at)


def _by_change_set(statement: Select[Any], value: str) -> Select[Any]:
    chosen = select(ChangeSet.id).where(ChangeSet.public_id == value).scalar_subquery()
    return statement.where(AuditRecord.change_set_id == chosen)


def _change_set_words(value: str) -> str | None:
    found = db.session.scalar(select(ChangeSet).where(ChangeSet.public_id == value))
    return found.title if found is not None else None


def _noun_options() -> list[tuple[str, str]]:
    known = db.session.scalars(select(AuditRecord.object_type).distinct())
    return sorted(((name, _noun_words(name)) for name in known), key=lambda pair: pair[1])


def _noun_words(object_type: str) -> str:
    noun = registry.nouns().get(object_type)
    label = noun.label if noun else OTHER_NOUNS.get(object_type)
    return _(label) if label else object_type.replace("_", " ")


def _changes(row: AuditRecord) -> str:
    """Return the changes in one line: "Name: PC-1 → PC-2"; what was empty before needs no arrow."""
    return " · ".join(
        labelled(label, after if before == "–" else f"{before} → {after}")
        for label, before, after in _each_change(row)
    )


def _each_change(row: AuditRecord) -> list[tuple[str, str, str]]:
    """Return the label, what it was and what it became of each field that a record tells of."""
    return [
        (presentation.field_label(name), _value(row, name, old), _value(row, name, new))
        for name, (old, new) in row.changes.items()
    ]


def _value(row: AuditRecord, name: str, value: Any) -> str:
    shown = presentation.recorded_value(row, name, value)
    return "–" if shown in (None, "") else str(shown)


def _page_of(row: AuditRecord) -> str | None:
    noun = registry.nouns().get(row.object_type)
    if noun is not None:
        endpoint = noun.page if noun.argument == "public_id" else ""
    else:
        endpoint, permission = OTHER_PAGES.get(row.object_type, ("", Permission.SETTINGS_ADMIN))
        endpoint = endpoint if access().allows(permission) else ""
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, public_id=row.object_id)


COLUMNS = (
    Column(
        "recorded_at",
        WHEN,
        lambda row: row.recorded_at,
        kind="instant",
        sort=AuditRecord.recorded_at,
    ),
    Column("actor", N_("By"), lambda row: row.actor_label),
    Column("action", N_("Act"), lambda row: row.action, kind="badge"),
    Column("noun", N_("Kind"), lambda row: _noun_words(row.object_type)),
    Column("changes", N_("What changed"), _changes, kind="sentence"),
    Column("effective_on", N_("Holds from"), lambda row: row.effective_on, kind="day"),
    Column("note", N_("Note"), lambda row: row.note),
)
FILTERS = (
    Filter("by", N_("By"), lambda s, v: s.where(AuditRecord.actor_label.icontains(v, autoescape=True)), kind="text"),
    Filter(
        "made", N_("Made by"), lambda s, v: s.where(AuditRecord.actor_kind == v),
        options=lambda: [(kind, _(label)) for kind, label in presentation.MADE_BY.items()],
    ),
    Filter("of", N_("Of what"), lambda s, v: s.where(AuditRecord.object_label.icontains(v, autoescape=True)), kind="text"),
    Filter("set", N_("Change set"), _by_change_set, hidden=True, words=_change_set_words),
    Filter("noun", N_("Kind"), lambda s, v: s.where(AuditRecord.object_type == v), options=_noun_options),
    Filter("act", N_("Act"), _by_action, options=code_options(Action)),
    Filter("since", N_("Since"), lambda s, v: _by_day(s, v, 0), kind="day"),
    Filter("until", N_("Until"), lambda s, v: _by_day(s, v, 1), kind="day"),
)  # fmt: skip
