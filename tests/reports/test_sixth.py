"""The sixth as a PDF, a workbook and a page to print: its words, fonts, language, and what hostile names do to it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from inventory.core.database import transaction
from inventory.renewal import services
from tests.renewal.conftest import MANAGER, Place

pytestmark = pytest.mark.any_store

MAY = date(2026, 5, 4)
THIN = "\u202f"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def reader(place: Place, sign_in: SignIn) -> FlaskClient:
    """Chloé, reader of Le Bouscat, reading French."""
    with transaction():
        place.cast.chloe.language = "fr"
        place.town.name = "Le Bouscat-Cœur à 5 €"
    return sign_in(place.cast.chloe)


def pages(browser: FlaskClient, address: str = "/reports/sixth/LBX.pdf") -> PdfReader:
    answer = browser.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(answer.data))


def text_of(document: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in document.pages)


def test_the_pdf_has_the_letters_of_french_and_says_its_language(place: Place, reader: FlaskClient) -> None:
    place.add(tag="Sœur-1")
    document = pages(reader)
    text = text_of(document)
    assert "Cœur à 5 €" in text
    assert "Sœur-1" in text
    assert document.root_object["/Lang"] == "fr-FR"
    assert "Cœur" in (document.metadata.title or "")
    assert document.metadata.author == "Parc"


def test_one_document_has_all_communes_that_one_sees(
    place: Place, reader: FlaskClient, sign_in: SignIn
) -> None:
    place.add(tag="LBX-1")
    assert "reports/sixth.pdf" in reader.get("/renewal/").get_data(as_text=True)
    text = text_of(pages(reader, "/reports/sixth.pdf"))
    assert "Le Bouscat-Cœur à 5 €" in text
    assert "Pessac" not in text
    assert "Pessac" in text_of(pages(sign_in(place.cast.diane), "/reports/sixth.pdf"))
    book = zipfile.ZipFile(io.BytesIO(reader.get("/reports/sixth.xlsx").data))
    assert "Le Bouscat-Cœur" in book.read("xl/sharedStrings.xml").decode()


def test_numbers_have_the_thin_spaces_of_french(app: Flask) -> None:
    from inventory.reports.content import Head, Report, Section, Table
    from inventory.reports.pdf import pdf

    rows = [["Postes", 12_345]]
    section = Section("s", "Nombres", table=Table([Head("", "text"), Head("Nombre", "number")], rows))
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        made = pdf(Report("n", "Titre", "Ville", "2026", MAY, [section]))
    assert f"12{THIN}345" in text_of(PdfReader(io.BytesIO(made)))


def test_every_font_of_the_pdf_is_embedded(place: Place, reader: FlaskClient) -> None:
    place.add()
    for page in pages(reader).pages:
        fonts = page["/Resources"]["/Font"]
        for name in fonts:
            font = fonts[name].get_object()
            assert "DejaVu" in font["/BaseFont"]
            assert "/FontFile2" in font["/FontDescriptor"]


def test_each_page_has_its_number_and_the_cover_line_and_tables_repeat_their_head(
    place: Place, reader: FlaskClient
) -> None:
    for number in range(60):
        place.replace(place.add(), place.add(since=MAY, tag=f"NEW-{number:03}"), MAY)
    document = pages(reader)
    texts = [page.extract_text() for page in document.pages]
    assert len(texts) > 2
    for number, text in enumerate(texts, start=1):
        assert f"{number}" in text
        assert f"{len(texts)}" in text
        assert "Le Bouscat-Cœur" in text
        assert "parc de postes de travail\n" in f"{text.partition('Page')[0]}\n"
    of_table = [text for text in texts if "NEW-" in text and "04/05/2026" in text]
    heads = {text.split("NEW-")[0].split("04/05/2026")[0].splitlines()[-1].strip() for text in of_table}
    assert len(of_table) > 1
    assert len(heads) == 1


def test_english_readers_get_english(place: Place, sign_in: SignIn) -> None:
    with transaction():
        place.cast.chloe.language = "en"
    for _ in range(7):
        place.add()
    document = pages(sign_in(place.cast.chloe))
    assert document.root_object["/Lang"] == "en-GB"
    assert "0 of 7 renewed; the target is 2: 2 are missing." in " ".join(text_of(document).split())


@pytest.mark.parametrize(
    "name", ["<b>gras</b> & <script>", "=cmd|' /C calc'!A0", "\u202egnirts", "x" * 110, "🖨️ 漢字"]
)
def test_hostile_names_are_only_text(place: Place, reader: FlaskClient, name: str) -> None:
    place.add(name=name)
    assert len(pages(reader).pages) >= 1
    assert reader.get("/reports/sixth/LBX").status_code == 200


def cells(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return ["".join(node.text or "" for node in item.iter(f"{SHEET}t")) for item in shared]


def test_the_workbook_has_a_sheet_for_each_section_and_runs_nothing(
    place: Place, reader: FlaskClient
) -> None:
    place.add(name="=1+1")
    answer = reader.get("/reports/sixth/LBX.xlsx")
    assert answer.status_code == 200
    assert "'=1+1" in cells(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 8
        assert not any(b"<f>" in archive.read(name) for name in sheets)
        summary = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    numbers = [node.text for node in summary.iter(f"{SHEET}v")]
    assert "1" in numbers


def test_the_page_to_print_says_the_same_as_the_pdf(place: Place, sign_in: SignIn) -> None:
    with transaction():
        place.cast.chloe.language = "en"
    browser = sign_in(place.cast.chloe)
    for _ in range(7):
        place.add()
    said = "0 of 7 renewed; the target is 2: 2 are missing."
    assert said in browser.get("/reports/sixth/LBX").text
    assert "/reports/sixth/LBX" in browser.get("/reports/").text


def test_the_year_and_the_perimeter_of_the_page_are_those_of_its_files(
    place: Place, reader: FlaskClient
) -> None:
    text = reader.get("/renewal/LBX?year=2025&perimeter=ccas").text
    assert "/reports/sixth/LBX.pdf?year=2025&amp;perimeter=ccas" in text
    answer = reader.get("/reports/sixth/LBX.pdf?year=2025&perimeter=ccas")
    assert "parc-le-sixieme-lbx-2025.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("ending", ["", ".pdf", ".xlsx"])
def test_another_commune_s_report_is_not_there(place: Place, sign_in: SignIn, ending: str) -> None:
    assert sign_in(place.cast.oscar).get(f"/reports/sixth/LBX{ending}").status_code == 404
    assert sign_in(place.cast.oscar).get(f"/reports/sixth/PES{ending}").status_code == 200


def test_a_commune_without_anything_still_has_a_report(place: Place, reader: FlaskClient) -> None:
    assert len(pages(reader).pages) >= 1
    assert reader.get("/reports/sixth/LBX.xlsx").status_code == 200


def test_a_rule_of_its_own_is_in_the_report(place: Place, sign_in: SignIn) -> None:
    with transaction():
        services.set_rule(place.town, {"fraction_denominator": 5, "note": "Article 3"}, actor=MANAGER)
        place.cast.chloe.language = "en"
    text = " ".join(text_of(pages(sign_in(place.cast.chloe))).split())
    assert "1/5" in text
    assert "Article 3" in text
