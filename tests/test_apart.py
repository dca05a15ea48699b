"""Indexing in a process of its own: it stays for the next reload, tells its progress and its failures, and ends by itself."""

import os
import signal
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from bot import apart
from bot.apart import Indexer
from bot.library import Library
from retrieval.encoding import Encoder
from retrieval.errors import GenerationError
from tests.conftest import PROVINCE

ARTICLES = PROVINCE / "articles"


@pytest.fixture
def indexer(tmp_path: Path) -> Iterator[Indexer]:
    made = Indexer(tmp_path)
    yield made
    made.close()


def test_one_process_does_every_reload_and_a_killed_one_is_replaced(
    indexer: Indexer, tmp_path: Path, encoder: Encoder
) -> None:
    stages: list[str] = []
    first = indexer([ARTICLES], lambda stage, *_: stages.append(stage))
    assert first.articles == len(list(ARTICLES.iterdir()))
    assert "encode" in stages
    assert Library(tmp_path, encoder).engine().generation.id == first.generation
    process = indexer._process
    assert process is not None
    with pytest.raises(GenerationError, match="there is no file or folder"):
        indexer([tmp_path / "missing"])
    assert indexer([ARTICLES]).generation == first.generation, "nothing changed"
    assert indexer._process is process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert indexer([ARTICLES]).generation == first.generation


def test_a_process_that_dies_at_work_is_told(indexer: Indexer) -> None:
    def kill(*_: object) -> None:
        assert indexer._process is not None
        indexer._process.kill()

    with pytest.raises(GenerationError, match="ended with -9"):
        indexer([ARTICLES], kill)


def test_it_ends_when_nothing_is_asked_for_long(tmp_path: Path, encoder: Encoder) -> None:
    out, into = os.pipe()
    replies = StringIO()
    with os.fdopen(out, encoding="utf-8") as requests:
        apart.work(Library(tmp_path, encoder), requests, replies, idle_s=0.05)
    os.close(into)
    assert replies.getvalue() == ""
