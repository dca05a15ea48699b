"""A small network that reads the question and a sentence side by side: whether the sentence answers it, and with which of its words.

Each word of a sentence looks at the words of the question that are like it (Parikh et al. 2016, Chen et al. 2017); gated convolutions
(Dauphin et al. 2017), steered by the question (Perez et al. 2018), pass on what stands around it. So `rót bao nhiêu tiền` may find `kinh phí`,
which no count of shared words can. Trained by training/attention.py, read with numpy; equal to the library that trains it (tested).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.annotation import GAPS, MARKS, Sentence
from retrieval.answers.sentences import CUES, Asked
from retrieval.answers.sentences import FEATURES as SENTENCE_FEATURES
from retrieval.answers.wants import WANTS
from retrieval.errors import BROKEN, ReaderModelError
from retrieval.questions import KINDS, asking
from retrieval.vietnamese.text import fold, folds

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

LONGEST_QUESTION = 60
"""Syllables of a question that are read; with the question before it, the last ones."""
STEPS = (1, 2, 4, 1)
"""How far each convolution looks to either side."""
WORTH_ANOTHER = 3.0
"""The other members read a sentence if by the first its log-odds are at most this much lower than the best one's: out of fold no worse than all, and a fifth faster."""
BETWEEN = max(STEPS)
"""Blanks behind each sentence, as many as the widest step of a convolution: no sentence sees another."""
OF_TOKENS = (
    "asked", "weight", "own", "share_so_far", "pair_before", "pair_behind", "share", "nearness_before", "nearness_behind", "role", "position",
    "from_the_end", "length", "beside_cue",
)  # fmt: skip
"""What is told of each token of a sentence under a question: whether the question has it, how much it weighs, and so on."""
OF_QUESTION = ("asks", "weight", "before", "position")
"""What is told of each syllable of the question: whether it is of the words that ask, how much it weighs, whether it is of the question before, where it stands."""
FLAGS, QUESTION_FLAGS = len(OF_TOKENS), len(OF_QUESTION)
TOLD = len(KINDS) + len(CUES) + len(WANTS) + 1
GLANCES = len(SENTENCE_FEATURES) + 1
_MOST_DIGITS = 6
_FAR = 20
_LONG = 60
_EPSILON = 1e-5
UNREAD = -20.0
"""Log-odds, and log-probability, of what was not read."""


def shape(word: str) -> str:
    """Return the word by which a folded syllable is known: of a figure, how many digits it has."""
    return f"<{min(sum(c.isdigit() for c in word), _MOST_DIGITS)}>" if word[:1].isdigit() else word


@dataclass(frozen=True, slots=True)
class Read:
    """What the network makes of a sentence."""

    odds: float
    """How much speaks for it against no sentence at all (log-odds)."""
    inside: npt.NDArray[np.float64]
    """The probability of each token to be part of the answer."""
    begins: npt.NDArray[np.float64]
    ends: npt.NDArray[np.float64]
    """The log-probability of each token to be the answer's first, and its last, where the sentence has the answer."""


def unread(sentence: Sentence) -> Read:
    """Return what there is to say of a sentence that the network has not read."""
    size = len(sentence.folded)
    nothing = np.full(size, UNREAD)
    return Read(UNREAD, np.zeros(size), nothing, nothing)


@dataclass(frozen=True, slots=True)
class QuestionInputs:
    """A question as the network sees it."""

    words: Places
    """(syllables, 3): the rows of the syllable, of the pair with the one before, of the pair with the one behind; 0 for what is unknown."""
    flags: Floats
    told: Floats
    """What is asked for, as the rules and the kind model have it: (TOLD,)."""


@dataclass(frozen=True, slots=True)
class SentenceInputs:
    """A sentence as the network sees it under a question; all of one length."""

    words: Places
    marks: Places
    gaps: Places
    flags: Floats


def input_names() -> npt.NDArray[np.uint8]:
    """Return the names of all that a network is fitted to, in order, and its `STEPS`: with others of the same number it would read nonsense."""
    names = [*SENTENCE_FEATURES, *KINDS, *CUES, *WANTS, *MARKS, *GAPS, *OF_TOKENS, *OF_QUESTION, *map(str, STEPS)]
    return np.frombuffer("\n".join(names).encode("utf-8"), np.uint8)


