"""Cells that a spreadsheet would run are text; nothing else about them changes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from inventory.core.sheets import BYTE_ORDER_MARK, csv_stream, safe_cell, xlsx_bytes

FORMULAS = ["=cmd()", "=HYPERLINK(1)", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "|calc", "%x"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_is_disarmed(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["Poste 1=2", "élu", "", "a-b", 5, -5, -1.5, None, True])
def test_everything_else_is_left_alone(value):
    assert safe_cell(value) == value


def read_csv(text: str, separator: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK)), delimiter=separator))


def test_csv_opens_in_excel_with_its_accents_and_without_its_formulas():
    text = "".join(csv_stream(["Nom", "Étage"], [["=cmd()", "2e"], ['a"b;c', None], ["ligne\n2", "x"]]))
    assert text.startswith(BYTE_ORDER_MARK)
    assert read_csv(text) == [["Nom", "Étage"], ["'=cmd()", "2e"], ['a"b;c', ""], ["ligne\n2", "x"]]


def test_csv_writes_days_numbers_and_amounts_that_can_be_computed_with():
    row = [date(2026, 11, 23), datetime(2026, 11, 23, 8, 5, tzinfo=UTC), Decimal("1234.50"), -3]
    assert read_csv("".join(csv_stream(["a"] * 4, [row])))[1] == [
        "2026-11-23",
        "2026-11-23 08:05:00+0000",
        "1234,50",
        "-3",
    ]
    assert read_csv("".join(csv_stream(["a"] * 4, [row], separator=",")), ",")[1][2] == "1234.50"


def test_csv_comes_piece_by_piece():
    pieces = list(csv_stream(["n"], ([n] for n in range(1200))))
    assert len(pieces) == 3
    assert len(read_csv("".join(pieces))) == 1201


def test_a_heading_that_is_a_formula_is_disarmed_too():
    assert "'=1" in "".join(csv_stream(["=1"], []))


def sheet_of(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_workbook_has_text_for_formulas_and_numbers_for_numbers():
    rows = [["=1+1", 12, Decimal("3.5"), date(2026, 11, 23), None, "http://a.example", True]]
    found = sheet_of(xlsx_bytes("Parc: été [1]", ["a", "b", "c", "d", "e", "f", "g"], rows))
    assert found[1] == ["'=1+1", 12, 3.5, date(2026, 11, 23), "", "http://a.example", True]


def test_a_workbook_holds_text_longer_than_a_cell_may_be():
    found = sheet_of(xlsx_bytes("x", ["a"], [["y" * 100_000], ["\x01\x0b\ud7ff"]]))
    assert len(str(found[1][0])) <= 32_767


def test_a_workbook_without_a_title_or_rows_still_opens():
    assert sheet_of(xlsx_bytes("", ["a"], [])) == [["a"]]
