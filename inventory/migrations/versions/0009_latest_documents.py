"""A noun's latest documents are read from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Put the index that has the order of documents in place of the one without."""
    op.create_index("ix_search_document_noun_id", "search_document", ["noun", "id"])
    op.drop_index("ix_search_document_noun", table_name="search_document")


def downgrade() -> None:
    """Put the shorter index back."""
    op.create_index("ix_search_document_noun", "search_document", ["noun"])
    op.drop_index("ix_search_document_noun_id", table_name="search_document")
