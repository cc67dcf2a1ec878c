"""Invented names are put together as French puts them."""

import pytest

from inventory.demo import names


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Rocheval", "CCAS de Rocheval"),
        ("Aubrelle-sur-Lienne", "CCAS d’Aubrelle-sur-Lienne"),
        ("Estrelac", "CCAS d’Estrelac"),
        ("Haute-Serrane", "CCAS de Haute-Serrane"),
        ("Le Mesnil-Tournel", "CCAS du Mesnil-Tournel"),
        ("Les Orvières", "CCAS des Orvières"),
        ("La Ferrande", "CCAS de La Ferrande"),
    ],
)
def test_a_body_is_named_after_its_commune(name, said):
    assert names.of("CCAS", name) == said
