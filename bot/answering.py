"""Answering in processes of their own: on several cores questions are read side by side, and people's messages wait for none of it.

One interpreter runs one thread at a time, so a service that reads sixty questions a second in threads keeps everybody's message
waiting behind somebody's question. Each process opens the same data folder and answers one question at a time. A request names the
generation and the corrections in force in the service; a process that has others takes those up first, so what was withdrawn is
answered by none. A process that is gone is started again, and its question answered by the service itself: none is lost.

Messages are pickles, of our own program to itself over pipes that nobody else holds.
"""

import contextlib
import logging
import os
import pickle
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from retrieval.answers.types import Reply
from retrieval.errors import TinTinhError

if TYPE_CHECKING:
    from bot.library import Library

log = logging.getLogger(__name__)
START_S = 60.0
"""Seconds after which a process that has not said that it is ready is given up."""
READY = "ready"
LONGEST_WAIT_S = 1.0
"""Seconds for which a question waits for a process; then the service answers it itself."""
LONGEST_ANSWER_S = 30.0
"""Seconds after which a process that has not answered hangs: a thousand times what an answer takes."""


@dataclass(frozen=True)
class Asked:
    """A question, and the state of the corpus that it is asked of."""

    generation: str
    corrections: tuple[int, ...]
    question: str
    previous: str | None = None
    skip: int = 0
    province: str | None = None
    articles: tuple[str, ...] = ()


class Answerers:
    """Some processes that answer; a question goes to one that is free."""

    def __init__(self, data: Path, count: int) -> None:
        self._command = [sys.executable, "-m", "bot.cli", "answer-worker", "--data", str(data)]
        self._free: queue.LifoQueue[_Process] = queue.LifoQueue()
        """Those that are ready; the one that answered last, whose memory is warm, is taken first."""
        self._all: list[_Process] = []
        self._closed = threading.Event()
        for _ in range(count):
            threading.Thread(target=self._start, name="answerer-start", daemon=True).start()

    def ask(self, asked: Asked) -> Reply | None:
        """Return the reply to `asked`; None where no process is there to give it: then the caller answers it."""
        if self._closed.is_set() or not self._all:
            return None
        try:
            process = self._free.get(timeout=LONGEST_WAIT_S)
        except queue.Empty:
            return None
        try:
            reply = process.ask(asked)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:  # ValueError: closed meanwhile
            if not self._closed.is_set():
                log.warning("a process that answers has ended (%s); another is started", type(error).__name__)
                self._all.remove(process)
                process.close()
                threading.Thread(target=self._start, name="answerer-start", daemon=True).start()
            return None
        self._free.put(process)
        return reply

    def close(self) -> None:
        """End the processes; what they are reading is let go."""
        self._closed.set()
        for process in tuple(self._all):
            process.close()

    def _start(self) -> None:
        process = _Process(self._command)
        if not process.ready(START_S) or self._closed.is_set():
            process.close()
            if not self._closed.is_set():
                log.error("a process that answers did not start; the service answers in its stead")
            return
        self._all.append(process)
        self._free.put(process)
        if self._closed.is_set():  # in this moment
            process.close()


class _Process:
    """One process, started at once."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def ready(self, seconds: float) -> bool:
        """Wait for its word that it is ready; tell whether it came."""
        timer = threading.Timer(seconds, self._process.kill)
        timer.start()
        try:
            return self._receive() == READY
        except (OSError, EOFError, pickle.UnpicklingError):
            return False
        finally:
            timer.cancel()

    def ask(self, asked: Asked) -> Reply | None:
        """Return its reply; None where it could not give one. Raises OSError or EOFError where it is gone, or hangs."""
        stream, replies = self._process.stdin, self._process.stdout
        if stream is None or replies is None:
            raise EOFError
        pickle.dump(asked, stream)
        stream.flush()
        if not select.select([replies], [], [], LONGEST_ANSWER_S)[0]:
            raise TimeoutError
        found = self._receive()
        if found is not None and not isinstance(found, Reply):
            raise EOFError
        return found

    def _receive(self) -> object:
        stream = self._process.stdout
        if stream is None:
            raise EOFError
        return pickle.load(stream)  # noqa: S301 - what our own program wrote

    def close(self) -> None:
        """End it."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what it did not take any more
                    stream.close()
        self._process.wait()


def work(library: "Library", requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answer from `library`, which is open, what is asked on `requests`, until the service is gone."""
    # A stop that is asked for is the service's to heed: it lets what is being answered finish.
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_stop, signal.SIG_IGN)

    def send(found: object) -> None:
        pickle.dump(found, replies)
        replies.flush()

    with contextlib.suppress(EOFError, BrokenPipeError):
        send(READY)
        while True:
            asked: Asked = pickle.load(requests)  # noqa: S301 - what our own program wrote
            try:
                send(_answer(library, asked))
            except TinTinhError as error:
                log.error("%s", error)
                send(None)
            except Exception:
                log.exception("a question failed in a process that answers; the service answers it")
                send(None)


def _answer(library: "Library", asked: Asked) -> Reply:
    generation = library.engine().generation
    if (generation.id, generation.corrections.version) != (asked.generation, asked.corrections):
        library.refresh()
    return library.engine().ask(asked.question, asked.previous, asked.skip, asked.province, asked.articles)
