"""Whatever form meets a conflict sends again only what its user changed, of every form there is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inventory.core.merging import SEEN
from tests import rows
from tests.factories import Cast
from tests.sent_forms import SentForm, forms_in

pytestmark = pytest.mark.any_store

NOTHING_LEFT = "Nothing of what you typed is left to save."


@pytest.fixture
def browser(cast: Cast, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    found = sign_in(cast.diane)
    found.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return found


def edited(app: Flask, browser: FlaskClient, cast: Cast) -> Iterator[tuple[str, SentForm]]:
    """Yield (endpoint, form) of each form that changes a saved row."""
    made = rows.make(cast.le_bouscat)
    for rule in rows.walk(app, "GET"):
        if rule.endpoint == "auth.sign_out":
            continue
        answer = browser.get(rows.address(rule, made))
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for form in forms_in(answer.get_data(as_text=True), answer.request.path):
                if form.value(SEEN):
                    yield rule.endpoint, form


def older(form: SentForm) -> dict[str, list[str]]:
    """Return what a browser sends of a form made before the latest save."""
    return {**form.data(), "version": [str(int(form.value("version") or 1) - 1)]}


def kept(page: str) -> list[tuple[str, str]]:
    """Return (field, whose version is kept) of each line of the conflict page."""
    lines = re.findall(r'<tr[^>]*>\s*<th scope="row">([^<]+).*?</tr>', page, re.DOTALL)
    sides = [
        "asked" if "is-asked" in row else "theirs" if row.find("is-kept") < row.find("is-left") else "mine"
        for row in re.findall(r'<tr[^>]*>\s*<th scope="row">.*?</tr>', page, re.DOTALL)
    ]
    return list(zip(lines, sides, strict=True))


def test_a_form_that_nothing_was_changed_in_has_nothing_left_to_save(app, cast, browser):
    found, wrong = 0, []
    for endpoint, form in edited(app, browser, cast):
        answer = browser.post(form.action, data=older(form))
        text = answer.get_data(as_text=True)
        if endpoint in IN_PLACE or answer.status_code == 422:
            continue
        found += 1
        if answer.status_code != 409 or kept(text) or NOTHING_LEFT not in text:
            wrong.append(f"{endpoint}: {answer.status_code} {kept(text)}")
    assert not wrong, "\n".join(wrong)
    assert found > 12


def test_what_alone_was_typed_is_kept_and_saved(app, cast, browser):
    wrong = []
    for endpoint, form in edited(app, browser, cast):
        typed = next((one.name for one in form.fields if one.name in FREELY_TYPED), None)
        if endpoint in IN_PLACE or typed is None:
            continue
        stale = browser.post(form.action, data={**older(form), typed: ["Typed lately"]})
        text = stale.get_data(as_text=True)
        both = next((one for one in forms_in(text, form.action) if one.value(SEEN)), None)
        if stale.status_code != 409 or [side for _label, side in kept(text)] != ["mine"] or both is None:
            wrong.append(f"{endpoint}, {typed}: {stale.status_code} {kept(text)}")
        elif browser.post(both.action, data=both.data()).status_code != 303:
            wrong.append(f"{endpoint}: not saved")
        elif (after := form_again(browser, form)) is not None and after.value(typed) != "Typed lately":
            wrong.append(f"{endpoint}: lost")
    assert not wrong, "\n".join(wrong)


def test_a_form_that_lies_about_what_it_held_is_a_conflict_like_another(app, cast, browser):
    for endpoint, form in edited(app, browser, cast):
        if endpoint in IN_PLACE:
            continue
        names = [one.name for one in form.fields]
        values = [json.dumps({name: [odd] for name in names}) for odd in ("a\0b", "-1")]
        for lie in ("[" * 50_000, '{"name":' * 5_000, "1.5.3", *values):
            answer = browser.post(form.action, data={**older(form), SEEN: [lie]})
            assert answer.status_code in (409, 422), f"{endpoint}: {answer.status_code}: {lie[:40]}"


def form_again(browser: FlaskClient, form: SentForm) -> SentForm | None:
    page = browser.get(form.action).get_data(as_text=True)
    return next((one for one in forms_in(page, form.action) if one.value(SEEN)), None)


IN_PLACE = {"assets.edit_field"}
FREELY_TYPED = (
    "name",
    "title",
    "label",
    "display_name",
    "text",
    "description",
    "note",
    "notes",
    "sender_name",
)
