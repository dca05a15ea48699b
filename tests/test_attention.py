"""The network that reads: equal to the library that trains it, sentence by sentence, whatever it is given."""

import dataclasses
import pickle
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.library import Library
from retrieval.annotation import GAPS, MARKS
from retrieval.answers.attention import (
    BETWEEN,
    FLAGS,
    GLANCES,
    OF_QUESTION,
    QUESTION_FLAGS,
    TOLD,
    Network,
    QuestionInputs,
    Read,
    SentenceInputs,
    Vocabulary,
    glances,
    pairs_of,
    reconsidered,
    shape,
    unread,
)  # fmt: skip
from retrieval.answers.context import Context
from retrieval.answers.reader import MODELS
from retrieval.questions import understand
from tests.reading import context_of
from training import attention

WORDS = ("chu", "tri", "chu_tri", "hop", "<2>", "kinh_phi", "tien")
QUESTIONS = (
    "Ai chủ trì giao ban dân vận quý I?",
    "huyen nao duoc giao lam duong",
    "Sở Y tế được giao nhiệm vụ gì?",
    "?",
)


@pytest.fixture(scope="module")
def both() -> tuple[attention.Module, Network, tuple[np.ndarray, np.ndarray]]:
    """A network of random weights, as PyTorch and as numpy read it."""
    drawn = np.random.default_rng(1)
    torch.manual_seed(1)
    module = attention.Module(drawn.normal(size=(len(WORDS) + 1, 64)).astype(np.float16).astype(np.float32))
    module.eval()
    scale = drawn.normal(size=GLANCES).astype(np.float32), drawn.uniform(0.5, 2.0, GLANCES).astype(np.float32)
    return module, Network(attention.arrays(module, Vocabulary(WORDS), scale)), scale


def question_of(drawn: np.random.Generator, size: int) -> QuestionInputs:
    flags = drawn.random((size, QUESTION_FLAGS)).astype(np.float32)
    return QuestionInputs(drawn.integers(0, len(WORDS) + 1, (size, 3)), flags, drawn.random(TOLD).astype(np.float32))


def sentence_of(drawn: np.random.Generator, size: int) -> SentenceInputs:
    return SentenceInputs(
        drawn.integers(0, len(WORDS) + 1, (size, 3)),
        drawn.integers(0, len(MARKS) + 1, size),
        drawn.integers(0, len(GAPS) + 1, size),
        drawn.random((size, FLAGS)).astype(np.float32),
    )


def example_of(drawn: np.random.Generator, asked: int, sizes: list[int]) -> attention.Example:
    return attention.Example(
        part=0,
        weight=1.0,
        question=question_of(drawn, asked),
        sentences=tuple(sentence_of(drawn, size) for size in sizes),
        glanced=drawn.normal(size=(len(sizes), GLANCES)).astype(np.float32),
        labels=(None,) * len(sizes),
        likely=np.ones(len(sizes)),
        known=True,
    )


@settings(deadline=None)
@given(
    seed=st.integers(0, 1000),
    shapes=st.lists(
        st.tuples(st.integers(1, 20), st.lists(st.integers(1, 30), min_size=1, max_size=4)), min_size=1, max_size=3
    ),
)
def test_it_equals_pytorch_s_whatever_stands_beside_in_the_batch(
    both: tuple[attention.Module, Network, tuple[np.ndarray, np.ndarray]],
    seed: int,
    shapes: list[tuple[int, list[int]]],
) -> None:
    module, network, scale = both
    drawn = np.random.default_rng(seed)
    found = [example_of(drawn, asked, sizes) for asked, sizes in shapes]
    with torch.no_grad():
        odds, tokens = module(attention.batch([(e, range(len(e.sentences))) for e in found], scale))
    for row, example in enumerate(found):
        own, words = network.forward(example.question, example.sentences, example.glanced)
        assert np.allclose(own, odds[row, : len(own)], atol=1e-4)
        begin = at = 0
        for sentence in example.sentences:
            size = len(sentence.words)
            assert np.allclose(words[at : at + size], tokens[row, begin : begin + size], atol=1e-4)
            at, begin = at + size, begin + size + BETWEEN


@pytest.fixture(scope="module", params=QUESTIONS)
def context(province: Library, request: pytest.FixtureRequest) -> Context:
    return context_of(province.engine(), request.param)


