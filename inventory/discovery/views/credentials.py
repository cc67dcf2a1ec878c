"""Credentials: their names, kinds and users; their secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, request, url_for
from flask_babel import gettext as _

from inventory.core.database import transaction
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import access, current_scope, done, load, page
from inventory.discovery import credentials as services
from inventory.discovery import forms, queries
from inventory.discovery.models import Credential, CredentialKind
from inventory.discovery.views.blueprint import bp, tabs
from inventory.organization.choices import chosen_entity, entity_options

ADMIN = Permission.DISCOVERY_ADMIN


@bp.route("/credentials/")
@requires(ADMIN)
def credentials() -> Response:
    """List the credentials of the entities that the user administers."""
    rows = queries.credentials(current_scope(ADMIN).entity_ids)
    return page(
        "discovery/credentials.html",
        tabs=tabs("discovery.credentials"),
        rows=rows,
        uses=services.users_of([row.id for row in rows]),
    )


@bp.route("/credentials/new/<kind>", methods=["GET", "POST"])
@requires(ADMIN)
def create_credential(kind: str) -> Response:
    """Add a credential of a kind."""
    if kind not in set(CredentialKind):
        abort(404)
    return _credential_form(None, CredentialKind(kind))


@bp.route("/credentials/<public_id>", methods=["GET", "POST"])
@requires(ADMIN)
def edit_credential(public_id: str) -> Response:
    """Change a credential; secret fields left empty keep what is stored."""
    credential = load(Credential, public_id, ADMIN)
    return _credential_form(credential, credential.kind)


def _credential_form(credential: Credential | None, kind: CredentialKind) -> Response:
    form = forms.CREDENTIAL_FORMS[kind](request.form, **_shown(credential))
    form.entity.choices = options(entity_options(ADMIN))
    forms.fill_protocols(form)
    if form.submitted_and_valid():
        with form.saving():
            values = {**_values(form), "kind": kind}
            saved = services.save(
                credential, values, access=access(), actor=g.actor, version=form.seen_version()
            )
        if not form.errors:
            return done(_("%(name)s is saved.", name=saved.name), to=url_for(".credentials"))
    return page(
        "discovery/credential_form.html", form=form, status=form.status, credential=credential, kind=kind
    )


def _shown(credential: Credential | None) -> dict[str, Any]:
    if credential is None:
        return {}
    settings = {name: value for name, value in credential.settings.items() if name != "version"}
    return {
        **settings,
        "name": credential.name,
        "entity": credential.entity.public_id,
        "version": credential.version,
        "version_of_snmp": credential.settings.get("version", "2c"),
    }


def _values(form: forms.CredentialForm) -> dict[str, Any]:
    values = form.values()
    values["entity_id"] = chosen_entity(values.pop("entity"), ADMIN).id
    if "version_of_snmp" in values:
        values["version"] = values.pop("version_of_snmp")
    return values


@bp.route("/credentials/<public_id>/delete", methods=["POST"])
@requires(ADMIN)
def delete_credential(public_id: str) -> Response:
    """Forget a credential that nothing uses."""
    credential = load(Credential, public_id, ADMIN)
    with transaction():
        services.delete(credential, access=access(), actor=g.actor)
    return done(_("%(name)s is forgotten.", name=credential.name), to=url_for(".credentials"))
