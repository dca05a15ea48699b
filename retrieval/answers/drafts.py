"""The likeliest sentences -> drafts of an answer, each with the features by which the best one is chosen."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from retrieval.annotation import Sentence
from retrieval.answers import cuts, lacking, sentences, stretches
from retrieval.answers.attention import Network, Read, glances, reconsidered, unread
from retrieval.answers.context import Context
from retrieval.answers.fitting import of_asked_type
from retrieval.answers.mentions import counted, mentions
from retrieval.answers.runs import Cut
from retrieval.answers.sentences import Candidate
from retrieval.answers.stretches import Cuts
from retrieval.answers.tasks import tasks
from retrieval.answers.typed import Typed, typed
from retrieval.answers.wants import WANTS
from retrieval.questions import KINDS
from retrieval.vietnamese.names import Person

READ = 6
"""Sentences that the network reads at most, the likeliest by the sentence model."""
WORTH_READING = 0.06
"""Beyond the first two a sentence is read if it is at least this likely: 3.6 of six are, on average, and the right one is the best as often."""
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
    def people(self) -> tuple[Person, ...]:
        """The people whom it names."""
        return tuple(
            person
            for person in self.candidate.sentence.named
            if any(first <= person.last <= last for first, last in self.cut)
        )

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
    likely += _counting(context, likely, [at for at in ranking.tolist() if at in read])
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
        names = of_asked_type(names, context.asked, sentence, fitting)
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


def _counting(context: Context, likely: Sequence[int], read: Sequence[int]) -> list[int]:
    """Return the likeliest of the sentences `read` that counts what is asked for, where none of those that are `likely` does."""
    asked = context.asked
    if asked.wants != "number" or not asked.unit:
        return []
    counting = [at for at in read if counted(context.candidates[at].sentence, asked.unit)]
    return counting[:1] if not set(counting) & set(likely) else []


def read_closely(context: Context, probabilities: npt.NDArray[np.float64], network: Network) -> dict[int, Read]:
    """Return what `network` makes of the candidates that are likeliest at a glance, by their places."""
    order = np.argsort(-probabilities, kind="stable").tolist()
    filled = [at for at in order if context.candidates[at].sentence.folded][:READ]
    looked = [at for rank, at in enumerate(filled) if rank < 2 or probabilities[at] >= WORTH_READING]
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


def behind_colon(context: Context, found: Sequence[Draft]) -> tuple[Draft, ...]:
    """Return the drafts; where tasks are asked for and the best only announces them, `… giao nhiệm vụ:`, the list behind it comes first."""
    if not found or context.asked.question.kind != "task":
        return tuple(found)
    candidate = found[0].candidate
    text = candidate.sentence.between(candidate.sentence.start, candidate.sentence.end)
    following = candidate.index + 1
    if not text.rstrip().endswith(":") or following == len(candidate.sentences):
        return tuple(found)
    rule = typed(context.asked, candidate.sentences, following)
    if rule is None or rule.fit < _FITS:  # half of `Sở Nội vụ` stands in `nhiệm vụ`
        listed = tuple(tasks(candidate.sentences, following))
        # Who asks what a body has to do is told nobody else's tasks.
        if not listed or _OF_A_BODY.search(" ".join(context.asked.question.syllables)):
            return tuple(found)
        rule = Typed("task", tuple((t.first, t.last) for t in listed), 1.0, listed)
    behind = replace(found[0], candidate=replace(candidate, index=following), cut=rule.cut, typed=rule)
    return (behind, *found)


_OF_A_BODY = re.compile(r"\b(?:duoc giao|duoc yeu cau|duoc phan cong|phai|can|co nhiem vu|co trach nhiem)\b")


def text_of(sentence: Sentence, cut: Cut) -> str:
    """Return the text of the stretches of `cut`, joined by `; `."""
    return "; ".join(sentence.text_of(first, last) for first, last in cut)
