"""Mail as features write it; `notices` says that it keeps and sends it, so that imports go one way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import current_app, has_request_context
from flask_babel import force_locale, gettext

from inventory.core import i18n
from inventory.core.wording import N_


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person, in words of their language.

    Past `useful_until` it is not worth sending any more; of letters with the same `key` only the first is sent.
    """

    to: str
    name: str
    subject: str
    text: str
    useful_until: datetime | None = None
    key: str | None = None


class Post(Protocol):
    """What keeps letters and sends them once the transaction has committed."""

    def address(self) -> str | None:
        """Return the address that people reach this instance at, None while mail is not set up."""

    def take(self, letter: Letter) -> None:
        """Keep a letter to be sent, inside the caller's transaction."""


class _NoPost:
    def address(self) -> str | None:
        return None

    def take(self, letter: Letter) -> None:
        raise RuntimeError("no feature sends mail")


_post: Post = _NoPost()


def deliver_by(post: Post) -> None:
    """Say who keeps letters and sends them."""
    global _post  # noqa: PLW0603 - one post for the process, as there is one registry
    _post = post


def is_set_up() -> bool:
    """Say whether letters can be sent at all."""
    return _post.address() is not None


def send(letter: Letter) -> None:
    """Send a letter once the present transaction has committed; ask `is_set_up` first."""
    _post.take(letter)


def url(endpoint: str, **values: Any) -> str:
    """Return the address of a page as a letter gives it: never the host that a request named, which anybody may choose."""
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return f"{_post.address() or ''}{path}"


@contextmanager
def in_language(code: str | None) -> Iterator[None]:
    """Write in a person's language; without one, in that of the request, else in French."""
    fallback = i18n.chosen_language() if has_request_context() else i18n.DEFAULT_LANGUAGE
    with force_locale(code if code in i18n.LANGUAGES else fallback):
        yield


def signed(name: str, *paragraphs: str) -> str:
    """Return a letter's text: a greeting, its paragraphs, and who writes."""
    greeting = gettext(N_("Hello %(name)s,"), name=name)
    return "\n\n".join([greeting, *paragraphs, signature()]) + "\n"


def signature() -> str:
    """Return the end of a letter: that Parc writes, and where it is, below the line that mail programs know."""
    words = gettext(N_("Parc writes this by itself: %(address)s"), address=_post.address() or "")
    return f"-- \n{words}"
