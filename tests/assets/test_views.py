"""The pages of equipment: what each shows, refuses and keeps."""

import io
import re
from datetime import date

import pytest
from sqlalchemy import event, select

from inventory.assets import services
from inventory.assets.models import Asset, AssetRedirect
from inventory.assets.services import Handover
from inventory.assets.states import State
from inventory.core.database import db, transaction
from tests import factories
from tests.assets.conftest import ALICE

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def alice(place, sign_in):
    return sign_in(place.cast.alice)


@pytest.fixture
def bruno(place, sign_in):
    return sign_in(place.cast.bruno)


def text_of(answer):
    return answer.get_data(as_text=True)


def test_the_list_shows_the_scopes_equipment_and_no_other(place, laptop, alice):
    factories.create_asset(place.cast.pessac, place.laptop, tag="PES-000009")
    page = text_of(alice.get("/assets/", headers=ENGLISH))
    assert "LBX-000001" in page
    assert "PES-000009" not in page
    assert "1 item of equipment" in page


def test_a_long_name_may_break_behind_its_dots_and_says_nothing_of_that(place, alice):
    found = factories.create_asset(
        place.cast.le_bouscat, place.laptop, name="lbx-f00004.mairie.valclair.example"
    )
    page = text_of(alice.get(f"/assets/{found.public_id}"))
    assert "lbx-f00004.<wbr>mairie.<wbr>valclair.<wbr>example" in page
    assert "&lt;wbr" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lbx-000001", True),
        ("q=5cg1234", True),
        ("q=durand", True),
        ("q=dell", True),
        ("q=a0:b1:c2:d3:e4:f5", True),
        ("q=A0B1C2D3E4F5", True),
        ("q=nothing", False),
        ("q=%25", False),
        ("state=in_use", True),
        ("state=in_stock,on_loan", False),
        ("age=unknown", False),
        ("age=0", True),
        ("age=6%2B", False),
        ("age=over_life", False),
        ("warranty=unknown", True),
        ("unseen=never", True),
        ("unseen=30", False),
        ("holder=none", False),
        ("owner=LBX", True),
        ("owner=LBX-CCAS", False),
        ("in_scope=1", True),
        ("in_scope=0", False),
        ("as_of=2026-03-15", True),
        ("as_of=2026-03-15&state=in_stock", True),
        ("as_of=2026-03-15&holder=none", True),
        ("as_of=2025-12-31", False),
        ("as_of=nonsense", True),
    ],
)
def test_a_list_address_narrows_the_list(place, laptop, alice, query, found):
    from scanners.observation import Identifier

    with transaction():
        services.hand_over(laptop, Handover(on=date(2026, 4, 1)), actor=ALICE, person=place.marie)
        services.record_identifiers(
            laptop, [Identifier("mac", "a0:b1:c2:d3:e4:f5")], source="snmp", at=laptop.created_at
        )
    assert ("LBX-000001" in text_of(alice.get(f"/assets/?{query}", headers=ENGLISH))) is found


def test_a_category_code_and_a_place_narrow_the_list(place, laptop, alice):
    inside = factories.create_location(place.entity, place.room, name="Desk 3")
    with transaction():
        services.place(laptop, actor=ALICE, location=inside)
    assert "LBX-000001" in text_of(
        alice.get(f"/assets/?category={place.laptop.code}&place={place.room.public_id}")
    )
    other = factories.create_location(place.entity, name="Elsewhere")
    assert "LBX-000001" not in text_of(alice.get(f"/assets/?place={other.public_id}"))


def test_the_list_on_a_day_shows_what_held_then(place, laptop, alice):
    with transaction():
        services.change_state(laptop, State.RETIRED, actor=ALICE, on=date(2026, 5, 1))
    assert "in stock" in text_of(alice.get("/assets/?as_of=2026-04-01&q=LBX-000001", headers=ENGLISH))


def test_every_sort_works_and_pages_follow_on(place, alice):
    for _n in range(55):
        factories.create_asset(place.entity, place.laptop, name="same")
    for key in ("tag", "state", "model", "category", "holder", "serial", "age", "last_seen"):
        assert "1–50 of 55" in text_of(alice.get(f"/assets/?sort=-{key}", headers=ENGLISH)), key
    listing = text_of(alice.get("/assets/?sort=age", headers=ENGLISH))
    following = re.search(r'href="([^"]*after=[^"]*)"', listing).group(1).replace("&amp;", "&")
    assert "51–55 of 55" in text_of(alice.get(following, headers=ENGLISH))
    assert alice.get("/assets/?sort=nonsense&after=nonsense").status_code == 200


