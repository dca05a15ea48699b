"""Files from outside are parsed in a child process with limits on memory, CPU and time: what kills it harms nothing here.

One child serves many files; one that dies, or is too slow, takes its file with it and is replaced.
"""

import contextlib
import json
import os
import queue
import resource
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

MEMORY = 512 << 20
"""Bytes of address space of the child."""
SECONDS = 20.0
"""Wall time, and CPU time, of one file."""
MOST_FILES = 200
"""Files after which a child is replaced, so that its CPU limit is for few files and no leak grows."""
LONGEST_LINE = 40_000_000
ROOT = Path(__file__).parents[2]


def _limit() -> None:
    """Set the limits; runs in the child before Python starts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS) * 20, int(SECONDS) * 20))


class Sandbox:
    """Parses files, one at a time; a context manager that ends its child."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._served = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def parse(self, kind: str, path: Path) -> dict[str, Any] | str:
        """Return the fields of a file of a kind (`page`, `pdf`, `word`), or why it gives none."""
        child = self._running()
        if child.stdin is None:
            raise AssertionError("the child has an input")
        try:
            child.stdin.write(json.dumps({"kind": kind, "path": str(path.absolute())}).encode() + b"\n")
            child.stdin.flush()
            line = self._lines.get(timeout=self._seconds)
        except queue.Empty:
            self.close()
            return f"reading it takes longer than {self._seconds:.0f} s"
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            self.close()
            return "reading it broke the parser (too much memory, or a fault); it is left out"
        self._served += 1
        if self._served >= MOST_FILES:
            self.close()
        answer = json.loads(line)
        fields: dict[str, Any] | str = answer.get("fields") or str(answer.get("error") or "it holds no article")
        return fields

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._child is None or self._child.poll() is not None:
            self.close()

            environment = {
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": str(ROOT),
                "OPENBLAS_NUM_THREADS": "1",
                "LANG": "C.UTF-8",
            }
            self._child = subprocess.Popen(
                [sys.executable, "-m", "retrieval.readers.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                preexec_fn=_limit,  # noqa: PLW1509 - sets limits alone, takes no lock
                start_new_session=True,
            )
            self._lines = queue.Queue()
            self._served = 0
            threading.Thread(target=_pump, args=(self._child, self._lines), daemon=True).start()
        return self._child

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        child.wait()


def _pump(child: "subprocess.Popen[bytes]", lines: "queue.Queue[bytes]") -> None:
    """Hand on the child's lines; an empty one when it ends."""
    if child.stdout is None:
        return
    with contextlib.suppress(OSError, ValueError):
        while line := child.stdout.readline(LONGEST_LINE):
            lines.put(line)
    lines.put(b"")
