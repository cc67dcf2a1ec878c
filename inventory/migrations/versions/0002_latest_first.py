"""Lists of equipment begin with what was added last; figures read stretches of days from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

STRETCH = ["entity_id", "from_on", "until_on", "state", "category_id", "asset_id"]


def upgrade() -> None:
    """Add the two indexes; the one on periods takes the place of a shorter one."""
    op.create_index("ix_asset_created_at_id", "asset", ["created_at", "id"])
    op.create_index("ix_asset_period_stretch", "asset_period", STRETCH)
    op.drop_index("ix_asset_period_entity_id_from_on", table_name="asset_period")


def downgrade() -> None:
    """Put the shorter index back."""
    op.create_index("ix_asset_period_entity_id_from_on", "asset_period", ["entity_id", "from_on"])
    op.drop_index("ix_asset_period_stretch", table_name="asset_period")
    op.drop_index("ix_asset_created_at_id", table_name="asset")
