"""Places as a file: each with its name and what it stands in, as an import of places reads them back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response
from flask_babel import gettext as _

from inventory.core.access import Scope
from inventory.core.listing import Column, files, number_in_parc
from inventory.core.wording import N_
from inventory.organization import queries

COLUMNS = (
    Column("name", N_("Place"), lambda row: row[0].name),
    Column("parent", N_("Inside"), lambda row: " > ".join(row[1]) or None),
    Column("kind", N_("Kind"), lambda row: row[0].kind),
    Column("address", N_("Address"), lambda row: row[0].address),
    Column("entity", N_("Entity"), lambda row: row[0].entity.name),
    number_in_parc(lambda row: row[0].public_id),
)
FORMS = ("csv", "xlsx")


def answer(form: str, scope: Scope, words: str) -> Response:
    """Return the answer that downloads the places of a scope, those found by words where there are any, as csv or xlsx."""
    return files.answer(form, _("Places"), COLUMNS, _cells(scope, words))


def _cells(scope: Scope, words: str) -> Iterator[list[Any]]:
    shape = files.shaper()
    for row in queries.places_in_lines(scope, words):
        yield [shape(column.value(row)) for column in COLUMNS]
