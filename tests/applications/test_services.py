"""What can be done to an application: kept, edited, used, retired with a reason, undone, followed."""

from datetime import date

import pytest
from sqlalchemy import func, select

from inventory.applications import annexes, services
from inventory.applications.models import Application, ApplicationComponent, ApplicationUse
from inventory.applications.services import FirstUse, Leaving
from inventory.applications.services.uses import UseTerms
from inventory.applications.states import (
    ApplicationState,
    ComponentRole,
    Criticality,
    Exit,
    Hosting,
    Origin,
)
from inventory.assets import services as assets
from inventory.audit import queries as trail
from inventory.audit import undo
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused, Stale
from tests import factories
from tests.applications import making
from tests.applications.conftest import BRUNO, TODAY

GONE = Leaving(Exit.RETIRED, "Nobody opens it any more.")


def refused(field):
    """A refusal that belongs beside this field."""
    return pytest.raises(Invalid, check=lambda error: error.field == field)


def changes_of(application):
    return [record.changes for record in trail.history_of("application", application.public_id)]


def test_a_new_application_is_in_service_and_used_by_its_entity(place):
    with transaction():
        made = services.create_application(
            {"entity_id": place.town.id, "name": "Sedit", "in_service_on": date(2016, 1, 4)},
            actor=BRUNO,
            first_use=FirstUse(40, Origin.TRANSFERRED),
        )
    use = making.use_of(made)
    assert (made.state, use.entity_id, use.since_on) == (
        ApplicationState.IN_SERVICE,
        place.town.id,
        date(2016, 1, 4),
    )
    assert (use.users, use.origin, use.until_on) == (40, Origin.TRANSFERRED, None)


