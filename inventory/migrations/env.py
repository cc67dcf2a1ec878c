"""Runs migrations on the connection that the application gives."""

from alembic import context

from inventory.core.database import Base
from inventory.core.migrations import is_migrated
from inventory.core.types import CodeType, UtcDateTime

connection = context.config.attributes["connection"]


def render_item(kind, item, autogen_context):
    """Write our column types as the plain types that they are in the store."""
    if kind == "type" and isinstance(item, CodeType):
        return "sa.String(length=40)"
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen_context.imports.add("from inventory.core.types import UtcDateTime")
        return "UtcDateTime()"
    return False


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    include_name=is_migrated,
    # SQLite cannot switch foreign keys inside a transaction; batch operations rebuild tables.
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
