"""What was asked and how well it was answered, by day -> a picture: PNG for a chat, by matplotlib in a process of its own.

python -m bot.weekly < FIGURES.json > PICTURE.png

The library is needed for a second a week: in a process of its own it costs the service no memory.
"""

import datetime as dt
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

from bot.store.people import People

DAYS = 7
TIMEOUT_S = 60
_MOST_LABELS = 10


@dataclass(frozen=True)
class Day:
    """One day's figures."""

    day: str
    answered: int
    refused: int
    milliseconds: float
    """Mean, of an answer."""


@dataclass(frozen=True)
class Week:
    """The figures of some days, and what people thought."""

    days: tuple[Day, ...]
    channels: dict[str, int]
    good: int
    bad: int
    open_cases: int

    @property
    def questions(self) -> int:
        """How many questions were asked."""
        return sum(d.answered + d.refused for d in self.days)


def week(people: People, days: int = DAYS) -> Week:
    """Return the figures of the last `days` days, today among them."""
    first = people.today() - dt.timedelta(days=days - 1)
    rows = people.days(first)
    channels: dict[str, int] = {}
    found = []
    for n in range(days):
        day = (first + dt.timedelta(days=n)).isoformat()
        own = [r for r in rows if r[0] == day]
        answered = sum(r[3] for r in own if r[2] == "answered")
        total = sum(r[3] for r in own)
        taken = sum(r[4] for r in own)
        found.append(Day(day, answered, total - answered, taken / total if total else 0.0))
        for r in own:
            channels[r[1]] = channels.get(r[1], 0) + r[3]
    good, bad = people.judgements(people.midnight(first))
    return Week(tuple(found), channels, good, bad, len(people.cases()))


def told(figures: Week) -> str:
    """Return the figures in words."""
    answered = sum(d.answered for d in figures.days)
    share = f" ({answered / figures.questions:.0%})" if figures.questions else ""
    by_channel = ", ".join(f"{name}: {count}" for name, count in sorted(figures.channels.items())) or "chưa có"
    return (
        f"{len(figures.days)} ngày qua: {figures.questions} câu hỏi, trả lời được {answered}{share}.\n"
        f"Kênh: {by_channel}.\nNhận xét: {figures.good} tốt, {figures.bad} chưa tốt. Báo sai đang chờ: {figures.open_cases}."
    )


def picture(figures: Week) -> bytes:
    """Return the figures as a PNG. Raises RuntimeError where it cannot be drawn."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.weekly"],
        input=json.dumps(asdict(figures)).encode(),
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode or not done.stdout:
        raise RuntimeError(done.stderr.decode(errors="replace").strip().split("\n")[-1])
    return done.stdout


def _draw(row: dict[str, Any]) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    days = row["days"]
    labels = ["/".join(reversed(d["day"].split("-")[1:])) for d in days]
    shown = range(0, len(days), -(-len(days) // _MOST_LABELS))
    figure, (asked, slow) = plt.subplots(2, 1, figsize=(7.2, 6.4), height_ratios=(3, 1.4), layout="constrained")
    answered = [d["answered"] for d in days]
    refused = [d["refused"] for d in days]
    asked.bar(labels, answered, color="#0b5aa5", label="trả lời được")
    asked.bar(labels, refused, bottom=answered, color="#c9a227", label="chưa có trong các bài")
    asked.set_title("Câu hỏi mỗi ngày")
    asked.yaxis.get_major_locator().set_params(integer=True)
    asked.legend(frameon=False)
    for n, (good, total) in enumerate(zip(answered, map(sum, zip(answered, refused, strict=True)), strict=True)):
        if total and len(days) <= _MOST_LABELS:
            asked.annotate(f"{good / total:.0%}", (n, total), ha="center", va="bottom", fontsize=9)
    slow.plot(labels, [d["milliseconds"] or float("nan") for d in days], color="#444", marker="o")
    slow.set_title("Thời gian trả lời trung bình (mili giây)")
    slow.set_ylim(bottom=0)
    slow.set_xlim(asked.get_xlim())
    for axes in (asked, slow):
        axes.set_xticks(list(shown), [labels[n] for n in shown])
        axes.spines[["top", "right"]].set_visible(False)
    opinions = f"Nhận xét: {row['good']} tốt, {row['bad']} chưa tốt · Báo sai đang chờ: {row['open_cases']}"
    figure.supxlabel(opinions, fontsize=10)
    figure.savefig(sys.stdout.buffer, format="png", dpi=130)


if __name__ == "__main__":
    _draw(json.load(sys.stdin))
