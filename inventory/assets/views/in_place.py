"""Editing one field of an asset where it stands on the page; without scripts, on a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets import custom, fields, forms, presentation, references, services
from inventory.assets.models import Asset
from inventory.assets.views.blueprint import bp
from inventory.assets.views.records import fill_choices, same_serial, shown_form, values_of
from inventory.audit.presentation import field_value
from inventory.catalog.models import Category
from inventory.core import conflicts, i18n
from inventory.core.errors import NotFound, Stale
from inventory.core.forms import Form
from inventory.core.guard import requires
from inventory.core.merging import ASKED, MINE, THEIRS, Merge, VersionField
from inventory.core.permissions import Permission
from inventory.core.web import access, done, load, page, piece
from inventory.core.wording import N_
from inventory.fields import inputs
from inventory.fields.models import CustomField
from inventory.organization.queries import location_name

# What cannot be said alone goes with its companion.
COMPANIONS = {"serial": ("accept_duplicate",), "price_cents": ("price_tax",)}


@bp.route("/<public_id>/field/<field>", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def edit_field(public_id: str, field: str) -> Response:
    """Change one field of an asset's record."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT, options=presentation.AT_A_GLANCE)
    form, own = _form(asset, field)
    conflict, category = None, asset.category
    before = _beside(asset) if request.method == "POST" else {}
    if form.submitted_and_valid():
        try:
            with form.saving(), custom.told_in_conflicts(asset, own, form):
                _save(asset, form, own, form.seen_version())
        except Stale as error:
            conflict = _settled(asset, form, own, error)
        if not form.errors and conflict is None:
            return _saved(asset, field, category, before)
    template = "assets/_field.html" if request.headers.get("HX-Request") else "assets/field.html"
    status = 422 if conflict else form.status
    twins = same_serial(form, asset) if "serial" in form else None
    return page(template, asset=asset, form=shown_form(form, own), name=field, status=status, conflict=conflict,
                twins=twins)  # fmt: skip


@bp.route("/<public_id>/fact/<field>")
@requires(Permission.VIEW)
def fact(public_id: str, field: str) -> Response:
    """Answer with one field as the asset's page shows it: what editing in place comes back to."""
    asset = load(Asset, public_id)
    whole = url_for(".detail", public_id=asset.public_id)
    return piece("assets/_fact.html", whole, row=_row(asset, field), asset=asset)


def _row(asset: Asset, field: str) -> dict[str, Any]:
    editable = access().allows(Permission.ASSETS_EDIT, asset.entity_id)
    return presentation.fact_named(asset, _column(field), services.claims_of(asset), editable=editable)


def _beside(asset: Asset) -> dict[str, dict[str, Any]]:
    editable, today = (
        access().allows(Permission.ASSETS_EDIT, asset.entity_id),
        services.today_of(asset.entity_id),
    )
    return presentation.beside(asset, today, services.claims_of(asset), editable=editable)


def _column(field: str) -> str:
    return f"{field}_id" if f"{field}_id" in fields.RELATIONS else field


def _form(asset: Asset, field: str) -> tuple[Form, Sequence[CustomField]]:
    """Return a form of one field; raises NotFound for a field that is not edited so."""
    own = [one for one in custom.fields_of(asset.category) if one.key == field]
    if own:
        kept = custom.values_of(asset)
        base: Any = type("OwnFieldForm", (Form,), {"version": VersionField()})
        data = {"version": asset.version, **inputs.data_of(own, kept)}
        return inputs.with_fields(base, own, kept)(request.form, data=data), own
    if _column(field) not in fields.EDITABLE:
        raise NotFound(N_("There is no such field."))
    names = (field, *COMPANIONS.get(field, ()))
    shape = {name: getattr(forms.AssetForm, name) for name in names}
    made: Any = type("OneFieldForm", (Form,), {"version": VersionField(), **shape})
    form = made(request.form, data=values_of(asset))
    fill_choices(form, Permission.VIEW)
    return form, ()


def _save(asset: Asset, form: Any, own: Sequence[CustomField], version: int | None) -> None:
    values = form.values()
    accept = bool(values.pop("accept_duplicate", False))
    known = {} if own else references.resolved(values)
    services.update_asset(asset, known, actor=g.actor, version=version, accept_duplicate=accept)
    if own:
        custom.save(asset, own, form, actor=g.actor)


def _settled(
    asset: Asset, form: Any, own: Sequence[CustomField], error: Stale
) -> list[tuple[Any, Any]] | None:
    """Save after all where somebody else saved other fields alone; else return what is saved beside what was typed."""
    found = conflicts.merged(error)
    keeps = {THEIRS} if found is None else found.keeps
    if found is None or ASKED in keeps or len(keeps) > 1:
        return _answer_stale(error, form, found)
    if keeps == {MINE}:
        with form.saving():
            _save(asset, form, own, error.version)
    return None


def _answer_stale(error: Stale, form: Any, found: Merge | None) -> list[tuple[Any, Any]]:
    """Let the form be sent again knowingly, and return what is saved now beside what was typed, field by field."""
    form.version.rebase(error.version, found)
    return [
        (field_value(name, error.current.get(name)), field_value(name, mine))
        for name, mine in error.yours.items()
    ]


def _saved(asset: Asset, field: str, category: Category, before: Mapping[str, dict[str, Any]]) -> Response:
    """Answer with the field as saved, and with those rows of the page, as they were `before`, that follow from it.

    Where the category followed a new model, the whole page says so.
    """
    followed = field == "model" and asset.category is not category
    if followed or not request.headers.get("HX-Request"):
        words = _("%(label)s is saved.", label=asset.label)
        if followed:
            words += " " + _("Its category is now %(new)s, as its model says; it was %(old)s.",
                             new=i18n.shown(asset.category.name), old=i18n.shown(category.name))  # fmt: skip
        return done(words, to=url_for("assets.detail", public_id=asset.public_id))
    rows = [
        row for name, row in _beside(asset).items() if before.get(name) not in (None, row) and name != field
    ]
    answer = page("assets/_fact.html", row=_row(asset, field), asset=asset, beside=rows,
                  place=location_name(asset.location))  # fmt: skip
    answer.headers["HX-Trigger"] = "history-changed"
    return answer
