"""Unknown devices by the hundred: listed with filters, chosen, and given one answer after a look at what it does."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select

from inventory.assets.references import category_choices
from inventory.audit import services as audit
from inventory.audit.models import ChangeSetKind
from inventory.catalog import queries as catalog
from inventory.catalog.models import Category
from inventory.core import i18n
from inventory.core.addresses import PLACE, row_pages
from inventory.core.database import transaction
from inventory.core.errors import Invalid
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.listing import BulkAction, Column, Filter, Listing, Picked, ticked, whole_number
from inventory.core.permissions import Permission
from inventory.core.web import access, current_scope, done, leave, not_done, page, undo_own_url
from inventory.core.wording import N_, NN_, Sentence
from inventory.discovery import presentation as discovery
from inventory.discovery import queries as seen
from inventory.discovery.models import Sighting
from inventory.jobs.own import own_work
from inventory.organization.choices import chosen, chosen_entity, entity_options
from inventory.reconciliation import jobs, presentation, queries, services
from inventory.reconciliation.forms import TriageForm
from inventory.reconciliation.models import Answer, Review
from inventory.reconciliation.views.questions import bp

# More than this is done in the background.
AT_ONCE = 50
MOST_NAMED = 2000
SHOWN = 100
ANSWER = Permission.REVIEWS_ANSWER


def _fact(name: str) -> Any:
    return lambda row: row.sighting.observation.get("facts", {}).get(name)


def _of_enterprise(row: Review) -> str | None:
    number = presentation.enterprise_number(row)
    return url_for("reviews.unknown", enterprise=number) if number is not None else None


def _title_of(row: Review) -> str:
    return discovery.title_beside_address(row.sighting) if row.sighting else presentation.title_of(row)


COLUMNS = (
    Column("title", N_("Device"), _title_of, kind="name", title=lambda row: row.sighting.target),
    Column("target", N_("Seen at"), lambda row: row.sighting.target, kind="code", sort=Sighting.target_order,
           url=lambda row: url_for("discovery.sighting", public_id=row.sighting.public_id)),
    Column("description", N_("Description"), _fact("description"), kind="sentence", whole=True),
    Column("enterprise", N_("Maker by its number"), presentation.enterprise_of, url=_of_enterprise),
    Column("kind", N_("Kind guessed"), lambda row: discovery.kind_of(row.sighting)),
    Column("object_id", N_("sysObjectID"), _fact("object_id"), shown=False),
    Column("site", N_("Site"), lambda row: row.sighting.site_code, sort=Sighting.site_code),
    Column("entity", N_("Entity"), lambda row: row.entity.name, shown=False),
    Column("first_seen_at", N_("First seen"), lambda row: row.sighting.first_seen_at, kind="instant",
           sort=Sighting.first_seen_at),
)  # fmt: skip


def _sites() -> list[tuple[str, str]]:
    return [(row.code, f"{row.name} ({row.code})") for row in seen.sites(current_scope().entity_ids)]


def _ranges() -> list[tuple[str, str]]:
    return [
        (row.public_id, f"{row.name} ({row.site.code})") for row in seen.ranges(current_scope().entity_ids)
    ]


def _kinds() -> list[tuple[str, str]]:
    return [("none", _("nothing guessed")), *discovery.kind_options()]


def _at_site(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Sighting.site_code == value)


FILTERS = (
    Filter("site", N_("Site"), _at_site, options=_sites),
    Filter("range", N_("Range"), queries.in_range, options=_ranges),
    Filter(
        "enterprise",
        N_("Enterprise number"),
        queries.of_enterprise,
        kind="text",
        refuses=whole_number(0, 2**31 - 1),
        reads=i18n.typed_number,
    ),
    Filter("object_id", N_("sysObjectID begins with"), queries.below_object_id, kind="text"),
    Filter("description", N_("Description holds"), queries.described, kind="text"),
    Filter("kind", N_("Kind guessed"), queries.of_guessed_kind, options=_kinds),
    Filter("first_seen", N_("First seen"), queries.first_seen_between, kind="range"),
)


def _listing(permission: Permission = Permission.VIEW) -> Listing:
    return Listing(
        "unknown-devices",
        queries.unknown_devices(current_scope(permission)),
        columns=COLUMNS,
        filters=FILTERS,
        search=queries.matching_unknown,
        default_sort="-first_seen_at",
        id_column=Review.id,
        row_url=row_pages("reviews.detail"),
    )


@bp.route("/unknown")
@requires(Permission.VIEW)
def unknown() -> Response:
    """List the devices that nobody has named yet."""
    listing = _listing()
    if listing.wants_export:
        return listing.export(_("Unknown devices"))
    listing.empty(
        _("Every device that was seen is known."),
        url_for(".index"),
        _("See the questions"),
    )
    listing.offer(BulkAction(N_("Sort out"), url_for(".sort_out", **_asked_for()), ANSWER))
    return page("reconciliation/unknown.html", listing=listing)


def _asked_for() -> dict[str, Any]:
    not_asked = PLACE | {"endpoint", "entity"}
    return {k: v for k, v in request.args.items() if k not in not_asked and not k.startswith("_")}


def _selection() -> Picked:
    if request.form.get("all") == "1":
        return Picked(_listing(ANSWER).every_id(), [], True)
    named = ticked(MOST_NAMED)
    return Picked(queries.unknown_ids(current_scope(ANSWER), named), named, False)


@bp.route("/unknown/sort", methods=["POST"])
@requires(ANSWER)
def sort_out() -> Response:
    """Ask what the chosen devices are, show what that makes of them, and do it."""
    picked, step = _selection(), request.form.get("step")
    back = url_for(".unknown", **_asked_for())
    if not picked.ids:
        return not_done(_("Nothing is selected that you may answer."), to=back)
    form = _filled(TriageForm(request.form if step else None))
    verdict = _verdict(form) if step and form.submitted_and_valid() else None
    has_moved = step == "apply" and request.form.get("digest") != picked.digest
    if verdict is None or step == "choose":
        return page("reconciliation/triage.html", status=form.status, form=form, chosen=picked, back=back)
    if step == "apply" and not has_moved:
        return _applied(picked, verdict, back)
    return page(
        "reconciliation/triage_preview.html",
        form=form, chosen=picked, back=back, has_moved=has_moved, in_background=len(picked.ids) > AT_ONCE,
        outlook=presentation.outlook(verdict), shown=queries.unknown_by_id(picked.ids[:SHOWN]),
        title_of=_title_of, makes=verdict.answer is Answer.CREATE,
    )  # fmt: skip


def _filled(form: TriageForm) -> TriageForm:
    form.answer.choices = options(
        [(Answer.CREATE.value, _("Make equipment of them")), (Answer.IGNORE.value, _("Ignore them for good"))]
    )
    rows = category_choices(catalog.active_categories(), _)
    form.category.choices = options([("", _("as each was guessed")), *rows])
    form.belongs_to.choices = options([("", _("to the entity of its range")), *entity_options(ANSWER)])
    return form


def _verdict(form: TriageForm) -> services.Verdict | None:
    """Return what the form says of all of them; None once it is refused, the reason beside its field."""
    try:
        category = chosen(Category, form.category.data, field="category")
        entity = chosen_entity(form.belongs_to.data, ANSWER) if form.belongs_to.data else None
        if form.model.data and not form.maker.data:
            raise Invalid("maker", N_("Name the maker of this model too."))
    except Invalid as error:
        form.refuse(error)
        return None
    if form.answer.data == Answer.IGNORE.value:
        return services.Verdict(Answer.IGNORE)
    return services.Verdict(
        Answer.CREATE, category.id if category else None, entity.id if entity else None,
        form.maker.data or None, form.model.data or None,
    )  # fmt: skip


def _applied(picked: Picked, verdict: services.Verdict, back: str) -> Response:
    """Give the answer, at once or in the background."""
    of_them = NN_("%(num)s unknown device sorted out", "%(num)s unknown devices sorted out")
    title = Sentence(of_them, num=len(picked.ids))
    entity_id = g.scope.entity_id if g.scope.entity_id is not None else access().root_id
    if len(picked.ids) > AT_ONCE:
        with transaction():
            job = jobs.enqueue_triage(
                picked.ids, verdict, title=title, actor=g.actor, user_id=g.user.id, entity_id=entity_id
            )
        return leave(url_for(".triage_run", public_id=job.public_id))
    with (
        transaction(),
        audit.change_set(ChangeSetKind.BULK, title, actor=g.actor, entity_id=entity_id) as kept,
    ):
        came = services.sort_out(picked.ids, verdict, access=access(), actor=g.actor)
    words = ngettext("%(num)s device is sorted out.", "%(num)s devices are sorted out.", came.answered)
    return done(words, to=back, undo_url=undo_own_url(kept.public_id))


@bp.route("/unknown/sorting/<public_id>")
@requires(Permission.SIGNED_IN)
def triage_run(public_id: str) -> Response:
    """Show how far one's own sorting out is, and offer to undo it."""
    return own_work(
        public_id,
        jobs.TRIAGE,
        poll_url=url_for(".triage_run", public_id=public_id),
        back=url_for(".unknown"),
        list_label=_("Unknown devices"),
    )
