"""What stands on a yearly annex, and how two of them differ: transferred, added, retired, replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from inventory.applications.states import Exit, Origin
from inventory.core.types import Code
from inventory.core.wording import N_

FORMAT = 1
# Before this there was no shared service whose annexes could be wanted.
EARLIEST_YEAR = 2010


class Movement(Code):
    """How an application came onto an annex or left it since the one before."""

    TRANSFERRED = "transferred", N_("transferred"), "accent", "transfer-in"
    ADDED = "added", N_("added"), "good", "plus"
    REPLACED = "replaced", N_("superseded"), "info", "replace"
    RETIRED = "retired", N_("withdrawn"), "neutral", "history"


@dataclass(frozen=True, slots=True)
class Line:
    """One application as one entity uses it. Codes and days are kept as text, people by public id."""

    application: str
    entity: str
    name: str
    entity_name: str
    origin: str
    since_on: str
    code: str | None = None
    editor: str | None = None
    release: str | None = None
    area: str | None = None
    hosting: str | None = None
    criticality: str | None = None
    users: int | None = None
    business_owner: str | None = None
    supplier: str | None = None
    contract_reference: str | None = None
    contract_ends_on: str | None = None
    maintained: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What tells lines of two annexes apart: the application and who uses it."""
        return self.application, self.entity


@dataclass(frozen=True, slots=True)
class Left:
    """How and why the use of an application ended, as it was recorded."""

    exit: str
    on: str
    reason: str
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two annexes. `reason` is None for what came, and for an exit that nobody explained."""

    movement: str
    application: str
    name: str
    entity: str
    entity_name: str
    on: str | None = None
    reason: str | None = None
    replaced_by: str | None = None

    @property
    def is_exit(self) -> bool:
        return self.movement in (Movement.RETIRED, Movement.REPLACED)

    @property
    def unexplained(self) -> bool:
        """Say whether it left without a reason, which an annex owes."""
        return self.is_exit and not self.reason


def last_day(year: int) -> date:
    """Return the day of a year's annex."""
    return date(year, 12, 31)


def is_maintained(*, has_owner: bool, contract_ends_on: date | None, has_internal: bool, on: date) -> bool:
    """Say whether somebody answers for an application and somebody mends it: by a contract that runs, or in the house."""
    return has_owner and (has_internal or (contract_ends_on is not None and contract_ends_on >= on))


def compare(
    before: Iterable[Line],
    now: Iterable[Line],
    left: Mapping[tuple[str, str], Left],
    passed: Iterable[Line] = (),
) -> tuple[Change, ...]:
    """Return what came and what left between two lists of lines: entries first, each part by name.

    `left` says by key how a use ended; a line that is gone without one is called retired, unexplained. What has
    `passed`, begun and ended in between, stands on neither list: it came and it left.
    """
    earlier, later = {line.key: line for line in before}, {line.key: line for line in now}
    between = {line.key: line for line in passed if line.key not in earlier.keys() | later.keys()}
    came = [_came(line) for key, line in (later | between).items() if key not in earlier]
    gone = [_gone(line, left.get(key)) for key, line in (earlier | between).items() if key not in later]
    order = [movement.value for movement in Movement]
    return tuple(sorted((*came, *gone), key=lambda c: (order.index(c.movement), c.name.casefold(), c.entity)))


def _came(line: Line) -> Change:
    movement = Movement.TRANSFERRED if line.origin == Origin.TRANSFERRED else Movement.ADDED
    return Change(
        movement.value, line.application, line.name, line.entity, line.entity_name, on=line.since_on
    )


def _gone(line: Line, left: Left | None) -> Change:
    replaced = left is not None and left.exit == Exit.REPLACED
    return Change(
        (Movement.REPLACED if replaced else Movement.RETIRED).value,
        line.application,
        line.name,
        line.entity,
        line.entity_name,
        on=left.on if left else None,
        reason=left.reason if left else None,
        replaced_by=left.replaced_by if left else None,
    )


def counts(changes: Iterable[Change]) -> dict[Movement, int]:
    """Return how many applications there are of each movement, in their order, noughts included.

    One that several entities share counts once.
    """
    found: dict[Movement, set[str]] = {movement: set() for movement in Movement}
    for change in changes:
        found[Movement(change.movement)].add(change.application)
    return {movement: len(applications) for movement, applications in found.items()}


def applications_in(lines: Iterable[Line]) -> int:
    """Return how many applications stand on the lines: one that several entities use is one."""
    return len({line.application for line in lines})


def as_json(lines: Sequence[Line], changes: Sequence[Change], compared: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a frozen annex keeps; `compared` says with what it was compared."""
    return {
        "format": FORMAT,
        "lines": [asdict(line) for line in lines],
        "changes": [asdict(change) for change in changes],
        "compared": dict(compared),
    }


def lines_of(content: Mapping[str, Any]) -> list[Line]:
    """Return the lines that a frozen annex keeps."""
    known = {field.name for field in fields(Line)}
    return [Line(**{name: value for name, value in row.items() if name in known}) for row in content["lines"]]


def changes_of(content: Mapping[str, Any]) -> list[Change]:
    """Return the changes that a frozen annex keeps."""
    known = {field.name for field in fields(Change)}
    return [
        Change(**{name: value for name, value in row.items() if name in known}) for row in content["changes"]
    ]
