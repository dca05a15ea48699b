"""Train the model of whether any article tells of a matter, on questions that the reader has not seen.

    python -m training.elsewhere CORPUS.jsonl [--asked QUESTIONS]... [--no-final]

training/reader.py goes before. What looks like an answer to a reader is surer of itself on questions that it was fitted to, so this model
looks at what the shipped reader makes of our questions behind those (`training/aside.py`): of three folds in five, the rest stay unseen
by all. Beside them it sees questions about things that are nowhere: with the names of others, without their article, and those
of the files ASKED. Prints figures out of fold, and of what stays unseen; writes retrieval/models/elsewhere.npz and its part of reader.json.
"""

import argparse
import functools
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.answers.reader import ELSEWHERE_FEATURES, BuiltinReader, elsewhere_row, refusal_row
from retrieval.vietnamese.text import fold, folds, tokens
from training.boosting import save_settings, save_trees
from training.corpus import FOLDS, LEARNT_FOLDS, fold_of, put_aside, read_questions
from training.refusal import Refusal, balanced, train_refusal
from training.samples import UNACCENTED, Item, Maker

TAKEN_FOR_STRANGERS = 0.005
"""Share of the answerable questions, out of fold, that is taken for questions about things elsewhere."""
SHARES = (0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.01, 0.015)
MOST_ASKED = 800
"""Questions of one file that are trained on."""
MOST_MADE = 4000
"""Questions with other names, and as many without their article."""
TRIED = 50
"""Names that are tried in the place of one, at most: the first that the question does not name is taken."""
_AT_ONCE = 200
"""Questions whose articles are in memory at once."""


@dataclass(frozen=True)
class Row:
    """What the model looks at of one question."""

    features: np.ndarray
    part: int
    sort: str
    """`""` of a question that is answered, else why it is not."""


