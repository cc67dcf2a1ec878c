"""Every answer tells the browser what it may do with it: policy, type, frames, referrer, caches and cookies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import rows
from tests.factories import PASSWORD, Cast

pytestmark = pytest.mark.any_store

POLICY = {
    "default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
    "frame-ancestors 'none'",
}  # fmt: skip


def faults(answer: TestResponse) -> list[str]:
    """Return what is missing from an answer's headers."""
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    found = [
        f"{name}: {answer.headers.get(name)}"
        for name, value in wanted.items()
        if answer.headers.get(name) != value
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    is_page = answer.mimetype == "text/html"
    return [*found, *([f"policy: {policy}"] if is_page and set(policy.split("; ")) != POLICY else [])]


def test_every_page_carries_the_strict_policy_and_is_kept_by_no_cache(
    app: Flask, cast: Cast, sign_in: Callable[..., FlaskClient]
) -> None:
    made, browser = rows.make(cast.le_bouscat), sign_in(cast.diane)
    paths = [rows.address(rule, made) for rule in rows.walk(app, "GET")]
    wrong = []
    for path in [*paths, "/nowhere"]:
        answer = browser.get(path)
        # A stored file has a policy of its own, stricter still: tests/files knows it.
        if answer.mimetype == "text/html":
            wrong += [f"{path}: {fault}" for fault in faults(answer)]
        assert "unsafe-inline" not in answer.headers.get("Content-Security-Policy", "")
    assert len(paths) > 80
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("path", "status"), [("/sign-in", 200), ("/", 303), ("/nowhere", 404), ("/start/0000", 410)]
)
def test_so_does_what_a_stranger_gets(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert not faults(answer)


def test_so_do_refusals_and_files(cast: Cast, sign_in: Callable[..., FlaskClient]) -> None:
    chloe, diane = sign_in(cast.chloe), sign_in(cast.diane)
    answers = [
        chloe.get("/users/"),
        diane.post("/people/new", data={"kind": "x"}),
        diane.get("/people/?format=csv"),
    ]
    assert [answer.status_code for answer in answers] == [403, 422, 200]
    assert [fault for answer in answers for fault in faults(answer)] == []


def cookies_of(client: FlaskClient, base: str) -> list[str]:
    """Sign in at an address and choose a language; return the cookies that were set."""
    data = {"email": "chloe@example.org", "password": PASSWORD}
    answers = [client.post("/sign-in", data=data, base_url=base), client.post("/language/en", base_url=base)]
    assert [answer.status_code for answer in answers] == [303, 303]
    return [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]


def test_cookies_are_for_this_site_and_for_no_script(cast: Cast, client: FlaskClient) -> None:
    cookies = cookies_of(client, "http://localhost")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"parc", "language"}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert not any("Secure" in cookie for cookie in cookies)


def test_cookies_given_over_https_keep_to_it(cast: Cast, client: FlaskClient) -> None:
    cookies = cookies_of(client, "https://localhost")
    assert all("Secure" in cookie for cookie in cookies)
    answer = client.get("/sign-in", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_behind_a_proxy_that_speaks_plainly_the_setting_keeps_cookies_to_https(
    app: Flask, cast: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    assert all("Secure" in cookie for cookie in cookies_of(client, "http://localhost"))
