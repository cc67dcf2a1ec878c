"""People and places are found by their commune: their documents are made anew when the instance starts next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

DOCUMENTS = sa.table("search_document", sa.column("noun", sa.String), sa.column("digest", sa.String))


def upgrade() -> None:
    """Take the digests of documents of which other words are said now: a document without one is stale."""
    stale = DOCUMENTS.c.noun.in_(("person", "location"))
    op.execute(DOCUMENTS.update().where(stale).values(digest=""))


def downgrade() -> None:
    """Do as much again: what an earlier release says of them are other words too."""
    upgrade()
