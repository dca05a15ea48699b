"""Articles annotated in shares, in processes of their own, are annotated as by one."""

import subprocess
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import annotating
from retrieval.annotating import Annotating
from retrieval.annotation import Annotated, Annotations, annotate, joined
from retrieval.readers import load

ARTICLES = Path(__file__).parent / "province" / "articles"
WORDS = st.sampled_from(
    [
        "Ông Trần Văn Đoài",
        "chủ trì",
        "UBND tỉnh",
        "29/12",
        "1.700 tỷ đồng",
        "giao",
        "Sở Y tế",
        "ngày 3/4.",
        "Hồ",
        "đường;",
        "\n",
    ]
)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [article.text for article in load([ARTICLES]).articles]


def several(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    """Let two articles be worth a process, on so many cores."""
    monkeypatch.setattr(annotating, "cores", lambda: cores)
    monkeypatch.setattr(annotating, "SHARE", 2)


def same(one: Annotated, other: Annotated) -> bool:
    arrays = [(getattr(one[0], f.name), getattr(other[0], f.name)) for f in fields(Annotations)]
    return one[1:] == other[1:] and all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in arrays)


@given(st.lists(st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=4), min_size=1, max_size=4))
def test_shares_are_joined_as_if_one_had_read_all(shares: list[list[str]]) -> None:
    assert same(joined([annotate(share) for share in shares]), annotate(text for share in shares for text in share))


def test_processes_annotate_as_one_does(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    several(monkeypatch, 3)
    with Annotating(texts) as work:
        assert len(work._processes) == 3
        found = work.result()
    assert same(found, annotate(texts))


def test_a_share_whose_process_is_gone_is_annotated_all_the_same(
    texts: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    several(monkeypatch, 2)
    with Annotating(texts) as work:
        work._processes[0].kill()
        found = work.result()
    assert same(found, annotate(texts))
    assert "a process that annotates has ended with -9" in caplog.text


def test_what_fails_beside_leaves_no_process(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    several(monkeypatch, 2)
    started: list[subprocess.Popen[bytes]] = []

    def fail_beside() -> None:
        with Annotating(texts) as work:
            started.extend(work._processes)
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        fail_beside()
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


def test_few_articles_need_no_process(texts: list[str]) -> None:
    with Annotating(texts) as work:
        assert not work._processes
        assert same(work.result(), annotate(texts))
