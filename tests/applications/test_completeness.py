"""What a whole sheet says: what is asked of every application, and what only of some."""

from __future__ import annotations

import pytest

from inventory.applications import completeness
from inventory.applications.states import ApplicationState, Criticality, Hosting, Need, PersonalData

WHOLE = {
    "state": ApplicationState.IN_SERVICE,
    "business_owner": "Marie",
    "deputy": "Paul",
    "technical_owner": "Éric",
    "criticality": Criticality.NORMAL,
    "uses": True,
    "users": True,
    "hosting": Hosting.WORKSTATION,
    "editor": "Arpège",
    "personal_data": PersonalData.NONE,
    "release": "5",
    "area": "citizens",
    "support_ends_on": "2027-01-01",
    "accreditation": Need.NOT_NEEDED,
    "contract_ends_on": "2027-01-01",
}


def missing(**changed: object) -> list[str]:
    """Return the fields that a whole sheet lacks once some of it is otherwise."""
    return [each.field for each in completeness.score({**WHOLE, **changed}).missing]


def test_a_whole_sheet_scores_100_and_misses_nothing() -> None:
    assert completeness.score(WHOLE) == completeness.Score(100, (), completeness.score(WHOLE).asked)


def test_an_empty_sheet_scores_nothing() -> None:
    assert completeness.score({}).percent == 0


def test_what_is_missing_stands_with_the_heaviest_first() -> None:
    assert missing(release=None, business_owner=None, deputy=None) == ["business_owner", "deputy", "release"]


def test_the_score_is_the_share_of_the_weights_rounded_down() -> None:
    whole = completeness.score(WHOLE).asked
    assert completeness.score({**WHOLE, "release": None}).percent == 100 * (whole - 4) // whole < 100


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({"hosting": Hosting.ON_PREMISES}, ["components"]),
        ({"hosting": Hosting.SAAS}, ["data_location"]),
        ({"hosting": Hosting.HOSTED}, ["data_location"]),
        ({"criticality": Criticality.IMPORTANT}, ["recovery_time_hours", "recovery_point_hours"]),
        (
            {"criticality": Criticality.CRITICAL},
            ["recovery_time_hours", "recovery_point_hours", "recovery_tested_on"],
        ),
        ({"personal_data": PersonalData.ORDINARY}, ["processing_reference"]),
        ({"personal_data": PersonalData.SENSITIVE}, ["processing_reference", "impact_assessment"]),
        ({"impact_assessment": Need.NEEDED}, ["impact_assessed_on"]),
        ({"accreditation": Need.NEEDED}, ["accredited_on", "accreditation_ends_on"]),
    ],
)
def test_what_a_sheet_says_asks_for_more(changed: dict[str, object], asked: list[str]) -> None:
    assert missing(**changed) == asked


def test_nobody_is_asked_who_uses_or_mends_what_is_only_planned() -> None:
    planned = {"state": ApplicationState.PLANNED, "uses": False, "users": False, "contract_ends_on": None}
    assert missing(**planned) == []


def test_an_online_service_needs_no_version() -> None:
    assert missing(hosting=Hosting.SAAS, data_location="France", release=None, support_ends_on=None) == []


def test_nought_hours_is_an_answer() -> None:
    promised = {"recovery_time_hours": 0, "recovery_point_hours": 0}
    assert missing(criticality=Criticality.IMPORTANT, **promised) == []
