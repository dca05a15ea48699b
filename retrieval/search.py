"""A question's text -> articles and their passages, best first.

Three legs give candidates: BM25 over passages, BM25 over whole articles, nearest passage vectors. Each candidate
article is then scored by a few features whose weights were fitted on questions (training/ranking.py): equal-weight
reciprocal rank fusion with a weak dense leg lowers the first rank, measured.
"""

import dataclasses
import datetime as dt
import functools
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval import lexical
from retrieval.encoding import Encoder, Vectors
from retrieval.errors import ReaderModelError
from retrieval.matching import Flags, Matcher, Matches, any_of, near, share
from retrieval.snapshot import Generation
from retrieval.vietnamese.terms import Terms, terms
from retrieval.vietnamese.text import tokens

_MODEL = Path(__file__).parent / "models" / "ranking.json"
PASSAGE_HITS = 40
ARTICLE_HITS = 40
CANDIDATES = 12
_KEPT_MATCHERS = 64

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
    articles: tuple[str, ...] = ()
    """Ids of the articles that are looked at; empty is all."""

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
        self._matchers: dict[str, Matcher] = {}
        self.vector = functools.lru_cache(maxsize=64)(self._encode)
        """The vector of a question, (1, dimensions); search and reading ask for the same one."""

    def matcher(self, query: Query) -> Matcher:
        """Return the words of `query`, weighed; search and reading ask for the same one."""
        kept = self._matchers.get(query.text)
        if kept is None:
            kept = Matcher(self.generation, query.terms)
            if len(self._matchers) >= _KEPT_MATCHERS:
                self._matchers.clear()
            self._matchers[query.text] = kept
        return kept

    def _encode(self, text: str) -> Vectors:
        return self._encoder.encode_queries([text])

    def search(self, query: Query, k: int = 10) -> list[Hit]:
        """Return up to `k` hits, one an article, best first."""
        articles, passages, features = self.candidates(query)
        if not articles:
            return []
        scores = features @ self._weights
        order = np.argsort(-scores, kind="stable")[:k]
        return [Hit(articles[i], passages[i], float(scores[i]), tuple(features[i].tolist())) for i in order]

    def breakdown(self, hit: Hit) -> dict[str, float]:
        """Return what each feature adds to the score of `hit`; they sum to it, but where a reranker changed the order."""
        return {n: f * float(w) for n, f, w in zip(FEATURES, hit.features, self._weights, strict=True)}

    def candidates(self, query: Query) -> tuple[list[int], list[int], npt.NDArray[np.float64]]:
        """Return article rows, the best passage row of each, and their features (candidates, features)."""
        generation = self.generation
        allowed = generation.allowed(query.since, query.until, query.sources)
        named = [row for i in query.articles if (row := generation.row(i)) is not None]
        if query.articles:
            allowed = _only(named, generation.live if allowed is None else allowed)
        factor = 1 if allowed is None else 10
        asked = lexical.query(query.terms)
        by_passage = generation.lexical_passages.search(asked, PASSAGE_HITS * factor)
        whole = generation.lexical_articles.search(asked, ARTICLE_HITS * factor)
        vector = self.vector(query.text)
        near = generation.near(vector, PASSAGE_HITS * factor) if vector.any() else []
        allowed = generation.live if allowed is None else allowed
        owner = {row: article for hits in (by_passage, near) for row, article in _owned(generation, hits)}
        by_passage = [h for h in by_passage if allowed[owner[h[0]]]]
        whole = [h for h in whole if allowed[h[0]]]
        near = [h for h in near if allowed[owner[h[0]]]]

        best: dict[int, list[tuple[float, int]]] = {}
        for row, score in by_passage:
            best.setdefault(owner[row], []).append((score, row))
        cosine: dict[int, tuple[float, int]] = {}
        for row, score in near:
            cosine.setdefault(owner[row], (score, row))
        article_score = dict(whole)
        ranked = sorted(
            best.keys() | article_score.keys() | set(list(cosine)[:10]) | {r for r in named if allowed[r]},
            key=lambda a: (
                -(best.get(a, [(0.0, 0)])[0][0] + article_score.get(a, 0.0) * 0.5 + cosine.get(a, (0.0, 0))[0])
            ),
        )[:CANDIDATES]
        if not ranked:
            return [], [], np.zeros((0, len(FEATURES)))
        matcher = self.matcher(query)
        scale = max(float(2 * matcher.weights.sum() + matcher.pair_weights.sum()), 1.0)
        rows: list[int] = []
        scores: list[tuple[float, ...]] = []
        for article in ranked:
            found = best.get(article, [])
            row = found[0][1] if found else cosine.get(article, (0.0, generation.first_passage(article)))[1]
            rows.append(row)
            scores.append(
                (
                    (found[0][0] if found else 0.0) / scale,
                    article_score.get(article, 0.0) / scale,
                    (found[1][0] if len(found) > 1 else 0.0) / scale,
                    cosine.get(article, (0.0, 0))[0],
                )
            )
        return ranked, rows, np.hstack([scores, _evidence(generation, query, matcher, ranked, vector[0])])


