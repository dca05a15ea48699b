"""Share of the capitalised abbreviations of a corpus that the table writes out, by occurrence; the rest is listed.

python -m benchmarks.abbreviations CORPUS.jsonl
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

from retrieval.vietnamese.abbreviations import is_known

_CAPITALS = re.compile(r"(?<!\w)[A-ZĐƯÂÊÔĂƠ]{2,}(?:[-&–][A-ZĐƯ]{2,})*(?!\w)")
_ROMAN = re.compile(r"[IVX]+")


def main() -> None:
    """Count and print."""
    counts: Counter[str] = Counter()
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        for line in lines:
            counts.update(a for a in _CAPITALS.findall(json.loads(line)["text"]) if not _ROMAN.fullmatch(a))
    missing = [(a, n) for a, n in counts.most_common() if not is_known(a)]
    total = sum(counts.values())
    print(f"{1 - sum(n for _, n in missing) / total:.4f} of {total} occurrences are in the table; not in it:")
    print(" ".join(f"{a}:{n}" for a, n in missing))


if __name__ == "__main__":
    main()
