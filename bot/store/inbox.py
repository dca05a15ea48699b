"""Updates, from when a platform hands them over until they are answered: stored once, in order, encrypted."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store.database import Database, now
from bot.store.keys import Keys

KEPT = dt.timedelta(days=3)
"""How long an answered update is known again; Telegram redelivers for a day, Zalo for an hour."""
WAITING, DONE, ASIDE = "waiting", "done", "aside"


@dataclass(frozen=True, slots=True)
class Update:
    """One update that waits for its answer."""

    id: int
    channel: str
    chat: str
    """The keyed hash of the conversation."""
    payload: Any
    """As the platform sent it."""
    sent: int = 0
    """Messages of its answer that went out before the service stopped."""
    attempts: int = 0


class Inbox:
    """The table of updates."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def hash(self, channel: str, chat: str) -> str:
        """Return the keyed hash that stands for a conversation."""
        return self._keys.hash(channel, chat)

    def put(self, channel: str, update_id: str, hashed: str, payload: Mapping[str, Any]) -> Update | None:
        """Store an update of the chat that is `hashed`; return it, None where it is stored already. On the disk when this returns."""
        table = schema.inbox
        row = {
            "channel": channel, "update_key": self._keys.hash("update", channel, update_id), "chat": hashed,
            "payload": self._keys.seal(payload), "state": WAITING, "sent": 0, "attempts": 0, "received_at": now(),
        }  # fmt: skip
        statement = self._database.insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
        with self._database.transaction() as connection:
            found = connection.execute(statement).scalar_one_or_none()
        return None if found is None else Update(found, channel, hashed, payload)

    def waiting(self) -> tuple[list[Update], int]:
        """Return the updates without an answer, oldest first, and how many could not be read and were set aside."""
        table, found, unreadable = schema.inbox, [], []
        with self._database.transaction() as connection:
            for row in connection.execute(sa.select(table).where(table.c.state == WAITING).order_by(table.c.id)):
                try:
                    payload = self._keys.open(row.payload)
                except (ValueError, TypeError):
                    unreadable.append(row.id)
                    continue
                found.append(Update(row.id, row.channel, row.chat, payload, row.sent, row.attempts))
            if unreadable:
                connection.execute(sa.update(table).where(table.c.id.in_(unreadable)).values(state=ASIDE))
        return found, len(unreadable)

    def sent(self, update: int, count: int) -> None:
        """Put on record that `count` messages of the answer to an update are out."""
        self._set(update, sent=count)

    def tried(self, update: int, attempts: int) -> None:
        """Put on record how often an update was tried."""
        self._set(update, attempts=attempts)

    def aside(self, update: int) -> None:
        """Set an update aside: it blocks nobody, and is kept for whoever looks into it until it is purged."""
        self._set(update, state=ASIDE)

    def done(self, update: int, chat: str, memory: object | None = None) -> None:
        """Mark an update answered and take what it said off the disk; keep with it what the next one may lean on."""
        table = schema.inbox
        with self._database.transaction() as connection:
            connection.execute(sa.update(table).where(table.c.id == update).values(state=DONE, payload=None))
            if memory is not None:
                remember(self._database, connection, chat, self._keys.seal(memory))

    def counts(self) -> tuple[int, int]:
        """Return how many updates wait for their answer, and how many are set aside."""
        table = schema.inbox
        query = sa.select(table.c.state, sa.func.count()).where(table.c.state != DONE).group_by(table.c.state)
        with self._database.transaction() as connection:
            found = {state: int(count) for state, count in connection.execute(query)}
        return found.get(WAITING, 0), found.get(ASIDE, 0)

    def purge(self) -> None:
        """Forget updates that no platform sends again, and those that were set aside for as long."""
        table = schema.inbox
        with self._database.transaction() as connection:
            connection.execute(sa.delete(table).where(table.c.state != WAITING, table.c.received_at < now() - KEPT))

    def _set(self, update: int, **values: int | str) -> None:
        with self._database.transaction() as connection:
            connection.execute(sa.update(schema.inbox).where(schema.inbox.c.id == update).values(**values))


def remember(database: Database, connection: sa.Connection, chat: str, memory: bytes) -> None:
    """Store what the next question of a chat may lean on."""
    values = {"memory": memory, "changed_at": now()}
    statement = database.insert(schema.chats).values(chat=chat, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["chat"], set_=values))
