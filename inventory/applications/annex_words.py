"""Puts an annex into words: the tables of its page and its workbook, sentences, the years one may turn to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext

from inventory.applications import annex, annexes
from inventory.applications.annex import Change, Line, Movement
from inventory.applications.annexes import Annex
from inventory.applications.models import ApplicationAnnex
from inventory.applications.states import Area, Criticality, Hosting, Origin
from inventory.core import clock, i18n, sheets
from inventory.core.i18n import ngettext
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.organization.models import Entity

YEARS_SHOWN = 5
# Heading and kind of each column of the workbook's first sheet, in the order of `_cells`.
HEADS = (
    N_("Application"),
    N_("Code"),
    N_("Entity"),
    N_("Editor"),
    N_("Version"),
    N_("Area of work"),
    N_("Hosting"),
    N_("Criticality"),
    N_("Users"),
    N_("Since"),
    N_("How it came"),
    N_("Business owner"),
    N_("Maintained by"),
    N_("Contract reference"),
    N_("Contract until"),
    N_("Maintained"),
)
CHANGE_HEADS = (N_("Change"), N_("Application"), N_("Entity"), N_("Date"), N_("Reason"), N_("Replaced by"))


def owners_of(lines: Iterable[Line]) -> dict[str, str]:
    """Return the names of those who answer for the lines."""
    return annexes.owner_names({line.business_owner for line in lines if line.business_owner})


def line_rows(lines: Sequence[Line], owners: Mapping[str, str], *, several: bool) -> list[list[Any]]:
    """Return the page's rows: one for each application; with `several`, the entities that use it."""
    return [
        _line_row(same, owners, several=several) for same in _grouped(lines, lambda line: line.application)
    ]


def _line_row(same: Sequence[Line], owners: Mapping[str, str], *, several: bool) -> list[Any]:
    line, counted = same[0], [each.users for each in same if each.users is not None]
    return [
        _link(line.name, line.application),
        *([", ".join(each.entity_name for each in same)] if several else []),
        " ".join(part for part in (line.editor, line.release) if part) or None,
        _member(Criticality, line.criticality),
        _word(Hosting, line.hosting),
        sum(counted) if counted else None,
        _day(min(each.since_on for each in same)),
        owners.get(line.business_owner or ""),
        line.maintained,
    ]


def line_heads(*, several: bool) -> list[tuple[str, str]]:
    """Return the headings and kinds of `line_rows`."""
    return [
        (gettext(N_("Application")), "name"),
        *_entity_head(several),
        (gettext(N_("Editor and version")), "text"),
        (gettext(N_("Criticality")), "badge"),
        (gettext(N_("Hosting")), "text"),
        (gettext(N_("Users")), "number"),
        (gettext(N_("Since")), "day"),
        (gettext(N_("Business owner")), "text"),
        (gettext(N_("Maintained")), "bool"),
    ]


def change_rows(changes: Sequence[Change], *, several: bool) -> list[list[Any]]:
    """Return the page's rows of changes; what several entities share, `several`, is one."""
    shared = _grouped(changes, lambda c: (c.movement, c.application, c.on, c.reason, c.replaced_by))
    return [
        [
            Movement(same[0].movement),
            _link(same[0].name, same[0].application),
            *([", ".join(change.entity_name for change in same)] if several else []),
            _day(same[0].on),
            reason_words(same[0]),
        ]
        for same in shared
    ]


def change_heads(*, several: bool) -> list[tuple[str, str]]:
    """Return the headings and kinds of `change_rows`."""
    return [
        (gettext(N_("Change")), "badge"),
        (gettext(N_("Application")), "name"),
        *_entity_head(several),
        (gettext(N_("Date")), "day"),
        (gettext(N_("Reason")), "text"),
    ]


def _entity_head(several: bool) -> list[tuple[str, str]]:
    return [(gettext(N_("Entity")), "text")] if several else []