def _only(rows: Sequence[int], allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return a mask of those of `rows` that are allowed."""
    mask = np.zeros_like(allowed)
    mask[list(rows)] = allowed[list(rows)]
    return mask


def _owned(generation: Generation, hits: Sequence[tuple[int, float]]) -> Iterator[tuple[int, int]]:
    """Yield of each passage hit its row and that of its article."""
    rows = [row for row, _ in hits]
    return zip(rows, generation.owners(rows), strict=True)


def _evidence(
    generation: Generation, query: Query, matcher: Matcher, articles: Sequence[int], vector: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Return how much of the question stands in each article as a whole, in its title, and close together.

    Shares of the question by rarity, likenesses of sentences, and the article's length: (articles, FEATURES less four).
    """
    found = matcher.of(articles)
    weights = matcher.weights
    rare = np.where(weights > generation.strangest * 0.6, weights, np.float32(0))
    numbers = np.array([float(w[0].isdigit()) for w in matcher.words], np.float32)
    in_title, pairs_in_title, sizes = matcher.in_titles(articles)
    words = any_of(found.words, found.starts) | in_title
    pairs = any_of(found.pairs, found.starts) | pairs_in_title
    named = _named_pairs(query.text, matcher.pairs)
    counts = np.diff(found.starts)
    return np.column_stack(
        [
            _share(words, weights),
            _share(pairs, matcher.pair_weights),
            _share(words, rare),
            _share(words, numbers),
            in_title.sum(axis=1) / np.sqrt(np.maximum(sizes, 1) * max(len(matcher.words), 1)),
            *_best(generation.likenesses(articles, vector), found.starts),
            *_windows(found, weights, matcher.pair_weights),
            pairs[:, named].mean(axis=1) if named else np.full(len(articles), 0.5),
            np.log(counts + 1) / 5,
        ]
    )


def _best(values: npt.NDArray[np.float32], starts: npt.NDArray[np.int32]) -> tuple[list[float], list[float]]:
    """Return the largest value, and the mean of the three largest, of each article's sentences."""
    largest, three = [], []
    for first, last in pairwise(starts.tolist()):
        own = np.sort(values[first:last])[::-1][:3]
        largest.append(float(own[0]) if len(own) else 0.0)
        three.append(float(own.sum()) / 3 if len(own) else 0.0)
    return largest, three


def _most(values: npt.NDArray[np.float32], starts: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """Return the largest value of each article's sentences, 0 where it has none."""
    out = np.zeros(len(starts) - 1, np.float32)
    filled = np.diff(starts) > 0
    if filled.any():
        out[filled] = np.maximum.reduceat(values, starts[:-1][filled])
    return out


def _windows(
    found: Matches, weights: npt.NDArray[np.float32], pair_weights: npt.NDArray[np.float32]
) -> tuple[npt.ArrayLike, ...]:
    """Return the best sentence's share of the question, the best three neighbours', of bigrams too, and the mean of the best three."""
    around = near(found.words, found.starts), near(found.pairs, found.starts)
    best, three = _best(share(found.words, weights), found.starts)
    window = _most(share(around[0], weights), found.starts)
    pair_window = _most(share(around[1], pair_weights), found.starts)
    return best, window, pair_window, three


def _share(there: Flags, weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the share of the weight that stands in each article, 1 where nothing has weight."""
    total = float(weights.sum())
    return there @ weights.astype(np.float64) / total if total else np.ones(len(there))


def _named_pairs(text: str, pairs: Sequence[str]) -> list[int]:
    """Return which bigrams of the question are two capitalised words, its first word left out: parts of names."""
    found = tokens(text)
    named = {
        f"{a.fold}_{b.fold}" for a, b in pairwise(found[1:]) if text[a.start].isupper() and text[b.start].isupper()
    }
    return [i for i, pair in enumerate(pairs) if pair in named]


@functools.cache
def _shipped_weights() -> npt.NDArray[np.float64]:
    try:
        model = json.loads(_MODEL.read_text(encoding="utf-8"))
        if tuple(model["features"]) != FEATURES:
            raise ValueError("it was fitted for other features")
        return np.asarray(model["weights"], np.float64)
    except (OSError, ValueError, KeyError) as error:
        raise ReaderModelError(f"{_MODEL} cannot be used ({error})", mend="Reinstall tintinh") from error
