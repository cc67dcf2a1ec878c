"""Makes the name that somebody's device gives to a file one that every system and every reader takes as it looks."""

from __future__ import annotations

import re

from inventory.core.text import clean

LONGEST = 120
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\x00-\x1f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


def safe_name(text: str) -> str:
    """Return the last part of a path without marks that hide or turn text, and without what file systems refuse."""
    last = re.split(r"[/\\]", text)[-1]
    name = clean(_NOT_IN_NAMES.sub(" ", last), 4 * LONGEST) or ""
    name = name.strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    if _RESERVED.match(name):
        stem = f"_{stem}"
    kept = stem[: LONGEST - len(ending[:10]) - 1].rstrip(" .")
    return f"{kept or 'file'}{dot}{ending[:10]}"
