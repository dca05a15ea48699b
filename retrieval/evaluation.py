"""Answers against questions with gold spans -> figures: how often right, how often refused, rightly and wrongly.

The figures are those of question answering over spans: F1 and exact match by syllables (Rajpurkar et al. 2016), and
`correct`: every required item is in the answer and in a verbatim quote, and the answer is no dump.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.passages import sentences
from retrieval.vietnamese.text import norms

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
    identifier, kind = str(question["id"]), str(question["type"])
    if kind == "unanswerable":
        return Judged(identifier, kind, refused=float(not answered))
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
    )


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Return the mean of each figure over the questions it applies to, and their number."""
    out: dict[str, float] = {"questions": len(judged)}
    for name in ("article_first", "evidence", "f1", "correct", "wrongly_refused", "refused"):
        values = [v for j in judged if (v := getattr(j, name)) is not None]
        if values:
            out[name] = round(sum(values) / len(values), 4)
    return out
