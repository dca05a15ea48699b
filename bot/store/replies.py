"""Which messages answered a question: when the question is edited, they are edited too, also after a restart."""

import sqlalchemy as sa

from bot.store import schema
from bot.store.database import Database, now
from bot.store.keys import Keys


class Replies:
    """What one channel's questions were answered with."""

    def __init__(self, database: Database, keys: Keys, channel: str) -> None:
        self._database = database
        self._keys = keys
        self._channel = channel

    def put(self, question: str, chat: str, messages: list[int]) -> None:
        """Keep which messages answer the question that the channel calls `question`, in place of those before."""
        values = {
            "chat": self._keys.hash(self._channel, chat), "messages": self._keys.seal(messages), "sent_at": now()
        }  # fmt: skip
        statement = self._database.insert(schema.replies).values(question=self._key(question), **values)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["question"], set_=values))

    def of(self, question: str) -> list[int]:
        """Return the messages that answer a question; none where it was not answered, or is not kept any more."""
        table = schema.replies
        query = sa.select(table.c.messages).where(table.c.question == self._key(question))
        with self._database.transaction() as connection:
            sealed = connection.execute(query).scalar_one_or_none()
        if sealed is None:
            return []
        try:
            return [int(message) for message in self._keys.open(sealed)]
        except (ValueError, TypeError):
            return []  # stored under another key

    def _key(self, question: str) -> str:
        return self._keys.hash("question", self._channel, question)
