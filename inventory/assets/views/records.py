"""The forms that create and edit an asset's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from inventory.assets import custom, fields, forms, presentation, queries, references, services
from inventory.assets.lists import model_words
from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.assets.views.blueprint import bp
from inventory.catalog import queries as catalog
from inventory.catalog.models import Category, Model
from inventory.core.forms import Form, PickerField, options
from inventory.core.guard import requires
from inventory.core.merging import sent_of
from inventory.core.permissions import Permission
from inventory.core.refusing import refuse_rest
from inventory.core.web import access, done, load, page, piece
from inventory.fields import inputs
from inventory.fields.models import KEY, CustomField, CustomValue
from inventory.organization import queries as organization
from inventory.organization.choices import entity_options
from inventory.organization.models import Location

SHOWN_TWINS = 5
ON_LABELS = frozenset({"serial", "tag"})
# What somebody who logs a delivery types once for all the boxes of it.
KEPT_FOR_ANOTHER = frozenset(
    {
        "state",
        "location",
        "model",
        "manufacturer",
        "category",
        "supplier",
        "order_number",
        "ordered_on",
        "received_on",
        "invoiced_on",
        "warranty_starts_on",
        "warranty_ends_on",
        "price_cents",
        "price_tax",
        "ownership",
        "usage",
        "payer",
    }
)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def create() -> Response:
    """Log a new asset; "save and another" keeps what the next box shares."""
    given = request.form if request.method == "POST" else _beginning()
    own = custom.fields_of(custom.category_of(given or {}))
    form = inputs.with_fields(forms.NewAssetForm, own)(given)
    fill_choices(form, Permission.ASSETS_EDIT)
    if form.submitted_and_valid():
        with form.saving():
            asset = services.create_asset(
                _asked(form), actor=g.actor, accept_duplicate=form.accept_duplicate.data
            )
            custom.save(asset, own, form, actor=g.actor)
        if not form.errors:
            to = _another() if "another" in request.form else _address(asset)
            return done(_("%(label)s is logged.", label=asset.label), to=to)
    _say_the_rest(form, own, None)
    if "in_entity" in request.args:
        # The next box of a delivery: what tells it from the last one is its serial number.
        form.serial.render_kw = {"autofocus": True}
    next_tag = _next_tag(form.entity.data, [choice.value for choice in form.entity.choices])
    form.number_it.description = _("The next one is %(tag)s.", tag=next_tag) if next_tag else ""
    return page("assets/form.html", form=shown_form(form, own), status=form.status, asset=None, own=own,
                twins=same_serial(form))  # fmt: skip


@bp.route("/fields")
@requires(Permission.ASSETS_EDIT)
def own_inputs() -> Response:
    """Answer with what a new asset's form has by its category, model and entity: custom fields, and the next tag."""
    own, form = _own_form(custom.category_of(request.args))
    next_tag = _next_tag(
        request.args.get("entity"), [id_ for id_, _name in entity_options(Permission.ASSETS_EDIT)]
    )
    context = {"form": shown_form(form, own), "own": own, "aside": _aside(own), "next_tag": next_tag}
    return piece("assets/_own_fields.html", url_for(".create"), **context)


