"""What the suite's speed rests on: tests that share a server or a fleet run one after the other on one worker."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("together")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one worker alone")
def test_a_test_of_a_group_bears_its_name_by_which_it_is_given_to_a_worker(
    request: pytest.FixtureRequest,
) -> None:
    assert request.node.nodeid.endswith("@together")
