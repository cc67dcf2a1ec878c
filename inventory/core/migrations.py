"""Brings the store to the present shape at start, and writes new migrations."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from inventory.core.database import Base, db

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def is_current() -> bool:
    """Say whether the store has every migration, without importing the migration machinery."""
    from sqlalchemy import inspect

    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return at == latest()


def latest() -> str:
    """Return the newest migration's number: files are named NNNN_words.py, each on top of the one before."""
    return max(path.name[:4] for path in (FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def upgrade() -> bool:
    """Run the missing migrations in one transaction; returns whether there were any."""
    if is_current():
        return False
    from alembic import command

    with (
        db.engine.connect() as connection,
        _references_aside(connection),
        connection.execution_options(parc_writing=True).begin(),
    ):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _check_references(connection)
    return True


@contextmanager
def _references_aside(connection: Connection) -> Iterator[None]:
    """Let SQLite change tables that others point at: it builds them anew, and dropping the old one would empty or refuse.

    It can be told so only outside a transaction; PostgreSQL needs nothing.
    """
    driver: Any = connection.connection.driver_connection
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        if is_sqlite:
            driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    """Raise RuntimeError, so that nothing is committed, where a row points at one that is not there."""
    if connection.dialect.name == "sqlite" and (
        lost := connection.execute(text("PRAGMA foreign_key_check")).all()
    ):
        raise RuntimeError(f"{len(lost)} rows point at rows that are gone, the first in {lost[0][0]}")


def write_revision(message: str) -> None:
    """Write the migration that leads from the store's shape to the models'."""
    from alembic import command

    with db.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        number = f"{int(latest()) + 1:04d}" if any((FOLDER / "versions").glob("0*.py")) else "0001"
        command.revision(config, message=message, autogenerate=True, rev_id=number)


def is_migrated(name: str | None, kind: str, _parents: Any) -> bool:
    """Say whether a table or an index can be compared: not what a feature makes by the store's own means."""
    derived = Base.metadata.info.get("derived", ())
    return kind not in ("table", "index") or not any(
        name == one or str(name).startswith(f"{one}_") for one in derived
    )


def differences() -> list[Any]:
    """Return how the store differs from the models (nothing, when migrations are whole)."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True, "include_name": is_migrated}
        with warnings.catch_warnings():
            # SQLite tells nothing of indexes on expressions; they are among those left out above.
            warnings.filterwarnings(
                "ignore", message="Skipped unsupported reflection of expression-based index"
            )
            return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))
