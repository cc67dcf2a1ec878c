"""Logs several things of one sort at once: reads a list of serial numbers, says what is wrong with each line, keeps all or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.assets.services import checks
from inventory.assets.services.creating import Draft, create_many
from inventory.assets.services.tags import take_tags
from inventory.audit import services as audit
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.text import clean
from inventory.core.wording import N_, Title
from inventory.fields import values as custom_values
from inventory.fields.models import CustomField
from inventory.organization.models import Entity

SAID_AT_ONCE = 12
MOST = 500
_BETWEEN = re.compile(r"[;\t]")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a delivery: its line, serial number and tag as far as given, and what speaks against it."""

    number: int
    serial: str | None = None
    tag: str | None = None
    problem: Invalid | None = None


def read_lines(text: str, count: int | None = None) -> list[Line]:
    """Read a pasted list, a serial number a line, with a tag after a tab or a semicolon if there is one.

    Without any line, `count` things without a serial number. Raises Invalid when there are none or too many.
    """
    lines = []
    for number, line in enumerate(text.split("\n"), start=1):
        parts = [clean(part, 120) for part in _BETWEEN.split(line)]
        if any(parts):
            lines.append(Line(number, parts[0], parts[1] if len(parts) > 1 else None))
    if not lines:
        lines = [Line(number) for number in range(1, min(count or 0, MOST + 1) + 1)]
    if not lines:
        raise Invalid("serials", N_("Paste the serial numbers, or say how many there are."))
    if len(lines) > MOST:
        raise Invalid("serials", N_("Log at most %(most)s at once."), most=MOST)
    return lines


def check_lines(lines: Sequence[Line], maker_id: int | None, entity_id: int) -> list[Line]:
    """Return the lines with serial numbers in the maker's form, and with what speaks against each."""
    cleaned = [_cleaned(line, maker_id) for line in lines]
    known = checks.serials_known({line.serial for line in cleaned if line.serial and not line.problem})
    tags = _tags_known({line.tag for line in cleaned if line.tag})
    first_seen: dict[str, int] = {}
    return [
        line if line.problem else _judged(line, first_seen, known, tags, of=(maker_id, entity_id))
        for line in cleaned
    ]


def _judged(
    line: Line,
    first_seen: dict[str, int],
    known: Mapping[str, list[Asset]],
    tags: set[str],
    *,
    of: tuple[int | None, int],
) -> Line:
    maker_id, entity_id = of
    try:
        _refuse_double(line, first_seen)
        if line.tag in tags:
            raise checks.taken(line.tag)
        checks.refuse_same(known.get(line.serial or "", []), None, maker_id, entity_id)
    except Invalid as problem:
        return replace(line, problem=problem)
    return line


def _cleaned(line: Line, maker_id: int | None) -> Line:
    if line.serial is None:
        return line
    try:
        return replace(line, serial=checks.clean_serial(line.serial, maker_id))
    except Invalid as error:
        return replace(line, problem=error)


def _tags_known(tags: set[str]) -> set[str]:
    return (
        {tag for tag in db.session.scalars(select(Asset.tag).where(Asset.tag.in_(tags))) if tag}
        if tags
        else set()
    )


def _refuse_double(line: Line, first_seen: dict[str, int]) -> None:
    """Raise Invalid when a line before has the same serial number or tag; notes this one."""
    for key in (f"serial {line.serial}" if line.serial else "", f"tag {line.tag}" if line.tag else ""):
        if key and key in first_seen:
            raise Invalid("serials", N_("It is on line %(line)s already."), line=first_seen[key])
        first_seen.setdefault(key, line.number)


def log_delivery(
    values: Mapping[str, Any],
    lines: Sequence[Line],
    *,
    actor: Actor,
    title: Title,
    number_them: bool = True,
    own: tuple[Sequence[CustomField], Mapping[str, Any]] = ((), {}),
) -> tuple[ChangeSet, list[Asset]]:
    """Create one asset for each line from what they share (columns of Asset), as one change set called `title`.

    With `number_them`, those without a tag get the next ones of the entity's sequence. `own` are custom fields, and what
    each gets in them by their keys. Raises Invalid for the lines that something speaks against: all are logged or none.
    """
    wrong = [str(line.number) for line in lines if line.problem]
    if wrong:
        said = ", ".join(wrong[:SAID_AT_ONCE]) + ("…" if len(wrong) > SAID_AT_ONCE else "")
        raise Invalid("serials", N_("Correct or remove these lines: %(lines)s."), lines=said)
    entity = db.session.get(Entity, values["entity_id"])
    with audit.change_set(
        ChangeSetKind.DELIVERY, title, actor=actor, entity_id=values["entity_id"]
    ) as opened:
        untagged = sum(1 for line in lines if line.tag is None)
        tags = iter(take_tags(entity, untagged) if number_them and entity is not None else ())
        creation = create_many(
            [
                Draft(
                    {**values, "serial": line.serial, "tag": line.tag or next(tags, None)},
                    accept_duplicate=True,
                )
                for line in lines
            ],
            actor=actor,
        )
        if creation.refused:
            # What is wrong with one is wrong with all: the lines themselves were checked.
            raise next(iter(creation.refused.values()))
        custom_values.save_first("asset", [(asset, *own) for asset in creation.assets], actor=actor)
    return opened, creation.assets
