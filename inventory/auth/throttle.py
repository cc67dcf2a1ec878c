"""Counts attempts in the database, so that several processes slow the same attacker down together."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from inventory.auth.models import RateCounter
from inventory.core.database import db
from inventory.core.errors import DomainError
from inventory.core.wording import N_

WINDOW = timedelta(minutes=15)
KEY_LENGTH = 120


class TooMany(DomainError):
    """This key has made too many attempts in the present window, which ends in `retry_after` seconds."""

    status = 429

    def __init__(self, left: timedelta) -> None:
        self.retry_after = max(1, round(left.total_seconds()))
        minutes = -(-self.retry_after // 60)
        if minutes == 1:
            super().__init__(N_("Too many attempts from here. Wait a minute, then try again."))
        else:
            sentence = N_("Too many attempts from here. Wait %(minutes)s minutes, then try again.")
            super().__init__(sentence, minutes=minutes)


def key_of(act: str, address: str | None) -> str:
    """Return the counter of an act from an address; the 2^64 addresses of one IPv6 network count as one."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return f"{act}:{address}"[:KEY_LENGTH]
    if isinstance(parsed, IPv6Address):
        return f"{act}:{parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False)}"
    return f"{act}:{parsed}"


def count(key: str, limit: int, at: datetime) -> None:
    """Count one attempt of `key`; raises TooMany beyond `limit` in a quarter of an hour.

    Whoever calls commits each attempt that is within the limit, so that what follows it cannot undo the count.
    """
    db.session.execute(delete(RateCounter).where(RateCounter.window_started_at < at - WINDOW))
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    # One statement, so that the first attempts of two processes cannot both make the row.
    statement = (
        insert(RateCounter)
        .values(key=key[:KEY_LENGTH], window_started_at=at, count=1)
        .on_conflict_do_update(index_elements=[RateCounter.key], set_={"count": RateCounter.count + 1})
        .returning(RateCounter.count, RateCounter.window_started_at)
    )
    counted, started_at = db.session.execute(statement).one()
    if counted > limit:
        raise TooMany(started_at + WINDOW - at)


def give_back(key: str) -> None:
    """Take back an attempt that succeeded, so that an office behind one address can sign in together."""
    db.session.execute(
        update(RateCounter)
        .where(RateCounter.key == key[:KEY_LENGTH], RateCounter.count > 0)
        .values(count=RateCounter.count - 1)
    )