def test_what_is_planned_is_used_by_nobody_yet(place):
    made = making.create_application(place.town, state="planned", in_service_on=None)
    assert making.use_of(made) is None
    with transaction(), pytest.raises(Refused, match="only planned"):
        services.add_use(made, place.town, UseTerms(), actor=BRUNO)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "SEDIT"}),
        ("code", {"code": "fin"}),
        ("name", {"name": None}),
        ("entity", {"entity_id": 0}),
        ("state", {"state": "retired"}),
        ("contract_ends_on", {"contract_starts_on": date(2026, 2, 1), "contract_ends_on": date(2026, 1, 1)}),
        ("accreditation_ends_on", {"accredited_on": date(2026, 2, 1), "accreditation_ends_on": date(2026, 1, 1)}),
        ("accredited_on", {"accredited_on": date(2026, 6, 16)}),
        ("recovery_tested_on", {"recovery_tested_on": date(2026, 6, 16)}),
        ("in_service_on", {"in_service_on": date(2026, 6, 16)}),
        ("recovery_time_hours", {"recovery_time_hours": -1}),
        ("recovery_point_hours", {"recovery_point_hours": 9000}),
        ("contract_notice_months", {"contract_notice_months": 61}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_beside_its_field(place, saving, field, values):
    making.create_application(place.town, name="Sedit", code="FIN")
    with refused(field):
        services.create_application({"entity_id": place.town.id, "name": "Other", **values}, actor=BRUNO)


def test_two_entities_may_each_keep_one_of_the_same_name(place):
    making.create_application(place.town, name="Sedit", code="FIN")
    making.create_application(place.pessac, name="Sedit", code="FIN")
    assert db.session.scalar(select(func.count()).where(Application.name == "Sedit")) == 2


def test_an_edit_says_what_changed_in_names_and_raises_the_version(place):
    made = making.create_application(place.town, name="Sedit")
    with transaction():
        changes = services.update_application(
            made, {"editor_id": place.editor.id, "business_owner_id": place.marie.id}, actor=BRUNO, version=1
        )
    assert changes == {"editor": [None, "Berger-Levrault"], "business_owner": [None, "Marie Durand"]}
    assert made.version == 2
    assert changes_of(made)[0] == changes


def test_an_edit_that_changes_nothing_writes_no_history(place):
    made = making.create_application(place.town, name="Sedit")
    before = len(changes_of(made))
    with transaction():
        assert services.update_application(made, {"name": "Sedit"}, actor=BRUNO) == {}
    assert len(changes_of(made)) == before


def test_a_stale_edit_saves_nothing(place):
    made = making.create_application(place.town, name="Sedit")
    with transaction():
        services.update_application(made, {"release": "2"}, actor=BRUNO, version=1)
    with pytest.raises(Stale) as found, transaction():
        services.update_application(made, {"release": "3"}, actor=BRUNO, version=1)
    assert (found.value.current, found.value.yours) == ({"release": "2"}, {"release": "3"})


def test_an_editor_is_found_under_another_spelling_or_added(place):
    with transaction():
        assert services.editor_named("BERGER LEVRAULT SA", actor=BRUNO) == place.editor
        assert services.editor_named("Arpège", actor=BRUNO).name == "Arpège"
    with transaction(), refused("name"):
        services.editor_named("---", actor=BRUNO)


def test_the_score_follows_whatever_fills_the_sheet(place):
    made = making.create_application(place.town, used=False, hosting=Hosting.ON_PREMISES)
    scores = [made.completeness]
    with transaction():
        services.update_application(made, {"criticality": Criticality.NORMAL}, actor=BRUNO)
    scores.append(made.completeness)
    use = making.create_use(made, place.town)
    scores.append(made.completeness)
    making.attach(made, place.server)
    scores.append(made.completeness)
    assert scores == sorted(set(scores))
    with transaction():
        services.end_use(use, GONE, actor=BRUNO)
    assert made.completeness < scores[-1]


@pytest.mark.parametrize(
    ("since_on", "possible"),
    [(date(2020, 3, 2), False), (date(2019, 1, 1), False), (date(2021, 1, 1), False), (date(2022, 1, 1), True)],
)  # fmt: skip
def test_an_entity_uses_an_application_once_at_a_time(place, saving, since_on, possible):
    made = making.create_application(place.town)
    services.end_use(making.use_of(made), Leaving(Exit.RETIRED, "Gone", date(2022, 1, 1)), actor=BRUNO)
    terms = UseTerms(since_on)
    if possible:
        services.add_use(made, place.town, terms, actor=BRUNO)
    else:
        with refused("entity"):
            services.add_use(made, place.town, terms, actor=BRUNO)


def test_a_use_does_not_begin_tomorrow_nor_by_fewer_than_nobody(place, saving):
    made = making.create_application(place.town)
    with refused("since_on"):
        services.add_use(made, place.ccas, UseTerms(date(2026, 6, 16)), actor=BRUNO)
    with refused("users"):
        services.add_use(made, place.ccas, UseTerms(users=-1), actor=BRUNO)


def test_a_use_is_corrected_with_its_history(place):
    use = making.use_of(making.create_application(place.town, users=12))
    with transaction():
        services.update_use(use, {"users": 15, "origin": Origin.TRANSFERRED}, actor=BRUNO, version=1)
    assert (use.users, use.origin) == (15, Origin.TRANSFERRED)
    assert changes_of(use.application)[0]["users"] == [12, 15]
    with pytest.raises(Stale), transaction():
        services.update_use(use, {"users": 16}, actor=BRUNO, version=1)


@pytest.mark.parametrize(
    ("field", "leaving"),
    [
        ("reason", Leaving(Exit.RETIRED, "  ")),
        ("replaced_by", Leaving(Exit.REPLACED, "A newer one came.")),
        ("on", Leaving(Exit.RETIRED, "Gone", date(2026, 6, 16))),
        ("on", Leaving(Exit.RETIRED, "Gone", date(2020, 3, 1))),
    ],
)
def test_an_exit_needs_its_reason_its_day_and_what_replaces_it(place, saving, field, leaving):
    made = making.create_application(place.town)
    with refused(field):
        services.end_use(making.use_of(made), leaving, actor=BRUNO)
    with refused(field):
        services.retire(made, leaving, actor=BRUNO)


def test_what_was_added_by_mistake_is_retired_the_same_day_and_stands_on_no_annex(place):
    made = making.create_application(place.town, in_service_on=TODAY)
    with transaction():
        services.retire(made, GONE, actor=BRUNO)
        services.change_state(made, ApplicationState.IN_SERVICE, actor=BRUNO)
    assert (making.use_of(made).until_on, annexes.of_year(place.town, 2026).lines) == (TODAY, ())
    with refused("entity"), transaction():
        services.add_use(made, place.town, UseTerms(), actor=BRUNO)


def test_nothing_replaces_itself(place, saving):
    made = making.create_application(place.town)
    with refused("replaced_by"):
        services.retire(made, Leaving(Exit.REPLACED, "Newer", replaced_by=made), actor=BRUNO)


def test_an_end_recorded_by_mistake_is_taken_back_unless_the_entity_took_it_up_again(place, saving):
    made = making.create_application(place.town)
    use = making.use_of(made)
    services.end_use(use, Leaving(Exit.RETIRED, "Wrong line", date(2026, 6, 1)), actor=BRUNO)
    services.reopen_use(use, actor=BRUNO)
    assert (use.until_on, use.exit, use.exit_reason) == (None, None, None)
    assert changes_of(made)[0]["used_until_on"] == ["2026-06-01", None]
    with pytest.raises(Refused, match="has not ended"):
        services.reopen_use(use, actor=BRUNO)
    services.end_use(use, Leaving(Exit.RETIRED, "Gone", date(2026, 6, 1)), actor=BRUNO)
    making.create_use(made, place.town, since_on=date(2026, 6, 2))
    with pytest.raises(Refused, match="taken it up again"):
        services.reopen_use(use, actor=BRUNO)


def test_retiring_ends_every_use_the_same_day_with_the_reason(place):
    made, newer = making.create_application(place.root), making.create_application(place.root)
    making.create_use(made, place.town)
    with transaction():
        leaving = Leaving(Exit.REPLACED, "No longer supported", date(2026, 5, 1), newer)
        services.retire(made, leaving, actor=BRUNO)
    assert (made.state, made.retired_on, made.replaced_by) == (
        ApplicationState.RETIRED,
        date(2026, 5, 1),
        newer,
    )
    ended = db.session.scalars(select(ApplicationUse).where(ApplicationUse.application_id == made.id)).all()
    assert {(use.until_on, use.exit, use.exit_reason, use.replaced_by_id) for use in ended} == {
        (date(2026, 5, 1), Exit.REPLACED, "No longer supported", newer.id)
    }


def test_a_retirement_is_undone_as_one(place):
    made = making.create_application(place.root, criticality=Criticality.NORMAL)
    making.create_use(made, place.town)
    before = made.completeness
    with transaction():
        opened = services.retire(made, GONE, actor=BRUNO)
    with transaction():
        undo.undo(opened, actor=BRUNO)
    assert (made.state, made.retired_on, made.retirement_reason) == (ApplicationState.IN_SERVICE, None, None)
    uses = db.session.scalars(select(ApplicationUse).where(ApplicationUse.application_id == made.id)).all()
    assert [use.until_on for use in uses] == [None, None]
    assert made.completeness == before


def test_an_undo_says_what_changed_since_and_leaves_all_as_it_is(place):
    made = making.create_application(place.town)
    with transaction():
        opened = services.retire(made, GONE, actor=BRUNO)
    with transaction():
        services.change_state(made, ApplicationState.IN_SERVICE, actor=BRUNO)
    with pytest.raises(Refused, match="changed since"), transaction():
        undo.undo(opened, actor=BRUNO)


def test_coming_into_service_fills_the_day_and_coming_back_forgets_the_retirement(place):
    made = making.create_application(place.town, state="planned", in_service_on=None)
    with transaction():
        services.change_state(made, ApplicationState.IN_SERVICE, actor=BRUNO)
    assert made.in_service_on == TODAY
    with transaction():
        services.retire(made, GONE, actor=BRUNO)
        services.change_state(made, ApplicationState.IN_SERVICE, actor=BRUNO)
    assert (made.retired_on, made.retirement_reason, made.in_service_on) == (None, None, TODAY)


def test_retiring_without_a_reason_and_retiring_twice_are_refused(place, saving):
    made = making.create_application(place.town)
    with pytest.raises(Refused):
        services.change_state(made, ApplicationState.RETIRED, actor=BRUNO)
    services.retire(made, GONE, actor=BRUNO)
    with pytest.raises(Refused):
        services.retire(made, GONE, actor=BRUNO)
    with pytest.raises(Refused, match="retired"):
        services.add_use(made, place.ccas, UseTerms(), actor=BRUNO)


def test_an_application_runs_on_a_server_once_in_each_role(place, saving):
    made = making.create_application(place.town)
    services.attach(made, place.server, ComponentRole.DATABASE, actor=BRUNO, label="SEDITPROD")
    services.attach(made, place.server, ComponentRole.BACKUP, actor=BRUNO)
    with refused("asset"):
        services.attach(made, place.server, ComponentRole.DATABASE, actor=BRUNO)
    assert {"runs_on": [None, "LBX-000001 · SEDITPROD"]} in changes_of(made)


def test_what_runs_on_a_merged_record_runs_on_the_one_that_is_kept(place):
    twin = factories.create_asset(place.town, tag="LBX-000002")
    made, other = making.create_application(place.town), making.create_application(place.town)
    making.attach(made, place.server)
    making.attach(made, twin)
    making.attach(other, twin)
    with transaction():
        assets.merge(place.server, twin, actor=BRUNO)
    rows = db.session.execute(
        select(ApplicationComponent.application_id, ApplicationComponent.asset_id)
    ).all()
    assert sorted(map(tuple, rows)) == [(made.id, place.server.id), (other.id, place.server.id)]
