"""The rows of a list that an act is for: those that were ticked, or all that the list's address asks for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import request

from inventory.core.types import PUBLIC_ID_LENGTH


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


def ticked(most: int) -> list[str]:
    """Return at most `most` public ids of the rows that a form names; what cannot be one (a NUL breaks PostgreSQL) is left out."""
    named = request.form.getlist("id")[:most]
    return [one for one in named if one.isascii() and one.isalnum() and len(one) <= PUBLIC_ID_LENGTH]
