"""What the made-up change sets did can be undone, or it is said why not; questions can be answered."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.audit import undo
from inventory.audit.models import ChangeSet, ChangeSetKind, RowChange
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.reconciliation import services as reconciliation
from inventory.reconciliation.models import Answer, Review, ReviewKind, ReviewState

TECHNICIAN = Actor("user", "someone", "Somebody")


def sets(kind):
    kept = select(RowChange.change_set_id)
    statement = select(ChangeSet).where(ChangeSet.kind == kind, ChangeSet.id.in_(kept)).order_by(ChangeSet.id)
    return db.session.scalars(statement).all()


def test_an_extension_of_warranties_is_taken_back_whole(in_fleet):
    change_set = sets(ChangeSetKind.BULK)[0]
    ids = db.session.scalars(
        select(RowChange.row_key).where(
            RowChange.change_set_id == change_set.id, RowChange.table_name == "asset"
        )
    ).all()
    asset = db.session.get(Asset, ids[0]["id"])
    ends = asset.warranty_ends_on
    with transaction():
        report = undo.undo(change_set, actor=SYSTEM)
    assert report.restored == 2 * len(ids)
    assert db.session.get(Asset, asset.id).warranty_ends_on.year == ends.year - 1


def test_what_a_scan_found_is_taken_back(in_fleet):
    change_set = sets(ChangeSetKind.RUN)[0]
    made = select(RowChange.row_key).where(
        RowChange.change_set_id == change_set.id, RowChange.table_name == "asset"
    )
    found = [key["id"] for key in db.session.scalars(made)]
    assert found
    with transaction():
        undo.undo(change_set, actor=SYSTEM)
    assert db.session.scalars(select(Asset.id).where(Asset.id.in_(found))).all() == []


def test_an_import_of_years_ago_says_that_nothing_is_kept_to_undo_it(in_fleet):
    old = db.session.scalars(select(ChangeSet).where(ChangeSet.kind == ChangeSetKind.IMPORT)).first()
    with pytest.raises(Refused, match="no longer kept"), transaction():
        undo.undo(old, actor=SYSTEM)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (ReviewKind.VANISHED, Answer.MISSING), (ReviewKind.CONFLICT, Answer.TAKE),
        (ReviewKind.OTHER_ENTITY, Answer.MOVE), (ReviewKind.REPLACEMENT, Answer.RECORD),
        (ReviewKind.UNKNOWN_DEVICE, Answer.CREATE), (ReviewKind.POSSIBLE_MATCH, Answer.LINK),
        (ReviewKind.AMBIGUOUS, Answer.LINK),
    ],
)  # fmt: skip
def test_a_question_of_each_kind_can_be_answered_and_the_answer_taken_back(in_fleet, kind, answer):
    review = db.session.scalars(
        select(Review).where(Review.kind == kind, Review.state == ReviewState.OPEN).limit(1)
    ).one()
    chosen = db.session.get(Asset, review.candidate_ids[0]) if answer is Answer.LINK else None
    with transaction():
        reconciliation.answer(review, answer, actor=TECHNICIAN, asset=chosen)
    assert review.state is ReviewState.ANSWERED
    with transaction():
        reconciliation.undo_answer(review, actor=TECHNICIAN)
    assert db.session.get(Review, review.id).state is ReviewState.OPEN
