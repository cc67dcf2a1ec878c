"""Handing equipment to a person from their own page, one thing after another."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets import forms, services
from inventory.assets.models import Asset
from inventory.assets.services import Handover
from inventory.core.errors import Invalid
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import done, load, page
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
            services.hand_over(asset, handover, actor=g.actor, person=person, location=location)
        if not form.errors:
            to = url_for(".hand_over" if "another" in request.form else "people.detail", public_id=public_id)
            words = _("%(label)s is handed over to %(name)s.", label=asset.label, name=person.display_name)
            return done(words, to=to)
    return page("assets/hand_to.html", form=_with_words(form, person), status=form.status, person=person)


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
