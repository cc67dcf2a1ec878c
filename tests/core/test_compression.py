"""Text is sent compressed to those who read it so, and its length tells nothing."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from inventory.core.addresses import static_url
from tests.factories import Cast

GZIP = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture
def browser(cast: Cast, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(cast.diane)


def test_a_page_is_sent_compressed_to_a_browser_that_reads_it(browser: FlaskClient) -> None:
    plain, answer = browser.get("/people/"), browser.get("/people/", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert len(answer.data) < len(plain.data) / 3
    assert b"</html>" in gzip.decompress(answer.data)


def test_a_page_is_sent_as_it_is_to_whoever_asks_for_nothing_else(browser: FlaskClient) -> None:
    answer = browser.get("/people/")
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert b"</html>" in answer.data


def test_the_length_of_a_compressed_page_says_nothing_about_what_is_in_it(browser: FlaskClient) -> None:
    paddings = {len(browser.get("/people/", headers=GZIP).headers["X-Padding"]) for _time in range(12)}
    assert len(paddings) > 1


def test_a_file_of_all_rows_is_compressed_while_it_is_written(browser: FlaskClient) -> None:
    answer = browser.get("/people/?format=csv", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == browser.get("/people/?format=csv").data


def test_a_style_sheet_is_sent_compressed_and_kept_for_ever(browser: FlaskClient) -> None:
    with browser.application.test_request_context():
        address = static_url("css/base.css")
    answer = browser.get(address, headers=GZIP, buffered=True)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.cache_control.max_age == 31_536_000
    assert not answer.cache_control.no_store


def test_what_is_compressed_already_is_sent_as_it_is(browser: FlaskClient) -> None:
    answer = browser.get("/people/?format=xlsx", headers=GZIP)
    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"PK")
