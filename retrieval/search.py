"""A question's text -> articles and their passages, best first.

Three legs give candidates: BM25 over passages, BM25 over whole articles, nearest passage vectors. Each candidate
article is then scored by a few features whose weights were fitted on questions (training/ranking.py): equal-weight
reciprocal rank fusion with a weak dense leg lowers the first rank, measured.
"""

import dataclasses
import datetime as dt
import functools
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.encoding import Encoder, Vectors
from retrieval.errors import ReaderModelError
from retrieval.generations import Generation, term_key
from retrieval.questions import Question, understand
from retrieval.vietnamese.terms import Terms, terms

_MODEL = Path(__file__).parent / "models" / "ranking.json"
PASSAGE_HITS = 40
ARTICLE_HITS = 40
CANDIDATES = 14

FEATURES = (
    "passage_bm25",
    "article_bm25",
    "second_passage_bm25",
    "cosine",
    "syllable_coverage",
    "bigram_coverage",
    "rare_coverage",
    "number_coverage",
    "title_coverage",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Query:
    """What to look for: `text` as one would type it (with what the conversation adds), and its index terms."""

    text: str
    terms: Terms
    since: dt.date | None = None
    until: dt.date | None = None
    sources: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, text: str, *, since: dt.date | None = None, until: dt.date | None = None, sources: Sequence[str] = ()
    ) -> "Query":
        """Return the query that `text` asks."""
        return cls(text, terms(text), since, until, tuple(sources))


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """One article found: its row, the row of its best passage, a score (log-odds), and what the score is made of."""

    article: int
    passage: int
    score: float
    features: tuple[float, ...]


class Searcher:
    """Searches one generation with one encoder."""

    def __init__(
        self, generation: Generation, encoder: Encoder, weights: npt.NDArray[np.float64] | None = None
    ) -> None:
        self.generation = generation
        self._encoder = encoder
        self._weights = _shipped_weights() if weights is None else weights
        self.vector = functools.lru_cache(maxsize=64)(self._encode)
        """The vector of a question, (1, dimensions); search and reading ask for the same one."""

    def _encode(self, text: str) -> Vectors:
        return self._encoder.encode_queries([text])

    def search(self, query: Query, k: int = 10) -> list[Hit]:
        """Return up to `k` hits, one an article, best first."""
        articles, passages, features = self.candidates(query)
        if not articles:
            return []
        scores = np.asarray(features) @ self._weights
        order = np.argsort(-scores, kind="stable")[:k]
        return [Hit(articles[i], passages[i], float(scores[i]), tuple(features[i])) for i in order]

    def covered(self, question: Terms, article: int) -> float:
        """Return the share (0 to 1) of a question's syllables and bigrams, by rarity, that stand in an article."""
        syllables, pairs, *_ = _Coverage(self.generation, question).of(article)
        return (syllables + pairs) / 2

    def candidates(self, query: Query) -> tuple[list[int], list[int], list[list[float]]]:
        """Return article rows, the best passage row of each, and their features (candidates, features)."""
        generation = self.generation
        allowed = generation.allowed(query.since, query.until, query.sources)
        factor = 1 if allowed is None else 10
        owner = generation.passages[:, 0]
        lexical = generation.lexical_passages.search(query.terms, PASSAGE_HITS * factor)
        whole = generation.lexical_articles.search(query.terms, ARTICLE_HITS * factor)
        vector = self.vector(query.text)
        near = generation.vectors.search(vector, PASSAGE_HITS * factor) if vector.any() else []
        if allowed is not None:
            lexical = [h for h in lexical if allowed[owner[h[0]]]]
            whole = [h for h in whole if allowed[h[0]]]
            near = [h for h in near if allowed[owner[h[0]]]]

        best: dict[int, list[tuple[float, int]]] = {}
        for row, score in lexical:
            best.setdefault(int(owner[row]), []).append((score, row))
        cosine: dict[int, tuple[float, int]] = {}
        for row, score in near:
            cosine.setdefault(int(owner[row]), (score, row))
        article_score = dict(whole)
        ranked = sorted(
            best.keys() | article_score.keys() | set(list(cosine)[:10]),
            key=lambda a: (
                -(best.get(a, [(0.0, 0)])[0][0] + article_score.get(a, 0.0) * 0.5 + cosine.get(a, (0.0, 0))[0])
            ),
        )[:CANDIDATES]
        if not ranked:
            return [], [], []
        coverage = _Coverage(generation, query.terms)
        scale = max(coverage.total, 1.0)
        rows: list[int] = []
        features: list[list[float]] = []
        for article in ranked:
            found = best.get(article, [])
            row = found[0][1] if found else cosine.get(article, (0.0, int(generation.passage_starts[article])))[1]
            rows.append(row)
            features.append(
                [
                    (found[0][0] if found else 0.0) / scale,
                    article_score.get(article, 0.0) / scale,
                    (found[1][0] if len(found) > 1 else 0.0) / scale,
                    cosine.get(article, (0.0, 0))[0],
                    *coverage.of(article),
                ]
            )
        return ranked, rows, features


