"""Platforms that let us write to a person only for a while after he wrote, and only so often: what is left of that."""

import datetime as dt

import sqlalchemy as sa

from bot.store import schema
from bot.store.database import Database, aware, now
from bot.store.keys import Keys


class Windows:
    """What is left to one channel."""

    def __init__(self, database: Database, keys: Keys, channel: str, lasts: dt.timedelta, replies: int) -> None:
        self._database = database
        self._keys = keys
        self._channel = channel
        self._lasts = lasts
        self._replies = replies

    def heard(self, user: str, at: dt.datetime) -> None:
        """Put on record that a person wrote at `at`; a message that comes late or again takes nothing back."""
        table, chat = schema.windows, self._keys.hash(self._channel, user)
        statement = self._database.insert(table).values(chat=chat, heard_at=at, replies=0)
        newer = {"heard_at": at, "replies": 0}
        with self._database.transaction() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["chat"], set_=newer, where=table.c.heard_at < at)
            )

    def left(self, user: str) -> int:
        """Return how many messages a person may still get now."""
        table = schema.windows
        query = sa.select(table).where(table.c.chat == self._keys.hash(self._channel, user))
        with self._database.transaction() as connection:
            row = connection.execute(query).first()
        if row is None or now() - aware(row.heard_at) >= self._lasts:
            return 0
        return max(0, self._replies - int(row.replies))

    def replied(self, user: str) -> None:
        """Put on record that a person got a message."""
        table = schema.windows
        condition = table.c.chat == self._keys.hash(self._channel, user)
        with self._database.transaction() as connection:
            connection.execute(sa.update(table).where(condition).values(replies=table.c.replies + 1))
