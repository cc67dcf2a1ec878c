"""Handing equipment to a person from their own page, one thing after another, and taking back all that they hold."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets import forms, queries, services
from inventory.assets.models import Asset
from inventory.assets.services import Handover
from inventory.assets.views import bulk_hands
from inventory.assets.views.changes import handing_over
from inventory.core.addresses import local_target
from inventory.core.errors import Invalid
from inventory.core.guard import requires
from inventory.core.listing import Picked
from inventory.core.permissions import Permission
from inventory.core.web import current_scope, done, load, page, undo_own_url
from inventory.core.wording import N_
from inventory.organization.choices import chosen, seen_row, show_place
from inventory.organization.models import Location, Person

bp = Blueprint("handing", __name__, url_prefix="/people")


@bp.route("/<public_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.ASSETS_HAND_OVER)
def hand_over(public_id: str) -> Response:
    """Hand a piece of equipment to a person."""
    person = load(Person, public_id, Permission.ASSETS_HAND_OVER)
    form = forms.HandToForm(request.form, data={"location": person.location})
    if form.submitted_and_valid():
        with form.saving():
            asset = _asset(form)
            handover = Handover(form.on.data, form.condition.data, form.note.data, loan=form.loan.data)
            location = chosen(Location, form.location.data, field="location")
            with handing_over(asset, person, location) as opened:
                services.hand_over(asset, handover, actor=g.actor, person=person, location=location)
        if not form.errors:
            to = url_for(".hand_over" if "another" in request.form else "people.detail", public_id=public_id)
            words = _("%(label)s is handed over to %(name)s.", label=asset.label, name=person.display_name)
            return done(words, to=to, undo_url=undo_own_url(opened.public_id))
    return page("assets/hand_to.html", form=_with_words(form, person), status=form.status, person=person)


@bp.route("/<public_id>/take-back", methods=["GET", "POST"])
@requires(Permission.ASSETS_HAND_OVER)
def take_back(public_id: str) -> Response:
    """Take back all that a person holds."""
    person = load(Person, public_id)
    scope = current_scope(Permission.ASSETS_HAND_OVER)
    held = [asset.id for asset in queries.held_by(person) if asset.entity_id in scope.entity_ids]
    back = local_target(request.values.get("next"), url_for("people.detail", public_id=public_id))
    return bulk_hands.ask(bulk_hands.BACK, Picked(held, [], False), back=back, whose=person)


def _asset(form: forms.HandToForm) -> Asset:
    asset = chosen(Asset, form.asset.data, field="asset", permission=Permission.ASSETS_HAND_OVER)
    if asset is None:
        raise Invalid("asset", N_("Choose one from the list."))
    return asset


def _with_words(form: forms.HandToForm, person: Person) -> forms.HandToForm:
    form.asset.near = form.location.near = person.entity.public_id
    if form.asset.data and (row := seen_row(Asset, form.asset.data)) is not None:
        form.asset.text = row.label
    show_place(form.location)
    return form
