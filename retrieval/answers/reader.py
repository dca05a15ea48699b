"""Hits -> drafts of an answer, the best first, each with how likely it is right.

The sentence model picks sentences, the span model marks words in the best of them, the answer model weighs the drafts.
"""

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.answers import sentences
from retrieval.answers.annotate import Sentence, annotate
from retrieval.answers.sentences import Asked, Candidate
from retrieval.answers.spans import Marked, Span, SpanModel
from retrieval.answers.trees import Trees
from retrieval.answers.typed import Typed, typed
from retrieval.articles import Article
from retrieval.encoding import Vectors
from retrieval.errors import ReaderModelError
from retrieval.generations import Generation
from retrieval.questions import KINDS, Question
from retrieval.search import Hit
from retrieval.vietnamese.text import bigrams, folds

MODELS = Path(__file__).parents[1] / "models"
ARTICLES = 3
"""Articles that are read for a question."""
SENTENCES = 4
"""Sentences in which the span model marks words."""

DRAFT_FEATURES = (
    "sentence", "sentence_rank", "sentence_gap", "holds", "peak", "span_probability", "spans", "span_tokens", "span_share",
    "asked_share", "starts_after_gap", "ends_before_gap", "has_name", "has_number", "has_day", "has_unit", "coverage",
    "window_coverage", "rare_coverage", "bigram_coverage", "number_coverage", "day_agrees", "article_coverage",
    "missing_rarest", "article_rank", "article_score", "article_margin", "best_sentence", "second_sentence",
    "names_missing", "named_missing", "named_pairs_missing", "named_far", "years_missing", "days_missing", "numbers_missing",
    "rare_far", "own_missing", "best_holds", "cosine", "accent_coverage", "unit_after_number", "question_length", "follows_up",
    "rule", "rule_fit", "overlap",
    *(f"kind_{k}" for k in KINDS),
)  # fmt: skip

_RULES = {"chair": 1.0, "attendee": 2.0, "task": 3.0, "when": 4.0, "limitation": 5.0, "where": 6.0}
_RULED_AMONG = 16
"""Sentences among which a rule for the question's kind is tried, beside those the span model marks."""


ARTICLE_WEIGHT = 0.3
"""How much the search's score of an article (log-odds) weighs beside the log of a draft's chance."""
RULE_KEPT = {"chair": 0.3, "attendee": 0.2, "task": 0.3, "when": 0.3, "limitation": 0.04, "where": 0.3}
"""A draft by a rule that fits wholly is preferred down to this share of the best one's chance: it is complete and typed."""


