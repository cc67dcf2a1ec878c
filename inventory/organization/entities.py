"""Pages of the entity tree."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.core.errors import NotFound
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import access, current_scope, done, page, panels_of
from inventory.core.wording import N_
from inventory.organization import forms, queries, services, settings, tallies
from inventory.organization.addressed import entity_of
from inventory.organization.choices import chosen_entity, entity_options

bp = Blueprint("entities", __name__, url_prefix="/entities")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Entities"),
    "entities.index",
    "building-community",
    Permission.VIEW,
    order=90,
    hint=N_("The tree of communes, social centres and schools."),
)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """Show the tree of the scope, or of it what has the words asked for."""
    words = request.args.get("q", "").strip()
    rows = queries.outline(queries.tree(current_scope().entity_ids))
    entities = [entity for entity, _depth in rows]
    own = queries.entity_counts(current_scope())
    return page(
        "organization/entities.html",
        rows=queries.narrowed(rows, words) if words else rows,
        total=len(rows),
        words=words,
        counts={name: tallies.summed(numbers, entities) for name, numbers in own.items()},
        tallies=tallies.inclusive("entity", entities),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.SETTINGS_ADMIN)
def create() -> Response:
    """Add an entity below one that the user administers."""
    form = forms.NewEntityForm(request.form)
    form.parent.choices = options(entity_options(Permission.SETTINGS_ADMIN))
    if not form.sent and g.scope.entity_id is not None:
        form.parent.data = queries.public_id_of(g.scope.entity_id)
    if form.submitted_and_valid():
        with form.saving():
            values = form.values()
            parent = chosen_entity(values.pop("parent"), Permission.SETTINGS_ADMIN, field="parent")
            entity = services.create_entity(values, parent=parent, actor=g.actor)
        if not form.errors:
            return done(_("%(name)s is added.", name=entity.name), to=url_for(".detail", code=entity.code))
    return page("organization/entity_form.html", form=form, status=form.status, entity=None)


@bp.route("/<code>")
@requires(Permission.VIEW)
def detail(code: str) -> Response:
    """Show an entity: what is below it, its figures and its history."""
    entity = entity_of(code)
    branch = [
        row for row in queries.tree(access().entity_ids(Permission.VIEW)) if row.path.startswith(entity.path)
    ]
    return page(
        "organization/entity.html",
        entity=entity,
        below=[row for row in branch if row.parent_id == entity.id],
        **queries.branch_counts(branch),
        line=[row for row in reversed(queries.ancestors(entity)) if row.id in access().roles],
        settings=settings.in_force(entity),
        panels=panels_of("entity", entity, entity.id),
    )


@bp.route("/<code>/settings/<name>", methods=["GET", "POST"])
@requires(Permission.SETTINGS_ADMIN)
def change_setting(code: str, name: str) -> Response:
    """Give an entity a setting of its own, or let it inherit again when left empty."""
    entity = entity_of(code, Permission.SETTINGS_ADMIN)
    setting = settings.named(name)
    if setting is None:
        raise NotFound(N_("There is no such setting."))
    held = settings.value(entity, name)
    form = forms.SettingForm(request.form, value=held.value if held.is_own else None)
    if form.submitted_and_valid():
        with form.saving():
            settings.change(entity, name, form.value.data, actor=g.actor, seen_as=request.form.get("seen"))
        if not form.errors:
            return done(
                _("The setting is saved."), to=url_for(".detail", code=entity.code, _anchor="settings")
            )
    return page(
        "organization/setting.html",
        form=form,
        status=form.status,
        entity=entity,
        held=held,
        inherited=settings.inherited(entity, name) if held.is_own else None,
        below=queries.given_below(entity, name),
    )


@bp.route("/<code>/edit", methods=["GET", "POST"])
@requires(Permission.SETTINGS_ADMIN)
def edit(code: str) -> Response:
    """Change an entity's own columns."""
    entity = entity_of(code, Permission.SETTINGS_ADMIN)
    form = forms.EntityForm(request.form, obj=entity)
    if form.submitted_and_valid():
        with form.saving():
            services.update_entity(entity, form.values(), version=form.seen_version(), actor=g.actor)
        if not form.errors:
            return done(_("%(name)s is saved.", name=entity.name), to=url_for(".detail", code=entity.code))
    return page("organization/entity_form.html", form=form, status=form.status, entity=entity)
