"""Discovery is tested by itself: what the features to the right conclude is theirs to test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

import scanners.presence
from inventory.core import registry
from inventory.discovery import addresses
from scanners.presence import Presence as Noticed
from scanners.presence import PresenceOptions

OWN_HOOKS = ("job.finished",)


REAL_LOOK = scanners.presence.look


@pytest.fixture(autouse=True)
def noticed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Noticed]:
    """Who is noticed, by address, where a scan looks: nobody, unless a test says so."""
    there: dict[str, Noticed] = {}

    def look(targets: Sequence[str], options: PresenceOptions, **_given: Any) -> Iterator[Noticed]:
        asked = addresses.parse(",".join(targets))
        return (one for one in there.values() if addresses.contains(asked, one.address))

    monkeypatch.setattr(scanners.presence, "look", look)
    return there


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
