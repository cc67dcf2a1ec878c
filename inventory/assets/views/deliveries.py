"""Logging several things of one sort at once, with what speaks against each line said while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets import custom, fields, forms, lifecycle, queries, references, services
from inventory.assets.models import Asset
from inventory.assets.services import Line
from inventory.assets.states import State
from inventory.assets.views.blueprint import bp
from inventory.assets.views.records import picked_words, shown_form
from inventory.catalog import queries as catalog
from inventory.catalog.models import Model
from inventory.core.errors import Invalid
from inventory.core.forms import options, translated
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.permissions import Permission
from inventory.core.web import done, load, page, piece, undo_own_url
from inventory.core.wording import N_, Sentence
from inventory.fields import inputs
from inventory.fields.models import CustomField
from inventory.organization.choices import chosen, chosen_entity, entity_options

# What one thing passes on to those that are like it; dates of its own life are not among them.
SHARED = ("ownership", "usage", "order_number", "accounting_number", "received_on", "warranty_ends_on", "price_cents",
          "price_tax")  # fmt: skip
GONE = frozenset({State.DISPOSED, State.RETIRED, State.WIPED, State.LOST, State.STOLEN, State.MISSING})


@bp.route("/several", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def log_several() -> Response:
    """Log a delivery: what its things share, and a list of serial numbers; all are logged or none."""
    own = _own_fields(request.form)
    form = inputs.with_fields(forms.DeliveryForm, own)(request.form, data=_beginning())
    _fill_choices(form)
    lines: list[Line] = []
    if form.submitted_and_valid():
        with form.saving():
            lines = _lines(form)
            opened, made = services.log_delivery(_shared(form), lines, actor=g.actor, title=_title(form, lines),
                                                 number_them=form.number_them.data, own=(own, inputs.typed(form, own)))  # fmt: skip
        if not form.errors:
            words = ngettext("%(num)s item is logged.", "%(num)s items are logged.", len(made))
            to = url_for("assets.index", change=opened.public_id)
            return done(words, to=to, undo_url=undo_own_url(opened.public_id))
    return page(
        "assets/several.html", form=shown_form(form, own), status=form.status, own=own, lines=_told(lines)
    )


@bp.route("/several/check", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def check_several() -> Response:
    """Say of each line of a list what speaks against it, before anything is saved."""
    form = forms.DeliveryForm(request.form)
    _fill_choices(form)
    form.validate()
    try:
        lines = _lines(form)
    except Invalid as error:
        return piece(
            "assets/_lines.html",
            url_for(".log_several"),
            lines=[],
            sentence=translated(error.message, error.params),
        )
    return piece("assets/_lines.html", url_for(".log_several"), lines=_told(lines), sentence=None)


def _lines(form: forms.DeliveryForm) -> list[Line]:
    entity = chosen_entity(form.entity.data, Permission.ASSETS_EDIT)
    model = chosen(Model, form.model.data, field="model")
    lines = services.read_lines(form.serials.data or "", form.count.data)
    return services.check_lines(lines, model.manufacturer_id if model else None, entity.id)


def _told(lines: Sequence[Line]) -> list[tuple[Line, str | None]]:
    return [
        (line, translated(line.problem.message, line.problem.params) if line.problem else None)
        for line in lines
    ]


def _title(form: forms.DeliveryForm, lines: Sequence[Line]) -> Sentence:
    what = picked_words("model", form.model.data) if form.model.data else None
    words = N_("Delivery: %(count)s × %(what)s")
    return Sentence(words, count=len(lines), what=what or Sentence(N_("equipment")))


def _shared(form: forms.DeliveryForm) -> dict[str, Any]:
    values = form.values()
    for name in ("serials", "count", "number_them"):
        values.pop(name)
    return references.resolved(values)


def _own_fields(given: Any) -> list[CustomField]:
    """Return the custom fields that things of a delivery share: one that tells them apart is filled in later."""
    found = custom.fields_of(custom.category_of(given))
    return [field for field in found if not field.is_unique]


def _beginning() -> dict[str, Any]:
    """Return what the form begins with: what the thing named in the address has, else the entity that the page shows."""
    if "like" in request.args:
        asset = load(Asset, request.args["like"])
        row: Any
        # Where one in use stands says nothing of where new ones are put.
        places = () if asset.state in lifecycle.IN_USE else ("location",)
        related = {name: row.public_id for name in ("model", "category", "supplier", "entity", *places)
                   if (row := getattr(asset, name)) is not None}  # fmt: skip
        return {**{name: getattr(asset, name) for name in SHARED}, **related, "number_them": True}
    scope_id = g.scope.entity_id
    entity = queries.public_id_of(fields.RELATIONS["entity_id"], scope_id) if scope_id else None
    return {"entity": entity} if entity else {}


def _fill_choices(form: Any) -> None:
    categories = references.category_choices(catalog.active_categories(), _)
    form.category.choices = options([("", ""), *categories])
    form.entity.choices = options(entity_options(Permission.ASSETS_EDIT))
    form.state.choices = options([(s.value, _(s.label)) for s in State if s not in GONE])
