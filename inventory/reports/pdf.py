"""Writes a report as a PDF: A4, a cover line, page x of y, tables that break well, an embedded font, its language set."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from flask_babel import gettext as _
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    PageTemplate,
    Paragraph,
    TableStyle,
)

from inventory.core import i18n
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.reports.content import NUMERIC, Bars, Head, Report, Section, Table, Typed, shown, typed

FONTS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "fonts"
REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MARGIN, TOP, BOTTOM = 16 * mm, 26 * mm, 20 * mm
WIDTH = A4[0] - 2 * MARGIN
PADDING = 4
# From so many columns on, a table is set in the type of notes.
MANY_COLUMNS = 8

INK, QUIET, RULE = HexColor("#14272a"), HexColor("#4c5f63"), HexColor("#c3cfd1")
HEAD, ACCENT, WARN, UNKNOWN = (
    HexColor("#eef3f3"),
    HexColor("#0b6463"),
    HexColor("#9a5b00"),
    HexColor("#b9c4c6"),
)

BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=9.5, leading=13.5, textColor=INK, spaceAfter=5)
CELL = ParagraphStyle("cell", BODY, fontSize=8.5, leading=11, spaceAfter=0)
NUMBER = ParagraphStyle("number", CELL, alignment=TA_RIGHT)
COLUMN = ParagraphStyle("column", CELL, fontName=BOLD, textColor=QUIET)
NUMBER_COLUMN = ParagraphStyle("number column", COLUMN, alignment=TA_RIGHT)
NOTE = ParagraphStyle("note", BODY, fontSize=7.5, leading=10, textColor=QUIET, spaceBefore=3, spaceAfter=0)
HEADING = ParagraphStyle(
    "heading", BODY, fontName=BOLD, fontSize=12, leading=16, spaceBefore=14, spaceAfter=6
)
HEADING.keepWithNext = 1
TITLE = ParagraphStyle("title", BODY, fontName=BOLD, fontSize=18, leading=23, spaceAfter=2)
COVER = ParagraphStyle("cover", BODY, fontSize=11, leading=15, textColor=QUIET, spaceAfter=8)
LEAD = ParagraphStyle("lead", BODY, fontName=BOLD, fontSize=11, leading=15)


def pdf(report: Report) -> bytes:
    """Return the report as a PDF in the reader's language; raises Refused when the fonts are not installed."""
    _register_fonts()
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=f"{report.title} – {report.cover}",
        author="Parc",
        creator="Parc",
        subject=report.cover,
        lang=report.language,
        displayDocTitle=1,
        initialFontName=REGULAR,
    )
    frame = Frame(MARGIN, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame]))
    document.build(_story(report), canvasmaker=lambda *a, **k: _NumberedCanvas(report, *a, **k))
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    for name in (REGULAR, BOLD):
        file = FONTS / f"{name}.ttf"
        if not file.exists():
            raise Refused(N_("The fonts of reports are not installed. Run “make setup” once more."))
        pdfmetrics.registerFont(TTFont(name, str(file)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


class _NumberedCanvas(Canvas):
    """Draws the head and foot of every page once their number is known."""

    def __init__(self, report: Report, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._report = report
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 (reportlab's name)
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._frame_page(number, len(self._pages))
            super().showPage()
        super().save()

    def _frame_page(self, number: int, total: int) -> None:
        report, top, bottom = self._report, A4[1] - 14 * mm, 11 * mm
        self.setFillColor(QUIET)
        self.setStrokeColor(RULE)
        self.setFont(REGULAR, 8)
        cover = _fitted(report.cover, WIDTH * 0.6)
        left = WIDTH - pdfmetrics.stringWidth(cover, REGULAR, 8) - 6 * mm
        self.drawString(MARGIN, top, cover)
        self.drawRightString(MARGIN + WIDTH, top, _fitted(report.title, left))
        self.line(MARGIN, top - 3 * mm, MARGIN + WIDTH, top - 3 * mm)
        self.line(MARGIN, bottom + 4 * mm, MARGIN + WIDTH, bottom + 4 * mm)
        self.drawString(MARGIN, bottom, _("Parc, made on %(day)s", day=i18n.day(report.made_on)))
        self.drawRightString(
            MARGIN + WIDTH, bottom, _("Page %(number)s of %(total)s", number=number, total=total)
        )


def _fitted(text: str, width: float) -> str:
    """Return as much of the text as fits, with an ellipsis where it is cut."""
    while text and pdfmetrics.stringWidth(text, REGULAR, 8) > width:
        text = text.rstrip("…")[:-1] + "…" if len(text) > 2 else ""
    return text


def _words(text: str, style: ParagraphStyle) -> Paragraph:
    """Return text as a paragraph; what it contains is never read as markup.

    Paragraphs break lines at narrow no-break spaces, so those become wide ones here; numbers in tables keep theirs.
    """
    kept = "".join(character for character in text if character >= " ").replace("\u202f", "\u00a0")
    return Paragraph(escape(kept), style)


def _story(report: Report) -> list[Flowable]:
    story: list[Flowable] = [_words(report.title, TITLE), _words(report.cover, COVER)]
    for number, section in enumerate(report.sections):
        story += _section(section, leading=number == 0)
    return story


def _section(section: Section, *, leading: bool) -> list[Flowable]:
    start: list[Flowable] = [_words(section.title, HEADING)]
    for position, sentence in enumerate(section.sentences):
        start.append(_words(sentence, LEAD if leading and position == 0 else BODY))
    if section.bars is not None:
        start.append(_chart(section.bars))
    notes = [_words(note, NOTE) for note in section.notes]
    if section.table is None:
        return [KeepTogether([*start, *notes])]
    table = _table(section.table)
    if len(section.table.rows) <= 12:
        return [KeepTogether([*start, table, *notes])]
    return [*start, table, *notes]


def _table(table: Table) -> LongTable:
    heads = list(table.heads)
    size = CELL.fontSize if len(heads) < MANY_COLUMNS else NOTE.fontSize
    cells = [[typed(head, value) for head, value in zip(heads, row, strict=True)] for row in table.rows]
    rows: list[list[Paragraph | str]] = []
    if any(head.label for head in heads):
        rows.append(
            [_words(h.label, _sized(NUMBER_COLUMN if h.kind in NUMERIC else COLUMN, size)) for h in heads]
        )
    repeated = len(rows)
    rows.extend([_cell(head, cell, size) for head, cell in zip(heads, row, strict=True)] for row in cells)
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("FONT", (0, 0), (-1, -1), REGULAR, size, CELL.leading),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        *(("ALIGN", (place, 0), (place, -1), "RIGHT") for place, h in enumerate(heads) if h.kind in NUMERIC),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
    ]
    if repeated:
        style.append(("BACKGROUND", (0, 0), (-1, 0), HEAD))
    made = LongTable(
        rows,
        colWidths=_widths(heads, cells, size),
        repeatRows=repeated,
        splitByRow=1,
        splitInRow=0,
        spaceAfter=2,
    )
    made.setStyle(TableStyle(style))
    return made


def _widths(heads: Sequence[Head], rows: Sequence[Sequence[Typed]], size: float) -> list[float]:
    """Return the width of each column in points: its share of the page, and room for its longest word."""
    least = {
        place: max(
            _longest(head.label, BOLD, size),
            *(_longest(shown(row[place]), REGULAR, size) for row in rows),
            0,
        )
        + 2 * PADDING
        for place, head in enumerate(heads)
    }
    settled: dict[int, float] = {}
    while True:
        open_ = {place: head.width for place, head in enumerate(heads) if place not in settled}
        each = max(WIDTH - sum(settled.values()), 0) / (sum(open_.values()) or 1)
        tight = {place: least[place] for place, share in open_.items() if share * each < least[place]}
        if not tight:
            break
        settled |= tight
    wanted = [settled.get(place, head.width * each) for place, head in enumerate(heads)]
    return [width * WIDTH / sum(wanted) for width in wanted]


def _longest(text: str, font: str, size: float) -> float:
    """Return the width of the longest word of a text, of which no column need take more than a quarter of the page."""
    longest = max((pdfmetrics.stringWidth(word, font, size) for word in text.split()), default=0)
    return float(min(longest, WIDTH / 4)) + 0.5


@cache
def _sized(style: ParagraphStyle, size: float) -> ParagraphStyle:
    return ParagraphStyle(f"{style.name} {size}", style, fontSize=size)


def _cell(head: Head, value: Typed, size: float) -> Paragraph | str:
    if value.kind in NUMERIC:
        return shown(value)
    return _words(shown(value), _sized(NUMBER if head.kind in NUMERIC else CELL, size))


def _chart(bars: Bars) -> Drawing:
    """Return the age pyramid: a bar for each label, unknown ones apart, a line at the limit."""
    height, base, top = 46 * mm, 7 * mm, 8 * mm
    drawing = Drawing(WIDTH, height, initialFontName=REGULAR)
    data = [*bars.data, *([(_("unknown"), bars.unknown)] if bars.unknown else [])]
    slots = len(bars.data) + (1.5 if bars.unknown else 0)
    slot = min(WIDTH / max(slots, 1), 16 * mm)
    highest = max((value for _label, value in data), default=0)
    scale = (height - base - top) / highest if highest else 0
    for place, (label, value) in enumerate(data):
        apart = place == len(bars.data)
        x = (place + (0.5 if apart else 0)) * slot
        tall = max(value * scale, 0.8 if value else 0)
        drawing.add(_bar(x + slot * 0.14, base, slot * 0.72, tall, UNKNOWN if apart else ACCENT))
        drawing.add(_label(x + slot / 2, base - 9, label, QUIET))
        if value:
            drawing.add(_label(x + slot / 2, base + tall + 3, i18n.number(value), INK))
    drawing.add(Line(0, base, slots * slot, base, strokeColor=QUIET, strokeWidth=0.5))
    if bars.limit_after is not None:
        x = bars.limit_after * slot
        dashes = {"strokeColor": WARN, "strokeDashArray": [3, 2]}
        drawing.add(Line(x, base, x, height - 2, strokeWidth=0.8, **dashes))
        drawing.add(
            String(x + 3, height - 8, bars.limit_label, fontName=REGULAR, fontSize=7.5, fillColor=WARN)
        )
    return drawing


def _bar(x: float, y: float, width: float, height: float, color: Color) -> Rect:  # noqa: PLR0917
    return Rect(x, y, width, height, fillColor=color, strokeColor=None)


def _label(x: float, y: float, text: str, color: Color) -> String:
    return String(x, y, text, fontName=REGULAR, fontSize=7.5, fillColor=color, textAnchor="middle")
