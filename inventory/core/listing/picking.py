"""The rows of a list that an act is for: those that were ticked, or all that the list's address asks for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picked:
    """Rows by their ids; `named` are the public ids that were ticked, `is_all` says that the address was meant instead."""

    ids: list[int]
    named: list[str]
    is_all: bool

    @property
    def digest(self) -> str:
        """A mark of which rows these are, so that what was previewed is what is changed."""
        return hashlib.blake2b(repr(sorted(self.ids)).encode(), digest_size=12).hexdigest()
