"""The overview of what is read, and the forms of sites and address ranges."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.core.database import db, transaction
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.refusing import refuse_rest
from inventory.core.web import access, current_scope, done, leave, load, page
from inventory.discovery import checking, forms, identifying, launching, queries, run_words, services, timing
from inventory.discovery.models import AddressRange, CredentialKind, Site
from inventory.discovery.views.blueprint import bp, chosen_site, site_options, tabs
from inventory.jobs.models import Schedule
from inventory.organization import queries as organization
from inventory.organization.choices import chosen, chosen_entity, entity_options
from inventory.organization.models import Location

ADMIN = Permission.DISCOVERY_ADMIN
SNMP = (CredentialKind.SNMP_COMMUNITY, CredentialKind.SNMP_USER)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """Show what is read, when it was last and when it will be next."""
    entity_ids = current_scope().entity_ids
    return page(
        "discovery/index.html",
        tabs=tabs("discovery.index"),
        sites=queries.sites(entity_ids),
        ranges=run_words.range_rows(queries.ranges(entity_ids)),
        directories=run_words.directory_rows(queries.directories(entity_ids)),
        identification=_identification(),
    )


def _identification() -> dict[str, Any] | None:
    """What an administrator of everything is told of the rules: whether they are newer than what was seen."""
    root = organization.root()
    if root is None or not access().allows(ADMIN, root.id) or not identifying.is_kept():
        return None
    return {"outdated": len(identifying.outdated())}


@bp.route("/sites/new", methods=["GET", "POST"])
@requires(ADMIN)
def create_site() -> Response:
    """Add a site."""
    return _site_form(None)


@bp.route("/sites/<public_id>", methods=["GET", "POST"])
@requires(ADMIN)
def edit_site(public_id: str) -> Response:
    """Change a site."""
    return _site_form(load(Site, public_id, ADMIN))


def _site_form(site: Site | None) -> Response:
    entity = site.entity.public_id if site else None
    form = forms.SiteForm(
        request.form, obj=site, entity=entity, **({} if site else {"time_zone": "Europe/Paris"})
    )
    form.entity.choices = options(entity_options(ADMIN))
    if form.submitted_and_valid():
        with form.saving():
            values = form.values()
            values["entity_id"] = chosen_entity(values.pop("entity"), ADMIN).id
            saved = services.save_site(
                site, values, access=access(), actor=g.actor, version=form.seen_version()
            )
        if not form.errors:
            return done(_("%(name)s is saved.", name=saved.name), to=url_for(".index"))
    return page("discovery/site_form.html", form=form, status=form.status, site=site)


@bp.route("/ranges/new", methods=["GET", "POST"])
@requires(ADMIN)
def create_range() -> Response:
    """Add an address range."""
    return _range_form(None)


@bp.route("/ranges/<public_id>", methods=["GET", "POST"])
@requires(ADMIN)
def edit_range(public_id: str) -> Response:
    """Change an address range."""
    return _range_form(load(AddressRange, public_id, ADMIN))


def _range_form(range_: AddressRange | None) -> Response:
    form = forms.RangeForm(request.form, obj=range_, **_shown(range_))
    _fill(form)
    if range_ is not None and range_.location is not None:
        form.location.text = range_.location.name
    if range_ is not None and request.method == "GET":
        form.blackout.data = run_words.blackout_words(range_)
    if form.submitted_and_valid():
        with form.saving():
            values = _range_values(form)
            saved = services.save_range(
                range_, values, access=access(), actor=g.actor, version=form.seen_version()
            )
        if not form.errors:
            return done(run_words.saved_range(saved), to=url_for(".index"))
    if form.sent:
        refuse_rest(form, checking.range_values)
    overlaps = services.overlapping(range_) if range_ is not None else []
    return page("discovery/range_form.html", form=form, status=form.status, range=range_, overlaps=overlaps)


def _fill(form: forms.RangeForm) -> None:
    form.site.choices = options(site_options())
    form.entity.choices = options(entity_options(ADMIN))
    known = queries.credentials(access().entity_ids(ADMIN), SNMP)
    choices = options([("", "–"), *((row.public_id, f"{row.name} ({row.entity.code})") for row in known)])
    for n in range(1, forms.MOST_CREDENTIALS + 1):
        form[f"credential_{n}"].choices = choices


def _shown(range_: AddressRange | None) -> dict[str, Any]:
    """What the form shows of a range beside its own columns."""
    if range_ is None:
        known_sites = queries.sites(access().entity_ids(ADMIN))
        return {"entity": known_sites[0].entity.public_id} if known_sites else {}
    schedule = db.session.get(Schedule, range_.schedule_id) if range_.schedule_id else None
    frequency, at, cron = timing.choice_of(schedule.cron if schedule and schedule.enabled else None)
    known = {row.id: row.public_id for row in queries.credentials_by_id(range_.credential_ids)}
    order = [known[id_] for id_ in range_.credential_ids if id_ in known][: forms.MOST_CREDENTIALS]
    return {
        "site": range_.site.public_id,
        "entity": range_.entity.public_id,
        "location": range_.location.public_id if range_.location else None,
        "frequency": frequency,
        "at": at,
        "cron": cron,
        **{f"credential_{n}": public_id for n, public_id in enumerate(order, start=1)},
    }


def _range_values(form: forms.RangeForm) -> dict[str, Any]:
    values = form.values()
    wanted = [values.pop(f"credential_{n}") for n in range(1, forms.MOST_CREDENTIALS + 1)]
    known = {row.public_id: row.id for row in queries.credentials(access().entity_ids(ADMIN), SNMP)}
    location = chosen(Location, values.pop("location"), field="location")
    site = chosen_site(values.pop("site"))
    entity = chosen_entity(values.pop("entity"), ADMIN)
    return {
        **values,
        "entity_id": entity.id,
        "site_id": site.id if site else 0,
        "location_id": location.id if location else None,
        "credential_ids": list(dict.fromkeys(known[one] for one in wanted if one in known)),
    }


@bp.route("/ranges/<public_id>/scan", methods=["POST"])
@requires(Permission.SCANS_RUN)
def scan_range(public_id: str) -> Response:
    """Scan a range now."""
    range_ = load(AddressRange, public_id, Permission.SCANS_RUN)
    with transaction():
        run = launching.scan_range(range_, actor=g.actor)
    return leave(url_for(".run", public_id=run.public_id))


@bp.route("/ranges/<public_id>/delete", methods=["POST"])
@requires(ADMIN)
def delete_range(public_id: str) -> Response:
    """Remove a range that was never scanned."""
    range_ = load(AddressRange, public_id, ADMIN)
    with transaction():
        services.delete_range(range_, access=access(), actor=g.actor)
    return done(_("%(name)s is removed.", name=range_.name), to=url_for(".index"))
