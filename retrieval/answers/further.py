"""An answer that goes on: whether a draft of another sentence of the article belongs to the answer beside the best one.

`Sở X được giao những việc gì?` is told in two sentences, the second of which begins `Ngoài ra`; `bao nhiêu cát, đội vốn bao
nhiêu` asks twice. One draft is of one sentence.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.answers import drafts
from retrieval.answers.drafts import Draft
from retrieval.answers.enumerations import asks_for_several
from retrieval.questions import ASKING, KINDS, Question

MOST = 3
"""Other sentences whose best draft is looked at."""
LEAST_GAIN = 0.1
"""A draft is added from this expected gain, of right answers and overlap together (docs/quality-trials.md)."""
_BOTH = ("sentence", "tokens", "stretches", "inside_sum", "names", "numbers", "wanted_new", "asked_tokens", "rule_fit")
FEATURES = (
    "chance", "overlap", "worth", "other_chance", "other_overlap", "other_worth", "behind", "distance", "apart", "rank",
    "shared", "goes_on", "asks", "several", "all_of", "and", "besides",
    *_BOTH, *(f"other_{name}" for name in _BOTH), *(f"kind_{k}" for k in KINDS),
)  # fmt: skip
"""Of the best draft and of the other. `behind` is by how much worth the other is less, `apart` how many sentences it is away, `goes_on` that it opens
with such words as `ngoài ra`; `asks` counts the words that ask, `several`, `all_of`, `and` and `besides` are `những`, `các`, `và` and `ngoài`."""
_BOTH_AT = [drafts.FEATURES.index(name) for name in _BOTH]
_RANK = drafts.FEATURES.index("sentence_rank")
_ASKS = re.compile(rf"\b(?:{'|'.join(' '.join(words) for words in ASKING)})\b")
_GOES_ON = re.compile(
    r"^(?:ngoai ra|dong thoi|ben canh|cung voi|tiep do|mat khac|cu the|trong do|tiep tuc|(?:ong|ba) cung)\b"
)
_ONE = frozenset(("chair", "who", "when", "where", "number"))
"""Kinds that are answered by one thing, unless several are asked for."""


def wants_several(question: Question) -> bool:
    """Tell whether more than one thing may be asked for: `những ai`, `hai xã nào`, `bao nhiêu hộ và bao nhiêu người`; what is no name, day, place or figure may always be several."""
    twice = len(_ASKS.findall(" ".join(question.asking))) > 1
    return question.kind not in _ONE or twice or asks_for_several(question)


def rows(
    question: Question,
    found: Sequence[Draft],
    features: npt.NDArray[np.float32],
    weighed: npt.NDArray[np.float64],
    best: int,
) -> tuple[list[int], npt.NDArray[np.float32]]:
    """Return the drafts that may be added to the draft `best`, the best of each other sentence of its article, and their FEATURES.

    `weighed` are chance, expected overlap and worth of each draft: (3, drafts).
    """
    worth = weighed[2]
    here = found[best].candidate
    others: dict[int, int] = {}
    for at, draft in enumerate(found):
        index = draft.candidate.index
        if (
            draft.candidate.hit == here.hit
            and index != here.index
            and (index not in others or worth[at] > worth[others[index]])
        ):
            others[index] = at
    chosen = sorted(others.values(), key=lambda at: -worth[at])[:MOST]
    syllables = question.syllables
    asked = " ".join(question.asking)
    shared = (
        len(_ASKS.findall(asked)),
        "nhung" in syllables,
        "cac" in syllables,
        "va" in syllables,
        "ngoai" in syllables,
    )
    own = _words(found[best])
    out = np.empty((len(chosen), len(FEATURES)), np.float32)
    for row, at in zip(out, chosen, strict=True):
        other = found[at]
        theirs = _words(other)
        distance = other.candidate.index - here.index
        row[:] = (
            *weighed[:, best], *weighed[:, at], worth[best] - worth[at], distance, abs(distance), features[at, _RANK],
            len(own & theirs) / max(1, min(len(own), len(theirs))),
            _GOES_ON.match(" ".join(other.candidate.sentence.folded[:3])) is not None, *shared,
            *features[best, _BOTH_AT], *features[at, _BOTH_AT], *question.kinds,
        )  # fmt: skip
    return chosen, out


def _words(draft: Draft) -> set[str]:
    return {word for first, last in draft.cut for word in draft.candidate.sentence.folded[first : last + 1]}
