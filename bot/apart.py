"""Indexing in a process of its own: the one that answers keeps its time for answers.

The process is started at the first reload and waits for the next: starting Python, the libraries and the encoder takes longer
than a small reload itself. After `IDLE_S` without one it ends, and what it needed is given back.

One line of JSON a message: `{"corpus": [paths]}` goes in; `{"stage", "done", "total"}`, then `{"indexed": …}` or `{"failed": …}` come out.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from bot.library import Indexed, Library
from retrieval.duplicates import Duplicate
from retrieval.errors import GenerationError, TinTinhError
from retrieval.readers import Unread
from retrieval.snapshot import Progress

NICE = 5
"""How much less of the processor than an answer it asks for."""
IDLE_S = 600.0


class Indexer:
    """Hands reloads to a process of its own; one at a time."""

    def __init__(self, data: Path) -> None:
        self._command = [sys.executable, "-m", "bot.cli", "index-worker", "--data", str(data)]
        self._process: subprocess.Popen[str] | None = None
        self._one = threading.Lock()

    def __call__(self, corpus: Sequence[Path], progress: Progress = lambda *_: None) -> Indexed:
        """Index `corpus` with the settings of this process; return what it did.

        Raises GenerationError with what went wrong; then nothing has changed.
        """
        with self._one:
            request = json.dumps({"corpus": [str(path) for path in corpus]}) + "\n"
            process = self._running()
            try:
                self._send(process, request)
            except OSError:  # it ended in this moment, idle for long enough
                self.close()
                process = self._running()
                self._send(process, request)
            while line := (process.stdout.readline() if process.stdout else ""):
                row = json.loads(line)
                if "stage" in row:
                    progress(row["stage"], row["done"], row["total"])
                elif "indexed" in row:
                    return _indexed(row["indexed"])
                else:
                    raise GenerationError(f"indexing failed: {row['failed']}", mend=row["mend"])
            code = process.wait()
            self.close()
            raise GenerationError(
                f"indexing failed: the process ended with {code}", mend="The log tells why; then reload again"
            )

    def close(self) -> None:
        """End the process; a reload under way leaves the corpus as it was."""
        process, self._process = self._process, None
        if process is None:
            return
        # First: to close what somebody reads from waits until he has read.
        process.terminate()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what it did not take any more
                    stream.close()

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"},
                preexec_fn=_yield,  # noqa: PLW1509 - one system call, takes no lock
                text=True,
                encoding="utf-8",
            )
        return self._process

    @staticmethod
    def _send(process: "subprocess.Popen[str]", request: str) -> None:
        if process.stdin is not None:
            process.stdin.write(request)
            process.stdin.flush()


def work(library: Library, requests: IO[str], replies: IO[str], idle_s: float = IDLE_S) -> None:
    """Do the reloads that are asked for on `requests`, until it ends or none came for `idle_s` seconds."""

    def tell(row: dict[str, Any]) -> None:
        replies.write(json.dumps(row, ensure_ascii=False) + "\n")
        replies.flush()

    while select.select([requests], [], [], idle_s)[0] and (line := requests.readline()):
        paths = [Path(path) for path in json.loads(line)["corpus"]]
        try:
            indexed = library.index(
                paths, lambda stage, done, total: tell({"stage": stage, "done": done, "total": total})
            )
        except TinTinhError as error:
            tell({"failed": error.what, "mend": error.mend})
        except OSError as error:
            tell({"failed": str(error), "mend": "Mend what it names, then reload again"})
        else:
            tell({"indexed": to_row(indexed)})


def to_row(indexed: Indexed) -> dict[str, Any]:
    """Return what an indexing did as JSON has it."""
    return {
        "generation": indexed.generation,
        "articles": indexed.articles,
        "unread": [{"where": u.where, "why": u.why} for u in indexed.unread],
        "duplicates": [{"id": d.id, "of": d.of, "likeness": d.likeness} for d in indexed.duplicates],
        "added": list(indexed.added),
        "changed": list(indexed.changed),
        "removed": list(indexed.removed),
    }


def _indexed(row: dict[str, Any]) -> Indexed:
    return Indexed(
        row["generation"],
        row["articles"],
        [Unread(u["where"], u["why"]) for u in row["unread"]],
        [Duplicate(d["id"], d["of"], d["likeness"]) for d in row["duplicates"]],
        tuple(row["added"]),
        tuple(row["changed"]),
        tuple(row["removed"]),
    )


def _yield() -> None:
    os.nice(NICE)
