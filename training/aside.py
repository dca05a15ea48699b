"""Write our own questions that the shipped reader has not seen, as `tintinh eval` and the scorers read them.

    python -m training.aside CORPUS.jsonl > aside.jsonl

They are questions put aside: what the reader makes of them is what it makes of questions nobody has fitted it to. The next fit takes them in,
and others have to be written. `retrieval/models/reader.json` tells how many of `OWN` the reader was fitted to, the first ones.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from retrieval.answers.reader import MODELS
from training.corpus import open_corpus, own_rows


def main() -> None:
    """Print the rows, a line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    generation, _ = open_corpus(parser.parse_args().corpus)
    seen = json.loads((MODELS / "reader.json").read_text(encoding="utf-8"))["questions"]
    for row in map(as_scored, own_rows(generation)[seen:]):
        print(json.dumps(row, ensure_ascii=False))


def as_scored(row: dict[str, Any]) -> dict[str, Any]:
    """Return one of `own_rows` as the development questions have it: what has no answer is `about` an article, it has none."""
    kept = {name: value for name, value in row.items() if name not in {"own", "article_id"}}
    return kept | ({"article_id": row["article_id"]} if row["answers"] else {"about": row["article_id"]})


if __name__ == "__main__":
    main()
