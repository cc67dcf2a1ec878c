"""Bulk edit: choose what many assets get, see every change before it is made, then make it as one change set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, g, request, stream_with_context, url_for
from flask_babel import gettext as _

from inventory.assets import forms, jobs, lists, queries, references
from inventory.assets.fields import LABELS
from inventory.assets.services import bulk
from inventory.assets.views.blueprint import bp
from inventory.assets.views.records import shown_form
from inventory.audit import presentation
from inventory.audit import services as audit
from inventory.audit.models import ChangeSetKind
from inventory.catalog import queries as catalog
from inventory.core import downloads, i18n, sheets, versions
from inventory.core.addresses import PLACE
from inventory.core.database import transaction
from inventory.core.errors import DomainError, Invalid
from inventory.core.forms import options, translated
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.listing import Picked, ticked
from inventory.core.permissions import Permission
from inventory.core.web import access, current_scope, done, leave, not_done, page, undo_own_url
from inventory.core.wording import N_, NN_, Sentence
from inventory.jobs.own import own_work
from inventory.organization.choices import entity_options

# More than this is done in the background.
AT_ONCE = 1000
MOST_NAMED = 2000
SHOWN = 100
DATED = {"on", "state", "disposal_route", "note", "emptied"}
EMPTIED = ("location", "supplier", "order_number", "accounting_number", "received_on", "first_used_on",
           "commissioned_on", "warranty_ends_on", "price_cents")  # fmt: skip


def selection(permission: Permission) -> Picked:
    """Return the chosen assets of the entities where the user holds the permission."""
    scope = current_scope(permission)
    if request.form.get("all") == "1":
        return Picked(lists.equipment(scope).every_id(), [], True)
    named = ticked(MOST_NAMED)
    return Picked(queries.ids_of(scope, named), named, False)


@bp.route("/bulk", methods=["POST"])
@requires(Permission.ASSETS_BULK)
def bulk_edit() -> Response:
    """Ask what the chosen assets get, show what that changes, and change it."""
    chosen, step = selection(Permission.ASSETS_BULK), request.form.get("step")
    if not chosen.ids:
        return not_done(_("Nothing is selected that you may edit."), to=list_url())
    form = _filled(forms.BulkForm(request.form if step else None))
    edit = _asked(form) if step and form.submitted_and_valid() else None
    if edit is None or step == "choose":
        return page(
            "assets/bulk.html", status=form.status, form=shown_form(form), chosen=chosen, back=list_url()
        )
    if step == "file":
        return _as_file(chosen, edit)
    shown = versions.unpacked(request.form.get("versions"), chosen.ids) if step == "apply" else None
    stale: set[str] = set()
    if shown is not None and request.form.get("digest") == chosen.digest:
        answer, stale = _applied(chosen, edit, shown)
        if answer is not None:
            return answer
    outlooks = bulk.foresee(chosen.ids, edit, access())
    ordered = sorted(outlooks, key=lambda one: one.public_id not in stale) if stale else outlooks
    summary = bulk.summarize(ordered, show=SHOWN)
    return page("assets/bulk_preview.html", form=form, chosen=chosen, summary=summary, changes_of=change_words,
                why=why, label=label, stale=stale, has_moved=step == "apply", in_background=len(chosen.ids) > AT_ONCE,
                versions=versions.packed(summary.versions))  # fmt: skip


def list_url() -> str:
    """Return the list as it was asked for."""
    not_asked = PLACE | {"endpoint", "entity"}
    asked: dict[str, Any] = {
        name: value
        for name, value in request.args.items()
        if name not in not_asked and not name.startswith("_")
    }
    return url_for("assets.index", **asked)


def _filled(form: forms.BulkForm) -> forms.BulkForm:
    form.category.choices = options([("", ""), *references.category_choices(catalog.active_categories(), _)])
    form.entity.choices = options([("", ""), *entity_options(Permission.ASSETS_BULK)])
    form.in_scope.choices = options([("", ""), ("1", _("yes")), ("0", _("no"))])
    form.emptied.choices = options([(name, label(name)) for name in EMPTIED])
    return form


def _asked(form: forms.BulkForm) -> bulk.BulkEdit | None:
    """Return the edit that the form asks for; None once it is refused, the reason beside its field."""
    try:
        given = {n: v for n, v in form.values().items() if n not in DATED and v not in (None, "")}
        emptied = dict.fromkeys(form.emptied.data or ())
        if both := sorted(given.keys() & emptied.keys()):
            raise Invalid(both[0], N_("Either give a value or empty the field."))
        values = references.resolved({**given, **emptied}, Permission.ASSETS_BULK)
        if "in_scope" in values:
            values["in_scope"] = values["in_scope"] == "1"
        if not values and form.state.data is None:
            raise Invalid("", N_("Fill in at least one field."))
    except Invalid as error:
        form.refuse(error)
        return None
    return bulk.BulkEdit(values, form.state.data, form.on.data, form.disposal_route.data, form.note.data)


def _applied(
    chosen: Picked, edit: bulk.BulkEdit, shown: Mapping[int, int]
) -> tuple[Response | None, set[str]]:
    """Make the edit, at once or in the background; no answer and nothing made where some (by public id) have changed since they were shown.

    In the background these are left out, for among many thousands there is always one.
    """
    title = _edit_title(len(chosen.ids))
    if len(chosen.ids) > AT_ONCE:
        with transaction():
            job = jobs.enqueue_bulk_edit(
                chosen.ids, edit, title=title, actor=g.actor, user_id=g.user.id, entity_id=g.scope.entity_id, shown=shown
            )  # fmt: skip
        return leave(url_for(".bulk_run", public_id=job.public_id)), set()
    with transaction():
        if changed := bulk.changed_since(shown):
            return None, {row.public_id for row in changed}
        with audit.change_set(ChangeSetKind.BULK, title, actor=g.actor, entity_id=entity_id()) as kept:
            outcome = bulk.apply_edit(chosen.ids, edit, access=access(), actor=g.actor)
            # Many of those that were chosen may be like that already.
            kept.title = _edit_title(outcome.changed)
    words = _done_words(outcome.changed, outcome.refused)
    return done(words, to=list_url(), undo_url=undo_own_url(kept.public_id)), set()


def _edit_title(items: int) -> Sentence:
    return Sentence(NN_("Edit of %(num)s item", "Edit of %(num)s items"), num=items)


def entity_id() -> int | None:
    """Return the entity that a change set of the page's scope belongs to."""
    scoped: int | None = g.scope.entity_id
    return scoped if scoped is not None else access().root_id


