"""The sixth as a manager meets it: a figure, the very equipment behind it, a replacement, and the report to print."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Download, Page, expect
from pypdf import PdfReader

from tests.browser import steps
from tests.servers import find_program

pytestmark = pytest.mark.xdist_group("journeys")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RATE = "8,3\u202f%"


def test_a_replacement_is_recorded_and_the_report_says_so(
    page_of: Callable[..., Page], tmp_path: Path
) -> None:
    page = page_of("diane", language="fr")
    page.goto("/renewal/")
    page.get_by_role("row", name="Pessac").get_by_role("link", name="Pessac").click()
    expect(steps.heading(page)).to_contain_text("Pessac")
    expect(page.locator(".sixth-rate").first).to_contain_text("0\u202f%")

    base = steps.fact(page, "Base").get_by_role("link")
    expect(base).to_have_text("12")
    base.click()
    expect(steps.rows(page)).to_have_count(12)
    for n in (1, 12):
        expect(steps.rows(page).filter(has_text=f"PES-OLD-{n:02}")).to_have_count(1)
    expect(steps.rows(page).filter(has_text="PES-NEW-01")).to_have_count(0)
    page.go_back()

    record_a_replacement(page, "PES-OLD-01", "PES-NEW-01")
    expect(page.locator(".sixth-rate").first).to_contain_text(RATE)
    steps.fact(page, "Renouvelés").get_by_role("link").click()
    expect(steps.rows(page)).to_have_count(1)
    page.go_back()

    text = text_of_pdf(download(page, "PDF", tmp_path))
    assert "Pessac" in text
    assert "8,3 %" in text
    assert "PES-OLD-01" in text
    assert "PES-NEW-01" in text
    cells = text_of_workbook(download(page, "Excel", tmp_path))
    assert {"PES-OLD-01", "PES-NEW-01"} <= set(cells)


def record_a_replacement(page: Page, old: str, new: str) -> None:
    """Say that one device took the position of another today, choosing both by what one types of their tags."""
    page.locator(".page-acts").get_by_role("link", name="Enregistrer un remplacement").click()
    for label, tag in (("old", old), ("new", new)):
        page.locator(f".picker:has([name={label}]) [role=combobox]").press_sequentially(tag)
        page.get_by_role("option", name=tag).click()
    steps.fill_in(page, on="aujourd’hui", position="Accueil")
    page.locator("main form button.btn-primary").click()
    expect(steps.said(page)).to_contain_text("compte comme renouvellement")


def download(page: Page, words: str, folder: Path) -> Path:
    """Follow the link of these words at the page's top and return the file that it brings."""
    with page.expect_download() as coming:
        page.locator(".page-acts").get_by_role("link", name=words).click()
    brought: Download = coming.value
    path = folder / brought.suggested_filename
    brought.save_as(path)
    return path


def text_of_pdf(path: Path) -> str:
    """Return the words of a PDF with one space between, as poppler reads them where it is installed: a stranger to us."""
    if program := find_program("pdftotext"):
        read = subprocess.run([program, "-layout", str(path), "-"], capture_output=True, check=True)
        text = read.stdout.decode()
    else:
        text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    return " ".join(text.split())


def text_of_workbook(path: Path) -> list[str]:
    """Return the texts of a workbook's cells."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert archive.testzip() is None
        shared = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return ["".join(node.text or "" for node in item.iter(f"{SHEET}t")) for item in shared]
