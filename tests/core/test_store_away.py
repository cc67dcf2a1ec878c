"""Whoever asks while the store does not answer is told so, and keeps what they sent but for secrets."""

from __future__ import annotations

from pathlib import Path

from inventory import create_app
from tests.servers.process import free_port

NOBODY_THERE = "postgresql+psycopg://parc@127.0.0.1:{port}/parc"
PAGE = f"/password/{'0' * 48}"


def test_a_store_that_does_not_answer_is_said_in_the_readers_language(tmp_path: Path) -> None:
    url = NOBODY_THERE.format(port=free_port("127.0.0.1"))
    away = create_app(
        INSTANCE=str(tmp_path), SQLALCHEMY_DATABASE_URI=url, TESTING=True, WTF_CSRF_ENABLED=False
    )
    client = away.test_client()
    for language, words in {"en": "The store does not answer", "fr": "ne répond pas"}.items():
        headers, sent = (
            {"Accept-Language": language},
            {"email": "a@example.org", "password": "tulips-and-rain"},
        )
        answer = client.post("/sign-in", data=sent, headers=headers)
        assert (answer.status_code, answer.headers["Retry-After"], words in answer.text) == (503, "10", True)
        assert "tulips" not in answer.text
        asked = client.get(PAGE, headers=headers)
        assert (asked.status_code, words in asked.text, f'href="{PAGE}"' in asked.text) == (503, True, True)
