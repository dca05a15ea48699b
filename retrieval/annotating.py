"""Annotating many articles on several cores: shares of them in processes of their own, joined as if one had read all.

Annotating is two fifths of the time that a corpus takes to be indexed, and needs nothing but the texts; meanwhile the caller encodes.
A share whose process is gone is annotated here. Messages are pickles, of our own program to itself over pipes that nobody else holds.
"""

import contextlib
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from retrieval.annotation import Annotated, annotate, joined

log = logging.getLogger(__name__)
SHARE = 300
"""Articles that are worth a process: starting one takes as long as annotating fifty."""


def cores() -> int:
    """Return on how many processors this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Annotating:
    """The annotations of `texts`, worked out beside what else its `with` block does; `result` waits for them."""

    def __init__(self, texts: Sequence[str]) -> None:
        count = min(cores(), len(texts) // SHARE)
        self._texts = texts
        self._shares = list(_shares(texts, count)) if count > 1 else []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._found: list[Future[Annotated | None]] = []

    def __enter__(self) -> Self:
        if self._shares:
            waiting = ThreadPoolExecutor(len(self._shares), thread_name_prefix="annotating")
            for texts in self._shares:
                process = _started()
                self._processes.append(process)
                self._found.append(waiting.submit(_of_process, process, texts))
            waiting.shutdown(wait=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def result(self) -> Annotated:
        """Return what `annotate` returns of all the texts."""
        if not self._shares:
            return annotate(self._texts)
        found = zip(self._found, self._shares, strict=True)
        return joined([future.result() or annotate(texts) for future, texts in found])


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program, no shell
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def _of_process(process: subprocess.Popen[bytes], texts: Sequence[str]) -> Annotated | None:
    """Return what `process` found in `texts`, None where it is gone."""
    out, _ = process.communicate(pickle.dumps(texts))
    if process.returncode == 0:
        found: Annotated = pickle.loads(out)  # noqa: S301 - what our own program wrote
        return found
    log.warning("a process that annotates has ended with %d", process.returncode)
    return None


def _shares(texts: Sequence[str], count: int) -> Iterator[list[str]]:
    """Yield `count` runs of consecutive texts of about equal length together."""
    total, done, share = sum(map(len, texts)), 0, list[str]()
    left = count
    for text in texts:
        share.append(text)
        done += len(text)
        if left > 1 and done * count >= total * (count - left + 1):
            yield share
            share, left = [], left - 1
    yield share


def main() -> None:
    """Annotate the texts of standard input onto standard output."""
    with contextlib.suppress(BrokenPipeError, EOFError):
        texts = pickle.load(sys.stdin.buffer)  # noqa: S301 - what our own program wrote
        sys.stdout.buffer.write(pickle.dumps(annotate(texts)))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
