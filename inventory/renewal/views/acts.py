"""Records and withdraws replacements, judges them again, and freezes figures to present."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets.models import Asset
from inventory.core import clock
from inventory.core.addresses import local_target
from inventory.core.database import transaction
from inventory.core.errors import Invalid
from inventory.core.forms import PickerField
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.permissions import Permission
from inventory.core.web import access, done, load, page, undo_own_url
from inventory.core.wording import N_
from inventory.organization.addressed import entity_of
from inventory.organization.choices import chosen
from inventory.organization.models import Entity, Location, Person
from inventory.renewal import presentation, queries, services
from inventory.renewal.forms import PresentForm, ReplacementForm
from inventory.renewal.models import Replacement
from inventory.renewal.services import Position
from inventory.renewal.sixth import Reason
from inventory.renewal.views.asked import ask_of
from inventory.renewal.views.blueprint import bp

PICKED: dict[str, type[Any]] = {"old": Asset, "new": Asset, "person": Person, "location": Location}


@bp.route("/<code>/replacements/new", methods=["GET", "POST"])
@requires(Permission.RENEWAL_PLAN)
def record(code: str) -> Response:
    """Record by hand that a device took the position of another."""
    entity = entity_of(code, Permission.RENEWAL_PLAN)
    begun = {name: request.args[name] for name in ("old", "new") if name in request.args}
    form = ReplacementForm(request.form, data={"on": clock.today(entity.time_zone), **begun})
    if form.submitted_and_valid():
        with form.saving():
            row = _recorded(form)
        if not form.errors:
            of = entity if row.entity.path.startswith(entity.path) else row.entity
            to = presentation.address(queries.ask(of, as_of=row.replaced_on))
            words = _said(row) if of is entity else f"{_said(row)} {_elsewhere(of)}"
            return done(words, to=to, undo_url=url_for(".withdraw", public_id=row.public_id))
    return page("renewal/record.html", form=_with_words(form, entity), status=form.status, entity=entity)


def _recorded(form: ReplacementForm) -> Replacement:
    picked: dict[str, Any] = {
        name: chosen(model, form[name].data, field=name) for name, model in PICKED.items()
    }
    if not access().allows(Permission.RENEWAL_PLAN, picked["old"].entity_id):
        raise Invalid("old", N_("Choose equipment of an entity whose renewal you plan."))
    person, location = picked["person"], picked["location"]
    position = Position(
        form.position.data or "", person.id if person else None, location.id if location else None
    )
    on: Any = form.on.data
    return services.record_replacement(picked["old"], picked["new"], on=on, actor=g.actor, position=position)


def _said(row: Replacement) -> str:
    if row.reason is Reason.COUNTED:
        return _("%(label)s is recorded and counts as a renewal.", label=row.label)
    return _(
        "%(label)s is recorded but does not count. %(reason)s", label=row.label, reason=_(row.reason.label)
    )


def _elsewhere(entity: Entity) -> str:
    return _("It belongs to %(name)s, where the device that left stood.", name=entity.name)


def _with_words(form: ReplacementForm, entity: Entity) -> ReplacementForm:
    """Give each picker the words of what it holds, so that nothing chosen is lost on the way back, and what is near first."""
    for field in form:
        if isinstance(field, PickerField):
            field.near = entity.public_id
        if isinstance(field, PickerField) and field.data:
            try:
                row: Any = chosen(PICKED[field.name], field.data, field=field.name)
            except Invalid:
                continue
            field.text = str(
                next(v for n in ("label", "display_name", "name") if (v := getattr(row, n, None)))
            )
    return form


@bp.route("/replacements/<public_id>/withdraw", methods=["POST"])
@requires(Permission.RENEWAL_PLAN)
def withdraw(public_id: str) -> Response:
    """Take a replacement off the record."""
    row = load(Replacement, public_id, Permission.RENEWAL_PLAN)
    label, code = row.label, row.entity.code
    said = _("%(label)s is withdrawn.", label=label)
    with transaction():
        withdrawn = services.withdraw(row, actor=g.actor)
    back = local_target(request.form.get("next"), url_for(".detail", code=code))
    return done(said, to=back, undo_url=undo_own_url(withdrawn.public_id))


@bp.route("/<code>/judge", methods=["POST"])
@requires(Permission.RENEWAL_PLAN)
def judge_again(code: str) -> Response:
    """Judge the year's replacements again, once dates were filled in."""
    entity = entity_of(code, Permission.RENEWAL_PLAN)
    ask = ask_of(entity)
    with transaction():
        changed = services.judge_again(queries.recorded(ask), actor=g.actor)
    said = ngettext(
        "%(num)s replacement is judged otherwise.", "%(num)s replacements are judged otherwise.", changed
    )
    return done(said if changed else _("Nothing changed."), to=presentation.address(ask))


@bp.route("/<code>/present", methods=["POST"])
@requires(Permission.RENEWAL_PLAN)
def present(code: str) -> Response:
    """Freeze the figures as they are presented today."""
    entity = entity_of(code, Permission.RENEWAL_PLAN)
    form = PresentForm(request.form)
    form.submitted_and_valid()
    with transaction():
        figures = queries.figures_of([ask_of(entity)])[0]
        snapshot = services.present(figures, actor=g.actor, note=form.note.data)
    return done(
        _("These figures are kept as presented."), to=url_for(".presented", public_id=snapshot.public_id)
    )
