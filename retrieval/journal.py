"""Files that only grow, a JSON object a line: what was appended is on the disk when `append` returns, or not there at all.

A line that a crash cut short is left out when the file is read, and cut off by the next writer.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from retrieval import storage


class Journal:
    """One such file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, row: Mapping[str, Any]) -> None:
        """Put `row` at the end, flushed. Raises OSError where it cannot be written; then nothing of it is there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
        with FileLock(self.path.with_name(f".{self.path.name}.lock")):
            new = not self.path.exists()
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                whole = _whole(handle)
                os.ftruncate(handle, whole)
                try:
                    _write_all(handle, line, whole)
                    os.fsync(handle)
                except OSError:
                    os.ftruncate(handle, whole)
                    raise
            finally:
                os.close(handle)
            if new:
                storage.sync(self.path.parent)

    def rewrite(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Put `change` of each row in its place; whole or not at all."""
        if not self.path.exists():
            return
        with FileLock(self.path.with_name(f".{self.path.name}.lock")):
            lines = [json.dumps(change(row), ensure_ascii=False) + "\n" for row in self.rows()]
            storage.replace_text(self.path, "".join(lines))

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows, oldest first."""
        try:
            content = self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return []
        lines = content.split(b"\n")[:-1]
        return [row for line in lines if isinstance(row := _parsed(line), dict)]

    def version(self) -> tuple[int, int]:
        """Return what changes whenever the file does: size and time of the last change."""
        try:
            stat = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return 0, 0
        return stat.st_size, stat.st_mtime_ns


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _whole(handle: int) -> int:
    """Return how long the file is up to the end of its last whole line."""
    end = os.lseek(handle, 0, os.SEEK_END)
    while end:
        begin = max(0, end - 4096)
        found = os.pread(handle, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _write_all(handle: int, data: bytes, at: int) -> None:
    while data:
        written = os.pwrite(handle, data, at)
        data, at = data[written:], at + written
