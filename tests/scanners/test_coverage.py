"""A scan accounts for what it did and did not read, in sentences."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanners.coverage import Cause, Coverage, Failure


@pytest.mark.parametrize("cause", list(Cause))
def test_each_cause_is_a_sentence_with_and_without_a_detail(cause: Cause) -> None:
    assert cause.sentence()[0].isupper()
    assert cause.sentence().endswith(".")
    assert cause.sentence("port 161").endswith(": port 161.")


def test_a_failure_carries_its_code_and_its_sentence() -> None:
    failure = Failure("10.0.0.1", Cause.WRONG_DIGEST)
    assert failure.to_json() == {
        "target": "10.0.0.1",
        "code": "wrong_digest",
        "sentence": "The device refuses the authentication key (wrong digest).",
    }


def test_a_coverage_is_one_json_object() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    found = Coverage(
        "snmp", "s", "10.0.0.0/30", 2, 1, 1, (Failure("10.0.0.2", Cause.SILENT),), False, at, at
    ).to_json()
    assert (found["asked"], found["answered"], found["read"], found["complete"]) == (2, 1, 1, False)
    assert found["failures"][0]["code"] == "silent"
    assert found["started_at"] == "2026-11-24T00:00:00Z"
