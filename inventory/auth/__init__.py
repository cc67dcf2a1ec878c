"""Users, roles, sign-in and sessions.

Hook called inside the transaction that changes what protects an account: "user.secured" (user=User, what=Secured,
actor=Actor, to=address to tell).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register sign-in, the account pages and the users' administration."""
    from flask_babel import gettext

    from inventory.audit import presentation
    from inventory.auth import account, browsers, identity, letters, users, views, welcome
    from inventory.core import guard, registry

    app.jinja_env.filters["browser"] = lambda agent: (
        browsers.browser_name(agent) or gettext("Unknown browser")
    )
    guard.authenticate_with(app, identity.load_user)
    for blueprint in (views.bp, views.preferences, account.bp, users.bp):
        app.register_blueprint(blueprint)
    presentation.read_by("session", browsers.session_words)
    registry.menu(users.MENU)
    registry.hook("instance.greeted", welcome.print_link)
    registry.hook("user.secured", letters.secured)
