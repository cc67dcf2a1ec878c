"""What makes words comparable: tokens, identifiers, trigrams and mistakes."""

from __future__ import annotations

import pytest

from inventory.search import folding


def test_words_lose_case_accents_and_ligatures():
    assert folding.words("L’Œuvre d’Été — ÉCOLE n°12") == ["l", "oeuvre", "d", "ete", "ecole", "n", "12"]


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("LBX-004512", "lbx004512"),
        ("00:1B:44:11:3A:B7", "001b44113ab7"),
        ("001b.4411.3ab7", "001b44113ab7"),
        ("10.20.1.5", "10z20z1z5"),
        ("10.20.", "10z20"),
        ("fe80::1", "fe80zz1"),
        ("marie.dupont@mairie.example", "mariedupontmairieexample"),
        ("  ", ""),
    ],
)
def test_an_identifier_is_compared_without_its_separators(typed, compared):
    assert folding.key(typed) == compared


def test_two_addresses_with_the_same_digits_stay_apart():
    assert folding.key("10.0.0.1") != folding.key("100.0.1")


def test_the_zeros_of_a_tag_need_not_be_typed():
    assert "w4512" in folding.tokens(["lbx", "004512"], [])


def test_an_identifier_is_also_known_by_its_last_characters():
    found = folding.tokens([], ["5CG1234XYZ"])
    assert {"k5cg1234xyz", "s4xyz", "s34xyz", "s234xyz"} <= set(found)


@pytest.mark.parametrize(
    ("typed", "meant", "count"),
    [("dupont", "dupont", 0), ("dupnot", "dupont", 1), ("dupon", "dupont", 1), ("duppont", "dupont", 1),
     ("dvpomt", "dupont", 2), ("", "abc", 3)],
)  # fmt: skip
def test_a_mistake_is_a_letter_added_left_out_changed_or_swapped(typed, meant, count):
    assert folding.mistakes(typed, meant) == count


def test_the_nearest_word_is_guessed_first():
    assert folding.guesses("dupnot", ["dupond", "dupont", "durand"]) == ["dupont"]
    assert folding.guesses("elitebok", ["elitedesk", "elitebook", "elite"]) == ["elitebook", "elitedesk"][:1]


def test_the_beginning_of_a_long_word_may_be_mistyped_too():
    assert folding.guesses("mediathq", ["mediatheque"]) == ["mediatheque"]


def test_short_words_are_not_guessed():
    assert folding.guesses("abc", ["abd"]) == []


def test_numbers_are_no_words_that_somebody_meant():
    assert folding.vocabulary(["lbx", "004512", "elan", "840", "hp"]) == {"elan"}


@pytest.mark.parametrize(
    ("typed", "part"),
    [("a1:b2:c3", "a1b2c3"), ("A1-B2", "a1b2"), ("a1b2c3", "a1b2c3"), ("a1 b2 c3", "a1b2c3"), ("a1b2.c3d4", "a1b2c3d4"),
     ("a1:b2-c3", None), ("a1", None), ("a1b2", None), ("a1:b2:c", None), ("g1:b2:c3", None), ("12 34", None),
     ("10.20", None), ("00:1b:44:11:3a:b7", None), ("", None)],
)  # fmt: skip
def test_bytes_of_a_mac_address_are_told_from_other_words(typed, part):
    assert folding.part_of_mac(typed) == part
    assert folding.with_colons(typed) == (
        ":".join(part[n : n + 2] for n in range(0, len(part), 2)) if part else typed
    )
