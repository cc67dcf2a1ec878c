"""A made-up metropolis with its communes, people and equipment, for demonstrations and for load."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """In an instance of synthetic data, let scans be played instead of run."""
    if not app.config["SYNTHETIC"]:
        return
    from inventory.core import registry
    from inventory.demo import rehearsal
    from inventory.discovery.services import READ_DIRECTORY, SCAN

    registry.job(SCAN, rehearsal.scan)
    registry.job(READ_DIRECTORY, rehearsal.read_directory)
