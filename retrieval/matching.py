"""The words of a question -> where they stand in the sentences of some articles, as matrices.

All matching is on folded syllables: a question without diacritics finds the same. Weights are rarities in the corpus
(inverse document frequency), so `của` counts little and a name much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.snapshot import Generation, Place, term_key
from retrieval.vietnamese.abbreviations import Short
from retrieval.vietnamese.terms import Terms

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Matches:
    """Where the question's words stand in the consecutive sentences of some articles.

    `words` (sentences, words), `pairs` (sentences, bigrams), `accents` (sentences, accented syllables that carry a
    mark); `asked` (tokens,): the number of the question's word that a token is, or -1; `owner` (tokens,): its sentence.
    """

    words: Flags
    pairs: Flags
    accents: Flags
    asked: npt.NDArray[np.int16]
    owner: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int32]
    """(articles + 1,): the first sentence of each article."""


@dataclass(frozen=True, slots=True)
class _Otherwise:
    """Columns of words and bigrams that stand wherever `term` does; bigrams that do where also the word beside stands."""

    words: list[int]
    pairs: list[int]
    edges: list[tuple[int, int]]
    term: int


class Matcher:
    """The words of one question, weighed once, to be found in articles of one generation."""

    def __init__(self, generation: Generation, question: Terms) -> None:
        self._generation = generation
        self.words = list(dict.fromkeys(question.folded))
        self.pairs = list(dict.fromkeys(question.pairs))
        self.accents = list(dict.fromkeys(n for n, f in zip(question.accented, question.folded, strict=True) if n != f))
        self.word_keys, self.pair_keys = _keys(self.words), _keys(self.pairs)
        self.weights: Numbers = generation.rarity(self.word_keys)
        self.pair_weights: Numbers = generation.rarity(self.pair_keys)
        self.column = {w: i for i, w in enumerate(self.words)}
        self.pair_column = {p: i for i, p in enumerate(self.pairs)}
        self._last: tuple[tuple[int, ...], Matches] | None = None
        self._folds = [_table(s.fold_ids, self.words) for s in generation.segments]
        self._norms = [_table(s.norm_ids, self.accents) for s in generation.segments]
        """Of each segment: the place among the question's words of each word of its vocabulary."""
        self._pair_columns = np.full((len(self.words), len(self.words)), -1, np.int16)
        for i, pair in enumerate(self.pairs):
            left, right = (self.column.get(part, -1) for part in pair.split("_", 1))
            if left >= 0 and right >= 0:
                self._pair_columns[left, right] = i
        self._otherwise = [self._written(short, question.folded) for short in question.shortened]

    def _written(self, short: Short, folded: Sequence[str]) -> "_Otherwise":
        """Return the columns of what the abbreviation `short` stands for among the question's syllables `folded`."""
        own, column = range(short.first, short.last + 1), self.pair_column
        inner = [column[f"{folded[i]}_{folded[i + 1]}"] for i in own[:-1]]
        beside = [(i, f"{folded[i]}_{folded[short.first]}") for i in (short.first - 1,) if i >= 0]
        beside += [(i, f"{folded[short.last]}_{folded[i]}") for i in (short.last + 1,) if i < len(folded)]
        edges = [(column[pair], self.column[folded[i]]) for i, pair in beside if pair in column]
        return _Otherwise([self.column[folded[i]] for i in own], inner, edges, self.column[short.term])

    def spread(self, words: Flags, pairs: Flags, literal: Flags | None = None) -> None:
        """Let, in each row, what stands there shortened or written out stand there as the question writes it, in place.

        `words` (rows, words), `pairs` (rows, bigrams). With `literal`, the words as the row itself writes them, a bigram with
        the word beside stands too where both stand and the row does not write them as the question does: where
        `Ủy ban nhân dân tỉnh` stands, so does `UBND tỉnh`.
        """
        for other in self._otherwise:
            here = words[:, other.term].copy()
            if not here.any():
                continue
            words[:, other.words] |= here[:, None]
            pairs[:, other.pairs] |= here[:, None]
            if literal is not None:
                unlike = here & ~literal[:, other.words].all(axis=1)
                for pair, beside in other.edges:
                    pairs[:, pair] |= unlike & words[:, beside]

    def in_titles(self, articles: Sequence[int]) -> tuple[Flags, Flags, npt.NDArray[np.int64]]:
        """Return which of the question's words and which of its bigrams stand in the titles of articles, a row each, and their lengths in words."""
        words, pairs = zip(*(p.segment.title_keys(p.row) for p in map(self._generation.place, articles)), strict=True)
        found = _among(words, self.word_keys), _among(pairs, self.pair_keys)
        self.spread(*found)
        return *found, np.array([len(own) for own in words])

    def of(self, articles: Sequence[int]) -> Matches:
        """Return where the question's words stand in the sentences of the articles at these rows, in their order."""
        places = [self._generation.place(row) for row in articles]
        notes = [p.segment.annotations for p in places]
        own = [n.article(p.row) for n, p in zip(notes, places, strict=True)]
        tokens = [n.tokens_of(s) for n, s in zip(notes, own, strict=True)]
        starts = np.cumsum([0] + [s.stop - s.start for s in own]).astype(np.int32)
        lengths = np.concatenate(
            [np.diff(n.token_starts[s.start : s.stop + 1]) for n, s in zip(notes, own, strict=True)]
        )
        owner = np.repeat(np.arange(starts[-1], dtype=np.int32), lengths)
        asked = self._looked_up(self._folds, places, [n.folds[t] for n, t in zip(notes, tokens, strict=True)])
        words = np.zeros((starts[-1], len(self.words)), bool)
        at = np.flatnonzero(asked >= 0)
        words[owner[at], asked[at]] = True
        literal = words.copy()
        extra_owner = np.repeat(
            np.arange(starts[-1]),
            np.concatenate([np.diff(n.extra_starts[s.start : s.stop + 1]) for n, s in zip(notes, own, strict=True)]),
        )
        extra = self._looked_up(
            self._folds, places, [n.extras[n.extras_of(s)] for n, s in zip(notes, own, strict=True)]
        )
        words[extra_owner[extra >= 0], extra[extra >= 0]] = True
        pairs = np.zeros((starts[-1], len(self.pairs)), bool)
        left = at[:-1][(np.diff(at) == 1) & (owner[at[:-1]] == owner[at[1:]])]
        columns = self._pair_columns[asked[left], asked[left + 1]]
        pairs[owner[left[columns >= 0]], columns[columns >= 0]] = True
        self.spread(words, pairs, literal)
        accents = np.zeros((starts[-1], len(self.accents)), bool)
        if self.accents:
            norms = self._looked_up(self._norms, places, [n.norms[t] for n, t in zip(notes, tokens, strict=True)])
            accents[owner[norms >= 0], norms[norms >= 0]] = True
        found = Matches(words, pairs, accents, asked, owner, starts)
        self._last = tuple(articles), found
        return found

    @staticmethod
    def _looked_up(
        tables: Sequence[npt.NDArray[np.int16]], places: Sequence[Place], numbers: Sequence[npt.NDArray[np.uint32]]
    ) -> npt.NDArray[np.int16]:
        """Return which of the question's words each word of some articles is, -1 where none; `tables` are of the segments."""
        if len(tables) == 1:
            return tables[0][np.concatenate(numbers)]
        return np.concatenate([tables[p.number][own] for p, own in zip(places, numbers, strict=True)])

    def one(self, article: int) -> Matches:
        """Return the same as `of([article])`; cut from what was found last where the article was among those."""
        if self._last is None or article not in self._last[0]:
            return self.of([article])
        articles, found = self._last
        at = articles.index(article)
        first, last = int(found.starts[at]), int(found.starts[at + 1])
        begin, end = np.searchsorted(found.owner, [first, last])
        return Matches(
            found.words[first:last],
            found.pairs[first:last],
            found.accents[first:last],
            found.asked[begin:end],
            found.owner[begin:end] - np.int32(first),
            np.array([0, last - first], np.int32),
        )


