"""Equipment is found by the inner parts of its MAC addresses: its documents are made anew when the instance starts next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

DOCUMENTS = sa.table(
    "search_document",
    sa.column("noun", sa.String),
    sa.column("row_id", sa.BigInteger),
    sa.column("digest", sa.String),
)
IDENTIFIERS = sa.table("asset_identifier", sa.column("asset_id", sa.BigInteger), sa.column("kind", sa.String))


def upgrade() -> None:
    """Take the digests of documents of equipment with a MAC address: a document without one is stale."""
    with_mac = sa.select(IDENTIFIERS.c.asset_id).where(IDENTIFIERS.c.kind.in_(("mac", "base_mac")))
    stale = sa.and_(DOCUMENTS.c.noun == "asset", DOCUMENTS.c.row_id.in_(with_mac))
    op.execute(DOCUMENTS.update().where(stale).values(digest=""))


def downgrade() -> None:
    """Do as much again: an earlier release knows fewer tokens of them."""
    upgrade()