def _grouped(rows: Sequence[Any], key: Callable[[Any], Any]) -> list[list[Any]]:
    """Return the rows that share a key together, in the order of the first of each."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(found.values())


def _link(name: str, application: str) -> dict[str, Any]:
    return {"kind": "name", "value": name, "url": url_for("applications.detail", public_id=application)}


def reason_words(change: Change) -> str:
    """Return why something left and by what it was replaced; what came needs no reason."""
    if not change.is_exit:
        return "–"
    if change.unexplained:
        return gettext(N_("No reason is recorded."))
    by = gettext(N_("By %(name)s."), name=change.replaced_by) if change.replaced_by else ""
    return " ".join(part for part in (by, change.reason) if part)


def number(lines: Sequence[Line]) -> int:
    """Return how many applications stand on an annex, whoever uses them."""
    return annex.applications_in(lines)


def summary(lines: Sequence[Line], changes: Sequence[Change]) -> str:
    """Return the message of an annex in one sentence."""
    words = ngettext("%(num)s application", "%(num)s applications", number(lines))
    moved = [
        (Movement.TRANSFERRED, lambda n: ngettext("%(num)s transferred", "%(num)s transferred", n)),
        (Movement.ADDED, lambda n: ngettext("%(num)s added", "%(num)s added", n)),
        (Movement.REPLACED, lambda n: ngettext("%(num)s superseded", "%(num)s superseded", n)),
        (Movement.RETIRED, lambda n: ngettext("%(num)s withdrawn", "%(num)s withdrawn", n)),
    ]
    found = annex.counts(changes)
    parts = [say(found[movement]) for movement, say in moved if found[movement]]
    if not parts:
        return gettext(N_("%(applications)s, none came and none left."), applications=words)
    return gettext(N_("%(applications)s: %(changes)s."), applications=words, changes=", ".join(parts))


def figures(lines: Sequence[Line], changes: Sequence[Change]) -> list[tuple[str, Any, str | None]]:
    """Return the large figures of an annex: (label, value, note)."""
    found = annex.counts(changes)
    maintained = annex.applications_in(line for line in lines if line.maintained)
    total = annex.applications_in(lines)
    owing = len({change.application for change in changes if change.unexplained})
    came = found[Movement.TRANSFERRED] + found[Movement.ADDED]
    left = found[Movement.RETIRED] + found[Movement.REPLACED]
    return [
        (gettext(N_("Applications")), i18n.number(total), None),
        (gettext(N_("Under maintenance")), i18n.number(maintained), gettext(N_("%(share)s of them"), share=i18n.percent(maintained / total, 0)) if total else None),
        (gettext(N_("Came")), i18n.number(came), _note(found, Movement.TRANSFERRED, Movement.ADDED)),
        (gettext(N_("Left")), i18n.number(left),
         gettext(N_("without a reason: %(num)s"), num=i18n.number(owing)) if owing else _note(found, Movement.REPLACED, Movement.RETIRED)),
    ]  # fmt: skip


def _note(found: Mapping[Movement, int], *movements: Movement) -> str | None:
    moved = [movement for movement in movements if found[movement]]
    return ", ".join(i18n.labelled(gettext(one.label), i18n.number(found[one])) for one in moved) or None


def compared_with(found: Annex) -> str:
    """Return with what the annex of the record was compared."""
    year = str(found.year - 1)
    if found.before is None:
        return gettext(
            N_(
                "The annex of %(year)s was not frozen: compared with what the record says of 31 December %(year)s."
            ),
            year=year,
        )
    return gettext(N_("Compared with the annex of %(year)s, frozen on %(day)s."), year=year, day=i18n.day(found.before.frozen_at))  # fmt: skip


def frozen_comparison(row: ApplicationAnnex) -> str:
    """Return with what a frozen annex was compared when it was frozen."""
    compared = row.content.get("compared", {})
    year = str(compared.get("year", row.year - 1))
    if compared.get("annex"):
        return gettext(N_("Compared with the frozen annex of %(year)s."), year=year)
    return gettext(
        N_("The annex of %(year)s was not frozen: compared with what the record says of 31 December %(year)s."), year=year
    )  # fmt: skip


def frozen_words(row: ApplicationAnnex) -> str:
    """Return when and by whom an annex was frozen, and which edition it is."""
    return gettext(
        N_("Frozen on %(day)s by %(name)s, edition %(edition)s: it never changes again."),
        day=i18n.day(row.frozen_at), name=row.frozen_by or "Parc", edition=row.edition,
    )  # fmt: skip


def same_words(row: ApplicationAnnex, *, again: bool) -> str:
    """Return when and by whom what stands on an annex was frozen; `again` where somebody asked for it once more."""
    said = {"day": i18n.day(row.frozen_at), "name": row.frozen_by or "Parc", "edition": row.edition}
    if again:
        return gettext(
            N_("It is frozen already, by %(name)s on %(day)s (edition %(edition)s), and nothing has changed since: no other edition was made."),
            **said,
        )  # fmt: skip
    return gettext(
        N_("Frozen on %(day)s by %(name)s (edition %(edition)s). Nothing has changed since."), **said
    )


def reading() -> list[str]:
    """Return how an annex is read, for those who were given it."""
    return [
        gettext(
            N_(
                "An application stands on the annex when the commune, or an entity below it, used it on that day. Maintained: somebody answers for it, and a contract runs or somebody in the house looks after it."
            )
        ),
        gettext(
            N_(
                "Transferred: the commune had it before the service was shared. Added: it came since. Each exit stands with its reason."
            )
        ),
    ]


def years(entity: Entity, shown: int) -> list[dict[str, Any]]:
    """Return the present year and those before it, as tabs."""
    present = clock.today(entity.time_zone).year
    wanted = sorted({*range(present, present - YEARS_SHOWN, -1), shown}, reverse=True)
    return [
        {
            "label": gettext(N_("%(year)s, until today"), year=str(year)) if year == present else str(year),
            "url": url_for("applications.annex", code=entity.code, year=year),
            "active": year == shown,
        }
        for year in wanted
    ]


def workbook(name: str, lines: Sequence[Line], changes: Sequence[Change]) -> bytes:
    """Return an annex as a workbook: a sheet of lines and one of changes, words in the reader's language."""
    owners = owners_of(lines)

    def add_changes(book: Any, _sheet: Any) -> None:
        sheet = book.add_worksheet(gettext(N_("Changes"))[:31])
        bold = book.add_format({"bold": True, "bottom": 1})
        for column, heading in enumerate(CHANGE_HEADS):
            sheet.write_string(0, column, gettext(heading), bold)
            sheet.set_column(column, column, 18)
        for number, change in enumerate(changes, start=1):
            for column, value in enumerate(_change_cells(change)):
                if isinstance(value, date):
                    sheet.write(number, column, value)
                elif value:
                    sheet.write_string(number, column, str(sheets.safe_cell(value))[:32_000])
        sheet.freeze_panes(1, 0)

    rows = [_cells(line, owners) for line in lines]
    return sheets.xlsx_bytes(name, [gettext(head) for head in HEADS], rows, finish=add_changes)


def _cells(line: Line, owners: Mapping[str, str]) -> list[Any]:
    return [
        line.name,
        line.code,
        line.entity_name,
        line.editor,
        line.release,
        _word(Area, line.area),
        _word(Hosting, line.hosting),
        _word(Criticality, line.criticality),
        line.users,
        _day(line.since_on),
        _word(Origin, line.origin),
        owners.get(line.business_owner or ""),
        line.supplier,
        line.contract_reference,
        _day(line.contract_ends_on),
        gettext(N_("yes")) if line.maintained else gettext(N_("no")),
    ]


def _change_cells(change: Change) -> list[Any]:
    return [
        _word(Movement, change.movement),
        change.name,
        change.entity_name,
        _day(change.on),
        gettext(N_("No reason is recorded.")) if change.unexplained else change.reason,
        change.replaced_by,
    ]


def _member(codes: type[Code], value: str | None) -> Code | None:
    """Return the member of a kept code; a code that the list no longer has reads as unknown."""
    return next((code for code in codes if code.value == value), None)


def _word(codes: type[Code], value: str | None) -> str | None:
    found = _member(codes, value)
    return gettext(found.label) if found else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
