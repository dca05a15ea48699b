"""Passage vectors -> nearest passages, by FAISS. Exact inner product; one thread a query."""

from pathlib import Path

import faiss
import numpy as np

from retrieval.encoding import Vectors


def build(path: Path, vectors: Vectors) -> None:
    """Write an exact index of `vectors` (rows, dimensions) to `path`."""
    index = faiss.IndexFlatIP(int(vectors.shape[1]))
    index.add(vectors)
    faiss.write_index(index, str(path))


class VectorIndex:
    """A built index, open for reading."""

    def __init__(self, path: Path) -> None:
        # Two OpenMP threads a query were up to nine times slower than one on a busy machine.
        faiss.omp_set_num_threads(1)
        self._index = faiss.read_index(str(path))
        self.dimensions = int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """Return up to `k` (row, cosine), best first, for the one row of `query`."""
        if not len(self):
            return []
        scores, rows = self._index.search(query, min(k, len(self)))
        return [(int(r), float(s)) for r, s in zip(rows[0], scores[0], strict=True) if r >= 0]

    def vectors(self, first: int, count: int) -> Vectors:
        """Return the stored vectors of `count` rows from `first`."""
        return np.asarray(self._index.reconstruct_n(first, count), np.float32)
