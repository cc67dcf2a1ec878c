"""Searching any noun: by identifier, by words, by mistyped words, in one's own scope."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from inventory.applications.models import Application
from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.states import IdentifierKind, SourceKind
from inventory.core.access import Scope
from inventory.core.database import db, transaction
from inventory.search import queries, services, store
from inventory.search.models import SearchDocument
from tests import factories


@pytest.fixture
def scope(cast: factories.Cast) -> Scope:
    """Le Bouscat with its social centre."""
    return Scope(frozenset({cast.le_bouscat.id, cast.ccas.id}))


@pytest.fixture
def laptop(cast: factories.Cast) -> Any:
    """A laptop with a tag, a serial, addresses and a holder."""
    holder = factories.create_person(
        cast.le_bouscat, display_name="Gaëlle Dupont-Évrard", email="g.dupont@bouscat.example"
    )
    model = factories.create_model(factories.create_manufacturer(name="Lenovo"), name="ThinkPad T14")
    made = factories.create_asset(
        cast.le_bouscat, tag="LBX-004512", serial="PF3ABC12", holder_id=holder.id, model_id=model.id,
        manufacturer_id=model.manufacturer_id,
    )  # fmt: skip
    with transaction():
        for kind, value in ((IdentifierKind.MAC, "00:1b:44:11:3a:b7"), (IdentifierKind.IP, "10.20.1.5")):
            db.session.add(AssetIdentifier(asset_id=made.id, kind=kind, value=value, source=SourceKind.SNMP))
    return made


def titles(text: str, scope: Scope, **arguments: Any) -> list[str]:
    found = queries.find(text, scope, **arguments)
    return [document.title for group in found.groups for document in group.documents]


@pytest.mark.parametrize(
    "text",
    ["LBX-004512", "lbx004512", "lbx-0045", "4512", "PF3ABC12", "pf3a", "bc12", "00:1b:44:11:3a:b7", "001B.4411.3AB7",
     "00-1B-44", "10.20.1.5", "10.20.1", "gaelle", "GAËLLE dup", "evrard thinkpad", "lenovo t14"],
)  # fmt: skip
def test_equipment_is_found_by_any_of_its_names(laptop, scope, text):
    assert "LBX-004512" in titles(text, scope)


PARTS = ["11:3a:b7", "113ab7", "11-3A-B7", "11 3a b7", "3a:b7", "44:11:3a", "44113a", "1b:44", "4411.3ab7", ":11:3a:b7",
         "1b:44:11:3a:b7", "1b44113ab7", "44:11:3a:b7"]  # fmt: skip


@pytest.mark.parametrize("text", PARTS)
def test_equipment_is_found_by_any_bytes_of_its_mac_address(laptop, scope, text):
    assert titles(text, scope) == ["LBX-004512"]


@pytest.mark.parametrize("text", PARTS)
def test_the_list_keeps_it_by_those_bytes_too(laptop, scope, text):
    other = factories.create_asset(laptop.entity, tag="LBX-9")
    kept = db.session.scalars(select(Asset.id).where(queries.matching("asset", Asset.id, text))).all()
    assert kept == [laptop.id] != [other.id]


def test_bytes_with_colons_are_not_read_as_words(laptop, scope):
    factories.create_asset(laptop.entity, tag="LBX-11-3", name="3a b7")
    assert titles("11:3a:b7", scope) == ["LBX-004512"]
    assert set(titles("11-3a-b7", scope)) == {"LBX-004512", "LBX-11-3"}
    kept = select(Asset.tag).where(queries.matching("asset", Asset.id, "11:3a:b7"))
    assert db.session.scalars(kept).all() == ["LBX-004512"]


@pytest.mark.parametrize("text", ["b4:41", "1b:11", "44:3a:b7", "441b11", "11:3a:b8", "b7:00"])
def test_other_bytes_find_nothing(laptop, scope, text):
    assert "LBX-004512" not in titles(text, scope)


def test_an_address_that_ends_in_letters_is_found_by_its_end(cast, scope):
    asset = factories.create_asset(cast.le_bouscat, tag="LBX-7")
    with transaction():
        db.session.add(
            AssetIdentifier(
                asset_id=asset.id,
                kind=IdentifierKind.BASE_MAC,
                value="00:0d:b4:de:ca:fe",
                source=SourceKind.SNMP,
            )
        )
    assert titles("de:ca:fe", scope) == titles("DECAFE", scope) == ["LBX-7"]


@pytest.mark.parametrize(
    "text", ["gaelle thinkstation", "10.20.15", "x", "", "%", '"', "''", "a' OR 1=1", "NOT *", "  "]
)
def test_what_matches_nothing_finds_nothing(laptop, scope, text):
    assert "LBX-004512" not in titles(text, scope)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("dupnot", "dupont"),
        ("gaele dupon", "gaelle dupont"),
        ("pf3bac12", "pf3abc12"),
        ("gaele 4512", "gaelle 4512"),
    ],
)
def test_a_mistyped_word_is_guessed_and_said(laptop, scope, text, meant):
    found = queries.find(text, scope)
    assert "LBX-004512" in titles(text, scope)
    assert found.guessed == meant.split()


def test_results_are_grouped_by_noun_those_that_are_called_so_first(laptop, scope):
    """Who bears a name comes before what they hold; else equipment does."""
    for words, nouns in (("dupont", ["person", "asset"]), (laptop.tag, ["asset"])):
        assert [group.searchable.noun for group in queries.find(words, scope).groups] == nouns


def test_two_people_of_one_name_are_told_by_their_commune(cast, database):
    for entity in (cast.le_bouscat, cast.pessac):
        factories.create_person(entity, display_name="Agnès Imbert")
        factories.create_location(entity, name="Hôtel de ville")
    everywhere = Scope(frozenset({cast.le_bouscat.id, cast.pessac.id}))
    for words in ("agnes imbert pessac", "hotel de ville pessac"):
        ((document,),) = [group.documents for group in queries.find(words, everywhere).groups]
        assert "Pessac" in document.subtitle


def test_nothing_of_another_entity_is_found(cast, laptop):
    elsewhere = Scope(frozenset({cast.pessac.id}))
    assert titles("LBX-004512", elsewhere) == []
    assert titles("gaelle", elsewhere) == []
    assert queries.exactly("LBX-004512", elsewhere) is None


def test_the_catalogue_is_found_by_everybody(cast, laptop):
    assert "ThinkPad T14" in titles("thinkpad", Scope(frozenset({cast.pessac.id})))


def test_an_application_is_found_by_who_uses_it(cast, database):
    from inventory.applications.models import ApplicationUse

    with transaction():
        row = Application(entity_id=cast.le_bouscat.id, name="Ciril Finances")
        db.session.add(row)
        db.session.flush()
        db.session.add(
            ApplicationUse(application_id=row.id, entity_id=cast.ccas.id, since_on=factories.clock.today())
        )
    assert titles("ciril", Scope(frozenset({cast.ccas.id}))) == ["Ciril Finances"]
    assert titles("ciril", Scope(frozenset({cast.pessac.id}))) == []


def test_an_exact_identifier_leads_to_its_only_owner(cast, laptop, scope):
    found = queries.exactly(" lbx-004512 ", scope)
    assert found is not None
    assert (found.noun, found.argument) == ("asset", laptop.public_id)
    assert (
        queries.exactly(f"https://parc.example/assets/{laptop.public_id}?entity=LBX", scope).row_id
        == laptop.id
    )
    assert queries.exactly("LBX-0045", scope) is None


def test_an_identifier_of_two_is_not_jumped_to(cast, laptop, scope):
    factories.create_asset(cast.ccas, serial="PF3ABC12")
    assert queries.exactly("PF3ABC12", scope) is None
    assert len(titles("PF3ABC12", scope)) == 2


def test_what_has_left_the_fleet_comes_last(cast, laptop, scope):
    factories.create_asset(cast.le_bouscat, tag="AAA-1", name="dupont", state="retired")
    assert titles("dupont", scope, noun="asset") == ["LBX-004512", "AAA-1"]


def test_a_limited_group_says_that_there_is_more(cast, scope):
    for _each in range(4):
        factories.create_asset(cast.le_bouscat, name="Portable")
    group = queries.find("portable", scope, limit=3).groups[0]
    assert (len(group.documents), group.more, group.count) == (3, True, 4)


def test_how_many_there_are_is_not_said_where_not_all_were_read(cast, scope, monkeypatch):
    monkeypatch.setattr(queries, "RANKED", 3)
    for _each in range(5):
        factories.create_asset(cast.le_bouscat, name="Portable")
    group = queries.find("portable", scope, limit=2).groups[0]
    assert (group.more, group.count) == (True, None)


@pytest.mark.parametrize("latest", [2, 4, 600])
def test_two_letters_find_the_newest_wherever_they_stand_among_the_latest(cast, scope, monkeypatch, latest):
    monkeypatch.setattr(store, "LATEST", latest)
    monkeypatch.setattr(queries, "RANKED", 2)
    for number, name in enumerate(("Delta", "Delphi", "Omega", "Dell", "Sigma")):
        factories.create_asset(cast.le_bouscat, tag=f"{number}", name=name)
    found = queries.find("de", scope, limit=6).groups
    ids = [
        asset.id
        for asset in db.session.scalars(select(Asset).where(Asset.name.in_(["Delta", "Delphi", "Dell"])))
    ]
    assert sorted(document.row_id for group in found for document in group.documents) == sorted(ids)


def test_a_list_is_narrowed_by_the_same_words(laptop):
    def listed(text: str) -> list[str]:
        return list(db.session.scalars(select(Asset.tag).where(queries.matching("asset", Asset.id, text))))

    assert listed("gaelle t14") == ["LBX-004512"]
    assert listed("bc12") == ["LBX-004512"]
    assert listed("gaelle t15") == []


def test_building_the_index_again_changes_nothing(laptop, scope):
    def said() -> list[Any]:
        columns = (SearchDocument.noun, SearchDocument.row_id, SearchDocument.title, SearchDocument.subtitle)
        return sorted(db.session.execute(select(*columns)))

    before = said()
    with transaction():
        db.session.delete(
            db.session.scalars(select(SearchDocument).where(SearchDocument.noun == "person")).one()
        )
    services.rebuild()
    assert said() == before
    assert "LBX-004512" in titles("dupnot", scope)


def test_a_document_without_its_row_is_forgotten_when_the_index_is_built(database, scope):
    with transaction():
        db.session.add(
            SearchDocument(
                id=987 * 64 + 2, noun="person", row_id=987, argument="x", title="Nobody", digest=""
            )
        )
    services.rebuild()
    assert db.session.scalar(select(SearchDocument.id).where(SearchDocument.row_id == 987)) is None


def test_who_is_called_so_and_nothing_more_comes_before_who_is_called_so_among_other_words(cast):
    everywhere = Scope(frozenset({cast.root.id, cast.le_bouscat.id, cast.ccas.id, cast.pessac.id}))
    assert titles("bouscat", everywhere, noun="entity")[:2] == ["CCAS du Bouscat", "Le Bouscat"]
    assert titles("le bouscat", everywhere, noun="entity") == ["Le Bouscat"]
    factories.create_entity(cast.root, name="Bouscat", code="BOU")
    assert titles("bouscat", Scope(everywhere.entity_ids, whole=True), noun="entity")[0] == "Bouscat"
