"""Puts audit records into the words of a timeline: field labels, translated codes, who and when."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from inventory.audit.models import CUSTOM, Action, AuditRecord, ChangeSet
from inventory.audit.services import label_of
from inventory.core import i18n
from inventory.core.permissions import Role
from inventory.core.types import Code
from inventory.core.wording import N_

_fields: dict[str, tuple[str, type[Code] | None]] = {
    "name": (N_("Name"), None),
    "email": (N_("E-mail address"), None),
    "failed_attempts": (N_("Wrong attempts in a row"), None),
    "locked_until": (N_("Waits until"), None),
    "code": (N_("Code"), None),
    "kind": (N_("Kind"), None),
    "active": (N_("May sign in"), None),
    "password": (N_("Password"), None),
    "password link": (N_("Password link"), None),
    "session": (N_("Session"), None),
    "second factor": (N_("Second factor"), None),
    "language": (N_("Language"), None),
    "parent_id": (N_("Inside"), None),
    "address": (N_("Address"), None),
    "display_name": (N_("Name shown"), None),
    "given_name": (N_("Given name"), None),
    "family_name": (N_("Family name"), None),
    "phone": (N_("Phone"), None),
    "mobile": (N_("Mobile phone"), None),
    "department": (N_("Department"), None),
    "title": (N_("Job title"), None),
    "employee_number": (N_("Employee number"), None),
    "leaves_on": (N_("Leaves on"), None),
    "disabled": (N_("No longer works here"), None),
    "login": (N_("Login"), None),
    "location": (N_("Usual place"), None),
    "parent": (N_("Inside"), None),
    "siret": (N_("SIRET number"), None),
    "told_of_failures": (N_("Mail about failed work"), None),
}
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[str], date]], ...] = (
    (re.compile(_DAY), date.fromisoformat),
    (re.compile(_DAY + r"T[0-9:.]{8,15}[+-][0-9:]{5}"), datetime.fromisoformat),
)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")
# Amounts as histories keep them: 1873.99 €.
_EUROS = re.compile(r"-?[0-9]{1,15}\.[0-9]{2} €")
# A role's field names the entity, so that one record can tell of several.
ROLE_ON = "role: "
_other_lists: dict[str, list[type[Code]]] = {}
_worded: set[str] = set()
# Nouns whose names may be words of the application: built-in categories, what Parc schedules by itself.
_worded_nouns: set[str] = set()
_readers: dict[str, Callable[[Any], Any]] = {}
_number_labels: set[Callable[[], Collection[str]]] = set()
ACTOR_KINDS = {
    "user": "person",
    "run": "network",
    "import": "import",
    "system": "system",
    "command": "system",
}
# What came, changed or went, by the field that a note's or a file's record says it in; a file never changes.
OF_PARTS = {
    "note": (N_("note added"), N_("note changed"), N_("note deleted")),
    "attachment": (N_("file attached"), N_("file attached"), N_("file deleted")),
}
OF_HANDS = (N_("handed over"), N_("changed hands"), N_("taken back"))
MADE_BY = {
    "user": N_("A person"),
    "run": N_("A scan"),
    "import": N_("An import"),
    "command": N_("A command on the server"),
    "system": N_("Parc by itself"),
}


def describe(fields: Mapping[str, tuple[str, type[Code] | None]]) -> None:
    """Say how fields are called on pages (N_ labels) and which closed list their values are of."""
    _fields.update(fields)


def also_of(name: str, *lists: type[Code]) -> None:
    """Say of which further closed lists a field's values are, because several nouns call one of theirs so."""
    _other_lists.setdefault(name, []).extend(
        codes for codes in lists if codes not in _other_lists.get(name, [])
    )


def worded(*names: str) -> None:
    """Say which fields have values that are words of the application (N_), such as a built-in category's name."""
    _worded.update(names)


def worded_nouns(*names: str) -> None:
    """Say of which nouns the names may be words of the application (N_)."""
    _worded_nouns.update(names)


def read_by(name: str, reader: Callable[[Any], Any]) -> None:
    """Say how a field's recorded value, what is empty too, is put into words."""
    _readers[name] = reader


def numbers_are(labels: Callable[[], Collection[str]]) -> None:
    """Say which custom fields hold numbers, by their labels: records of before keep these as text, as they keep numbers too long for JSON."""
    _number_labels.add(labels)


def object_label(object_type: str, label: str) -> str:
    """Return the name that a record gives its object, in the reader's language where it is a word of the application."""
    return gettext(label) if object_type in _worded_nouns and label else label


def object_name(record: AuditRecord, change_set: ChangeSet | None) -> str:
    """Return the name of what a record of a change set tells of, in the reader's language: an undo is called as what it undid."""
    if record.object_type == ChangeSet.__tablename__ and change_set is not None:
        return change_set.title
    return object_label(record.object_type, record.object_label)


