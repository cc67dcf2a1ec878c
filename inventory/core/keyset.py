"""The place in a sorted list that an address holds: the sort key of the row to go on from."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

MAX_PLACE = 1000
MAX_WHOLE_NUMBER = 2**63 - 1


def encode(values: Sequence[Any]) -> str:
    """Return a sort key as text that an address can hold."""
    plain = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode(text: str, kinds: Sequence[Any]) -> list[Any] | None:
    """Return the sort key that an address holds, or None: it may have been written by anybody."""
    if len(text) > MAX_PLACE:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            return None
        return [_typed(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError):
        return None


def _typed(value: Any, column: Any) -> Any:
    try:
        wanted = column.type.python_type
    except (NotImplementedError, AttributeError):
        wanted = str | int | float
    if wanted is datetime:
        found = datetime.fromisoformat(value)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    if wanted is date:
        return date.fromisoformat(value)
    if not isinstance(value, wanted) and not (wanted in (float, Decimal) and isinstance(value, int | float)):
        raise TypeError(value)
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError(value)
    if isinstance(value, int) and abs(value) > MAX_WHOLE_NUMBER:
        raise ValueError(value)
    return value
