"""Whatever form meets a conflict sends again only what its user changed, of every form there is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inventory.core.merging import SEEN
from tests import rows
from tests.factories import Cast
from tests.page_walk import instance_forms
from tests.rollback import nothing_kept
from tests.sent_forms import SentForm, forms_in

pytestmark = [pytest.mark.any_store, pytest.mark.xdist_group("walks")]

NOTHING_LEFT = "Nothing of what you typed is left to save."


@pytest.fixture
def browser(cast: Cast, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    found = sign_in(cast.diane)
    found.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return found


@pytest.fixture
def edited(app: Flask, made: rows.Rows, browser: FlaskClient) -> list[tuple[str, SentForm]]:
    """Each form that changes a saved row, with its endpoint; those in place are left out."""
    return [
        (endpoint, form)
        for endpoint, form in instance_forms(app, made, browser)
        if endpoint not in IN_PLACE and form.value(SEEN)
    ]


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


def test_a_form_that_nothing_was_changed_in_has_nothing_left_to_save(edited, browser):
    found, wrong = 0, []
    for endpoint, form in edited:
        answer = browser.post(form.action, data=older(form))
        text = answer.get_data(as_text=True)
        if answer.status_code == 422:
            continue
        found += 1
        if answer.status_code != 409 or kept(text) or NOTHING_LEFT not in text:
            wrong.append(f"{endpoint}: {answer.status_code} {kept(text)}")
    assert not wrong, "\n".join(wrong)
    assert found > 12


def test_what_alone_was_typed_is_kept_and_saved(edited, database, browser):
    wrong = []
    for endpoint, form in edited:
        typed = next((one.name for one in form.fields if one.name in FREELY_TYPED), None)
        if typed is None:
            continue
        with nothing_kept(database):
            wrong += [f"{endpoint}, {typed}: {fault}" for fault in faults_of_keeping(browser, form, typed)]
    assert not wrong, "\n".join(wrong)


def faults_of_keeping(browser: FlaskClient, form: SentForm, typed: str) -> list[str]:
    """Type into one field of an old form, save what the conflict's page offers, and return what went wrong on the way."""
    stale = browser.post(form.action, data={**older(form), typed: ["Typed lately"]})
    text = stale.get_data(as_text=True)
    both = next((one for one in forms_in(text, form.action) if one.value(SEEN)), None)
    if stale.status_code != 409 or [side for _label, side in kept(text)] != ["mine"] or both is None:
        return [f"{stale.status_code} {kept(text)}"]
    if browser.post(both.action, data=both.data()).status_code != 303:
        return ["not saved"]
    after = form_again(browser, form)
    return ["lost"] if after is not None and after.value(typed) != "Typed lately" else []


def test_a_form_that_lies_about_what_it_held_is_a_conflict_like_another(edited, browser):
    for turn, (endpoint, form) in enumerate(edited):
        names = [one.name for one in form.fields]
        values = [json.dumps({name: [odd] for name in names}) for odd in ("a\0b", "-1")]
        lies = ["[" * 50_000, '{"name":' * 5_000, "1.5.3", *values]
        # Each form tells two of them, the next form the next ones.
        for lie in (lies[turn % len(lies)], lies[(turn + 1) % len(lies)]):
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
