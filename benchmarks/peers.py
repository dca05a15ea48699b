"""Tin Tỉnh's search beside bm25s, Haystack, txtai and LlamaIndex at their defaults: the same passages and questions, one run.

    make peers SHARED=../shared        # installs them into .venv-peers, writes docs/benchmarks.md and docs/peers.svg

Each is measured in a process of its own: build time, latency a question, resident memory, and how often the first
passage is of the right article, with the questions as typed and without their diacritics. Only lexical search is asked
of the peers: their dense defaults fetch models from a hub.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from retrieval.passages import passages
from retrieval.readers import load
from retrieval.vietnamese.text import fold

Search = Callable[[str], str]
"""A question -> the number of the best passage's article."""
DOCS = Path(__file__).parents[1] / "docs"


def tintinh(corpus: Path, _: list[tuple[int, str]]) -> Search:
    """Return this project's search, with its dense leg and ranking."""
    from bot.library import Library
    from retrieval.encoding import open_encoder

    # Indexed by a process of its own, as an operator does: what building takes is not what serving holds.
    data = tempfile.mkdtemp()
    command = [sys.executable, "-m", "bot.cli", "index", "--data", data, "--corpus", str(corpus)]
    subprocess.run(command, check=True, capture_output=True)
    engine = Library(Path(data), open_encoder()).engine()
    return lambda question: str(hits[0].article if (hits := engine.search(question, 10)) else "")


def bm25s(_: Path, found: list[tuple[int, str]]) -> Search:
    """Return bm25s with its own tokenizer."""
    import bm25s as library

    index = library.BM25()
    index.index(library.tokenize([t for _, t in found], show_progress=False), show_progress=False)

    def search(question: str) -> str:
        rows, _ = index.retrieve(library.tokenize(question, show_progress=False), k=10, show_progress=False)
        return str(found[int(rows[0][0])][0])

    return search


def haystack(_: Path, found: list[tuple[int, str]]) -> Search:
    """Return Haystack's in-memory document store with its BM25 retriever."""
    from haystack import Document
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore()
    store.write_documents([Document(id=str(i), content=t, meta={"article": a}) for i, (a, t) in enumerate(found)])
    retriever = InMemoryBM25Retriever(document_store=store)

    def search(question: str) -> str:
        hits = retriever.run(query=question, top_k=10)["documents"]
        return str(hits[0].meta["article"]) if hits else ""

    return search


def txtai(_: Path, found: list[tuple[int, str]]) -> Search:
    """Return a txtai keyword index."""
    from txtai import Embeddings

    index = Embeddings(keyword=True)
    index.index([(i, t, None) for i, (_, t) in enumerate(found)])

    def search(question: str) -> str:
        hits = index.search(question, 10)
        return str(found[int(hits[0][0])][0]) if hits else ""

    return search


def llamaindex(_: Path, found: list[tuple[int, str]]) -> Search:
    """Return LlamaIndex's BM25 retriever."""
    from llama_index.core.schema import TextNode
    from llama_index.retrievers.bm25 import BM25Retriever

    nodes = [TextNode(text=t, id_=str(i), metadata={"article": a}) for i, (a, t) in enumerate(found)]
    retriever = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=10)

    def search(question: str) -> str:
        hits = retriever.retrieve(question)
        return str(hits[0].node.metadata["article"]) if hits else ""

    return search


PEERS = {"Tin Tỉnh": tintinh, "bm25s": bm25s, "Haystack": haystack, "txtai": txtai, "LlamaIndex": llamaindex}


