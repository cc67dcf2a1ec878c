"""Error pages say what is so: what happened, what was kept, what to do; and what is said outlives a sign-out in the next reader's language."""

from __future__ import annotations

import pytest

from inventory.core.database import transaction

ENGLISH = {"Accept-Language": "en"}


def test_a_form_older_than_the_session_is_refused_in_words_that_fit(app, cast, sign_in, monkeypatch):
    browser = sign_in(cast.alice)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = browser.post("/assets/new", data={"csrf_token": "of another session"}, headers=ENGLISH)
    assert answer.status_code == 400
    assert "This page is too old" in answer.text
    assert "what you typed is still there" in answer.text
    assert '<p class="error-code" aria-hidden="true">400</p>' in answer.text


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("/sign-out", 405, "shows nothing itself"),
        ("/nowhere", 404, "There is no such page"),
        ("/users/", 403, "Your role does not allow this"),
    ],
)
def test_what_cannot_be_opened_says_why_and_shows_its_code(cast, sign_in, address, code, words):
    answer = sign_in(cast.alice).get(address, headers=ENGLISH)
    assert (answer.status_code, words in answer.text) == (code, True)
    assert f'<p class="error-code" aria-hidden="true">{code}</p>' in answer.text


def test_who_signs_out_is_told_so_in_the_language_of_the_page_that_comes(cast, sign_in):
    with transaction():
        cast.alice.language = "fr"
    browser = sign_in(cast.alice)
    assert '<html lang="fr"' in browser.get("/people/", headers=ENGLISH).text
    assert "You are signed out." in browser.post("/sign-out", headers=ENGLISH, follow_redirects=True).text