@bp.route("/<public_id>/fields")
@requires(Permission.ASSETS_EDIT)
def category_fields(public_id: str) -> Response:
    """Answer with the custom fields of an edit form after another category is chosen in it."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT)
    own, form = _own_form(custom.category_of(request.args, asset.category), custom.values_of(asset))
    whole = url_for(".edit", public_id=public_id)
    return piece("assets/_own_fields.html", whole, form=shown_form(form, own), own=own, aside=_aside(own))


def _own_form(
    category: Category | None, kept: Mapping[int, CustomValue] | None = None
) -> tuple[Sequence[CustomField], Any]:
    """Return the custom fields of a category and a form of them alone: what is typed already, else what is kept."""
    own = custom.fields_of(category)
    made: Any = inputs.with_fields(Form, own, kept)
    held = {**sent_of(made(None, data=inputs.data_of(own, kept or {}))), **request.args.to_dict(flat=False)}
    return own, made(MultiDict([(name, value) for name, values in held.items() for value in values]))


def _aside(own: Sequence[CustomField]) -> list[tuple[str, str]]:
    """Return what was typed into fields that the category now chosen has not: it is there again once one that has them is."""
    shown = {field.key for field in own}
    return [
        (name, value) for name, value in request.args.items() if name.startswith(KEY) and name not in shown
    ]


@bp.route("/<public_id>/edit", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def edit(public_id: str) -> Response:
    """Change an asset's record; what is typed here is kept when scans say otherwise."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT)
    own = custom.fields_of(custom.category_of(request.form, asset.category))
    kept = custom.values_of(asset)
    form = inputs.with_fields(forms.AssetForm, own, kept)(
        request.form, data={**values_of(asset), **inputs.data_of(own, kept)}
    )
    fill_choices(form, Permission.VIEW)
    if form.submitted_and_valid():
        with form.saving(), custom.told_in_conflicts(asset, own, form):
            values = form.values()
            accept = values.pop("accept_duplicate")
            version = form.seen_version()
            services.update_asset(
                asset, references.resolved(values), actor=g.actor, version=version, accept_duplicate=accept
            )
            custom.save(asset, own, form, actor=g.actor)
        if not form.errors:
            return done(_("%(label)s is saved.", label=asset.label), to=_address(asset))
    _say_the_rest(form, own, asset)
    remark = presentation.other_kind(asset.model, asset.category)
    form.category.description = remark or form.category.description
    return page("assets/form.html", form=shown_form(form, own), status=form.status, asset=asset, own=own,
                filled=request.form.get("filled"), twins=same_serial(form, asset))  # fmt: skip


def _say_the_rest(form: Any, own: Sequence[CustomField], asset: Asset | None) -> None:
    """Put every refusal of a form beside its field: the first one met hides those after it."""

    def look(left: dict[str, Any]) -> None:
        values, accepted = references.resolved(left), bool(form.accept_duplicate.data)
        if asset is None:
            services.look(values, actor=g.actor, accept_duplicate=accepted)
        else:
            services.foresee(asset, values, watchful=not accepted)
        custom.check(asset, own, left)

    if form.sent:
        refuse_rest(form, look)


@bp.route("/<public_id>/category")
@requires(Permission.ASSETS_EDIT)
def category_input(public_id: str) -> Response:
    """Answer with the category of an edit form after another model is chosen in it: the model's, where it was the former one's."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT)
    model = queries.row_named(Model, request.args.get("model", ""))
    made: Any = type("CategoryForm", (Form,), {"category": forms.AssetForm.category})
    form = made(request.args)
    fill_choices(form, Permission.VIEW)
    filled, remark = _follow_model(form.category, asset, model, request.args.get("filled"))
    whole = url_for(".edit", public_id=public_id)
    return piece("assets/_category.html", whole, form=form, filled=filled, remark=remark)


def _follow_model(
    field: Any, asset: Asset, model: Model | None, filled: str | None
) -> tuple[str | None, str | None]:
    """Give the field the category of a model where nobody chose another; return what a model filled in, and the remark to make."""
    category = queries.row_named(Category, field.data or "")
    is_models = field.data == filled or (category is asset.category and services.follows_model(asset))
    remark = presentation.other_kind(model, category)
    if model is not None and model.category is not None and (category is None or is_models):
        field.data = filled = model.category.public_id
        remark = presentation.followed(model.category, asset.category)
    field.description = remark or field.description
    return filled, remark


def _beginning() -> MultiDict[str, str] | None:
    """Return what an empty form begins with: what "save and another" kept or a scanned label says, else the page's entity."""
    given = KEPT_FOR_ANOTHER | ON_LABELS
    kept = MultiDict({name: value for name, value in request.args.items() if name in given})
    if "in_entity" in request.args:
        kept["entity"] = request.args["in_entity"]
    elif g.scope.entity_id is not None:
        kept["entity"] = queries.public_id_of(fields.RELATIONS["entity_id"], g.scope.entity_id) or ""
    if kept:
        # A form that is given something reads an absent box as one that is not ticked.
        kept["in_scope"] = kept["number_it"] = "y"
    return kept or None


