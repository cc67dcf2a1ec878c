"""Cells whose formula failed or was never worked out are named as such, in every sort of file, and never read as empty."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from inventory.assets.models import Asset
from inventory.core.errors import Invalid
from inventory.exchange import formulas, reading, values
from inventory.exchange.models import Outcome
from tests.exchange.conftest import carry_out, line, number_of

pytestmark = pytest.mark.database

# Of Excel 97: #N/A in C2, =1/0 in C3 with the #DIV/0! that it was worked out to, "PC-3" in C4.
XLS = Path(__file__).parent / "failed.xls"
NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def xlsx() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Étiquette", "Type", "Nom"])
    sheet.write_row(1, 0, ["LBX-1", "Portable"])
    sheet.write_formula(1, 2, "=VLOOKUP(A2,Z:Z,1)", None, "#N/A")
    sheet.write_row(2, 0, ["LBX-2", "Portable"])
    sheet.write_formula(2, 2, "=B9", None, "")
    sheet.write_row(3, 0, ["LBX-3", "Portable"])
    sheet.write_formula(3, 2, '=IF(A4="","x","PC-3")', None, "PC-3")
    book.close()
    return buffer.getvalue()


def ods(*rows: str) -> bytes:
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<office:document-content {NAMES}><office:body><office:spreadsheet><table:table table:name="S">'
            f"{body}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return buffer.getvalue()


def text(words: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'


FAILED = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
)
NEVER = '<table:table-cell table:formula="of:=[.A9]"/>'


def test_a_workbook_says_which_formulas_failed_and_which_have_no_value():
    assert list(formulas.failed(xlsx())) == [(1, 2, "#N/A"), (2, 2, "=B9")]
    rows = [text("Nom") + text("Prix") + text("Lieu"), text("PC-1") + FAILED + NEVER]
    assert list(formulas.failed(ods(*rows))) == [(1, 1, "#DIV/0!"), (1, 2, "=[.A9]")]


def test_an_old_excel_workbook_says_which_formulas_failed():
    assert list(formulas.failed(XLS.read_bytes())) == [(1, 2, "#N/A"), (2, 2, "#DIV/0!")]


def test_repeated_cells_and_rows_count_for_as_many():
    repeated = '<table:table-cell table:number-columns-repeated="3"/>'
    rows = [text("a") + repeated + FAILED]
    assert list(formulas.failed(ods(*rows))) == [(0, 4, "#DIV/0!")]


@pytest.mark.parametrize(
    "broken", [b"PK\x03\x04 no archive", ods("<table:table-row"), ods(NEVER.replace("/>", ""))]
)
def test_what_cannot_be_read_is_no_workbook_for_how_far_it_reaches_is_not_known(broken):
    with pytest.raises(ValueError, match="cannot be told"):
        list(formulas.failed(broken))


def test_a_workbook_that_names_its_first_sheet_twice_is_refused_for_readers_differ_about_it():
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as whole, zipfile.ZipFile(buffer, "w") as twisted:
        for name in whole.namelist():
            part = whole.read(name)
            if name.endswith("workbook.xml.rels"):
                part = part.replace(
                    b"<Relationship ", b'<Relationship Id="rId1" Target="styles.xml"/><Relationship ', 1
                )
            twisted.writestr(name, part)
    with pytest.raises(ValueError, match="cannot be told"):
        list(formulas.failed(buffer.getvalue()))


@pytest.mark.parametrize(
    "data",
    [
        xlsx(),
        XLS.read_bytes(),
        ods(text("a"), '<table:table-cell table:number-columns-repeated="3"/>' + text("b")),
    ],
)
def test_a_sheet_of_too_many_cells_is_refused_whatever_its_sort(data, monkeypatch):
    monkeypatch.setattr(formulas, "MOST_CELLS", 7)
    with pytest.raises(Invalid, match="far from the rest"):
        list(formulas.failed(data))


def test_a_position_that_is_no_number_is_not_read_past():
    hostile = FAILED.replace("<table:table-cell ", '<table:table-cell table:number-columns-repeated="x" ')
    with pytest.raises(ValueError, match="cannot be told"):
        list(formulas.failed(ods(text("a") + hostile)))


def test_their_rows_are_refused_with_the_column_and_the_reason(bring):
    kept = carry_out(bring(xlsx()))
    assert [line(kept, number).outcome for number in (2, 3, 4)] == [
        Outcome.REFUSED,
        Outcome.REFUSED,
        Outcome.CREATED,
    ]
    failed, never = (line(kept, number).remarks[0] for number in (2, 3))
    assert (failed["column"], failed["params"]) == ("name", {"text": "#N/A"})
    assert (never["column"], never["params"]) == ("name", {"text": "=B9"})
    assert number_of(Asset) == 1


def test_rows_of_an_old_excel_workbook_are_refused_by_the_same_words(bring):
    kept = carry_out(bring(XLS.read_bytes()))
    assert [line(kept, number).outcome for number in (2, 3, 4)] == [
        Outcome.REFUSED,
        Outcome.REFUSED,
        Outcome.CREATED,
    ]
    assert line(kept, 3).remarks[0]["params"] == {"text": "#DIV/0!"}


def test_an_old_excel_workbook_that_is_cut_off_is_refused_whole():
    with pytest.raises(Invalid, match="no workbook that can be read"):
        reading.read(XLS.read_bytes()[:3000])


def test_a_failure_that_a_csv_file_holds_as_text_is_one_too():
    assert [values.failure(cell) is None for cell in ("#REF!", "#VALEUR!", "Err:502", "n/a", "PC #1", 12.0)] == [
        False, False, False, True, True, True,
    ]  # fmt: skip
    assert not values.is_empty("#N/A")
