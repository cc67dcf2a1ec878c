"""Attachments: taken in and given out safely, seen by their entity alone, deleted, brought back, and cleared away in the end."""

import io
import os
from datetime import timedelta

import pytest
from PIL import Image

from inventory.audit import queries as trail
from inventory.core import clock
from inventory.core.database import db
from inventory.files import pictures, services
from inventory.files.models import Attachment
from inventory.files.storage import storage
from tests import factories

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def asset(cast):
    return factories.create_asset(cast.le_bouscat, tag="LBX-000001")


@pytest.fixture
def alice(cast, sign_in):
    return sign_in(cast.alice)


def text_of(answer):
    return answer.get_data(as_text=True)


def photo(colour="teal", size=(640, 480)):
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return made.getvalue()


def send(browser, asset, *files, **headers):
    data = {"file": [(io.BytesIO(content), name) for name, content in files]}
    return browser.post(f"/files/on/asset/{asset.public_id}", data=data, headers={**ENGLISH, **headers})


def all_files():
    return db.session.query(Attachment).order_by(Attachment.id).all()


def test_several_files_are_attached_at_once_and_told_in_the_history(asset, alice):
    assert send(alice, asset, ("bon.pdf", b"%PDF-1.7"), ("photo.png", photo())).status_code == 303
    assert [file.name for file in all_files()] == ["bon.pdf", "photo.png"]
    page = text_of(alice.get(f"/assets/{asset.public_id}", headers=ENGLISH))
    assert "bon.pdf" in page
    assert trail.history_of("asset", asset.public_id)[0].changes == {"attachment": [None, "photo.png"]}


def test_good_files_are_kept_beside_one_that_is_refused_with_its_reason(asset, alice):
    answer = send(
        alice, asset, ("photo.jpg", b"<script>"), ("bon.pdf", b"%PDF-1.7"), **{"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert "“photo.jpg” is not what its name says" in text_of(answer)
    assert [file.name for file in all_files()] == ["bon.pdf"]


def test_nobody_waits_for_the_store_while_a_picture_is_drawn(asset, alice, monkeypatch):
    kept_waiting, draw = [], pictures.draw

    def watched(*arguments):
        kept_waiting.append(db.session().info.get("in_transaction", False))
        draw(*arguments)

    monkeypatch.setattr(pictures, "draw", watched)
    send(alice, asset, ("screen.png", photo()))
    assert (kept_waiting, [file.name for file in all_files()]) == ([False], ["screen.png"])


def test_a_file_is_given_out_to_be_saved_and_never_run(asset, alice):
    send(alice, asset, ("page d'été.txt", b"<script>alert(1)</script>"))
    answer = alice.get(f"/files/{all_files()[0].public_id}")
    assert answer.data == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_picture_is_shown_as_drawn_anew_and_a_document_has_none(asset, alice):
    send(alice, asset, ("photo.png", photo() + b"<script>alert(1)</script>"), ("bon.pdf", b"%PDF-1.7"))
    shown, document = (file.public_id for file in all_files())
    small = alice.get(f"/files/{shown}/small.jpg")
    assert small.headers["Content-Type"] == "image/jpeg"
    assert b"<script>" not in small.data
    assert alice.get(f"/files/{shown}/large.jpg").status_code == 200
    assert alice.get(f"/files/{document}/small.jpg").status_code == 404


def test_only_its_entity_sees_a_file(cast, asset, alice, sign_in):
    send(alice, asset, ("bon.pdf", b"%PDF-1.7"))
    address = f"/files/{all_files()[0].public_id}"
    assert sign_in(cast.chloe).get(address).status_code == 200
    assert sign_in(cast.chloe).post(f"{address}/delete").status_code == 403
    oscar = sign_in(cast.oscar)
    assert oscar.get(address).status_code == 404
    assert oscar.post(f"{address}/delete").status_code == 404
    assert send(oscar, asset, ("bon.pdf", b"%PDF-1.7 x")).status_code == 404


def test_the_same_content_twice_is_said_and_kept_once(asset, alice):
    send(alice, asset, ("bon.pdf", b"%PDF-1.7"))
    answer = send(alice, asset, ("copie.pdf", b"%PDF-1.7"), **{"HX-Request": "true"})
    assert "is attached already, as “bon.pdf”" in text_of(answer)
    again = send(alice, asset, ("bon.pdf", b"%PDF-1.7"), **{"HX-Request": "true"})
    assert "“bon.pdf” is attached already." in text_of(again)
    assert len(all_files()) == 1


def test_a_deleted_file_comes_back_whole(asset, alice):
    send(alice, asset, ("bon.pdf", b"%PDF-1.7"))
    file = all_files()[0]
    public_id = file.public_id
    page = text_of(alice.post(f"/files/{public_id}/delete", headers=ENGLISH, follow_redirects=True))
    assert "“bon.pdf” is deleted." in page
    assert alice.get(f"/files/{public_id}").status_code == 404
    alice.post("/changes/own/" + page.split('action="/changes/own/')[1].split('"')[0])
    assert alice.get(f"/files/{public_id}").data == b"%PDF-1.7"


def test_what_nothing_names_is_cleared_away_after_its_days_and_nothing_else(asset, alice):
    send(
        alice,
        asset,
        ("kept.pdf", b"%PDF-1.7 kept"),
        ("old.pdf", b"%PDF-1.7 old"),
        ("new.pdf", b"%PDF-1.7 new"),
    )
    kept, old, new = ((file.public_id, file.sha256) for file in all_files())
    for public_id, _hash in (old, new):
        alice.post(f"/files/{public_id}/delete")
    past = (clock.now() - services.KEPT_FOR - timedelta(hours=1)).timestamp()
    for _id, sha256 in (kept, old):
        os.utime(storage.path(sha256), (past, past))
    assert services.clear_away() == 1
    assert [storage.path(sha256).exists() for _id, sha256 in (kept, old, new)] == [True, False, True]


def test_a_body_that_is_too_large_is_refused_whole(app, asset, alice):
    body = io.BytesIO(b"x" * (app.config["MAX_CONTENT_LENGTH"] + 1))
    answer = alice.post(
        f"/files/on/asset/{asset.public_id}",
        input_stream=body,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert all_files() == []


def test_contents_lie_outside_of_what_is_served_and_nobody_else_may_read_them(app, asset, alice):
    send(alice, asset, ("bon.pdf", b"%PDF-1.7"))
    path = storage.path(all_files()[0].sha256)
    assert str(path).startswith(app.instance_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
