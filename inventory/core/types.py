"""Column types and row mix-ins that keep the data rules on both stores."""

from __future__ import annotations

import enum
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

BigId = BigInteger().with_variant(Integer, "sqlite")

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 12


def new_public_id() -> str:
    """Return twelve random characters (60 bits) without look-alikes, safe in URLs and speech."""
    drawn = secrets.randbits(5 * PUBLIC_ID_LENGTH)
    return "".join([_ALPHABET[drawn >> place & 31] for place in range(0, 5 * PUBLIC_ID_LENGTH, 5)])


class UtcDateTime(TypeDecorator[datetime]):
    """Aware instants, stored as UTC; naive values are refused on both stores."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was given where an aware instant is required")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Code(enum.StrEnum):
    """A closed list: each member is its stored code, with its label (N_), tone and icon for pages.

    Members are declared as `NAME = "code", N_("label"), "tone", "icon"`; tones are
    neutral, accent, good, warn, bad, info.
    """

    label: str
    tone: str
    icon: str

    def __new__(cls, code: str, label: str = "", tone: str = "neutral", icon: str = "point") -> Code:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label or code
        member.tone = tone
        member.icon = icon
        return member


class CodeType(TypeDecorator[Code]):
    """Stores a `Code` as text and reads it back as its member; unknown codes are refused."""

    impl = String(40)
    cache_ok = True

    def __init__(self, codes: type[Code]) -> None:
        super().__init__()
        self.codes = codes

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.codes(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Code | None:
        return None if value is None else self.codes(value)


class HasPublicId:
    """An id of twelve random characters used in addresses, exports and audit records."""

    public_id: Mapped[str] = mapped_column(
        String(PUBLIC_ID_LENGTH), default=new_public_id, unique=True, index=True
    )


class HasVersion:
    """A version that every edit by a person raises; a stale save is refused."""

    version: Mapped[int] = mapped_column(Integer, default=1)
