"""A question and the sentences of the best articles -> features of each sentence, for the sentence model.

All matching is on folded syllables: a question without diacritics sees the same features. Weights are rarities in the
corpus (inverse document frequency), so `của` counts little and a name much.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from retrieval.answers.annotate import Sentence, chair_cues, lists_attendance
from retrieval.generations import Generation, term_key
from retrieval.questions import KINDS, Question
from retrieval.search import Hit
from retrieval.vietnamese.abbreviations import abbreviations_in, is_known, written_out
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import folds, tokens

MOST_READ = (15, 9, 6)
"""Sentences of the first, second and third article that are looked at closely: those that share most with the question."""

_KIND_WORDS = ("chair", "attendee", "task", "why", "where", "limitation", "conclusion", "number", "when", "speech")

FEATURES = (
    "coverage", "coverage_best_share", "coverage_rank", "window_coverage", "own_coverage", "own_window_coverage",
    "bigram_coverage", "bigram_window_coverage", "accent_coverage", "rare_coverage", "rarest_here", "rarest_near",
    "number_coverage", "day_agrees", "day_near", "before_coverage", "after_coverage", "missing_covered_near",
    "longest_run", "density", "length", "position", "index", "is_first", "is_caption", "article_rank", "article_score",
    "article_gap", "article_coverage", "in_passage", "cosine", "cosine_best_gap",
    "new_people", "new_numbers", "new_days", "percents", "units", "capitals", "roles", "quotes", "new_share",
    "chair_cue", "attendance", "after_unit", "unit_after_number", "head_here", "lead_overlap",
    *(f"words_{k}" for k in _KIND_WORDS), *(f"kind_{k}" for k in KINDS), "cue_word", "question_length", "follows_up",
)  # fmt: skip

_CUE_LABELS = (
    "none",
    "who",
    "which_body",
    "which_place",
    "what",
    "which",
    "how",
    "when",
    "duration",
    "where",
    "why",
    "number",
)


@functools.cache
def _kind_words() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return for each of `_KIND_WORDS` its single words and its pairs; a longer phrase is told by its first pair."""
    table: dict[str, tuple[set[str], set[str]]] = {k: (set(), set()) for k in _KIND_WORDS}
    for phrase, kind in rows("answer_words"):
        words = phrase.split()
        if len(words) == 1:
            table[kind][0].add(words[0])
        else:
            table[kind][1].add(f"{words[0]}_{words[1]}")
    return tuple((frozenset(singles), frozenset(pairs)) for singles, pairs in table.values())


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer: its place among `hits`, in its article, and its features."""

    hit: int
    index: int
    sentence: Sentence


class Asked:
    """The parts of a question that are matched against sentences, weighed once."""

    def __init__(self, question: Question, generation: Generation) -> None:
        self.question = question
        self.corpus_size = len(generation)
        words = list(dict.fromkeys([*question.terms.folded]))
        keys = np.fromiter((term_key(w) for w in words), np.uint32, len(words))
        rarity = generation.rarity(keys) if words else np.zeros(0)
        self.weights: dict[str, float] = {w: float(r) for w, r in zip(words, rarity, strict=True)}
        pairs = list(dict.fromkeys(question.terms.pairs))
        pair_keys = np.fromiter((term_key(w) for w in pairs), np.uint32, len(pairs))
        pair_rarity = generation.rarity(pair_keys) if pairs else np.zeros(0)
        self.pairs: dict[str, float] = {w: float(r) for w, r in zip(pairs, pair_rarity, strict=True)}
        self.own = {w: self.weights[w] for w in dict.fromkeys(question.own_terms.folded) if w in self.weights}
        self.total = sum(self.weights.values()) or 1.0
        self.own_total = sum(self.own.values()) or 1.0
        self.pair_total = sum(self.pairs.values()) or 1.0
        by_rarity = sorted(self.weights, key=lambda w: -self.weights[w])
        self.rarest = frozenset(by_rarity[: max(1, len(by_rarity) // 4)])
        self.rare_total = sum(self.weights[w] for w in self.rarest) or 1.0
        self.abbreviated = frozenset(
            syllable
            for word in question.syllables
            if len(word) > 2 and is_known(word) and (long := written_out(word)) is not None
            for syllable in folds(long)
        ) | frozenset(abbreviations_in(question.syllables))
        """What the question's abbreviations stand for, syllable by syllable, and the other way."""
        self.numbers = frozenset(w for w in words if w[0].isdigit())
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
        self.years = frozenset(w for w in words if len(w) == 4 and w[:2] in {"19", "20"} and w.isdigit())
        self.accents = frozenset(
            n for n, f in zip(question.terms.accented, question.terms.folded, strict=False) if n != f
        )