class _Coverage:
    """How much of the question stands in an article at all, weighted by rarity."""

    def __init__(self, generation: Generation, question: Terms) -> None:
        self._generation = generation
        words, pairs = list(dict.fromkeys(question.folded)), list(dict.fromkeys(question.pairs))
        self._words, self._pairs = _keys(words), _keys(pairs)
        self._word_weights, self._pair_weights = generation.rarity(self._words), generation.rarity(self._pairs)
        self._keys = np.concatenate([self._words, self._pairs])
        self._rare = self._word_weights > generation.strangest * 0.6
        self._numbers = np.array([w[0].isdigit() for w in words], bool)
        self._folded = set(words)
        self.total = float(2 * self._word_weights.sum() + self._pair_weights.sum())

    def of(self, article: int) -> list[float]:
        """Return the share of syllables, bigrams, rare syllables, numbers, and of the title's words covered."""
        there = self._generation.stand_in(self._keys, article)
        words, pairs = there[: len(self._words)], there[len(self._words) :]
        title = set(_title_folds(self._generation.titles[article]))
        return [
            _share(words, self._word_weights),
            _share(pairs, self._pair_weights),
            _share(words[self._rare], self._word_weights[self._rare]),
            _share(words[self._numbers], np.ones(int(self._numbers.sum()), np.float32)),
            len(title & self._folded) / math.sqrt(max(len(title), 1) * max(len(self._folded), 1)),
        ]


def _keys(words: list[str]) -> npt.NDArray[np.uint32]:
    return np.fromiter((term_key(w) for w in words), np.uint32, len(words))


def _share(there: npt.NDArray[np.bool_], weights: npt.NDArray[np.float32]) -> float:
    total = float(weights.sum())
    return float(weights[there].sum()) / total if total else 1.0


STAYS = 0.8
"""A question stays with the subject before it while that article covers it this well, relative to the best for it alone."""


def resolve(searcher: Searcher, asked: str, previous: str | None) -> Question:
    """Return what `asked` asks, and decide from the articles whether it goes on with `previous` or begins a new subject."""
    question = understand(asked, previous)
    if previous is None or question.follows_up or not question.syllables:
        return question
    linked = understand(asked, previous, linked=True)
    alone = searcher.search(Query(question.text, question.terms), 1)
    together = searcher.search(Query(linked.text, linked.terms), 1)
    if not alone or not together or alone[0].article == together[0].article:
        return question
    of_alone, of_together = (searcher.covered(question.own_terms, hit.article) for hit in (alone[0], together[0]))
    return linked if of_together >= STAYS * of_alone else question


@functools.lru_cache(maxsize=20_000)
def _title_folds(title: str) -> tuple[str, ...]:
    return tuple(terms(title).folded)


@functools.cache
def _shipped_weights() -> npt.NDArray[np.float64]:
    try:
        model = json.loads(_MODEL.read_text(encoding="utf-8"))
        if tuple(model["features"]) != FEATURES:
            raise ValueError("it was fitted for other features")
        return np.asarray(model["weights"], np.float64)
    except (OSError, ValueError, KeyError) as error:
        raise ReaderModelError(f"{_MODEL} cannot be used ({error})", mend="Reinstall tintinh") from error
