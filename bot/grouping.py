"""Questions -> groups of those that ask the same in other words, so that ten wordings are one row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from retrieval.encoding import Encoder
from retrieval.vietnamese.abbreviations import spell_out
from retrieval.vietnamese.keystrokes import decode
from retrieval.vietnamese.text import folds

ALIKE = 0.84
"""Cosine of two questions from which they ask the same, where their words are alike too."""
NEAR = 0.5
WORDS_ALIKE = 72.0
SAME_WORDS = 90.0
"""Likeness of the sets of words (0 to 100) from which two questions are the same, whatever the vectors say."""


@dataclass
class Group:
    """Questions that ask the same; the newest stands for them."""

    question: str
    wordings: list[str]
    times: int = 1


def groups(questions: Sequence[str], encoder: Encoder) -> list[Group]:
    """Return the groups of `questions` (newest first), the largest first. Numbers must agree: another day is another question."""
    if not questions:
        return []
    spelt = [spell_out(decode(q)) for q in questions]
    words = [folds(s) for s in spelt]
    sets = [" ".join(sorted(set(w))) for w in words]
    numbers = [frozenset(w for w in own if any(c.isdigit() for c in w)) for own in words]
    vectors = encoder.encode_queries([" ".join(w) for w in words])
    leaders = np.zeros_like(vectors)
    rows: list[int] = []
    found: list[Group] = []
    for row, question in enumerate(questions):
        likeness = leaders[: len(rows)] @ vectors[row]
        best, at = 0.0, -1
        # To compare words costs a hundred times what the vectors cost: only where these are near at all.
        for number in np.flatnonzero(likeness >= NEAR).tolist():
            if numbers[rows[number]] != numbers[row]:
                continue
            shared = fuzz.token_set_ratio(sets[rows[number]], sets[row])
            same = shared >= SAME_WORDS or (shared >= WORDS_ALIKE and float(likeness[number]) >= ALIKE)
            score = shared / 100 + float(likeness[number])
            if same and score > best:
                best, at = score, number
        if at < 0:
            leaders[len(rows)] = vectors[row]
            rows.append(row)
            found.append(Group(question, [question]))
        else:
            found[at].times += 1
            if question not in found[at].wordings:
                found[at].wordings.append(question)
    return sorted(found, key=lambda g: -g.times)
