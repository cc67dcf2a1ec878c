"""The pages where the administrator of the instance declares custom fields."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.core.addresses import row_pages
from inventory.core.database import transaction
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.listing import Column, Filter, Listing, by_label, code_options
from inventory.core.ordering import holds
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import done, load, page, undo_own_url
from inventory.core.wording import N_
from inventory.fields import forms, presentation, queries, services
from inventory.fields.homes import homes
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField

bp = Blueprint("fields", __name__, url_prefix="/fields")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Custom fields"),
    "fields.index",
    "adjustments",
    Permission.INSTANCE_ADMIN,
    order=82,
    hint=N_("What your categories and lists know beside what Parc brings."),
)


@bp.route("/")
@requires(Permission.INSTANCE_ADMIN)
def index() -> Response:
    """List the custom fields."""
    listing = _listing()
    if listing.wants_export:
        return listing.export(_("Custom fields"))
    return page("fields/list.html", listing=listing)


def _listing() -> Listing:
    names = _home_names()
    return Listing(
        "fields",
        queries.all_fields(),
        columns=(
            Column("label", N_("Label"), lambda row: row.label, kind="name", sort=CustomField.name_order),
            Column("home", N_("For"), lambda row: names.get(f"{row.home}:{row.home_id}")),
            Column(
                "kind",
                N_("Kind"),
                lambda row: row.kind,
                kind="badge",
                sort=by_label(CustomField.kind, FieldKind),
            ),
            Column("required", N_("Must be filled in"), lambda row: row.required, kind="bool"),
            Column("unique", N_("No two may have the same"), lambda row: row.is_unique, kind="bool"),
            Column("in_use", N_("In use"), lambda row: row.in_use, kind="bool"),
        ),
        filters=(Filter("kind", N_("Kind"), _by_kind, options=code_options(FieldKind)),),
        id_column=CustomField.id,
        row_url=row_pages(".edit"),
        search=lambda statement, text: statement.where(holds(CustomField.name_order, text)),
        default_sort="label",
    ).empty(
        _("No field was added yet. Add what your fleet needs to know beside what Parc brings."),
        url_for(".create"),
        _("Add a field"),
    )


def _by_kind(statement: Any, value: str) -> Any:
    return statement.where(CustomField.kind == value) if value in list(FieldKind) else statement


def _home_names() -> dict[str, str]:
    """Return "home:row's id" → its name, for all places where a field may be declared."""
    nouns: dict[str, str] = {}
    rows: dict[str, str] = {}
    for home in homes().values():
        if home.rows is None:
            nouns[f"{home.key}:"] = _(home.label)
        else:
            rows |= {f"{home.key}:{id_}": name for id_, name in home.rows()}
    return nouns | rows


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def create() -> Response:
    """Declare a field."""
    form = forms.NewFieldForm(request.form, home=request.args.get("home"))
    form.home.choices = options(_home_names().items())
    if form.submitted_and_valid():
        home, _colon, home_id = form.home.data.partition(":")
        with form.saving():
            made = services.create_field({**_values(form), "home": home, "home_id": home_id}, actor=g.actor)
        if not form.errors:
            return _saved(_("%(name)s is added.", name=form.label.data), made)
    home, _colon, home_id = str(form.home.data or form.home.choices[0].value).partition(":")
    lacking = presentation.lacking(home, home_id, None)
    return page(
        "fields/form.html", form=form, status=form.status, field=None, values=0, questions=[], lacking=lacking,
        twice=([], 0),
    )  # fmt: skip


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def edit(public_id: str) -> Response:
    """Change a field, or take it out of use."""
    field = load(CustomField, public_id, Permission.INSTANCE_ADMIN)
    form = forms.FieldForm(request.form, obj=field)
    lost = _lost_choices(field, form)
    form = forms.asking_instead(lost, form.choices.lines)(request.form, obj=field)
    if form.submitted_and_valid():
        renamed = {choice: form[forms.instead_of(choice)].data for choice in lost}
        with form.saving():
            services.update_field(
                field, _values(form), actor=g.actor, version=form.seen_version(), renamed=renamed
            )
        if not form.errors:
            return _saved(_("%(name)s is saved.", name=field.label), field)
    return page(
        "fields/form.html",
        form=form,
        status=form.status,
        field=field,
        values=queries.value_count(field),
        questions=[form[forms.instead_of(choice)] for choice in lost],
        lacking=presentation.lacking(field.home, field.home_id, field),
        twice=presentation.held_twice(field) if form.is_unique.errors else ([], 0),
    )


def _saved(words: str, field: CustomField) -> Response:
    """Say that a field is saved, and how many objects would have to be given a value where one must be."""
    found = (
        presentation.lacking(field.home, field.home_id, field) if field.required and field.in_use else None
    )
    told = f"{words} {found.afterwards}" if found else words
    return done(told, to=_back(field.home, field.home_id), see_url=found.url if found else None)


def _lost_choices(field: CustomField, form: forms.FieldForm) -> dict[str, int]:
    """Return the choices that a sent form leaves out though objects have them: {choice: how many}."""
    if request.method != "POST" or field.kind is not FieldKind.CHOICE:
        return {}
    counts = queries.counts_of(field, [text for text in field.choices if text not in form.choices.lines])
    return {choice: counts[choice] for choice in field.choices if choice in counts}


@bp.route("/<public_id>/delete", methods=["POST"])
@requires(Permission.INSTANCE_ADMIN)
def delete(public_id: str) -> Response:
    """Delete a field with its values."""
    field = load(CustomField, public_id, Permission.INSTANCE_ADMIN)
    home, home_id, label = field.home, field.home_id, field.label
    with transaction():
        opened = services.delete_field(field, actor=g.actor)
    return done(
        _("%(name)s is deleted with its values.", name=label),
        to=_back(home, home_id),
        undo_url=undo_own_url(opened.public_id),
    )


def _values(form: forms.FieldForm) -> dict[str, Any]:
    given = form.values()
    position = given["position"]
    return {**given, "choices": form.choices.lines, "position": 50 if position is None else position}


def _back(home: str, home_id: str) -> str:
    known = homes().get(home)
    return known.url(home_id) if known is not None and known.url is not None else url_for(".index")
