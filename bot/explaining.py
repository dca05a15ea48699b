"""Why a question got its answer: what was understood, how the articles ranked and why, what was read in them."""

from typing import Any

from rich.console import Console
from rich.table import Column, Table

from retrieval.answers.drafts import text_of
from retrieval.answers.wants import wanted
from retrieval.engine import Engine, Explained
from retrieval.vietnamese.dates import When

DRAFTS = 8
PARTS = 4
"""Parts of a score that are shown: those that count most."""


def explanation(engine: Engine, explained: Explained) -> dict[str, Any]:
    """Return what `explained` was made from, as JSON."""
    question, reading = explained.question, explained.reading
    return {
        "understood": {
            "searched": question.text,
            "kind": question.kind,
            "kind_probability": round(max(question.kinds), 4),
            "wants": wanted(question),
            "asks_by": question.cue.label,
            "times": [_time(when) for when in question.whens],
            "follows_up": question.follows_up,
        },
        "articles": [
            {
                "article_id": engine.generation.article(hit.article).id,
                "title": engine.generation.article(hit.article).title,
                "score": round(hit.score, 3),
                "parts": {name: round(part, 3) for name, part in engine.breakdown(hit).items()},
            }
            for hit in explained.hits
        ],
        "reader": reading.by if reading else None,
        "answerable": round(reading.answerable, 4) if reading else None,
        "threshold": round(reading.threshold, 4) if reading else None,
        "drafts": [
            {
                "text": text_of(d.candidate.sentence, d.cut),
                "sentence": d.candidate.sentence.text_of(0, len(d.candidate.sentence.tokens) - 1),
                "article_id": engine.generation.article(explained.hits[d.candidate.hit].article).id,
                "probability": round(d.probability, 4),
                "overlap": round(d.overlap, 4),
                "rule": d.typed.rule if d.typed else None,
            }
            for d in explained.drafts[:DRAFTS]
        ],
    }


def _time(when: When) -> str:
    return "/".join(str(part) for part in (when.day, when.month, when.year) if part)


def show(out: Console, told: dict[str, Any]) -> None:
    """Print an explanation for a person."""
    understood = told["understood"]
    out.print(
        f"understood: {understood['kind']} ({understood['kind_probability']:.2f}), wants {understood['wants']}, "
        f"asks by {understood['asks_by']}, times {understood['times'] or 'none'}; searched: {understood['searched']}",
        markup=False,
        highlight=False,
    )
    if told["answerable"] is not None:
        verdict = "answered" if told["answerable"] >= told["threshold"] else "refused"
        out.print(
            f"reader {told['reader']}: has an answer {told['answerable']:.3f}, threshold {told['threshold']:.3f} ({verdict})",
            highlight=False,
        )
    articles = Table(Column("article", overflow="fold"), "score", "made of", title="articles")
    for row in told["articles"]:
        most = sorted(row["parts"].items(), key=lambda part: -abs(part[1]))[:PARTS]
        articles.add_row(row["title"], f"{row['score']:.2f}", ", ".join(f"{n} {v:+.2f}" for n, v in most))
    out.print(articles)
    drafts = Table("right", "overlap", "rule", "words", "sentence", title="drafts")
    for row in told["drafts"]:
        drafts.add_row(
            f"{row['probability']:.2f}", f"{row['overlap']:.2f}", row["rule"] or "", row["text"], row["sentence"]
        )
    out.print(drafts)
