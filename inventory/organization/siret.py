"""The number that names a French establishment, and its check digit."""

from __future__ import annotations

import re

SHAPE = re.compile(r"[0-9]{14}")
LA_POSTE = "356000000"


def bare(text: str | None) -> str:
    """Return what was typed without the spaces and dots that people put between groups."""
    return re.sub(r"[\s.]", "", text or "")


def is_siret(digits: str) -> bool:
    """Say whether 14 digits hold the check of a SIRET (Luhn; La Poste's own, 356 000 000, sum to a multiple of 5)."""
    if not SHAPE.fullmatch(digits):
        return False
    doubled = [int(d) * (1 if place % 2 else 2) for place, d in enumerate(digits)]
    if sum(d // 10 + d % 10 for d in doubled) % 10 == 0:
        return True
    return digits.startswith(LA_POSTE) and sum(int(d) for d in digits) % 5 == 0
