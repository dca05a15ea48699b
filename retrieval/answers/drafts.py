"""The likeliest sentences -> drafts of an answer, each with the features by which the best one is chosen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from retrieval.annotation import Sentence
from retrieval.answers import cuts, lacking, sentences, stretches
from retrieval.answers.attention import Network, Read, glances, reconsidered, unread
from retrieval.answers.context import Context
from retrieval.answers.cuts import Cut
from retrieval.answers.mentions import counted, mentions
from retrieval.answers.sentences import Candidate
from retrieval.answers.stretches import Cuts
from retrieval.answers.typed import Typed, typed
from retrieval.answers.wants import FIGURES, WANTS, of_type
from retrieval.questions import KINDS, Question
from retrieval.vietnamese.terms import day_term

READ = 6
"""Sentences that the network reads, the likeliest by the sentence model."""
SENTENCES = 4
"""Sentences that are cut as the network has marked them, the likeliest by it."""
LEAST_LIKELY = 0.1
"""A sentence is cut if it is at least this likely, relative to the likeliest: two of six are, on average, and the others would cost time."""
RULED_AMONG = 16
"""Sentences among which a rule for the question's kind is tried, beside those that are cut."""
RULES = stretches.RULES

_COPIED = (
    "coverage", "window_coverage", "own_coverage", "rare_coverage", "bigram_coverage", "number_coverage", "day_agrees",
    "article_coverage", "cosine", "accent_coverage", "unit_after_number", "head_here", "question_length", "follows_up",
    "position", "is_caption", "cue_word", "quotes", "chair_cues", "attendance",
)  # fmt: skip
"""Features of the sentence that a draft has too."""
_SENTENCE_FEATURES = (
    "sentence", "sentence_rank", "sentence_gap", "best_sentence", "second_sentence", "odds", "best_odds", "glance", "glance_rank", "peak",
    "expected_tokens", "sentence_tokens", "article_rank", "article_score", "article_behind", "article_margin", *_COPIED,
    *lacking.OF_CANDIDATE, "rule_beside", "wants",
    *(f"wants_{w}" for w in WANTS),
    *(f"kind_{k}" for k in KINDS),
)  # fmt: skip
FEATURES = (*_SENTENCE_FEATURES, *stretches.FEATURES)
_COPIED_AT = [sentences.FEATURES.index(name) for name in _COPIED]
_FITS = 0.99


@dataclass(frozen=True)
class Draft:
    """One possible answer: the stretches of one sentence."""

    candidate: Candidate
    cut: Cut
    typed: Typed | None = None
    probability: float = 0.0
    """How likely it is right."""
    overlap: float = 0.0
    """The overlap with the right answer that is to be expected (F1)."""
    assignee: str | None = None
    """Whom a task is given to, where the reader told it."""

    @property
    def ruled(self) -> bool:
        """Whether a rule found it that fits the question wholly."""
        return self.typed is not None and self.typed.fit >= _FITS


@dataclass(frozen=True)
class Drafts:
    """The drafts for one question, in the order of their sentences, and their features (drafts, FEATURES)."""

    drafts: tuple[Draft, ...]
    features: npt.NDArray[np.float32]


