"""`parc user`: what an administrator of the machine may need when nobody can sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inventory.core.terminal import with_application

if TYPE_CHECKING:
    from inventory.auth.models import User
    from inventory.core.access import Actor
    from inventory.organization.models import Entity

# As core.permissions.Role has them, which help is shown without.
ROLES = ("reader", "technician", "manager", "administrator")
DEFAULT_ADDRESS = "http://127.0.0.1:8000"


@click.group()
def user() -> None:
    """Users of this instance."""


def _address() -> str:
    from flask import current_app

    return str(current_app.config["PUBLIC_URL"] or DEFAULT_ADDRESS).rstrip("/")


def _actor() -> Actor:
    from inventory.core.access import Actor

    return Actor("command", label="parc user")


def _require_store() -> None:
    from inventory.core import migrations

    if not migrations.is_current():
        raise click.ClickException("the store is not up to date: run `parc store upgrade` first")


def _named(email: str) -> User:
    from inventory.auth import queries

    _require_store()
    found = queries.user_named(email)
    if found is None:
        raise click.ClickException(f"there is no user with the address {email}")
    return found


@user.command("list", short_help="List the users and their roles.")
@with_application
def list_users() -> None:
    """List the users with their roles, and who is closed or waits."""
    from sqlalchemy import select

    from inventory.auth.models import User
    from inventory.core import clock
    from inventory.core.database import db

    _require_store()
    for row in db.session.scalars(select(User).order_by(User.email)):
        roles = ", ".join(f"{grant.role.value} on {grant.entity.code}" for grant in row.grants) or "no role"
        waits = row.locked_until is not None and row.locked_until > clock.now()
        state = "closed" if not row.active else "waits" if waits else "open"
        click.echo(f"{row.email}\t{row.name}\t{state}\t{roles}")


@user.command("add", short_help="Add a user with a role, and print their link.")
@click.argument("email")
@click.option("--name", required=True, help="Their name as pages show it.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they may do.")
@click.option("--entity", "code", required=True, help="Code of the entity where they may, with all below it.")
@click.option("--language", type=click.Choice(["en", "fr"]), help="As the browser unless given.")
@with_application
def add(*, email: str, name: str, role: str, code: str, language: str | None) -> None:
    """Add a user EMAIL with a role and print a one-time link with which they choose their password."""
    from inventory.auth import services
    from inventory.core.database import transaction
    from inventory.core.errors import DomainError
    from inventory.core.permissions import Role

    entity = _entity(code)
    values = {"email": email, "name": name, "language": language}
    try:
        with transaction():
            added = services.create_user(values, actor=_actor())
            services.grant(added, entity, Role(role), actor=_actor())
            token = services.issue_link(services.RESET, added, actor=_actor())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{_address()}/password/{token}")


def _entity(code: str) -> Entity:
    from inventory.organization import queries

    _require_store()
    found = queries.entities_named([code.upper()]).get(code.upper())
    if found is None:
        raise click.ClickException(f"there is no entity with the code {code}")
    return found


@user.command("link", short_help="Print a one-time password link.")
@click.argument("email")
@with_application
def link(email: str) -> None:
    """Print a one-time link with which EMAIL sets a new password; a waiting account then waits no more."""
    from inventory.auth import services
    from inventory.core.database import transaction

    found = _named(email)
    with transaction():
        token = services.issue_link(services.RESET, found, actor=_actor())
    click.echo(f"{_address()}/password/{token}")
    if not found.active:
        click.echo(f"{found.email} may not sign in: `parc user open {found.email}` changes that.", err=True)


@user.command("first-link", short_help="Print the link of a new instance.")
@with_application
def first_link() -> None:
    """Print a one-time link that creates the first administrator of a new instance."""
    from inventory.auth import queries, welcome

    _require_store()
    if queries.has_users():
        raise click.ClickException(
            "this instance has users already: see `parc user list` and `parc user link`"
        )
    welcome.print_link(_address())


@user.command("unlock", short_help="End the wait after wrong passwords.")
@click.argument("email")
@with_application
def unlock(email: str) -> None:
    """Let EMAIL sign in at once after too many wrong passwords."""
    from inventory.auth import services
    from inventory.core.database import transaction

    found = _named(email)
    with transaction():
        services.unlock(found, actor=_actor())
    click.echo(f"{found.email} may sign in at once")


@user.command("open", short_help="Open a closed account.")
@click.argument("email")
@with_application
def reopen(email: str) -> None:
    """Let EMAIL, whose account was closed, sign in again."""
    from inventory.auth import services
    from inventory.core.database import transaction

    found = _named(email)
    with transaction():
        services.update_user(found, {"active": True}, version=None, actor=_actor())
    click.echo(f"{found.email} may sign in")


@user.command("close", short_help="Close an account.")
@click.argument("email")
@with_application
def close(email: str) -> None:
    """Let EMAIL sign in no more, and end their sessions; the roles are kept for when the account opens again."""
    from inventory.auth import services
    from inventory.core.database import transaction
    from inventory.core.errors import DomainError

    found = _named(email)
    try:
        with transaction():
            services.update_user(found, {"active": False}, version=None, actor=_actor())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{found.email} may not sign in any more")


@user.command("without-second-factor", short_help="Switch a second factor off.")
@click.argument("email")
@with_application
def without_second_factor(email: str) -> None:
    """Switch off the second factor of EMAIL, who lost the authenticator and the recovery codes."""
    from inventory.auth import services
    from inventory.core.database import transaction

    found = _named(email)
    if found.totp_confirmed_at is None:
        raise click.ClickException(f"{found.email} has no second factor")
    with transaction():
        services.remove_totp(found, actor=_actor())
    click.echo(f"the second factor of {found.email} is off")
