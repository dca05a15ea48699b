"""Questions about other articles, all of which must be refused: how many a small corpus answers all the same.

python -m benchmarks.strangers QUESTIONS.jsonl CORPUS...      (every third question; each corpus is indexed by itself)
"""

import json
import sys
import tempfile
from pathlib import Path

from bot.library import Library
from retrieval.answers.types import Answer
from retrieval.encoding import open_encoder

STEP = 3


def main() -> None:
    """Index, ask, count."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines if line][::STEP]
    for corpus in map(Path, sys.argv[2:]):
        with tempfile.TemporaryDirectory() as folder:
            library = Library(Path(folder), open_encoder())
            library.index([corpus])
            engine = library.engine()
            answered = [q for q in questions if isinstance(engine.ask(q["question"], q.get("previous")), Answer)]
            print(f"{corpus}: {len(answered)} of {len(questions)} answered")


if __name__ == "__main__":
    main()
