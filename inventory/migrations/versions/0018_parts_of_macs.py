"""Equipment is found by the inner parts of its MAC addresses, rooms by what was renamed around them: their documents are made anew."""

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
    """Take the digests of documents of equipment with a MAC address and of places: one without it is made anew at the next start."""
    with_mac = sa.select(IDENTIFIERS.c.asset_id).where(IDENTIFIERS.c.kind.in_(("mac", "base_mac")))
    known_by_mac = sa.and_(DOCUMENTS.c.noun == "asset", DOCUMENTS.c.row_id.in_(with_mac))
    stale = sa.or_(known_by_mac, DOCUMENTS.c.noun == "location")
    op.execute(DOCUMENTS.update().where(stale).values(digest=""))


def downgrade() -> None:
    """Do as much again: an earlier release knows fewer tokens of them."""
    upgrade()