def measure(name: str, corpus: Path, questions: Path) -> dict[str, Any]:
    """Return the figures of one library, measured in this process."""
    articles = load([corpus]).articles
    found = [(row, a.text[start:end]) for row, a in enumerate(articles) for start, end in passages(a.text)]
    rows = {a.id: str(row) for row, a in enumerate(articles)}
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    asked = [q for q in asked if q["type"] != "unanswerable" and not q.get("previous")]
    process = psutil.Process()
    before = process.memory_info().rss
    started = time.perf_counter()
    search = PEERS[name](corpus, found)
    built = time.perf_counter() - started
    search(asked[0]["question"])
    figures: dict[str, Any] = {
        "name": name,
        "passages": len(found),
        "questions": len(asked),
        "build_s": round(built, 1),
    }
    times: list[float] = []
    for label, form in (("article_1", lambda text: text), ("article_1_bare", fold)):
        right = 0
        for question in asked:
            begun = time.perf_counter()
            first = search(form(question["question"]))
            times.append((time.perf_counter() - begun) * 1000)
            right += first == rows[question["article_id"]]
        figures[label] = round(right / len(asked), 3)
    times.sort()
    figures |= {
        "p50_ms": round(times[len(times) // 2], 2),
        "p99_ms": round(times[int(len(times) * 0.99)], 2),
        "memory_mb": round((process.memory_info().rss - before) / 1e6),
    }
    return figures


def table(figures: list[dict[str, Any]]) -> str:
    """Return the figures as a Markdown table, times and memory as ratios to bm25s too."""
    base = next((f for f in figures if f["name"] == "bm25s"), figures[0])
    head = "| | first article right | without diacritics | build | p50 / p99 | p50 to bm25s | memory grown |\n|---|---|---|---|---|---|---|\n"
    return head + "\n".join(
        f"| {f['name']} | {f['article_1']:.3f} | {f['article_1_bare']:.3f} | {f['build_s']} s | {f['p50_ms']} / {f['p99_ms']} ms "
        f"| {f['p50_ms'] / base['p50_ms']:.1f} | {f['memory_mb']} MB |"
        for f in figures
    )


def plot(figures: list[dict[str, Any]], path: Path) -> None:
    """Draw how often the first article is right, with and without diacritics."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.2))
    axes = figure.subplots()
    places = range(len(figures))
    axes.bar([p - 0.2 for p in places], [f["article_1"] for f in figures], 0.4, label="as typed", color="#3b6ea5")
    axes.bar(
        [p + 0.2 for p in places],
        [f["article_1_bare"] for f in figures],
        0.4,
        label="without diacritics",
        color="#d08a3e",
    )
    axes.set_xticks(list(places), [f["name"] for f in figures])
    axes.set(ylim=(0, 1), ylabel="first article right")
    axes.legend(loc="upper right", ncols=2, frameon=False)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})


def main() -> None:
    """Measure all, one process each, and write the table and the plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--peer", choices=list(PEERS), help="measure only this one, here, and print its figures")
    parser.add_argument("--docs", type=Path, default=DOCS, help="where benchmarks.md and peers.svg are written")
    options = parser.parse_args()
    if options.peer:
        print(json.dumps(measure(options.peer, options.corpus, options.questions)))
        return
    figures = []
    for name in PEERS:
        command = [
            sys.executable,
            "-m",
            "benchmarks.peers",
            str(options.corpus),
            str(options.questions),
            "--peer",
            name,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{name} could not be measured:\n{done.stderr[-2000:]}")
        figures.append(json.loads(done.stdout.splitlines()[-1]))
        print(figures[-1], flush=True)
    first = figures[0]
    page = f"""# Beside others

{first["questions"]} development questions that stand alone and have an answer, over the same {first["passages"]:,} passages; each library at its
defaults, lexical search, in a process of its own, in one run on two shared cores:

    make peers SHARED=../shared

{table(figures)}

![first article right](peers.svg)

Tin Tỉnh's figures include its dense leg and the ranking by evidence; the peers rank passages by BM25 with tokenizers
made for English, which is why diacritics decide what they find. Memory is what the process grew by to answer; Tin Tỉnh's
holds the sentence vectors and annotations that answering needs, and was indexed by a process before, as its users do.
"""
    (options.docs / "benchmarks.md").write_text(page, encoding="utf-8")
    plot(figures, options.docs / "peers.svg")


if __name__ == "__main__":
    main()