class Vocabulary:
    """Words and their rows in the table of vectors, from 1."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._rows = {word: row for row, word in enumerate(self.words, 1)}

    def rows(self, folded: Sequence[str]) -> Places:
        """Return the rows of syllables: (syllables, 3)."""
        known = self._rows.get
        shapes = [shape(word) for word in folded]
        pairs = [known(f"{a}_{b}", 0) for a, b in pairwise(shapes)]
        return np.array([[known(w, 0) for w in shapes], [0, *pairs], [*pairs, 0]], np.int64).T.reshape(-1, 3)

    def question(self, asked: Asked) -> QuestionInputs:
        """Return the question of `asked`, the one before included where it leans on it."""
        question = asked.question
        written = asking(question.text)[-LONGEST_QUESTION:] or [""]
        words = [fold(word) for word in written]
        middle = asked.total / max(len(asked.weights), 1)
        cue = question.cue.word.split("_") if question.cue.word else []
        first = next(
            (at for at in reversed(range(len(words))) if cue and written[at : at + len(cue)] == cue), len(words)
        )
        before = len(words) - len(question.asking) if question.follows_up else 0
        flags = np.zeros((len(words), QUESTION_FLAGS), np.float32)
        for at, word in enumerate(words):
            weight = asked.weights.get(word, 0.0) / middle
            flags[at] = first <= at < first + len(cue), weight, at < before, min(at, _FAR) / _FAR
        told = np.array(
            [
                *question.kinds,
                *(float(label == question.cue.label) for label in CUES),
                *(float(wants == asked.wants) for wants in WANTS),
                float(question.follows_up),
            ],
            np.float32,
        )
        return QuestionInputs(self.rows(words), flags, told)

    def sentence(self, asked: Asked, sentence: Sentence, pairs: frozenset[tuple[str, str]]) -> SentenceInputs:
        """Return `sentence`, which has tokens, under a question whose `pairs` of syllables are given."""
        return SentenceInputs(
            self.rows(sentence.folded),
            np.array([MARKS.find(m) + 1 for m in sentence.marks], np.int64),
            np.array([GAPS.find(g) + 1 for g in sentence.gaps], np.int64),
            _flags(asked, sentence, pairs),
        )


def pairs_of(asked: Asked) -> frozenset[tuple[str, str]]:
    """Return the pairs of syllables of a question, the one before included where it leans on it."""
    return frozenset(pairwise(folds(asked.question.text)))


def reconsidered(probabilities: npt.NDArray[np.float64], read: Mapping[int, Read]) -> npt.NDArray[np.float64]:
    """Return the probabilities of sentences in the light of what was `read`: of these, and of no answer, the sum is 1; the others come behind them."""
    if not read:
        return probabilities
    at = list(read)
    raised = np.exp(np.clip([read[j].odds for j in at], -60.0, 60.0))
    chances = raised / (1.0 + raised.sum())
    out = probabilities * chances.min()
    out[at] = chances
    return np.asarray(out)


def glances(features: npt.NDArray[np.float32], probabilities: npt.NDArray[np.float64]) -> Floats:
    """Return what is known of sentences before they are read: the sentence model's features, and its verdict."""
    likely = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.hstack([features, np.log(likely / (1 - likely))[:, None]]).astype(np.float32)


