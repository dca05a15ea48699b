"""An evaluation -> one self-contained HTML file: figures, plots, and every wrong answer with why it came out so."""

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.evaluating import Evaluated, calibration, grouped
from retrieval import evaluation
from retrieval.evaluation import Difference

TEMPLATES = Path(__file__).parent / "templates"


def html(
    done: Sequence[Evaluated],
    source: Path,
    generation: str,
    differences: Sequence[Difference] = (),
    against: Path | None = None,
) -> str:
    """Return the report."""
    import jinja2
    import markupsafe
    import matplotlib as mpl

    mpl.use("svg")
    total = evaluation.figures([e.judged for e in done]) | calibration(done)
    styles = {f"style: {name}": row for name, row in grouped(done, lambda j: j.style).items()}
    page = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True).get_template("report.html")
    return page.render(
        source=source.name,
        made=dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        generation=generation,
        total=total,
        names=evaluation.FIGURES,
        rows=[("all", total), *grouped(done, lambda j: j.type).items(), *styles.items()],
        differences=differences,
        against=against.name if against else "",
        plots=[markupsafe.Markup(_svg(figure)) for figure in _plots(done)],  # noqa: S704 - matplotlib's own SVG
        wrong=[e for e in done if e.wrong],
    )


def _svg(figure: Any) -> str:  # noqa: ANN401 - matplotlib is imported where it is needed
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None}, bbox_inches="tight")
    text = file.getvalue()
    return text[text.index("<svg") :]


def _plots(done: Sequence[Evaluated]) -> list[Any]:
    """Return figures: correct by kind, coverage against precision, reliability, latency."""
    from matplotlib.figure import Figure

    def axes(title: str, across: str, up: str) -> tuple[Any, Any]:
        figure = Figure(figsize=(4.8, 3.4))
        plot = figure.subplots()
        plot.set(title=title, xlabel=across, ylabel=up)
        return figure, plot

    kinds = {k: row for k, row in grouped(done, lambda j: j.type).items() if "correct" in row}
    by_kind, plot = axes("Correct by kind", "correct", "")
    plot.barh(list(kinds), [row["correct"] for row in kinds.values()], color="#3b6ea5")
    plot.set_xlim(0, 1)

    answered = [e for e in done if e.reply["status"] == "answered"]
    sure = np.array([e.reply["confidence"] for e in answered])
    right = np.array([not e.wrong for e in answered], float)
    order = np.argsort(-sure, kind="stable")

    coverage, plot = axes("Coverage against precision", "share of questions answered", "share of answers right")
    if answered:
        counts = np.arange(1, len(answered) + 1)
        plot.plot(counts / len(done), np.cumsum(right[order]) / counts, color="#3b6ea5")
    plot.set(xlim=(0, 1), ylim=(0, 1.02))

    reliability, plot = axes("Reliability", "confidence shown", "share right")
    plot.plot([0, 1], [0, 1], color="#999", linestyle="--")
    parts = [p for p in np.array_split(order, 10) if len(p)]
    plot.plot([sure[p].mean() for p in parts], [right[p].mean() for p in parts], marker="o", color="#3b6ea5")
    plot.set(xlim=(0, 1), ylim=(0, 1.02))

    latency, plot = axes("Latency", "ms", "questions")
    plot.hist([e.reply["elapsed_ms"] for e in done], bins=30, color="#3b6ea5")
    return [by_kind, coverage, reliability, latency]
