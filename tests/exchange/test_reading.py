"""Files as town halls have them are read as they are, and hostile ones are refused with a reason."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from inventory.core.errors import Invalid
from inventory.exchange import reading

ROWS = "Étiquette;N° de série;Prix\nLBX-1;ABC123;1 234,56 €\nLBX-2;DEF456;12,00\n"


def workbook(*rows: list[object], title: str = "Parc") -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(title)
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, days)
            else:
                sheet.write(number, column, cell)
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("mac_roman", "mac_roman"),
        ("cp850", "cp850"),
    ],
)
def test_the_encoding_is_found(encoding, named):
    table = reading.read(ROWS.replace("€", "").encode(encoding))
    assert (table.headings[0], table.encoding) == ("Étiquette", named)
    assert table.lines[0].cells == ["LBX-1", "ABC123", "1 234,56 "]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found_even_with_decimal_commas(separator):
    text = separator.join(["Nom", "Prix", "Lieu"]) + "\n"
    text += "\n".join(separator.join([f"PC-{n}", '"12,50"', "Mairie"]) for n in range(5))
    table = reading.read(text.encode())
    assert (table.separator, table.lines[0].cells) == (separator, ["PC-0", "12,50", "Mairie"])


def test_titles_above_the_table_and_empty_rows_are_passed_over():
    text = "Parc informatique 2026;;\n;;\nNom;Série;Lieu\nPC-1;A1;Mairie\n;;\nPC-2;A2;École\n"
    table = reading.read(text.encode())
    assert list(table.headings) == ["Nom", "Série", "Lieu"]
    assert [(line.number, line.cells[0]) for line in table.lines] == [(4, "PC-1"), (6, "PC-2")]


def test_a_line_is_numbered_as_an_editor_does_when_a_cell_holds_line_breaks():
    table = reading.read(b'Nom;Note\nPC-1;"une\ndeux"\nPC-2;x\n')
    assert [line.number for line in table.lines] == [2, 4]


def test_a_workbook_keeps_its_days_and_numbers():
    table = reading.read(workbook(["Nom", "Livré", "Prix"], ["PC-1", date(2024, 3, 12), 12.5]))
    assert list(table.lines[0].cells) == ["PC-1", date(2024, 3, 12), 12.5]
    assert table.sheet == "Parc"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"Nom;Lieu\n", "no row"),
        (b"\x00\x01\x02binary\x00", "neither text nor a workbook"),
        (b"PK\x03\x04 not an archive", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "no workbook"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data, said):
    with pytest.raises(Invalid, match=said):
        reading.read(data)


def test_an_archive_that_unpacks_to_far_more_than_it_weighs_is_not_opened():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(Invalid, match="unpacks to far more"):
        reading.read(buffer.getvalue())


@pytest.mark.parametrize("far", [(1_048_575, 16_383), (999_999, 100)])
def test_a_cell_far_from_the_rest_is_refused_before_all_between_is_held_in_memory(far):
    """The library that reads workbooks ends the process where memory does not do for what is between."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["Étiquette", "LBX-1"])
        sheet.write(*far, "oups")
    with pytest.raises(Invalid, match=f"row {far[0] + 1} and column {far[1] + 1}"):
        reading.read(buffer.getvalue())


def test_too_many_rows_and_too_large_a_file_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    with pytest.raises(Invalid, match="more than 3 rows"):
        reading.read(b"Nom;Lieu\n" + b"PC;Mairie\n" * 4)
    monkeypatch.setattr(reading, "MAX_BYTES", 2**20)
    with pytest.raises(Invalid, match="larger than 1 MB"):
        reading.read(b"Nom;Lieu\n" + b"x" * 2**20)


@pytest.mark.parametrize("rest", ["y" * 200_000, "x\nPC-3;y\nPC-4;z\n"])
def test_a_quotation_mark_left_open_is_said_with_its_line(rest):
    text = 'Nom;Note\nPC-1;"x\ny"\nPC-2;"' + rest
    with pytest.raises(Invalid, match="line 4"):
        list(reading.read(text.encode()).lines)


def test_quotation_marks_within_a_cell_are_text():
    table = reading.read(b'Nom;Note\nPC-1;24" et 27"\nPC-2;"x"y\nPC-3;24"')
    assert [line.cells[1] for line in table.lines] == ['24" et 27"', "xy", '24"']


def test_rows_that_a_stray_quotation_mark_would_swallow_are_not_lost():
    rows = [
        f"PC-{n};SN{n};Dell;{note}" for n, note in enumerate(('"écran 24', "x", 'écran 24"', "x"), start=1)
    ]
    with pytest.raises(Invalid, match="line 2"):
        reading.read(("Nom;Série;Marque;Note\n" + "\n".join(rows)).encode())
    meant = 'Nom;Série;Marque;Note\nPC-1;SN1;Dell;"Vu :\n- écran; clavier; souris; dock"\nPC-2;SN2;Dell;x\n'
    assert len(reading.read(meant.encode()).lines) == 2
