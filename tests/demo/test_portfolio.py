"""The made-up applications: about three hundred sheets, scored as the service scores them, with their frozen annexes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from inventory.applications import annex, annexes
from inventory.applications.models import Application, ApplicationAnnex, ApplicationComponent, ApplicationUse
from inventory.applications.services import sheets
from inventory.applications.states import ApplicationState, Exit, Origin
from inventory.core.database import db
from tests.demo.conftest import TODAY


def test_there_are_about_three_hundred_of_them_in_every_state(in_fleet):
    found = db.session.scalars(select(Application)).all()
    assert 250 <= len(found) <= 350
    assert {one.state for one in found} == set(ApplicationState)
    assert {use.origin for use in db.session.scalars(select(ApplicationUse))} == set(Origin)


def test_each_sheet_is_scored_as_the_service_scores_it(in_fleet):
    found = db.session.scalars(select(Application)).all()
    assert [one.name for one in found if sheets.score_of(one).percent != one.completeness] == []
    assert len({one.completeness for one in found}) > 10


def test_what_is_retired_is_used_by_nobody_and_says_why(in_fleet):
    for use in db.session.scalars(select(ApplicationUse)):
        retired = use.application.state is ApplicationState.RETIRED
        assert (use.until_on is not None) == retired
        assert not retired or (use.exit_reason and use.until_on > use.since_on)
        assert (use.exit is Exit.REPLACED) == (use.replaced_by is not None)


def test_applications_run_on_servers_that_are_there(in_fleet):
    components = db.session.scalars(select(ApplicationComponent)).all()
    assert components
    assert all(one.asset.category.code == "server" for one in components)


def test_each_commune_has_the_annexes_of_two_years_and_what_changed(in_fleet):
    frozen = db.session.scalars(select(ApplicationAnnex).order_by(ApplicationAnnex.id)).all()
    assert {row.as_of_on for row in frozen} == {date(TODAY.year - 2, 12, 31), date(TODAY.year - 1, 12, 31)}
    last = frozen[-1]
    now = annexes.of_year(last.entity, last.year)
    assert annex.lines_of(last.content) == list(now.lines)
    assert any(row.content["changes"] for row in frozen)
