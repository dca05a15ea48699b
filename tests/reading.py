"""What a reader is given, and a network that knows nothing: for tests of what comes after the search."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bot.library import Library
from retrieval.annotation import Sentence, annotate
from retrieval.answers.attention import Network, Read
from retrieval.answers.context import Context, Contexts
from retrieval.answers.drafts import Draft
from retrieval.answers.reader import MODELS
from retrieval.answers.types import Reply
from retrieval.encoding import Encoder
from retrieval.engine import Engine
from retrieval.questions import understand
from retrieval.search import Query, Searcher
from retrieval.vietnamese.text import folds


def context_of(engine: Engine, question: str) -> Context:
    """Return the three articles found for a question, as a reader is given them."""
    generation = engine.generation
    searcher, query = Searcher(generation, engine.encoder), Query.of(question)
    hits = searcher.search(query, 3)
    return Contexts(generation).of(understand(question), hits, searcher.vector(question), searcher.matcher(query))


def read(text: str) -> Sentence:
    """Return the first sentence of `text`, annotated."""
    notes, vocabulary, _ = annotate([text])
    return notes.read(0, text, vocabulary)[0]


def stretch(found: Sentence, told: str) -> tuple[int, int]:
    """Return where `told` stands in `found`: its first and last token."""
    words = tuple(folds(told))
    at = next(i for i in range(len(found.folded)) if found.folded[i : i + len(words)] == words)
    return at, at + len(words) - 1


def draft_of(context: Context, told: str) -> Draft:
    """Return a draft of the words `told`, of the likeliest sentence in which they stand."""
    of = next(c for c in context.candidates if told in c.sentence.between(c.sentence.start, c.sentence.end))
    return Draft(of, (stretch(of.sentence, told),))


def asker(folder: Path, encoder: Encoder, *articles: str) -> Callable[[str], Reply]:
    """Return what answers questions about a few articles in Markdown."""
    for number, article in enumerate(articles):
        (folder / f"{number}.md").write_text(article, encoding="utf-8")
    library = Library(folder / "data", encoder)
    library.index([folder / f"{number}.md" for number in range(len(articles))])
    return library.engine().ask


def untrained() -> Network:
    """Return a network to which every word is as likely as every other."""
    with np.load(MODELS / "attention.npz", allow_pickle=False) as stored:
        arrays: dict[str, Any] = {name: np.zeros_like(stored[name]) for name in stored.files}
        arrays |= {name: stored[name] for name in ("words", "names", "members")}
    arrays["deviation"] += 1
    return Network(arrays)


def marked(inside: np.ndarray) -> Read:
    """Return a reading by which each token is in the answer with the probability given, and may be its first or last."""
    even = np.full(len(inside), -np.log(max(1, len(inside))))
    return Read(0.0, inside, even, even)
