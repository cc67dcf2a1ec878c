"""Looks at a password before anything is written: that takes a good part of a second, in which others need the store."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.auth import passwords, queries
from inventory.core.text import clean


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be, and whether the password was right for the hash that was kept then."""

    email: str
    stored: str | None
    is_right: bool
    # The password hashed anew, where its hash was made with older parameters.
    anew: str | None = None


def claim(email: str, password: str) -> Claim:
    """Look at a password, for `services.sign_in` to let its owner in or to count the attempt; writes nothing."""
    email = clean(email, 255) or ""
    user = queries.user_named(email)
    stored = user.password_hash if user and user.active else None
    is_right = passwords.verify_password(stored, password)
    if not is_right or not passwords.needs_rehash(stored or ""):
        return Claim(email, stored, is_right)
    return Claim(email, stored, is_right, passwords.hash_password(password[: passwords.MAX_LENGTH]))