def make(context: Context, probabilities: npt.NDArray[np.float64], network: Network) -> Drafts:
    """Return drafts from the best sentences of `context`, the best sentence first, given how likely each is at a glance.

    Of each sentence: the cuts that the network's reading gives, and what a rule finds; and what a rule finds further down.
    """
    glance = _Glance(probabilities)
    read = read_closely(context, probabilities, network)
    probabilities = reconsidered(probabilities, read)
    ranking = np.argsort(-probabilities, kind="stable")[:RULED_AMONG]
    likely = [
        at
        for at in ranking[:SENTENCES].tolist()
        if at in read and probabilities[at] >= LEAST_LIKELY * probabilities[ranking[0]]
    ]
    best_odds = max((each.odds for each in read.values()), default=0.0)
    logits = [_logit(p) for p in probabilities[ranking].tolist()]
    found: list[Draft] = []
    rows: list[npt.NDArray[np.float32]] = []
    looked: list[Cuts] = []
    # A kind without a rule looks no further than the sentences that are cut.
    question = context.asked.question
    ruled = question.kind not in RULES
    for rank, at in enumerate(ranking.tolist()):
        candidate = context.candidates[at]
        sentence = candidate.sentence
        marked = at in likely
        if not sentence.folded or (not marked and ruled):
            continue
        rule = typed(context.asked, context.sentences[candidate.hit], candidate.index)
        ruled = ruled or rule is not None
        # What stands in a sentence that is not marked is no answer but where a rule finds it.
        here = read[at] if marked else unread(sentence)
        fitting = mentions(context.asked.wants, sentence, context.asked.unit) if marked else None
        names = cuts.cuts(sentence, here, fitting) if marked else {}
        if context.asked.wants == "number" and (figures := counted(sentence, context.asked.unit)):
            # Where the sentence counts households, `16 căn nhà` does not tell how many households.
            names = _counting(names, [at for at, _ in figures])
        elif context.asked.wants in FIGURES:
            # Beside `4.000 tỷ đồng` the `9` of a quận tells no sum.
            names = _counting(names, _of_asked_type(context.asked.wants, sentence)) or names
        if question.cue.word in _DAY_CUES and not question.elliptic:
            names = _of_days(names, _days(sentence), fitting)
        if fitting and asks_whom(question):
            names = _charged(sentence, fitting) or names
        names = _as_asked(names, sentence, question.cue.after)
        by_rule: Cut | None = None
        if rule is not None:
            by_rule = rule.cut
            names.setdefault(by_rule, set()).add("rule")
        if not names:
            continue
        found += [Draft(candidate, cut, rule if cut == by_rule else None) for cut in names]
        rows.append(_sentence_row(context, at, (rank, logits), (here, best_odds), glance, rule))
        looked.append(Cuts(sentence, here, names, rule))
    if not looked:
        return Drafts((), np.zeros((0, len(FEATURES)), np.float32))
    shared = np.repeat(np.array(rows), [len(cuts_.names) for cuts_ in looked], axis=0)
    return Drafts(tuple(found), np.hstack([shared, stretches.features(context.asked, looked)]))


def read_closely(context: Context, probabilities: npt.NDArray[np.float64], network: Network) -> dict[int, Read]:
    """Return what `network` makes of the candidates that are likeliest at a glance, by their places."""
    order = np.argsort(-probabilities, kind="stable").tolist()
    looked = [at for at in order if context.candidates[at].sentence.folded][:READ]
    known = glances(context.features[looked], probabilities[looked])
    return dict(
        zip(
            looked,
            network.read(context.asked, [context.candidates[at].sentence for at in looked], known),
            strict=True,
        )
    )


class _Glance:
    """How likely the sentence model finds each sentence."""

    def __init__(self, probabilities: npt.NDArray[np.float64]) -> None:
        order = np.argsort(-probabilities, kind="stable").tolist()
        self.places = {at: place for place, at in enumerate(order)}
        self.logits = [_logit(p) for p in probabilities.tolist()]


def _logit(probability: float) -> float:
    return math.log(max(probability, 1e-6) / max(1 - probability, 1e-6))


def asks_whom(question: Question) -> bool:
    """Tell whether a question asks which body was given a task: `giao sở nào`, `giao cho những đơn vị nào`."""
    before = [word for word in question.cue.before if word not in {"cho", "nhung", "cac"}]
    return question.cue.label == "which_body" and before[-1:] == ["giao"] and before[-2:-1] not in (["ban"], ["chuyen"])


def _charged(sentence: Sentence, bodies: Cut) -> dict[Cut, set[str]]:
    """Return the cut of those of `bodies` to which the sentence says a task is given, none where it says so of none.

    `UBND tỉnh giao Sở A và Sở B chủ trì, phối hợp với Sở C`: Sở A, Sở B.
    """
    words, gaps = sentence.folded, sentence.gaps
    given: list[tuple[int, int]] = []
    for run in bodies:
        before = words[given[-1][1] + 1 : run[0]] if given else None
        listed = before == ("va",) or (before == () and gaps[run[0]] == "C")
        if listed or words[run[0] - 1 : run[0]] == ("giao",) or words[max(0, run[0] - 2) : run[0]] == ("giao", "cho"):
            given.append(run)
    return {tuple(given): {"mention", "mentions"}} if given else {}


