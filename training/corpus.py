"""What the training scripts share: a corpus indexed in a work folder, questions with gold spans, folds by article."""

import csv
import json
import zlib
from pathlib import Path
from typing import Any

from retrieval.answers.reader import MODELS
from retrieval.encoding import Encoder, open_encoder
from retrieval.generations import FORMAT, Store
from retrieval.readers import load
from retrieval.snapshot import Generation

WORK = Path(__file__).parent / "work"
OWN = Path(__file__).parent / "questions.jsonl"
"""Questions that we wrote, about articles of the development corpus that no other question is about."""


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


OWN_READ = 13_340
"""So many of `OWN`, the first, the models of search and reading learn from. Those behind are put aside: what a reader makes of questions that
it has seen is no measure, neither of it nor for what is learnt from it."""


def own_rows(generation: Generation) -> list[dict[str, Any]]:
    """Return the questions of our own that are learnt from, their answers as text."""
    return _own(generation, read_rows(OWN)[:OWN_READ])


def put_aside(generation: Generation) -> list[dict[str, Any]]:
    """Return the questions of our own that the shipped reader has not been fitted to."""
    seen = json.loads((MODELS / "reader.json").read_text(encoding="utf-8"))["questions"]
    return _own(generation, read_rows(OWN)[seen:])


def _own(generation: Generation, own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions of `own` about articles of `generation`, their answers as text.

    Where an answer stands is kept as [start, end] in the article's text: what newspapers wrote is theirs.
    """
    rows = []
    for row in own:
        at = generation.row(row["article_id"])
        if at is not None:
            text = generation.article(at).text
            answers = [[text[start:end] for start, end in spans] for spans in row["answers"]]
            rows.append(row | {"answers": answers, "own": True})
    return rows


def open_corpus(path: Path) -> tuple[Generation, Encoder]:
    """Return the generation of the articles at `path`, built once in the work folder, and its encoder."""
    encoder = open_encoder()
    store = Store(WORK / f"index-{path.stem}-{encoder.fingerprint}-{FORMAT}")
    if store.current_id() is None:
        store.publish(load([path]).articles, encoder)
    return store.open(encoder), encoder


def read_questions(path: Path) -> list[str]:
    """Return the questions of a file in SQuAD's form (`.json`), or of the column `question` of a `.csv`, each once."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return list(dict.fromkeys(row["question"] for row in csv.DictReader(lines)))
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    return list(dict.fromkeys(q["question"] for d in data for p in d["paragraphs"] for q in p["qas"]))


def gold_article(question: dict[str, Any]) -> str:
    """Return the id of the article a question was made from, also where it has no answer."""
    return str(question.get("article_id") or question.get("about") or question["id"])


FOLDS = 5
LEARNT_FOLDS = (0, 1, 2)
"""Folds of the questions put aside by which it is learnt what no article tells of; the others stay unseen."""


def fold_of(question: dict[str, Any]) -> int:
    """Return which of `FOLDS` folds a question is in: all questions of one article share it."""
    return zlib.crc32(gold_article(question).encode()) % FOLDS
