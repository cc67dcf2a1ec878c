"""runs: black-out hours, what came of each target, readings to identify again."""

import sqlalchemy as sa
from alembic import op

from inventory.core.types import UtcDateTime

revision = "0006"
down_revision = "0005"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("address_range") as batch_op:
        batch_op.add_column(sa.Column("blackout", sa.String(length=255), nullable=False, server_default=""))
    with op.batch_alter_table("run") as batch_op:
        batch_op.add_column(sa.Column("unasked", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("unasked_count", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("worked_ms", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("rules", sa.String(length=16), nullable=False, server_default=""))
    op.create_table(
        "run_result",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("run_id", BIG_ID, nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("moved_from", sa.String(length=255), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=255), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("sighting_id", BIG_ID, nullable=True),
        sa.Column("credential_id", BIG_ID, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_result_run_id_run")),
        sa.ForeignKeyConstraint(
            ["sighting_id"],
            ["sighting.id"],
            name=op.f("fk_run_result_sighting_id_sighting"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
            name=op.f("fk_run_result_credential_id_credential"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_result")),
    )
    op.execute(
        "INSERT INTO run_result (id, run_id, target, outcome, moved_from, cause, detail, changes, at)"
        " SELECT f.id, f.run_id, f.target, 'failed', '', f.cause, f.detail, '[]', run.started_at"
        " FROM run_failure AS f JOIN run ON run.id = f.run_id"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('run_result', 'id'), coalesce(max(id), 0) + 1, false)"
            " FROM run_result"
        )
    with op.batch_alter_table("run_result") as batch_op:
        batch_op.create_index("ix_run_result_run_id_outcome_id", ["run_id", "outcome", "id"], unique=False)
    op.drop_table("run_failure")
    op.create_table(
        "sighting_reading",
        sa.Column("sighting_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("objects", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sighting_id"],
            ["sighting.id"],
            name=op.f("fk_sighting_reading_sighting_id_sighting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sighting_id", name=op.f("pk_sighting_reading")),
    )


def downgrade() -> None:
    op.drop_table("sighting_reading")
    op.create_table(
        "run_failure",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("run_id", BIG_ID, nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_failure_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_failure")),
    )
    op.execute(
        "INSERT INTO run_failure (id, run_id, target, cause, detail)"
        " SELECT id, run_id, target, cause, detail FROM run_result WHERE outcome = 'failed'"
    )
    with op.batch_alter_table("run_failure") as batch_op:
        batch_op.create_index(batch_op.f("ix_run_failure_run_id"), ["run_id"], unique=False)
    op.drop_table("run_result")
    with op.batch_alter_table("run") as batch_op:
        for name in ("rules", "worked_ms", "unasked_count", "unasked"):
            batch_op.drop_column(name)
    with op.batch_alter_table("address_range") as batch_op:
        batch_op.drop_column("blackout")
