"""The corpus as the running program holds it: one engine in force, switched whole when a generation is published."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.answers.reader import BuiltinReader
from retrieval.answers.reading import Reader
from retrieval.duplicates import Duplicate, near_duplicates
from retrieval.encoding import Encoder
from retrieval.engine import Engine
from retrieval.generations import Store
from retrieval.locality import Locality
from retrieval.readers import Unread, load
from retrieval.reranking import Reranker
from retrieval.snapshot import Progress


@dataclass(frozen=True)
class Indexed:
    """What one indexing did."""

    generation: str
    articles: int
    unread: list[Unread]
    duplicates: list[Duplicate]


class Library:
    """Opens the generation in force, builds new ones, and takes up what another process published."""

    def __init__(
        self,
        data: Path,
        encoder: Encoder,
        reader: Reader | None = None,
        reranker: Reranker | None = None,
        locality: Locality | None = None,
    ) -> None:
        self.store = Store(data)
        self._encoder = encoder
        self._reader = reader or BuiltinReader()
        self._reranker = reranker
        self._locality = locality
        self._engine: Engine | None = None
        self._switching = threading.Lock()

    def engine(self) -> Engine:
        """Return the engine in force, opening it at the first call. Raises GenerationError where there is no index."""
        if self._engine is None:
            self.refresh()
        if self._engine is None:
            raise AssertionError("refresh() opens an engine or raises")
        return self._engine

    def refresh(self) -> bool:
        """Take up the published generation where it is another than the one in force; tell whether it was.

        Questions under way finish on the engine they began with.
        """
        with self._switching:
            if self._engine is not None and self.store.current_id() in {None, self._engine.generation.id}:
                return False
            self._engine = Engine(
                self.store.open(self._encoder), self._encoder, self._reader, self._reranker, self._locality
            )
            return True

    def renew(self) -> int:
        """Build the generation in force anew where an earlier version of the program built it; return its articles, 0 where not."""
        articles = self.store.outdated()
        if articles is None:
            return 0
        self.store.publish(articles, self._encoder)
        return len(articles)

    def index(self, paths: Sequence[Path], progress: Progress = lambda *_: None) -> Indexed:
        """Read the articles of `paths`, publish them as a generation, and take it up."""
        loaded = load(paths)
        duplicates = near_duplicates(loaded.articles)
        generation = self.store.publish(loaded.articles, self._encoder, progress)
        self.refresh()
        return Indexed(generation, len(loaded.articles), loaded.unread, duplicates)
