"""Refusals that services raise and that pages, the command line and the API each translate once.

DomainError
├── Refused    a rule forbids it now                    409
├── Invalid    a value is wrong, said beside its field  422
├── Stale      somebody else saved in between           409
├── Forbidden  own entity without the right             403
└── NotFound   absent, or another entity's              404
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class DomainError(Exception):
    """A refusal in words: `message` is an N_ sentence, `params` fill it; `retry_after` says in how many seconds to try again."""

    status = 409
    retry_after: int | None = None

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params = params


class Refused(DomainError):
    """A rule of the house forbids this now."""


class Invalid(DomainError):
    """One field's value is wrong; `field` names it as the form does."""

    status = 422

    def __init__(self, field: str, message: str, **params: Any) -> None:
        super().__init__(message, **params)
        self.field = field


@dataclass(frozen=True, slots=True)
class Save:
    """That somebody saved a row: who, when, and which fields."""

    by: str
    at: datetime
    fields: tuple[str, ...]


class Stale(DomainError):
    """The row was saved by somebody else since it was read.

    `current` and `yours` map field names to the values of the two versions; `version` is the one saved now, with
    which the same form may be sent again. `saves` are those in between, as far as they are known, the latest first;
    `form` is the form that met it, where one did.
    """

    form: Any = None

    def __init__(
        self,
        message: str,
        current: dict[str, Any],
        yours: dict[str, Any],
        *,
        version: int | None = None,
        saves: Sequence[Save] = (),
        **params: Any,
    ) -> None:
        super().__init__(message, **params)
        self.saves = saves
        self.current = current
        self.yours = yours
        self.version = version


class Forbidden(DomainError):
    """The user sees this entity but may not do this in it."""

    status = 403


class NotFound(DomainError):
    """There is no such thing, or it belongs to an entity the user does not see."""

    status = 404
