"""The transformer's training at toy size: whole, resumable, the same from a seed; and what it exports is served."""

import json
import random
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from retrieval.answers.span_readers import Passage
from retrieval.answers.span_readers.transformer import OnnxReader, open_transformer
from retrieval.errors import ReaderModelError
from retrieval.readers import load
from tests.conftest import PROVINCE
from training.transformer import data, export
from training.transformer.train import TOY, Run

SIZE = replace(
    TOY, vocabulary=400, row=32, longest=64, mlm_steps=4, joint_steps=4, mlm_batch=4, joint_batch=4, save_every=2
)


@pytest.fixture(scope="module")
def news() -> list[dict[str, str]]:
    return [{"title": a.title, "lead": a.text[:80], "text": a.text} for a in load([PROVINCE / "articles"]).articles]


@pytest.fixture(autouse=True)
def own_dice() -> Iterator[None]:
    """Leave torch's dice as they were for the other tests."""
    state = torch.get_rng_state()
    yield
    torch.set_rng_state(state)


@pytest.fixture(scope="module")
def tokenizer(news: list[dict[str, str]]) -> Tokenizer:
    """One vocabulary: the library's trainer breaks ties by chance, so a run keeps the one it made."""
    return data.vocabulary([a["text"] for a in news], SIZE.vocabulary)


def trained(out: Path, news: list[dict[str, str]], tokenizer: Tokenizer, stop_at: int | None = None) -> Run:
    """Return a run of both phases; with `stop_at` one that was cut off in its second and run again."""
    out.mkdir(exist_ok=True)
    dice = random.Random(1)
    rows = data.packed([a["text"] for a in news] * 4, tokenizer, SIZE.row, dice)
    pairs = [p for a in news * 3 for p in data.article_pairs(a, dice)]
    made = [s for a in news for s in data.clozes(a, dice)]
    run = Run(out, SIZE, tokenizer, 3)
    if stop_at is not None:
        run.phase("mlm", SIZE.mlm_steps, run.masked_loss(rows))
        # The learning rate knows the whole length: the first part is cut off by an error, as a crash would.
        joint, calls = run.joint_loss(pairs, made, []), 0

        def crashing(numbers: np.random.Generator) -> torch.Tensor:
            nonlocal calls
            calls += 1
            if calls > stop_at:
                raise KeyboardInterrupt
            return joint(numbers)

        with pytest.raises(KeyboardInterrupt):
            run.phase("joint", SIZE.joint_steps, crashing)
        run = Run(out, SIZE, tokenizer, 3)
    run.phase("mlm", SIZE.mlm_steps, run.masked_loss(rows))
    run.phase("joint", SIZE.joint_steps, run.joint_loss(pairs, made, []))
    return run


def test_a_run_that_was_cut_off_ends_as_if_it_had_not_been(
    tmp_path: Path, news: list[dict[str, str]], tokenizer: Tokenizer
) -> None:
    whole = trained(tmp_path / "a", news, tokenizer)
    again = trained(tmp_path / "b", news, tokenizer, stop_at=3)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, again.network.state_dict()[name]), name


def test_what_is_exported_is_served_and_is_small(
    tmp_path: Path, news: list[dict[str, str]], tokenizer: Tokenizer
) -> None:
    run = trained(tmp_path / "run", news, tokenizer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files = export.export(run.network, run.tokenizer, tmp_path / "model")
    assert max(files.values()) <= 16_000_000
    reader = open_transformer(str(tmp_path / "model"), 0.3)
    assert isinstance(reader, OnnxReader)
    text = news[0]["text"]
    found = reader.mark("Đơn giá chi trả bình quân là bao nhiêu?", [Passage(0, 0, text)])
    assert all(text[s.start : s.end].strip() for s in found.spans)
    assert 0 <= found.answerable <= 1
    (tmp_path / "model" / "reader.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReaderModelError, match="model"):
        open_transformer(str(tmp_path / "model"), 0.3)


def test_shards_give_the_weights_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "SHARD", 5_000)
    dice = np.random.default_rng(1)
    weights = {"a": dice.normal(size=(100, 70)).astype(np.float32), "b": dice.normal(size=9).astype(np.float32)}
    paths = export.save_shards(export.quantised(weights), tmp_path)
    assert len(paths) > 1
    assert max(p.stat().st_size for p in paths) < 6_000
    back = export.restored(export.load_shards(tmp_path))
    assert back.keys() == weights.keys()
    assert np.abs(back["a"] - weights["a"]).max() <= np.abs(weights["a"]).max() / 127
    assert back["b"] == pytest.approx(weights["b"], abs=2e-3)


def test_made_questions_have_their_answers_where_they_say(news: list[dict[str, str]], tokenizer: Tokenizer) -> None:
    made = [s for seed in range(20) for a in news for s in data.clozes(a, random.Random(seed))]
    assert len(made) > 100
    assert all(0 <= s.start <= s.end <= len(s.passage) for s in made)
    batch = data.framed(made, tokenizer, 256)
    answered = [i for i, s in enumerate(made) if s.end > s.start]
    assert (batch.starts[answered] > 0).mean() > 0.9
    assert not (batch.starts > batch.ends).any()


def test_gold_spans_are_found_however_they_are_spaced() -> None:
    rows = json.loads(
        '[{"id": "1", "article_id": "x", "question": "Ai?", "answers": [["Mùa  A Tòng"]]},'
        ' {"id": "2", "about": "x", "question": "Bao giờ?", "answers": []}]'
    )
    found = data.gold(rows, {"x": "Ông Mùa A Tòng chủ trì."}, random.Random(1), copies=1)
    assert found[0].passage[found[0].start : found[0].end] == "Mùa A Tòng"
    assert found[1].start == found[1].end == 0
