"""The orders that lists of equipment are asked for are read from indexes, what is unknown standing where a list puts it."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

STARTED = "first_used_on, commissioned_on, received_on, invoiced_on, warranty_starts_on, bios_on"
# As `assets.orders.in_order` and `oldest_first` write them, or they are not used.
ORDERS = {
    "ix_asset_by_tag": "coalesce(tag, '~')",
    "ix_asset_by_serial": "coalesce(serial, '~')",
    "ix_asset_by_name": "coalesce(name, '~')",
    "ix_asset_oldest": f"coalesce({STARTED}, '9999-12-31')",
}
# Whose names lists are sorted by, the rows that name them being read in that order.
NAMED = {"model": "name", "person": "display_name"}


def upgrade() -> None:
    """Add the indexes; that of states takes the place of one whose order no list has any more."""
    for name, order in ORDERS.items():
        op.execute(f"CREATE INDEX {name} ON asset ({order}, id)")
    op.create_index("ix_asset_state_id", "asset", ["state", "id"])
    for table, column in NAMED.items():
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.drop_index("ix_asset_state_tag", table_name="asset")


def downgrade() -> None:
    """Put the former index of states back."""
    op.create_index("ix_asset_state_tag", "asset", ["state", "tag"])
    for table, column in NAMED.items():
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.drop_index("ix_asset_state_id", table_name="asset")
    for name in ORDERS:
        op.drop_index(name, table_name="asset")
