"""Find the syllables that belong together as one word: no answer begins or ends between them.

    python -m training.compounds NEWS.jsonl.xz

Writes retrieval/vietnamese/data/compounds.tsv: pairs of canonical syllables whose normalised pointwise mutual information (Bouma 2009)
over the news is at least `LEAST`, the second written small: `hạn chế`, `phát triển`; and where it stands it holds together better than
what is on either side: in `giáo dục phổ thông` the two in the middle are none. Of the gold answers of the training questions .4%
begin or end within such a pair, which `LEAST` was chosen by (.35: .9%, .30: 1.6%).
"""

import argparse
import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

from retrieval.vietnamese.text import nfc, tokens
from training.encoder import read_articles

OUT = Path(__file__).parents[1] / "retrieval" / "vietnamese" / "data" / "compounds.tsv"
Pair = tuple[str, str]
NONE: Pair = ("", "")
LEAST = 0.4
FEWEST = 20
"""Times that a pair must stand in the news."""


def main() -> None:
    """Count and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=40_000)
    options = parser.parse_args()
    singles: Counter[str] = Counter()
    pairs: Counter[Pair] = Counter()
    runs: Counter[tuple[Pair, ...]] = Counter()
    for article in read_articles(options.news, options.articles):
        text = nfc(f"{article['title']}\n{article['lead']}\n{article['text']}")
        singles.update(token.norm for token in tokens(text))
        for run in beside(text):
            pairs.update(run)
            runs.update(zip((NONE, *run), run, (*run[1:], NONE), strict=False))
    total = singles.total()
    bound = {pair: cohesion(pair, n, singles, total) for pair, n in pairs.items() if n >= FEWEST}
    best: Counter[Pair] = Counter()
    for (before, pair, after), n in runs.items():
        if pair in bound and bound[pair] >= max(bound.get(before, -1.0), bound.get(after, -1.0)):
            best[pair] += n
    kept = sorted(p for p, held in bound.items() if held >= LEAST and best[p] >= pairs[p] / 2)
    head = "# Two syllables of one word, by how much oftener they stand together than apart (training/compounds.py).\n"
    OUT.write_text(head + "".join(f"{a}\t{b}\n" for a, b in kept), encoding="utf-8")
    print(f"{len(kept)} pairs, {OUT.stat().st_size / 1e3:.0f} kB")


def beside(text: str) -> list[list[Pair]]:
    """Return the runs of pairs of syllables with a blank between, the second written small."""
    runs: list[list[Pair]] = [[]]
    found = tokens(text)
    for one, other in pairwise(found):
        small = text[other.start].islower() and text[one.start].isalpha()
        if small and text[one.end : other.start] == " ":
            runs[-1].append((one.norm, other.norm))
        elif runs[-1]:
            runs.append([])
    return runs


def cohesion(pair: Pair, together: int, singles: Counter[str], total: int) -> float:
    """Return the normalised pointwise mutual information of a pair: -1 never together, 0 by chance, 1 never apart."""
    chance = together / total
    return math.log(chance / (singles[pair[0]] / total * singles[pair[1]] / total)) / -math.log(chance)


if __name__ == "__main__":
    main()
