"""The pages of the catalogue and suppliers: all read, the administrator writes."""

import re

import pytest
from sqlalchemy import select

from inventory.catalog import services
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.database import db, transaction
from inventory.procurement.models import Supplier
from inventory.procurement.services import is_siret
from tests import factories

pytestmark = pytest.mark.any_store

PAGES = ("/catalog/models", "/catalog/categories", "/catalog/manufacturers", "/suppliers/")


@pytest.fixture
def diane(cast, sign_in):
    return sign_in(cast.diane)


@pytest.mark.parametrize("address", PAGES)
def test_a_reader_sees_the_catalogue_and_cannot_edit_it(cast, sign_in, address):
    model = factories.create_model()
    reader = sign_in(cast.chloe)
    page = reader.get(address)
    assert page.status_code == 200
    assert "/new" not in page.get_data(as_text=True)
    assert model.public_id not in page.get_data(as_text=True)
    assert reader.get(address.rstrip("/") + "/new").status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_the_administrator_opens_every_form(diane, address):
    assert diane.get(address).status_code == 200
    assert diane.get(address.rstrip("/") + "/new").status_code == 200


def test_a_manager_of_a_commune_does_not_own_the_catalogue(cast, sign_in):
    category = factories.create_category()
    manager = sign_in(cast.bruno)
    assert manager.post(f"/catalog/categories/{category.public_id}", data={"name": "x"}).status_code == 403


def test_the_administrator_adds_and_edits_a_category(diane):
    data = {"name": "Portables durcis", "kind": "laptop", "service_life_months": "84", "active": "y"}
    assert diane.post("/catalog/categories/new", data=data).status_code == 303
    category = db.session.scalar(select(Category).where(Category.name == "Portables durcis"))
    assert (category.kind, category.service_life_months) == (Kind.LAPTOP, 84)
    edit = data | {"service_life_months": "0", "version": "1"}
    answer = diane.post(f"/catalog/categories/{category.public_id}", data=edit)
    assert (answer.status_code, "service_life_months-error" in answer.get_data(as_text=True)) == (422, True)


def test_a_category_that_parc_brings_keeps_its_name_in_every_language_until_it_is_changed(diane):
    laptops = factories.create_category(Kind.LAPTOP, name=Kind.LAPTOP.label, code="laptop")
    address, french = f"/catalog/categories/{laptops.public_id}", {"Accept-Language": "fr"}
    assert 'value="Ordinateur portable"' in diane.get(address, headers=french).get_data(as_text=True)
    data = {
        "name": "Ordinateur portable",
        "kind": "laptop",
        "service_life_months": "60",
        "active": "y",
        "is_default": "y",
    }
    assert diane.post(address, data=data | {"version": "1"}, headers=french).status_code == 303
    db.session.expire_all()
    assert (laptops.name, laptops.service_life_months) == (Kind.LAPTOP.label, 60)
    diane.post(address, data=data | {"name": "Portables", "version": "2"}, headers=french)
    db.session.expire_all()
    assert laptops.name == "Portables"


