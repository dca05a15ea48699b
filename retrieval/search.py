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
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.encoding import Encoder, Vectors
from retrieval.errors import ReaderModelError
from retrieval.matching import Flags, Matcher, Matches, near, share
from retrieval.snapshot import Generation
from retrieval.vietnamese.terms import Terms, terms
from retrieval.vietnamese.text import tokens

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
    "sentence_cosine",
    "three_sentence_cosine",
    "sentence_coverage",
    "window_coverage",
    "window_bigram_coverage",
    "three_sentence_coverage",
    "named_pairs",
    "sentences",
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
        evidence = _Evidence(generation, query, ranked, vector)
        scale = max(evidence.total, 1.0)
        rows: list[int] = []
        features: list[list[float]] = []
        for place, article in enumerate(ranked):
            found = best.get(article, [])
            row = found[0][1] if found else cosine.get(article, (0.0, int(generation.passage_starts[article])))[1]
            rows.append(row)
            features.append(
                [
                    (found[0][0] if found else 0.0) / scale,
                    article_score.get(article, 0.0) / scale,
                    (found[1][0] if len(found) > 1 else 0.0) / scale,
                    cosine.get(article, (0.0, 0))[0],
                    *evidence.of(place),
                ]
            )
        return ranked, rows, features


class _Evidence:
    """How much of the question stands in each of some articles, as a whole, in its title, and close together."""

    def __init__(self, generation: Generation, query: Query, articles: Sequence[int], vector: Vectors) -> None:
        self._generation = generation
        self._articles = articles
        self._matcher = Matcher(generation, query.terms)
        self._found: Matches = self._matcher.of(articles)
        self._vector = vector[0]
        weights = self._matcher.weights
        self._rare = np.where(weights > generation.strangest * 0.6, weights, np.float32(0))
        self._numbers = np.array([float(w[0].isdigit()) for w in self._matcher.words], np.float32)
        self._named = _named_pairs(query.text, self._matcher.pairs)
        self.total = float(2 * weights.sum() + self._matcher.pair_weights.sum())
        self._here = share(self._found.words, weights)

    def of(self, place: int) -> list[float]:
        """Return the features of the article at `place`: shares of the question by rarity, likenesses, its length."""
        matcher, found, article = self._matcher, self._found, self._articles[place]
        own = slice(int(found.starts[place]), int(found.starts[place + 1]))
        title = title_terms(self._generation.titles[article])
        words = found.words[own].any(axis=0) | _flags(matcher.words, title[0])
        pairs = found.pairs[own].any(axis=0) | _flags(matcher.pairs, title[1])
        here = np.sort(self._here[own])[::-1]
        alike = np.sort(self._generation.sentence_vectors(article) @ self._vector)[::-1]
        known = sum(w in title[0] for w in matcher.words)
        return [
            _part(words, matcher.weights),
            _part(pairs, matcher.pair_weights),
            _part(words, self._rare),
            _part(words, self._numbers),
            known / math.sqrt(max(len(title[0]), 1) * max(len(matcher.words), 1)),
            float(alike[0]) if len(alike) else 0.0,
            float(alike[:3].mean()) if len(alike) else 0.0,
            float(here[0]) if len(here) else 0.0,
            float(share(near(found.words[own]), matcher.weights).max(initial=0.0)),
            float(share(near(found.pairs[own]), matcher.pair_weights).max(initial=0.0)),
            float(here[:3].sum()) / 3,
            float(pairs[self._named].mean()) if self._named else 0.5,
            math.log(len(here) + 1) / 5,
        ]


def _part(there: Flags, weights: npt.NDArray[np.float32]) -> float:
    total = float(weights.sum())
    return float(weights[there].sum()) / total if total else 1.0


def _flags(words: Sequence[str], among: frozenset[str]) -> Flags:
    return np.fromiter((w in among for w in words), bool, len(words))


def _named_pairs(text: str, pairs: Sequence[str]) -> list[int]:
    """Return which bigrams of the question are two capitalised words, its first word left out: parts of names."""
    found = tokens(text)
    named = {
        f"{a.fold}_{b.fold}" for a, b in pairwise(found[1:]) if text[a.start].isupper() and text[b.start].isupper()
    }
    return [i for i, pair in enumerate(pairs) if pair in named]


@functools.lru_cache(maxsize=20_000)
def title_terms(title: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the folded syllables and the bigrams of a title."""
    found = terms(title)
    return frozenset(found.folded), frozenset(found.pairs)


@functools.cache
def _shipped_weights() -> npt.NDArray[np.float64]:
    try:
        model = json.loads(_MODEL.read_text(encoding="utf-8"))
        if tuple(model["features"]) != FEATURES:
            raise ValueError("it was fitted for other features")
        return np.asarray(model["weights"], np.float64)
    except (OSError, ValueError, KeyError) as error:
        raise ReaderModelError(f"{_MODEL} cannot be used ({error})", mend="Reinstall tintinh") from error
