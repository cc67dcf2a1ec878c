"""Administration of users: list, creation, roles, one-time password links, sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from inventory.audit import queries as trail
from inventory.audit.models import AuditRecord
from inventory.auth import forms, letters, queries, services
from inventory.auth.models import Grant, User
from inventory.core import clock
from inventory.core.addresses import outside, row_pages
from inventory.core.database import db, transaction
from inventory.core.errors import NotFound
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.listing import Column, Filter, Listing, code_options
from inventory.core.permissions import Permission, Role
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import access, authorise, current_scope, done, page
from inventory.core.wording import N_
from inventory.organization.choices import chosen_entity, entity_options

bp = Blueprint("users", __name__, url_prefix="/users")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Users"),
    "users.index",
    "users",
    Permission.USERS_ADMIN,
    order=92,
    hint=N_("Who signs in, with which role on which entity."),
)


def _roles(user: User) -> list[str]:
    # Of a user who works elsewhere too, what they may do there is not this administrator's to read.
    seen = [row for row in user.grants if row.entity_id in access().roles]
    words = [f"{_(row.role.label)} ({row.entity.name})" for row in seen]
    return words if len(seen) == len(user.grants) else [*words, _("others elsewhere")]


COLUMNS = (
    Column("name", N_("Name"), lambda user: user.name, kind="name", sort=User.name_order),
    Column("email", N_("E-mail address"), lambda user: user.email, sort=User.email, whole=True),
    Column("roles", N_("Roles"), lambda user: ", ".join(_roles(user)), kind="sentence", whole=True),
    Column("second", N_("Second factor"), lambda user: user.totp_confirmed_at is not None, kind="bool"),
    Column("active", N_("May sign in"), lambda user: user.active, kind="bool"),
    Column("seen", N_("Last seen"), lambda user: user.last_seen_at, kind="instant"),
)
FILTERS = (
    Filter("role", N_("Role"), queries.with_role, options=code_options(Role)),
    Filter("second", N_("Second factor"), queries.with_second_factor, kind="bool"),
    Filter("active", N_("May sign in"), queries.open_accounts, kind="bool"),
)


@bp.route("/")
@requires(Permission.USERS_ADMIN)
def index() -> Response:
    """List the users of the scope."""
    listing = Listing(
        "users",
        queries.users(current_scope(Permission.USERS_ADMIN), without_roles=_sees_everybody()),
        columns=COLUMNS,
        filters=FILTERS,
        id_column=User.id,
        row_url=row_pages(".detail"),
        search=queries.matching_users,
        default_sort="name",
    ).empty(_("Nobody has a role here yet."), url_for(".create"), _("Add a user"))
    return listing.export(_("Users")) if listing.wants_export else page("auth/users.html", listing=listing)


def _sees_everybody() -> bool:
    return g.scope.code is None and access().allows(Permission.INSTANCE_ADMIN)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.USERS_ADMIN)
def create() -> Response:
    """Add a user with a first role; send and show the one-time link that sets their password."""
    form = forms.NewUserForm(request.form)
    form.language.choices = forms.language_options()
    form.entity.choices = _entities()
    if form.submitted_and_valid():
        values, token, sent = form.values(), "", False
        with form.saving():
            entity = chosen_entity(values.pop("entity"), Permission.USERS_ADMIN)
            user = services.create_user(values, actor=g.actor)
            services.grant(user, entity, values["role"], actor=g.actor)
            token = services.issue_link(services.RESET, user, actor=g.actor)
            sent = letters.invitation(user, token, g.actor)
        if not form.errors:
            return _link_page(user, token, sent=sent)
    return page("auth/user_new.html", form=form, status=form.status)


def _entities() -> list[SelectChoice]:
    """Return the entities to choose from; of several none is chosen beforehand, which would be the one with the widest reach."""
    found = entity_options(Permission.USERS_ADMIN)
    return options(found if len(found) == 1 else [("", ""), *found])


def _load(public_id: str, *, to_change: bool = True) -> User:
    user = db.session.scalar(select(User).where(User.public_id == public_id))
    if user is None:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    (services.require_change if to_change else services.require_sight)(access(), user)
    return user


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires(Permission.USERS_ADMIN)
def detail(public_id: str) -> Response:
    """Show and change a user; roles and sessions beside."""
    user = _load(public_id, to_change=request.method == "POST")
    form = forms.UserForm(request.form, obj=user)
    form.language.choices = forms.language_options()
    if form.submitted_and_valid():
        with form.saving():
            services.update_user(user, form.values(), version=form.seen_version(), actor=g.actor)
        if not form.errors:
            return done(_("%(name)s is saved.", name=user.name), to=url_for(".detail", public_id=public_id))
    return page("auth/user.html", status=form.status, form=form, **_around(user, _grant_form()))


def _grant_form() -> forms.GrantForm:
    form = forms.GrantForm(request.form if request.endpoint == "users.grant" else None)
    form.entity.choices = _entities()
    return form


def _history(user: User) -> list[AuditRecord]:
    # Roles on entities that the reader does not see are not theirs to read of; nor is the account that is not theirs.
    whole, seen = services.may_change(access(), user), access().roles
    records = trail.history_of("user", user.public_id, limit=50)
    return [row for row in records if (whole and row.entity_id is None) or row.entity_id in seen][:20]


def _around(user: User, grant_form: forms.GrantForm) -> dict[str, Any]:
    """Return what the page of a user shows beside the account itself."""
    seen = sorted(
        (row for row in user.grants if row.entity_id in access().roles), key=lambda row: row.entity.path
    )
    return {
        "user": user,
        "grant_form": grant_form,
        "grants": seen,
        "grants_elsewhere": len(user.grants) - len(seen),
        "may_change": services.may_change(access(), user),
        "sessions": queries.live_sessions(user, clock.now()),
        "waits_until": user.locked_until if user.locked_until and user.locked_until > clock.now() else None,
        "history": _history(user),
    }


@bp.route("/<public_id>/roles", methods=["POST"])
@requires(Permission.USERS_ADMIN)
def grant(public_id: str) -> Response:
    """Give a user a role on an entity."""
    user, form = _load(public_id, to_change=False), _grant_form()
    if form.submitted_and_valid():
        with form.saving():
            entity = chosen_entity(form.entity.data, Permission.USERS_ADMIN)
            services.grant(user, entity, form.values()["role"], actor=g.actor)
        if not form.errors:
            return done(_("The role is given."), to=url_for(".detail", public_id=public_id))
    account = forms.UserForm(obj=user)
    account.language.choices = forms.language_options()
    return page("auth/user.html", status=form.status, form=account, **_around(user, form))


@bp.route("/<public_id>/roles/<int(max=9223372036854775807):grant_id>/revoke", methods=["POST"])
@requires(Permission.USERS_ADMIN)
def revoke(public_id: str, grant_id: int) -> Response:
    """Take a role back."""
    user = _load(public_id, to_change=False)
    row = db.session.scalar(select(Grant).where(Grant.id == grant_id, Grant.user_id == user.id))
    if row is None:
        raise NotFound(N_("This role is gone already."))
    authorise(Permission.USERS_ADMIN, row.entity_id)
    with transaction():
        services.revoke(row, actor=g.actor)
    still_seen = services.may_see(access(), user)
    return done(
        _("The role is taken back."),
        to=url_for(".detail", public_id=public_id) if still_seen else url_for(".index"),
    )


@bp.route("/<public_id>/link", methods=["POST"])
@requires(Permission.USERS_ADMIN)
def password_link(public_id: str) -> Response:
    """Make a one-time link for a new password, sent by mail where that is set up, and shown once."""
    user = _load(public_id)
    with transaction():
        token = services.issue_link(services.RESET, user, actor=g.actor)
        sent = letters.new_password(user, token, g.actor)
    return _link_page(user, token, sent=sent)


def _link_page(user: User, token: str, *, sent: bool) -> Response:
    return page("auth/link.html", user=user, sent=sent, link=outside("auth.new_password", token=token))


@bp.route("/<public_id>/unlock", methods=["POST"])
@requires(Permission.USERS_ADMIN)
def unlock(public_id: str) -> Response:
    """Let an account that waits after wrong passwords sign in at once."""
    user = _load(public_id)
    with transaction():
        services.unlock(user, actor=g.actor)
    return done(_("%(name)s may sign in again.", name=user.name), to=url_for(".detail", public_id=public_id))


@bp.route("/<public_id>/sessions/end", methods=["POST"])
@requires(Permission.USERS_ADMIN)
def end_sessions(public_id: str) -> Response:
    """End all sessions of a user."""
    user = _load(public_id)
    with transaction():
        services.end_sessions(user, actor=g.actor)
    return done(
        _("All sessions of %(name)s are ended.", name=user.name), to=url_for(".detail", public_id=public_id)
    )


@bp.route("/<public_id>/second-factor/remove", methods=["POST"])
@requires(Permission.USERS_ADMIN)
def remove_second_factor(public_id: str) -> Response:
    """Switch off the second factor of somebody who lost their authenticator."""
    user = _load(public_id)
    with transaction():
        services.remove_totp(user, actor=g.actor)
    return done(
        _("The second factor of %(name)s is off.", name=user.name), to=url_for(".detail", public_id=public_id)
    )
