"""Logging several things at once: each line is judged before saving, all are logged or none, and it is undone as one."""

import io
from datetime import date

import pytest

from inventory.assets import services
from inventory.assets.models import Asset
from inventory.audit.models import ChangeSet
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid
from inventory.fields import services as custom_fields
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomValue
from tests import factories
from tests.assets.conftest import ALICE

ENGLISH = {"Accept-Language": "en"}
LIVE = {**ENGLISH, "HX-Request": "true"}


@pytest.fixture
def alice(place, sign_in):
    return sign_in(place.cast.alice)


@pytest.fixture
def latitude(place):
    return factories.create_model(place.maker, name="Latitude 5540", category_id=place.laptop.id)


def delivery(place, model, serials, **given):
    return {
        "model": model.public_id, "entity": place.entity.public_id, "state": "in_stock", "ownership": "owned",
        "usage": "staff", "price_tax": "excluded", "number_them": "y", "serials": serials, **given,
    }  # fmt: skip


def count():
    return db.session.query(Asset).count()


def judged(place, text, maker=None):
    lines = services.check_lines(services.read_lines(text), maker and maker.id, place.entity.id)
    return [line.problem and str(line.problem) for line in lines]


def test_each_line_is_judged(place, laptop):
    found = judged(
        place,
        "5CG1111AAA\nTo Be Filled By O.E.M.\n\n5cg1111aaa\n5CG1234XYZ\nCND222\tLBX-000001\n",
        place.maker,
    )
    assert found[0] is None
    assert "placeholder" in found[1]
    assert "line 1" in found[2]
    assert "LBX-000001 has this serial" in found[3]
    assert "is taken" in found[4]


def test_the_same_serial_of_another_maker_is_no_double(place, laptop):
    assert judged(place, "5CG1234XYZ", factories.create_manufacturer()) == [None]


def test_too_many_and_none_are_refused(database):
    with pytest.raises(Invalid):
        services.read_lines("\n".join(f"S{n}" for n in range(501)))
    with pytest.raises(Invalid):
        services.read_lines("  \n")
    assert len(services.read_lines("", 3)) == 3


def test_a_delivery_is_logged_with_tags_in_sequence_and_undone_by_who_logged_it(
    place, laptop, latitude, alice
):
    answer = alice.post("/assets/several", data=delivery(place, latitude, "AAAA1111\nAAAA2222;STICKER-7\nAAAA3333",
                                                          price_cents="987,50", received_on="01/06/2026"), headers=ENGLISH)  # fmt: skip
    assert answer.status_code == 303
    made = db.session.query(Asset).filter(Asset.serial.startswith("AAAA")).order_by(Asset.serial).all()
    assert [asset.tag for asset in made] == ["LBX-000002", "STICKER-7", "LBX-000003"]
    assert {(asset.price_cents, asset.received_on, asset.category_id) for asset in made} == {
        (98750, date(2026, 6, 1), place.laptop.id)
    }
    page = alice.get(answer.headers["Location"], headers=ENGLISH).get_data(as_text=True)
    assert "3 items are logged." in page
    opened = db.session.query(ChangeSet).one()
    assert all(asset.public_id in page for asset in made)
    assert laptop.public_id not in page.partition("</main>")[0].partition('id="listing"')[2]
    assert opened.title in page
    assert f"/assets/?change={opened.public_id}" in alice.get(f"/changes/{opened.public_id}").get_data(
        as_text=True
    )
    back = alice.post(f"/changes/own/{opened.public_id}/undo", data={"next": "/assets/"})
    assert back.status_code == 303
    assert count() == 1


def test_what_a_delivery_shares_in_custom_fields_is_undone_with_it(place, latitude, alice):
    with transaction():
        given = {"home": "asset", "home_id": "", "label": "Lot", "kind": FieldKind.TEXT}
        lot = custom_fields.create_field(given, actor=ALICE)
    alice.post("/assets/several", data=delivery(place, latitude, "AAAA1111\nAAAA2222", **{lot.key: "2026-7"}))
    assert [row.text for row in db.session.query(CustomValue)] == ["2026-7", "2026-7"]
    alice.post(f"/changes/own/{db.session.query(ChangeSet).one().public_id}/undo", data={"next": "/assets/"})
    assert (count(), db.session.query(CustomValue).count()) == (0, 0)


def test_a_delivery_is_not_undone_over_what_was_attached_to_it_since(place, latitude, alice):
    alice.post("/assets/several", data=delivery(place, latitude, "AAAA1111\nAAAA2222"))
    first, second = db.session.query(Asset).order_by(Asset.serial)
    alice.post(f"/notes/on/asset/{first.public_id}", data={"text": "Charger missing."})
    note = {"file": (io.BytesIO(b"Order 12"), "order.txt")}
    alice.post(f"/files/on/asset/{second.public_id}", data=note, content_type="multipart/form-data")
    undo = f"/changes/own/{db.session.query(ChangeSet).one().public_id}/undo"
    refused = alice.post(undo, data={"next": "/assets/"}, headers=ENGLISH)
    assert (refused.status_code, count()) == (409, 2)
    for asset, what in ((first, "Note"), (second, "File")):
        assert f'{asset.label}</a><span class="hint">{what}</span>' in refused.get_data(as_text=True)


def test_one_wrong_line_keeps_all_out_and_all_that_was_typed(place, laptop, latitude, alice):
    answer = alice.post(
        "/assets/several", data=delivery(place, latitude, "BBBB1111\n5CG1234XYZ"), headers=ENGLISH
    )
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "BBBB1111" in page
    assert "LBX-000001 has this serial number already." in page
    assert "Correct or remove these lines: 2." in page
    assert count() == 1


def test_lines_are_judged_while_they_are_typed_and_nothing_is_saved(place, laptop, latitude, alice):
    page = alice.post(
        "/assets/several/check", data=delivery(place, latitude, "CCCC1111\n5CG1234XYZ"), headers=LIVE
    )
    assert "1 line needs a correction" in page.get_data(as_text=True)
    fine = alice.post(
        "/assets/several/check", data=delivery(place, latitude, "CCCC1111\nCCCC2222"), headers=LIVE
    )
    assert "2 lines, nothing speaks against them" in fine.get_data(as_text=True)
    assert count() == 1


def test_what_is_like_a_thing_begins_with_what_it_has(place, laptop, alice):
    page = alice.get(f"/assets/several?like={laptop.public_id}").get_data(as_text=True)
    assert place.entity.public_id in page
    assert "5CG1234XYZ" not in page
    assert alice.get("/assets/several?like=0000000000aa").status_code == 404


def test_the_tags_of_a_social_centre_do_not_hide_those_of_its_commune(place, laptop):
    for n in range(1, 104):
        factories.create_asset(place.cast.ccas, place.laptop, tag=f"LBX-CCAS-{n:06d}")
    with transaction():
        assert services.take_tags(place.entity, 2) == ["LBX-000002", "LBX-000003"]
        assert services.next_tag(place.cast.ccas) == "LBX-CCAS-000104"


def test_nobody_logs_for_another_commune(place, latitude, alice):
    asked = delivery(place, latitude, "DDDD1111", entity=place.cast.pessac.public_id)
    assert alice.post("/assets/several", data=asked).status_code == 422
    with pytest.raises(Invalid), transaction():
        services.log_delivery(
            {"entity_id": place.entity.id}, services.read_lines("X1234"), actor=ALICE, title="x"
        )
