"""Names are listed as people look them up, whatever their accents and capitals, and addresses as numbers."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from inventory.core import bulk
from inventory.core.ordering import LONGEST, by_letters
from inventory.discovery.addresses import in_order

revision = "0015"
down_revision = "0014"

AT_ONCE = 5000
NAMES = {
    "person": "display_name", "manufacturer": "name", "model": "name", "supplier": "name", "application": "name",
    "category": "name", "user_account": "name", "custom_field": "label", "presence": "name",
}  # fmt: skip
ADDRESSES = {"sighting": "target", "presence": "address"}
INDEXES = {
    "ix_person_name_order": ("person", ["name_order"]),
    "ix_person_entity_id_name_order": ("person", ["entity_id", "name_order"]),
    "ix_manufacturer_name_order": ("manufacturer", ["name_order"]),
    "ix_model_name_order": ("model", ["name_order"]),
    "ix_sighting_target_order_id": ("sighting", ["target_order", "id"]),
}
# In whose order nothing is listed any more.
FORMER = {
    "ix_person_display_name": ("person", ["display_name"]),
    "ix_person_entity_id_display_name": ("person", ["entity_id", "display_name"]),
    "ix_model_name": ("model", ["name"]),
}


def upgrade() -> None:
    """Add the orders, work them out for what is there, and index those of long lists."""
    for table, name in NAMES.items():
        _add(table, "name_order", LONGEST)
        _fill(table, name, "name_order", by_letters)
    for table, address in ADDRESSES.items():
        _add(table, f"{address}_order", 64)
        _fill(table, address, f"{address}_order", in_order)
    for index, (table, columns) in INDEXES.items():
        op.create_index(index, table, columns)
    for index, (table, _columns) in FORMER.items():
        op.drop_index(index, table_name=table)


def downgrade() -> None:
    """Take them away."""
    for index, (table, columns) in FORMER.items():
        op.create_index(index, table, columns)
    for index, (table, _columns) in INDEXES.items():
        op.drop_index(index, table_name=table)
    for table, address in ADDRESSES.items():
        op.drop_column(table, f"{address}_order")
    for table in NAMES:
        op.drop_column(table, "name_order")


def _add(table: str, column: str, length: int) -> None:
    op.add_column(table, sa.Column(column, sa.String(length=length), nullable=False, server_default=""))


def _fill(table_name: str, column: str, order: str, key: Callable[[str], str]) -> None:
    connection, after = op.get_bind(), 0
    id_, said = sa.column("id", sa.BigInteger()), sa.column(column, sa.Text())
    table = sa.table(table_name, id_, said, sa.column(order, sa.Text()))
    while True:
        statement = sa.select(id_, said).select_from(table).where(id_ > after).order_by(id_).limit(AT_ONCE)
        rows = connection.execute(statement).all()
        if not rows:
            return
        bulk.update(connection, table, [order], [{"id": row[0], order: key(row[1])} for row in rows])
        after = rows[-1][0]