def _flags(asked: Asked, sentence: Sentence, pairs: frozenset[tuple[str, str]]) -> Floats:
    """Return `OF_TOKENS` of each token: (tokens, FLAGS)."""
    words, weights = sentence.folded, asked.weights
    size = len(words)
    middle = asked.total / max(len(weights), 1)
    flags = np.zeros((size, FLAGS), np.float32)
    seen: set[str] = set()
    # Few words of a sentence are the question's: the others cost nothing.
    for place in [place for place, word in enumerate(words) if word in weights]:
        word = words[place]
        flags[place, :3] = 1.0, weights[word] / middle, word in asked.own
        if word not in seen:
            seen.add(word)
            flags[place, 3] = weights[word] / asked.total
    np.cumsum(flags[:, 3], out=flags[:, 3])
    flags[1:, 4] = [pair in pairs for pair in pairwise(words)]
    flags[:-1, 5] = flags[1:, 4]
    flags[:, 6] = flags[-1, 3]
    strong = np.flatnonzero(flags[:, 1] >= 1.0)
    at = np.arange(size)
    if len(strong):
        # How near the nearest one stands on either side.
        left = np.searchsorted(strong, at, side="right") - 1
        right = np.searchsorted(strong, at)
        near = 1.0 / (1.0 + np.abs(at - strong[np.maximum(left, 0)]))
        flags[:, 7] = np.where(left >= 0, near, 0.0)
        near = 1.0 / (1.0 + np.abs(at - strong[np.minimum(right, len(strong) - 1)]))
        flags[:, 8] = np.where(right < len(strong), near, 0.0)
    flags[list(sentence.roles), 9] = 1.0
    flags[:, 10] = np.minimum(at, _FAR) / _FAR
    flags[:, 11] = np.minimum(size - 1 - at, _FAR) / _FAR
    flags[:, 12] = min(size, _LONG) / _LONG
    beside = {asked.unit, asked.head} - {""}
    if beside:
        flags[:, 13] = [word in beside for word in words]
    return flags


class Network:
    """The trained network: the mean of its members' log-odds, which were trained alike from other beginnings; what the first finds hopeless the others do not read.

    After Lakshminarayanan et al. (2017), who take the mean of the probabilities. Its file holds `names` (of all it is fitted to), `words`, their
    `vectors`, `mean` and `deviation` of what is known of sentences before, how many `members` there are; and of each member its own arrays, `0.project.weight` and so on.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        if not np.array_equal(arrays["names"], input_names()):
            raise ValueError("it was trained for other features")
        self.vocabulary = Vocabulary(bytes(arrays["words"]).decode("utf-8").split("\n"))
        vectors, mean, deviation = (np.asarray(arrays[name], np.float32) for name in ("vectors", "mean", "deviation"))
        by_member: dict[str, dict[str, Floats]] = {}
        for name, array in arrays.items():
            number, _, own = name.partition(".")
            if own:
                by_member.setdefault(number, {})[own] = np.asarray(array, np.float32)
        whole = set(by_member) == {str(number) for number in range(arrays["members"].item())}
        if len(vectors) != len(self.vocabulary.words) + 1 or mean.shape != (GLANCES,) or not whole:
            raise ValueError("its arrays do not fit each other")
        self._scale = mean, deviation
        self._members = [_Member(weights, vectors) for weights in by_member.values()]
        # What is missing or of another shape is told now, not at the first question.
        question = QuestionInputs(
            np.zeros((1, 3), np.int64), np.zeros((1, QUESTION_FLAGS), np.float32), np.zeros(TOLD, np.float32)
        )
        token = np.zeros(1, np.int64)
        sentence = SentenceInputs(np.zeros((1, 3), np.int64), token, token, np.zeros((1, FLAGS), np.float32))
        self.forward(question, [sentence], np.zeros((1, GLANCES), np.float32))

    @classmethod
    def load(cls, path: Path) -> "Network":
        """Return the network at `path`; ReaderModelError where it is missing or damaged."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return cls({name: stored[name] for name in stored.files})
        except BROKEN as error:
            raise ReaderModelError(f"{path} cannot be used ({error})", mend="Reinstall tintinh") from error

    def read(self, asked: Asked, sentences: Sequence[Sentence], glanced: Floats) -> list[Read]:
        """Return what the network makes of each of `sentences`, which all have tokens; `glanced` are their `glances`."""
        if not sentences:
            return []
        pairs = pairs_of(asked)
        question = self.vocabulary.question(asked)
        inputs = [self.vocabulary.sentence(asked, sentence, pairs) for sentence in sentences]
        odds, tokens = self.forward(question, inputs, glanced)
        found, at = [], 0
        for one, inputs_ in zip(odds.tolist(), inputs, strict=True):
            size = len(inputs_.words)
            begins, ends, inside = tokens[at : at + size].astype(np.float64).T
            found.append(Read(one, _sigmoid(inside), _likely(begins), _likely(ends)))
            at += size
        return found

    def forward(
        self, question: QuestionInputs, inputs: Sequence[SentenceInputs], glanced: Floats
    ) -> tuple[Floats, Floats]:
        """Return the log-odds of each sentence, and of each token how much speaks for a first, a last, an inner one: (tokens, 3)."""
        known = standardised(glanced, *self._scale)
        batch = _Batch(inputs, known)
        first, *others = self._members
        odds, tokens = first.forward(question, batch)
        if not others:
            return odds, tokens
        near = odds >= odds.max() - WORTH_ANOTHER
        again = batch if near.all() else _Batch(list(compress(inputs, near)), known[near])
        said = [member.forward(question, again) for member in others]
        inner = np.repeat(near, batch.sizes)
        odds[near] = np.mean([odds[near], *(each for each, _ in said)], axis=0)
        tokens[inner] = np.mean([tokens[inner], *(each for _, each in said)], axis=0)
        return odds, tokens


