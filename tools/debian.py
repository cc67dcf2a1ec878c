"""Installs the Debian packages that tests and benchmarks talk to, without starting any service, or says what lacks."""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from stamps import Failed, run, say

POLICY = Path("/usr/sbin/policy-rc.d")
REFUSE_TO_START = "#!/bin/sh\nexit 101\n"
POSTGRESQL = Path("/usr/lib/postgresql")
ADMINISTRATION = "/usr/local/sbin:/usr/sbin:/sbin"


class Need(NamedTuple):
    """A program or shared library, the Debian packages that bring it, and what is skipped without it."""

    program: str
    packages: tuple[str, ...]
    skipped: str


TESTS = (
    Need(
        "chromium-headless-shell",
        ("chromium-headless-shell",),
        "the journeys in a browser and the accessibility checks, unless Chromium is there",
    ),
    Need(
        "chromium",
        ("chromium",),
        "the labels that a camera films, which a Chromium without windows has none for",
    ),
    Need("libatomic.so.1", ("libatomic1",), "the same, for Playwright starts with it"),
    Need("slapd", ("slapd",), "the tests against a real directory"),
    Need("ldapadd", ("ldap-utils",), "the tests against a real directory"),
    Need("snmpd", ("snmpd",), "the tests against real SNMP agents"),
    Need("snmpget", ("snmp",), "the comparisons with Net-SNMP's own client"),
    Need("initdb", ("postgresql",), "the second run of the suite, on PostgreSQL"),
    Need("ip", ("iproute2",), "the tests in networks of their own"),
    Need("sysctl", ("procps",), "the tests in networks of their own"),
    Need("pdftotext", ("poppler-utils",), "the reading back of PDF pages"),
)
BENCHMARKS = (
    Need("onesixtyone", ("onesixtyone",), "the comparison with onesixtyone"),
    Need("cc", ("gcc", "libc6-dev"), "what has to be compiled"),
    Need("initdb", ("postgresql",), "the nights that PostgreSQL takes in"),
)


def is_there(program: str) -> bool:
    """Whether the program is on the path, in an administrator's folder, or among PostgreSQL's own; or the library loads."""
    if ".so." in program:
        return _loads(program)
    path = f"{os.environ.get('PATH', os.defpath)}:{ADMINISTRATION}"
    return bool(shutil.which(program, path=path) or any(POSTGRESQL.glob(f"*/bin/{program}")))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install(needs: Sequence[Need]) -> None:
    """Install what lacks where that is permitted; whatever still lacks is named with what is skipped for it."""
    missing = [need for need in needs if not is_there(need.program)]
    if not missing:
        return
    if _may_install():
        try:
            _apt_install([package for need in missing for package in need.packages])
        except Failed as failure:
            say(f"{failure}")
    still = [need for need in missing if not is_there(need.program)]
    for need in still:
        say(f"Not installed: {need.program} ({' '.join(need.packages)}). Skipped for it: {need.skipped}.")
    if still and not _may_install():
        names = " ".join(package for need in still for package in need.packages)
        say(
            f"To have them: sudo apt-get install {names}; or run this as root, or with PARC_APT=1 to use sudo."
        )


def _may_install() -> bool:
    return shutil.which("apt-get") is not None and (os.geteuid() == 0 or os.environ.get("PARC_APT") == "1")


def _as_root(*command: str) -> list[str]:
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", *command]
    return quiet if os.geteuid() == 0 else ["sudo", *quiet]


def _apt_install(packages: Sequence[str]) -> None:
    mend = "The suite goes on without them"
    say("Reading Debian's package lists")
    run(_as_root("apt-get", "update", "-qq"), what="Debian's package lists could not be read", mend=mend)
    known = [package for package in packages if _has_candidate(package)]
    if not known:
        return
    say(f"Installing the Debian packages {' '.join(known)} (no service is started)")
    with _no_service_starts():
        run(
            _as_root("apt-get", "install", "-qq", "-y", "--no-install-recommends", *known),
            what=f"The Debian packages {' '.join(known)} could not be installed",
            mend=mend,
        )


def _has_candidate(package: str) -> bool:
    told = run(["apt-cache", "policy", package], what="apt-cache failed", mend="Check apt")
    return "Candidate:" in told and "Candidate: (none)" not in told


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Debian asks policy-rc.d before it starts a service; 101 forbids it. One that is there already is kept."""
    if POLICY.exists():
        yield
        return
    what, mend = f"{POLICY} could not be written or removed", "Check the rights of this account"
    script = f"printf '%s' '{REFUSE_TO_START}' > {POLICY} && chmod 755 {POLICY}"
    try:
        run(_as_root("sh", "-c", script), what=what, mend=mend)
        yield
    finally:
        run(_as_root("rm", "-f", str(POLICY)), what=what, mend=mend)
