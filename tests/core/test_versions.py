"""Which versions of many rows were shown travels in few bytes, and what nobody packed is no answer."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.core import versions


@given(st.dictionaries(st.integers(1, 10**9), st.integers(1, 10**6), min_size=1))
def test_what_was_packed_is_unpacked_for_the_same_rows_in_whatever_order(shown: dict[int, int]) -> None:
    assert versions.unpacked(versions.packed(shown), list(reversed(shown))) == shown


def test_a_hundred_thousand_rows_take_less_than_a_byte_each() -> None:
    assert len(versions.packed({id_: 1 + id_ % 7 for id_ in range(1, 100_001)})) < 100_000


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "é",
        "AAAA",
        versions.packed({1: 1}),
        versions.packed({1: 1, 2: 1, 3: 1}),
        urlsafe_b64encode(zlib.compress(b"1,two")).decode(),
        urlsafe_b64encode(zlib.compress(b"\xff,1")).decode(),
    ],
    ids=["none", "empty", "no base64", "no zlib", "too few", "too many", "words", "no ASCII"],
)
def test_what_was_not_packed_of_as_many_rows_is_no_answer(text: str | None) -> None:
    assert versions.unpacked(text, [1, 2]) is None


def test_a_bomb_is_no_answer() -> None:
    # Made here: made beside the others, it would take each worker half a second and 100 MB before its first test.
    assert versions.unpacked(urlsafe_b64encode(zlib.compress(b"1," * 50_000_000)).decode(), [1, 2]) is None
