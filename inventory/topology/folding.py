"""Says in which column each branch of a tall drawing stands, so that all of it is seen at once and can still be read."""

from __future__ import annotations

import math
from collections.abc import Sequence

SHAPE = 1.7
"""How many times as wide as high a drawing should be: about what a screen has room for."""


def columns(heights: Sequence[int], width: int, tallest: int) -> list[int]:
    """Return the column of each branch, from 0 on and in their order; all in one where that is no higher than `tallest`.

    `heights` are those of the branches, `width` that of the widest, all in one unit.
    """
    whole = sum(heights)
    if whole <= tallest:
        return [0] * len(heights)
    most = max(2, round(math.sqrt(SHAPE * whole / width)))
    found: list[int] = []
    top = 0
    for height in heights:
        # The column in which its middle would lie.
        column = min(most - 1, int((top + height / 2) * most / whole))
        found.append(min(column, found[-1] + 1 if found else 0))
        top += height
    return found
