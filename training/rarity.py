"""Count in how many news articles each folded syllable and bigram stands: what is rare in the language at large.

A corpus of a dozen articles cannot tell a rare word from a common one; these counts stand behind its own.

    python -m training.rarity NEWS.jsonl.xz

Writes retrieval/models/rarity.npz: term keys (CRC-32 of the folded term) and document counts, of terms in 20 articles or more.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from retrieval.snapshot import term_key
from retrieval.vietnamese.terms import terms
from retrieval.vietnamese.text import nfc
from training.encoder import read_articles

OUT = Path(__file__).parents[1] / "retrieval" / "models" / "rarity.npz"
FEWEST = 20


def main() -> None:
    """Count and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=30_000)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    articles = read_articles(options.news, options.articles)
    for article in articles:
        found = terms(nfc(f"{article['title']}\n{article['lead']}\n{article['text']}"))
        counts.update({*found.folded, *found.pairs})
    by_key: Counter[int] = Counter()
    for term, count in counts.items():
        if count >= FEWEST:
            by_key[term_key(term)] += count
    keys = np.array(sorted(by_key), np.uint32)
    values = np.array([min(by_key[int(k)], 65_535) for k in keys], np.uint16)
    np.savez_compressed(OUT, keys=keys, counts=values, articles=np.array(len(articles)))
    print(f"{len(keys)} terms, {OUT.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
