"""Where features announce their menu entries, panels, jobs, commands and hooks, so that imports go one way."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from click import Command

from inventory.core.permissions import Permission

Calls = Sequence[dict[str, Any]]
"""The arguments of one call after another."""


class Group(enum.StrEnum):
    """The parts of the navigation, in their order; settings are gathered on one page."""

    MAIN = "main"
    SERVICE = "service"
    DISCOVERY = "discovery"
    RENEWAL = "renewal"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the navigation; `count` gives a number only where somebody must act.

    `hint` says in a sentence what a page of settings is for.
    """

    group: Group
    label: str
    endpoint: str
    icon: str
    permission: Permission
    order: int = 50
    count: Callable[[], int] | None = None
    shortcut: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A block that a feature adds to another's detail page; `load` gives its context, or None to hide it."""

    key: str
    label: str
    template: str
    load: Callable[[Any], dict[str, Any] | None]
    order: int = 50
    side: Literal["main", "aside"] = "main"
    permission: Permission = Permission.VIEW


@dataclass(frozen=True, slots=True)
class Noun:
    """A thing that files, notes, custom fields and history serve by (key, public id); its key is its table's name.

    `page` is the endpoint of its page and `argument` what names a row there; `contribute` is the permission that a
    note or a file asks for, on the entity that `entity_id` gives for a row.
    """

    key: str
    label: str
    model: type[Any]
    page: str
    contribute: Permission
    argument: str = "public_id"
    entity_id: Callable[[Any], int] = lambda row: int(row.entity_id)


@dataclass(frozen=True, slots=True)
class Stream:
    """What a feature adds to the history of a noun: `load(row, before, limit)` gives entries as the timeline macro takes
    them, newest first, each with its instant `at`, earlier than `before` where that is given.
    """

    key: str
    label: str
    load: Callable[[Any, datetime | None, int], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Tally:
    """A count that a feature adds to each row of a list: `count(ids of the store)` in one query, `url(row)` its rows."""

    key: str
    label: str
    count: Callable[[Collection[int]], dict[int, int]]
    url: Callable[[Any], str]


# What stays the same for as long as something does; None where that cannot be told now.
Mark = Callable[[], Hashable | None]

EVERY = "*"
_tallies: dict[str, dict[str, Tally]] = defaultdict(dict)
_marks: dict[str, Mark] = {}
_streams: dict[str, dict[str, Stream]] = defaultdict(dict)
_nouns: dict[str, Noun] = {}
_menu: dict[str, MenuEntry] = {}
_panels: dict[str, dict[str, Panel]] = defaultdict(dict)
_jobs: dict[str, Callable[..., Any]] = {}
_starters: dict[str, Callable[..., str]] = {}
_hooks: dict[str, dict[str, Callable[..., Any]]] = defaultdict(dict)
_plural: dict[Callable[..., Any], Callable[[Calls], None]] = {}
_commands: dict[str, Command] = {}
_matchers: list[Callable[[str, Any, str], Any]] = []


def menu(entry: MenuEntry) -> None:
    """Add a line to the navigation."""
    _menu[entry.endpoint] = entry


def menu_entries() -> list[MenuEntry]:
    """Return the navigation's lines in their order."""
    return _ordered(tuple(_menu.values()))


# Every page asks, several times.
@lru_cache(maxsize=4)
def _ordered(entries: tuple[MenuEntry, ...]) -> list[MenuEntry]:
    return sorted(entries, key=lambda entry: (entry.order, entry.endpoint))


def noun(noun: Noun) -> None:
    """Let files, notes, custom fields and history serve a thing."""
    _nouns[noun.key] = noun


def nouns() -> dict[str, Noun]:
    """Return the things that are served by (key, public id), by key."""
    return _nouns


def tally(noun: str, tally: Tally) -> None:
    """Add a count to each row of the list of `noun`."""
    _tallies[noun][tally.key] = tally


def tallies(noun: str) -> list[Tally]:
    """Return the counts that features add to the list of `noun`."""
    return list(_tallies[noun].values())


def mark(of: str, mark: Mark) -> None:
    """Say by what others tell that what changes without a record in the trail (`of`: "sightings") has not changed."""
    _marks[of] = mark


def mark_of(of: str) -> Hashable | None:
    """Return that mark; None where nobody can tell."""
    return _marks[of]() if of in _marks else None


def stream(noun: str, stream: Stream) -> None:
    """Add a stream to the history of `noun`."""
    _streams[noun][stream.key] = stream


def streams(noun: str) -> list[Stream]:
    """Return what features add to the history of `noun`."""
    return list(_streams[noun].values())


def panel(noun: str, panel: Panel) -> None:
    """Add a panel to the detail page of `noun` ("asset", "person", …), or of every noun of the registry (EVERY)."""
    _panels[noun][panel.key] = panel


def panels(noun: str) -> list[Panel]:
    """Return the panels of `noun` in their order."""
    shared = _panels[EVERY] if noun in _nouns else {}
    return sorted({**shared, **_panels[noun]}.values(), key=lambda panel: (panel.order, panel.key))


def matcher(condition: Callable[[str, Any, str], Any]) -> None:
    """Let the one search read the words of lists and pickers: `condition(noun, column of the rows' ids, words)`."""
    _matchers[:] = [condition]


def matching(noun: str, row_id: Any, text: str) -> Any:
    """Return the condition that rows of `noun` match the words of `text`, accents and letter case aside."""
    return _matchers[0](noun, row_id, text)


def job(kind: str, function: Callable[..., Any]) -> None:
    """Say which function does jobs of `kind`."""
    _jobs[kind] = function


def job_function(kind: str) -> Callable[..., Any]:
    """Return the function of `kind`; raises KeyError for an unknown kind."""
    return _jobs[kind]


def starter(kind: str, start: Callable[..., str]) -> None:
    """Say how features that know nothing of jobs have work of a kind done in the background.

    `start` returns the address of the page that shows how far it is.
    """
    _starters[kind] = start


def starter_of(kind: str) -> Callable[..., str]:
    """Return how work of a kind is started; raises KeyError for an unknown kind."""
    return _starters[kind]


def command(command: Command) -> None:
    """Add a `parc` command."""
    _commands[command.name or ""] = command


def commands() -> dict[str, Command]:
    """Return all added `parc` commands by name."""
    return _commands


def hook(name: str, function: Callable[..., Any], *, plural: Callable[[Calls], None] | None = None) -> None:
    """Call `function` whenever `run_hooks(name)` is; adding it twice adds it once.

    `plural` does for many calls what `function` does for one, in fewer queries.
    """
    if plural is not None:
        _plural[function] = plural
    _hooks[name][f"{function.__module__}.{function.__qualname__}"] = function


def run_hooks(name: str, **arguments: Any) -> None:
    """Call the functions hooked to `name` inside the caller's transaction; their errors are the caller's."""
    for function in list(_hooks[name].values()):
        function(**arguments)


def run_hooks_for_each(name: str, calls: Calls) -> None:
    """Call the functions hooked to `name` for each of `calls`, all of them at once where the function has a plural."""
    if not calls:
        return
    for function in list(_hooks[name].values()):
        if function in _plural:
            _plural[function](calls)
        else:
            for arguments in calls:
                function(**arguments)
