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


def downgrade() -> None:
    """Put the former index of models back."""
    op.drop_index("ix_sighting_first_seen_at_id", table_name="sighting")
    op.create_index("ix_asset_model_id", "asset", ["model_id"])
    op.drop_index("ix_asset_model_id_state", table_name="asset")
