"""The list of leavers who still hold equipment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from inventory.assets import leavers as rules
from inventory.assets import lists
from inventory.assets.leavers import Going, Held
from inventory.assets.lists.filters import IN_FLEET
from inventory.assets.models import Asset
from inventory.core import clock, i18n
from inventory.core.access import Scope
from inventory.core.addresses import here, pattern, row_pages
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.listing import Column, Filter, Listing, code_options
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import current_scope, page
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.models import Entity, Person

bp = Blueprint("leavers", __name__, url_prefix="/leavers")
MENU = MenuEntry(Group.MAIN, N_("Leavers"), "leavers.index", "user-x", Permission.ASSETS_HAND_OVER, order=25)


@bp.route("/")
@requires(Permission.ASSETS_HAND_OVER)
def index() -> Response:
    """List who goes or has gone and still holds equipment."""
    scope = current_scope(Permission.ASSETS_HAND_OVER)
    listing = Listing(
        "leavers",
        rules.leavers(scope),
        columns=_columns(scope),
        filters=_filters(scope),
        id_column=Person.id,
        row_url=row_pages("people.detail"),
        search=organization.matching_people,
        default_sort="name",
    )
    if listing.wants_export:
        return listing.export(_("Leavers"))
    listing.empty(
        _("Nobody who goes or has gone holds equipment here."), url_for("people.index"), _("See people")
    )
    return page("assets/leavers.html", listing=listing)


def _columns(scope: Scope) -> list[Column]:
    today = clock.today()
    # Of whom holds nothing any more by the time that this is read.
    held: defaultdict[int, Held] = defaultdict(Held)

    def load(rows: Sequence[Any]) -> None:
        held.update(rules.held_by([row.id for row in rows], scope))

    columns = [
        Column("name", N_("Name"), lambda row: row.display_name, kind="name", sort=Person.name_order),
        Column("going", N_("State"), lambda row: rules.going_of(row, today), kind="badge"),
        Column("entity", N_("Entity"), lambda row: row.entity.name),
        Column("departure", N_("Departure"), _departure, whole=True),
        Column("holds", N_("Holds"), lambda row: _held_words(held[row.id]), kind="sentence", load=load),
        Column("count", N_("Equipment"), lambda row: held[row.id].count, kind="number", load=load,
               url=lambda row: url_for("assets.index", state=IN_FLEET, holder=row.public_id)),
        Column("department", N_("Department"), lambda row: row.department, shown=False),
        Column("leaves_on", N_("Leaves on"), lambda row: row.leaves_on, kind="day", shown=False),
    ]  # fmt: skip
    if "format" not in request.args:
        columns.insert(5, _act(held, load))
    return columns


def _act(held: Mapping[int, Held], load: Callable[[Sequence[Any]], None]) -> Column:
    """Return the column that leads to taking back all that somebody holds; a file has no use for it."""
    address, back = pattern("handing.take_back"), quote(here(), safe="/")
    return Column(
        "take_back",
        N_("Act"),
        lambda row: ngettext("Take it back", "Take all back", held[row.id].count),
        url=lambda row: f"{address(row.public_id)}?next={back}",
        title=lambda row: _("from %(name)s", name=row.display_name),
        kind="link",
        load=load,
    )


def _departure(person: Person) -> str | None:
    """Say when somebody leaves or has left, else since when the directory does not know them."""
    if person.leaves_on is not None:
        said = {"day": i18n.day(person.leaves_on)}
        return (
            _("leaves on %(day)s", **said)
            if person.leaves_on > clock.today()
            else _("left on %(day)s", **said)
        )
    if person.absent_since is not None:
        return _("not in the directory since %(day)s", day=i18n.day(person.absent_since))
    return None


def _held_words(held: Held) -> str:
    """Name the first things that somebody holds, and say how many more there are."""
    named = ", ".join(_asset_words(asset) for asset in held.first)
    more = held.count - len(held.first)
    return f"{named}, {ngettext('and %(num)s more', 'and %(num)s more', more)}" if more else named


def _asset_words(asset: Asset) -> str:
    return f"{asset.label} ({lists.model_words(asset) or i18n.shown(asset.category.name)})"


def _filters(scope: Scope) -> list[Filter]:
    return [
        Filter("going", N_("State"), lambda s, v: s.where(rules.is_going(v)), options=code_options(Going)),
        Filter(
            "of", N_("Entity"), lambda s, v: s.where(Person.entity.has(Entity.code == v)),
            options=lambda: [(row.code, row.name) for row in organization.tree(scope.entity_ids)],
        ),
    ]  # fmt: skip
