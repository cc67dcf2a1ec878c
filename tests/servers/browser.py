"""Where the headless browser of the tests is."""

from __future__ import annotations

import os

from tests.servers.process import find_program

FLAGS = ("--no-sandbox",) if os.geteuid() == 0 else ()
"""Chromium refuses to run as root with its sandbox."""


def chromium_path() -> str | None:
    """The installed Chromium, or None; first the one that has no window at all, which costs a third less."""
    return find_program(
        "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"
    )


def chromium_missing() -> str | None:
    """Why journeys in a browser cannot run here, or None when they can."""
    return None if chromium_path() else "Chromium is not installed (Debian package chromium-headless-shell)"
