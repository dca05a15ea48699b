"""Shipped models: equal to their libraries, whole, and small."""

import shutil
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest

from retrieval.answers.attention import Network
from retrieval.answers.reader import MODELS, BuiltinReader
from retrieval.answers.trees import Trees, from_dumps
from retrieval.encoding import SHIPPED, Encoder, StaticEncoder, open_encoder
from retrieval.errors import EncoderError, ReaderModelError
from retrieval.vietnamese.text import fold

TEXTS = [
    "Ai chủ trì hội nghị giao ban ngày 29/12?",
    "ai chu tri hop",
    "UBND tỉnh Lam Giang",
    "x",
    "Đường sá, cầu cống…",
    "",
]


@pytest.mark.filterwarnings("default")
def test_static_vectors_equal_the_library_s(encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(SHIPPED), device="cpu").float()
    ours, theirs = encoder.encode_queries(TEXTS[:-1]), library.encode(TEXTS[:-1])
    assert np.abs(ours - theirs).max() < 1e-5
    assert np.abs(encoder.encode_passages(TEXTS[:-1]) - theirs).max() < 1e-5
    assert not encoder.encode_passages([""]).any()


def test_an_empty_text_is_the_zero_vector(encoder: Encoder) -> None:
    assert not encoder.encode_queries([""]).any()
    assert encoder.encode_queries([]).shape == (0, encoder.dimensions)


def test_likeness_survives_lost_diacritics(encoder: Encoder) -> None:
    text = "hội nghị tổng kết công tác giải phóng mặt bằng"
    same, other = (
        encoder.encode_queries([fold(text), "giá vàng tăng mạnh phiên cuối tuần"]) @ encoder.encode_passages([text])[0]
    )
    assert same > other + 0.2


def test_the_shipped_encoder_is_at_most_24_mb() -> None:
    assert sum(p.stat().st_size for p in SHIPPED.rglob("*") if p.is_file()) <= 24_000_000
    assert sum(p.stat().st_size for p in MODELS.rglob("*") if p.is_file()) <= 60_000_000


@pytest.mark.filterwarnings("default")
def test_any_sentence_transformers_model_will_do() -> None:
    """A model with prompts goes through the library, and its fingerprint tells the prompts apart."""
    plain = open_encoder(str(SHIPPED))
    prompted = open_encoder(str(SHIPPED), "query: ", "passage: ")
    assert prompted.fingerprint != plain.fingerprint
    assert np.allclose(prompted.encode_queries(["họp"]), plain.encode_queries(["query: họp"]), atol=1e-3)
    assert np.allclose(prompted.encode_passages(["họp"]), plain.encode_passages(["passage: họp"]), atol=1e-3)


@pytest.mark.filterwarnings("default")
def test_a_missing_model_is_named(tmp_path: Path) -> None:
    for name in (str(tmp_path / "none"), "nobody/nothing"):
        with pytest.raises(EncoderError, match="TINTINH_EMBEDDING__MODEL"):
            open_encoder(name)


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "m")
    (tmp_path / "m" / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(EncoderError, match="cannot be read"):
        StaticEncoder(tmp_path / "m")


def test_trees_equal_the_mean_of_lightgbm_s(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 5))
    y = (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(float)
    options = {"objective": "binary", "verbose": -1, "num_threads": 1, "bagging_fraction": 0.5, "bagging_freq": 1}
    boosters = [lightgbm.train(options | {"seed": seed}, lightgbm.Dataset(x, y), 30) for seed in (1, 2)]
    arrays: dict[str, Any] = from_dumps([b.dump_model() for b in boosters], "abcde")
    np.savez(tmp_path / "t.npz", **arrays)
    mean = np.mean([b.predict(x, raw_score=True) for b in boosters], axis=0)
    assert not np.allclose(mean, boosters[0].predict(x, raw_score=True))
    assert np.allclose(Trees.load(tmp_path / "t.npz", "abcde").scores(x), mean, atol=1e-9)
    with pytest.raises(ReaderModelError, match="for other features"):
        Trees.load(tmp_path / "t.npz", "abcdf")


def test_single_precision_reaches_the_same_leaves() -> None:
    """Features are float32, thresholds are not: also one between two neighbouring floats, or one of them, parts the same rows."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(300, 3)).astype(np.float32)
    x[150:, 0] = np.nextafter(x[:150, 0], np.float32(np.inf))
    near = x[150:, 0].astype(np.float64)
    thresholds = np.concatenate(
        [x[:50, 0].astype(np.float64), (x[50:100, 0] + near[50:100]) / 2, near[100:150] * (1 + 1e-12)]
    )
    count = len(thresholds)
    first, stumps = 3 * np.arange(count), np.zeros(3 * count)
    left, right, above, value = np.arange(3 * count), np.arange(3 * count), np.full(3 * count, np.inf), stumps.copy()
    left[first], right[first], above[first], value[first + 2] = first + 1, first + 2, thresholds, 1.0
    trees = Trees(
        {
            "feature": stumps.astype(np.int16), "threshold": above, "left": left, "right": right, "value": value,
            "roots": first, "depth": np.array(1),
        }
    )  # fmt: skip
    expected = x[:, :1].astype(np.float64) > thresholds
    assert 0 < expected.mean() < 1
    assert np.array_equal(trees.leaves(x) > 0, expected)
    assert np.array_equal(trees.leaves(x.astype(np.float64)) > 0, expected)


@pytest.mark.parametrize(
    "name",
    ["sentences.npz", "answers.npz", "overlaps.npz", "silent.npz", "elsewhere.npz", "attention.npz", "reader.json"],
)
def test_a_damaged_reader_is_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    for path in MODELS.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    BuiltinReader(folder)
    whole = (folder / name).read_bytes()
    for damaged in (b"broken", b"", whole[: len(whole) // 2]):
        (folder / name).write_bytes(damaged)
        with pytest.raises(ReaderModelError, match=name):
            BuiltinReader(folder)


def test_a_network_that_lacks_a_member_is_named(tmp_path: Path) -> None:
    with np.load(MODELS / "attention.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files if not name.startswith("1.")}
    np.savez(tmp_path / "one.npz", **arrays)
    with pytest.raises(ReaderModelError, match=r"one\.npz"):
        Network.load(tmp_path / "one.npz")


@pytest.mark.parametrize("lacking", ["0.verdict.3.weight", "1.told.bias", "names", "words", "members"])
def test_a_network_that_lacks_a_part_or_knows_other_features_is_named(tmp_path: Path, lacking: str) -> None:
    with np.load(MODELS / "attention.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez(tmp_path / "whole.npz", **arrays)
    Network.load(tmp_path / "whole.npz")
    np.savez(tmp_path / "half.npz", **(arrays | {lacking: arrays[lacking].ravel()[: arrays[lacking].size // 2]}))
    with pytest.raises(ReaderModelError, match=r"half\.npz"):
        Network.load(tmp_path / "half.npz")
    del arrays[lacking]
    np.savez(tmp_path / "less.npz", **arrays)
    with pytest.raises(ReaderModelError, match=r"less\.npz"):
        Network.load(tmp_path / "less.npz")
