"""What an erased lead is known again by: digests of its identities, and the key they are made with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("erased_identity"):
        return
    op.create_table(
        "erased_identity",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("erased_on", sa.Text, nullable=False),
    )
    op.create_table(
        "secret",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Unless leads were erased: nothing else knows of them, and an upgrade takes the record up again."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM erased_identity")).scalar():
        return
    op.drop_table("erased_identity")
    op.drop_table("secret")