def _another() -> str:
    """Return the address of a new form that keeps what the next box of a delivery shares."""
    kept = {name: value for name in KEPT_FOR_ANOTHER if (value := request.form.get(name))}
    address = url_for("assets.create")
    return (
        f"{address}{'&' if '?' in address else '?'}{urlencode({**kept, 'in_entity': request.form['entity']})}"
    )


def _asked(form: forms.NewAssetForm) -> dict[str, Any]:
    """Return the columns that the form asks for, with the next tag of its entity when it is to be numbered."""
    values = form.values()
    values.pop("accept_duplicate")
    numbered = values.pop("number_it")
    found = references.resolved(values)
    if numbered and not found["tag"]:
        entity = queries.by_id(fields.RELATIONS["entity_id"], found["entity_id"])
        found["tag"] = services.take_tags(entity, 1)[0]
    return found


def _address(asset: Asset) -> str:
    return url_for("assets.detail", public_id=asset.public_id)


def values_of(asset: Asset) -> dict[str, Any]:
    """Return what the form shows of an asset: public ids for rows, values for the rest."""
    values: dict[str, Any] = {"version": asset.version}
    for name in fields.EDITABLE:
        if name in fields.RELATIONS:
            row = getattr(asset, fields.public_name(name))
            values[fields.public_name(name)] = row.public_id if row else None
        else:
            values[name] = getattr(asset, name)
    return values


def fill_choices(form: Any, permission: Permission) -> None:
    """Give the choices of a form what may be chosen, the entities being those where the permission is held."""
    if "category" in form:
        categories = references.category_choices(catalog.active_categories(), _)
        form.category.choices = options([("", ""), *categories])
    if "payer" in form:
        form.payer.choices = options([("", ""), *entity_options(Permission.VIEW)])
    if "entity" in form:
        form.entity.choices = options(entity_options(permission))
        form.state.choices = options([(s.value, _(s.label)) for s in State if s is not State.DISPOSED])


def shown_form(form: Any, own: Sequence[CustomField] = ()) -> Any:
    """Give each picker the words of what it holds, so that nothing chosen is lost on the way back."""
    inputs.show_people(form, own)
    for field in form:
        if isinstance(field, PickerField) and field.data and field.text is None:
            field.text = picked_words(field.name, field.data)
    return form


def picked_words(name: str, public_id: str) -> str | None:
    """Return what a picker shows for the row of this id."""
    words: dict[str, Callable[[Any], str | None]] = {
        "location": organization.location_name,
        "model": lambda row: f"{row.manufacturer.name} {row.name}",
    }
    model = {"person": fields.RELATIONS["holder_id"]}.get(name) or fields.RELATIONS.get(
        f"{name}_id", Location
    )
    row = queries.row_named(model, public_id)
    if row is None:
        return None
    return words.get(name, lambda found: getattr(found, "display_name", None) or found.name)(row)


def _next_tag(chosen: str | None, offered: Sequence[str]) -> str | None:
    """Return the next tag of the entity chosen, or of the first one offered."""
    named = chosen if chosen in offered else next(iter(offered), None)
    entity = queries.row_named(fields.RELATIONS["entity_id"], named) if named else None
    return services.next_tag(entity) if entity else None


def same_serial(form: Any, asset: Asset | None = None) -> list[tuple[Asset, str]] | None:
    """Return the others that have the serial number of a refused form, as far as the reader sees them, and their words.

    None when the number is not refused for being another's.
    """
    if not (form.serial.errors or form.accept_duplicate.data):
        return None
    others = [other for other in services.with_serial(form.serial.data, None) if other is not asset]
    seen = [other for other in others if access().allows(Permission.VIEW, other.entity_id)]
    words = [(other, model_words(other) or _(other.category.name)) for other in seen[:SHOWN_TWINS]]
    return words if others or form.accept_duplicate.data else None
