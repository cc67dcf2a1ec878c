"""Real directories that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanners.ldap import DirectoryOptions
from tests.servers import Slapd, entries

PEOPLE, DEVICES = 1000, 4000
USERS, COMPUTERS = 40, 60


@pytest.fixture(scope="session")
def needs_slapd() -> None:
    """Skip, saying why, where OpenLDAP is not installed."""
    if reason := Slapd.available():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def directory(needs_slapd: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """An OpenLDAP of 5,000 entries."""
    slapd = Slapd(tmp_path_factory.mktemp("directory"))
    slapd.load([*entries.people(PEOPLE), *entries.devices(DEVICES)])
    with slapd:
        yield slapd


@pytest.fixture(scope="session")
def active_directory(needs_slapd: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """An OpenLDAP that looks like an Active Directory."""
    slapd = Slapd(tmp_path_factory.mktemp("active-directory"), active_directory=True)
    slapd.load([*entries.users(USERS), *entries.computers(COMPUTERS)])
    with slapd:
        yield slapd


@pytest.fixture
def small(needs_slapd: None, tmp_path: Path) -> Iterator[Callable[..., Slapd]]:
    """Start small directories of one's own: `small(*entries, certificate=…)`."""
    started: list[Slapd] = []

    def start(*more: entries.Entry, **choices: Any) -> Slapd:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        slapd = Slapd(folder, **choices)
        slapd.load(more)
        slapd.start()
        started.append(slapd)
        return slapd

    yield start
    for slapd in started:
        slapd.stop()


def reader(slapd: Slapd, **choices: Any) -> DirectoryOptions:
    """Options that work for that server, changed by `choices`."""
    working = {
        "url": slapd.tls_url,
        "base": slapd.base,
        "bind_dn": slapd.reader_dn,
        "password": slapd.reader_password,
        "ca_pem": slapd.ca_pem,
        "timeout": 5,
        "site": "HQ",
    }
    return DirectoryOptions(**{**working, **choices})
