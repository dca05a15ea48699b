"""A question and some sentences -> the words of each that answer, by a linear-chain conditional random field.

Lafferty et al. 2001, trained by CRFsuite (python-crfsuite). Each token is told by its word, its marks (name, day, number), the
punctuation before it, how near it stands to words of the question, all crossed with what the question asks for.

A feature is a number of 64 bits, mixed from what it is made of, so that those of all sentences are worked out at once, by columns.
That two of some 40,000 share a number is as good as excluded: it happens once in ten thousand million fits.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.annotation import Sentence
from retrieval.answers.field import NO_FEATURE, Field, Keys
from retrieval.answers.sentences import Asked
from retrieval.segment import term_key

_FACTOR, _BITS = np.uint64(0x9E3779B97F4A7C15), (1 << 64) - 1
"""The golden ratio's, whose multiples lie far apart (Knuth, The Art of Computer Programming 3, 6.4)."""
_BEFORE, _BEHIND = "^", "$"
_BLANKS = 2
"""Tokens on either side of a sentence of which its tokens know."""
_STRONG, _CUE_STRONG, _CUE = 2, 3, 1
"""What a token is to the question: a word of it that weighs much, such a one beside the words that ask, one there that weighs little; 0 else."""
_EDGES = {_BEFORE: 4, _BEHIND: 5}
_NEAR = (0, 1, 2, 3, 3, 5, 5, 5, 5, 9)
"""Distances, as they are told apart."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The probability of each token to be part of the answer (tokens,), and that of the sentence to hold one at all."""

    inside: npt.NDArray[np.float64]
    holds: float


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of the tokens of a sentence under a question, a number a token."""

    hits: list[int]
    left: list[int]
    right: list[int]
    """How far off the nearest word of the question stands on either side."""
    before: list[int]
    """Quarters of what the sentence has of the question that stand up to here."""
    share: list[int]
    """Fifths of the question that the sentence has."""
    clause: list[int]
    """Sixths of the question that the clause has."""
    last: list[int]
    """The word of the question before."""


_number = functools.lru_cache(maxsize=50_000)(term_key)
"""The number of a word; the same few thousand are asked for again and again."""


def _mixed(*parts: "Keys | int") -> Keys:
    """Return a number for each row of `parts`, columns or single numbers: a polynomial of them."""
    known = 0
    total: Keys | None = None
    for part in parts:
        if total is not None:
            total *= _FACTOR
            total += np.uint64(part) if isinstance(part, int) else part
        elif isinstance(part, int):
            known = (known * int(_FACTOR) + part) & _BITS
        else:
            total = part + np.uint64(known * int(_FACTOR) & _BITS)
    return np.array([known], np.uint64) if total is None else total


def token_keys(asked: Asked, sentences: Sequence[Sentence]) -> Keys:
    """Return the features of each token of `sentences`, which all have tokens, under the question: (tokens, features), 0 for none."""
    question = asked.question
    cue = question.cue
    kind, label = _number(question.kind), _number(f"{question.kind}:{cue.label}")
    head, unit = _number(cue.head), _number(cue.unit)
    told = [_told(asked, sentence) for sentence in sentences]
    sizes = [len(sentence.folded) for sentence in sentences]
    words = _apart([list(map(_number, s.folded)) for s in sentences], _number(_BEFORE), _number(_BEHIND))
    marks = _apart([s.marks.encode() for s in sentences], ord(_BEFORE), ord(_BEHIND))
    gaps = _apart([s.gaps.encode() for s in sentences], ord(_BEFORE), ord(_BEHIND))
    hits = _apart([t.hits for t in told], _EDGES[_BEFORE], _EDGES[_BEHIND])
    at = np.concatenate([np.arange(n) for n in sizes])
    number = np.repeat(np.arange(len(sizes)), sizes)
    first = np.cumsum([0, *sizes[:-1]])[number] + 2 * _BLANKS * number + _BLANKS
    here = first + at
    w, w1, w2, n1, n2 = (words[here + by] for by in (0, -1, -2, 1, 2))
    m, m1, mn = (marks[here + by] for by in (0, -1, 1))
    g, gn = gaps[here], gaps[here + 1]
    h, h1, hn = (hits[here + by] for by in (0, -1, 1))
    left, right, before, share, clause, last = (
        np.array([n for t in told for n in getattr(t, name)], np.uint64)
        for name in ("left", "right", "before", "share", "clause", "last")
    )
    around, marked = (h1 * 8 + h) * 8 + hn, m1 * 256 + m
    position = np.minimum(at, 3).astype(np.uint64)
    to_end = np.minimum(np.repeat(sizes, sizes) - 1 - at, 2).astype(np.uint64)
    made: list[tuple[Keys | int, ...]] = [
        (w,), (w1,), (n1,), (kind, w), (kind, w1), (kind, n1), (kind, w2, w1), (w1, w), (w, n1), (n1, n2),
        (label, m), (kind, marked, mn), (kind, g, m, gn), (m, w1), (kind, g), (g, w), (kind, gn),
        (h,), (kind, h), (around,), (kind, around), (label, h1, h, marked),
        (kind, left), (kind, right), (left, right), (label, left, m),
        (kind, before), (share, h), (kind, clause, h), (kind, last), (position,), (to_end,),
    ]  # fmt: skip
    by_unit = bool(cue.unit) & ((w == unit) | (n1 == unit) | (n2 == unit))
    by_head = bool(cue.head) & ((w == head) | (w1 == head) | (w2 == head))
    some: list[tuple[npt.NDArray[np.bool_], tuple[Keys | int, ...]]] = [
        (np.concatenate([_roles(s) for s in sentences]), (kind,)),
        (by_unit, (label, m)),
        (by_head, (label, (w == head).astype(np.uint64), m)),
        (np.full(len(here), cue.label == "which"), (head, m)),
    ]
    keys = np.zeros((len(made) + len(some), len(here)), np.uint64)
    for row, parts in enumerate(made):
        keys[row] = _mixed(row, *parts)
    for row, (there, parts) in enumerate(some, len(made)):
        if there.any():
            keys[row] = np.where(there, _mixed(row, *parts), NO_FEATURE)
    return np.ascontiguousarray(keys.T)


def _apart(sentences: Iterable[Sequence[int]], before: int, behind: int) -> Keys:
    """Return the numbers of the tokens of all sentences, those of the edges on either side of each."""
    laid: list[int] = []
    for own in sentences:
        laid += [before] * _BLANKS
        laid += own
        laid += [behind] * _BLANKS
    return np.array(laid, np.uint64)


def _roles(sentence: Sentence) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(sentence.folded), bool)
    found[list(sentence.roles)] = True
    return found


def _told(asked: Asked, sentence: Sentence) -> _Told:
    weights, own = asked.weights, asked.own
    words = sentence.folded
    middle = asked.total / max(len(weights), 1)
    hits, before, last = [], [], []
    total, word_before, known = 0.0, 0, set[str]()
    for word in words:
        weight = weights.get(word)
        last.append(word_before)
        if weight is None:
            hits.append(0)
        else:
            strong = weight >= middle
            by_cue = word in own
            hits.append((_CUE_STRONG if by_cue else _STRONG) if strong else _CUE if by_cue else 0)
            if strong:
                word_before = _number(word) if by_cue else 1
            if word not in known:
                known.add(word)
                total += weight
        before.append(total)
    strongly = [hit >= _STRONG for hit in hits]
    size = len(words)
    return _Told(
        hits,
        _distances(strongly),
        _distances(strongly[::-1])[::-1],
        [int(4 * seen / (total or 1.0)) for seen in before],
        [int(5 * total / asked.total)] * size,
        _clause_shares(sentence, weights, asked.total),
        last,
    )


def _distances(strong: Sequence[bool]) -> list[int]:
    """Return how far back the nearest flagged token stands, as it is told apart."""
    found, since = [], len(_NEAR)
    for flag in strong:
        since = 0 if flag else since + 1
        found.append(_NEAR[min(since, len(_NEAR) - 1)])
    return found


def _clause_shares(sentence: Sentence, weights: Mapping[str, float], total: float) -> list[int]:
    """Return for each token the sixths of the question that stand in its clause, each word once."""
    clauses: list[int] = []
    at = 0
    groups: list[set[str]] = [set()]
    for word, gap in zip(sentence.folded, sentence.gaps, strict=True):
        if clauses and gap in "CSL":
            at += 1
            groups.append(set())
        clauses.append(at)
        if word in weights:
            groups[at].add(word)
    shares = [int(6 * sum(weights[w] for w in group) / total) for group in groups]
    return [shares[clause] for clause in clauses]


class SpanModel:
    """The trained field."""

    def __init__(self, field: Field) -> None:
        self._field = field

    @classmethod
    def load(cls, path: Path) -> "SpanModel":
        """Return the model at `path`; ReaderModelError where it is missing or damaged."""
        return cls(Field.load(path))

    def mark(self, asked: Asked, sentences: Sequence[Sentence]) -> list[Marked]:
        """Return for each of `sentences` how likely each of its tokens is part of the answer."""
        filled = [s for s in sentences if s.folded]
        scores = self._field.scores(token_keys(asked, filled)) if filled else np.zeros((0, 0))
        found, at = [], 0
        for sentence in sentences:
            size = len(sentence.folded)
            outside, none = self._field.outside(scores[at : at + size])
            found.append(Marked(1.0 - outside, 1.0 - none))
            at += size
        return found
