"""The dated acts on an asset: state, handover, take-back, move."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets import forms, lifecycle, policies, presentation, services
from inventory.assets.models import Asset
from inventory.assets.services import Handover
from inventory.assets.states import State
from inventory.assets.views.blueprint import bp
from inventory.assets.views.records import picked_words
from inventory.audit import services as audit
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.core.errors import NotFound
from inventory.core.forms import PickerField, options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import access, authorise, done, load, page, undo_own_url
from inventory.core.wording import N_, Sentence
from inventory.organization.choices import chosen, chosen_entity, entity_options
from inventory.organization.models import Location, Person


@bp.route("/<public_id>/state/<to>", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def change_state(public_id: str, to: str) -> Response:
    """Ask what a change of state needs, then make it."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT, options=presentation.AT_A_GLANCE)
    move = lifecycle.move(asset.state, _state(to))
    authorise(move.permission, asset.entity_id)
    form = forms.StateForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            services.change_state(asset, move.to, actor=g.actor, **form.values())
        if not form.errors:
            words = _("%(label)s is %(state)s.", label=asset.label, state=_(asset.state.label))
            return done(words, to=_address(asset))
    keeps_data = asset.category.kind not in lifecycle.DATALESS
    return page(
        "assets/state.html", form=form, status=form.status, asset=asset, move=move, keeps_data=keeps_data
    )


def _state(code: str) -> State:
    try:
        return State(code)
    except ValueError:
        raise NotFound(N_("There is no such state.")) from None


@bp.route("/<public_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.ASSETS_HAND_OVER)
def hand_over(public_id: str) -> Response:
    """Hand an asset to a person or a place."""
    asset = load(Asset, public_id, Permission.ASSETS_HAND_OVER, options=presentation.AT_A_GLANCE)
    form = forms.HandOverForm(request.form if request.method == "POST" else request.args)
    if form.submitted_and_valid():
        with form.saving():
            handover = Handover(form.on.data, form.condition.data, form.note.data, loan=form.loan.data)
            person = chosen(Person, form.person.data, field="person")
            location = chosen(Location, form.location.data, field="location")
            with handing_over(asset, person, location) as opened:
                for one in _all_of(asset, form):
                    services.hand_over(one, handover, actor=g.actor, person=person, location=location)
        if not form.errors:
            return done(_handed_words(asset), to=_address(asset), undo_url=undo_own_url(opened.public_id))
    return page("assets/hand_over.html", form=_with_words(form, asset), status=form.status, asset=asset,
                possible=policies.can_hand_over(access(), asset))  # fmt: skip


def handing_over(
    asset: Asset, person: Person | None, location: Location | None
) -> AbstractContextManager[ChangeSet]:
    """Open the change set of a handover, so that it can be undone as that of many can."""
    name = services.words_of(person, location) or ""
    title = Sentence(N_("Handover of %(label)s: %(name)s"), label=asset.label, name=name)
    return audit.change_set(ChangeSetKind.HANDOVER, title, actor=g.actor, entity_id=asset.entity_id)


def _handed_words(asset: Asset) -> str:
    if asset.holder:
        return _("%(label)s is handed over to %(name)s.", label=asset.label, name=asset.holder.display_name)
    place = asset.location.name if asset.location else ""
    return _("%(label)s is handed over: %(name)s.", label=asset.label, name=place)


@bp.route("/<public_id>/take-back", methods=["GET", "POST"])
@requires(Permission.ASSETS_HAND_OVER)
def take_back(public_id: str) -> Response:
    """Take an asset back into stock."""
    asset = load(Asset, public_id, Permission.ASSETS_HAND_OVER, options=presentation.AT_A_GLANCE)
    form = forms.TakeBackForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            handover = Handover(form.on.data, form.condition.data, form.note.data)
            location = chosen(Location, form.location.data, field="location")
            title = Sentence(N_("Return of %(label)s"), label=asset.label)
            with audit.change_set(
                ChangeSetKind.RETURN, title, actor=g.actor, entity_id=asset.entity_id
            ) as opened:
                for one in _all_of(asset, form):
                    if one is asset or services.open_custody(one) is not None:
                        services.take_back(one, handover, actor=g.actor, location=location)
        if not form.errors:
            words = _("%(label)s is back in stock.", label=asset.label)
            return done(words, to=_address(asset), undo_url=undo_own_url(opened.public_id))
    return page("assets/take_back.html", form=_with_words(form, asset), status=form.status, asset=asset,
                custody=services.open_custody(asset))  # fmt: skip


@bp.route("/<public_id>/move", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def move(public_id: str) -> Response:
    """Move an asset to another entity or place."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT, options=presentation.AT_A_GLANCE)
    present = {
        "entity": asset.entity.public_id,
        "location": asset.location.public_id if asset.location else None,
    }
    form = forms.MoveForm(request.form, data=present)
    form.entity.choices = options(entity_options(Permission.ASSETS_EDIT))
    if form.submitted_and_valid():
        with form.saving():
            entity = chosen_entity(form.entity.data, Permission.ASSETS_EDIT)
            location = chosen(Location, form.location.data, field="location")
            changes = [
                services.place(
                    one, actor=g.actor, on=form.on.data, entity=entity, location=location, note=form.note.data
                )
                for one in _all_of(asset, form)
            ]
        if not form.errors:
            words = _("%(label)s is moved.", label=asset.label) if any(changes) else _("Nothing was changed.")
            return done(words, to=_address(asset))
    return page("assets/move.html", form=_with_words(form, asset), status=form.status, asset=asset)


def _all_of(asset: Asset, form: Any) -> list[Asset]:
    """Return the asset and, when the form says so, what is connected to it and may be moved by the user."""
    if not form.together.data:
        return [asset]
    return [asset, *(one for one in services.together_with(asset) if _may_move(one))]


def _may_move(asset: Asset) -> bool:
    return access().allows(Permission.ASSETS_HAND_OVER, asset.entity_id)


def _address(asset: Asset) -> str:
    return url_for("assets.detail", public_id=asset.public_id)


def _with_words(form: Any, asset: Asset) -> Any:
    connected = [one.label for one in services.together_with(asset) if _may_move(one)]
    if connected:
        form.together.description = ", ".join(connected)
    else:
        del form.together
    for field in form:
        if isinstance(field, PickerField):
            field.near = asset.entity.public_id
            field.text = picked_words(field.name, field.data) if field.data else None
    return form
