"""Verbs of an import: keep a file, choose its columns, try it without saving, import it."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any

from sqlalchemy import delete, select

from inventory.audit import services as audit
from inventory.audit.models import ChangeSetKind
from inventory.auth import queries as users
from inventory.auth.models import User
from inventory.core import clock
from inventory.core.access import NOBODY, Actor
from inventory.core.database import bulk_load, db
from inventory.core.errors import Invalid, Refused
from inventory.core.i18n import in_every_language
from inventory.core.text import clean, folded
from inventory.core.wording import N_
from inventory.exchange import columns, importers, reading, values
from inventory.exchange.importers import SAME_VALUE, Importer, Remark, Result, Row, Terms
from inventory.exchange.models import Extent, Import, ImportLine, KnownLayout, Outcome, Stage
from inventory.jobs import services as jobs
from inventory.jobs.models import Job
from inventory.search import store

# Rows of one transaction; on SQLite, which has one writer, everybody else who writes waits for its end.
CHUNK, MOST_OF_ONE_WRITER = 1000, 500
# What the file of refused rows has beside the columns of the file.
HANDED_BACK = (N_("Line"), N_("Why it was refused"))
UNMATCHED = N_(
    "Without what it is found by, the row was compared with nothing and not looked at any further. Correct that cell, or find the rows by another column."
)
CELLS_AT_HAND = 2_000
# Of a value that changes so many characters are shown.
LONGEST_TOLD = 60
_UNREAD: Any = object()
TRY, RUN = "exchange.try", "exchange.import"


def is_remembered(kept: Import) -> bool:
    """Say whether columns were chosen before for a file with these headings."""
    return _layout(kept.noun, kept.headings) is not None


def forget_columns(kept: Import) -> None:
    """Forget the columns that were chosen for files like this one, and propose what its headings say.

    Raises Refused for a file whose columns are not to be chosen.
    """
    _refuse_unless(kept, Stage.CHOOSING)
    layout = _layout(kept.noun, kept.headings)
    if layout is not None:
        db.session.delete(layout)
    importer = importers.importer(kept.noun)
    chosen = columns.suggest(kept.headings, importer.columns(), in_every_language)
    kept.columns = {str(place): key for place, key in chosen.items()}
    kept.match_key = _match_key(importer, chosen, reading.read(zlib.decompress(kept.content)).lines, None)


def keep(data: bytes, filename: str, *, noun: str, entity_id: int, user: User, actor: Actor) -> Import:
    """Keep a file with the columns that its headings suggest. Raises Invalid for a file that cannot be read."""
    table = reading.read(data)
    importer = importers.importer(noun)
    layout = _layout(noun, table.headings)
    chosen = columns.suggest(
        table.headings, importer.columns(), in_every_language, layout.columns if layout else None
    )
    kept = Import(
        noun=noun,
        entity_id=entity_id,
        filename=clean(filename, 255) or "import",
        content=zlib.compress(data),
        headings=[clean(heading, 120) or "" for heading in table.headings],
        samples=reading.samples(table),
        read_as={"encoding": table.encoding, "separator": table.separator, "sheet": table.sheet,
                 "other_sheets": list(table.other_sheets)},
        lines=len(table.lines),
        columns={str(place): key for place, key in chosen.items()},
        match_key=_match_key(importer, chosen, table.lines, layout.match_key if layout else None),
        user_id=user.id,
        user_label=actor.label,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept


def _match_key(
    importer: Importer, chosen: Mapping[int, str], lines: Sequence[reading.Line], before: str | None
) -> str | None:
    """Return the column that finds rows: the one chosen before, else the likeliest that most lines fill, else the likeliest."""
    places = {key: place for place, key in chosen.items()}
    known = [key for key in (before, *importer.match_keys) if key in places]
    empty = {
        key: sum(places[key] >= len(line.cells) or values.is_empty(line.cells[places[key]]) for line in lines)
        for key in known
    }
    whole = (key for key in known if key == before or 2 * empty[key] <= len(lines))
    return next(whole, known[0] if known else None)


def _layout(noun: str, headings: Sequence[str]) -> KnownLayout | None:
    return db.session.scalar(
        select(KnownLayout).where(KnownLayout.noun == noun, KnownLayout.signature == _signature(headings))
    )


def _signature(headings: Sequence[str]) -> str:
    # Refused rows that come back mended are of the file that they were handed back from.
    added = {columns.normal(word) for heading in HANDED_BACK for word in in_every_language(heading)}
    own = [heading for heading in headings if columns.normal(heading) not in added]
    return hashlib.sha256(columns.signature(own).encode()).hexdigest()


def choose(kept: Import, chosen: Mapping[int, str], match_key: str | None, extent: Extent) -> None:
    """Set which column of the file is which, and remember it for files like this one, then try the file.

    Raises Invalid when two columns fill the same field or nothing is chosen, Refused for what is imported already.
    """
    _refuse_unless(kept, Stage.CHOOSING, Stage.TRIED)
    fills = {column.key: column.fills for column in importers.importer(kept.noun).columns()}
    taken = Counter(fills.get(key, key) for key in chosen.values())
    twice = next((place for place, key in chosen.items() if taken[fills.get(key, key)] > 1), None)
    if twice is not None:
        raise Invalid(f"column-{twice}", N_("Two columns of the file cannot fill the same field."))
    if not chosen:
        raise Invalid("match_key", N_("Choose at least one column."))
    if match_key and match_key not in chosen.values():
        raise Invalid("match_key", N_("Choose a field that a column of the file fills."))
    kept.columns = {str(place): key for place, key in chosen.items()}
    kept.match_key, kept.extent = match_key, extent
    layout = _layout(kept.noun, kept.headings)
    if layout is None:
        layout = KnownLayout(noun=kept.noun, signature=_signature(kept.headings))
        db.session.add(layout)
    names = columns.numbered(kept.headings)
    layout.columns = {names[place]: key for place, key in chosen.items()}
    layout.match_key = match_key
    _enqueue(kept, TRY, Stage.TRYING)


def start(kept: Import) -> None:
    """Import a file that was tried. Raises Refused when nothing of it can be imported."""
    _refuse_unless(kept, Stage.TRIED)
    refused = kept.counts.get(Outcome.REFUSED.value, 0)
    if kept.extent is Extent.WHOLE and refused:
        raise Refused(N_("Nothing was imported: some rows are refused and every row is to be valid."))
    if refused == kept.lines:
        raise Refused(N_("Nothing was imported: every row is refused."))
    _enqueue(kept, RUN, Stage.RUNNING)


def cancel(kept: Import, *, actor: Actor, heard: bool = False) -> Job:
    """Stop trying or importing a file at its next step and return its job; what was imported stays, and can be undone.

    Raises Refused for a file that waits for a person. Where its worker `heard` of it beside the store, it may have
    stopped already.
    """
    if kept.job_id is None or not (heard or kept.stage in (Stage.TRYING, Stage.RUNNING)):
        raise Refused(N_("It has ended already."))
    return jobs.cancel(kept.job_id, actor=actor, heard=heard)


def choose_again(kept: Import) -> None:
    """Go back to the columns of a file that was tried."""
    _refuse_unless(kept, Stage.TRIED, Stage.CHOOSING)
    kept.stage = Stage.CHOOSING


def _refuse_unless(kept: Import, *stages: Stage) -> None:
    if kept.stage not in stages:
        raise Refused(N_("This file is being read or was imported already."))


def _enqueue(kept: Import, kind: str, stage: Stage) -> None:
    job = jobs.enqueue(
        kind,
        {"import": kept.id},
        title=kept.filename,
        # Asked for twice at once it is one job, and never the one before, which may not have ended with its last step.
        dedupe_key=f"import:{kept.public_id}:{kept.job_id or 0}",
        entity_id=kept.entity_id,
        requested_by=kept.user_label,
    )
    kept.job_id, kept.stage = job.id, stage


def terms_of(kept: Import, *, actor: Actor) -> Terms:
    """Return how the rows are applied: in the entities where its owner may write today.

    Raises NotFound or Forbidden when the entity of rows that name none is not one of them (any more).
    """
    owner = db.session.get(User, kept.user_id) if kept.user_id else None
    permission = importers.importer(kept.noun).permission
    access = users.access_of(owner) if owner and owner.active else NOBODY
    access.require(permission, kept.entity_id)
    return Terms(kept.match_key or "", kept.entity_id, access.entity_ids(permission), actor)


def rows_of(kept: Import) -> Iterator[Row]:
    """Return the lines of the file, each cell read by its column once the line is asked for; what cannot be read is a remark."""
    table = reading.read(zlib.decompress(kept.content))
    known = {column.key: column for column in importers.importer(kept.noun).columns()}
    chosen = [(int(place), known[key]) for place, key in kept.columns.items() if key in known]
    within = () if kept.match_key == columns.OWN_NUMBER else importers.importer(kept.noun).match_within
    seen: dict[Any, int] = {}
    # Thousands of lines name the same makers, people and days.
    said = [
        (place, column.key, lru_cache(CELLS_AT_HAND, typed=True)(partial(_said, column)))
        for place, column in chosen
    ]
    match_key = kept.match_key
    return (_refused_twice(_row(line, said), match_key, within, seen) for line in table.lines)


# What a cell says: its value, _UNREAD where there is none, and remarks on it.
_Saying = tuple[Any, tuple[Remark, ...]]


def _row(line: reading.Line, said: Sequence[tuple[int, str, Callable[[Any], _Saying]]]) -> Row:
    found: dict[str, Any] = {}
    remarks: list[Remark] = []
    for place, key, saying in said:
        if (cell := line.cells[place]) is None:
            continue
        value, noted = saying(cell)
        if value is not _UNREAD:
            found[key] = value
        remarks += noted
    return Row(line.number, found, remarks)


def _said(column: columns.Column, cell: Any) -> _Saying:
    if values.is_empty(cell):
        return _UNREAD, ()
    if (failure := values.failure(cell)) is not None:
        return _UNREAD, (Remark(column.key, failure, {"text": str(cell)[:40]}),)
    value, remarks = _UNREAD, []
    try:
        value = column.parse(cell)
    except values.Unreadable as error:
        remarks.append(Remark(column.key, error.args[0], error.params))
    if isinstance(value, str) and (warning := values.as_text_alone(cell)):
        remarks.append(Remark(column.key, warning, is_warning=True))
    if column.names_something and (warning := values.lost_digits(cell)):
        remarks.append(Remark(column.key, warning, is_warning=True))
    if isinstance(value, str) and (warning := values.unseen(cell, value)):
        remarks.append(Remark(column.key, warning, is_warning=True))
    return _UNREAD if value == "" else value, tuple(remarks)


def _refused_twice(row: Row, match_key: str | None, within: Sequence[str], seen: dict[Any, int]) -> Row:
    """Refuse a line whose key cannot be read or an earlier one has, and warn of one that has none; `seen` remembers them."""
    if not match_key:
        return row
    row = _without_spoilt(row, match_key)
    if row.refused & {match_key, *within} - row.values.keys():
        return Row(row.line, row.values, [*row.remarks, Remark("", UNMATCHED, is_warning=True)])
    if match_key not in row.values:
        lost = N_("It is empty, so the row is new each time that it is imported.")
        return Row(row.line, row.values, [*row.remarks, Remark(match_key, lost, is_warning=True)])
    key = tuple(folded(str(row.values.get(name, ""))) for name in (match_key, *within))
    if seen.setdefault(key, row.line) == row.line:
        return row
    said = Remark(match_key, SAME_VALUE, {"line": seen[key]})
    return Row(row.line, row.values, [*row.remarks, said])


def _without_spoilt(row: Row, match_key: str) -> Row:
    """Refuse a line whose key has lost what tells it from others: it would be found by what many have."""
    spoilt = [one for one in row.remarks if one.column == match_key and one.message in values.SPOILT]
    if not spoilt:
        return row
    kept = {name: value for name, value in row.values.items() if name != match_key}
    others = [one for one in row.remarks if one not in spoilt]
    return Row(row.line, kept, [*others, *(Remark(one.column, one.message, one.params) for one in spoilt)])


class Chunks:
    """The rows of a file in pieces that one transaction takes, each read when it is asked for."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._ahead: list[Row] = []
        self._most = min(CHUNK, MOST_OF_ONE_WRITER) if store.is_sqlite() else CHUNK

    def __iter__(self) -> Iterator[list[Row]]:
        while chunk := self._ahead or self._read():
            self._ahead = []
            yield chunk

    def read_ahead(self) -> None:
        """Read the next piece before it is asked for."""
        self._ahead = self._ahead or self._read()

    def _read(self) -> list[Row]:
        return list(islice(self._rows, self._most))


