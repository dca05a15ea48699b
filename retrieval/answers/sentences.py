"""A question and the sentences of the best articles -> features of each sentence, for the sentence model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from retrieval.annotation import COUNTED, KIND_WORDS, Sentence, Sentences
from retrieval.answers import blank, contrast
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
_CUE_LABELS = (
    "none", "who", "which_body", "which_place", "what", "which", "how", "when", "duration", "where", "why", "number",
)  # fmt: skip
_UNIT_AFTER = 3
"""Tokens after a number within which its unit stands: `98 hộ`, `98 khẩu và hộ`."""
_MONEY = frozenset(("dong", "ty", "ti", "trieu", "usd"))


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer: its place among `hits`, in its article, and its features."""

    hit: int
    index: int
    sentence: Sentence


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
        self.pair_column = {p: i for i, p in enumerate(matcher.pairs)}
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
        self.blank = blank.Blank.of(question.syllables, matcher.column, matcher.weights)
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
    candidates: list[Candidate] = []
    blocks: list[npt.NDArray[np.float32]] = []
    best_cosine = max((float(c.max()) for c in cosines if len(c)), default=0.0)
    for rank, found in enumerate(articles):
        if not found:
            continue
        block = _block(asked, generation, hits, rank, found, matches[rank], cosines[rank], best_cosine)
        most = MOST_READ[min(rank, 2)]
        order = np.argsort(-(block[:, _LIKELY] @ _LIKELY_WEIGHTS), kind="stable")[:most]
        chosen = np.sort(order)
        candidates += [Candidate(rank, i, found[i]) for i in chosen.tolist()]
        blocks.append(block[chosen])
    return candidates, np.concatenate(blocks) if blocks else np.zeros((0, len(FEATURES)), np.float32)


def _block(
    asked: Asked,
    generation: Generation,
    hits: Sequence[Hit],
    rank: int,
    article: Sentences,
    found: Matches,
    cosine: npt.NDArray[np.float32],
    best_cosine: float,
) -> npt.NDArray[np.float32]:
    """Return the features of all sentences of one article: (sentences, features)."""
    hit, question = hits[rank], asked.question
    place = generation.place(hit.article)
    notes = place.segment.annotations
    own = notes.article(place.row)
    here, around = found.words, near(found.words)
    weights = asked.matcher.weights
    count = len(here)
    coverage = share(here, weights)
    in_order = np.argsort(-coverage - 0.5 * cosine, kind="stable")
    ranks = np.empty(count)
    ranks[in_order] = np.arange(count)
    own_weights, rare_weights = asked.mask(asked.own), asked.mask(asked.rarest)
    numbers = asked.mask(asked.numbers) > 0
    missing = np.where(here, np.float32(0), weights)
    missing_total = missing.sum(axis=1)
    sizes = np.maximum(np.diff(notes.token_starts[own.start : own.stop + 1]), 1).astype(np.float32)
    matched = np.bincount(found.owner[found.asked >= 0], minlength=count) / sizes
    day_columns = [asked.matcher.column[d] for d in asked.days if d in asked.matcher.column]
    day_here = here[:, day_columns].any(axis=1)
    day_around = near(here[:, day_columns]).any(axis=1) if day_columns else day_here
    _, start, end = generation.passage_span(hit.passage)
    bounds = notes.bounds[own]
    counts = notes.counts[own].astype(np.float32)
    persons, new_numbers, unit_after = _news(asked, generation, hit.article, found)
    index = np.arange(count)
    kind_words = np.full((count, len(KIND_WORDS)), -1.0)
    if question.kind in KIND_WORDS:
        column = KIND_WORDS.index(question.kind)
        kind_words[:, column] = counts[:, COUNTED.index(f"words_{question.kind}")]
    cue = float(_CUE_LABELS.index(question.cue.label) if question.cue.label in _CUE_LABELS else 0)
    marks, gaps = notes.marks[notes.tokens_of(own)], notes.gaps[notes.tokens_of(own)]
    fitting, fitting_new, apart = _wanted(asked, marks, article, found)
    whole = share(np.asarray(here.any(axis=0, keepdims=True)), weights)[0]
    block = np.empty((count, len(FEATURES)), np.float32)
    columns: tuple[npt.ArrayLike, ...] = (
        coverage,
        coverage / (coverage.max() or 1.0),
        ranks,
        share(around, weights),
        here @ own_weights / asked.own_total,
        around @ own_weights / asked.own_total,
        share(found.pairs, asked.matcher.pair_weights),
        share(near(found.pairs), asked.matcher.pair_weights),
        found.accents.sum(axis=1) / max(found.accents.shape[1], 1),
        here @ rare_weights / asked.rare_total,
        np.max(here * weights, axis=1, initial=0.0),
        around @ rare_weights / asked.rare_total,
        here[:, numbers].sum(axis=1) / max(int(numbers.sum()), 1),
        day_here if asked.days else -1.0,
        day_around if asked.days else -1.0,
        np.concatenate([[0.0], coverage[:-1]]),
        np.concatenate([coverage[1:], [0.0]]),
        (missing * around).sum(axis=1) / np.maximum(missing_total, 1e-6),
        _longest_runs(found, count),
        matched,
        np.log(sizes),
        index / max(count - 1, 1),
        np.minimum(index, 30),
        index == 0,
        float(rank),
        hit.score,
        hits[0].score - hit.score,
        whole,
        (bounds[:, 0] < end) & (bounds[:, 1] > start),
        cosine,
        best_cosine - cosine,
        persons,
        new_numbers,
        counts[:, _DAYS] - here[:, day_columns].sum(axis=1) + counts[:, _DAYLESS],
        1 - matched,
        unit_after,
        _column(asked, here, asked.unit),
        _column(asked, here, asked.head),
        coverage[0],
        fitting,
        fitting_new,
        apart,
        fitting_new > 0,
    )
    own_words: Flags = np.array([w in asked.own for w in asked.matcher.words], bool)
    at = _fill(block, 0, columns)
    at = _fill(block, at, [w == asked.wants for w in WANTS])
    at = _fill(block, at, counts.T)
    at = _fill(
        block,
        at,
        (*question.kinds, cue, float(len(question.own_terms.folded)), float(question.follows_up), *kind_words.T),
    )
    at = _fill(
        block, at, contrast.features(found, weights, asked.matcher.pair_weights, own_words, article, fitting_new)
    )
    _fill(block, at, blank.features(asked.blank, found, marks, gaps, count))
    return block


