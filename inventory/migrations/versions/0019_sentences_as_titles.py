"""Titles of change sets and jobs are kept as sentences beside what was said of them, so that each reader has them in their language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TABLES = ("change_set", "job")


def upgrade() -> None:
    """Add the columns; what was called before keeps the words that it has."""
    for table in TABLES:
        op.add_column(table, sa.Column("sentence", sa.JSON()))
        op.add_column(table, sa.Column("translations", sa.Text()))


def downgrade() -> None:
    """Leave the words of whoever acted."""
    for table in TABLES:
        op.drop_column(table, "translations")
        op.drop_column(table, "sentence")
