"""Who somebody is: of people whom a corpus names, how many are told by their office, by what else they are, and how many are refused.

    python -m benchmarks.people CORPUS.jsonl [--names 400] [--seed 5] [--bare] [--show]

Whoever else stands in the sentence is no answer to `X là ai?`: what is told neither as an office nor as a calling is counted as `other`, and should be none. A choice that is offered must lead to an answer.
"""

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

from bot.library import Library
from retrieval.answers.identity import AS_INTRODUCED
from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.encoding import open_encoder
from retrieval.engine import Engine
from retrieval.vietnamese.names import people
from retrieval.vietnamese.text import fold, tokens

LEAST = 3
"""Syllables of a name: of two, many are places."""
OFFICE = "Chức vụ ghi theo"


def main() -> None:
    """Index, ask, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--names", type=int, default=400)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--bare", action="store_true", help="ask without diacritics")
    parser.add_argument("--show", action="store_true", help="print what is told by no office")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        library = Library(Path(data), open_encoder())
        library.index([options.corpus])
        engine = library.engine()
        names = sorted(named(engine))
        chosen = random.Random(options.seed).sample(names, min(options.names, len(names)))
        counted: Counter[str] = Counter()
        choices = again = 0
        for name in chosen:
            asked = f"{name} là ai?"
            reply = engine.ask(fold(asked).lower() if options.bare else asked)
            told = how(reply)
            counted[told] += 1
            if isinstance(reply, NotFound):
                choices += len(reply.questions)
                again += sum(not isinstance(engine.ask(question), Answer) for question in reply.questions)
            if options.show and told in {"calling", "other"} and isinstance(reply, Answer):
                print(f"{told}: {name}: {reply.text}  |  {' '.join(reply.citations[0].quote.split())[:200]}")
    print(f"of {len(chosen)} names: {', '.join(f'{count} {told}' for told, count in counted.most_common())}")
    print(f"of {choices} choices offered {again} lead to no answer")


def named(engine: Engine) -> set[str]:
    """Return the names of `LEAST` syllables or more that the articles write."""
    found = set()
    for article in engine.generation.articles():
        words = tokens(article.text)
        for person in people(article.text, words):
            if person.last - person.first + 1 >= LEAST:
                found.add(article.text[words[person.first].start : words[person.last].end])
    return found


def how(reply: Reply) -> str:
    """Return how a reply tells who somebody is: `office`, `calling`, `other`, `refused` or `asked back`."""
    if not isinstance(reply, Answer):
        return "asked back" if reply.reason == "needs_clarification" else "refused"
    if (reply.note or "").startswith(OFFICE):
        return "office"
    return "calling" if (reply.note or "").startswith(AS_INTRODUCED) else "other"


if __name__ == "__main__":
    main()
