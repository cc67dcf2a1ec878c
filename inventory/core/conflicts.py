"""Says in words what two people made of the same form, field by field, and what saving it now would send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import wtforms
from flask import current_app, request

from inventory.core import merging
from inventory.core.errors import Stale
from inventory.core.forms import secrets_sent
from inventory.core.merging import ASKED, MINE, Difference, Merge

Words = tuple[Callable[[str], str], Callable[[str, Any], Any]]
"""How a field's name and its value are put into words."""


def context(error: Stale) -> dict[str, Any]:
    """Return what the conflict page shows of a stale save."""
    label, value = _words()
    found = merged(error)
    rows = [] if found is None else [_row(one, error) for one in found.differences]
    named = {row["key"] for row in rows} | {_key(field, error.yours) for field in error.form or ()}
    rows += [
        {
            "label": label(key),
            "theirs": value(key, error.current.get(key)),
            "mine": value(key, mine),
            "keeps": MINE,
        }
        for key, mine in error.yours.items()
        if key not in named and value(key, error.current.get(key)) != value(key, mine)
    ]
    saves = [(save, [label(name) for name in save.fields]) for save in error.saves]
    keeps = {row["keeps"] for row in rows}
    return {
        "rows": rows,
        "saves": saves,
        "saved_by": {name: save for save, names in reversed(saves) for name in names},
        "asks": ASKED in keeps,
        "sent": _sent(found, error) if found is not None and keeps & {MINE, ASKED} else [],
        "secrets": {name for name in secrets_sent() if request.form.get(name)},
    }


def sent_again() -> list[tuple[str, str]] | None:
    """Return the hidden inputs that send this request's form once more; None where a page may not hold all of it."""
    if any(file.filename for file in request.files.values()) or any(map(request.form.get, secrets_sent())):
        return None
    return [(name, typed) for name, typed in request.form.items(multi=True) if name != "csrf_token"]


def merged(error: Stale) -> Merge | None:
    """Return what comes of both versions of the form; None where it was no form that met the conflict."""
    if error.form is None:
        return None
    label, _value = _words()
    seen = error.form.seen_version()
    is_told_wholly = seen is not None and error.version == seen + len(error.saves)
    told = {label(name) for save in error.saves for name in save.fields}
    names = [field.short_name for field in error.form if _label(field, error) not in told]
    return merging.merge(error.form, names if is_told_wholly else None)


def _words() -> Words:
    found: Words = current_app.extensions["parc_field_words"]
    return found


def _key(field: Any, yours: dict[str, Any]) -> str | None:
    """Return how the service calls a field of the form: by its column, or a custom field by its label."""
    name, label = field.short_name, _words()[0]
    by_label = next((key for key in yours if label(key) == field.label.text), None)
    return next((key for key in (name, f"{name}_id") if key in yours), by_label)


def _label(field: Any, error: Stale) -> str:
    key = _key(field, error.yours)
    return str(field.label.text) if key is None else _words()[0](key)


def _row(one: Difference, error: Stale) -> dict[str, Any]:
    key, value = _key(one.field, error.yours), _words()[1]
    is_list = isinstance(one.field, wtforms.SelectMultipleField)
    if key is None or is_list:
        theirs, mine = _plain(one.field, one.theirs), _plain(one.field, one.mine)
    else:
        theirs, mine = value(key, error.current.get(key)), value(key, error.yours[key])
    return {
        "key": key,
        "name": one.field.short_name,
        "label": one.field.label.text,
        "by": _label(one.field, error),
        "theirs": theirs,
        "mine": mine,
        "theirs_sent": next(iter(one.theirs), ""),
        "mine_sent": next(iter(one.mine), ""),
        "keeps": one.keeps,
    }


def _plain(field: Any, sent: list[str]) -> Any:
    """Return what would be sent of a field in words: yes or no, or the labels of what is chosen."""
    if isinstance(field, wtforms.BooleanField):
        return _words()[1](field.short_name, bool(sent))
    labels = (
        {str(value): str(label) for value, label, *_more in field.iter_choices()} if _chooses(field) else {}
    )
    return ", ".join(labels.get(value, value) for value in sent if value) or None


def _chooses(field: Any) -> bool:
    return isinstance(field, wtforms.SelectField | wtforms.SelectMultipleField) and bool(field.choices)


def _sent(found: Merge, error: Stale) -> list[tuple[str, str]]:
    """Return the hidden inputs that send the merged form with the version that is saved now."""
    mine = {field.name for field in error.form} | {"csrf_token", merging.SEEN} | secrets_sent()
    others = [(name, value) for name, value in request.form.items(multi=True) if name not in mine]
    return [*found.sent, *others, (merging.SEEN, found.seen), ("version", str(error.version))]
