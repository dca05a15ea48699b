"""What a reader is given, and a span model that knows nothing: for tests of what comes after the search."""

import numpy as np

from retrieval.answers.context import Context, Contexts
from retrieval.answers.field import Field
from retrieval.answers.spans import SpanModel
from retrieval.engine import Engine
from retrieval.questions import understand
from retrieval.search import Query, Searcher


def context_of(engine: Engine, question: str) -> Context:
    """Return the three articles found for a question, as a reader is given them."""
    generation = engine.generation
    searcher, query = Searcher(generation, engine.encoder), Query.of(question)
    hits = searcher.search(query, 3)
    return Contexts(generation).of(understand(question), hits, searcher.vector(question), searcher.matcher(query))


def untrained() -> SpanModel:
    """Return a span model to which every word is as likely as every other."""
    arrays = {"keys": np.ones(1, np.uint64), "weights": np.zeros((1, 3)), "transitions": np.zeros((3, 3))}
    return SpanModel(Field(arrays))
