"""Which messages answered a question."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "replies",
        sa.Column("question", sa.String(length=32), nullable=False),
        sa.Column("chat", sa.String(length=32), nullable=False),
        sa.Column("messages", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("question"),
    )
    op.create_index(op.f("ix_replies_chat"), "replies", ["chat"], unique=False)
    op.create_index(op.f("ix_replies_sent_at"), "replies", ["sent_at"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("replies")
