"""Articles that are the same, or nearly: found by MinHash over shingles of four folded syllables.

MinHash and its banded index come from datasketch (Broder 1997; Leskovec et al., Mining of Massive Datasets, ch. 3).
"""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.articles import Article
from retrieval.vietnamese.text import folds

if TYPE_CHECKING:
    from datasketch import MinHash

LIKENESS = 0.8
"""Estimated Jaccard likeness from which two articles are reported."""
_PERMUTATIONS = 64
_SHINGLE = 4


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Article `id` says what `of` says already; `likeness` is 1.0 where the texts are equal."""

    id: str
    of: str
    likeness: float


def near_duplicates(
    articles: Sequence[Article], known: "MutableMapping[str, MinHash] | None" = None
) -> list[Duplicate]:
    """Return the articles whose text is nearly that of an earlier one, in order.

    `known` are the sketches of texts that were looked at before; it is brought up to date.
    """
    from datasketch import (  # brings half of scipy along, half a second: only who indexes waits for it
        MinHash,
        MinHashLSH,
    )

    before, now = known if known is not None else {}, dict[str, MinHash]()
    index = MinHashLSH(threshold=LIKENESS, num_perm=_PERMUTATIONS)
    sketches: list[MinHash] = []
    found: list[Duplicate] = []
    for row, article in enumerate(articles):
        sketch = now[article.text] = before.get(article.text) or _sketch(article.text)
        best = max(((sketch.jaccard(sketches[r]), -r) for r in index.query(sketch)), default=(0.0, 0))
        if best[0] >= LIKENESS:
            other = articles[-best[1]]
            found.append(Duplicate(article.id, other.id, 1.0 if other.text == article.text else round(best[0], 2)))
        index.insert(row, sketch, check_duplication=False)
        sketches.append(sketch)
    if known is not None:
        known.clear()
        known.update(now)
    return found


def _sketch(text: str) -> "MinHash":
    from datasketch import MinHash

    syllables = folds(text)
    shingles = {" ".join(syllables[i : i + _SHINGLE]) for i in range(max(1, len(syllables) - _SHINGLE + 1))}
    sketch = MinHash(num_perm=_PERMUTATIONS)
    sketch.update_batch([s.encode() for s in shingles])
    return sketch
