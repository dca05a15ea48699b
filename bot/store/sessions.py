"""Sign-ins to the admin page: a link that the bot sends works once and soon, and becomes a session of a working day."""

import datetime as dt
import secrets

import sqlalchemy as sa

from bot.store import schema
from bot.store.database import Database, aware, now
from bot.store.keys import Keys

LINK = dt.timedelta(minutes=10)
SESSION = dt.timedelta(hours=10)


class Sessions:
    """The table of sign-ins; a token stands in it as a keyed hash."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def link(self, person: str) -> str:
        """Return a token that signs `person` in once."""
        return self._new(person, LINK, once=True)

    def enter(self, token: str) -> str | None:
        """Change the token of a link into that of a session; None where it is wrong, used or too old."""
        person = self._take(token)
        return None if person is None else self._new(person, SESSION, once=False)

    def person(self, token: str) -> str | None:
        """Return whose session a token is; None where it is none, or over."""
        table = schema.sessions
        query = sa.select(table).where(table.c.token == self._hash(token), table.c.once == 0)
        with self._database.transaction() as connection:
            row = connection.execute(query).first()
        if row is None or aware(row.until) < now():
            return None
        return str(self._keys.open(row.person))

    def leave(self, token: str) -> None:
        """End a session."""
        with self._database.transaction() as connection:
            connection.execute(sa.delete(schema.sessions).where(schema.sessions.c.token == self._hash(token)))

    def csrf(self, token: str) -> str:
        """Return what a form of this session must send along."""
        return self._keys.hash("form", token)

    def _hash(self, token: str) -> str:
        return self._keys.hash("session", token)

    def _new(self, person: str, lasts: dt.timedelta, *, once: bool) -> str:
        token = secrets.token_urlsafe(32)
        row = {
            "token": self._hash(token), "person": self._keys.seal(person), "once": int(once), "until": now() + lasts
        }  # fmt: skip
        with self._database.transaction() as connection:
            connection.execute(sa.insert(schema.sessions), row)
        return token

    def _take(self, token: str) -> str | None:
        table = schema.sessions
        condition = sa.and_(table.c.token == self._hash(token), table.c.once == 1)
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(table).where(condition)).first()
            taken = connection.execute(sa.delete(table).where(condition)).rowcount
        return str(self._keys.open(row.person)) if row is not None and taken and aware(row.until) >= now() else None
