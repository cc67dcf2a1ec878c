"""What a switch's administrator wrote on the port that a device hangs on."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("port_attachment") as batch_op:
        batch_op.add_column(sa.Column("port_alias", sa.String(length=120), nullable=False, server_default=""))