def is_described(name: str) -> bool:
    """Say whether a field has a label of its own."""
    return name in _fields or name.startswith((ROLE_ON, CUSTOM))


def field_label(name: str) -> str:
    """Return a field's label in the reader's language."""
    if name.startswith(ROLE_ON):
        return gettext(N_("Role on %(entity)s"), entity=name.removeprefix(ROLE_ON))
    if name.startswith(CUSTOM):
        return name.removeprefix(CUSTOM)
    return i18n.shown(_fields[name][0]) if name in _fields else name.replace("_", " ").capitalize()


def field_value(name: str, value: Any) -> Any:
    """Return a recorded value as a reader should see it."""
    return _readers[name](value) if name in _readers else _usual_words(name, value)


def recorded_value(record: AuditRecord, name: str, value: Any) -> Any:
    """Return a value of a record's field as a reader should see it; a name that is a word of the application in their language."""
    if name == "name" and isinstance(value, str):
        return object_label(record.object_type, value)
    return field_value(name, value)


def maker_of(change_set: ChangeSet) -> str:
    """Return who made a change set; where that is called as the change set itself, as a scan is, what kind of maker it was."""
    if change_set.actor_label == change_set.title and change_set.actor_kind in MADE_BY:
        return gettext(MADE_BY[change_set.actor_kind])
    return change_set.actor_label


def _code(name: str, value: Any) -> Code | None:
    """Return the code that a recorded text stands for, by the closed lists that a field's values are of."""
    lists = (
        [Role]
        if name.startswith(ROLE_ON)
        else [_fields.get(name, ("", None))[1], *_other_lists.get(name, [])]
    )
    known = (codes for codes in lists if codes is not None)
    return next(
        (code for codes in known for code in codes if isinstance(value, str) and code.value == value), None
    )


def _usual_words(name: str, value: Any) -> Any:
    code = value if isinstance(value, Code) else _code(name, value)
    if code is not None:
        return i18n.shown(code)
    if name in _worded and isinstance(value, str) and value:
        return gettext(value)
    if name.endswith("_on") and isinstance(value, str):
        return _day_words(value)
    if isinstance(value, bool):
        return gettext(N_("yes")) if value else gettext(N_("no"))
    if name.endswith("_cents") and isinstance(value, int):
        return i18n.euros(value)
    if isinstance(value, str) and _EUROS.fullmatch(value):
        return i18n.euros(int(value.removesuffix(" €").replace(".", "")))
    if name.startswith(CUSTOM) and _is_number(name.removeprefix(CUSTOM), value):
        return i18n.number(Decimal(str(value)))
    if isinstance(value, list):
        return ", ".join(str(_usual_words(name, item)) for item in value)
    if isinstance(value, date | str):
        return _moment(value)
    return label_of(value) if hasattr(value, "public_id") else value


def _is_number(label: str, value: Any) -> bool:
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(value)) and any(label in labels() for labels in _number_labels)
    return isinstance(value, int | float)


def _moment(value: date | str) -> str:
    """Return a day or an instant (as it is, or as records keep it in ISO form) in the reader's words, other text as it is."""
    if isinstance(value, str):
        reader = next((read for shape, read in _SHAPES if shape.fullmatch(value)), None)
        try:
            return value if reader is None else _moment(reader(value))
        except ValueError:
            return value
    return i18n.instant(value) if isinstance(value, datetime) else i18n.day(value)


def entries(records: Iterable[AuditRecord]) -> list[dict[str, Any]]:
    """Return what the timeline macro shows for audit records."""
    return [
        {
            "at": record.recorded_at,
            "icon": record.action.icon,
            "title": _title(record),
            "actor": record.actor_label,
            "kind": ACTOR_KINDS.get(record.actor_kind, "system"),
            "changes": [
                (field_label(name), recorded_value(record, name, old), recorded_value(record, name, new))
                for name, (old, new) in record.changes.items()
            ],
        }
        for record in records
    ]


def _act(record: AuditRecord) -> str:
    """Return what was done (N_), of notes, files and what people hold whether it came or went."""
    name, (old, new) = next(iter(record.changes.items()), ("", (None, None)))
    if record.action is Action.CUSTODY and name == "holder":
        came, changed, went = OF_HANDS
    elif name in OF_PARTS and record.action in (Action.NOTED, Action.ATTACHED):
        came, changed, went = OF_PARTS[name]
    else:
        return record.action.label
    return came if old is None else went if new is None else changed


def _day_words(text: str) -> str:
    try:
        return i18n.day(date.fromisoformat(text))
    except ValueError:
        return text


def _title(record: AuditRecord) -> str:
    words = gettext(_act(record))
    title = words[:1].upper() + words[1:]
    if record.effective_on is not None and record.effective_on != record.recorded_at.date():
        title = gettext(N_("%(act)s from %(day)s on"), act=title, day=i18n.day(record.effective_on))
    return f"{title} · {record.note}" if record.note else title
