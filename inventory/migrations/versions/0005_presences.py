"""Presences, and what may be sent to a site and a range to name them."""

import sqlalchemy as sa
from alembic import op

from inventory.core.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=True),
        sa.Column("maker", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("range_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.Column("told_by", sa.String(length=255), nullable=False),
        sa.Column("guess", sa.String(length=40), nullable=False),
        sa.Column("guessed_kind", sa.String(length=40), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("matched_by", sa.String(length=4), nullable=False),
        sa.Column("sighting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hidden_at", UtcDateTime(), nullable=True),
        sa.Column("hidden_by", sa.String(length=255), nullable=False),
        sa.Column("hidden_reason", sa.String(length=255), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_presence_asset_id_asset"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_presence_entity_id_entity")),
        sa.ForeignKeyConstraint(["last_run_id"], ["run.id"], name=op.f("fk_presence_last_run_id_run")),
        sa.ForeignKeyConstraint(
            ["range_id"], ["address_range.id"], name=op.f("fk_presence_range_id_address_range")
        ),
        sa.ForeignKeyConstraint(
            ["sighting_id"],
            ["sighting.id"],
            name=op.f("fk_presence_sighting_id_sighting"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_presence_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_presence_site_id_key")),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_presence_entity_id"), ["entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_presence_public_id"), ["public_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_presence_range_id"), ["range_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_presence_sighting_id"), ["sighting_id"], unique=False)
        batch_op.create_index("ix_presence_site_id_address", ["site_id", "address"], unique=False)

    with op.batch_alter_table("address_range", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tcp_hints", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reverse_dns", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("dns_server", sa.String(length=45), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("multicast", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_column("multicast")
        batch_op.drop_column("dns_server")
        batch_op.drop_column("reverse_dns")

    with op.batch_alter_table("address_range", schema=None) as batch_op:
        batch_op.drop_column("tcp_hints")

    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_index("ix_presence_site_id_address")
        batch_op.drop_index(batch_op.f("ix_presence_sighting_id"))
        batch_op.drop_index(batch_op.f("ix_presence_range_id"))
        batch_op.drop_index(batch_op.f("ix_presence_public_id"))
        batch_op.drop_index(batch_op.f("ix_presence_entity_id"))
        batch_op.drop_index(batch_op.f("ix_presence_asset_id"))

    op.drop_table("presence")
