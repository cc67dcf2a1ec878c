"""Branches of a directory and the entity they belong to."""

from __future__ import annotations

import pytest

from inventory.discovery import branches

MAPPED = {
    branches.parts("OU=Bouscat,DC=metropole,DC=example"): "commune",
    branches.parts("OU=CCAS,OU=Bouscat,DC=metropole,DC=example"): "ccas",
    branches.parts(r"OU=Voirie\, propreté,DC=metropole,DC=example"): "voirie",
}


@pytest.mark.parametrize(
    ("dn", "entity"),
    [
        ("CN=PC-1,OU=Postes,OU=Bouscat,DC=metropole,DC=example", "commune"),
        ("CN=PC-2,OU=CCAS,OU=Bouscat,DC=metropole,DC=example", "ccas"),
        ("cn=pc-3, ou=ccas , ou = bouscat,dc=METROPOLE,dc=example", "ccas"),
        ("CN=PC-4,OU=Pessac,DC=metropole,DC=example", "own"),
        (r"CN=PC-5,OU=Voirie\, propreté,DC=metropole,DC=example", "voirie"),
        (r"CN=Martin\, Alice,OU=CCAS,OU=Bouscat,DC=metropole,DC=example", "ccas"),
        ("CN=PC-6,OU=CCAS,OU=Pessac,DC=metropole,DC=example", "own"),
        ("OU=Bouscat,DC=metropole,DC=example", "commune"),
        ("", "own"),
        ("not a name at all", "own"),
    ],
)
def test_the_longest_mapped_branch_wins(dn: str, entity: str) -> None:
    assert branches.longest_match(dn, MAPPED, "own") == entity


@pytest.mark.parametrize(
    ("dn", "good"), [("dc=example,dc=fr", True), ("example.fr", False), ("ou=,dc=x", False), ("", False)]
)
def test_a_distinguished_name_is_told_from_other_text(dn: str, good: bool) -> None:
    assert branches.is_name(dn) is good
