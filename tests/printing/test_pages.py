"""What runs keep of printers, and what pages show: the list of what to order, its files, a printer's page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.audit.models import ChangeSet
from inventory.audit.undo import undo
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery.models import Run
from inventory.printing import services
from inventory.printing.models import PrinterReading, PrinterSupply
from scanners.observation import Counter, Observation, Supply
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import FIRST_NIGHT, night
from tests.test_query_counts import statements
from tests.topology.networks import seen
from tests.topology.test_views import address_of, text_of

SignIn = Callable[[User], FlaskClient]


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (Kind.PRINTER, Kind.SWITCH, Kind.UPS, Kind.OTHER):
        factories.create_category(kind)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are read on the day after the twentieth night."""
    at = FIRST_NIGHT + timedelta(days=21)
    monkeypatch.setattr(clock, "now", lambda: at)


def toner(level: int | None, name: str = "Black toner", **more: Any) -> Supply:
    return Supply(name, "toner", "black", "percent", level, 100 if level is not None else None, **more)


def printer(n: int, supplies: Sequence[Supply], **meters: int) -> Observation:
    """Printer number `n` with its supplies and meters."""
    counters = tuple(Counter(name, "impressions", value) for name, value in meters.items())
    return replace(seen(n, "printer", f"imp-{n}"), supplies=tuple(supplies), counters=counters)


def nights(entity: Any, *levels: tuple[int, int], n: int = 11) -> None:
    """Read printer `n` on nights (number, percent of toner left); it prints ten pages a night."""
    for number, level in levels:
        night(entity, [printer(n, [toner(level)], life=1000 + 10 * number)], number=number)


