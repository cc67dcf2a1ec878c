"""What the codes of makers' labels say: which is the serial number, and what stands beside it."""

from __future__ import annotations

import pytest

from inventory.assets import readings
from inventory.assets.codes import MOST_CODES, Meaning, read, serials


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5CG1234XYZ", ("5CG1234XYZ", Meaning.UNKNOWN)),
        ("S/N: 5CG1234XYZ", ("5CG1234XYZ", Meaning.SERIAL)),
        ("1S20XXS3HC00PF1ABCDE", ("PF1ABCDE", Meaning.SERIAL)),
        ("3401234567890", ("3401234567890", Meaning.PRODUCT)),
        ("012345678905", ("012345678905", Meaning.PRODUCT)),
        ("3401234567894", ("3401234567894", Meaning.UNKNOWN)),
        ("B8858413AA01", ("B8858413AA01", Meaning.MAC)),
        ("b8:85:84:13:aa:01", ("b8:85:84:13:aa:01", Meaning.MAC)),
        ("MAC: B8858413AA01", ("B8858413AA01", Meaning.MAC)),
        ("490154203237518", ("490154203237518", Meaning.IMEI)),
        ("P/N: 5TW10AA", ("5TW10AA", Meaning.PART)),
        ("5TW10AA#ABF", ("5TW10AA#ABF", Meaning.PART)),
        ("https://support.example/qr/PF1ABCDE", ("https://support.example/qr/PF1ABCDE", Meaning.ADDRESS)),
        ("Made in", ("Made in", Meaning.OTHER)),
        ("]C15CG1234XYZ", ("5CG1234XYZ", Meaning.UNKNOWN)),
    ],
)
def test_a_code_says_what_it_is(text, said):
    assert [(named.text, named.meaning) for named in read([text])] == [said]


@pytest.mark.parametrize(
    "text",
    [
        "[)>\x1e06\x1dS5CG1234XYZ\x1d1P5TW10AA\x1d23SB8858413AA01\x1dQ1\x1e\x04",
        "0103401234567890215CG1234XYZ\x1d10LOT7",
        "(01)03401234567890(21)5CG1234XYZ",
    ],
)
def test_a_square_code_that_holds_several_gives_up_its_serial_number(text):
    assert serials([text]) == ["5CG1234XYZ"]
    assert Meaning.UNKNOWN not in {named.meaning for named in read([text])}


def test_of_a_whole_label_the_serial_number_is_picked_whatever_was_read_first():
    label = ["3401234567890", "B8858413AA01", "5TW10AA#ABF", "5CG1234XYZ"]
    assert serials(label) == ["5CG1234XYZ"]
    assert serials([*label, "SN:PF1ABCDE"]) == ["PF1ABCDE"]
    assert serials([*label, "8XY7777"]) == ["5CG1234XYZ", "8XY7777"]
    assert serials(label[:3]) == []


@pytest.mark.parametrize(
    "text", ["", "[)>", "[)>\x1e06", "01", "(01)", "]", "\x1d" * 400, "S/N:", "9" * 5000, "1P"]
)
def test_odd_codes_are_read_without_a_fault(text):
    assert len(read([text] * 40)) <= MOST_CODES


def test_no_more_of_a_code_is_looked_at_than_any_label_bears():
    begun = "[)>\x1e06\x1d1P" + "A" * readings.LONGEST
    assert [named.meaning for named in read([f"{begun}\x1dS5CD1234XYZ"])] == [Meaning.PART]
