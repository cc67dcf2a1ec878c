"""Tries a profile on what its own test says: no network, the same way from objects to facts as a scan."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from scanners.observation import Fact
from scanners.replay import RecordedLink, Recording
from scanners.snmp.collect import Bounds, Reading, read_device
from scanners.snmp.observe import observe
from scanners.snmp.profile import Profile, Profiles, ProfileTest


def trial(test: ProfileTest, profiles: Profiles) -> dict[str, Fact | None]:
    """What these profiles make of the test's objects, for each fact that the test expects; None where nothing was found."""
    observation = observe(_reading(test, profiles), profiles, site="", at=datetime.now(UTC))
    return {name: observation.facts.get(name) for name in test.finds}


def fits(test: ProfileTest, profile: Profile) -> bool:
    """Whether the test's device is one of this profile's."""
    alone = Profiles([profile])
    return bool(alone.fitting(_reading(test, alone)))


def _reading(test: ProfileTest, profiles: Profiles) -> Reading:
    link = RecordedLink(Recording.parse(test.says))
    return asyncio.run(read_device(link, Bounds(), profiles.objects))
