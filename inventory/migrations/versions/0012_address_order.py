"""What came of a run's targets is listed in the order of their addresses."""

from __future__ import annotations

import ipaddress

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

AT_ONCE = 5000


def upgrade() -> None:
    """Add the order and its index, and work it out for what was kept so far."""
    with op.batch_alter_table("run_result") as batch_op:
        batch_op.add_column(
            sa.Column("target_order", sa.String(length=64), nullable=False, server_default="")
        )
    _fill()
    op.create_index("ix_run_result_run_id_target_order_id", "run_result", ["run_id", "target_order", "id"])


def downgrade() -> None:
    """Take both away."""
    op.drop_index("ix_run_result_run_id_target_order_id", table_name="run_result")
    with op.batch_alter_table("run_result") as batch_op:
        batch_op.drop_column("target_order")


def _fill() -> None:
    connection = op.get_bind()
    table = sa.table("run_result", sa.column("id"), sa.column("target"), sa.column("target_order"))
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("row_id"))
        .values(target_order=sa.bindparam("order"))
    )
    after = 0
    while True:
        rows = connection.execute(
            sa.select(table.c.id, table.c.target)
            .where(table.c.id > after)
            .order_by(table.c.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        connection.execute(statement, [{"row_id": row.id, "order": _in_order(row.target)} for row in rows])
        after = rows[-1].id


def _in_order(target: str) -> str:
    """As `discovery.addresses.in_order` writes it."""
    try:
        found = ipaddress.ip_address(target.partition("%")[0])
    except ValueError:
        return f"9{target[:63]}"
    return f"{found.version}{found.packed.hex()}"
