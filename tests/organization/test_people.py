"""The forms of people: what they refuse, all at once, and what they keep."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from inventory.core.database import db
from inventory.organization.models import Person

pytestmark = pytest.mark.any_store
ENGLISH = {"Accept-Language": "en"}


def test_a_person_without_a_name_an_address_or_a_day_that_is_one_hears_of_all_three_at_once(cast, sign_in):
    before = db.session.scalar(select(func.count(Person.id)))
    typed = {"entity": cast.le_bouscat.public_id, "kind": "agent", "email": "pas-un-courriel", "leaves_on": "31/02/2026"}  # fmt: skip
    answer = sign_in(cast.bruno).post("/people/new", data=typed, headers=ENGLISH)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for said in ("Give a name.", "Type an e-mail address such as", "No calendar has a day"):
        assert said in page
    assert 'value="pas-un-courriel"' in page
    assert db.session.scalar(select(func.count(Person.id))) == before
