"""Installs the locked front-end packages and builds the files that the pages load, all served from here."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from python_packages import BIN, install_lock
from stamps import ROOT, digest, is_stamped, run, say, stamping

OLDEST_NODE = 18
STATIC = ROOT / "inventory" / "static"
LOCK = ROOT / "package-lock.json"


def build_front_end() -> None:
    """Bring node_modules and inventory/static/vendor up to date with the lock, build.mjs and our own sources."""
    packages, sources = _packages(), _sources()
    packages_ready, files_ready = _has_packages(packages), _has_files(sources)
    if packages_ready and files_ready:
        return
    # A town's network often has an authority of its own, which the machine's store of certificates knows and Node's list does not.
    environment = {"PATH": _path_with_node(), "NODE_USE_SYSTEM_CA": "1"}
    if not packages_ready:
        say("Installing the front-end packages of package-lock.json")
        with stamping("node_modules", packages):
            run(
                ["npm", "ci", "--loglevel=error"],
                what="The front-end packages could not be installed",
                mend="Read the lines above; `make clean` and the same command start afresh",
                environment=environment,
            )
    say("Building the front-end files")
    with stamping("vendor", sources):
        run(
            ["node", "build.mjs"],
            what="The front-end files could not be built",
            mend="Mend the file named above",
            environment=environment,
        )


def bring_node() -> None:
    """Install node and npm as Python packages where the build will need them and the machine has none."""
    if not (_has_packages(_packages()) and _has_files(_sources())):
        _path_with_node()


def _packages() -> str:
    return digest([LOCK, ROOT / ".npmrc"])


def _has_packages(packages: str) -> bool:
    return is_stamped("node_modules", packages) and (ROOT / "node_modules").is_dir()


def _sources() -> str:
    return digest([LOCK, ROOT / "build.mjs", *_own_sources()])


def _has_files(sources: str) -> bool:
    return is_stamped("vendor", sources) and (STATIC / "vendor" / "manifest.json").exists()


def _own_sources() -> list[Path]:
    folders = (STATIC / "css", STATIC / "js")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    icons = STATIC / "icons.txt"
    return [*files, icons] if icons.exists() else files


def _path_with_node() -> str:
    """The search path on which node and npm are found: the machine's own, or else those of a Python package."""
    given = os.environ.get("PATH", os.defpath)
    if shutil.which("npm") and _node_major() >= OLDEST_NODE:
        return given
    install_lock(ROOT / "tools" / "node.lock")
    return f"{BIN}{os.pathsep}{given}"


def _node_major() -> int:
    try:
        told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        return int(told.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 0