def test_sentences_do_not_see_each_other(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    # Alone every sentence is the best one, which all members read.
    monkeypatch.setattr("retrieval.answers.attention.WORTH_ANOTHER", np.inf)
    network = Network.load(MODELS / "attention.npz")
    kept = [at for at, candidate in enumerate(context.candidates) if candidate.sentence.folded][:8]
    sentences = [context.candidates[at].sentence for at in kept]
    glanced = glances(context.features[kept], np.linspace(0.9, 0.01, len(kept)))
    together = network.read(context.asked, sentences, glanced)
    assert len(together) == len(sentences)
    for at, (sentence, read) in enumerate(zip(sentences, together, strict=True)):
        alone = network.read(context.asked, [sentence], glanced[at : at + 1])[0]
        for name in ("inside", "begins", "ends"):
            assert np.allclose(getattr(read, name), getattr(alone, name), atol=1e-4)
        assert read.odds == pytest.approx(alone.odds, abs=1e-4)
        assert np.exp(read.begins).sum() == pytest.approx(1.0, abs=1e-6)
        assert ((read.inside >= 0) & (read.inside <= 1)).all()
    assert network.read(context.asked, [], glanced[:0]) == []


def test_the_answer_stands_out(province: Library) -> None:
    """What is shipped has learned something: in the likeliest sentence the answer likeliest begins with the chair's name, and his name is likely part of it."""
    context = context_of(province.engine(), "Ai chủ trì giao ban dân vận quý I?")
    network = Network.load(MODELS / "attention.npz")
    kept = [at for at, candidate in enumerate(context.candidates) if candidate.sentence.folded]
    sentences = [context.candidates[at].sentence for at in kept]
    read = network.read(context.asked, sentences, glances(context.features[kept], np.full(len(kept), 0.1)))
    best = max(range(len(read)), key=lambda at: read[at].odds)
    words, inside = sentences[best].folded, read[best].inside
    first = int(read[best].begins.argmax())
    assert words[first : first + 3] == ("ta", "quang", "hien")
    assert inside[first : first + 3].mean() > 5 * inside.mean()


@pytest.mark.parametrize(
    ("word", "known_as"),
    [("chu", "chu"), ("29", "<2>"), ("1.700", "<4>"), ("29/12/2023", "<6>"), ("m2", "m2"), ("", "")],
)
def test_of_a_figure_it_knows_how_many_digits_it_has(word: str, known_as: str) -> None:
    assert shape(word) == known_as


def test_pairs_of_syllables_are_words_too() -> None:
    rows = Vocabulary(WORDS).rows(["chu", "tri", "hop", "25"])
    assert rows.tolist() == [[1, 0, 3], [2, 3, 0], [4, 0, 0], [5, 0, 0]]


@pytest.mark.parametrize(
    ("asked", "asks"),
    [
        ("Ai chủ trì giao ban dân vận quý I?", [0]),
        ("huyen nao duoc giao lam duong", [0, 1]),
        ("Ban đầu, hội nghị họp ở đâu?", [5, 6]),
        ("Ai chủ trì hội nghị, ai dự?", [5]),
        ("chủ trì giao ban dân vận quý I", []),
        ("?", []),
    ],
)
def test_it_is_told_which_words_ask(province: Library, asked: str, asks: list[int]) -> None:
    flags = Vocabulary(WORDS).question(context_of(province.engine(), asked).asked).flags
    assert np.flatnonzero(flags[:, OF_QUESTION.index("asks")]).tolist() == asks


def test_it_is_told_what_the_question_before_asked(province: Library) -> None:
    asked = context_of(province.engine(), "Ai chủ trì giao ban dân vận quý I?").asked
    asked.question = understand("Còn Sở Y tế thì sao?", "Ai chủ trì giao ban?")
    flags = Vocabulary(WORDS).question(asked).flags
    assert np.flatnonzero(flags[:, OF_QUESTION.index("before")]).tolist() == [0, 1, 2, 3, 4]
    assert np.flatnonzero(flags[:, OF_QUESTION.index("asks")]).tolist() == [0]


def test_members_trained_on_other_examples_make_no_network(
    both: tuple[attention.Module, Network, tuple[np.ndarray, np.ndarray]],
) -> None:
    module, _, (mean, deviation) = both
    one, other = (attention.arrays(module, Vocabulary(WORDS), (m, deviation)) for m in (mean, mean + 1))
    with pytest.raises(ValueError, match="member 1"):
        attention.together([one, other])


def test_of_several_members_the_mean_is_taken(
    both: tuple[attention.Module, Network, tuple[np.ndarray, np.ndarray]], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, network, scale = both
    monkeypatch.setattr("retrieval.answers.attention.WORTH_ANOTHER", np.inf)
    one = attention.arrays(module, Vocabulary(WORDS), scale)
    other = {name: -array if name.startswith("0.") else array for name, array in one.items()}
    drawn = np.random.default_rng(3)
    example = example_of(drawn, 6, [5, 9])
    given_ = example.question, example.sentences, example.glanced
    alone = [network.forward(*given_), Network(other).forward(*given_)]
    together = Network(attention.together([one, other])).forward(*given_)
    for mean, first, second in zip(together, *alone, strict=True):
        assert np.allclose(mean, (first + second) / 2, atol=1e-5)
        assert not np.allclose(first, second)


def test_what_the_first_member_finds_hopeless_the_others_do_not_read(
    both: tuple[attention.Module, Network, tuple[np.ndarray, np.ndarray]], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, network, scale = both
    one = attention.arrays(module, Vocabulary(WORDS), scale)
    other = {name: -array if name.startswith("0.") else array for name, array in one.items()}
    example = example_of(np.random.default_rng(5), 6, [5, 9, 7])
    given_ = example.question, example.sentences, example.glanced
    first, tokens = network.forward(*given_)
    behind = np.sort(first.max() - first)
    assert behind[1] < behind[2]
    together = Network(attention.together([one, other]))
    whole, whole_tokens = together.forward(*given_)
    monkeypatch.setattr("retrieval.answers.attention.WORTH_ANOTHER", (behind[1] + behind[2]) / 2)
    odds, marks = together.forward(*given_)
    hopeless = first == first.min()
    assert np.allclose(odds[~hopeless], whole[~hopeless], atol=1e-5)
    assert np.allclose(odds[hopeless], first[hopeless], atol=1e-5)
    inner = np.repeat(hopeless, [5, 9, 7])
    assert np.allclose(marks[~inner], whole_tokens[~inner], atol=1e-5)
    assert np.allclose(marks[inner], tokens[inner], atol=1e-5)
    assert not np.allclose(tokens[inner], whole_tokens[inner], atol=1e-3)


def test_a_question_that_leans_on_another_is_read_with_it(province: Library) -> None:
    asked = context_of(province.engine(), "Ai chủ trì giao ban dân vận quý I?").asked
    leaning = dataclasses.replace(asked.question, text="Ai chủ trì? Còn Sở Y tế?", follows_up=True)
    asked.question = leaning
    words = Vocabulary(("so", "y", "te", "i", "chu")).question(asked)
    assert len(words.words) == 7
    assert words.told[-1] == 1.0
    assert ("chu", "tri") in pairs_of(asked)
    assert understand("Còn Sở Y tế?", "Ai chủ trì?").follows_up


@given(
    probabilities=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12),
    odds=st.lists(st.floats(-200.0, 200.0), min_size=0, max_size=5),
)
def test_what_was_read_comes_before_what_was_not(probabilities: list[float], odds: list[float]) -> None:
    nothing = np.zeros(0)
    before = np.array(probabilities)
    read = {at: Read(one, nothing, nothing, nothing) for at, one in zip(range(len(before)), odds, strict=False)}
    after = reconsidered(before, read)
    if not read:
        assert np.array_equal(after, before)
        return
    own, others = after[list(read)], np.delete(after, list(read))
    assert own.sum() <= 1.0 + 1e-9
    assert (np.diff(own[np.argsort([read[at].odds for at in read])]) >= 0).all()
    assert others.max(initial=0.0) <= own.min()
    assert (np.diff(others[np.argsort(np.delete(before, list(read)), kind="stable")]) >= 0).all()


def test_of_what_was_not_read_nothing_is_likely(context: Context) -> None:
    sentence = context.candidates[0].sentence
    nothing = unread(sentence)
    assert len(nothing.inside) == len(nothing.begins) == len(sentence.folded)
    assert not nothing.inside.any()
    assert nothing.begins.max() < np.log(0.001)


def test_training_it_makes_it_less_wrong() -> None:
    """On a few questions whose answer is the sentence with `chu tri`, and in it the one token that is a name."""
    drawn = np.random.default_rng(2)
    found = []
    for number in range(40):
        example = example_of(drawn, 5, [8, 8, 8])
        right = int(drawn.integers(3))
        at = int(drawn.integers(8))
        for index, sentence in enumerate(example.sentences):
            sentence.words[:] = 4
            sentence.marks[:] = 8
            sentence.flags[:] = 0
            if index == right:
                sentence.words[at] = 3
                sentence.marks[at] = 1
        labels = np.zeros(8, np.int64)
        labels[at] = 1
        told = tuple(labels if index == right else None for index in range(3))
        found.append(dataclasses.replace(example, labels=told, part=number % 2))
    words = Vocabulary(WORDS)
    vectors = np.vstack([np.zeros((1, 64)), drawn.normal(size=(len(WORDS), 64))]).astype(np.float32)
    network = Network(attention.train(found, words=words, vectors=vectors, epochs=30))
    again = Network(attention.train(found, words=words, vectors=vectors, epochs=30))
    right_sentences = right_words = 0
    for example in found:
        odds, tokens = network.forward(example.question, example.sentences, example.glanced)
        assert np.array_equal(odds, again.forward(example.question, example.sentences, example.glanced)[0])
        gold = next(index for index, labels in enumerate(example.labels) if labels is not None)
        right_sentences += int(odds.argmax()) == gold
        own = tokens[8 * gold : 8 * gold + 8, 2]
        right_words += int(own.argmax()) == int(np.asarray(example.labels[gold]).argmax())
    assert right_sentences >= 36
    assert right_words >= 36


def test_a_member_that_was_trained_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []

    def trained(found: Sequence[attention.Example], *_: object, seed: int) -> dict[str, np.ndarray]:
        times.append(len(found))
        return {"mean": np.array([float(seed)])}

    monkeypatch.setattr(attention, "train", trained)
    monkeypatch.setattr(attention, "vocabulary", lambda: (None, None))
    path = tmp_path / "examples.pickle"
    path.write_bytes(pickle.dumps([]))
    first = attention.member(path, 3, 1)
    again = attention.member(path, 3, 1)
    other = attention.member(path, None, 1)
    assert [first["mean"].tolist(), again["mean"].tolist(), other["mean"].tolist()] == [[1.0]] * 3
    assert len(times) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all-1.npz", "examples.pickle", "without-3-1.npz"]


def test_dropout_leaves_out_its_share_and_keeps_the_mean() -> None:
    dropout = attention.Dropout(0.15, seed=3)
    x = torch.ones(400, 500)
    out = dropout(x)
    assert abs(float((out == 0).float().mean()) - 0.15) < 0.01
    assert abs(float(out.mean()) - 1) < 0.01
    assert not torch.equal(out, dropout(x))
    assert torch.equal(attention.Dropout(0.15, seed=3)(x), out)
    assert torch.equal(dropout.eval()(x), x)


@settings(deadline=None, max_examples=8)
@given(st.integers(1, 3 * attention.QUESTIONS * attention.ALIKE // 2), st.integers(0, 99))
def test_each_question_is_seen_once_an_epoch_among_others_as_long(count: int, seed: int) -> None:
    drawn = np.random.default_rng(seed)
    some = [example_of(drawn, 2, [int(size)]) for size in drawn.integers(1, 40, 8)]
    numbered = [dataclasses.replace(some[n % len(some)], part=n) for n in range(count)]
    batches = list(attention._batches(numbered, np.random.default_rng(seed)))
    assert sorted(example.part for each in batches for example, _ in each) == list(range(count))
    assert len(batches) == -(-count // attention.QUESTIONS)  # as many steps as the pace of learning counts on
    assert max(map(len, batches)) <= attention.QUESTIONS
    ranges = sorted(
        (min(sizes), max(sizes))
        for sizes in ([len(e.sentences[0].words) for e, _ in each] for each in batches[: attention.ALIKE])
    )
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
