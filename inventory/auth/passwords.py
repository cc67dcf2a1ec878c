"""Passwords and one-time codes: argon2id, what a password must be, TOTP (RFC 6238) and recovery codes."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from datetime import datetime
from functools import lru_cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from inventory.core.errors import Invalid
from inventory.core.text import folded
from inventory.core.wording import N_

MIN_LENGTH = 12
MAX_LENGTH = 256
# Different characters that a password must have beside what anybody would try first.
LEAST_OF_ITS_OWN = 5
# Of the lists of passwords that were found out most often in French and English, those that make up the rest of them.
COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        motdepasse mdp passe password pass azerty azertyuiop qwerty qwertyuiop qwertz qsdfghjklm asdfghjkl bonjour bienvenue
        welcome soleil doudou loulou chouchou jetaime iloveyou letmein changeme changezmoi secret admin administrateur
        administrator utilisateur user test france marseille paris parc mairie commune metropole informatique
        janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre printemps ete automne hiver
        january february march april may june july august september october november december spring summer autumn winter
        """,
    )
)
# What is typed for a letter to look like it.
WRITTEN_FOR = str.maketrans("@0$", "aos")
ROWS = (
    "12345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
TOTP_STEP_SECONDS = 30
RECOVERY_CODES = 8
# Tests hash with less work; see `use_hasher`.
_hasher = PasswordHasher()
_one_at_a_time = threading.Lock()


def use_hasher(hasher: PasswordHasher) -> None:
    """Set the hasher (tests use one that takes less time)."""
    global _hasher  # noqa: PLW0603 - one hasher for the process
    _hasher = hasher
    _decoy.cache_clear()


def check_strength(password: str, *, known: tuple[str, ...] = ()) -> None:
    """Raise Invalid for a password that is too short, too long, or little more than what anybody would try first.

    `known` are texts that stand for the user: their name, their e-mail address.
    """
    if len(password) < MIN_LENGTH:
        raise Invalid(
            "password",
            N_("Use at least %(length)s characters: a sentence is easy to remember."),
            length=MIN_LENGTH,
        )
    if len(password) > MAX_LENGTH:
        raise Invalid("password", N_("Use at most %(length)s characters."), length=MAX_LENGTH)
    plain = folded(password)
    # A zero is a digit in a row of digits, and stands for a letter in a word: either way may be how it is guessed.
    ways = (plain, plain.translate(WRITTEN_FOR))
    if any(len(set(_beyond_guessing(way, known))) < LEAST_OF_ITS_OWN for way in ways):
        raise Invalid(
            "password",
            N_(
                "This password is too easy to guess: common words, your name, or keys in a row. Take a sentence of several words."
            ),
        )


def _beyond_guessing(password: str, known: tuple[str, ...]) -> str:
    """Return what is left of a folded password without common words, those known of the user, and rows of keys."""
    left = password
    own = {word for text in known for word in re.findall(r"[a-z]{3,}", folded(text))}
    for word in sorted(own | COMMON, key=len, reverse=True):
        left = left.replace(word, " ")
    return "".join(piece for piece in re.split(r"[\W_]+", left) if not _is_row(piece))


def _is_row(piece: str) -> bool:
    """Say whether a piece is one key again and again, or keys that follow each other: 1234, lkjh, aaaa."""
    return len(set(piece)) == 1 or (
        len(piece) > 2 and any(piece in row or piece in row[::-1] for row in ROWS)
    )


def hash_password(password: str) -> str:
    """Return the argon2id hash."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Say whether the password is right; takes as long for an account that does not exist."""
    try:
        # Each takes 64 MiB: one after the other, whatever number of people sign in at once.
        with _one_at_a_time:
            return _hasher.verify(stored or _decoy(), password[:MAX_LENGTH]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def needs_rehash(stored: str) -> bool:
    """Say whether the hash was made with older parameters."""
    return _hasher.check_needs_rehash(stored)


def new_totp_secret() -> str:
    """Return a base32 secret for an authenticator."""
    return pyotp.random_base32()


def is_totp_secret(text: str) -> bool:
    """Say whether a text is a secret as `new_totp_secret` makes them, and not something that a browser made up."""
    return re.fullmatch("[A-Z2-7]{32}", text) is not None


def totp_address(secret: str, email: str) -> str:
    """Return the otpauth:// address that authenticators read as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Parc")


def totp_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step that a six-digit code belongs to (one step of drift either way), or None."""
    digits = "".join(ch for ch in code if "0" <= ch <= "9")
    if len(digits) != 6:
        return None
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp()) // TOTP_STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Return eight codes, each good once, for who has lost the authenticator."""
    return [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]


def as_recovery_code(text: str) -> str:
    """Return what was typed as such a code is written, whatever spaces, dashes and capitals were typed with it."""
    digits = "".join(ch for ch in text.lower() if ch in "0123456789abcdef")
    return f"{digits[:6]}-{digits[6:]}"


def token_hash(token: str) -> str:
    """Return the SHA-256 of a random token: what the store keeps instead of it."""
    return hashlib.sha256(token.strip().lower().encode()).hexdigest()


def new_token() -> str:
    """Return a random token for a cookie or a link (192 bits)."""
    return secrets.token_hex(24)
