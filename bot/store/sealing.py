"""Small secrets that change as the service runs, encrypted: whole or as they were."""

from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store.database import Database, now
from bot.store.keys import Keys


class Sealed:
    """One such secret, by name."""

    def __init__(self, database: Database, keys: Keys, name: str) -> None:
        self._database = database
        self._keys = keys
        self._name = name

    def read(self) -> Any:  # noqa: ANN401 - whatever was written
        """Return what was written last, None where nothing was. Raises ValueError where it was written under another key."""
        table = schema.sealed
        with self._database.transaction() as connection:
            value = connection.execute(sa.select(table.c.value).where(table.c.name == self._name)).scalar_one_or_none()
        return None if value is None else self._keys.open(value)

    def write(self, row: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        """Put `row` in the place of what was there; on the disk when this returns."""
        values = {"value": self._keys.seal(row), "changed_at": now()}
        statement = self._database.insert(schema.sealed).values(name=self._name, **values)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
