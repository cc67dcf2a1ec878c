"""What is searched: one document a row of any noun, and the words that mistyped ones are compared with; and saved views.

The tokens of documents stand in tables of each store's own kind (`store`): derived, so that no migration carries them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.auth.models import User
from inventory.core import clock
from inventory.core.database import Base
from inventory.core.types import BigId, HasPublicId, HasVersion, UtcDateTime
from inventory.organization.models import Entity

# Made by each store's own means (see `store`); migrations leave them alone.
Base.metadata.info.setdefault("derived", set()).update({"search_index", "search_near"})


class SearchDocument(Base):
    """A row of a noun as results show it; `argument` is what names it in its page's address."""

    __tablename__ = "search_document"
    __journal__ = False

    # documents.document_id
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    noun: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int] = mapped_column(BigId)
    argument: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(255))
    subtitle: Mapped[str] = mapped_column(String(255), default="")
    badge: Mapped[str | None] = mapped_column(String(40))
    faded: Mapped[bool] = mapped_column(default=False)
    # Of the tokens and all of the above: what has not changed is not written again.
    digest: Mapped[str] = mapped_column(String(32))

    # A noun's latest documents are read from it alone.
    __table_args__ = (Index("ix_search_document_noun_id", "noun", "id"),)


class SearchWord(Base):
    """A word of some document, once."""

    __tablename__ = "search_word"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    word: Mapped[str] = mapped_column(String(60), unique=True)


class SavedView(HasPublicId, HasVersion, Base):
    """What somebody asks a list for again: filters, words, sort and columns, for themselves or shared with an entity.

    `listing` is the list's name and `path` its address; `query` is all that follows the question mark.
    """

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    # With whom it is shared: all who see something of this entity or of one below it; nobody else where it is null.
    shared_with_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    listing: Mapped[str] = mapped_column(String(60))
    path: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    user: Mapped[User] = relationship()
    shared_with: Mapped[Entity | None] = relationship()

    __table_args__ = (Index("ix_saved_view_user_id_listing", "user_id", "listing"),)
