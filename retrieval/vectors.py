"""Passage vectors -> nearest passages, by FAISS. Every passage is compared; one thread a query."""

from pathlib import Path

import faiss

from retrieval.encoding import Vectors


def build(path: Path, vectors: Vectors) -> None:
    """Write an index of `vectors` (rows, dimensions) to `path`, in float16.

    Against float32 at 30,000 passages: a fifth of the time, half the memory, .9998 of the same 40 nearest.
    """
    index = faiss.IndexScalarQuantizer(int(vectors.shape[1]), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
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
