"""A made-up metropolis with its communes, people and equipment, for demonstrations and for load."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register nothing: the demonstration is a command, and what it makes is shown by the other features."""
