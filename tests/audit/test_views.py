"""The pages of change sets: what changed, and its undoing as one."""

import re
from decimal import Decimal
from types import SimpleNamespace

import pytest

from inventory.assets import services as assets
from inventory.assets.states import SourceKind
from inventory.audit.models import ChangeSetKind
from inventory.audit.services import change_set
from inventory.catalog.kinds import Kind
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.fields import services as fields
from inventory.fields import values
from inventory.fields.kinds import FieldKind
from tests import factories
from tests.once import once

RUN = Actor("run", "run000000000", "Night scan")


@pytest.fixture
def night(cast):
    """A scan of Le Bouscat that set the firmware of a laptop."""
    laptop = factories.create_asset(cast.le_bouscat, tag="LBX-000001")
    said = assets.Said(SourceKind.SNMP, "Night scan", clock.now())
    with (
        transaction(),
        change_set(ChangeSetKind.RUN, "Night scan", actor=RUN, entity_id=cast.le_bouscat.id) as own,
    ):
        assets.set_from_source(laptop, {"firmware": "T70"}, said, actor=RUN)
    return SimpleNamespace(cast=cast, laptop=laptop, address=f"/changes/{own.public_id}", set=own)


def page_of(browser, address):
    return browser.get(address, headers={"Accept-Language": "en"}).get_data(as_text=True)


def test_a_reader_sees_what_a_run_changed(night, sign_in):
    reader = sign_in(night.cast.chloe)
    assert "Night scan" in page_of(reader, "/changes/")
    page = page_of(reader, night.address)
    assert "LBX-000001" in page
    assert "T70" in page
    assert "/undo" not in page
    assert reader.get(f"{night.address}/undo").status_code == 403


def test_a_scan_is_named_once_and_not_as_its_own_maker_again(night, sign_in):
    reader = sign_in(night.cast.chloe)
    row = re.search(r"<tr[^>]* data-row.*?</tr>", page_of(reader, "/changes/"), re.DOTALL)[0]
    assert "A scan" in row
    assert row.count("Night scan") == 1
    assert "A scan ·" in page_of(reader, night.address)


def test_another_commune_sees_nothing_of_it(night, sign_in):
    oscar = sign_in(night.cast.oscar)
    assert "Night scan" not in page_of(oscar, "/changes/")
    assert oscar.get(night.address).status_code == 404


def test_a_manager_previews_and_undoes_it_as_one(night, sign_in):
    manager = sign_in(night.cast.bruno)
    assert "1 change is taken back" in page_of(manager, f"{night.address}/undo")
    assert night.laptop.firmware == "T70"
    assert manager.post(f"{night.address}/undo").status_code == 303
    db.session.expire_all()
    assert night.laptop.firmware is None
    assert "Undone" in page_of(manager, night.address)
    assert manager.post(f"{night.address}/undo").status_code == 409


def test_what_changed_since_is_named_and_nothing_is_undone(night, sign_in):
    with transaction():
        assets.update_asset(night.laptop, {"firmware": "T99"}, actor=Actor("user", "x", "Alice"))
    manager = sign_in(night.cast.bruno)
    page = page_of(manager, f"{night.address}/undo")
    assert "1 thing has changed since" in page
    answer = manager.post(f"{night.address}/undo", headers={"Accept-Language": "en"})
    assert answer.status_code == 409
    for shown in (page, answer.get_data(as_text=True)):
        assert (
            f'<a href="/assets/{night.laptop.public_id}">LBX-000001</a><span class="hint">Firmware</span>'
            in shown
        )
    db.session.expire_all()
    assert night.laptop.firmware == "T99"


def test_a_custom_value_that_changed_since_is_named_by_its_field_beside_its_thing(night, sign_in):
    alice = Actor("user", "x", "Alice")
    with transaction():
        size = fields.create_field(
            {"home": "asset", "home_id": "", "kind": FieldKind.NUMBER, "label": "Inches"}, actor=alice
        )
        lot = fields.create_field(
            {"home": "asset", "home_id": "", "kind": FieldKind.TEXT, "label": "Lot"}, actor=alice
        )
    entity_id = night.cast.le_bouscat.id
    with transaction(), change_set(ChangeSetKind.BULK, "Filled in", actor=alice, entity_id=entity_id) as own:
        values.save(
            "asset", night.laptop, [size, lot], {size.key: Decimal("12.5"), lot.key: "A"}, actor=alice
        )
    with transaction():
        values.save("asset", night.laptop, [size], {size.key: Decimal(13)}, actor=alice)
    page = page_of(sign_in(night.cast.bruno), f"/changes/{own.public_id}/undo")
    assert "1 thing has changed since" in page
    assert (
        f'<a href="/assets/{night.laptop.public_id}">LBX-000001</a><span class="hint">Inches</span>' in page
    )


