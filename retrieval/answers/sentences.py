"""A question and the sentences of the best articles -> features of each sentence, for the sentence model."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from retrieval.annotation import COUNTED, KIND_WORDS, Sentence, Sentences
from retrieval.answers import blank, contrast
from retrieval.answers.laid import Laid
from retrieval.answers.wants import WANTS, of_type, wanted
from retrieval.matching import Flags, Matcher, Matches, near, share
from retrieval.questions import KINDS, Question
from retrieval.search import Hit
from retrieval.snapshot import Generation
from retrieval.vietnamese.abbreviations import abbreviations_in, is_known, written_out
from retrieval.vietnamese.text import folds, tokens

MOST_READ = (15, 10, 7)
"""Sentences of the first, second and third article that are looked at closely: the likeliest at a glance."""

FEATURES = (
    "coverage", "coverage_best_share", "coverage_rank", "window_coverage", "own_coverage", "own_window_coverage",
    "bigram_coverage", "bigram_window_coverage", "accent_coverage", "rare_coverage", "rarest_here", "rarest_near",
    "number_coverage", "day_agrees", "day_near", "before_coverage", "after_coverage", "missing_covered_near",
    "longest_run", "density", "length", "position", "index", "is_first", "article_rank", "article_score",
    "article_gap", "article_coverage", "in_passage", "cosine", "cosine_best_gap",
    "new_people", "new_numbers", "new_days", "new_share", "unit_after_number", "unit_here", "head_here", "lead_overlap",
    "wanted", "wanted_new", "wanted_apart", "wanted_here", *(f"wants_{w}" for w in WANTS),
    *COUNTED, *(f"kind_{k}" for k in KINDS), "cue_word", "question_length", "follows_up",
    *(f"own_words_{k}" for k in KIND_WORDS), *contrast.FEATURES, *blank.FEATURES,
)  # fmt: skip
"""`own_words_*`: the words of a kind in the sentence where the question is of that kind, else -1."""

_LIKELY = [FEATURES.index(name) for name in ("contrast", "contrast_so_far", "cosine", "wanted_here")]
_LIKELY_WEIGHTS = np.array([1.0, 0.5, 0.5, 0.2], np.float32)
"""By what a sentence is looked at closely at all: so weighed, 15, 10 and 7 sentences hold the answer to .970 of the training
questions, by share of the question and likeness alone to .956 (all sentences: .978)."""
CUES = (
    "none", "who", "which_body", "which_place", "what", "which", "how", "when", "duration", "where", "why", "number",
)  # fmt: skip
_UNIT_AFTER = 3
"""Tokens after a number within which its unit stands: `98 hộ`, `98 khẩu và hộ`."""
_MONEY = frozenset(("dong", "ti", "trieu", "usd"))


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer: the place of its article among the hits, and its own among the sentences of it."""

    hit: int
    index: int
    sentences: Sequence[Sentence]

    @property
    def sentence(self) -> Sentence:
        """The sentence; put together when it is first looked at."""
        return self.sentences[self.index]


SMALL_CORPUS = 500
"""Articles below which something always looks like the question: how rare its words are, by which strangers are told, tells little there."""


