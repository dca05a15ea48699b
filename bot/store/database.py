"""Opens the database, brings its tables up to date, and gives its transactions. SQLite by default, PostgreSQL by URL.

SQLite: write-ahead log, flushed at each commit, deleted bytes overwritten. A transaction takes the one writer's place at its
beginning, so that none has to be broken off halfway.
"""

import contextlib
import datetime as dt
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.schema import metadata
from retrieval.errors import StoreError

log = logging.getLogger(__name__)

FILE = "tintinh.db"
BUSY_S = 20.0
"""Seconds that a transaction waits for the writer before it."""
TRUNCATE_S = 30.0


class Database:
    """An open database."""

    def __init__(self, url: str | None, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        try:
            self._url = sa.make_url(url) if url else sa.URL.create("sqlite", database=str(data / FILE))
        except (sa.exc.ArgumentError, ValueError) as error:  # what was given may hold a password: it is not shown
            raise StoreError(
                "TINTINH_DATABASE_URL is no address of a database",
                mend="Give it as postgresql://user:password@host:5432/name, or leave it unset for SQLite",
            ) from error
        if self._url.get_backend_name() == "postgresql" and "+" not in self._url.drivername:
            self._url = self._url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY_S}} if self.is_sqlite else {"pool_pre_ping": True}
        self._one = threading.RLock() if self.is_sqlite else contextlib.nullcontext()
        try:
            self.engine = sa.create_engine(self._url, **options)
            if self.is_sqlite:
                sa.event.listen(self.engine, "connect", _configure)
                sa.event.listen(self.engine, "begin", _begin)
            self._migrate()
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            shown = self._url.render_as_string(hide_password=True)
            raise StoreError(
                f"the database {shown} cannot be opened ({_first_line(error)})",
                mend="Check TINTINH_DATABASE_URL and that the server runs; for SQLite, that the data folder can be written",
            ) from error

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        newest = ScriptDirectory.from_config(config).get_current_head()
        with self.engine.connect() as connection:
            now = MigrationContext.configure(connection).get_current_revision()
        if now == newest:
            return
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes are all on the disk when the block ends, or none of them."""
        with self._one, self.engine.begin() as connection:
            yield connection

    def insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        """Return an insert that knows `on_conflict_…`, as both databases have it."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def scrub(self) -> None:
        """Take deleted rows off the disk: of SQLite the log is written back and emptied, PostgreSQL writes our tables anew.

        What PostgreSQL logged before is in files that it throws away at a checkpoint, where it does not use them again (its setting
        `wal_recycle`) and our role may ask for one; where it may not, the server's own checkpoints have to do it.
        """
        if not self.is_sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"VACUUM FULL {', '.join(metadata.tables)}")
                try:
                    connection.exec_driver_sql("SELECT pg_switch_wal()")
                    connection.exec_driver_sql("CHECKPOINT")
                except sa.exc.ProgrammingError as error:
                    log.info(
                        "what was erased stays in PostgreSQL's log until its own checkpoint: %s", _first_line(error)
                    )
            return
        until = time.monotonic() + TRUNCATE_S
        while True:
            with self._one, self.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] if raw is not None else 0
            if not busy:
                return
            if time.monotonic() > until:
                log.warning(
                    "the database's log could not be emptied: another process reads it; it is tried again later"
                )
                return
            time.sleep(0.2)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def now() -> dt.datetime:
    """Return this moment, with its zone."""
    return dt.datetime.now(dt.UTC)


def aware(moment: dt.datetime) -> dt.datetime:
    """Return a moment as it came from the database, with its zone, which SQLite does not keep."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _configure(connection: Any, _: object) -> None:  # noqa: ANN401 - of sqlite3
    connection.isolation_level = None  # BEGIN is ours
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0]
