"""On PostgreSQL, no samples of what people wrote among the planner's statistics, where an erasure would not reach them."""

from alembic import op

revision = "0003"
down_revision = "0002"

WRITTEN = {
    "inbox": ("payload",),
    "chats": ("memory",),
    "asked": ("question", "answer"),
    "cases": ("question", "answer", "right"),
    "subscriptions": ("address", "topic"),
    "replies": ("messages",),
}
"""The columns that hold what was said, or to whom."""


def upgrade() -> None:
    """Take no samples of these columns."""
    _sample("0")


def downgrade() -> None:
    """Take samples as of any column."""
    _sample("-1")


def _sample(target: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in WRITTEN.items():
        for column in columns:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS {target}')