def any_of(flags: Flags, starts: npt.NDArray[np.integer]) -> Flags:
    """Return what stands in any row of each group; `starts` (groups + 1,): the first row of each. A group without rows has nothing."""
    out = np.zeros((len(starts) - 1, flags.shape[1]), bool)
    filled = np.diff(starts) > 0
    if filled.any():
        out[filled] = np.logical_or.reduceat(flags, starts[:-1][filled], axis=0)
    return out


def _among(texts: Sequence[npt.NDArray[np.uint32]], keys: npt.NDArray[np.uint32]) -> Flags:
    """Return for each of `texts`, the keys of its terms, which of `keys` are among them."""
    starts = np.cumsum([0, *map(len, texts)])
    return any_of(np.concatenate(texts)[:, None] == keys, starts)


def near(flags: Flags, starts: npt.NDArray[np.int32]) -> Flags:
    """Return for each sentence (row) what stands in it, or in the one before or after of the same article.

    `starts` (articles + 1,): the first sentence of each article.
    """
    found = flags.copy()
    follows = np.ones(len(flags), bool)
    follows[starts[:-1][starts[:-1] < len(flags)]] = False
    found[1:] |= flags[:-1] & follows[1:, None]
    found[:-1] |= flags[1:] & follows[1:, None]
    return found


def share(flags: Flags, weights: Numbers) -> Numbers:
    """Return for each row the share of the weight that stands there, 0 where nothing has weight."""
    total = float(weights.sum())
    return np.asarray(flags @ weights / total if total else np.zeros(len(flags)), np.float32)


def _keys(words: list[str]) -> npt.NDArray[np.uint32]:
    return np.fromiter((term_key(w) for w in words), np.uint32, len(words))


def _table(ids: dict[str, int], words: list[str]) -> npt.NDArray[np.int16]:
    """Return word number in the corpus -> place among `words`, -1 for the others."""
    table = np.full(len(ids), -1, np.int16)
    for i, word in enumerate(words):
        at = ids.get(word)
        if at is not None:
            table[at] = i
    return table
