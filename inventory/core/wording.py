"""Marks English sentences for translation in code that knows no Flask."""

from __future__ import annotations


def N_(text: str) -> str:
    """Return `text` unchanged; the extractor reads it here and pages translate it when they show it."""
    return text