def features(
    asked: Asked,
    hits: Sequence[Hit],
    articles: Sequence[Sequence[Sentence]],
    passages: Sequence[tuple[int, int]],
    cosines: Sequence[npt.NDArray[np.float32]],
) -> tuple[list[Candidate], npt.NDArray[np.float32]]:
    """Return the candidate sentences of `articles` (one list a hit) and their features (candidates, features).

    `passages` gives the best passage of each hit as offsets, `cosines` the likeness of each sentence to the question.
    """
    question = asked.question
    kinds = list(question.kinds)
    cue = float(_CUE_LABELS.index(question.cue.label) if question.cue.label in _CUE_LABELS else 0)
    unit = question.cue.after[0] if question.cue.after else ""
    head = question.cue.before
    candidates: list[Candidate] = []
    table: list[list[float]] = []
    best_cosine = max((float(c.max()) for c in cosines if len(c)), default=0.0)
    for rank, (hit, sentences) in enumerate(zip(hits, articles, strict=True)):
        sets = [s.words for s in sentences]
        coverage = [_weigh(asked.weights, s) / asked.total for s in sets]
        best = max(coverage, default=0.0) or 1.0
        order = sorted(range(len(sentences)), key=lambda i: -coverage[i] - 0.5 * float(cosines[rank][i]))
        ranks = {i: r for r, i in enumerate(order)}
        whole = frozenset[str]().union(*sets)
        article_coverage = _weigh(asked.weights, whole) / asked.total
        lead = sets[0] if sets else frozenset[str]()
        lead_share = _weigh(asked.weights, lead) / asked.total
        for i in sorted(order[: MOST_READ[min(rank, 2)]]):
            sentence = sentences[i]
            here = sets[i]
            window = here.union(*(sets[j] for j in (i - 1, i + 1) if 0 <= j < len(sets)))
            near_pairs = sentence.pairs.union(*(sentences[j].pairs for j in (i - 1, i + 1) if 0 <= j < len(sets)))
            missing = {w: v for w, v in asked.weights.items() if w not in here}
            missing_total = sum(missing.values()) or 1.0
            norms = sentence.norms
            marks = sentence.marks
            run = longest = 0
            for word in sentence.folded:
                run = run + 1 if word in asked.weights else 0
                longest = max(longest, run)
            matched = sum(w in asked.weights for w in sentence.folded)
            size = max(len(sentence.folded), 1)
            new_numbers = sum(m in "N%" and w not in asked.numbers for m, w in zip(marks, sentence.folded, strict=True))
            new_people = sum(
                not all(w in asked.weights for w in sentence.folded[p.first : p.last + 1]) for p in sentence.people
            )
            candidates.append(Candidate(rank, i, sentence))
            table.append(
                [
                    coverage[i],
                    coverage[i] / best,
                    float(ranks[i]),
                    _weigh(asked.weights, window) / asked.total,
                    _weigh(asked.own, here) / asked.own_total,
                    _weigh(asked.own, window) / asked.own_total,
                    _weigh(asked.pairs, sentence.pairs) / asked.pair_total,
                    _weigh(asked.pairs, near_pairs) / asked.pair_total,
                    len(norms & asked.accents) / (len(asked.accents) or 1),
                    sum(asked.weights[w] for w in asked.rarest if w in here) / asked.rare_total,
                    float(max((asked.weights[w] for w in asked.weights if w in here), default=0.0)),
                    sum(asked.weights[w] for w in asked.rarest if w in window) / asked.rare_total,
                    len(asked.numbers & here) / (len(asked.numbers) or 1),
                    float(bool(asked.days & sentence.days)) if asked.days else -1.0,
                    float(any(asked.days & sentences[j].days for j in (i - 2, i - 1, i + 1) if 0 <= j < len(sets)))
                    if asked.days
                    else -1.0,
                    coverage[i - 1] if i else 0.0,
                    coverage[i + 1] if i + 1 < len(sets) else 0.0,
                    _weigh(missing, window) / missing_total,
                    float(longest),
                    matched / size,
                    math.log(size),
                    i / max(len(sentences) - 1, 1),
                    float(min(i, 30)),
                    float(i == 0),
                    float(sentence.is_caption),
                    float(rank),
                    hit.score,
                    hits[0].score - hit.score,
                    article_coverage,
                    float(sentence.start < passages[rank][1] and sentence.end > passages[rank][0]),
                    float(cosines[rank][i]),
                    best_cosine - float(cosines[rank][i]),
                    float(new_people),
                    float(new_numbers),
                    float(len(sentence.days - asked.days) + sum(w.day is None for w in sentence.whens)),
                    float(marks.count("%")),
                    float(marks.count("U")),
                    float(marks.count("A")),
                    float(len(sentence.roles)),
                    float(sentence.gaps.count("Q")),
                    1 - matched / size,
                    float(len(chair_cues(sentence))),
                    float(lists_attendance(sentence)),
                    float(unit in here) if unit else -1.0,
                    _unit_after_number(sentence, unit),
                    float(head in here) if head else -1.0,
                    lead_share,
                    *(float(len(here & singles) + len(sentence.pairs & twos)) for singles, twos in _kind_words()),
                    *kinds,
                    cue,
                    float(len(question.own_terms.folded)),
                    float(question.follows_up),
                ]
            )
    return candidates, np.array(table, np.float32).reshape(-1, len(FEATURES))


def _weigh(weights: dict[str, float], there: frozenset[str]) -> float:
    return sum(weights[w] for w in weights.keys() & there)


def _unit_after_number(sentence: Sentence, unit: str) -> float:
    """Tell whether the word after `bao nhiêu` stands after a number: `bao nhiêu hộ` and `98 hộ`."""
    if not unit:
        return -1.0
    if unit == "phan" and "%" in sentence.marks:
        return 1.0
    if unit == "tien" and any(
        m in "NU" and w in {"dong", "ty", "ti", "trieu", "usd"}
        for m, w in zip(sentence.marks, sentence.folded, strict=True)
    ):
        return 1.0
    return float(any(m in "N%" and unit in sentence.folded[i + 1 : i + 4] for i, m in enumerate(sentence.marks)))
