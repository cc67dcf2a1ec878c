"""What a code's text may name."""

from __future__ import annotations

import pytest

from inventory.assets.readings import LONGEST, MOST_PARTS, named_by, to_log


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("LBX-004512", ["LBX-004512"]),
        ("S/N: 5CG1234XYZ", ["S/N: 5CG1234XYZ", "5CG1234XYZ"]),
        ("S5CG1234XYZ", ["S5CG1234XYZ", "5CG1234XYZ"]),
        ("1S20XXS3HC00PF1ABCDE", ["1S20XXS3HC00PF1ABCDE", "PF1ABCDE"]),
        ("SN:PF1ABCDE;MAC:b8:85:84:13:aa:01", ["SN:PF1ABCDE;MAC:b8:85:84:13:aa:01", "PF1ABCDE", "b8:85:84:13:aa:01"]),
        ("https://support.example/qr/PF1ABCDE?m=20XXS3HC00", None),
    ],
)  # fmt: skip
def test_the_whole_text_comes_first_then_what_it_holds(text, named):
    found = named_by(text)
    assert found[0] == text
    assert found == named if named else {"PF1ABCDE", "20XXS3HC00"} <= set(found)
    assert set(named or ()) <= set(found)


@pytest.mark.parametrize(
    "text", ["", "   ", "://", "https://[", "a://b?" + "&x=123456" * 500, "\u202e" * 9, ";" * 5000]
)
def test_odd_text_is_read_without_a_fault(text):
    assert len(named_by(text)) <= 3 * MOST_PARTS
    to_log(text)


def test_what_is_longer_than_a_code_holds_is_cut():
    assert len(named_by("A" * 10_000)[0]) == LONGEST


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("S/N: 5CG1234XYZ", "5CG1234XYZ"),
        ("S5CG1234XYZ", "S5CG1234XYZ"),
        ("1S20XXS3HC00PF1ABCDE", "PF1ABCDE"),
        ("https://support.example/qr/PF1ABCDE", None),
        ("two words", None),
        ("A" * 200, None),
    ],
)
def test_only_a_single_name_is_what_a_new_record_gets(text, logged):
    assert to_log(text) == logged
