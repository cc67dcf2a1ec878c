"""How many of each model there are is counted from an index, and what was seen first is read in the order of one."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the indexes; that of models by their state takes the place of one without it."""
    op.create_index("ix_asset_model_id_state", "asset", ["model_id", "state"])
    op.drop_index("ix_asset_model_id", table_name="asset")
    op.create_index("ix_sighting_first_seen_at_id", "sighting", ["first_seen_at", "id"])
    if op.get_bind().dialect.name == "sqlite":
        # As `assets.orders.last_seen` writes it. PostgreSQL would pay for it each night in all indexes of the table.
        op.execute(
            "CREATE INDEX ix_asset_by_last_seen ON asset (coalesce(last_seen_at, '1970-01-01 00:00:00.000000'), id)"
        )


def downgrade() -> None:
    """Put the former index of models back."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_asset_by_last_seen", table_name="asset")
    op.drop_index("ix_sighting_first_seen_at_id", table_name="sighting")
    op.create_index("ix_asset_model_id", "asset", ["model_id"])
    op.drop_index("ix_asset_model_id_state", table_name="asset")
