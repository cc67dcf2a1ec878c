"""What printers said day by day, and their supplies with when each runs out."""

import sqlalchemy as sa
from alembic import op

from inventory.core.types import UtcDateTime

revision = "0008"
down_revision = "0007"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "printer_reading",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("asset_id", BIG_ID, nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("meters", sa.JSON(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_printer_reading_asset_id_asset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer_reading")),
        sa.UniqueConstraint("asset_id", "read_on", name=op.f("uq_printer_reading_asset_id_read_on")),
    )
    op.create_table(
        "printer_supply",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("asset_id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("color", sa.String(length=40), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("lasts_days", sa.Integer(), nullable=True),
        sa.Column("runs_out_on", sa.Date(), nullable=True),
        sa.Column("replaced_on", sa.Date(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_printer_supply_asset_id_asset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer_supply")),
        sa.UniqueConstraint("asset_id", "key", name=op.f("uq_printer_supply_asset_id_key")),
    )
    with op.batch_alter_table("printer_supply") as batch_op:
        batch_op.create_index("ix_printer_supply_runs_out_on", ["runs_out_on"], unique=False)