def _done_words(changed: int, refused: int) -> str:
    words = ngettext("%(num)s item is changed.", "%(num)s items are changed.", changed)
    if refused:
        words += " " + ngettext("%(num)s was refused.", "%(num)s were refused.", refused)
    return str(words)


@bp.route("/bulk/<public_id>")
@requires(Permission.SIGNED_IN)
def bulk_run(public_id: str) -> Response:
    """Show how far one's own bulk edit is, and offer to undo it."""
    return own_work(
        public_id,
        jobs.BULK_EDIT,
        poll_url=url_for(".bulk_run", public_id=public_id),
        back=url_for("assets.index"),
        list_label=_("Equipment"),
        page_of_row="assets.detail",
    )


def _as_file(chosen: Picked, edit: bulk.BulkEdit) -> Response:
    """Answer with every change that the edit would make, as CSV."""

    def rows() -> Iterator[list[Any]]:
        for outlook in bulk.foresee(chosen.ids, edit, access()):
            if outlook.refusal is not None:
                yield [outlook.label, "", "", "", why(outlook.refusal)]
            for what, old, new in change_words(outlook):
                yield [outlook.label, what, old, new, ""]

    separator = ";" if i18n.language() == "fr" else ","
    headings = [_("Equipment"), _("Field"), _("Now"), _("Afterwards"), _("Refused because")]
    answer = Response(
        stream_with_context(sheets.csv_stream(headings, rows(), separator=separator)), mimetype="text/csv"
    )
    return downloads.named(answer, _("Bulk edit"), "csv")


def label(name: str) -> str:
    """Return what a field is called in the reader's language."""
    return str(_(LABELS[name]))


def change_words(outlook: bulk.Outlook) -> list[tuple[str, Any, Any]]:
    """Return (field, old, new) of each change in the reader's words."""
    return [
        (
            label(name),
            presentation.field_value(name, audit.shown(old)),
            presentation.field_value(name, audit.shown(new)),
        )
        for name, (old, new) in outlook.changes.items()
    ]


def why(error: DomainError) -> str:
    """Return a refusal in the reader's language."""
    return translated(error.message, error.params)