class _Batch:
    """Some sentences end to end, the same for every member."""

    def __init__(self, inputs: Sequence[SentenceInputs], glanced: Floats) -> None:
        self.words, self.marks, self.gaps, self.flags = (
            np.concatenate([getattr(each, name) for each in inputs]) for name in ("words", "marks", "gaps", "flags")
        )
        self.glanced = glanced
        self.sizes = [len(each.words) for each in inputs]
        self.starts = np.cumsum([0, *self.sizes[:-1]])
        self.at = np.arange(sum(self.sizes)) + np.repeat(BETWEEN * np.arange(len(inputs)), self.sizes)
        """Where each token stands once there are blanks between the sentences."""
        self.places = sum(self.sizes) + BETWEEN * len(inputs)
        """Tokens and blanks together."""
        self.inked = np.zeros((self.places, 1), np.float32)
        """1 where a token stands, 0 in the blanks."""
        self.inked[self.at] = 1.0


class _Member:
    """One of the networks whose mean is taken."""

    def __init__(self, weights: Mapping[str, Floats], vectors: Floats) -> None:
        # What the first layer makes of a syllable and of a pair is known before any question.
        self._known = [
            np.ascontiguousarray(vectors @ part.T) for part in np.split(weights["project.weight"], 3, axis=1)
        ]
        steers = range(len(STEPS))
        self._w = {
            **weights,
            "steer.weight": np.vstack([weights[f"steer.{n}.weight"] for n in steers]),
            "steer.bias": np.hstack([weights[f"steer.{n}.bias"] for n in steers]),
        }
        for name in ("question_convolution", *(f"convolutions.{n}" for n in steers)):
            # One product with the three taps side by side takes a third less time than three and their sum.
            self._w[f"{name}.taps"] = np.vstack([weights[f"{name}.weight"][:, :, k].T for k in range(3)])

    def forward(self, question: QuestionInputs, batch: _Batch) -> tuple[Floats, Floats]:
        """Return the log-odds of each sentence, and what speaks for each token: (tokens, 3)."""
        w, at, starts, sizes = self._w, batch.at, batch.starts, batch.sizes
        asked = self._embedded(question.words)
        meant = self._meant(asked, question)
        here = self._embedded(batch.words)
        alike = _relu(here @ w["align.weight"].T) @ _relu(asked @ w["align.weight"].T).T / np.float32(8.0)
        looked = _softmax(alike) @ asked
        nearest = (_unit(here) @ _unit(asked).T).max(axis=1, keepdims=True)
        known = np.hstack(
            [
                here,
                looked,
                here * looked,
                w["mark.weight"][batch.marks],
                w["gap.weight"][batch.gaps],
                batch.flags,
                alike.max(axis=1, keepdims=True),
                nearest,
            ]
        )
        first = _relu(self._linear("enter", known))
        hidden = np.zeros((batch.places, first.shape[1]), np.float32)
        hidden[at] = first
        steered = self._linear("steer", meant).reshape(len(STEPS), 2, -1)
        for number, step in enumerate(STEPS):
            more, plus = steered[number]
            slope = w[f"norm.{number}.weight"] * (1 + more)
            told = _normed(hidden) * slope + (w[f"norm.{number}.bias"] * (1 + more) + plus)
            # What stands in the blanks is nobody's: it must not reach the tokens beside them.
            told *= batch.inked
            hidden += _gated(self._convolved(f"convolutions.{number}", told, step))
        hidden = hidden[at]
        out = self._linear("out", hidden)
        weight = out[:, 3]
        weight = np.exp(weight - np.repeat(np.maximum.reduceat(weight, starts), sizes))
        weight = (weight / np.repeat(np.add.reduceat(weight, starts), sizes))[:, None]
        pooled = np.hstack(
            [
                np.add.reduceat(hidden * weight, starts, axis=0),
                np.maximum.reduceat(hidden, starts, axis=0),
                np.add.reduceat(hidden, starts, axis=0) / np.array(sizes, np.float32)[:, None],
                _relu(self._linear("glance", batch.glanced)),
                np.repeat(meant[None], len(sizes), axis=0),
            ]
        )
        odds = self._linear("verdict.3", _relu(self._linear("verdict.0", pooled)))[:, 0]
        return odds, out[:, :3]

    def _embedded(self, rows: Places) -> Floats:
        alone, before, behind = self._known
        return np.asarray(alone[rows[:, 0]] + before[rows[:, 1]] + behind[rows[:, 2]] + self._w["project.bias"])

    def _meant(self, asked: Floats, question: QuestionInputs) -> Floats:
        """Return what the question is after: (hidden,)."""
        words = _relu(self._linear("question", np.hstack([asked, question.flags])))
        words = words + _gated(self._convolved("question_convolution", words, 1))
        weight = _softmax(self._linear("question_weight", words).T)
        return np.asarray((weight @ words)[0] + self._linear("told", question.told))

    def _linear(self, name: str, x: Floats) -> Floats:
        return np.asarray(x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"])

    def _convolved(self, name: str, x: Floats, step: int) -> Floats:
        size, width = x.shape
        around = np.zeros((size, 3 * width), np.float32)
        around[:, width : 2 * width] = x
        if size > step:
            around[step:, :width] = x[:-step]
            around[:-step, 2 * width :] = x[step:]
        out = around @ self._w[f"{name}.taps"]
        out += self._w[f"{name}.bias"]
        return np.asarray(out)


def standardised(glanced: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Return `glances` in units of their deviation, outliers held back."""
    return np.asarray(np.clip((glanced - mean) / deviation, -4.0, 4.0), np.float32)


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0)


def _sigmoid(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0))))


def _gated(x: Floats) -> Floats:
    half = x.shape[1] // 2
    # The logistic function by way of tanh, which cannot overflow.
    gate = np.tanh(x[:, half:] * np.float32(0.5))
    gate += 1
    gate *= np.float32(0.5)
    gate *= x[:, :half]
    return np.asarray(gate)


def _normed(x: Floats) -> Floats:
    """Return the rows of `x` with mean 0 and deviation 1."""
    width = np.float32(x.shape[1])
    centred = x - np.add.reduce(x, axis=1, keepdims=True) / width
    squares = np.einsum("ij,ij->i", centred, centred)[:, None] / width
    centred /= np.sqrt(squares + np.float32(_EPSILON))
    return np.asarray(centred)


def _softmax(x: Floats) -> Floats:
    raised = np.exp(x - x.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _unit(x: Floats) -> Floats:
    return np.asarray(x / np.maximum(np.sqrt((x**2).sum(axis=1, keepdims=True)), np.float32(1e-12)))


def _likely(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the log-probabilities of which each is in proportion to the exponential of `x`; none is below what was not read."""
    highest = x.max()
    return np.asarray(np.maximum(x - highest - np.log(np.exp(x - highest).sum()), UNREAD))
