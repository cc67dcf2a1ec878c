"""Turns the bytes and strings that strangers send into short, clean, printable text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

DEFAULT_LIMIT = 255

# What may hide or reorder text without being seen: every "Cc", "Cf", "Cs", "Co" and "Cn" character goes, white space is folded first.
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
_MARKS = {"Mn", "Me"}
MOST_MARKS = 2
SHORT = 64
_SPACES = re.compile(r"\s+")
_LATIN_1_HIGH = re.compile(r"[\x80-\x9f]")


def decode(value: bytes) -> str:
    """Text of octets: UTF-8 (a last character cut short is dropped), else Windows-1252, else Latin-1, which accepts every octet."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > 0 and error.reason == "unexpected end of data":
            return value[: error.start].decode("utf-8")
    try:
        return value.decode("cp1252")
    except UnicodeDecodeError:
        return _LATIN_1_HIGH.sub("", value.decode("latin-1"))


def clean(value: bytes | str | None, limit: int = DEFAULT_LIMIT) -> str | None:
    """Printable NFC text of at most `limit` characters with white space folded; None if nothing remains."""
    if value is None:
        return None
    # A hostile value may be megabytes long: no character needs more than 4 octets, and 16 of slack cover what is dropped.
    value = value[: limit * 16 + 64]
    text = decode(value.rstrip(b"\0")) if isinstance(value, bytes) else value
    if text.isascii() and text.isprintable():
        folded = " ".join(text.split())
        return folded[:limit].rstrip() or None
    text = _SPACES.sub(" ", text)
    text = "".join(character for character in text if unicodedata.category(character) not in _DROPPED)
    text = _unstacked(unicodedata.normalize("NFC", _SPACES.sub(" ", text).strip()))
    return text[:limit].rstrip() or None


def hides(text: str) -> bool:
    """Say whether text holds what `clean` takes off besides white space: signs that hide or reorder it, marks piled on a letter."""
    if text.isascii() and text.isprintable():
        return False
    spaced = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    return (
        any(unicodedata.category(character) in _DROPPED for character in spaced)
        or _unstacked(spaced) != spaced
    )


def _unstacked(text: str) -> str:
    """Take off what is piled on a letter beyond two marks: no language needs it, and it runs over the lines around it."""
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def is_printable(value: bytes) -> bool:
    """Whether octets are text that a person could have typed, and not a binary string."""
    text = decode(value.rstrip(b"\0"))
    return bool(text) and (text.isprintable() or all(c.isprintable() or c in "\r\n\t" for c in text))


def printable(value: object) -> str | None:
    """The clean text of octets that are text; None for binary strings and for what are no octets."""
    if not isinstance(value, bytes):
        return None
    return _short_printable(value) if len(value) <= SHORT else _printable(value)


def _printable(value: bytes) -> str | None:
    return clean(value) if is_printable(value) else None


# The names of ports and parts are the same ones on thousands of devices.
_short_printable = lru_cache(maxsize=8192)(_printable)
