"""Every route × every role × own and foreign rows: what the view declares is what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from inventory.core.database import db
from inventory.core.permissions import ROOT_ONLY, Permission, Role, role_allows
from tests import rows
from tests.factories import Cast, create_user
from tests.rollback import nothing_kept

# That every route asks PostgreSQL what it understands is for tests of odd input and of queries, which visit them all.
pytestmark = pytest.mark.any_store

METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Caller:
    """Who asks: the role they hold, and whether Le Bouscat is their entity."""

    role: Role | None
    at_home: bool = True
    of_root: bool = False

    def may(self, permission: Permission) -> bool:
        """Say whether the role has the permission somewhere."""
        if permission is Permission.PUBLIC:
            return True
        if self.role is None or (permission in ROOT_ONLY and not self.of_root):
            return False
        return permission is Permission.SIGNED_IN or role_allows(self.role, permission)


CALLERS = {
    "anonymous": Caller(None),
    "reader": Caller(Role.READER),
    "technician": Caller(Role.TECHNICIAN),
    "manager": Caller(Role.MANAGER),
    "administrator": Caller(Role.ADMINISTRATOR),
    "outsider": Caller(Role.TECHNICIAN, at_home=False),
    "outside_administrator": Caller(Role.ADMINISTRATOR, at_home=False),
    "instance_administrator": Caller(Role.ADMINISTRATOR, of_root=True),
}


@pytest.fixture
def browser_of(
    cast: Cast, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> Callable[[str], FlaskClient]:
    """Returns the browser of a caller by name."""

    def browser(name: str) -> FlaskClient:
        if name == "anonymous":
            return client
        users = {
            "reader": cast.chloe, "technician": cast.alice, "manager": cast.bruno, "outsider": cast.oscar,
            "instance_administrator": cast.diane,
        }  # fmt: skip
        entity = cast.pessac if name == "outside_administrator" else cast.le_bouscat
        return sign_in(users.get(name) or create_user(Role.ADMINISTRATOR, entity))

    return browser


def expected(app: Flask, caller: Caller, rule: Rule) -> tuple[int, ...]:
    """Return the statuses that are right; () stands for any answer that is neither a refusal nor an error."""
    permission, noun = rows.permission_of(app, rule), rows.noun_of(rule)
    if permission is Permission.PUBLIC:
        return (410,) if rule.endpoint in rows.WITH_TOKEN else ()
    if caller.role is None:
        return (303,)
    if permission is None or not caller.may(permission):
        return (403,)
    if rule.endpoint in rows.OWN:
        return (404,)
    if noun and noun not in rows.SHARED_NOUNS and not caller.at_home:
        return (404,)
    return ()


def is_right(status: int, wanted: tuple[int, ...]) -> bool:
    return status in wanted if wanted else status < 500 and status not in (401, 403, 404, 405)


def is_whole(page: str) -> bool:
    """Whether an answer is a page with a head, which also a redirection has, not a piece for a script."""
    return page.lstrip().lower().startswith("<!doctype html>")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", CALLERS)
def test_every_route_answers_as_the_role_allows(app, database, made, browser_of, name, method):
    caller, browser = CALLERS[name], browser_of(name)
    asked = [
        (rows.address(rule, made), rule.endpoint, expected(app, caller, rule))
        for rule in rows.walk(app, method)
    ]
    wrong = []
    for path, endpoint, wanted in asked:
        with nothing_kept(database):
            answer = browser.open(path, method=method, data={} if method == "POST" else None)
            sent_away = wanted == (303,) and "/sign-in" not in answer.headers.get("Location", "")
            if answer.mimetype == "text/html" and answer.data and not is_whole(answer.text):
                wrong.append(f"{method} {path} ({endpoint}): a piece of a page, opened by itself")
            if not is_right(answer.status_code, wanted) or sent_away:
                wrong.append(f"{method} {path} ({endpoint}): {answer.status_code}, not {wanted or 'allowed'}")
    assert asked
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_route_declares_its_permission(app):
    missing = [
        rule.rule
        for method in METHODS
        for rule in rows.routes(app, method)
        if not rows.permission_of(app, rule)
    ]
    assert not missing


def test_a_route_that_declares_nothing_is_refused_even_to_the_instance_administrator(
    app, cast, sign_in, monkeypatch
):
    monkeypatch.delattr(app.view_functions["people.index"], "required_permission")
    assert sign_in(cast.diane).get("/people/").status_code == 403


def test_every_address_with_a_row_is_walked(app):
    """A new noun must be added to tests/rows.py, or its routes would go untested."""
    unknown = {
        rule.rule for method in METHODS for rule in rows.routes(app, method) if not rows.is_known(rule)
    }
    assert not unknown


def test_only_these_routes_are_open_to_all(app):
    """Adding one is a decision: it stands here."""
    open_to_all = {
        rule.endpoint
        for method in METHODS
        for rule in rows.routes(app, method)
        if rows.permission_of(app, rule) is Permission.PUBLIC
    }
    assert open_to_all == {
        "auth.sign_in", "auth.second_factor", "auth.first_run", "auth.new_password", "forgotten.ask",
        "preferences.language",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["anonymous", "instance_administrator"])
def test_a_form_without_its_token_is_refused(app, database, made, browser_of, name):
    browser = browser_of(name)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        wrong = []
        for rule in rows.walk(app, "POST"):
            path = rows.address(rule, made)
            answer = browser.post(path, data={"name": "x"})
            if answer.status_code != 400:
                wrong.append(f"{path}: {answer.status_code}")
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert not wrong


def test_getting_a_page_changes_no_row(app, database, made, browser_of):
    """Whoever follows a link, or a robot that follows them all, changes nothing."""
    from inventory.audit.models import AuditRecord

    browser = browser_of("instance_administrator")
    before = database.scalar(db.select(db.func.count()).select_from(AuditRecord))
    for path in [rows.address(rule, made) for rule in rows.walk(app, "GET")]:
        browser.get(path)
    assert database.scalar(db.select(db.func.count()).select_from(AuditRecord)) == before
