"""The forms of directories and of their branches, and the test of a connection."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.core.database import db, transaction
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.refusing import refuse_rest
from inventory.core.web import access, done, leave, load, page
from inventory.discovery import checking, directories, forms, launching, queries, run_words, services, timing
from inventory.discovery.models import CredentialKind, Directory
from inventory.discovery.views.blueprint import bp, chosen_site, site_options
from inventory.jobs.models import Schedule
from inventory.organization.choices import chosen_entity, entity_options

ADMIN = Permission.DISCOVERY_ADMIN


@bp.route("/directories/new", methods=["GET", "POST"])
@requires(ADMIN)
def create_directory() -> Response:
    """Add a directory."""
    return _directory_form(None)


@bp.route("/directories/<public_id>", methods=["GET", "POST"])
@requires(ADMIN)
def edit_directory(public_id: str) -> Response:
    """Change a directory."""
    return _directory_form(load(Directory, public_id, ADMIN))


def _directory_form(directory: Directory | None) -> Response:
    form = forms.DirectoryForm(request.form, obj=directory, **_shown(directory))
    form.site.choices = options(site_options())
    form.entity.choices = options(entity_options(ADMIN))
    known = queries.credentials(access().entity_ids(ADMIN), [CredentialKind.LDAP_BIND])
    named = [(row.public_id, f"{row.name} ({row.entity.code})") for row in known]
    form.credential.choices = options([("", _("none: read anonymously")), *named])
    if form.submitted_and_valid():
        with form.saving():
            values = _values(form)
            saved = services.save_directory(
                directory, values, access=access(), actor=g.actor, version=form.seen_version()
            )
        if not form.errors:
            return done(
                _("%(name)s is saved.", name=saved.name),
                to=url_for(".edit_directory", public_id=saved.public_id),
            )
    if form.sent:
        refuse_rest(form, checking.directory_values)
    return page("discovery/directory_form.html", form=form, status=form.status, directory=directory)


def _shown(directory: Directory | None) -> dict[str, Any]:
    if directory is None:
        known_sites = queries.sites(access().entity_ids(ADMIN))
        return {"entity": known_sites[0].entity.public_id} if known_sites else {}
    schedule = db.session.get(Schedule, directory.schedule_id) if directory.schedule_id else None
    frequency, at, cron = timing.choice_of(schedule.cron if schedule and schedule.enabled else None)
    return {
        "site": directory.site.public_id,
        "entity": directory.entity.public_id,
        "credential": directory.credential.public_id if directory.credential else "",
        "frequency": frequency,
        "at": at,
        "cron": cron,
    }


def _values(form: forms.DirectoryForm) -> dict[str, Any]:
    values = form.values()
    known = queries.credentials(access().entity_ids(ADMIN), [CredentialKind.LDAP_BIND])
    site = chosen_site(values.pop("site"))
    entity = chosen_entity(values.pop("entity"), ADMIN)
    chosen_id = values.pop("credential")
    credential = next((row for row in known if row.public_id == chosen_id), None)
    return {
        **values,
        "entity_id": entity.id,
        "site_id": site.id if site else 0,
        "credential_id": credential.id if credential else None,
    }


@bp.route("/directories/<public_id>/branches", methods=["GET", "POST"])
@requires(ADMIN)
def edit_branches(public_id: str) -> Response:
    """Say which entity each branch of a directory belongs to."""
    directory = load(Directory, public_id, ADMIN)
    count = max(len(directory.units), _lines_sent()) + forms.SPARE_BRANCHES
    shown = {f"dn_{n}": unit.dn for n, unit in enumerate(directory.units)}
    shown |= {f"entity_{n}": unit.entity.public_id for n, unit in enumerate(directory.units)}
    form = forms.branches_form(count)(request.form, **shown)
    choices = options([("", "–"), *entity_options(ADMIN)])
    for n in range(count):
        form[f"entity_{n}"].choices = choices
    if form.submitted_and_valid():
        with form.saving():
            lines = [(form[f"dn_{n}"].data, form[f"entity_{n}"].data) for n in range(count)]
            rows = [
                (dn, chosen_entity(entity, ADMIN, field=f"entity_{n}").id)
                for n, (dn, entity) in enumerate(lines)
                if dn
            ]
            services.set_units(directory, rows, access=access(), actor=g.actor)
        if not form.errors:
            return done(_("The branches of %(name)s are saved.", name=directory.name), to=url_for(".index"))
    return page(
        "discovery/branches_form.html", form=form, status=form.status, directory=directory, count=count
    )


def _lines_sent() -> int:
    return min(200, sum(1 for name, value in request.form.items() if name.startswith("dn_") and value))


@bp.route("/directories/<public_id>/test", methods=["POST"])
@requires(ADMIN)
def test_directory(public_id: str) -> Response:
    """Try a directory's connection as it is saved, and say what the server answers."""
    directory = load(Directory, public_id, ADMIN)
    answer = run_words.tested(directories.test(directory))
    return page("discovery/directory_test.html", directory=directory, answer=answer)


@bp.route("/directories/<public_id>/read", methods=["POST"])
@requires(Permission.SCANS_RUN)
def read_directory(public_id: str) -> Response:
    """Read a directory now."""
    directory = load(Directory, public_id, Permission.SCANS_RUN)
    with transaction():
        run = launching.read_directory(directory, actor=g.actor)
    return leave(url_for(".run", public_id=run.public_id))