def _of_days(names: dict[Cut, set[str]], days: list[int], fitting: Cut | None) -> dict[Cut, set[str]]:
    """Return the cuts in which one of `days` (tokens) stands, none of them a whole clause; and each mention of one of them."""
    found = {
        cut: ways
        for cut, ways in _counting(names, days).items()
        if sum(last - first + 1 for first, last in cut) <= _LONGEST_DAY
    }
    for run in fitting or ():
        if any(run[0] <= day <= run[1] for day in days):
            found.setdefault((run,), set()).add("mention")
    return found


def _days(sentence: Sentence) -> list[int]:
    """Return the tokens of a sentence that are days: `28/3`, ngày `5`, `29` tháng 12."""
    words = (*sentence.folded, "")
    return [
        at
        for at, mark in enumerate(sentence.marks)
        if mark == "T"
        and words[at][0].isdigit()
        and (day_term(words[at]) or words[at - 1] in _BEFORE_DAY or words[at + 1] == "thang")
    ]


_DAY_CUES = frozenset(("ngay_nao", "hom_nao", "ngay_may"))
"""Words that ask for a day: `năm học 2023 - 2024` is none. Of 48 training questions that ask so, 47 are answered by a day; one is a follow-up on something else."""
_LONGEST_DAY = 10
"""Syllables that tell a day or two: `từ ngày 15/8 đến ngày 30/8/2017`."""
_BEFORE_DAY = frozenset("ngay hom mung sang chieu toi trua dem".split())


def _as_asked(names: dict[Cut, set[str]], sentence: Sentence, after: Sequence[str]) -> dict[Cut, set[str]]:
    """Return the cuts, one that breaks off within what the question counts so widened that it holds the whole: `24 phòng` `học`.

    `after` are the syllables behind the words that ask: bao nhiêu `phòng học`.
    """
    pairs = set(pairwise(after))
    found: dict[Cut, set[str]] = {}
    for cut, ways in names.items():
        widened = []
        for first, end in cut:
            last = end
            while (
                last + 1 < len(sentence.folded)
                and sentence.gaps[last + 1] == "_"
                and sentence.folded[last : last + 2] in pairs
            ):
                last += 1
            widened.append((first, last))
        found.setdefault(cuts.merged(widened), set()).update(ways)
    return found


def _counting(names: dict[Cut, set[str]], figures: list[int]) -> dict[Cut, set[str]]:
    """Return the cuts with those of their stretches alone in which one of `figures` (tokens) stands; a cut without any is left out."""
    found: dict[Cut, set[str]] = {}
    for cut, ways in names.items():
        kept = tuple((first, last) for first, last in cut if any(first <= at <= last for at in figures))
        if kept:
            found.setdefault(kept, set()).update(ways)
    return found


def _of_asked_type(wants: str, sentence: Sentence) -> list[int]:
    marks = np.frombuffer(sentence.marks.encode("ascii"), np.uint8)
    return np.flatnonzero(of_type(wants, marks, sentence.folded)).tolist()


def _sentence_row(
    context: Context,
    at: int,
    ranked: tuple[int, Sequence[float]],
    read: tuple[Read, float],
    glance: _Glance,
    rule: Typed | None,
) -> npt.NDArray[np.float32]:
    """Return the features of the sentence `at`: `ranked` are its rank and the logits of all, `read` what was read of it and the best odds of all."""
    hits, candidate = context.hits, context.candidates[at]
    margin = hits[0].score - hits[1].score if len(hits) > 1 else 5.0
    (rank, logits), (here, best_odds) = ranked, read
    return np.array(
        [
            logits[rank],
            rank,
            logits[0] - logits[rank],
            logits[0],
            logits[1] if len(logits) > 1 else -10.0,
            here.odds,
            best_odds,
            glance.logits[at],
            glance.places[at],
            here.inside.max(initial=0.0),
            here.inside.sum(),
            len(here.inside),
            candidate.hit,
            hits[candidate.hit].score,
            hits[candidate.hit].score - hits[0].score,
            margin,
            *context.features[at, _COPIED_AT],
            *lacking.of_candidate(context, candidate),
            rule.fit if rule is not None else 0.0,
            WANTS.index(context.asked.wants),
            *(float(w == context.asked.wants) for w in WANTS),
            *context.asked.question.kinds,
        ],
        np.float32,
    )


def text_of(sentence: Sentence, cut: Cut) -> str:
    """Return the text of the stretches of `cut`, joined by `; `."""
    return "; ".join(sentence.text_of(first, last) for first, last in cut)
