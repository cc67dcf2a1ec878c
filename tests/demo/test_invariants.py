"""The made-up fleet is what the services would have written: columns, periods, custodies, claims and judgements agree."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from sqlalchemy import func, select

from inventory.assets import fields, lifecycle
from inventory.assets.authority import Claim, winner
from inventory.assets.models import Asset, AssetIdentifier, Connection, Custody, Period, Provenance
from inventory.assets.states import IdentifierKind, State
from inventory.audit.models import Action, AuditRecord
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery import credentials
from inventory.discovery.models import Credential, CredentialKind, Run, Sighting
from inventory.organization.models import Entity
from inventory.reconciliation import services as reconciliation
from inventory.reconciliation.models import Review, ReviewKind
from inventory.renewal import judging, queries
from inventory.renewal.models import Replacement, Snapshot
from inventory.renewal.sixth import SMALL_BASE, Verdict
from tests.demo.conftest import ASSETS, TODAY


def by_asset(model):
    found = defaultdict(list)
    for row in db.session.scalars(select(model).order_by(model.id)):
        found[row.asset_id].append(row)
    return found


def test_it_makes_exactly_what_was_ordered(in_fleet, loaded):
    assert loaded.assets == ASSETS
    assert db.session.scalar(select(func.count()).select_from(Asset)) == ASSETS


def test_every_state_of_the_table_is_met(in_fleet):
    # Few are lost or stolen: a fleet this small may do without one of them.
    states = set(db.session.scalars(select(Asset.state).distinct()))
    assert set(State) - states <= {State.LOST, State.STOLEN, State.MISSING}


def test_an_asset_says_what_its_last_period_says(in_fleet):
    periods = by_asset(Period)
    for asset in db.session.scalars(select(Asset)):
        own = sorted(periods[asset.id], key=lambda one: one.from_on)
        last = own[-1]
        assert last.until_on is None
        said = (asset.state, asset.entity_id, asset.category_id, asset.location_id)
        assert (last.state, last.entity_id, last.category_id, last.location_id) == said
        assert all(
            one.until_on == other.from_on and one.from_on < other.from_on for one, other in pairwise(own)
        )
        assert last.from_on <= TODAY


def test_periods_follow_one_another_by_moves_that_the_table_allows(in_fleet):
    for own in by_asset(Period).values():
        for one, other in pairwise(sorted(own, key=lambda row: row.from_on)):
            allowed = {move.to for move in lifecycle.moves(one.state)}
            # Two moves of one day leave one period.
            beyond = {move.to for state in allowed for move in lifecycle.moves(state)}
            assert other.state is one.state or other.state in allowed | beyond


def test_the_holder_is_whoever_has_the_open_custody_and_custodies_do_not_overlap(in_fleet):
    custodies = by_asset(Custody)
    for asset in db.session.scalars(select(Asset)):
        own = custodies[asset.id]
        still = [one for one in own if one.until_on is None]
        assert len(still) <= 1
        assert asset.holder_id == (still[0].person_id if still else None)
        assert all(one.until_on is not None and one.until_on <= other.from_on for one, other in pairwise(own))
        assert not (still and asset.state in lifecycle.GONE)


def test_each_field_shows_the_claim_that_counts(in_fleet):
    claims = defaultdict(list)
    for row in db.session.scalars(select(Provenance)):
        claims[row.asset_id, row.field].append(Claim(row.source, row.value, row.said_at, row.pinned))
    for asset in db.session.scalars(select(Asset)):
        for name in fields.CLAIMED:
            if best := winner(name, claims[asset.id, name]):
                assert fields.as_json(getattr(asset, name)) == best.value, (asset.label, name)


def test_serials_and_tags_are_identifiers_too(in_fleet):
    named = {(row.asset_id, row.kind, row.value) for row in db.session.scalars(select(AssetIdentifier))}
    for asset in db.session.scalars(select(Asset)):
        for kind, value in ((IdentifierKind.SERIAL, asset.serial), (IdentifierKind.TAG, asset.tag)):
            assert value is None or (asset.id, kind, value) in named


def test_each_history_begins_with_a_creation_and_runs_forward(in_fleet):
    records = defaultdict(list)
    statement = select(AuditRecord).where(AuditRecord.object_type == "asset").order_by(AuditRecord.id)
    for row in db.session.scalars(statement):
        records[row.object_id].append(row)
    for asset in db.session.scalars(select(Asset)):
        own = sorted(records[asset.public_id], key=lambda row: row.recorded_at)
        assert own[0].action is Action.CREATED
        assert own[-1].recorded_at.date() <= TODAY
        states = [row.changes["state"] for row in own if "state" in row.changes]
        assert all(one[1] == other[0] for one, other in pairwise(states)), asset.label
        assert states[-1][1] == asset.state.value


def test_every_replacement_is_judged_as_the_service_judges(in_fleet):
    rows = db.session.scalars(select(Replacement)).all()
    assert len(rows) > 100
    assert [row.label for row in rows if judging.judge(row) is not row.reason] == []
    assert len({row.reason for row in rows}) > 1


def test_communes_stand_differently_against_their_sixth(in_fleet):
    ids = db.session.scalars(select(Entity.id)).all()
    figures = queries.figures_of(queries.asks_for(queries.communes(ids), as_of=TODAY))
    outcomes = {one.entity.code: one.main.outcome for one in figures}
    verdicts = [one.verdict for one in outcomes.values()]
    assert verdicts.count(Verdict.REACHED) >= 5
    assert verdicts.count(Verdict.MISSING) >= 5
    assert any(one.base >= SMALL_BASE and one.renewed == 0 for one in outcomes.values())
    small = outcomes["FON"]
    assert 0 < small.base < SMALL_BASE
    assert small.cumulative_since
    fractions = {one.ask.rule.terms.denominator for one in figures}
    assert fractions == {5, 6}


def test_what_was_presented_is_what_is_computed_of_those_years(in_fleet):
    row = db.session.scalars(select(Snapshot).order_by(Snapshot.id.desc())).first()
    figures = queries.figures(row.entity, year=row.year, as_of=TODAY)
    assert row.figures["families"]["main"]["base"] == figures.main.outcome.base
    assert row.figures["families"]["main"]["renewed"] == figures.main.outcome.renewed


def test_every_kind_of_question_is_open(in_fleet):
    kinds = set(db.session.scalars(select(Review.kind).distinct()))
    # A twin of something that did not answer is too rare for a fleet this small.
    assert set(ReviewKind) - kinds <= {ReviewKind.DUPLICATE}


def test_reconciling_everything_again_changes_nothing(in_fleet):
    reviews = db.session.scalar(select(func.count()).select_from(Review))
    # Which question a duplicate is depends on what it is decided with: a night decides it alone.
    twins = select(Review.sighting_id).where(Review.kind == ReviewKind.DUPLICATE)
    present = select(Sighting.id).where(Sighting.absent_since.is_(None), Sighting.id.not_in(twins))
    with transaction():
        outcome = reconciliation.reconcile(db.session.scalars(present).all(), actor=SYSTEM)
    assert outcome.assets_created == outcome.people_created == outcome.reviews == 0
    assert outcome.assets_updated == outcome.people_updated == 0
    assert db.session.scalar(select(func.count()).select_from(Review)) == reviews


def test_the_end_of_another_night_asks_nothing_new(in_fleet):
    reviews = db.session.scalar(select(func.count()).select_from(Review))
    last = select(func.max(Run.id)).group_by(Run.range_id, Run.directory_id)
    for run in db.session.scalars(select(Run).where(Run.id.in_(last))).all():
        with transaction():
            assert reconciliation.conclude(run, actor=SYSTEM).reviews == 0
    assert db.session.scalar(select(func.count()).select_from(Review)) == reviews


def test_a_scan_of_the_network_could_use_its_credentials(in_fleet):
    snmp = Credential.kind.in_([CredentialKind.SNMP_COMMUNITY, CredentialKind.SNMP_USER])
    rows = db.session.scalars(select(Credential).where(snmp)).all()
    levels = {getattr(one, "level", "community") for one in credentials.open_snmp(rows)}
    assert levels == {"community", "authPriv"}


def test_runs_were_whole_partial_and_failed(in_fleet):
    states = {run.state.value for run in db.session.scalars(select(Run))}
    assert {"done", "partial", "failed"} <= states


def test_screens_hang_on_the_computer_of_whoever_holds_both(in_fleet):
    found = db.session.scalars(select(Connection)).all()
    assert len(found) > 20
    assert all(one.parent.holder_id == one.child.holder_id is not None for one in found)
    assert all({one.parent.state, one.child.state} <= lifecycle.HELD for one in found)
