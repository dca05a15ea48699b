"""Make vectors of words, syllables and pairs of them alike, from news: what the network that reads sentences begins with.

    python -m training.vectors NEWS.jsonl.xz [--articles 80000]

Truncated singular value decomposition of the positive pointwise mutual information of words that stand within five of one another,
nearer ones counting more, contexts smoothed by the power .75 (Levy, Goldberg and Dagan 2015). Words are without diacritics, as a
question may be; a pair of syllables that holds together is a word of its own. Writes training/work/vectors.npz: `words`, and
`vectors`, float32 (words, 64), each of length 1.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from sklearn.utils.extmath import randomized_svd

from retrieval.answers.attention import shape
from retrieval.vietnamese.compounds import compounds
from retrieval.vietnamese.text import fold, folds, nfc
from training.corpus import WORK
from training.encoder import read_articles

OUT = WORK / "vectors.npz"
DIMENSIONS = 64
WINDOW = 5
SYLLABLES, PAIRS = 8_000, 12_000
FEWEST = 50
"""Times that a pair must stand in the news."""
LEAST = 2.5
"""Pointwise mutual information from which a pair is one word, unless the table of two-syllable words has it."""


def main() -> None:
    """Count, decompose, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=80_000)
    options = parser.parse_args()
    number: dict[str, int] = {}
    texts = []
    for article in read_articles(options.news, options.articles):
        words = folds(nfc(f"{article['title']} . {article['lead']} . {article['text']}"))
        texts.append(np.array([number.setdefault(shape(w), len(number)) for w in words], np.int64))
    names = list(number)
    counts = np.bincount(np.concatenate(texts), minlength=len(names))
    syllables = [int(at) for at in np.argsort(-counts)[:SYLLABLES] if counts[at] >= FEWEST]
    pairs = cohesive_pairs(texts, names, counts)
    units: dict[tuple[int, ...], int] = {(at,): row for row, at in enumerate(syllables)}
    units.update((pair, row) for row, pair in enumerate(pairs, len(syllables)))
    vectors = decomposed(positive_information([segmented(text, units) for text in texts], len(units)))
    written = ["_".join(names[at] for at in unit) for unit in units]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(OUT, words=np.array(written), vectors=vectors.astype(np.float32))
    print(f"{len(syllables)} syllables and {len(pairs)} pairs of {len(texts)} articles")


def cohesive_pairs(texts: Iterable[np.ndarray], names: list[str], counts: np.ndarray) -> list[tuple[int, int]]:
    """Return the commonest pairs of syllables that hold together, figures apart."""
    keys, together = np.unique(
        np.concatenate([text[:-1] * len(names) + text[1:] for text in texts]), return_counts=True
    )
    keys, together = keys[together >= FEWEST], together[together >= FEWEST]
    first, second = keys // len(names), keys % len(names)
    information = np.log(together * counts.sum() / (counts[first] * counts[second]))
    known = {(fold(a), fold(b)) for a, b in compounds()}
    kept = [
        (int(a), int(b))
        for a, b, strength, _ in sorted(
            zip(first, second, information, together, strict=True), key=lambda row: (-row[3], row[0], row[1])
        )
        if "<" not in names[a] + names[b] and (strength >= LEAST or (names[a], names[b]) in known)
    ]
    return kept[:PAIRS]


def segmented(text: np.ndarray, units: dict[tuple[int, ...], int]) -> np.ndarray:
    """Return the rows of the words of `text`, a pair where two syllables are one, -1 for what is rare."""
    found, at, syllables = [], 0, text.tolist()
    while at < len(syllables):
        pair = units.get(tuple(syllables[at : at + 2]))
        if pair is not None and at + 1 < len(syllables):
            found.append(pair)
            at += 2
        else:
            found.append(units.get((syllables[at],), -1))
            at += 1
    return np.array(found, np.int64)


def positive_information(texts: list[np.ndarray], size: int) -> csr_array:
    """Return how much oftener two words stand near one another than by chance: its logarithm where it is positive, (size, size)."""
    near = csr_array((size, size), dtype=np.float64)
    for distance in range(1, WINDOW + 1):
        one = np.concatenate([text[:-distance] for text in texts])
        other = np.concatenate([text[distance:] for text in texts])
        known = (one >= 0) & (other >= 0)
        keys, together = np.unique(one[known] * size + other[known], return_counts=True)
        near = near + csr_array((together / np.sqrt(distance), (keys // size, keys % size)), shape=(size, size))
    near = (near + near.T).tocoo()
    row, column = near.coords
    total = np.bincount(row, near.data, size)
    smooth = total**0.75 / (total**0.75).sum()
    information = np.log(near.data / (total[row] * smooth[column]))
    # What stands together once by accident tells nothing.
    kept = (information > np.log(2)) & (near.data >= 1.0)
    return csr_array((information[kept] - np.log(2), (row[kept], column[kept])), shape=(size, size))


def decomposed(information: csr_array) -> np.ndarray:
    """Return the vectors of words, each of length 1: (size, DIMENSIONS)."""
    left, strengths, _ = randomized_svd(information, n_components=DIMENSIONS, n_iter=3, random_state=0)
    vectors = left * np.sqrt(strengths)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


if __name__ == "__main__":
    main()
