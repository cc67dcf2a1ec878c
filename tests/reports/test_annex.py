"""The annex of applications on paper: the record and the frozen one, what changed, who may not read it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from inventory.applications import services
from inventory.applications.services import Leaving
from inventory.applications.states import Exit
from inventory.core.database import transaction
from tests.applications import making
from tests.applications.conftest import BRUNO, place, reader  # noqa: F401 (fixtures)


@pytest.fixture
def portfolio(place):  # noqa: F811
    """An application that stays, and one that was replaced by it in 2025."""
    newer = making.create_application(place.town, name="Médiathèque Opale", business_owner_id=place.marie.id)
    old = making.create_application(place.town, name="Bibliobus")
    with transaction():
        leaving = Leaving(Exit.REPLACED, "Plus maintenue", date(2025, 7, 1), newer)
        services.end_use(making.use_of(old), leaving, actor=BRUNO)
    return place


def text_of(browser, address):
    answer = browser.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.data)).pages
    )


def test_the_annex_of_the_record_says_what_stands_and_what_left_with_its_reason(portfolio, reader):  # noqa: F811
    text = text_of(reader, "/reports/annexes/LBX.pdf?year=2025")
    assert "From the record, not frozen." in text
    assert "Marie Durand" in text
    assert "By Médiathèque Opale. Plus maintenue" in text


def test_a_frozen_annex_is_printed_as_it_was_frozen(portfolio, reader):  # noqa: F811
    row = making.freeze(portfolio.town, 2025)
    making.create_application(portfolio.town, name="Oubliée")
    frozen = text_of(reader, f"/reports/annexes/frozen/{row.public_id}.pdf")
    assert "edition 1: it never changes again" in frozen
    assert "Oubliée" not in frozen
    assert "Oubliée" in text_of(reader, "/reports/annexes/LBX.pdf?year=2025")


def test_words_are_not_broken_in_a_table_of_many_columns(portfolio, reader):  # noqa: F811
    making.create_use(making.create_application(portfolio.town, name="Visioconférence"), portfolio.ccas)
    text = text_of(reader, "/reports/annexes/LBX.pdf?year=2025")
    assert "Visioconférence" in text
