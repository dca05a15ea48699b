"""Which two syllables are one word: an answer that begins `chế thanh tra` has lost `hạn`."""

import functools

from retrieval.vietnamese.tables import rows


@functools.cache
def compounds() -> frozenset[tuple[str, str]]:
    """Return the pairs of canonical syllables that make one word: `hạn chế`, `phát triển`."""
    return frozenset((first, second) for first, second in rows("compounds"))
