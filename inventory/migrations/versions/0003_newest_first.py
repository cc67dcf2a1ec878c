"""Lists of equipment begin with the newest; figures read stretches of days from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

STRETCH = ["entity_id", "from_on", "until_on", "state", "category_id", "asset_id"]
# As `assets.orders.newest_first` writes it, or it is not used.
STARTED = "coalesce(first_used_on, commissioned_on, received_on, invoiced_on, warranty_starts_on, bios_on, '0001-01-01')"


def upgrade() -> None:
    """Add the two indexes; the one on periods takes the place of a shorter one."""
    op.execute(f"CREATE INDEX ix_asset_newest ON asset ({STARTED}, id)")
    op.create_index("ix_asset_period_stretch", "asset_period", STRETCH)
    op.drop_index("ix_asset_period_entity_id_from_on", table_name="asset_period")


def downgrade() -> None:
    """Put the shorter index back."""
    op.create_index("ix_asset_period_entity_id_from_on", "asset_period", ["entity_id", "from_on"])
    op.drop_index("ix_asset_period_stretch", table_name="asset_period")
    op.drop_index("ix_asset_newest", table_name="asset")
