"""Questions with gold spans -> judged answers, the figures over them, and a report for the people who run the service."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.explaining import explanation
from retrieval import evaluation
from retrieval.engine import Engine
from retrieval.errors import CorpusError
from retrieval.evaluation import Difference, Judged
from retrieval.vietnamese.text import nfc


@dataclass(frozen=True)
class Evaluated:
    """One question with its gold, the reply (the contract's JSON), how it was judged, and why it came out so."""

    question: dict[str, Any]
    reply: dict[str, Any]
    judged: Judged
    why: dict[str, Any] | None = None

    @property
    def wrong(self) -> bool:
        """Whether a person would call the reply wrong: not right, refused in vain, or answered where nothing answers."""
        return (self.judged.correct if self.judged.refused is None else self.judged.refused) != 1.0

    def to_json(self) -> dict[str, Any]:
        """Return the row that `--json` prints and `--against` reads."""
        figures = {k: v for k, v in asdict(self.judged).items() if v is not None}
        reply = {k: self.reply[k] for k in ("status", "text", "confidence", "elapsed_ms")}
        return {**figures, "question": self.question["question"], **reply}


def evaluate(engine: Engine, lines: Iterable[tuple[int, str]], source: Path, *, why: bool = False) -> list[Evaluated]:
    """Return the judged answers to the numbered `lines` of `source`. Raises CorpusError that names a line without gold."""
    done = []
    for number, line in lines:
        try:
            row = json.loads(line)
            explained = engine.explain(nfc(row["question"]), row.get("previous"))
            reply = explained.reply.to_json()
            judged = evaluation.judge(row, reply)
        except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
            raise CorpusError(
                f"{source}:{number} is no question with gold answers ({error!r})", mend="Correct the line"
            ) from error
        done.append(Evaluated(row, reply, judged, explanation(engine, explained) if why else None))
    return done


def grouped(done: Sequence[Evaluated], key: Callable[[Judged], str]) -> dict[str, dict[str, float]]:
    """Return the figures of the questions of each kind or style."""
    names = sorted({key(e.judged) for e in done} - {""})
    return {name: evaluation.figures([e.judged for e in done if key(e.judged) == name]) for name in names}


def summary(done: Sequence[Evaluated]) -> dict[str, Any]:
    """Return all figures, and a row for each question, as `--json` prints them."""
    return {
        "total": evaluation.figures([e.judged for e in done]) | calibration(done),
        "by_type": grouped(done, lambda j: j.type),
        "by_style": grouped(done, lambda j: j.style),
        "questions": [e.to_json() for e in done],
    }


def calibration(done: Sequence[Evaluated]) -> dict[str, float]:
    """Return how far the confidence shown is from how often an answer is right, and the latencies."""
    found: dict[str, float] = {}
    answered = [e for e in done if e.reply["status"] == "answered"]
    if answered:
        sure = [e.reply["confidence"] for e in answered]
        found["calibration_error"] = round(evaluation.calibration_error(sure, [not e.wrong for e in answered]), 4)
    if done:
        times = sorted(e.reply["elapsed_ms"] for e in done)
        found["elapsed_ms_p50"] = times[len(times) // 2]
        found["elapsed_ms_p99"] = times[min(len(times) - 1, int(len(times) * 0.99))]
    return found


def read_summary(path: Path) -> list[Judged]:
    """Return the judged questions of an earlier `tintinh eval --json`. Raises CorpusError where it is none."""
    names = set(Judged.__slots__)
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["questions"]
        return [Judged(**{k: v for k, v in row.items() if k in names}) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{path} is no earlier evaluation ({error!r})",
            mend="Give --against a file that `tintinh eval --json` printed",
        ) from error


def show(out: Console, done: Sequence[Evaluated]) -> None:
    """Print the figures for a person."""
    names = ["questions", *evaluation.FIGURES]
    table = Table("type", *names)
    for kind, row in {**grouped(done, lambda j: j.type), "all": evaluation.figures([e.judged for e in done])}.items():
        table.add_row(kind, *(str(row.get(name, "")) for name in names))
    out.print(table)
    out.print(", ".join(f"{name} {value}" for name, value in calibration(done).items()), highlight=False)


def show_differences(
    out: Console, found: Sequence[Difference], done: Sequence[Evaluated], before: Sequence[Judged]
) -> None:
    """Print what got better and what worse than in an earlier run."""
    table = Table("figure", "questions", "before", "now", "difference", "95% interval")
    for d in found:
        interval = f"{d.low:+.3f} to {d.high:+.3f}"
        table.add_row(
            d.figure, str(d.questions), f"{d.before:.3f}", f"{d.now:.3f}", f"{d.now - d.before:+.3f}", interval
        )
    out.print(table)
    earlier = {j.id: j for j in before}
    for heading, sign in (("better", 1), ("worse", -1)):
        changed = [e for e in done if e.judged.id in earlier and sign * _gain(e.judged, earlier[e.judged.id]) > 0]
        out.print(f"{heading}: {len(changed)}", style="bold")
        for e in changed:
            said = e.reply["text"] or "(refused)"
            out.print(f"  {e.judged.id}  {e.question['question']}  ->  {said}", markup=False, highlight=False)


def _gain(now: Judged, before: Judged) -> float:
    if now.refused is not None and before.refused is not None:
        return now.refused - before.refused
    return (now.correct or 0.0) - (before.correct or 0.0)
