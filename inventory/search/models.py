"""What is searched: one document a row of any noun, and the words that mistyped ones are compared with.

Their tokens stand in tables of each store's own kind (`store`): derived, so that no migration carries them.
"""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.core.database import Base
from inventory.core.types import BigId

# Made by each store's own means (see `store`); migrations leave them alone.
Base.metadata.info.setdefault("derived", set()).update({"search_index", "search_near"})


class SearchDocument(Base):
    """A row of a noun as results show it; `argument` is what names it in its page's address."""

    __tablename__ = "search_document"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    noun: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int] = mapped_column(BigId)
    argument: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(255))
    subtitle: Mapped[str] = mapped_column(String(255), default="")
    badge: Mapped[str | None] = mapped_column(String(40))
    faded: Mapped[bool] = mapped_column(default=False)
    # Of the tokens and all of the above: what has not changed is not written again.
    digest: Mapped[str] = mapped_column(String(32))

    __table_args__ = (UniqueConstraint("noun", "row_id"),)


class SearchWord(Base):
    """A word of some document, once."""

    __tablename__ = "search_word"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    word: Mapped[str] = mapped_column(String(60), unique=True)
