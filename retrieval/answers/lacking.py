"""What a question says and its evidence does not: the sign that the answer is not there.

The right article with the detail missing looks like the right article: `lãi suất bao nhiêu` asked of a loan whose article
tells of no `lãi suất`. So for the question's words and bigrams this looks where they stand: in the article at all, around
the sentence that would answer, or in that sentence; those beside the words that ask, and those of names, apart.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from retrieval.answers.context import Context
from retrieval.answers.sentences import Candidate
from retrieval.answers.wants import MENTIONED
from retrieval.linking import question_frame
from retrieval.matching import Flags

OF_CANDIDATE = (
    "names_missing", "named_missing", "named_pairs_missing", "named_far", "years_missing", "days_missing",
    "numbers_missing", "rare_far", "rarest_missing", "own_missing",
)  # fmt: skip
_SCOPES = ("article", "around", "sentence")
FEATURES = (
    *(
        f"{what}_lacked_by_{scope}"
        for what in (
            "pairs", "heaviest_pair", "telling_pairs", "heaviest_telling_pair", "telling_words", "heaviest_telling_word",
            "words_before_blank", "pairs_before_blank", "words_after_blank", "pairs_after_blank", "named_pairs",
        )
        for scope in _SCOPES
    ),
    "named_pairs", "type_lacked", "person_lacked",
)  # fmt: skip
"""Shares of the question's weight, the weight of the heaviest, or counts (`named_pairs`); and whether the type asked for is lacked."""
_AROUND = 2
"""Sentences on either side that are around one; the article's first one, which says what it is about, always is."""
_TELLING = 5.0
"""A word at least this rare tells of one subject."""


def of_candidate(context: Context, candidate: Candidate) -> list[float]:
    """Return `OF_CANDIDATE`: what the question fixes and the article, or the surroundings of the sentence, lack."""
    asked, found = context.asked, context.matches[candidate.hit]
    article = context.articles[candidate.hit]
    there = context.words_in(candidate.hit)
    close = _around(found.words, candidate.index)
    pairs_there = {p for p, stands in zip(asked.matcher.pairs, context.pairs_in(candidate.hit), strict=True) if stands}
    stands = {w for w, yes in zip(asked.matcher.words, there, strict=True) if yes}
    near = {w for w, yes in zip(asked.matcher.words, close, strict=True) if yes}
    years = asked.years - ({str(article.published_at.year)} if article.published_at else set())
    numbers = asked.numbers - stands - asked.days - asked.years
    named = [w for w in asked.own if w[0].isdigit() or asked.weights[w] > _TELLING]
    return [
        float(sum(w not in stands for w in named)),
        float(len(asked.named - stands)),
        float(len(asked.named_pairs - pairs_there)),
        float(len(asked.named - near)),
        float(len(years - stands)),
        float(len(asked.days - stands)),
        float(len(numbers)),
        sum(asked.weights[w] for w in asked.rarest - near) / asked.rare_total,
        sum(asked.weights[w] for w in asked.rarest - stands) / asked.rare_total,
        sum(v for w, v in asked.own.items() if w not in stands) / asked.own_total,
    ]


def row(context: Context, candidate: Candidate, *, names: float, wanted: float) -> list[float]:
    """Return `FEATURES` of the sentence that would answer; `names` and `wanted` count what the answer has of names and of the type asked for."""
    asked, found = context.asked, context.matches[candidate.hit]
    matcher, at = asked.matcher, candidate.index
    words = context.words_in(candidate.hit), _around(found.words, at), found.words[at]
    pairs = context.pairs_in(candidate.hit), _around(found.pairs, at), found.pairs[at]
    own = np.array([p in asked.own_pairs for p in matcher.pairs], bool)
    own_weights = np.where(own, matcher.pair_weights, np.float32(0))
    told = [not question_frame().intersection(p.split("_")) for p in matcher.pairs]
    telling = np.where(np.array(told, bool), own_weights, np.float32(0))
    telling_words = np.array([asked.own.get(w, 0.0) if w not in question_frame() else 0.0 for w in matcher.words])
    values: list[float] = []
    for there, weights in ((pairs, own_weights), (pairs, telling), (words, telling_words)):
        values += [_share(lacked, weights) for lacked in there]
        values += [float(np.max(weights * ~lacked, initial=0.0)) for lacked in there]
    cue = asked.question.cue
    for beside in (cue.before, cue.after):
        beside_words = [i for w in beside if w not in question_frame() and (i := matcher.column.get(w)) is not None]
        beside_pairs = [i for p in pairwise(beside) if (i := matcher.pair_column.get("_".join(p))) is not None]
        values += [_share(there[beside_words], matcher.weights[beside_words]) for there in words]
        values += [_share(there[beside_pairs], matcher.pair_weights[beside_pairs]) for there in pairs]
    named = [i for i, p in enumerate(matcher.pairs) if p in asked.named_pairs]
    values += [float(np.sum(~there[named])) for there in pairs]
    values += [
        float(len(named)),
        float(asked.wants in MENTIONED and not wanted),
        float(asked.wants == "person" and not names),
    ]
    return values


def _around(flags: Flags, index: int) -> Flags:
    return np.asarray(flags[max(0, index - _AROUND) : index + _AROUND + 1].any(axis=0) | flags[0])


def _share(there: Flags, weights: npt.NDArray[np.floating]) -> float:
    """Return the share of the weight that is lacked, 0 where nothing has weight."""
    total = float(weights.sum())
    return float((weights * ~there).sum()) / total if total else 0.0
