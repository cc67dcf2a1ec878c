"""Titles of rows: names as somebody gave them, and sentences of Parc's own, which each reader has in their language."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from inventory.core import i18n
from inventory.core.wording import Sentence, Title

LONGEST_TITLE = 255


class HasTitle:
    """Mixed into rows that have a title; it is set to a name or a sentence, and read in the reader's language."""

    # As whoever acted reads it: all there is of a name, and of what an earlier release called.
    stored_title: Mapped[str] = mapped_column("title", String(LONGEST_TITLE), default="")
    sentence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # A sentence in each language, one a line, so that lists find it by the words that any reader sees.
    translations: Mapped[str | None] = mapped_column(Text)

    @property
    def title(self) -> str:
        """What it is called, in the reader's language."""
        return i18n.said(self.given_title)

    @title.setter
    def title(self, given: Title) -> None:
        kept = columns_of(given)
        self.stored_title, self.sentence = kept["title"], kept["sentence"]
        self.translations = kept["translations"]

    @property
    def given_title(self) -> Title:
        """The title unsaid, to call something else so or to name it in another sentence."""
        return Sentence.from_json(self.sentence) or self.stored_title


def columns_of(title: Title) -> dict[str, Any]:
    """Return the columns that keep a title, for those who write rows without objects."""
    if not isinstance(title, Sentence):
        return {"title": title[:LONGEST_TITLE], "sentence": None, "translations": None}
    return {
        "title": i18n.said(title)[:LONGEST_TITLE],
        "sentence": title.to_json(),
        "translations": "\n".join(i18n.in_every_language(title)),
    }


def searched(model: type[HasTitle]) -> tuple[InstrumentedAttribute[Any], ...]:
    """Return the columns in which a list of these rows looks for the words of a title."""
    return model.stored_title, model.translations
