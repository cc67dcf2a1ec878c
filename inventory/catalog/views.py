"""The pages of the catalogue: all read it, the administrator of the instance edits it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, jsonify, request, url_for
from flask_babel import gettext as _

from inventory.catalog import forms, lists, queries, services, uses
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.errors import Invalid
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.listing import BulkAction
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.text import clean
from inventory.core.web import access, done, leave, load, page
from inventory.core.wording import N_
from inventory.fields import queries as custom_fields
from inventory.organization.choices import chosen

bp = Blueprint("catalog", __name__, url_prefix="/catalog")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Catalogue"),
    "catalog.models",
    "category",
    Permission.VIEW,
    order=80,
    hint=N_("Categories with their service life, makers and models."),
)


def _listed(
    listing: Any, title: str, create: str, words: str, *, merge: str | None = None, alike: str | None = None
) -> Response:
    may_edit = access().allows(Permission.INSTANCE_ADMIN)
    if merge:
        listing.offer(BulkAction(N_("Merge"), url_for(merge), Permission.INSTANCE_ADMIN))
    if not may_edit:
        # Rows open their form, which only the administrator may use.
        listing.row_url = lambda _row: None
    if listing.wants_export:
        exported: Response = listing.export(title)
        return exported
    listing.empty(
        _("None is known yet: scans and imports bring them, or add one by hand."),
        url_for(create) if may_edit else "",
        words,
    )
    return page(
        "catalog/list.html",
        listing=listing,
        title=title,
        create=url_for(create) if may_edit else None,
        words=words,
        alike=url_for(alike) if may_edit and alike else None,
    )


@bp.route("/categories")
@requires(Permission.VIEW)
def categories() -> Response:
    """List the categories."""
    return _listed(lists.categories(), _("Categories"), ".create_category", _("Add a category"))


@bp.route("/manufacturers")
@requires(Permission.VIEW)
def manufacturers() -> Response:
    """List the makers."""
    return _listed(lists.manufacturers(), _("Makers"), ".create_manufacturer", _("Add a maker"),
                   merge=".merge_manufacturers", alike=".alike_manufacturers")  # fmt: skip


@bp.route("/models")
@requires(Permission.VIEW)
def models() -> Response:
    """List the models."""
    return _listed(lists.models(), _("Models"), ".create_model", _("Add a model"),
                   merge=".merge_models", alike=".alike_models")  # fmt: skip


@bp.route("/categories/new", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def create_category() -> Response:
    """Add a category."""
    form = forms.CategoryForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            services.create_category(form.values(), actor=g.actor)
        if not form.errors:
            return done(_("%(name)s is added.", name=form.name.data), to=url_for(".categories"))
    return _form(form, _("Add a category"), ".categories")


@bp.route("/categories/<public_id>", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def edit_category(public_id: str) -> Response:
    """Edit a category."""
    category = load(Category, public_id, Permission.INSTANCE_ADMIN)
    form = forms.CategoryForm(request.form, obj=category)
    called = _(category.name)
    if not form.sent:
        form.name.data = called
    if form.submitted_and_valid():
        with form.saving():
            values = form.values()
            # A name that Parc brings stays one that each reads in their language, unless it is changed.
            values["name"] = category.name if values["name"] == called else values["name"]
            services.update_category(category, values, actor=g.actor, version=form.seen_version())
        if not form.errors:
            return done(_("%(name)s is saved.", name=_(category.name)), to=url_for(".categories"))
    return page(
        "catalog/category.html",
        form=form,
        status=form.status,
        title=_("Edit %(name)s", name=_(category.name)),
        back=url_for(".categories"),
        delete=url_for(".delete_category", public_id=public_id),
        category=category,
        own_fields=custom_fields.fields_at([("category", category.public_id)], retired=True),
    )


def category_url(public_id: str) -> str:
    """Return the address of the page where a category and its fields are kept."""
    return url_for("catalog.edit_category", public_id=public_id)


@bp.route("/manufacturers/new", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def create_manufacturer() -> Response:
    """Add a maker."""
    form = forms.ManufacturerForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            services.create_manufacturer(form.values(), actor=g.actor)
        if not form.errors:
            return done(_("%(name)s is added.", name=form.name.data), to=url_for(".manufacturers"))
    return _form(form, _("Add a maker"), ".manufacturers")


@bp.route("/manufacturers/<public_id>", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def edit_manufacturer(public_id: str) -> Response:
    """Rename a maker."""
    if kept := queries.kept_instead(Manufacturer, public_id):
        return leave(url_for(".edit_manufacturer", public_id=kept))
    manufacturer = load(Manufacturer, public_id, Permission.INSTANCE_ADMIN)
    form = forms.ManufacturerForm(request.form, obj=manufacturer)
    if form.submitted_and_valid():
        with form.saving():
            services.update_manufacturer(
                manufacturer, form.values(), actor=g.actor, version=form.seen_version()
            )
        if not form.errors:
            return done(_("%(name)s is saved.", name=manufacturer.name), to=url_for(".manufacturers"))
    return _form(form, _("Edit %(name)s", name=manufacturer.name), ".manufacturers",
                 merge=url_for(".merge_manufacturers", id=public_id), former=_former(manufacturer),
                 delete=url_for(".delete_manufacturer", public_id=public_id))  # fmt: skip


@bp.route("/models/new", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def create_model() -> Response:
    """Add a model."""
    form = _model_form()
    if form.submitted_and_valid():
        with form.saving():
            services.create_model(_model_values(form), actor=g.actor)
        if not form.errors:
            return done(_("%(name)s is added.", name=form.name.data), to=url_for(".models"))
    return _form(form, _("Add a model"), ".models")


@bp.route("/models/<public_id>", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def edit_model(public_id: str) -> Response:
    """Edit a model."""
    if kept := queries.kept_instead(Model, public_id):
        return leave(url_for(".edit_model", public_id=kept))
    model = load(Model, public_id, Permission.INSTANCE_ADMIN)
    form = _model_form(model)
    if form.submitted_and_valid():
        with form.saving():
            changes = services.update_model(
                model, _model_values(form), actor=g.actor, version=form.seen_version()
            )
        if not form.errors:
            return _model_saved(model, has_moved="category_id" in changes)
    return _form(form, _("Edit %(name)s", name=model.name), ".models",
                 merge=url_for(".merge_models", id=public_id), former=_former(model),
                 delete=url_for(".delete_model", public_id=public_id))  # fmt: skip


def _model_saved(model: Model, *, has_moved: bool) -> Response:
    """Say so, and of a model that has got another category where those are that keep theirs."""
    of_it = uses.uses_of(model) if has_moved else []
    if not of_it:
        return done(_("%(name)s is saved.", name=model.name), to=url_for(".models"))
    words = _(
        "%(name)s is saved. What is of it already keeps the category that it has: %(uses)s.",
        name=model.name,
        uses=of_it[0].words,
    )
    return done(words, to=url_for(".models"), see_url=of_it[0].url)


def _former(row: Any) -> list[str]:
    """Return the names that lead to a maker or model since others became part of it."""
    return queries.aliases(type(row), [row]).get(row.id, [])


def _model_form(model: Model | None = None) -> forms.ModelForm:
    shown = {}
    if model is not None:
        names = (
            "version",
            "name",
            "part_number",
            "is_standard",
            "price_cents",
            "support_ends_on",
            "carbon_kg",
        )
        shown = {name: getattr(model, name) for name in names}
        shown["manufacturer"] = model.manufacturer.public_id
        shown["category"] = model.category.public_id if model.category else None
    form = forms.ModelForm(request.form, data=shown)
    form.category.choices = options([("", ""), *lists.category_options()])
    if form.manufacturer.data:
        row = queries.manufacturer(form.manufacturer.data)
        form.manufacturer.text = row.name if row else None
    return form


def _model_values(form: forms.ModelForm) -> dict[str, Any]:
    values = form.values()
    maker = chosen(Manufacturer, values.pop("manufacturer"), field="manufacturer")
    if maker is None:
        raise Invalid("manufacturer", N_("Choose a maker."))
    category = chosen(Category, values.pop("category"), field="category")
    return {**values, "manufacturer_id": maker.id, "category_id": category.id if category else None}


def _form(form: Any, title: str, back: str, **more: Any) -> Response:
    return page("catalog/form.html", form=form, status=form.status, title=title, back=url_for(back), **more)


@bp.route("/search/models")
@requires(Permission.VIEW)
def search_models() -> Response:
    """Models by maker, name or part number, for a picker."""
    return _items(
        (row.public_id, f"{row.manufacturer.name} {row.name}", _(row.category.name) if row.category else "")
        for row in queries.search_models(_asked())
    )


@bp.route("/search/manufacturers")
@requires(Permission.VIEW)
def search_manufacturers() -> Response:
    """Makers by name, for a picker."""
    return _items((row.public_id, row.name, "") for row in queries.search_manufacturers(_asked()))


def _asked() -> str:
    return clean(request.args.get("q", ""), 60) or ""


def _items(rows: Any) -> Response:
    return jsonify({"items": [{"value": id_, "text": text, "detail": detail} for id_, text, detail in rows]})
