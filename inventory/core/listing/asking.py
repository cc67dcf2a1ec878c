"""What an address asks of a list: filters (all or any of them, each also turned round), words, sort and columns.

state=in_service,in_repair    any of several values (also as repeated parameters, as a form without script sends them)
state=retired&not=state       none of them
match=any                     one filter is enough, instead of all
received=2026-01-01..         a range of days with an end left out (also received.from= and received.to=)
unseen=1284                   a number, the same for every reader (also unseen.typed=1,284 as a reader of English types it)
q=…   sort=-age   cols=tag,state,model   view=<public id of a saved view>   after= before= seen= (place)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from inventory.core import i18n
from inventory.core.listing import understanding
from inventory.core.listing.declaring import Column, Filter, Usual
from inventory.core.text import clean

LONGEST_VALUE = 400
RANGE_ENDS = ("from", "to")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, as far as the list knows it; what it asks of filters that makes no sense (`refused`, by key).

    `strange` are its other arguments that name what the list does not have: {argument: the names}.
    """

    query: str
    values: dict[str, str]
    turned: frozenset[str]
    any_of: bool
    columns: tuple[str, ...]
    refused: dict[str, understanding.Read]
    strange: dict[str, str]

    @property
    def narrows(self) -> bool:
        """Whether the list is narrowed by anything."""
        return bool(self.values or self.query)


def read(arguments: MultiDict[str, str], filters: Sequence[Filter], columns: Sequence[Column]) -> Asked:
    """Read the arguments of an address; what the list does not know is left alone."""
    found = {f.key: understanding.read(f, value) for f in filters if (value := _value(arguments, f))}
    values = {key: one.value for key, one in found.items() if one.value}
    known, turned = {column.key for column in columns}, _parts(arguments, "not")
    chosen, match = _parts(arguments, "cols"), clean(arguments.get("match", ""), 20) or ""
    return Asked(
        query=clean(arguments.get("q", ""), 100) or "",
        values=values,
        turned=frozenset(turned) & values.keys(),
        any_of=match == "any" and len(values) > 1,
        columns=tuple(part for part in chosen if part in known),
        refused={key: one for key, one in found.items() if one.why},
        strange=_strange({
            "cols": [part for part in chosen if part not in known],
            "sort": [s for s in [arguments.get("sort", "")] if s and not _sorts(s, columns)],
            "not": [part for part in turned if part not in {f.key for f in filters}],
            "match": [match] if match not in ("", "any", "all") else [],
        }),
    )  # fmt: skip


def _strange(found: dict[str, list[str]]) -> dict[str, str]:
    return {
        name: ", ".join(clean(part, 40) or "" for part in parts) for name, parts in found.items() if parts
    }


def _sorts(wanted: str, columns: Sequence[Column]) -> bool:
    return any(one.sort is not None and one.key == wanted.removeprefix("-") for one in columns)


def _parts(arguments: MultiDict[str, str], name: str) -> list[str]:
    return [part for part in _joined(arguments, name).split(",") if part]


def _value(arguments: MultiDict[str, str], choice: Filter) -> str:
    if choice.kind == "range":
        ends = [clean(arguments.get(f"{choice.key}.{end}", ""), 20) or "" for end in RANGE_ENDS]
        if any(ends):
            return "..".join(ends)
    typed = clean(arguments.get(choice.field, ""), choice.longest) or "" if choice.field != choice.key else ""
    if choice.kind == "choice":
        given = [*arguments.getlist(choice.key), *_numbers(typed)]
        return _joined(MultiDict([(choice.key, one) for one in given]), choice.key, choice.longest)
    if typed and choice.reads:
        return choice.reads(typed)
    return clean(arguments.get(choice.key, ""), choice.longest) or ""


def _numbers(typed: str) -> list[str]:
    """Return the numbers that a reader types for a choice: "1,284" is one where commas stand between thousands."""
    return [i18n.ungrouped(part) for part in re.split(r"[,;]\s+|;", typed)]


def _joined(arguments: MultiDict[str, str], name: str, longest: int = LONGEST_VALUE) -> str:
    parts = (clean(part, longest) for value in arguments.getlist(name) for part in value.split(","))
    return ",".join(dict.fromkeys(part for part in parts if part))[:longest]


def tidied(
    arguments: MultiDict[str, str], filters: Sequence[Filter], usual: Usual | None = None
) -> dict[str, str | None] | None:
    """Return the arguments that an address worth sharing changes (None: leaves out), or None when it is one already.

    What the list shows usually makes way for anything else that its filter is asked for.
    """
    changes: dict[str, str | None] = {}
    asked = dict.fromkeys(("q", "not", "match", "cols"), LONGEST_VALUE)
    asked |= {choice.key: choice.longest for choice in filters}
    for name, values in arguments.lists():
        if name not in asked:
            continue
        if len(values) > 1:
            parts = [part for part in _joined(arguments, name, asked[name]).split(",") if part]
            others = [part for part in parts if usual is None or (name, part) != (usual.key, usual.value)]
            changes[name] = ",".join(others or parts) or None
        elif not values[0].strip():
            changes[name] = None
    for choice in filters:
        ends = [f"{choice.key}.{end}" for end in RANGE_ENDS if f"{choice.key}.{end}" in arguments]
        if choice.kind == "range" and ends:
            changes |= dict.fromkeys(ends)
            changes[choice.key] = _value(arguments, choice) or None
        if choice.field != choice.key and choice.field in arguments:
            changes |= {choice.field: None, choice.key: _value(arguments, choice) or None}
    return changes or None
