"""`parc user`: who is added, closed and refused from a terminal, in sentences and without a traceback."""

from __future__ import annotations

import pytest

from inventory.auth import queries
from inventory.auth.commands import user
from inventory.core import migrations
from inventory.core.permissions import Role

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def parc_user(app, monkeypatch):
    # The store of a test is made from the models, without a note of its migrations.
    monkeypatch.setattr(migrations, "is_current", lambda: True)
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(user, arguments)


def test_a_user_added_from_a_terminal_has_the_role_and_chooses_a_password_by_the_link(
    parc_user, cast, client
):
    asked = ("add", "zoe@lebouscat.example", "--name", "Zoé", "--role", "technician", "--entity", "lbx")
    done = parc_user(*asked)
    assert done.exit_code == 0
    zoe = queries.user_named("zoe@lebouscat.example")
    assert [(grant.entity.code, grant.role) for grant in zoe.grants] == [("LBX", Role.TECHNICIAN)]
    assert "Zoé" not in done.output
    assert client.get(done.output.strip().partition("8000")[2]).status_code == 200
    again = parc_user(*asked)
    assert (again.exit_code, "already" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("add", "zoe@x.fr", "--name", "Z", "--role", "reader", "--entity", "NOPE"), 1, "no entity with the code NOPE"),
        (("add", "zoe", "--name", "Z", "--role", "reader", "--entity", "LBX"), 1, "Type an e-mail address"),
        (("add", "zoe@x.fr", "--name", "Z", "--role", "boss", "--entity", "LBX"), 2, "'boss' is not one of"),
        (("close", "nobody@example.org"), 1, "there is no user"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(parc_user, cast, arguments, status, said):
    done = parc_user(*arguments)
    assert (done.exit_code, said in done.output) == (status, True), done.output


def test_a_closed_account_opens_again_but_the_last_administrator_is_never_closed(parc_user, cast):
    assert parc_user("close", cast.alice.email).exit_code == 0
    assert not queries.user_named(cast.alice.email).active
    assert parc_user("open", cast.alice.email).exit_code == 0
    refused = parc_user("close", cast.diane.email)
    assert (refused.exit_code, "last administrator" in refused.output) == (1, True)
