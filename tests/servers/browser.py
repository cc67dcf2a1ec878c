"""Where the headless browser of the tests is."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

from tests.servers.process import find_program

FLAGS = ("--no-sandbox",) if os.geteuid() == 0 else ()
"""Chromium refuses to run as root with its sandbox."""


def chromium_path() -> str | None:
    """The installed Chromium, or None; first the one that has no window at all, which costs a third less."""
    return find_program(
        "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"
    )


def chromium_with_cameras() -> str | None:
    """The installed Chromium that knows cameras, or None: the one without windows has none, not even a fake one."""
    return find_program("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def chromium_missing() -> str | None:
    """Why journeys in a browser cannot run here, or None when they can."""
    if not chromium_path():
        return "Chromium is not installed (Debian package chromium-headless-shell)"
    return _driver_fault()


@cache
def _driver_fault() -> str | None:
    """What stops Playwright's own program, which needs a library that small machines lack."""
    command = [sys.executable, "-m", "playwright", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"Playwright does not start: {done.stderr.strip()[-300:]}" if done.returncode else None