def _fill(block: npt.NDArray[np.float32], at: int, columns: Iterable[npt.ArrayLike]) -> int:
    """Write `columns` into `block` from column `at` on; return the one after the last."""
    for values in columns:
        block[:, at] = values
        at += 1
    return at


_DAYS, _DAYLESS = COUNTED.index("days"), COUNTED.index("dayless_times")
_N, _PERCENT, _U = (ord(letter) for letter in "N%U")


def _wanted(
    asked: Asked, marks: npt.NDArray[np.uint8], article: Sentences, found: Matches
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return for each sentence how many tokens are of the type asked for, how many of them are new, and whether none is."""
    fitting = of_type(asked.wants, marks, article.words)
    count = len(article)
    total = np.bincount(found.owner[fitting], minlength=count)
    return total, np.bincount(found.owner[fitting & (found.asked < 0)], minlength=count), total == 0


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


def _news(
    asked: Asked, generation: Generation, article: int, found: Matches
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.ArrayLike]:
    """Return for each sentence how many people and numbers it has that the question lacks, and whether the unit asked for follows a number."""
    segment, _, row = generation.place(article)
    notes = segment.annotations
    own = notes.article(row)
    here, persons_here = notes.tokens_of(own), notes.persons_of(own)
    count = own.stop - own.start
    known = np.concatenate([[0], np.cumsum(found.asked >= 0)])
    persons = notes.persons[persons_here].astype(np.int64)
    owner = np.repeat(np.arange(count), np.diff(notes.person_starts[own.start : own.stop + 1]))
    begin = (notes.token_starts[own] - here.start)[owner]
    first, last = begin + persons[:, 0], begin + persons[:, 1]
    new = known[last + 1] - known[first] < last - first + 1
    people = np.bincount(owner[new], minlength=count)
    marks = notes.marks[here]
    figures = (marks == _N) | (marks == _PERCENT)
    numeric = np.array([w[0].isdigit() for w in asked.matcher.words] + [False], bool)
    new_figures = figures & ~numeric[found.asked]
    numbers = np.bincount(found.owner[new_figures], minlength=count)
    if not asked.unit:
        return people, numbers, -1.0
    if asked.unit == "tien":  # bao nhiêu tiền: 5 tỷ đồng
        money = [segment.fold_ids[w] for w in _MONEY if w in segment.fold_ids]
        fits = np.isin(notes.folds[here], money) & (marks == _U)
    else:
        after = np.zeros(len(marks), bool)
        for distance in range(1, min(_UNIT_AFTER, len(marks) - 1) + 1):
            after[distance:] |= figures[:-distance] & (found.owner[:-distance] == found.owner[distance:])
        fits = (found.asked == asked.matcher.column.get(asked.unit, -9)) & after
        if asked.unit == "phan":  # bao nhiêu phần trăm: 12%
            fits |= marks == _PERCENT
    return people, numbers, np.bincount(found.owner[fits], minlength=count) > 0
