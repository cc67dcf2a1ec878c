"""Pages of people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.core.addresses import row_pages
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.listing import Column, Filter, Listing, code_options, number_in_parc, tallied
from inventory.core.permissions import Permission
from inventory.core.refusing import refuse_rest
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import access, current_scope, done, load, page, panels_of
from inventory.core.wording import N_
from inventory.organization import forms, queries, services
from inventory.organization.choices import chosen, chosen_entity, entity_options, show_place
from inventory.organization.models import Location, Person, PersonKind

bp = Blueprint("people", __name__, url_prefix="/people")
MENU = MenuEntry(Group.MAIN, N_("People"), "people.index", "users", Permission.VIEW, order=20, shortcut="g p")

# What an import fills is in files under the names that it knows.
COLUMNS = (
    Column("name", N_("Name"), lambda row: row.display_name, kind="name", sort=Person.name_order,
           files_as=(Column("display_name", N_("Name shown"), lambda row: row.display_name),)),
    Column("entity", N_("Entity"), lambda row: row.entity.name),
    Column("department", N_("Department"), lambda row: row.department),
    Column("email", N_("E-mail address"), lambda row: row.email, whole=True),
    Column("phone", N_("Phone"), lambda row: row.phone or row.mobile,
           files_as=(Column("landline", N_("Phone"), lambda row: row.phone),
                     Column("mobile", N_("Mobile phone"), lambda row: row.mobile))),
    Column("kind", N_("Kind"), lambda row: row.kind, kind="badge"),
)  # fmt: skip
BESIDE = (
    Column("given_name", N_("Given name"), lambda row: row.given_name, shown=False, in_files=True),
    Column("family_name", N_("Family name"), lambda row: row.family_name, shown=False, in_files=True),
    Column("title", N_("Job title"), lambda row: row.title, shown=False, in_files=True),
    Column("login", N_("Login"), lambda row: row.login, shown=False, in_files=True),
    Column("employee_number", N_("Employee number"), lambda row: row.employee_number, shown=False, in_files=True),
    number_in_parc(lambda row: row.public_id),
)  # fmt: skip
NAMES = ("given_name", "family_name", "display_name")
LEAVES = Column("leaves_on", N_("Leaves on"), lambda row: row.leaves_on, kind="day")
FILTERS = (
    Filter(
        "kind",
        N_("Kind"),
        lambda s, v: s.where(Person.kind == v) if v in list(PersonKind) else s,
        options=code_options(PersonKind),
    ),
    Filter(
        "gone",
        N_("No longer in the directory"),
        lambda s, _v: s.where(Person.absent_since.is_not(None)),
        kind="bool",
    ),
    Filter("closed", N_("No longer works here"), lambda s, _v: s.where(Person.disabled), kind="bool"),
)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """List the people of the scope."""
    listing = (
        Listing(
            "people",
            queries.people(current_scope()),
            columns=(*COLUMNS, *tallied("person"), LEAVES, *BESIDE),
            filters=FILTERS,
            id_column=Person.id,
            row_url=row_pages(".detail"),
            search=queries.matching_people,
            default_sort="name",
        )
        .recorded(words=True)
        .empty(
            _("Nobody is known here yet: read a directory, or add people by hand."),
            url_for(".create") if access().allows(Permission.PEOPLE_EDIT) else "",
            _("Add a person"),
        )
    )
    if listing.wants_export:
        return listing.export(_("People"))
    return page("organization/people.html", listing=listing)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def create() -> Response:
    """Add a person by hand."""
    form = forms.NewPersonForm(request.form)
    form.entity.choices = options(entity_options(Permission.PEOPLE_EDIT))
    show_place(form.location)
    if not form.sent:
        form.entity.data = queries.public_id_of(g.scope.entity_id)
    if form.submitted_and_valid():
        with form.saving():
            values = _values(form)
            entity = chosen_entity(values.pop("entity"), Permission.PEOPLE_EDIT)
            person = services.create_person(values, entity=entity, actor=g.actor)
        if not form.errors:
            return done(
                _("%(name)s is added.", name=person.display_name),
                to=url_for(".detail", public_id=person.public_id),
            )
    _say_the_rest(form)
    return page("organization/person_form.html", form=form, status=form.status, person=None)


def _say_the_rest(form: forms.PersonForm) -> None:
    """Ask for a name beside what else is wrong with a form, unless one of the names is what is wrong."""
    if form.sent and not any(form[name].errors for name in NAMES):
        refuse_rest(form, services.named)


def _values(form: forms.PersonForm) -> dict[str, Any]:
    values = form.values()
    location = chosen(Location, values.pop("location"), field="location")
    return {**values, "location_id": location.id if location else None}


@bp.route("/<public_id>")
@requires(Permission.VIEW)
def detail(public_id: str) -> Response:
    """Show a person and what features add: what they hold, held, from when."""
    person = load(Person, public_id)
    return page(
        "organization/person.html",
        person=person,
        place=queries.location_name(person.location),
        panels=panels_of("person", person, person.entity_id),
    )


@bp.route("/<public_id>/edit", methods=["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def edit(public_id: str) -> Response:
    """Change a person; what is typed here is kept when the directory says otherwise."""
    person = load(Person, public_id, Permission.PEOPLE_EDIT)
    form = forms.PersonForm(request.form, obj=person)
    show_place(form.location)
    if form.submitted_and_valid():
        with form.saving():
            services.update_person(person, _values(form), version=form.seen_version(), actor=g.actor)
        if not form.errors:
            return done(
                _("%(name)s is saved.", name=person.display_name), to=url_for(".detail", public_id=public_id)
            )
    _say_the_rest(form)
    return page("organization/person_form.html", form=form, status=form.status, person=person)
