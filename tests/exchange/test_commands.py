"""`parc assets export` and `import`: what is exported is read back as it was, and refusals say where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.assets.commands import assets
from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.catalog.kinds import Kind
from inventory.core.database import db
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


@pytest.fixture
def laptop(cast):
    category = factories.create_category(Kind.LAPTOP)
    holder = factories.create_person(cast.le_bouscat, email="marie@lebouscat.example")
    return factories.create_asset(
        cast.le_bouscat, category, tag="LBX-000001", serial="0012345678", price_cents=99950,
        name="=cmd()", holder_id=holder.id, state=State.IN_SERVICE,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_exported_is_read_back_as_it_was(runner, cast, laptop, tmp_path: Path, language):
    file, email = tmp_path / "parc.csv", cast.bruno.email
    asked = ["export", "--entity", "LBX", "--language", language, "--output", str(file)]
    assert runner.invoke(assets, asked).exit_code == 0
    assert "'=cmd()" in file.read_text()
    done = runner.invoke(assets, ["import", str(file), "--entity", "LBX", "--as", email])
    assert (done.exit_code, done.output) == (0, "done: 0 created, 0 updated, 1 unchanged, 0 refused\n")


def test_a_dry_run_saves_nothing_and_refusals_end_with_3(runner, cast, laptop, tmp_path: Path):
    file = tmp_path / "neuf.csv"
    file.write_text("Étiquette;Type\nLBX-000002;Soucoupe\n", encoding="utf-8")
    done = runner.invoke(
        assets, ["import", str(file), "--entity", "LBX", "--as", cast.bruno.email, "--dry-run"]
    )
    assert (done.exit_code, "line 2" in done.output) == (3, True)
    assert db.session.query(Asset).count() == 1


@pytest.mark.parametrize(
    ("entity", "email"), [("NOWHERE", "x"), ("LBX", "nobody@example.org")], ids=["entity", "user"]
)
def test_a_wrong_call_says_what_is_unknown(runner, cast, laptop, tmp_path: Path, entity, email):
    file = tmp_path / "x.csv"
    file.write_text("Tag\nA\n")
    done = runner.invoke(
        assets, ["import", str(file), "--entity", entity, "--as", cast.bruno.email if email == "x" else email]
    )
    assert (done.exit_code, "there is no" in done.output) == (2, True)


def test_nobody_imports_where_their_role_does_not_let_them(runner, cast, laptop, tmp_path: Path):
    file = tmp_path / "neuf.csv"
    file.write_text("Étiquette;Catégorie\nLBX-000002;Ordinateur portable\n", encoding="utf-8")
    for who, code in ((cast.chloe, "LBX"), (cast.bruno, "PES")):
        done = runner.invoke(assets, ["import", str(file), "--entity", code, "--as", who.email])
        assert (done.exit_code, "may not import" in done.output) == (2, True), done.output
    assert db.session.query(Asset).count() == 1


def test_a_file_to_be_imported_whole_says_which_rows_stop_it(runner, cast, laptop, tmp_path: Path):
    file = tmp_path / "neuf.csv"
    file.write_text("Étiquette;Type\nLBX-000002;Soucoupe\n", encoding="utf-8")
    asked = ["import", str(file), "--entity", "LBX", "--as", cast.bruno.email, "--whole"]
    done = runner.invoke(assets, asked)
    assert done.exit_code == 3
    assert "Nothing was imported" in done.output
    assert "line 2" in done.output
