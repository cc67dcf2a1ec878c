"""What can be done to entities, places and people, and what is refused."""

from __future__ import annotations

import pytest

from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused, Stale
from inventory.organization import queries, services
from inventory.organization.models import EntityKind, LocationKind
from inventory.organization.siret import is_siret
from tests import factories

BRUNO = Actor("user", "u1", "Bruno Petit")


def entity(parent, **values):
    given = {"name": "Bruges", "code": "BRU", "kind": EntityKind.COMMUNE, **values}
    with transaction():
        return services.create_entity(given, parent=parent, actor=BRUNO)


def moved(location, parent, **values):
    given = {"name": location.name, "kind": location.kind, **values}
    with transaction():
        return services.update_location(location, given, parent=parent, version=location.version, actor=BRUNO)


class TestEntity:
    def test_it_stands_below_its_parent_and_its_code_is_written_large(self, cast):
        bruges = entity(cast.root, code=" bru ")
        assert bruges.code == "BRU"
        assert bruges.path == f"{cast.root.path}{bruges.id}/"
        assert [row.code for row in queries.ancestors(bruges)] == ["BM"]

    def test_a_second_root_is_refused(self, cast):
        with pytest.raises(Refused, match="root entity already"):
            entity(None)

    @pytest.mark.parametrize("code", ["L", "NEW", "all", "a b", "É1", "THIRTEEN-LONG", "", None])
    def test_a_code_that_no_address_could_hold_is_refused(self, cast, code):
        with pytest.raises(Invalid) as refused:
            entity(cast.root, code=code)
        assert refused.value.field == "code"

    def test_a_code_is_given_once(self, cast):
        with pytest.raises(Invalid, match="LBX"):
            entity(cast.root, code="lbx")
        with pytest.raises(Invalid, match="PES"), transaction():
            services.update_entity(
                cast.le_bouscat, {"code": "PES"}, version=cast.le_bouscat.version, actor=BRUNO
            )

    def test_a_siret_is_kept_without_its_spaces_and_checked(self, cast):
        assert entity(cast.root, siret="213 300 692 00018").siret == "21330069200018"
        with pytest.raises(Invalid) as refused:
            entity(cast.root, code="EYS", siret="213 300 692 00019")
        assert refused.value.field == "siret"

    def test_what_was_saved_in_between_is_not_written_over(self, cast):
        with transaction():
            services.update_entity(
                cast.pessac, {"name": "Pessac-Alouette"}, version=cast.pessac.version, actor=BRUNO
            )
        with pytest.raises(Stale) as refused, transaction():
            services.update_entity(cast.pessac, {"name": "Ville de Pessac"}, version=1, actor=BRUNO)
        assert refused.value.current == {"name": "Pessac-Alouette"}
        assert refused.value.yours == {"name": "Ville de Pessac"}

    def test_a_setting_is_inherited_until_it_is_given_and_again_once_it_is_taken_away(self, cast):
        with transaction():
            services.set_setting(cast.le_bouscat, "service_life", 60, actor=BRUNO)
        assert services.setting(cast.ccas, "service_life") == 60
        with transaction():
            services.set_setting(cast.ccas, "service_life", 84, actor=BRUNO)
        assert services.setting(cast.ccas, "service_life") == 84
        assert services.setting(cast.pessac, "service_life", default=72) == 72
        with transaction():
            services.set_setting(cast.ccas, "service_life", None, actor=BRUNO)
        assert services.setting(cast.ccas, "service_life") == 60


class TestSiret:
    @pytest.mark.parametrize("digits", ["21330069200018", "35600000000048", "35600000049837"])
    def test_real_shapes_pass(self, digits):
        assert is_siret(digits)

    @pytest.mark.parametrize(
        "digits", ["21330069200081", "2133006920001", "213300692000181", "２1330069200018", ""]
    )
    def test_one_wrong_digit_shows(self, digits):
        assert not is_siret(digits)


class TestPlace:
    @pytest.fixture
    def hall(self, cast):
        return factories.create_location(cast.le_bouscat, name="Town hall", kind=LocationKind.BUILDING)

    @pytest.fixture
    def floor(self, cast, hall):
        return factories.create_location(cast.le_bouscat, hall, name="First floor", kind=LocationKind.FLOOR)

    @pytest.fixture
    def office(self, cast, floor):
        return factories.create_location(cast.le_bouscat, floor, name="Office 12")

    def test_its_whole_name_says_what_it_is_inside_of(self, office):
        assert queries.location_name(office) == "Town hall › First floor › Office 12"

    def test_what_is_inside_moves_with_it(self, cast, floor, office):
        annex = factories.create_location(cast.le_bouscat, name="Annex", kind=LocationKind.BUILDING)
        moved(floor, annex)
        assert queries.location_name(office) == "Annex › First floor › Office 12"
        moved(floor, None)
        assert queries.location_name(office) == "First floor › Office 12"

    def test_it_does_not_go_inside_itself(self, hall, office):
        for parent in (hall, office):
            with pytest.raises(Invalid) as refused:
                moved(hall, parent)
            assert refused.value.field == "parent"
        assert queries.location_name(office) == "Town hall › First floor › Office 12"

    def test_it_does_not_go_inside_a_place_of_another_entity(self, cast, office):
        other = factories.create_location(cast.pessac, name="Depot")
        with pytest.raises(Invalid, match="another entity"):
            moved(office, other)

    def test_two_of_one_name_do_not_stand_in_one_place(self, cast, floor, office):
        with pytest.raises(Invalid) as refused:
            factories.create_location(cast.le_bouscat, floor, name="Office 12")
        assert refused.value.field == "name"
        factories.create_location(cast.le_bouscat, name="Office 12")

    def test_a_place_saved_in_between_is_not_written_over(self, office):
        moved(office, office.parent, name="Office 12 bis")
        with pytest.raises(Stale), transaction():
            services.update_location(
                office,
                {"name": "Office 13", "kind": office.kind},
                parent=office.parent,
                version=1,
                actor=BRUNO,
            )


class TestPerson:
    def test_the_name_shown_is_made_of_the_two_names_unless_it_is_given(self, cast):
        assert (
            factories.create_person(
                cast.le_bouscat, display_name="", given_name="Ana", family_name="Roy"
            ).display_name
            == "Ana Roy"
        )
        with pytest.raises(Invalid) as refused:
            factories.create_person(cast.le_bouscat, display_name="", given_name="", family_name=None)
        assert refused.value.field == "display_name"

    def test_a_directory_does_not_change_what_a_person_typed(self, cast):
        ana = factories.create_person(cast.le_bouscat, display_name="Ana Roy", phone="05 56 00 00 00")
        with transaction():
            services.update_person(ana, {"phone": "05 56 11 11 11"}, version=ana.version, actor=BRUNO)
        with transaction():
            services.update_person(
                ana, {"phone": "05 56 22 22 22", "title": "Mayor"}, version=None, actor=SYSTEM
            )
        assert (ana.phone, ana.title) == ("05 56 11 11 11", "Mayor")

    def test_a_directory_guid_names_one_person(self, cast):
        factories.create_person(cast.le_bouscat, directory_guid="3f2504e0-4f89-11d3-9a0c-0305e82c3301")
        with pytest.raises(Refused, match="GUID"):
            factories.create_person(cast.pessac, directory_guid="3f2504e0-4f89-11d3-9a0c-0305e82c3301")
        db.session.rollback()
