"""Cleans text that comes from forms and files by the same rule as text from the network."""

from __future__ import annotations

from scanners.text import clean

__all__ = ["clean"]