def test_the_list_costs_the_same_number_of_queries_whatever_its_rows(place, laptop, alice):
    def queries():
        seen = []
        event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        alice.get("/assets/")
        return len(seen)

    few = queries()
    for n in range(30):
        location = factories.create_location(place.entity, name=f"Room {n}x")
        holder = factories.create_person(place.entity, display_name=f"Holder {n}")
        model = factories.create_model(category_id=place.laptop.id)
        factories.create_asset(
            place.entity, None, model_id=model.id, location_id=location.id, holder_id=holder.id
        )
    assert queries() - few <= 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_all_rows_and_runs_nothing(place, alice, kind):
    for _n in range(60):
        factories.create_asset(place.entity, place.laptop, name='=HYPERLINK("x")')
    answer = alice.get(f"/assets/?format={kind}", headers=ENGLISH)
    if kind == "csv":
        lines = text_of(answer).strip().splitlines()
        assert len(lines) == 61
        assert "\"'=HYPERLINK" in lines[1]
    else:
        import zipfile

        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == 61


def test_a_page_shows_an_asset_with_its_history(place, laptop, alice):
    page = text_of(alice.get(f"/assets/{laptop.public_id}", headers=ENGLISH))
    assert "5CG1234XYZ" in page
    assert "in stock" in page


def test_a_page_tells_what_held_on_a_day(place, laptop, alice):
    with transaction():
        services.hand_over(laptop, Handover(on=date(2026, 4, 1)), actor=ALICE, person=place.marie)
        services.take_back(laptop, Handover(on=date(2026, 5, 1)), actor=ALICE)
    page = text_of(alice.get(f"/assets/{laptop.public_id}?on=2026-04-10", headers=ENGLISH))
    assert "As it was on 10 Apr 2026" in page
    then = page[page.index("As it was on 10 Apr 2026") :]
    assert "in service" in then[:1500]
    assert "Marie Durand" in then[:1500]
    assert "Its record begins later" in text_of(
        alice.get(f"/assets/{laptop.public_id}?on=2020-01-01", headers=ENGLISH)
    )
    assert "is no day" in text_of(alice.get(f"/assets/{laptop.public_id}?on=soon", headers=ENGLISH))


def test_a_foreign_asset_is_not_there(place, alice):
    foreign = factories.create_asset(place.cast.pessac, place.laptop)
    for address in ("", "/edit", "/move", "/hand-over", "/take-back", "/state/retired"):
        assert alice.get(f"/assets/{foreign.public_id}{address}").status_code == 404


def test_a_merged_asset_leads_to_what_it_became_part_of(place, laptop, alice):
    with transaction():
        db.session.add(AssetRedirect(public_id="gonegonegone", asset_id=laptop.id))
    answer = alice.get("/assets/gonegonegone")
    assert (answer.status_code, answer.location.endswith(laptop.public_id)) == (301, True)


def logged(place, **values):
    return {
        "entity": place.entity.public_id, "category": place.laptop.public_id, "state": "in_stock", "ownership": "owned",
        "usage": "staff", "price_tax": "excluded", "in_scope": "y", **values,
    }  # fmt: skip


def test_logging_equipment_numbers_it_in_the_entitys_sequence(place, laptop, alice):
    answer = alice.post(
        "/assets/new", data=logged(place, serial="5CG7777777", number_it="y", received_on="01/06/2026")
    )
    assert answer.status_code == 303
    made = db.session.scalar(select(Asset).where(Asset.serial == "5CG7777777"))
    assert (made.tag, made.received_on) == ("LBX-000002", date(2026, 6, 1))


