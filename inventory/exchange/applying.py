"""Applies the rows of a file, and says all that is wrong with those that are refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from inventory.core.database import db
from inventory.exchange import importers
from inventory.exchange.columns import OWN_NUMBER
from inventory.exchange.importers import Importer, Remark, Result, Row, Session
from inventory.exchange.models import Import, Outcome

# So many times a row is looked at again, each time for one thing more that is wrong with it.
MOST_LOOKS = 6


def apply(session: Session, rows: Sequence[Row], importer: Importer) -> list[Result]:
    """Apply the rows that could be read; the others are refused with what was wrong. In the order of the file."""
    readable = [row for row in rows if row.is_readable]
    results = {result.line: result for result in session.apply(readable)}
    for row in rows:
        if row.line not in results:
            results[row.line] = Result(row.line, Outcome.REFUSED, importer.name(row.values))
        results[row.line].remarks = _without_idle([*row.remarks, *results[row.line].remarks])
    return [results[row.line] for row in rows]


def explain(session: Session, rows: Sequence[Row], results: Sequence[Result], kept: Import) -> None:
    """Add what else is wrong with refused rows to their remarks; they stay refused, and nothing of them is saved.

    Each is applied again without the cells that it is refused for, and taken back, until nothing more is found: in a
    fixed number of queries, none where no row is refused.
    """
    came = {result.line: result for result in results if result.outcome is Outcome.REFUSED}
    if not came:
        return
    lesser = _Lesser(importers.importer(kept.noun), kept.match_key or "")
    first = (lesser.begin(row, came[row.line]) for row in rows if row.line in came)
    left = [row for row in first if row is not None]
    for _look in range(MOST_LOOKS):
        if not left:
            break
        found = {result.line: result.remarks for result in _taken_back(session, left)}
        new = {row.line: lesser.news(row, found[row.line]) for row in left}
        for line, remarks in new.items():
            came[line].remarks = _without_idle([*came[line].remarks, *remarks])
        left = [again for row in left if (again := lesser.next(row, new[row.line])) is not None]


def _taken_back(session: Session, rows: Sequence[Row]) -> list[Result]:
    trial = db.session.begin_nested()
    results = session.apply(rows)
    trial.rollback()
    # What was read since holds what is no longer so.
    db.session.expire_all()
    session.forget()
    return results


def _without_idle(remarks: Sequence[Remark]) -> list[Remark]:
    """The remarks without warnings about a column that is refused anyway: what they warn of does not come to pass."""
    refused = _refused(remarks)
    return [remark for remark in remarks if not (remark.is_warning and remark.column in refused)]


def _refused(remarks: Iterable[Remark]) -> frozenset[str]:
    return frozenset(remark.column for remark in remarks if not remark.is_warning)


class _Lesser:
    """Takes out of refused rows what they are refused for, and what cannot be judged without it."""

    def __init__(self, importer: Importer, match_key: str) -> None:
        self._bears_on = {column.key: column.bears_on for column in importer.columns()}
        within = () if match_key == OWN_NUMBER else importer.match_within
        # Without these nobody can say whether a row is new.
        self._keys = frozenset({match_key, *within})

    def begin(self, row: Row, result: Result) -> Row | None:
        """Return a refused row as it is looked at first, None where nothing more can be said of it."""
        if row.is_readable:
            return self.next(row, result.remarks)
        if self._keys & (row.refused - row.values.keys()):
            return None
        # The value of a cell that was read stays: an earlier line has the same one.
        return _without(row, self._reach(row.refused) - row.refused, ())

    def next(self, row: Row, remarks: Sequence[Remark]) -> Row | None:
        """Return a row without what was found last, None where nothing was, or it is nothing that the row says."""
        refused = _refused(remarks)
        if not refused or refused & self._keys or not refused <= row.values.keys():
            return None
        return _without(row, self._reach(refused), remarks)

    def news(self, row: Row, remarks: Sequence[Remark]) -> list[Remark]:
        """Return the refusals that do not come of what was taken out of the row."""
        known = self._reach(row.refused)
        return [remark for remark in remarks if not remark.is_warning and remark.column not in known]

    def _reach(self, keys: Collection[str]) -> frozenset[str]:
        found, new = frozenset(keys), frozenset(keys)
        while new:
            new = frozenset(one for key in new for one in self._bears_on.get(key, ())) - found
            found |= new
        return found


def _without(row: Row, keys: Collection[str], remarks: Sequence[Remark]) -> Row:
    values: Mapping[str, object] = {key: value for key, value in row.values.items() if key not in keys}
    return Row(row.line, values, [*row.remarks, *remarks])
