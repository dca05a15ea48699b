"""Questions about things that no article of a corpus tells of, all of which must be refused: how many are answered all the same.

    python -m benchmarks.strangers QUESTIONS CORPUS... [--every N]

QUESTIONS is JSONL, SQuAD's form (`.json`) or a `.csv` with a column `question`; of those every Nth is asked (3). Each corpus is indexed by itself.
"""

import argparse
import tempfile
from pathlib import Path

from bot.library import Library
from retrieval.answers.types import Answer
from retrieval.encoding import open_encoder
from training.corpus import read_questions, read_rows


def main() -> None:
    """Index, ask, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=3)
    options = parser.parse_args()
    if options.questions.suffix == ".jsonl":
        asked = [(row["question"], row.get("previous")) for row in read_rows(options.questions)]
    else:
        asked = [(question, None) for question in read_questions(options.questions)]
    asked = asked[:: options.every]
    for corpus in options.corpora:
        with tempfile.TemporaryDirectory() as folder:
            library = Library(Path(folder), open_encoder())
            library.index([corpus])
            engine = library.engine()
            answered = sum(isinstance(engine.ask(*pair), Answer) for pair in asked)
            print(f"{corpus}: {answered} of {len(asked)} answered")


if __name__ == "__main__":
    main()
