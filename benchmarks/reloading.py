"""What a change of ten articles costs, at corpora of several sizes; and how far removed articles sway the ranking.

    python -m benchmarks.reloading CORPUS.jsonl [QUESTIONS.jsonl] [--sizes 3000 100000] [--more NEWS.jsonl.xz]

Time from the ten articles in hand to the first answer from them, the median of nine changes; its ratio between the sizes.
Drift: of the questions, how many have another first article, and how many of the first ten are others, than in the same
corpus written as one segment. Nothing here is random.
"""

import argparse
import json
import lzma
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from bot.library import Library
from retrieval.articles import Article
from retrieval.encoding import open_encoder
from retrieval.generations import Change, Store
from retrieval.readers import load
from retrieval.search import Query, Searcher

CHANGES = 9
TEN = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path, nargs="?")
    parser.add_argument("--sizes", type=int, nargs="+", default=[3000])
    parser.add_argument("--more", type=Path, help="articles {title, text} for sizes beyond the corpus")
    options = parser.parse_args()
    own = load([options.corpus]).articles
    medians = {size: visible(list(islice(articles(own, options.more), size))) for size in options.sizes}
    smallest = min(medians)
    for size, seconds in medians.items():
        print(
            f"{size:7} articles: ten changed are visible after {seconds:.3f} s (ratio {seconds / medians[smallest]:.2f})"
        )
    if options.questions:
        drift(
            own, [json.loads(line)["question"] for line in options.questions.read_text(encoding="utf-8").splitlines()]
        )


def articles(own: list[Article], more: Path | None) -> Iterator[Article]:
    """Yield the corpus, then further articles; where they are at their end, again, under other ids and with one more line."""
    yield from own
    for again in count() if more is not None else ():
        with lzma.open(str(more), "rt", encoding="utf-8") as lines:
            for n, line in enumerate(lines):
                row = json.loads(line)
                if any(c.isalnum() for c in row["text"]):
                    text = f"{row['text']}\nĐăng lại lần {again}." if again else row["text"]
                    yield Article(id=f"more-{again}-{n}", text=text, title=row["title"] or "–", source="more")


def visible(corpus: list[Article]) -> float:
    """Return the median seconds from ten changed articles to an answer from the generation that has them."""
    with tempfile.TemporaryDirectory() as folder:
        encoder = open_encoder()
        library = Library(Path(folder), encoder)
        began = time.perf_counter()
        library.store.rebuild(corpus, encoder)
        print(f"{len(corpus):7} articles built in {time.perf_counter() - began:.0f} s", flush=True)
        library.engine().ask("Ai chủ trì hội nghị?")
        taken = []
        for n in range(CHANGES):
            ten = [replace(a, text=f"{a.text}\nBổ sung lần {n}.") for a in corpus[n * TEN : n * TEN + TEN]]
            began = time.perf_counter()
            library.add(ten)
            library.engine().ask("Ai chủ trì hội nghị?")
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)


def drift(corpus: list[Article], questions: list[str]) -> None:
    """Print how the ranking differs from that of the corpus written as one segment, by share of articles removed."""
    encoder = open_encoder()
    for share in (0.02, 0.05, 0.1):
        count = int(len(corpus) * share)
        with tempfile.TemporaryDirectory() as folder:
            grown, whole = Store(Path(folder) / "grown"), Store(Path(folder) / "whole")
            grown.rebuild(corpus, encoder)
            changed = tuple(replace(a, text=f"{a.text}\nBổ sung.") for a in corpus[:count])
            grown.change(Change(changed, tuple(a.id for a in changed)), encoder)
            whole.rebuild([*corpus[count:], *changed], encoder)
            first = tens = 0
            for question in questions:
                one, other = (ranking(store, encoder, question) for store in (grown, whole))
                first += one[:1] != other[:1]
                tens += len(set(one) - set(other))
        print(
            f"  {share:4.0%} changed: another first article for {first} of {len(questions)} questions, "
            f"{tens / len(questions):.2f} of the first ten are others"
        )


def ranking(store: Store, encoder, question: str) -> list[str]:  # noqa: ANN001 - whatever open_encoder returns
    """Return the ids of the first ten articles."""
    generation = store.open(encoder)
    return [generation.article(h.article).id for h in Searcher(generation, encoder).search(Query.of(question), 10)]


if __name__ == "__main__":
    main()