class Asked:
    """The parts of a question that are matched against sentences, weighed once."""

    def __init__(self, question: Question, corpus_size: int, matcher: Matcher) -> None:
        self.question = question
        self.corpus_size = corpus_size
        self.matcher = matcher
        self.weights: dict[str, float] = dict(zip(self.matcher.words, self.matcher.weights.tolist(), strict=True))
        self.own = {w: self.weights[w] for w in dict.fromkeys(question.own_terms.folded) if w in self.weights}
        self.total = sum(self.weights.values()) or 1.0
        self.own_total = sum(self.own.values()) or 1.0
        by_rarity = sorted(self.weights, key=lambda w: -self.weights[w])
        self.own_pairs = frozenset(question.own_terms.pairs)
        self.rarest = frozenset(by_rarity[: max(1, len(by_rarity) // 4)])
        self.rare_total = sum(self.weights[w] for w in self.rarest) or 1.0
        self.abbreviated = frozenset(
            syllable
            for word in question.syllables
            if len(word) > 2 and is_known(word) and (long := written_out(word)) is not None
            for syllable in folds(long)
        ) | frozenset(abbreviations_in(question.syllables))
        """What the question's abbreviations stand for, syllable by syllable, and the other way."""
        self.numbers = frozenset(w for w in self.weights if w[0].isdigit())
        self.days = frozenset(f"{w.day}/{w.month}" for w in question.whens if w.day and w.month)
        found = tokens(question.asked)
        capital = [t.fold for i, t in enumerate(found) if i and question.asked[t.start].isupper()]
        self.named = frozenset(capital)
        """Capitalised words of the question, its first word left out: names of people, places, bodies."""
        self.named_pairs = frozenset(
            f"{a.fold}_{b.fold}"
            for i, (a, b) in enumerate(pairwise(found))
            if i and question.asked[a.start].isupper() and question.asked[b.start].isupper() and b.start - a.end == 1
        )
        self.years = frozenset(w for w in self.weights if len(w) == 4 and w[:2] in {"19", "20"} and w.isdigit())
        self.unit = question.cue.unit
        """The word after the one that asks: bao nhiêu `hộ`."""
        self.head = question.cue.head
        """The word before it: `huyện` nào."""
        self.wants = wanted(question)
        self.blank = blank.Blank.of(question.asking, question.syllables, matcher.column, matcher.weights)
        """Where the question asks, None where no word of it does."""

    def mask(self, words: frozenset[str] | dict[str, float]) -> npt.NDArray[np.float32]:
        """Return the weights of the question's words, 0 for those that are not among `words`."""
        there = np.fromiter((w in words for w in self.matcher.words), bool, len(self.matcher.words))
        return np.where(there, self.matcher.weights, np.float32(0))


def features(
    asked: Asked,
    generation: Generation,
    hits: Sequence[Hit],
    articles: Sequence[Sentences],
    matches: Sequence[Matches],
    cosines: Sequence[npt.NDArray[np.float32]],
) -> tuple[list[Candidate], npt.NDArray[np.float32]]:
    """Return the candidate sentences of `articles` (one list a hit) and their features (candidates, features).

    `matches` tells where the question's words stand in each article, `cosines` how alike each sentence is to the question.
    """
    filled = [rank for rank, found in enumerate(articles) if found]
    if not filled:
        return [], np.zeros((0, len(FEATURES)), np.float32)
    laid = _laid(generation, hits, articles, matches, filled)
    block = _block(
        asked,
        generation,
        laid,
        [hits[rank] for rank in filled],
        hits[0].score,
        filled,
        [cosines[rank] for rank in filled],
    )
    likely = block[:, _LIKELY] @ _LIKELY_WEIGHTS
    candidates: list[Candidate] = []
    rows: list[int] = []
    for rank, first, end in zip(filled, laid.found.starts[:-1].tolist(), laid.found.starts[1:].tolist(), strict=True):
        order = np.argsort(-likely[first:end], kind="stable")[: MOST_READ[min(rank, 2)]]
        chosen = np.sort(order).tolist()
        candidates += [Candidate(rank, i, articles[rank]) for i in chosen]
        rows += [first + i for i in chosen]
    return candidates, block[rows]


def _laid(
    generation: Generation,
    hits: Sequence[Hit],
    articles: Sequence[Sentences],
    matches: Sequence[Matches],
    ranks: Sequence[int],
) -> Laid:
    places = [generation.place(hits[rank].article) for rank in ranks]
    notes = [(place.segment.annotations, place.row) for place in places]
    return Laid.out([articles[rank] for rank in ranks], notes, [matches[rank] for rank in ranks])


def _block(
    asked: Asked,
    generation: Generation,
    laid: Laid,
    hits: Sequence[Hit],
    best_score: float,
    ranks: Sequence[int],
    cosines: Sequence[npt.NDArray[np.float32]],
) -> npt.NDArray[np.float32]:
    """Return the features of the sentences laid out, (sentences, features); `hits` and `ranks` are of their articles."""
    block = np.empty((len(laid), len(FEATURES)), np.float32)
    own_words: Flags = np.array([w in asked.own for w in asked.matcher.words], bool)
    fitting, fitting_new = _wanted(asked, laid)
    question, cosine = asked.question, np.concatenate(cosines)
    coverage, matched = share(laid.found.words, asked.matcher.weights), _matched(laid)
    kind_words = np.full((len(KIND_WORDS), len(laid)), -1.0)
    if question.kind in KIND_WORDS:
        kind_words[KIND_WORDS.index(question.kind)] = laid.counts[:, COUNTED.index(f"words_{question.kind}")]
    cue = float(CUES.index(question.cue.label) if question.cue.label in CUES else 0)
    columns = (
        *_matching(asked, laid, coverage, cosine),
        matched,
        *_placing(asked, generation, laid, hits, best_score, ranks),
        cosine, max(float(cosine.max()), 0.0) - cosine,
        *_telling(asked, laid, matched),
        coverage[laid.found.starts[:-1]][laid.of],
        fitting, fitting_new, fitting == 0, fitting_new > 0,
        *(w == asked.wants for w in WANTS), *laid.counts.T,
        *question.kinds, cue, float(len(question.own_terms.folded)), float(question.follows_up), *kind_words,
        *contrast.features(laid, asked.matcher.weights, asked.matcher.pair_weights, own_words, fitting_new),
        *blank.features(asked.blank, laid.found, laid.marks, laid.gaps, len(laid)),
    )  # fmt: skip
    for at, values in enumerate(columns):
        block[:, at] = values
    return block


def _matching(
    asked: Asked, laid: Laid, coverage: npt.NDArray[np.float32], cosine: npt.NDArray[np.float32]
) -> tuple[npt.ArrayLike, ...]:
    """Return how much of the question stands in each sentence, and near it: `coverage` to `longest_run`."""
    found, weights = laid.found, asked.matcher.weights
    here, around = found.words, near(found.words, found.starts)
    own_weights, rare_weights = asked.mask(asked.own), asked.mask(asked.rarest)
    numbers = asked.mask(asked.numbers) > 0
    missing = np.where(here, np.float32(0), weights)
    days = _day_columns(asked)
    most = laid.most(coverage)
    return (
        coverage,
        coverage / np.where(most > 0, most, 1.0),
        laid.ranks(coverage + np.float32(0.5) * cosine),
        share(around, weights),
        here @ own_weights / asked.own_total,
        around @ own_weights / asked.own_total,
        share(found.pairs, asked.matcher.pair_weights),
        share(near(found.pairs, found.starts), asked.matcher.pair_weights),
        found.accents.sum(axis=1) / max(found.accents.shape[1], 1),
        here @ rare_weights / asked.rare_total,
        np.max(here * weights, axis=1, initial=0.0),
        around @ rare_weights / asked.rare_total,
        here[:, numbers].sum(axis=1) / max(int(numbers.sum()), 1),
        here[:, days].any(axis=1) if asked.days else -1.0,
        around[:, days].any(axis=1) if asked.days else -1.0,
        laid.before(coverage),
        laid.after(coverage),
        (missing * around).sum(axis=1) / np.maximum(missing.sum(axis=1), 1e-6),
        _longest_runs(found, len(laid)),
    )


def _day_columns(asked: Asked) -> list[int]:
    return [asked.matcher.column[d] for d in asked.days if d in asked.matcher.column]


def _placing(
    asked: Asked, generation: Generation, laid: Laid, hits: Sequence[Hit], best_score: float, ranks: Sequence[int]
) -> tuple[npt.ArrayLike, ...]:
    """Return where each sentence stands, and how its article was found: `length` to `in_passage`."""
    of, index, starts = laid.of, laid.index, laid.found.starts
    scores = np.array([hit.score for hit in hits])[of]
    whole = share(np.logical_or.reduceat(laid.found.words, starts[:-1], axis=0), asked.matcher.weights)
    passages = np.array([generation.passage_span(hit.passage)[1:] for hit in hits])[of]
    return (
        np.log(laid.sizes),
        index / np.maximum(np.diff(starts) - 1, 1)[of],
        np.minimum(index, 30),
        index == 0,
        np.array(ranks)[of],
        scores,
        best_score - scores,
        whole[of],
        (laid.bounds[:, 0] < passages[:, 1]) & (laid.bounds[:, 1] > passages[:, 0]),
    )


def _telling(asked: Asked, laid: Laid, matched: npt.NDArray[np.floating]) -> tuple[npt.ArrayLike, ...]:
    """Return what each sentence tells that the question does not, and whether it does of what the question counts: `new_people` to `head_here`."""
    here = laid.found.words
    days = _day_columns(asked)
    persons, numbers, unit_after = _news(asked, laid)
    return (
        persons,
        numbers,
        laid.counts[:, _DAYS] - here[:, days].sum(axis=1) + laid.counts[:, _DAYLESS],
        1 - matched,
        unit_after,
        _column(asked, here, asked.unit),
        _column(asked, here, asked.head),
    )


def _matched(laid: Laid) -> npt.NDArray[np.floating]:
    """Return which share of each sentence's tokens are words of the question."""
    found = laid.found
    return np.bincount(found.owner[found.asked >= 0], minlength=len(laid)) / laid.sizes


_DAYS, _DAYLESS = COUNTED.index("days"), COUNTED.index("dayless_times")
_N, _PERCENT, _U = (ord(letter) for letter in "N%U")


def _wanted(asked: Asked, laid: Laid) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return for each sentence how many tokens are of the type asked for, and how many of them are new."""
    ends = np.cumsum([len(article.words) for article in laid.articles])
    fitting = np.concatenate(
        [
            of_type(asked.wants, marks, article.words)
            for marks, article in zip(np.split(laid.marks, ends[:-1]), laid.articles, strict=True)
        ]
    )
    owner, count = laid.found.owner, len(laid)
    new = fitting & (laid.found.asked < 0)
    return np.bincount(owner[fitting], minlength=count), np.bincount(owner[new], minlength=count)


def _column(asked: Asked, here: npt.NDArray[np.bool_], word: str) -> npt.ArrayLike:
    """Return whether `word` of the question stands in each sentence; -1 where there is no such word."""
    if not word:
        return -1.0
    at = asked.matcher.column.get(word)
    return here[:, at] if at is not None else 0.0


def _longest_runs(found: Matches, count: int) -> npt.NDArray[np.int64]:
    """Return for each sentence the most words of the question that stand in a row."""
    longest = np.zeros(count, np.int64)
    at = np.flatnonzero(found.asked >= 0)
    if len(at):
        breaks = np.flatnonzero((np.diff(at) != 1) | (found.owner[at[:-1]] != found.owner[at[1:]])) + 1
        first = np.concatenate([[0], breaks])
        lengths = np.diff(np.concatenate([first, [len(at)]]))
        np.maximum.at(longest, found.owner[at[first]], lengths)
    return longest


def _news(asked: Asked, laid: Laid) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.ArrayLike]:
    """Return for each sentence how many people and numbers it has that the question lacks, and whether the unit asked for follows a number."""
    found, marks, count = laid.found, laid.marks, len(laid)
    known = np.concatenate([[0], np.cumsum(found.asked >= 0)])
    owner, first, last = laid.people.T
    new = known[last + 1] - known[first] < last - first + 1
    people = np.bincount(owner[new], minlength=count)
    figures = (marks == _N) | (marks == _PERCENT)
    numeric = np.array([w[0].isdigit() for w in asked.matcher.words] + [False], bool)
    new_figures = figures & ~numeric[found.asked]
    numbers = np.bincount(found.owner[new_figures], minlength=count)
    if not asked.unit:
        return people, numbers, -1.0
    if asked.unit == "tien":  # bao nhiêu tiền: 5 tỷ đồng
        units = np.flatnonzero(marks == _U)
        words = [word for article in laid.articles for word in article.words]
        fits = np.zeros(len(marks), bool)
        fits[[at for at in units.tolist() if words[at] in _MONEY]] = True
    else:
        after = np.zeros(len(marks), bool)
        for distance in range(1, min(_UNIT_AFTER, len(marks) - 1) + 1):
            after[distance:] |= figures[:-distance] & (found.owner[:-distance] == found.owner[distance:])
        fits = (found.asked == asked.matcher.column.get(asked.unit, -9)) & after
        if asked.unit == "phan":  # bao nhiêu phần trăm: 12%
            fits |= marks == _PERCENT
    return people, numbers, np.bincount(found.owner[fits], minlength=count) > 0
