"""Build time, latency and memory of one process over a corpus, beside a floor measured in the same run.

    python -m benchmarks.serving CORPUS.jsonl QUESTIONS.jsonl

The floor is plain BM25 (tantivy, one field of folded syllables) answering the same questions: machines are shared, so
the ratio to it says more than the milliseconds.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import tantivy

from bot.library import Library
from bot.opening import settle
from retrieval.encoding import open_encoder
from retrieval.vietnamese.text import folds


def plain_bm25(library: Library, folder: Path) -> Callable[[str], object]:
    """Return a search over one field of folded syllables, the least a lexical engine does."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema, path=str(folder))
    writer = index.writer(heap_size=64_000_000, num_threads=1)
    generation = library.engine().generation
    for row in range(generation.passage_count):
        article, start, end = generation.passage(row)
        document = tantivy.Document()
        document.add_text("body", " ".join(folds(article.text[start:end])))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(question: str) -> object:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", w, "freq")) for w in set(folds(question))
        ]
        return searcher.search(tantivy.Query.boolean_query(terms), limit=10)

    return search


def timed(work: Callable[[str], object], questions: list[str]) -> list[float]:
    """Return the milliseconds of each call, sorted."""
    times = []
    for question in questions:
        started = time.perf_counter()
        work(question)
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)


def main() -> None:
    """Measure and print."""
    corpus, path = Path(sys.argv[1]), Path(sys.argv[2])
    questions = [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines() if line]
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        Library(Path(folder) / "data", open_encoder()).index([corpus])
        print(f"build            {time.perf_counter() - started:8.1f} s")
        started = time.perf_counter()
        library = Library(Path(folder) / "data", open_encoder())
        engine = library.engine()
        settle()
        print(f"open, verified   {time.perf_counter() - started:8.2f} s")
        print(f"articles, passages {len(engine.generation)}, {engine.generation.passage_count}")
        (Path(folder) / "floor").mkdir()
        floor = timed(plain_bm25(library, Path(folder) / "floor"), questions)
        for name, times in (
            ("floor", floor),
            ("cold", timed(engine.ask, questions)),
            ("warm", timed(engine.ask, questions)),
        ):
            p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
            print(f"{name:16} p50 {p50:6.2f} ms  p99 {p99:6.2f} ms  {p50 / statistics.median(floor):5.1f} x floor")
        print(f"resident memory  {process.memory_info().rss / 1e6:8.0f} MB (this process also built the index)")


if __name__ == "__main__":
    main()
