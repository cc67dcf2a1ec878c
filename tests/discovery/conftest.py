"""Discovery is tested by itself: what the features to the right conclude is theirs to test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from inventory.core import registry

OWN_HOOKS = ("job.finished",)


@pytest.fixture(autouse=True)
def hooks(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> dict[str, dict[str, Callable[..., Any]]]:
    """The hooks of a test: discovery's own, and what the test adds."""
    if "database" in request.fixturenames:
        request.getfixturevalue("app")
    kept: dict[str, dict[str, Callable[..., Any]]] = defaultdict(dict)
    kept.update({name: dict(registry._hooks[name]) for name in OWN_HOOKS})
    monkeypatch.setattr(registry, "_hooks", kept)
    return kept
