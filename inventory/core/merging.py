"""Puts together what two people made of one form: what only one of them changed is kept, what both did is asked."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import wtforms
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms.widgets import HiddenInput

# The input that carries what the form held when it was made.
SEEN = "seen"
MINE, THEIRS, ASKED = "mine", "theirs", "asked"
# Of these a browser sends nothing while they are not ticked.
TICKED = (wtforms.BooleanField, wtforms.SelectMultipleField)

Sent = dict[str, list[str]]
"""What a browser would send of a form: name → values."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is saved otherwise than it was typed: what would be sent of each version, and which is kept."""

    field: Any
    theirs: list[str]
    mine: list[str]
    keeps: str


@dataclass(frozen=True, slots=True)
class Merge:
    """The differences of two versions, and the names and values that are sent again: theirs where the answer is still asked."""

    differences: list[Difference]
    sent: list[tuple[str, str]]
    seen: str

    @property
    def keeps(self) -> set[str]:
        """What is kept of all the differences."""
        return {one.keeps for one in self.differences}


class _VersionInput(HiddenInput):
    def __call__(self, field: Any, **arguments: Any) -> Markup:
        seen = field.seen_text()
        beside = Markup('<input type="hidden" name="{}" value="{}">').format(SEEN, seen) if seen else Markup()
        version: Markup = super().__call__(field, **arguments)
        return version + beside


class VersionField(wtforms.HiddenField):
    """The version of the row that a form was made from; with it goes what the form held then."""

    widget = _VersionInput()

    def __init__(self, *arguments: Any, _form: Any = None, **named: Any) -> None:
        super().__init__(*arguments, _form=_form, **named)
        self._of, self._seen = _form, ""

    def process(self, formdata: Any, *arguments: Any, **named: Any) -> None:
        self._seen = formdata.get(SEEN, "") if formdata is not None else ""
        super().process(formdata, *arguments, **named)

    def seen_text(self) -> str:
        """Return what the form held when it was made, as JSON; empty where that is not known, or nothing is saved yet."""
        made_from: Any = self.data
        if self._seen or self._of.sent or made_from in (None, ""):
            return str(self._seen)
        return _text(sent_of(self._of))

    def rebase(self, version: int | None, found: Merge | None) -> None:
        """Let the form be sent again as one made from the version that is saved now."""
        self.data, self._seen = version, found.seen if found is not None else ""

    def seen(self) -> Sent | None:
        """Return what the form says that it held when it was made; None where it does not, or makes no sense."""
        try:
            found = json.loads(self._seen)
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict) or not all(_is_texts(values) for values in found.values()):
            return None
        return found


def _is_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _text(sent: Sent) -> str:
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":"))


def merge(form: Any, untouched: Collection[str] | None) -> Merge:
    """Return what comes of a form that was sent when somebody else had saved its row in between.

    The row's present values are those that the form was made with. Where the form does not say what it held before,
    the fields named `untouched` are those that nobody else changed; None: nobody knows, so that every difference is asked.
    """
    theirs_sent = sent_of(type(form)(None, data={field.short_name: field.object_data for field in form}))
    theirs, seen = _read(form, theirs_sent), form["version"].seen()
    base = None if seen is None else _read(form, {**theirs_sent, **seen})
    found: list[Difference] = []
    kept: list[tuple[str, str]] = []
    for name in theirs_sent:
        mine = form[name]
        if not mine.raw_data and not isinstance(mine, TICKED):
            # The page had no input for it.
            continue
        values = theirs_sent[name]
        if not _same(mine, theirs[name]):
            keeps = _kept(mine, theirs[name], base and base[name], untouched)
            found.append(Difference(mine, values, list(mine.raw_data or ()), keeps))
            if keeps == MINE:
                values = _mine(mine, theirs[name], base and base[name])
        kept += [(name, value) for value in values]
    return Merge(found, kept, _text(theirs_sent))


def _mine(mine: Any, theirs: Any, base: Any) -> list[str]:
    """Return what is sent of a field that keeps mine: of several boxes, theirs with those that I ticked or cleared."""
    if not isinstance(mine, wtforms.SelectMultipleField):
        return list(mine.raw_data or ())
    before, now, there = ([str(value) for value in one.data or ()] for one in (base or theirs, mine, theirs))
    kept = [value for value in there if value in now or value not in before]
    return [*kept, *(value for value in now if value not in before and value not in kept)]


def _kept(mine: Any, theirs: Any, base: Any, untouched: Collection[str] | None) -> str:
    if base is not None and _same(mine, base):
        return THEIRS
    if isinstance(mine, wtforms.SelectMultipleField):
        return MINE
    if base is not None:
        return MINE if _same(theirs, base) else ASKED
    return MINE if untouched is not None and mine.short_name in untouched else ASKED


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, wtforms.SelectMultipleField):
        return {str(value) for value in one.data or ()} == {str(value) for value in other.data or ()}
    return bool(one.data == other.data)


def _read(form: Any, sent: Mapping[str, Sequence[str]]) -> Any:
    """Return a form of the same shape that was sent these values."""
    pairs = [(name, value) for name, values in sent.items() for value in values]
    return type(form)(MultiDict([*pairs, ("version", "")]))


def sent_of(form: Any) -> Sent:
    """Return what a browser would send of a form's fields as they stand; files, secrets and the version are left out."""
    apart = (VersionField, wtforms.FileField, wtforms.PasswordField)
    return {field.short_name: _values(field) for field in form if not isinstance(field, apart)}


def _values(field: Any) -> list[str]:
    if isinstance(field, wtforms.BooleanField):
        return ["y"] if field.data else []
    if isinstance(field, wtforms.SelectMultipleField):
        return [str(value) for value in field.data or ()]
    if isinstance(field, wtforms.SelectField):
        return ["" if field.data is None else str(getattr(field.data, "value", field.data))]
    return [str(field._value())]  # noqa: SLF001 - as WTForms calls what an input shows
