"""What a list is narrowed by: the controls that ask, the chips that say it, and what of an address makes no sense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from inventory.core import i18n
from inventory.core.addresses import PLACE, here
from inventory.core.listing import asking, words
from inventory.core.listing.asking import Asked
from inventory.core.listing.declaring import Filter, Usual
from inventory.core.wording import N_

OWN_ARGUMENTS = PLACE | {"q", "not", "match", "format"}

# What an address may name that a list does not have.
STRANGE = {
    "cols": N_("There is no column “%(text)s” here."),
    "sort": N_("The list cannot be sorted by “%(text)s”."),
    "not": N_("There is no filter “%(text)s” here to be turned round."),
    "match": N_("“%(text)s” is neither “all” nor “any” of the filters."),
}


class Narrowing:
    """The part of a Listing that its filters are."""

    all_filters: Sequence[Filter]
    arguments: Any
    asked: Asked
    usual: Usual | None
    query: str
    values: Mapping[str, str]

    @property
    def asks_filters(self) -> bool:
        """Whether the page holds the whole picker of filters: it is fetched when it is opened, being most of a page."""
        return "panel" in self.arguments

    @property
    def asks_filters_alone(self) -> bool:
        """Whether a page's script asks, which takes the picker of filters and nothing else of the page."""
        return self.asks_filters and request.headers.get("HX-Target") == "filter-controls"

    @property
    def filters_url(self) -> str:
        """The address of the page with its picker of filters."""
        return here({"panel": "filters"})

    @property
    def filter_count(self) -> int:
        """How many filters may be asked for."""
        return sum(not choice.hidden for choice in self.all_filters)

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """The filters that the picker asks for."""
        return [self._shown_filter(choice) for choice in self.all_filters if not choice.hidden]

    def _shown_filter(self, choice: Filter) -> dict[str, Any]:
        value, refused = self.values.get(choice.key, ""), self.asked.refused.get(choice.key)
        options = [(v, label) for v, label in (choice.options() if choice.options else ())]
        chosen = choice.parts(value) if value else []
        known = {v for v, _label in options}
        ends = value.partition("..")
        return {
            "key": choice.key,
            "label": gettext(choice.label),
            "kind": choice.kind,
            "options": options,
            "field": choice.field,
            "value": refused.refused
            if refused
            else choice.writes(value)
            if choice.writes and value
            else value,
            "chosen": chosen,
            "error": refused.why if refused else "",
            "empty": choice.empty,
            "own": gettext(choice.own) if choice.own else "",
            "own_value": ", ".join(part for part in chosen if part not in known),
            "from": ends[0],
            "to": ends[2],
            "search": choice.search,
            "words": self._words(choice) if value else "",
            "turned": choice.key in self.asked.turned,
            "usual": self.usual.value if self.usual and self.usual.key == choice.key else None,
        }

    def _words(self, choice: Filter) -> str:
        value = self.values[choice.key]
        if choice.kind == "range" and value != choice.empty:
            return words.days(value)
        return choice.say(value)

    @cached_property
    def refusals(self) -> list[dict[str, str]]:
        """What of the address makes no sense and is left out: in words, each with the address without it."""
        labels = {choice.key: gettext(choice.label) for choice in self.all_filters}
        shown = [
            {
                "words": i18n.labelled(labels[key], one.why),
                "remove_url": here({key: self.values.get(key) or None, "format": None}),
            }
            for key, one in self.asked.refused.items()
        ]
        return shown + [
            {"words": gettext(STRANGE[name]) % {"text": text}, "remove_url": here({name: self._known(name)})}
            for name, text in self.asked.strange.items()
        ]

    def _known(self, name: str) -> str | None:
        """Return an argument of the address without what the list does not have."""
        if name == "cols":
            return ",".join(self.asked.columns) or None
        return self._turned_without("") if name == "not" else None

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """What is filtered by, in words, each with the address that stops it."""
        shown = []
        for choice in self.all_filters:
            if choice.key in self.values:
                gone = {choice.key: self._otherwise(choice.key), "not": self._turned_without(choice.key)}
                shown.append({"label": self._chip(choice), "remove_url": here(gone)})
        if self.query:
            label = gettext(N_("Search: %(words)s")) % {"words": self.query}
            shown.append({"label": label, "remove_url": here({"q": None})})
        return shown

    def _chip(self, choice: Filter) -> str:
        label, turned = gettext(choice.label), choice.key in self.asked.turned
        if choice.kind == "bool":
            plain = self.values[choice.key] != "0"
            said = {"what": label}
            return label if plain != turned else str(gettext(N_("Not: %(what)s")) % said)
        said = {"what": label, "words": self._words(choice)}
        return str(gettext(N_("%(what)s is not %(words)s") if turned else N_("%(what)s: %(words)s")) % said)

    def _otherwise(self, key: str) -> str | None:
        """Return what an address asks of a filter that is taken away: everything, where nothing would mean the usual."""
        is_last = len(self.values) == 1 and not self.query
        asks_usual = self.usual is not None and (key, self.values[key]) == (self.usual.key, self.usual.value)
        return self.usual.everything if self.usual and is_last and asks_usual else None

    @property
    def usual_words(self) -> str | None:
        """What the list is narrowed to while nothing is asked, None where that is nothing."""
        choice = next((f for f in self.all_filters if self.usual and f.key == self.usual.key), None)
        return choice.say(self.usual.value) if choice and self.usual else None

    def _turned_without(self, key: str) -> str | None:
        return ",".join(sorted(self.asked.turned - {key})) or None

    @property
    def match_url(self) -> str | None:
        """The address that asks for any of the filters instead of all (or the other way), None with fewer than two."""
        if len(self.values) < 2:
            return None
        return here({"match": None if self.asked.any_of else "any"})

    @property
    def clear_url(self) -> str:
        """The address without any filter; sort, columns and the saved view stay."""
        ends = {f"{f.key}.{end}" for f in self.all_filters for end in asking.RANGE_ENDS}
        gone = {name for f in self.all_filters for name in (f.key, f.field)} | ends | {"q", "not", "match"}
        return here(dict.fromkeys(gone))

    @property
    def action_url(self) -> str:
        """Where the filter form sends."""
        return url_for(request.endpoint or "", **(request.view_args or {}))

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the filter form keeps: the sort, the columns, the scope, and filters that it does not ask for."""
        asked = {f.key for f in self.all_filters if not f.hidden} | OWN_ARGUMENTS
        return [(key, value) for key, value in self.arguments.items() if key not in asked]

    @property
    def in_use(self) -> list[tuple[str, str]]:
        """The filters of the address, for a form that does not show them."""
        asked = {f.key for f in self.all_filters if not f.hidden} | {"not", "match"}
        return [(key, value) for key, value in self.arguments.items() if key in asked]
