"""Switch ports: what hangs on them, and which lead to another switch."""

import sqlalchemy as sa
from alembic import op

from inventory.core.types import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "port_attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_code", sa.String(length=20), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("switch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("port_name", sa.String(length=120), nullable=False),
        sa.Column("vlan", sa.Integer(), nullable=True),
        sa.Column("via_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("confidence", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_port_attachment_asset_id_asset")),
        sa.ForeignKeyConstraint(["switch_id"], ["asset.id"], name=op.f("fk_port_attachment_switch_id_asset")),
        sa.ForeignKeyConstraint(["via_id"], ["asset.id"], name=op.f("fk_port_attachment_via_id_asset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_port_attachment")),
    )
    with op.batch_alter_table("port_attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_port_attachment_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_port_attachment_site_code"), ["site_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_port_attachment_switch_id"), ["switch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_port_attachment_via_id"), ["via_id"], unique=False)
        batch_op.create_index(
            "uq_port_attachment_open",
            ["asset_id", "mac"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )

    op.create_table(
        "switch_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_code", sa.String(length=20), nullable=False),
        sa.Column("switch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("port_name", sa.String(length=120), nullable=False),
        sa.Column("peer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("peer_name", sa.String(length=120), nullable=False),
        sa.Column("peer_port", sa.String(length=120), nullable=False),
        sa.Column("protocol", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["peer_id"], ["asset.id"], name=op.f("fk_switch_link_peer_id_asset")),
        sa.ForeignKeyConstraint(["switch_id"], ["asset.id"], name=op.f("fk_switch_link_switch_id_asset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_switch_link")),
    )
    with op.batch_alter_table("switch_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_switch_link_peer_id"), ["peer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_switch_link_site_code"), ["site_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_switch_link_switch_id"), ["switch_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("switch_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_switch_link_switch_id"))
        batch_op.drop_index(batch_op.f("ix_switch_link_site_code"))
        batch_op.drop_index(batch_op.f("ix_switch_link_peer_id"))

    op.drop_table("switch_link")
    with op.batch_alter_table("port_attachment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_port_attachment_open",
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_port_attachment_via_id"))
        batch_op.drop_index(batch_op.f("ix_port_attachment_switch_id"))
        batch_op.drop_index(batch_op.f("ix_port_attachment_site_code"))
        batch_op.drop_index(batch_op.f("ix_port_attachment_asset_id"))

    op.drop_table("port_attachment")