def main() -> None:
    """Cross-validate, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument(
        "--asked", type=Path, action="append", default=[], help="questions that the corpus answers nothing of"
    )
    parser.add_argument("--no-final", action="store_true", help="only cross-validate")
    options = parser.parse_args()
    started = time.time()
    maker = Maker(options.corpus)
    every = [row for row in put_aside(maker.generation) if row["answers"]]
    drawn = random.Random(FOLDS)
    made = [row for row in every if not row.get("previous")]
    sorts = {
        "": every,
        "names": some_of(foreign(made, drawn), drawn),
        "absent": some_of([row | {"of": "absent"} for row in made], drawn),
    }
    for path in options.asked:
        asked = read_questions(path)
        sorts[path.stem] = [
            {"id": f"{path.stem}-{n}", "question": q, "answers": []}
            for n, q in enumerate(drawn.sample(asked, min(MOST_ASKED, len(asked))))
        ]
    rows = [row for sort, asked in sorts.items() for row in looked_at(maker, asked, sort)]
    print(f"{len(rows)} questions read after {time.time() - started:.0f} s", flush=True)
    learnt, unseen = [r for r in rows if r.part in LEARNT_FOLDS], [r for r in rows if r.part not in LEARNT_FOLDS]
    chances = np.zeros(len(learnt))
    for k in LEARNT_FOLDS:
        own = [n for n, r in enumerate(learnt) if r.part == k]
        chances[own] = train([r for r in learnt if r.part != k]).chances(features_of([learnt[n] for n in own]))
    print("out of fold:")
    threshold = report(learnt, chances)
    model = train(learnt)
    print("unseen:")
    report(unseen, model.chances(features_of(unseen)))
    if not options.no_final:
        save_trees("elsewhere", model.trees, ELSEWHERE_FEATURES)
        save_settings(elsewhere=model.settings(threshold, ELSEWHERE_FEATURES))
        print(f"saved after {time.time() - started:.0f} s")


def looked_at(maker: Maker, rows: Sequence[dict[str, Any]], sort: str) -> Iterator[Row]:
    """Yield what the model looks at of `rows`, which are of one `sort`; nothing of those that give no draft, or that others answer."""
    reader = BuiltinReader()
    for first in range(0, len(rows), _AT_ONCE):
        some = list(rows[first : first + _AT_ONCE])
        for item in maker.items(some, maker.resolved(some)):
            kept = orphaned(item) if sort == "absent" else item
            weighed = reader.weigh(item.context) if kept is not None else None
            if kept is not None and weighed is not None:
                row = refusal_row(kept.context, weighed.made, weighed.chances, weighed.overlaps, weighed.first)
                yield Row(elsewhere_row(kept.context, row, weighed.made, weighed.first), kept.part, sort)


def features_of(rows: Sequence[Row]) -> np.ndarray:
    """Return the features of `rows` (rows, ELSEWHERE_FEATURES)."""
    return np.array([r.features for r in rows])


def train(rows: Sequence[Row]) -> Refusal:
    """Return the model fitted on `rows`."""
    sorts = np.array([r.sort for r in rows])
    y = sorts == ""
    return train_refusal(features_of(rows), y, balanced(np.ones(len(rows)), y, sorts))


def report(rows: Sequence[Row], chances: np.ndarray) -> float:
    """Print what is refused of each sort at some shares of the answerable; return the threshold of `TAKEN_FOR_STRANGERS`."""
    sorts = np.array([r.sort for r in rows])
    answerable = chances[sorts == ""]
    for share in SHARES:
        threshold = np.quantile(answerable, share)
        told = [f"{sort} {np.mean(chances[sorts == sort] < threshold):.3f}" for sort in np.unique(sorts[sorts != ""])]
        print(f"  of {len(answerable)} answerable {share:.3f} (below {threshold:.3f}): refused {', '.join(told)}")
    return float(np.quantile(answerable, TAKEN_FOR_STRANGERS))


def names_in(question: str) -> list[tuple[int, int]]:
    """Return (start, end) of the runs of two and more capitalised words, the first word of the question left out."""
    found = tokens(question)
    runs: list[tuple[int, int]] = []
    first = None
    for at in range(1, len(found) + 1):
        if at < len(found) and question[found[at].start].isupper():
            first = at if first is None else first
        elif first is not None:
            if at - first > 1:
                runs.append((found[first].start, found[at - 1].end))
            first = None
    return runs


def foreign(rows: list[dict[str, Any]], drawn: random.Random) -> list[dict[str, Any]]:
    """Return questions of `rows` that name something, each with the names of questions about other articles in their place.

    Nothing answers them: nobody of that name did that there. The questions without an answer that people wrote are all about an article
    that is there, so a reader that knows only those answers what is asked of the other end of the world.
    """
    pool = [(fold_of(r), r["question"][a:b]) for r in rows for a, b in names_in(r["question"])]

    @functools.cache
    def others(own: int, long: int) -> list[str]:
        return [name for part, name in pool if part != own and abs(len(name.split()) - long) <= 1]

    made = []
    for row in (r for r in rows if names_in(r["question"]) and not r.get("previous")):
        runs = names_in(row["question"])
        asked, own = row["question"], fold_of(row)
        for start, end in reversed(runs):
            alike = others(own, len(asked[start:end].split()))
            some = drawn.sample(alike, min(TRIED, len(alike)))
            other = next((name for name in some if name not in asked), None)
            if other is None:
                break
            asked = asked[:start] + other + asked[end:]
        else:
            made.append(
                row | {"question": fold(asked) if drawn.random() < UNACCENTED else asked, "answers": [], "of": "names"}
            )
    return made


def some_of(rows: list[dict[str, Any]], drawn: random.Random) -> list[dict[str, Any]]:
    """Return up to `MOST_MADE` of `rows`, in their order."""
    return [rows[at] for at in sorted(drawn.sample(range(len(rows)), min(MOST_MADE, len(rows))))]


def orphaned(item: Item) -> Item | None:
    """Return `item`, whose article was left out, as a question without an answer; None where another article has the answer's words.

    Many newspapers tell of one event.
    """
    there = [f" {' '.join(article.words)} " for article in item.context.sentences]
    if any(f" {' '.join(folds(span))} " in text for spans in item.gold for span in spans for text in there):
        return None
    return Item(item.row | {"answers": []}, item.question, item.context, item.weight)


if __name__ == "__main__":
    main()