@pytest.mark.parametrize(
    ("since", "named"),
    [({"category_id": "b"}, "Category"), ({"order_number": "B"}, "Order number"), ({}, "Who said it")],
)
def test_what_differs_is_named_in_words_and_never_as_a_column(cast, sign_in, since, named):
    laptop = factories.create_asset(cast.le_bouscat, tag="LBX-000001")
    desktop = factories.create_category(Kind.DESKTOP).id
    people = Actor("user", "a", "Alice"), Actor("user", "b", "Bruno")
    values = {"category_id": desktop, "order_number": "A"}
    with (
        transaction(),
        change_set(ChangeSetKind.BULK, "Bulk", actor=people[0], entity_id=cast.le_bouscat.id) as own,
    ):
        assets.update_asset(laptop, values, actor=people[0])
    later = {
        name: factories.create_category(Kind.TABLET).id if value == "b" else value
        for name, value in since.items()
    }
    for change in (later,) if since else ({"order_number": "B"}, {"order_number": "A"}):
        with transaction():
            assets.update_asset(laptop, change, actor=people[1])
    page = page_of(sign_in(cast.bruno), f"/changes/{own.public_id}/undo")
    (told,) = re.findall(r'<span class="hint">([^<]+)</span></li>', page)
    assert named in told
    assert "Category id" not in told


def test_a_set_that_touches_another_commune_needs_the_right_there_too(night, sign_in):
    foreign = factories.create_asset(night.cast.pessac, tag="PES-000001")
    said = assets.Said(SourceKind.SNMP, "Night scan", clock.now())
    entity_id = night.cast.le_bouscat.id
    with transaction(), change_set(ChangeSetKind.RUN, "Both", actor=RUN, entity_id=entity_id) as both:
        assets.set_from_source(foreign, {"firmware": "T70"}, said, actor=RUN)
    manager = sign_in(night.cast.bruno)
    assert "PES-000001" not in page_of(manager, f"/changes/{both.public_id}")
    assert manager.post(f"/changes/{both.public_id}/undo").status_code == 404
    assert sign_in(night.cast.diane).post(f"/changes/{both.public_id}/undo").status_code == 303


def test_a_set_of_no_single_entity_is_the_administrators(night, sign_in):
    with transaction(), change_set(ChangeSetKind.BULK, "Everywhere", actor=RUN) as own:
        pass
    assert sign_in(night.cast.bruno).get(f"/changes/{own.public_id}").status_code == 404
    assert sign_in(night.cast.diane).get(f"/changes/{own.public_id}").status_code == 200


@pytest.fixture
def long_night(database):
    """A scan of Le Bouscat that set the firmware of 120 laptops."""
    return once(_long_night)


def _long_night():
    cast = once(factories.create_cast)
    category = factories.create_category()
    said = assets.Said(SourceKind.SNMP, "Night scan", clock.now())
    with transaction():
        laptops = [
            factories.create_asset(cast.le_bouscat, category, tag=f"LBX-{n:06d}") for n in range(100, 220)
        ]
    entity_id = cast.le_bouscat.id
    with transaction(), change_set(ChangeSetKind.RUN, "Long night", actor=RUN, entity_id=entity_id) as own:
        for laptop in laptops:
            assets.set_from_source(laptop, {"firmware": "T70"}, said, actor=RUN)
    return SimpleNamespace(cast=cast, address=f"/changes/{own.public_id}")


def tags_in(page):
    return re.findall(r">(LBX-\d{6})\s?:", page)


def test_a_large_set_is_read_piece_by_piece_to_its_end(long_night, sign_in):
    browser, address, seen = sign_in(long_night.cast.bruno), long_night.address, []
    while address:
        page = page_of(browser, address)
        assert len(tags_in(page)) <= 50
        seen += tags_in(page)
        further = re.search(r'href="([^"]*after=\d+)"', page)
        address = further and further[1].replace("&amp;", "&")
    assert seen == [f"LBX-{n:06d}" for n in range(100, 220)]


def test_what_follows_comes_without_the_page_around_it(long_night, sign_in):
    answer = sign_in(long_night.cast.bruno).get(long_night.address, headers={"HX-Request": "true"})
    page = answer.get_data(as_text=True)
    assert "<html" not in page
    assert len(tags_in(page)) == 50


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "1;drop"])
def test_a_place_that_is_none_begins_at_the_top(long_night, sign_in, after):
    page = page_of(sign_in(long_night.cast.bruno), f"{long_night.address}?after={after}")
    assert tags_in(page)[0] == "LBX-000100"


def test_a_set_is_searched_and_exported_in_the_journal(long_night, sign_in):
    browser = sign_in(long_night.cast.diane)
    address = f"/journal/?set={long_night.address.rpartition('/')[2]}"
    assert address in page_of(browser, long_night.address)
    rows = page_of(browser, f"{address}&format=csv").strip().splitlines()
    assert len(rows) == 1 + 120
    assert "LBX-000150" in page_of(browser, f"{address}&of=000150")


def test_a_journal_of_a_commune_shows_no_set_of_another(long_night, sign_in):
    outsider = factories.create_user(Role.ADMINISTRATOR, long_night.cast.pessac)
    address = f"/journal/?set={long_night.address.rpartition('/')[2]}"
    assert "LBX-000150" not in page_of(sign_in(outsider), address)


@pytest.mark.parametrize(
    ("asked", "found"),
    [("by=night", True), ("by=nobody", False), ("made=run", True), ("made=user", False), ("of=000001", True)],
)
def test_the_journal_narrows_by_who_made_a_change_and_of_what(night, sign_in, asked, found):
    page = page_of(sign_in(night.cast.diane), f"/journal/?act=updated&noun=asset&{asked}")
    assert ("T70" in page) is found
