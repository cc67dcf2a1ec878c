"""The first values of each column stand beside a file that is to be imported: no page opens the file again for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column; files that were taken before show no values beside their columns."""
    # As a statement of its own: copying the table on SQLite would copy every file that it holds.
    op.add_column("import", sa.Column("samples", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("import", "samples")