def forget_lines(kept: Import) -> None:
    """Forget what came of the lines, before they are tried once more."""
    db.session.execute(delete(ImportLine).where(ImportLine.import_id == kept.id))
    kept.counts = {}


def write_lines(kept: Import, results: Sequence[Result], *, keep_ids: bool) -> None:
    """Write what came of lines; `keep_ids` unless what they made was taken back: its first values are told then instead."""
    written = [
        {
            "import_id": kept.id,
            "line": result.line,
            "outcome": result.outcome,
            "label": (clean(result.label, 255) or ""),
            "object_id": result.object_id if keep_ids or result.outcome is not Outcome.CREATED else None,
            "changes": _told(result, keep_ids),
            "remarks": [remark.to_json() for remark in result.remarks],
        }
        for result in results
    ]
    bulk_load(ImportLine.__table__, written)  # type: ignore[arg-type]
    counted = Counter(kept.counts)
    counted.update(result.outcome.value for result in results)
    kept.counts = dict(counted)


def _told(result: Result, keep_ids: bool) -> dict[str, list[Any]]:
    """Return what changes as JSON keeps it, texts cut to what is shown of them; of what is new and stays, its page tells."""
    if result.outcome is Outcome.CREATED and keep_ids:
        return {}
    return {
        name: [None, new]
        if old is None and type(new) is str and len(new) <= LONGEST_TOLD
        else [_short(old), _short(new)]
        for name, (old, new) in result.changes.items()
    }


def _short(value: Any) -> Any:
    shown = audit.shown(value)
    return shown[:LONGEST_TOLD] if isinstance(shown, str) else shown


def open_change_set(kept: Import, *, actor: Actor) -> None:
    """Open the change set of an import once; later chunks go on with it."""
    if kept.change_set_id is None:
        with audit.change_set(
            ChangeSetKind.IMPORT, kept.filename, actor=actor, entity_id=kept.entity_id
        ) as opened:
            kept.change_set_id = opened.id


def finish(kept: Import, stage: Stage) -> None:
    """Say that trying or importing a file has ended."""
    kept.stage = stage
    kept.ended_at = clock.now()


def recover(job: Job) -> None:
    """Bring a file whose job ended early back to where it can be gone on with; what was imported stays imported.

    One of which nothing was imported stands as it was tried.
    """
    kept = db.session.scalar(select(Import).where(Import.job_id == job.id))
    if kept is not None and kept.stage is Stage.TRYING:
        kept.stage = Stage.CHOOSING
    elif kept is not None and kept.stage is Stage.RUNNING:
        finish(kept, Stage.DONE if job.checkpoint.get("done") else Stage.TRIED)
