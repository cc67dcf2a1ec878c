"""Text from strangers is cleaned, never trusted and never lost without need."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners import text as text_of
from scanners.text import clean, is_printable


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        (b"Mairie du Bouscat", "Mairie du Bouscat"),
        ("H\xf4tel de ville, M\xe9rignac".encode("latin-1"), "Hôtel de ville, Mérignac"),
        ("Hôtel de ville".encode(), "Hôtel de ville"),
        ("Hôtel é".encode()[:-1], "Hôtel"),
        (b"price 5\x80", "price 5€"),
        (b"\x81\x8d odd", "odd"),
        ("e\u0301cole", "école"),
        ("  a \r\n\t b\x00\x1b[31m ", "a b[31m"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=cmd()", "=cmd()"),
        (b"name\x00\x00\x00", "name"),
        ("\u200b \x00", None),
        ("", None),
        (b"", None),
        (None, None),
    ],
)
def test_text_is_cleaned_and_nothing_is_none(given_value: bytes | str | None, expected: str | None) -> None:
    assert clean(given_value) == expected


def test_a_string_of_ten_megabytes_is_cut_and_keeps_its_accents() -> None:
    assert clean(("é" * 5_000_000).encode()) == "é" * 255
    assert clean("x" * 10_000_000, limit=40) == "x" * 40


@given(st.one_of(st.text(), st.binary()))
def test_cleaning_is_idempotent_and_leaves_only_printable_text(value: str | bytes) -> None:
    found = clean(value)
    assert clean(found) == found
    assert found is None or (found and len(found) <= 255)
    assert all(unicodedata.category(c)[0] != "C" for c in found or "")


@pytest.mark.parametrize(
    ("value", "printable"),
    [
        (b"HP LaserJet", True),
        (b"two\r\nlines", True),
        (b"\x00\x1a\x2b\x01", False),
        (b"", False),
        (b"\0\0", False),
    ],
)
def test_binary_strings_are_not_taken_for_text(value: bytes, printable: bool) -> None:
    assert is_printable(value) is printable


def test_marks_piled_on_a_letter_are_taken_off_beyond_two():
    piled = "".join(letter + "\u0300\u0323\u035c\u0489" * 10 for letter in "parc")
    assert len(clean(piled)) <= 12
    assert clean("Nguye\u0302\u0303n") == "Nguyễn"


@pytest.mark.parametrize(
    ("text", "is_hiding"),
    [
        ("plain", False),
        ("  deux\u00a0mots\r\nÉté ", False),
        ("e\u0301te\u0301", False),
        ("exe\u202egpj", True),
        ("a\u200bb", True),
        ("Z\u0300\u0301\u0302\u0303", True),
        ("a\x00b", True),
    ],
)
def test_what_hides_or_reorders_is_told_from_white_space(text, is_hiding):
    assert text_of.hides(text) is is_hiding
