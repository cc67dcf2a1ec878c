"""The pages of imports: a file of any noun, how far it is, stopping it, and what is said of it afterwards."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.audit import undo
from inventory.audit import views as audit_views
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused
from inventory.exchange import reading, services
from inventory.exchange.models import Import, Stage
from inventory.jobs.models import Job, JobState
from tests.exchange.conftest import carry_out, fresh, line, number_of, work
from tests.exchange.test_reading import workbook

pytestmark = pytest.mark.database
TEXT = "Étiquette;Type\nLBX-1;Portable\nLBX-2;Portable\n"


@pytest.fixture
def bruno(sign_in, cast):
    return sign_in(cast.bruno)


@pytest.fixture
def waiting(bruno, cast, laptops):
    """A file whose columns are chosen, waiting to be tried."""
    sent = {
        "noun": "asset",
        "entity": cast.le_bouscat.public_id,
        "file": (io.BytesIO(TEXT.encode()), "parc.csv"),
    }
    assert bruno.post("/imports/new", data=sent).status_code == 303
    kept = db.session.query(Import).one()
    chosen = {"column-0": "tag", "column-1": "category", "match_key": "tag", "extent": "valid"}
    assert bruno.post(f"/imports/{kept.public_id}/columns", data=chosen).status_code == 303
    return fresh(kept)


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", ["PC-1 · 7", "12/03/2024 · bientôt", "12,5 · 850"]), ("en", ["PC-1 · 7", "12 Mar 2024 · bientôt", "12.5 · 850"])],
)  # fmt: skip
def test_the_columns_are_shown_with_their_first_values_and_the_workbook_is_opened_once(
    bruno, cast, monkeypatch, language, said
):
    sent = workbook(
        ["Étiquette", "Livré", "Prix"], ["PC-1", date(2024, 3, 12), 12.5], [7, "bientôt", 850], ["PC-1", "bientôt", ""]
    )  # fmt: skip
    data = {"noun": "asset", "entity": cast.le_bouscat.public_id, "file": (io.BytesIO(sent), "parc.xlsx")}
    address = bruno.post("/imports/new", data=data).headers["Location"]
    db.session.expire_all()
    monkeypatch.setattr(reading, "read", lambda _data: pytest.fail("opened again"))
    for _time in range(2):
        page = bruno.get(address, headers={"Accept-Language": language}).get_data(as_text=True)
        assert re.findall(r'<td class="hint">([^<]*)</td>', page) == said


def test_a_file_kept_before_its_first_values_were_shows_them_too(bruno, bring):
    kept = bring("Étiquette;Type\nLBX-000009;Portable\n")
    with transaction():
        services.choose_again(kept)
        kept.samples = []
    page = bruno.get(f"/imports/{kept.public_id}").get_data(as_text=True)
    assert re.findall(r'<td class="hint">([^<]*)</td>', page) == ["LBX-000009", "Portable"]


def test_while_it_runs_the_page_asks_again_and_offers_to_stop(bruno, waiting):
    shown = bruno.get(f"/imports/{waiting.public_id}").get_data(as_text=True)
    assert f'hx-get="/imports/{waiting.public_id}"' in shown
    assert f'action="/imports/{waiting.public_id}/cancel"' in shown


def test_once_it_has_ended_the_page_that_asks_is_told_to_load_anew(bruno, waiting):
    address, asking = f"/imports/{waiting.public_id}", {"HX-Request": "true", "HX-Target": "progress"}
    assert "HX-Refresh" not in bruno.get(address, headers=asking).headers
    work()
    assert bruno.get(address, headers=asking).headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in bruno.get(address, headers={"HX-Request": "true"}).headers
    with transaction():
        services.choose_again(fresh(waiting))
    assert bruno.get(address, headers=asking).headers["HX-Refresh"] == "true"


def test_a_trial_that_is_stopped_saves_nothing_and_goes_back_to_the_columns(bruno, waiting):
    assert bruno.post(f"/imports/{waiting.public_id}/cancel").status_code == 303
    assert fresh(waiting).stage is Stage.CHOOSING
    shown = bruno.get(f"/imports/{waiting.public_id}", headers={"Accept-Language": "en"}).get_data(
        as_text=True
    )
    assert "It was cancelled. Nothing is saved." in shown
    assert bruno.post(f"/imports/{waiting.public_id}/cancel").status_code == 409


def test_an_import_that_is_stopped_keeps_its_pieces_and_says_how_many(bruno, waiting, cast, monkeypatch):
    work()
    monkeypatch.setattr(services, "CHUNK", 1)
    write = services.write_lines

    def write_and_cancel(kept, results, **how):
        write(kept, results, **how)
        services.cancel(kept, actor=Actor("user", cast.bruno.public_id, cast.bruno.name))
        monkeypatch.setattr(services, "write_lines", write)

    monkeypatch.setattr(services, "write_lines", write_and_cancel)
    monkeypatch.setattr("inventory.jobs.context.JobContext.leave_if_asked", _leave_where_it_is_wished)
    kept = carry_out(waiting)
    assert (kept.stage, kept.counts) == (Stage.DONE, {"created": 1})
    shown = bruno.get(f"/imports/{kept.public_id}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "It was stopped after 1 of 2 rows." in shown


def test_who_undoes_an_import_that_is_still_under_way_stops_it(waiting, monkeypatch):
    work()
    monkeypatch.setattr(services, "CHUNK", 1)

    def undone_between_two_pieces(context):
        if context.saved.get("done") == 1:
            with transaction():
                undo.undo(fresh(waiting).change_set, actor=Actor("user", "x", "Bruno"))

    monkeypatch.setattr("inventory.jobs.context.JobContext.leave_if_asked", undone_between_two_pieces)
    kept = carry_out(waiting)
    assert (kept.job.state, "was undone while it was under way" in kept.job.error) == ("cancelled", True)
    assert number_of(Asset) == 0


def _leave_where_it_is_wished(context):
    # As the keeper of the lease tells it between two pieces.
    from inventory.jobs.context import InterruptedJobError

    if db.session.get_one(Job, context.job_id, populate_existing=True).wish is not None:
        raise InterruptedJobError


def test_what_has_ended_is_not_stopped(waiting, cast):
    work()
    with pytest.raises(Refused), transaction():
        services.cancel(fresh(waiting), actor=Actor("user"))
    assert db.session.get_one(Job, waiting.job_id).state is JobState.DONE


def test_no_file_chosen_is_not_called_an_empty_file(bruno, cast):
    sent = {"noun": "asset", "entity": cast.le_bouscat.public_id}
    answer = bruno.post("/imports/new", data=sent, headers={"Accept-Language": "en"})
    assert (answer.status_code, "Choose a file." in answer.get_data(as_text=True)) == (422, True)


def test_a_word_that_is_not_on_a_list_is_answered_with_the_list(bruno, bring):
    kept = bring("Étiquette;Type;Statut\nLBX-000009;Portable;perdu de vue\n")
    shown = bruno.get(f"/imports/{kept.public_id}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Write one of these: on order, in stock," in shown.replace("On order", "on order").replace(
        "In stock", "in stock"
    )


def test_undoing_a_large_import_is_asked_at_once_and_done_in_the_background(bruno, bring, monkeypatch):
    kept = carry_out(bring("Étiquette;Type\n" + "".join(f"LBX-{n:06d};Portable\n" for n in range(40))))
    monkeypatch.setattr(audit_views, "AT_ONCE", 30)
    bruno.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    # What the journal keeps are some pieces of many rows: looking through them is not for a page.
    assert undo.size_of(kept.change_set) < 30
    with monkeypatch.context() as patched:
        patched.setattr(undo, "preview", lambda _change_set: pytest.fail("each row was looked at"))
        page = bruno.get(f"/changes/{kept.change_set.public_id}/undo").get_data(as_text=True)
    assert "40 changes are taken back" in page
    answer = bruno.post(f"/changes/{kept.change_set.public_id}/undo")
    assert answer.location.startswith("/jobs/own/")
    work()
    assert number_of(Asset) == 0


def test_the_page_of_columns_offers_to_forget_what_is_remembered(bruno, bring):
    kept = bring("Étiquette;Type\nLBX-000009;Portable\n")
    assert bruno.post(f"/imports/{kept.public_id}/again").status_code == 303
    address = f"/imports/{kept.public_id}"
    assert f'action="{address}/forget"' in bruno.get(address).get_data(as_text=True)
    assert bruno.post(f"{address}/forget").status_code == 303
    assert f'action="{address}/forget"' not in bruno.get(address).get_data(as_text=True)


@pytest.mark.parametrize("noun", ["asset", "person", "location", "application"])
def test_each_noun_has_an_empty_file_with_its_headings(bruno, noun):
    answer = bruno.get(f"/imports/template/{noun}.csv")
    assert answer.get_data(as_text=True).removeprefix("\ufeff").strip()


def test_there_is_no_empty_file_of_what_is_not_imported(bruno):
    assert bruno.get("/imports/template/secret.csv").status_code == 404


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n1 0 obj", b"{\\rtf1\\ansi Parc}", b"\xef\xbb\xbf\n<!DOCTYPE html><p>x", b"<HTML><table>", b"<?xml version='1.0'?><a/>"],
)  # fmt: skip
def test_a_document_that_calls_itself_a_table_is_refused_with_a_reason(data):
    with pytest.raises(Invalid, match="neither text nor a workbook"):
        reading.read(data + b"\nTag;Name\nA;B\n")


def test_an_import_that_was_undone_says_so_and_leads_to_nothing_that_is_gone(bruno, bring):
    kept = carry_out(bring("Étiquette;Type\nLBX-000001;Portable\n"))
    address, english = f"/imports/{kept.public_id}", {"Accept-Language": "en"}
    (number,) = db.session.scalars(select(Asset.public_id)).all()
    assert f"/assets/{number}" in bruno.get(address, headers=english).text
    with transaction():
        undo.undo(kept.change_set, actor=Actor("user", "x", "Bruno"))
    page = bruno.get(address, headers=english).text
    assert "This import was undone" in page
    assert f"/assets/{number}" not in page


def test_a_cell_that_looks_like_a_formula_is_kept_as_text_and_told(bring):
    kept = bring("Étiquette;Nom;Type\nLBX-000001;=HYPERLINK(1);Portable\n")
    (told,) = line(kept, 2).remarks
    assert (told["column"], told["warning"], kept.counts) == ("name", True, {"created": 1})
