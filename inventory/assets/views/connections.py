"""Connecting things that belong together, and letting them go."""

from __future__ import annotations

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets import forms, presentation, services
from inventory.assets.models import Asset
from inventory.assets.views.blueprint import bp
from inventory.core.database import transaction
from inventory.core.errors import Invalid, NotFound
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import done, load, page
from inventory.core.wording import N_
from inventory.organization.choices import chosen, seen_row


@bp.route("/<public_id>/connect", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def connect(public_id: str) -> Response:
    """Connect another thing to an asset."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT, options=presentation.AT_A_GLANCE)
    form = forms.ConnectForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            other = chosen(Asset, form.other.data, field="other", permission=Permission.ASSETS_EDIT)
            if other is None:
                raise Invalid("other", N_("Choose one from the list."))
            services.connect(asset, other, actor=g.actor, on=form.on.data)
        if not form.errors:
            again = "another" in request.form
            to = url_for(".connect" if again else ".detail", public_id=public_id)
            return done(
                _("%(other)s is connected to %(label)s.", other=other.label, label=asset.label), to=to
            )
    form.other.near = asset.entity.public_id
    if form.other.data and (row := seen_row(Asset, form.other.data)) is not None:
        form.other.text = row.label
    return page("assets/connect.html", asset=asset, form=form, status=form.status)


@bp.route("/<public_id>/disconnect/<other>", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def disconnect(public_id: str, other: str) -> Response:
    """Let go of what hangs on an asset, or of what it hangs on, from today."""
    asset = load(Asset, public_id, Permission.ASSETS_EDIT, options=presentation.AT_A_GLANCE)
    above, below = services.open_connections(asset)
    rows = [*([above] if above else []), *below]
    row = next((row for row in rows if other in (row.parent.public_id, row.child.public_id)), None)
    if row is None or other == public_id:
        raise NotFound(N_("These are not connected."))
    with transaction():
        services.disconnect(row, actor=g.actor)
    return done(_("They are no longer connected."), to=url_for(".detail", public_id=public_id))
