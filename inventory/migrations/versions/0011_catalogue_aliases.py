"""Makers and models that became part of others keep their names and addresses."""

import sqlalchemy as sa
from alembic import op

from inventory.core.types import UtcDateTime

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add a table of aliases for each."""
    op.create_table(
        "manufacturer_alias",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("manufacturer_id", ID, nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manufacturer_id"],
            ["manufacturer.id"],
            name=op.f("fk_manufacturer_alias_manufacturer_id_manufacturer"),
        ),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_manufacturer_alias")),
        sa.UniqueConstraint("key", name=op.f("uq_manufacturer_alias_key")),
    )
    op.create_index(op.f("ix_manufacturer_alias_manufacturer_id"), "manufacturer_alias", ["manufacturer_id"])
    op.create_table(
        "model_alias",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("manufacturer_id", ID, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=True),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manufacturer_id"], ["manufacturer.id"], name=op.f("fk_model_alias_manufacturer_id_manufacturer")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_model_alias_model_id_model")),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_model_alias")),
        sa.UniqueConstraint("manufacturer_id", "key", name=op.f("uq_model_alias_manufacturer_id_key")),
    )
    op.create_index(op.f("ix_model_alias_model_id"), "model_alias", ["model_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("model_alias")
    op.drop_table("manufacturer_alias")
