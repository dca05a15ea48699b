"""Indexing in a process of its own: the one that answers keeps its time for answers, and what indexing needs is given back."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from bot.library import Indexed
from retrieval.duplicates import Duplicate
from retrieval.errors import GenerationError
from retrieval.readers import Unread
from retrieval.snapshot import Progress

NICE = 5
"""How much less of the processor than an answer it asks for."""


def index_apart(data: Path, corpus: Sequence[Path], progress: Progress = lambda *_: None) -> Indexed:
    """Index `corpus` into `data` by `tintinh index`, with the settings of this process; return what it did.

    Raises GenerationError with what the process said where it failed; then nothing has changed.
    """
    command = [sys.executable, "-m", "bot.cli", "index", "--json", "--progress", "--data", str(data)]
    command += [part for path in corpus for part in ("--corpus", str(path))]
    process = subprocess.Popen(  # noqa: S603 - our own program, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"},
        preexec_fn=_yield,  # noqa: PLW1509 - one system call, takes no lock
        text=True,
        encoding="utf-8",
    )
    told: list[str] = []
    following = threading.Thread(target=_follow, args=(process, progress, told), daemon=True)
    following.start()
    output = process.stdout.read() if process.stdout else ""
    code = process.wait()
    following.join()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    try:
        row = json.loads(output)
    except ValueError:
        row = None
    if code or not isinstance(row, dict):
        said = " ".join(told[-1].split()) if told else f"the process ended with {code}"
        raise GenerationError(f"indexing failed: {said}", mend="Mend what it names, then reload again")
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


def _follow(process: "subprocess.Popen[str]", progress: Progress, told: list[str]) -> None:
    """Hand on the progress that the process tells; keep what else it says."""
    for line in process.stderr or ():
        try:
            row = json.loads(line)
            progress(row["stage"], row["done"], row["total"])
        except (ValueError, KeyError, TypeError):
            if line.strip():
                told.append(line.strip())