def pick(
    drafts: Sequence["Draft"],
    chances: npt.NDArray[np.float64],
    hits: Sequence[Hit],
    article_weight: float = ARTICLE_WEIGHT,
    *,
    rules: bool = True,
) -> int:
    """Return the index of the draft to answer with."""
    scores = [
        math.log(max(c, 1e-6)) + article_weight * (hits[d.candidate.hit].score - hits[0].score)
        for d, c in zip(drafts, chances.tolist(), strict=True)
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    ruled = [
        (scores[i], i)
        for i, d in enumerate(drafts)
        if d.typed is not None
        and d.typed.fit >= _FITS
        and scores[i] >= scores[best] + math.log(RULE_KEPT[d.typed.rule])
    ]
    return max(ruled)[1] if rules and ruled else best


_FITS = 0.99

REFUSAL_FEATURES = (
    *DRAFT_FEATURES, "chance", "second_chance", "drafts", "named_missing_any", "own_missing_squared", "best_sentence_any",
)  # fmt: skip


def refusal_row(features: npt.NDArray[np.float32], chances: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what the refusal model looks at: the features of the likeliest draft, and how the others stand to it."""
    best = int(np.argmax(chances))
    ordered = np.sort(chances)[::-1]
    row = features[best].astype(float)
    named = row[DRAFT_FEATURES.index("named_missing")] + row[DRAFT_FEATURES.index("numbers_missing")]
    own = row[DRAFT_FEATURES.index("own_missing")]
    logit = np.log(np.clip(ordered, 1e-4, 1 - 1e-4) / (1 - np.clip(ordered, 1e-4, 1 - 1e-4)))
    return np.array([
        *row, logit[0], logit[1] if len(logit) > 1 else -9.0, float(len(chances)), float(named > 0), own * own,
        float(features[:, 0].max()),
    ])  # fmt: skip


@dataclass(frozen=True)
class Context:
    """A question, the articles found for it, their sentences, and the features of each sentence."""

    asked: Asked
    hits: tuple[Hit, ...]
    articles: tuple[Article, ...]
    sentences: tuple[tuple[Sentence, ...], ...]
    candidates: tuple[Candidate, ...]
    features: npt.NDArray[np.float32]


class Contexts:
    """Reads articles for questions, and remembers the sentences of the last ones."""

    def __init__(self, generation: Generation, remembered: int = 512) -> None:
        self.generation = generation
        self._prepared = functools.lru_cache(maxsize=remembered)(self._prepare)

    def _prepare(self, row: int) -> tuple[Article, tuple[Sentence, ...], npt.NDArray[np.float32]]:
        article = self.generation.article(row)
        found = tuple(annotate(article, *self.generation.sentences(row)))
        return article, found, self.generation.sentence_vectors(row)

    def of(self, question: Question, hits: Sequence[Hit], vector: Vectors) -> Context:
        """Return the context of `question`, whose vector (1, dimensions) is given, over the articles of `hits`."""
        asked = Asked(question, self.generation)
        prepared = [self._prepared(hit.article) for hit in hits]
        passages = [tuple(int(x) for x in self.generation.passages[hit.passage][1:]) for hit in hits]
        candidates, features = sentences.features(
            asked,
            hits,
            [found for _, found, _ in prepared],
            [(a, b) for a, b in passages],
            [vectors @ vector[0] for *_, vectors in prepared],
        )
        return Context(
            asked,
            tuple(hits),
            tuple(article for article, *_ in prepared),
            tuple(found for _, found, _ in prepared),
            tuple(candidates),
            features,
        )


@dataclass(frozen=True)
class Draft:
    """One possible answer: the spans of one sentence, their text, and what the answer model looks at."""

    candidate: Candidate
    spans: tuple[Span, ...]
    text: str
    features: tuple[float, ...]
    probability: float = 0.0
    typed: Typed | None = None


def drafts(context: Context, probabilities: npt.NDArray[np.float64], model: SpanModel) -> list[Draft]:
    """Return drafts from the best sentences of `context`, the best sentence first.

    Of each sentence: what the span model marks, and what a rule finds; and one draft of a rule from further down.
    """
    ranking = np.argsort(-probabilities, kind="stable")
    order = ranking[:SENTENCES]
    found: list[Draft] = []
    marks = [model.mark(context.asked, context.candidates[at].sentence) for at in order]
    best_holds = max((m.holds for m in marks), default=0.0)
    ruled = False
    for rank, at in enumerate(ranking[:_RULED_AMONG]):
        candidate = context.candidates[at]
        if not candidate.sentence.folded or (rank >= SENTENCES and ruled):
            continue
        rule = typed(context.asked, context.sentences[candidate.hit], candidate.index)
        ruled = ruled or rule is not None
        if rank < SENTENCES:
            marked = marks[rank]
            found.append(_draft(context, probabilities, ranking, rank, marked, best_holds, None, rule))
        else:
            marked = Marked((), 0.0, 0.0)
        if rule is not None:
            found.append(_draft(context, probabilities, ranking, rank, marked, best_holds, rule, rule))
    return found


def _draft(
    context: Context,
    probabilities: npt.NDArray[np.float64],
    ranking: npt.NDArray[np.int64],
    rank: int,
    marked: Marked,
    best_holds: float,
    rule: Typed | None,
    beside: Typed | None,
) -> Draft:
    candidate = context.candidates[ranking[rank]]
    spans = rule.spans if rule is not None else marked.spans
    text = span_text(context.articles[candidate.hit].text, candidate.sentence, spans)
    own = {i for s in spans for i in range(s.first, s.last + 1)}
    other_spans = marked.spans if rule is not None else beside.spans if beside is not None else ()
    other = {i for s in other_spans for i in range(s.first, s.last + 1)}
    overlap = len(own & other) / len(own | other) if other else -1.0
    ruled = (_RULES[rule.rule], rule.fit) if rule is not None else (0.0, beside.fit if beside is not None else 0.0)
    features = _draft_features(context, probabilities, ranking, rank, marked, spans, best_holds, (*ruled, overlap))
    return Draft(candidate, tuple(spans), text, features, typed=rule)


def span_text(article_text: str, sentence: Sentence, spans: Sequence[Span]) -> str:
    """Return the text of the spans, joined by `; `."""
    return "; ".join(article_text[sentence.tokens[s.first].start : sentence.tokens[s.last].end] for s in spans)


def _draft_features(
    context: Context,
    probabilities: npt.NDArray[np.float64],
    order: npt.NDArray[np.int64],
    rank: int,
    marked: Marked,
    spans: Sequence[Span],
    max_holds: float,
    ruled: tuple[float, float, float],
) -> tuple[float, ...]:
    asked, question = context.asked, context.asked.question
    row = dict(zip(sentences.FEATURES, context.features[order[rank]].tolist(), strict=True))
    candidate = context.candidates[order[rank]]
    sentence = candidate.sentence
    inside = [i for s in spans for i in range(s.first, s.last + 1)]
    marks = [sentence.marks[i] for i in inside]
    size = len(inside)
    first, last = spans[0].first, spans[-1].last
    logit = [math.log(max(p, 1e-6) / max(1 - p, 1e-6)) for p in probabilities[order[: rank + 2]].tolist()]
    whole = set().union(*(s.folded for s in context.sentences[candidate.hit]), set())
    rare_missing = [asked.weights[w] for w in asked.rarest if w not in whole]
    names_missing = _names_missing(question, context, candidate.hit)
    margin = context.hits[0].score - context.hits[1].score if len(context.hits) > 1 else 5.0
    return (
        logit[rank], float(rank), logit[0] - logit[rank], marked.holds, marked.peak,
        max((s.probability for s in marked.spans), default=0.0), float(len(spans)), float(size), size / max(len(sentence.folded), 1),
        sum(sentence.folded[i] in asked.weights for i in inside) / max(size, 1),
        float(sentence.gaps[first] != "_"),
        float(last + 1 >= len(sentence.gaps) or sentence.gaps[last + 1] != "_"),
        float("B" in marks), float("N" in marks or "%" in marks), float("T" in marks), float("U" in marks or "%" in marks),
        row["coverage"], row["window_coverage"], row["rare_coverage"], row["bigram_coverage"], row["number_coverage"],
        row["day_agrees"], row["article_coverage"], sum(rare_missing) / asked.rare_total,
        float(candidate.hit), context.hits[candidate.hit].score, margin, logit[0], logit[1] if len(logit) > 1 else -10.0,
        names_missing, *_missing(context, candidate), max_holds, row["cosine"], row["accent_coverage"], row["unit_after_number"], row["question_length"], row["follows_up"],
        *ruled, *question.kinds,
    )  # fmt: skip


def _names_missing(question: Question, context: Context, hit: int) -> float:
    """Return how many capitalised words and numbers of the question stand nowhere in the article."""
    whole: set[str] = set()
    for sentence in context.sentences[hit]:
        whole.update(sentence.folded)
        whole.update(sentence.days)
    whole.update(t for t in _title_words(context.articles[hit].title))
    named = [w for w in question.own_terms.folded if w[0].isdigit() or context.asked.weights.get(w, 0) > 5.0]
    return float(sum(w not in whole for w in named))


def _missing(context: Context, candidate: Candidate) -> list[float]:
    """Return what the question fixes and the article, or the surroundings of the sentence, lack."""
    asked = context.asked
    found = context.sentences[candidate.hit]
    article = context.articles[candidate.hit]
    whole: set[str] = set(_title_words(article.title))
    pairs: set[str] = set(bigrams(_title_words_in_order(article.title)))
    days: set[str] = set()
    for sentence in found:
        whole.update(sentence.folded)
        pairs.update(sentence.pairs)
        days.update(sentence.days)
    near: set[str] = set(found[0].folded)
    for sentence in found[max(0, candidate.index - 2) : candidate.index + 3]:
        near.update(sentence.folded)
    years = asked.years - ({str(article.published_at.year)} if article.published_at else set())
    numbers = {n for n in asked.numbers if n not in whole and n not in days} - asked.days - asked.years
    own_missing = sum(v for w, v in asked.own.items() if w not in whole) / asked.own_total
    return [
        float(len(asked.named - whole)),
        float(len(asked.named_pairs - pairs)),
        float(len(asked.named - near)),
        float(len(years - whole)),
        float(len(asked.days - days)),
        float(len(numbers)),
        sum(asked.weights[w] for w in asked.rarest if w not in near) / asked.rare_total,
        own_missing,
    ]


@functools.lru_cache(maxsize=4096)
def _title_words_in_order(title: str) -> tuple[str, ...]:
    return tuple(folds(title))


@functools.lru_cache(maxsize=4096)
def _title_words(title: str) -> frozenset[str]:
    return frozenset(folds(title))


@dataclass(frozen=True)
class Reading:
    """Drafts of an answer, the likeliest first, and the probability that the question has one in these articles."""

    drafts: tuple[Draft, ...]
    answerable: float


class BuiltinReader:
    """The shipped models, loaded once."""

    def __init__(self, folder: Path = MODELS) -> None:
        self._sentences = Trees.load(folder / "sentences.npz")
        self._answers = Trees.load(folder / "answers.npz")
        self._spans = SpanModel(folder / "spans.crf")
        try:
            settings = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            self.threshold = float(settings["threshold"])
            self._bias = float(settings["bias"])
            self._weights = np.array([settings["weights"][name] for name in REFUSAL_FEATURES])
        except (OSError, ValueError, KeyError) as error:
            raise ReaderModelError(
                f"{folder / 'reader.json'} cannot be used ({error})", mend="Reinstall tintinh"
            ) from error

    def read(self, context: Context) -> Reading:
        """Return drafts of an answer, the likeliest first, and the probability that there is one."""
        if not context.candidates:
            return Reading((), 0.0)
        found = drafts(context, self._sentences.predict(context.features), self._spans)
        if not found:
            return Reading((), 0.0)
        features = np.array([d.features for d in found], np.float32)
        chances = self._answers.predict(features)
        known = 1.0 / (1.0 + math.exp(-float(refusal_row(features, chances) @ self._weights) - self._bias))
        weighed = [replace(d, probability=float(p)) for d, p in zip(found, chances, strict=True)]
        first = weighed[pick(found, chances, context.hits)]
        return Reading((first, *sorted((d for d in weighed if d is not first), key=lambda d: -d.probability)), known)