def listed(browser: FlaskClient, **asked: str) -> list[dict[str, str]]:
    answer = browser.get(
        "/printing/supplies", query_string={"format": "csv", **asked}, headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def only_supply() -> PrinterSupply:
    return db.session.scalars(select(PrinterSupply)).one()


def test_readings_are_kept_by_day_and_tell_when_a_supply_runs_out(cast: Cast) -> None:
    nights(cast.le_bouscat, (0, 60), (10, 40), (20, 20))
    supply = only_supply()
    assert (supply.remaining, supply.lasts_days) == (200, 50)
    assert supply.runs_out_on == (FIRST_NIGHT + timedelta(days=30)).date()
    assert db.session.scalar(select(func.count(PrinterReading.id))) == 3


def test_two_runs_of_a_day_leave_one_reading_the_later_one(cast: Cast) -> None:
    nights(cast.le_bouscat, (1, 60))
    nights(cast.le_bouscat, (1, 59))
    assert db.session.scalars(select(PrinterReading.levels)).all() == [{"toner:black:Black toner": 590}]


def test_a_supply_that_is_no_longer_told_leaves_the_list_and_a_silent_printer_keeps_its_own(
    cast: Cast,
) -> None:
    night(cast.le_bouscat, [printer(11, [toner(50), toner(50, "Other")])])
    night(cast.le_bouscat, [printer(11, [toner(49)])], number=2)
    assert only_supply().name == "Black toner"
    night(cast.le_bouscat, [printer(11, [], life=5)], number=3)
    assert only_supply().remaining == 490


def test_a_refill_is_remembered(cast: Cast) -> None:
    nights(cast.le_bouscat, (0, 10), (5, 100), (20, 70))
    assert only_supply().replaced_on == (FIRST_NIGHT + timedelta(days=5)).date()


def test_the_list_shows_what_runs_out_within_thirty_days_and_all_when_asked(
    cast: Cast, sign_in: SignIn
) -> None:
    nights(cast.le_bouscat, (0, 60), (10, 40), (20, 20))
    nights(cast.le_bouscat, (0, 100), (10, 99), (20, 98), n=12)
    night(cast.le_bouscat, [printer(13, [toner(4)])], number=20)
    night(cast.le_bouscat, [printer(14, [toner(None, state="some_left")])], number=20)
    browser = sign_in(cast.chloe)
    assert [(row["Supply"], row["Level"], row["To replace"]) for row in listed(browser)] == [
        ("Black toner", "20%", "in about 9 days"),
        ("Black toner", "4%", ""),
    ]
    assert len(listed(browser, due="any")) == 4
    assert [row["Level"] for row in listed(browser, due="any", low="10")] == ["4%"]
    assert "some left" in {row["Level"] for row in listed(browser, due="any")}
    assert listed(browser, due="7")[0]["Level"] == "4%"


def test_the_page_counts_what_to_order_by_model_in_both_languages(cast: Cast, sign_in: SignIn) -> None:
    for n in (11, 12):
        nights(cast.le_bouscat, (0, 60), (20, 20), n=n)
    browser = sign_in(cast.chloe)
    assert "HP Model of printer Black toner 2" in text_of(browser, "/printing/supplies")
    assert "Consommables" in text_of(browser, "/printing/supplies", language="fr")


def test_a_commune_s_people_see_the_supplies_of_their_commune_alone(cast: Cast, sign_in: SignIn) -> None:
    nights(cast.le_bouscat, (0, 60), (20, 5))
    assert listed(sign_in(cast.oscar)) == []
    assert len(listed(sign_in(cast.chloe), branch=cast.le_bouscat.code)) == 1


def test_nonsense_in_the_filters_is_refused_in_words(cast: Cast, sign_in: SignIn) -> None:
    asked = "branch=NOBODY&due=<b>&low=-1"
    page = sign_in(cast.chloe).get(f"/printing/supplies?{asked}", headers={"Accept-Language": "en"}).text
    for text in ("NOBODY", "&lt;b&gt;", "-1"):
        assert f"“{text}” is not on the list." in page


def test_a_printer_s_page_says_when_its_supplies_run_out_and_what_it_printed(
    cast: Cast, sign_in: SignIn
) -> None:
    nights(cast.le_bouscat, (0, 60), (10, 40), (20, 20))
    text = text_of(sign_in(cast.chloe), address_of("imp-11"))
    assert "Black toner 20% runs out in about 9 days (1 Apr 2026)" in text
    assert "Pages by month 200 pages in 1 month that was read." in text


def test_a_meter_that_begins_again_is_said(cast: Cast, sign_in: SignIn) -> None:
    for number, pages in ((0, 90_000), (5, 12), (20, 400)):
        night(cast.le_bouscat, [printer(11, [], life=pages)], number=number)
    text = text_of(sign_in(cast.chloe), address_of("imp-11"))
    assert (
        "Since it was made began again on 7 Mar 2026, from 90,000 to 12: another engine, or set back." in text
    )


def test_readings_follow_a_merge_and_days_that_both_have_stay_the_kept_one_s(cast: Cast) -> None:
    nights(cast.le_bouscat, (1, 60), (2, 59))
    nights(cast.le_bouscat, (2, 30), (3, 29), n=12)
    kept, absorbed = (
        db.session.scalars(select(Asset).where(Asset.name == name)).one() for name in ("imp-11", "imp-12")
    )
    with transaction():
        absorbed.serial = None
        assets.merge(kept, absorbed, actor=SYSTEM)
    rows = db.session.scalars(select(PrinterReading).order_by(PrinterReading.read_on)).all()
    assert {row.asset_id for row in rows} == {kept.id}
    assert [next(iter(row.levels.values())) for row in rows] == [600, 590, 290]
    assert only_supply().asset_id == kept.id


def days_of(name: str) -> list[tuple[int, int, int]]:
    """The day of March, the level and the pages of each reading of a printer."""
    db.session.expire_all()
    statement = select(PrinterReading).join(Asset, Asset.id == PrinterReading.asset_id)
    rows = db.session.scalars(statement.where(Asset.name == name).order_by(PrinterReading.read_on))
    return [(row.read_on.day, *row.levels.values(), *row.meters.values()) for row in rows]


def merge_change_set() -> ChangeSet:
    statement = select(ChangeSet).where(ChangeSet.undone_at.is_(None), ChangeSet.stored_title.contains("→"))
    return db.session.scalars(statement.order_by(ChangeSet.id.desc())).first()  # type: ignore[return-value]


def test_undoing_a_merge_gives_each_printer_its_readings_and_supplies_back(cast: Cast) -> None:
    nights(cast.le_bouscat, (1, 60), (2, 59))
    nights(cast.le_bouscat, (2, 30), (3, 29), n=12)
    before = days_of("imp-11"), days_of("imp-12")
    kept, absorbed = (
        db.session.scalars(select(Asset).where(Asset.name == name)).one() for name in ("imp-11", "imp-12")
    )
    supplies = db.session.execute(select(PrinterSupply.asset_id, PrinterSupply.remaining)).all()
    with transaction():
        absorbed.serial = None
    with transaction():
        assets.merge(kept, absorbed, actor=SYSTEM)
    nights(cast.le_bouscat, (4, 20))
    with transaction():
        undo(merge_change_set(), actor=SYSTEM)
    after = days_of("imp-11"), days_of("imp-12")
    assert after[1] == before[1]
    assert after[0][:-1] == before[0], "what was read since the merge stays with the one that was kept"
    assert after[0][-1][:2] == (before[0][-1][0] + 2, 200)
    again = db.session.execute(select(PrinterSupply.asset_id, PrinterSupply.remaining)).all()
    assert {row.asset_id for row in again} == {row.asset_id for row in supplies}


def test_undoing_the_run_that_made_a_printer_takes_its_readings_too(cast: Cast) -> None:
    run = night(cast.le_bouscat, [printer(11, [toner(50)], life=5)])
    with transaction():
        undo(db.session.get_one(ChangeSet, run.change_set_id), actor=SYSTEM)
    assert db.session.scalar(select(func.count(Asset.id))) == 0
    assert db.session.scalar(select(func.count(PrinterReading.id))) == 0
    assert db.session.scalar(select(func.count(PrinterSupply.id))) == 0


def test_a_night_costs_the_same_queries_for_one_printer_and_for_fifty(cast: Cast) -> None:
    def cost(*numbers: int, on: int) -> int:
        night(cast.le_bouscat, [printer(n, [toner(90)], life=5) for n in numbers], number=on)
        run = night(cast.le_bouscat, [printer(n, [toner(80)], life=9) for n in numbers], number=on + 1)
        db.session.remove()
        with statements() as sent, transaction():
            services.take_in(db.session.get_one(Run, run.id))
        return len(sent)

    assert cost(11, on=1) == cost(*range(20, 70), on=5)


def test_a_device_that_is_no_printer_keeps_its_supplies_on_its_page_alone(
    cast: Cast, sign_in: SignIn
) -> None:
    night(
        cast.le_bouscat,
        [replace(seen(30, "ups", "ond-1"), supplies=(Supply("Battery", "other", None, "percent", 80, 100),))],
    )
    assert "Battery 80%" in text_of(sign_in(cast.chloe), address_of("ond-1"))
    assert db.session.scalar(select(func.count(PrinterSupply.id))) == 0
