"""Answers against questions with gold spans -> figures: how often right, how often refused, rightly and wrongly.

The figures are those of question answering over spans: F1 and exact match by syllables (Rajpurkar et al. 2016), and
`correct`: every required item is in the answer and in a verbatim quote, and the answer is no dump.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.passages import sentences
from retrieval.vietnamese.text import norms

FIGURES = ("article_first", "evidence", "f1", "correct", "wrongly_refused", "refused")
LIKE = 0.7
"""A sentence of the text counts as the span when their F1 is at least this."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question judged: figures between 0 and 1; those that do not apply are None."""

    id: str
    type: str
    article_first: float | None = None
    f1: float | None = None
    correct: float | None = None
    evidence: float | None = None
    refused: float | None = None
    wrongly_refused: float | None = None
    style: str = ""


def f1(guess: Sequence[str], gold: Sequence[str]) -> float:
    """Return the harmonic mean of precision and recall over syllables, repetitions counted."""
    common = sum((Counter(guess) & Counter(gold)).values())
    return 2 * common / (len(guess) + len(gold)) if common else 0.0


def stands_in(text: str, spans: Iterable[str]) -> bool:
    """Tell whether one of `spans` stands in `text`, or a sentence of it is nearly that span."""
    own = norms(text)
    joined = f" {' '.join(own)} "
    pieces = [own, *(norms(text[a:b]) for a, b in sentences(text, clauses=True))]
    wanted = [norms(span) for span in spans]
    return any(w and f" {' '.join(w)} " in joined for w in wanted) or any(
        f1(p, w) >= LIKE for w in wanted for p in pieces
    )


def judge(question: Mapping[str, Any], answer: Mapping[str, Any]) -> Judged:
    """Return how `answer` (the contract's JSON) does on `question` (with its gold `answers`)."""
    answered = answer["status"] == "answered"
    identifier, kind, style = str(question["id"]), str(question["type"]), str(question.get("style", ""))
    if kind == "unanswerable":
        return Judged(identifier, kind, refused=float(not answered), style=style)
    text = answer["text"] if answered else ""
    quotes = [c["quote"] for c in answer.get("citations", [])[:8]] if answered else []
    gold: list[list[str]] = question["answers"]
    evidence = sum(any(stands_in(q, spans) for q in quotes) for spans in gold) / len(gold)
    items = sum(stands_in(text, spans) for spans in gold) / len(gold)
    own = norms(text)
    best = [max((norms(s) for s in spans), key=lambda s: f1(own, s)) for spans in gold]
    longest = sum(max(len(norms(s)) for s in spans) for spans in gold)
    first = answer["citations"][0]["article_id"] if quotes else None
    return Judged(
        identifier,
        kind,
        article_first=float(first == question.get("article_id")),
        f1=f1(own, [w for span in best for w in span]),
        correct=float(items == 1 and evidence == 1 and len(own) <= 2 * longest + 20),
        evidence=evidence,
        wrongly_refused=float(not answered),
        style=style,
    )


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Return the mean of each figure over the questions it applies to, and their number."""
    out: dict[str, float] = {"questions": len(judged)}
    for name in FIGURES:
        values = [v for j in judged if (v := getattr(j, name)) is not None]
        if values:
            out[name] = round(sum(values) / len(values), 4)
    return out


def calibration_error(sure: npt.ArrayLike, right: npt.ArrayLike, bins: int = 10) -> float:
    """Return the expected calibration error over equally filled bins (Naeini et al. 2015): how far confidence is from truth."""
    sure, right = np.asarray(sure, float), np.asarray(right, float)
    order = np.argsort(sure, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(len(p) * abs(sure[p].mean() - right[p].mean()) for p in parts) / max(len(sure), 1))


RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """How one figure differs over the questions that both runs have: mean of each, and the 95% interval of the difference."""

    figure: str
    questions: int
    before: float
    now: float
    low: float
    high: float


def differences(now: Sequence[Judged], before: Sequence[Judged]) -> list[Difference]:
    """Return how each figure of `now` differs from `before`, question by question (paired bootstrap, Efron 1979)."""
    earlier = {j.id: j for j in before}
    dice = np.random.default_rng(0)
    found = []
    for name in FIGURES:
        pairs = [
            (a, b)
            for j in now
            if j.id in earlier
            and (a := getattr(j, name)) is not None
            and (b := getattr(earlier[j.id], name)) is not None
        ]
        if not pairs:
            continue
        own, other = np.array(pairs, float).T
        gains = own - other
        means = gains[dice.integers(0, len(gains), (RESAMPLES, len(gains)))].mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        found.append(Difference(name, len(gains), float(other.mean()), float(own.mean()), float(low), float(high)))
    return found
