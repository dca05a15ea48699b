"""Write our own questions that the shipped reader has not seen, as `tintinh eval` and the scorers read them.

    python -m training.aside CORPUS.jsonl [--unseen] > aside.jsonl

They are questions put aside: what the reader makes of them is what it makes of questions nobody has fitted it to. `retrieval/models/reader.json`
tells how many of `OWN` the reader was fitted to, the first ones. The model of things elsewhere has learnt from those about three in five
articles; `--unseen` leaves them out.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from training.corpus import LEARNT_FOLDS, fold_of, open_corpus, put_aside


def main() -> None:
    """Print the rows, a line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument(
        "--unseen", action="store_true", help="only those that training/elsewhere.py has not seen, either"
    )
    options = parser.parse_args()
    generation, _ = open_corpus(options.corpus)
    for row in put_aside(generation):
        if not (options.unseen and fold_of(row) in LEARNT_FOLDS):
            print(json.dumps(as_scored(row), ensure_ascii=False))


def as_scored(row: dict[str, Any]) -> dict[str, Any]:
    """Return one of `put_aside` as the development questions have it: what has no answer is `about` an article, it has none."""
    kept = {name: value for name, value in row.items() if name not in {"own", "article_id"}}
    return kept | ({"article_id": row["article_id"]} if row["answers"] else {"about": row["article_id"]})


if __name__ == "__main__":
    main()
