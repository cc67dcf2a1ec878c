"""The pages of suppliers: all read them, the administrator of the instance edits them."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, request, url_for
from flask_babel import gettext as _

from inventory.core.guard import requires
from inventory.core.listing import Column, Listing
from inventory.core.ordering import holds
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.text import clean
from inventory.core.web import access, done, load, page
from inventory.core.wording import N_
from inventory.procurement import forms, queries, services
from inventory.procurement.models import Supplier

bp = Blueprint("procurement", __name__, url_prefix="/suppliers")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Suppliers"),
    "procurement.index",
    "truck-delivery",
    Permission.VIEW,
    order=82,
    hint=N_("Whom equipment is bought or leased from."),
)
COLUMNS = (
    Column("name", N_("Name"), lambda row: row.name, kind="name", sort=Supplier.name_order),
    Column("siret", N_("SIRET number"), lambda row: row.siret),
    Column("email", N_("E-mail address"), lambda row: row.email),
    Column("phone", N_("Phone"), lambda row: row.phone),
)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """List the suppliers."""
    may_edit = access().allows(Permission.INSTANCE_ADMIN)
    listing = Listing(
        "suppliers",
        queries.suppliers(),
        columns=COLUMNS,
        id_column=Supplier.id,
        row_url=lambda row: url_for(".edit", public_id=row.public_id) if may_edit else None,
        search=lambda statement, text: statement.where(holds(Supplier.name_order, text)),
        default_sort="name",
    )
    listing.empty(_("No supplier is known yet."), url_for(".create") if may_edit else "", _("Add a supplier"))
    if listing.wants_export:
        return listing.export(_("Suppliers"))
    return page("procurement/list.html", listing=listing)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def create() -> Response:
    """Add a supplier."""
    form = forms.SupplierForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            supplier = services.create_supplier(form.values(), actor=g.actor)
        if not form.errors:
            return done(_("%(name)s is added.", name=supplier.name), to=url_for(".index"))
    return page("procurement/form.html", form=form, status=form.status, supplier=None)


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def edit(public_id: str) -> Response:
    """Edit a supplier."""
    supplier = load(Supplier, public_id, Permission.INSTANCE_ADMIN)
    form = forms.SupplierForm(request.form, obj=supplier)
    if form.submitted_and_valid():
        with form.saving():
            version = form.seen_version()
            services.update_supplier(supplier, form.values(), actor=g.actor, version=version)
        if not form.errors:
            return done(_("%(name)s is saved.", name=supplier.name), to=url_for(".index"))
    return page("procurement/form.html", form=form, status=form.status, supplier=supplier)


@bp.route("/search")
@requires(Permission.VIEW)
def search_suppliers() -> Response:
    """Suppliers by name, for a picker."""
    rows = queries.search_suppliers(clean(request.args.get("q", ""), 60) or "")
    return jsonify({"items": [{"value": row.public_id, "text": row.name} for row in rows]})