def test_save_and_another_keeps_what_a_delivery_shares(place, alice):
    data = logged(place, serial="5CG7777777", another="1", order_number="BC-118", received_on="2026-06-01")
    answer = alice.post("/assets/new", data=data)
    page = text_of(alice.get(answer.location))
    assert "BC-118" in page
    assert "5CG7777777" not in page.partition("</main>")[0].partition("data-form")[2]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("serial", "To Be Filled By O.E.M."),
        ("received_on", "32/13/2026"),
        ("received_on", "2027-01-01"),
        ("price_cents", "much"),
        ("tag", "LBX-000001"),
        ("entity", "nowhere"),
        ("category", ""),
        ("model", "nothing"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(place, laptop, alice, field, value):
    answer = alice.post(
        "/assets/new", data=logged(place, description="kept <b>", **{field: value}) | {field: value}
    )
    assert answer.status_code == 422
    page = text_of(answer)
    assert f'id="{field}-error"' in page
    assert 'value="kept &lt;b&gt;"' in page


def test_an_entity_of_others_cannot_be_chosen(place, alice):
    answer = alice.post("/assets/new", data=logged(place) | {"entity": place.cast.pessac.public_id})
    assert answer.status_code == 422


def test_a_duplicate_is_warned_of_and_may_be_saved_knowingly(place, laptop, alice):
    data = logged(place, serial="5CG1234XYZ")
    answer = alice.post("/assets/new", data=data)
    assert answer.status_code == 422
    assert 'name="accept_duplicate"' in text_of(answer)
    assert f'href="/assets/{laptop.public_id}"' in text_of(answer)
    assert alice.post("/assets/new", data=data | {"accept_duplicate": "y"}).status_code == 303


def test_a_placeholder_may_not_be_saved_knowingly(place, laptop, alice):
    answer = alice.post("/assets/new", data=logged(place, serial="To be filled by O.E.M."))
    assert answer.status_code == 422
    assert 'name="accept_duplicate"' not in text_of(answer)


def test_a_double_in_a_commune_of_others_is_warned_of_without_a_word_of_it(place, alice):
    other = factories.create_asset(place.cast.pessac, place.laptop, serial="5CG9999XYZ", tag="PES-1")
    page = text_of(alice.post("/assets/new", data=logged(place, serial="5CG9999XYZ"), headers=ENGLISH))
    assert "Equipment of another entity has this serial number already." in page
    assert 'name="accept_duplicate"' in page
    assert other.public_id not in page
    assert "PES-1" not in page


def test_what_a_new_form_says_of_the_next_tag_follows_the_entity(place, alice):
    live = {**ENGLISH, "HX-Request": "true"}
    page = text_of(alice.get(f"/assets/fields?entity={place.entity.public_id}", headers=live))
    assert 'id="number_it-help" hx-swap-oob="true">The next one is LBX-00000' in page
    elsewhere = text_of(alice.get(f"/assets/fields?entity={place.cast.pessac.public_id}", headers=live))
    assert "The next one is PES" not in elsewhere


@pytest.mark.parametrize(
    ("name", "acts"),
    [("chloe", []), ("alice", ["hand-over", "take-back"]), ("bruno", ["bulk", "hand-over", "take-back"])],
)
def test_what_is_selected_is_acted_on_by_right(place, laptop, sign_in, name, acts):
    page = text_of(sign_in(getattr(place.cast, name)).get("/assets/"))
    assert re.findall(r'formaction="/assets/([a-z-]+)', page) == acts
    assert ('form="bulk"' in page) is bool(acts)


def edited(laptop, **values):
    return {
        "version": str(laptop.version), "tag": laptop.tag, "serial": laptop.serial, "category": laptop.category.public_id,
        "manufacturer": laptop.manufacturer.public_id, "ownership": "owned", "usage": "staff", "price_tax": "excluded",
        "in_scope": "y", **values,
    }  # fmt: skip


def test_an_edit_is_saved_and_pinned(place, laptop, alice):
    answer = alice.post(
        f"/assets/{laptop.public_id}/edit", data=edited(laptop, name="PC-042", price_cents="899,90")
    )
    assert answer.status_code == 303
    db.session.expire_all()
    assert (laptop.name, laptop.price_cents) == ("PC-042", 89990)
    page = text_of(alice.get(f"/assets/{laptop.public_id}", headers=ENGLISH))
    assert "Unpin: let scans change it" in page


def test_the_edit_form_shows_what_is_saved(place, laptop, alice):
    page = text_of(alice.get(f"/assets/{laptop.public_id}/edit"))
    assert f'value="{laptop.manufacturer.public_id}"' in page
    assert 'data-text="Dell"' in page


def test_a_stale_edit_shows_both_versions(place, laptop, alice):
    stale = edited(laptop, name="mine")
    alice.post(f"/assets/{laptop.public_id}/edit", data=edited(laptop, name="theirs"))
    answer = alice.post(f"/assets/{laptop.public_id}/edit", data=stale)
    assert answer.status_code == 409
    assert "mine" in text_of(answer)
    assert "theirs" in text_of(answer)


def test_pins_are_taken_off_and_put_on(place, laptop, alice):
    alice.post(f"/assets/{laptop.public_id}/pin/serial", data={"pinned": "1"})
    assert services.claims_of(laptop)["serial"][0].pinned
    alice.post(f"/assets/{laptop.public_id}/pin/serial", data={"pinned": "0"})
    db.session.expire_all()
    assert not services.claims_of(laptop)["serial"][0].pinned
    assert alice.post(f"/assets/{laptop.public_id}/pin/state", data={"pinned": "1"}).status_code == 409


def test_a_hand_over_and_a_take_back_by_form(place, laptop, alice):
    data = {"person": place.marie.public_id, "condition": "good", "on": "hier"}
    assert alice.post(f"/assets/{laptop.public_id}/hand-over", data=data).status_code == 303
    db.session.expire_all()
    assert (laptop.holder_id, laptop.state) == (place.marie.id, State.IN_SERVICE)
    data = {"location": place.room.public_id, "condition": "worn"}
    assert alice.post(f"/assets/{laptop.public_id}/take-back", data=data).status_code == 303
    db.session.expire_all()
    assert (laptop.holder_id, laptop.state, laptop.location_id) == (None, State.IN_STOCK, place.room.id)


def test_an_empty_hand_over_and_a_day_to_come_are_refused_beside_the_field(place, laptop, alice):
    answer = alice.post(f"/assets/{laptop.public_id}/hand-over", data={})
    assert (answer.status_code, 'id="person-error"' in text_of(answer)) == (422, True)
    data = {"person": place.marie.public_id, "on": "2026-06-20"}
    answer = alice.post(f"/assets/{laptop.public_id}/hand-over", data=data)
    assert (answer.status_code, 'id="on-error"' in text_of(answer)) == (422, True)
    assert 'data-text="Marie Durand"' in text_of(answer)


def test_what_cannot_be_handed_over_says_so_before_anything_is_typed(place, alice):
    gone = factories.create_asset(place.entity, place.laptop, state="retired")
    assert "cannot be handed over" in text_of(
        alice.get(f"/assets/{gone.public_id}/hand-over", headers=ENGLISH)
    )
    assert "Nobody holds it" in text_of(alice.get(f"/assets/{gone.public_id}/take-back", headers=ENGLISH))


def test_a_technician_repairs_and_a_manager_retires(place, laptop, alice, bruno):
    assert alice.post(f"/assets/{laptop.public_id}/state/in_repair", data={}).status_code == 303
    assert alice.post(f"/assets/{laptop.public_id}/state/retired", data={}).status_code == 403
    assert bruno.post(f"/assets/{laptop.public_id}/state/retired", data={"on": "today"}).status_code == 303
    answer = bruno.post(f"/assets/{laptop.public_id}/state/disposed", data={"disposal_route": ""})
    assert (answer.status_code, 'id="disposal_route-error"' in text_of(answer)) == (422, True)
    assert bruno.get(f"/assets/{laptop.public_id}/state/on_order").status_code == 409
    assert bruno.get(f"/assets/{laptop.public_id}/state/nonsense").status_code == 404


def test_the_menu_offers_only_what_the_role_may_do(place, laptop, alice, sign_in):
    assert "/state/retired" not in text_of(alice.get(f"/assets/{laptop.public_id}"))
    page = text_of(sign_in(place.cast.chloe).get(f"/assets/{laptop.public_id}"))
    assert "/state/" not in page
    assert "/edit" not in page


def test_a_move_by_form(place, laptop, alice):
    data = {"entity": place.cast.ccas.public_id, "location": place.room.public_id, "note": "for the desk"}
    assert alice.post(f"/assets/{laptop.public_id}/move", data=data).status_code == 303
    db.session.expire_all()
    assert (laptop.entity_id, laptop.location_id) == (place.cast.ccas.id, place.room.id)
    data = {"entity": place.cast.pessac.public_id}
    assert alice.post(f"/assets/{laptop.public_id}/move", data=data).status_code == 422


def test_a_picker_finds_equipment_of_the_scope(place, laptop, alice, sign_in):
    assert alice.get("/assets/search?q=5cg").json["items"][0]["text"] == "LBX-000001"
    assert sign_in(place.cast.oscar).get("/assets/search?q=5cg").json["items"] == []


def test_a_person_and_a_place_show_their_equipment(place, laptop, alice):
    with transaction():
        services.hand_over(laptop, Handover(), actor=ALICE, person=place.marie, location=place.room)
    assert "LBX-000001" in text_of(alice.get(f"/people/{place.marie.public_id}"))
    assert "LBX-000001" in text_of(alice.get(f"/places/{place.room.public_id}"))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=cmd()", "\x00\x07bell", "x" * 5000, "é" * 300]
)
def test_hostile_text_changes_nothing_but_itself(place, laptop, alice, text):
    answer = alice.post(f"/assets/{laptop.public_id}/edit", data=edited(laptop, name=text))
    assert answer.status_code in (303, 422)
    page = alice.get(f"/assets/{laptop.public_id}")
    assert page.status_code == 200
    assert "<script>alert" not in text_of(page)
    assert (
        alice.get("/assets/", query_string={"q": text, "state": text, "place": text, "age": text}).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("text", "kept"), [("exe\u202egpj", "exegpj"), ("Z" + "\u0301" * 9, "Ź\u0301\u0301"), ("bell", "bell")]
)
def test_signs_that_hide_or_reorder_text_are_taken_out_and_that_is_said(place, laptop, alice, text, kept):
    sent = edited(laptop, name=text)
    answer = alice.post(f"/assets/{laptop.public_id}/edit", data=sent, headers=ENGLISH, follow_redirects=True)
    assert laptop.name == kept
    assert ("they were taken out" in text_of(answer)) is (text != kept)
