"""The page of entities finds one by name or code, and what is done to one is told in words."""

from __future__ import annotations

from inventory.organization import queries, settings
from tests import factories

ENGLISH = {"Accept-Language": "en"}


def test_of_the_tree_what_has_the_words_is_kept_with_what_is_above_it(cast):
    rows = queries.outline(queries.tree({cast.root.id, cast.le_bouscat.id, cast.ccas.id, cast.pessac.id}))

    def kept(words: str) -> list[tuple[str, int]]:
        return [(entity.code, depth) for entity, depth in queries.narrowed(rows, words)]

    assert kept("ccas") == [("BM", 0), ("LBX", 1), ("LBX-CCAS", 2)]
    assert kept("Péssac") == kept("pes") == [("BM", 0), ("PES", 1)]
    assert kept("nowhere") == []


def test_the_page_asks_for_words_where_there_are_many_and_says_when_none_has_them(cast, sign_in):
    administrator = sign_in(cast.diane)
    assert 'name="q"' not in administrator.get("/entities/").text.partition("<main")[2]
    for n in range(12):
        factories.create_entity(cast.pessac, name=f"École {n}", code=f"PES-E{n}")
    found = administrator.get("/entities/?q=ecole+7", headers=ENGLISH).text.partition("<main")[2]
    assert ("École 7" in found, "École 8" in found, "16 entities" in found) == (True, False, True)
    assert "No entity is called “nowhere”" in administrator.get("/entities/?q=nowhere", headers=ENGLISH).text


def test_a_setting_is_called_in_the_history_as_on_its_page(cast, sign_in):
    administrator = sign_in(cast.diane)
    administrator.post("/entities/PES/settings/presence_kept_days", data={"value": "45"})
    page = administrator.get("/entities/PES", headers=ENGLISH).text
    assert page.count("Days that an unidentified presence is kept") > 1


def test_of_two_who_set_a_setting_the_second_is_told_what_the_first_set_before_theirs_holds(cast, sign_in):
    administrator = sign_in(cast.diane)
    page = "/entities/PES/settings/presence_kept_days"
    administrator.post(page, data={"value": "45", "seen": ""})
    second = administrator.post(page, data={"value": "60", "seen": ""}, headers=ENGLISH)
    assert (second.status_code, "Somebody else set it to 45" in second.text) == (422, True)
    assert 'name="seen" value="45"' in second.text
    assert 'value="60"' in second.text
    administrator.post(page, data={"value": "60", "seen": "45"})
    assert settings.value(cast.pessac, "presence_kept_days").value == 60
    inherits = administrator.post(page, data={"value": "", "seen": "45"}, headers=ENGLISH)
    assert "Somebody else set it to 60" in inherits.text