def test_categories_stand_in_the_order_of_the_names_that_are_read(diane):
    for kind in (Kind.MONITOR, Kind.LAPTOP, Kind.DOCK):
        factories.create_category(kind, name=kind.label, code=kind.value)
    page = diane.get("/catalog/categories", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    rows = page.partition("<tbody")[2]
    assert rows.index("Écran") < rows.index("Ordinateur portable") < rows.index("Station d’accueil")


def test_the_catalogue_says_how_much_of_each_one_sees_and_leads_there(cast, diane, sign_in):
    maker = factories.create_manufacturer(name="Dell")
    model = factories.create_model(maker, name="Latitude")
    for entity, state in ((cast.le_bouscat, "in_service"), (cast.pessac, "in_stock"), (cast.pessac, "lost")):
        factories.create_asset(entity, model_id=model.id, state=state)

    def counted(browser):
        page = browser.get("/catalog/models").get_data(as_text=True)
        return re.search(rf'href="/assets/[^"]*model={model.public_id}"[^>]*>\s*(\d+)', page)[1]

    assert counted(diane) == "2"
    assert counted(sign_in(cast.alice)) == "1"
    assert f"maker={maker.public_id}" in diane.get("/catalog/manufacturers").get_data(as_text=True)


def test_equipment_that_keeps_its_category_when_its_model_gets_another_is_told_of(cast, diane):
    laptops, tablets = (factories.create_category(kind) for kind in (Kind.LAPTOP, Kind.TABLET))
    model = factories.create_model(factories.create_manufacturer(), name="Switch 12", category_id=laptops.id)
    asset = factories.create_asset(cast.pessac, model_id=model.id, category_id=laptops.id)
    address = f"/catalog/models/{model.public_id}"
    data = {"manufacturer": model.manufacturer.public_id, "name": "Switch 12"}
    english = {"Accept-Language": "en"}
    said = r"keeps the category that it has: 1 item of equipment\. <a href=\"(/assets/[^\"]+)"
    diane.post(address, data=data | {"category": tablets.public_id, "version": "1"}, headers=english)
    page = diane.get("/catalog/models", headers=english).get_data(as_text=True)
    assert asset.public_id in diane.get(re.search(said, page)[1].replace("&amp;", "&")).get_data(as_text=True)
    diane.post(
        address,
        data=data | {"category": tablets.public_id, "price_cents": "9", "version": "2"},
        headers=english,
    )
    assert re.search(said, diane.get("/catalog/models", headers=english).get_data(as_text=True)) is None


def test_the_administrator_adds_a_maker_and_a_model_that_pickers_find(cast, diane, sign_in):
    assert diane.post("/catalog/manufacturers/new", data={"name": "Framework"}).status_code == 303
    maker = db.session.scalar(select(Manufacturer))
    data = {"manufacturer": maker.public_id, "name": "Laptop 13", "price_cents": "1 234,50", "category": ""}
    assert diane.post("/catalog/models/new", data=data).status_code == 303
    model = db.session.scalar(select(Model))
    assert (model.manufacturer_id, model.price_cents) == (maker.id, 123450)
    found = sign_in(cast.chloe).get("/catalog/search/models?q=frame 13").json["items"]
    assert [item["text"] for item in found] == ["Framework Laptop 13"]
    page = diane.get(f"/catalog/models/{model.public_id}").get_data(as_text=True)
    assert 'data-text="Framework"' in page


def test_a_wrong_maker_is_said_beside_its_field(diane):
    answer = diane.post("/catalog/models/new", data={"manufacturer": "nothing", "name": "X"})
    assert (answer.status_code, "manufacturer-error" in answer.get_data(as_text=True)) == (422, True)


def test_a_supplier_is_added_found_and_its_siret_checked(cast, diane, sign_in):
    answer = diane.post("/suppliers/new", data={"name": "UGAP", "siret": "123 456 789 00012"})
    assert (answer.status_code, "siret-error" in answer.get_data(as_text=True)) == (422, True)
    assert diane.post("/suppliers/new", data={"name": "UGAP", "siret": "213 300 692 00016"}).status_code in (
        303,
        422,
    )
    assert diane.post("/suppliers/new", data={"name": "Bull"}).status_code == 303
    assert diane.post("/suppliers/new", data={"name": "Bull"}).status_code == 422
    assert sign_in(cast.chloe).get("/suppliers/search?q=bul").json["items"][0]["text"] == "Bull"
    supplier = db.session.scalar(select(Supplier).where(Supplier.name == "Bull"))
    assert (
        diane.post(f"/suppliers/{supplier.public_id}", data={"name": "Atos", "version": "1"}).status_code
        == 303
    )


def test_suppliers_and_makers_are_found_and_stand_whatever_their_accents_and_capitals(diane):
    for name in ("Zénith", "ÉLECTRO Dépôt Électro"):
        assert diane.post("/suppliers/new", data={"name": name}).status_code == 303
        factories.create_manufacturer(name=name, key=name)
    for address in ("/suppliers/search?q=e", "/catalog/search/manufacturers?q=e"):
        assert [item["text"] for item in diane.get(address).json["items"]] == [
            "ÉLECTRO Dépôt Électro",
            "Zénith",
        ]
    assert diane.get("/suppliers/").status_code == 200  # says that they were added
    for page in ("/suppliers/?q=electro", "/catalog/manufacturers?q=electro"):
        shown = diane.get(page).get_data(as_text=True)
        assert ("Dépôt" in shown, "Zénith" in shown) == (True, False)


def test_a_category_that_parc_brings_is_found_by_its_name_in_the_reader_s_language(diane):
    with transaction():
        services.install_builtin()
    for language, name, other in (("fr", "Ordinateur fixe", "Écran"), ("en", "Desktop", "Monitor")):
        shown = diane.get(f"/catalog/categories?q={name}", headers={"Accept-Language": language}).get_data(
            as_text=True
        )
        listed = re.findall(r"<td[^>]*>.*?</td>", shown, re.DOTALL)
        assert (name in "".join(listed), other in "".join(listed)) == (True, False)


@pytest.mark.parametrize(
    ("digits", "holds"),
    [
        ("73282932000074", True),
        ("73282932000075", False),
        ("35600000000048", True),
        ("1234", False),
        ("７３２８２９３２０００07４", False),
    ],
)
def test_a_siret_holds_its_own_check(digits, holds):
    assert is_siret(digits) is holds
