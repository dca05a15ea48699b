"""The place in the question where its answer goes, and the places in a sentence that look like it.

`mua đất gò cao để làm gì`: before the words that ask stands `gò cao để`, and in the article `đất gò cao để trồng lúa sạch`.
A sentence that says new words where the question asks is likely to answer it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.matching import Flags, Matches
from retrieval.questions import ASKING

FEATURES = (
    "blank_before", "blank_after", "blank_around", "blank_around_new", "blank_word_before", "blank_pair_before",
    "blank_name_here", "blank_word_after", "blank_words",
)  # fmt: skip
_WORDS = 5
"""Words of the question on either side of the blank that are looked for."""
_FADING = 0.8
"""How much less each word further from the blank counts."""
_REACH_BEFORE, _REACH_AFTER = 6, 10
_LOSS_BEFORE, _LOSS_AFTER = 0.15, 0.08
"""A word counts as near the place within so many tokens, less by so much for each: an answer is longer than a word."""
_NAMES = tuple(ord(letter) for letter in "BIA")


@dataclass(frozen=True)
class Blank:
    """The columns, among the question's words, of those before and after its blank, the nearest first; and their weights."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    before_weights: npt.NDArray[np.float64]
    after_weights: npt.NDArray[np.float64]

    @classmethod
    def of(
        cls, asking: Sequence[str], syllables: Sequence[str], column: dict[str, int], weights: npt.NDArray[np.float32]
    ) -> "Blank | None":
        """Return where a question asks, None where no word of it does; `column` and `weights` are of the matched words."""
        at = _asking(asking)
        if at is None:
            return None
        first, last = at
        before = [column.get(w, -1) for w in syllables[max(0, first - _WORDS) : first]][::-1]
        after = [column.get(w, -1) for w in syllables[last : last + _WORDS]]
        return cls(tuple(before), tuple(after), _faded(before, weights), _faded(after, weights))


def _asking(syllables: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and last place of the words that ask, None where there are none.

    Not those of the question's cue: of `nguyên nhân gì` or `đơn vị nào` it is the last word that the answer replaces (the answer is in the
    likeliest sentence for .729 of the questions, by the cue's place for .715).
    """
    for words in ASKING:
        for at in range(len(syllables) - len(words) + 1):
            if tuple(syllables[at : at + len(words)]) == words:
                return at, at + len(words)
    return None


def _faded(columns: Sequence[int], weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    own = np.array([float(weights[c]) if c >= 0 else 0.0 for c in columns])
    return np.asarray(own * _FADING ** np.arange(len(columns)))


def features(
    blank: Blank | None, found: Matches, marks: npt.NDArray[np.uint8], gaps: npt.NDArray[np.uint8], count: int
) -> npt.NDArray[np.float64]:
    """Return `FEATURES` of `count` sentences: (features, sentences); -1 where the question has no blank.

    `marks` and `gaps` are those of their tokens (retrieval/annotation.py).
    """
    out = np.zeros((len(FEATURES), count))
    if blank is None:
        out[:] = -1.0
        return out
    asked, owner = found.asked, found.owner
    size = len(asked)
    if not size:
        return out
    begins = np.searchsorted(owner, owner, side="left")
    ends = np.searchsorted(owner, owner, side="right")
    before, after = np.zeros(size), np.zeros(size)
    for column, weight in zip(blank.before, blank.before_weights, strict=True):
        if len(hits := _hits(asked, column)):
            before += weight * _fading(hits, ends, _REACH_BEFORE, _LOSS_BEFORE, 1)
    for column, weight in zip(blank.after, blank.after_weights, strict=True):
        if len(hits := _hits(asked, column)):
            after += weight * _fading(hits, begins, _REACH_AFTER, _LOSS_AFTER, -1)
    before /= blank.before_weights.sum() or 1.0
    after /= blank.after_weights.sum() or 1.0
    new = asked < 0
    same = np.zeros(size, bool)
    same[1:] = owner[1:] == owner[:-1]
    follows = _is(asked, blank.before, 0) & same  # the word before is the one before the blank
    pair = np.zeros(size, bool)
    pair[1:] = _is(asked, blank.before, 1)[:-1] & same[:-1]
    named = np.isin(marks, _NAMES) | (gaps == ord("Q"))
    precedes = np.zeros(size, bool)
    if blank.after and blank.after[0] >= 0:
        precedes[:-1] = (asked[1:] == blank.after[0]) & same[1:]
    places = np.stack(
        (before * new, after * new, before + after, (before + after) * new,
         follows & new, follows & new & pair, follows & new & named, precedes & new)
    )  # fmt: skip
    # Sentences without tokens own no place.
    filled, starts = np.unique(owner, return_index=True)
    out[:-1, filled] = np.maximum.reduceat(places, starts, axis=1)
    out[-1] = len(blank.before) * 10 + len(blank.after)
    return out


def _hits(asked: npt.NDArray[np.int16], column: int) -> npt.NDArray[np.int64]:
    """Return where a word of the question stands; nowhere where it is none of those that are matched."""
    return np.flatnonzero(asked == column) if column >= 0 else np.zeros(0, np.int64)


def _is(asked: npt.NDArray[np.int16], columns: Sequence[int], nth: int) -> Flags:
    """Return for each token whether the one before it is the nth word before the blank."""
    out = np.zeros(len(asked), bool)
    if nth < len(columns) and columns[nth] >= 0:
        out[1:] = asked[:-1] == columns[nth]
    return out


def _fading(
    hits: npt.NDArray[np.int64], limits: npt.NDArray[np.int64], reach: int, loss: float, way: int
) -> npt.NDArray[np.float64]:
    """Return how near a hit stands to each token of its sentence: before it where `way` is 1, else at it or after it."""
    out = np.zeros(len(limits))
    for distance in range(reach - 1, -1, -1):
        if way > 0:
            at = hits + 1 + distance
            at = at[at < limits[hits]]
        else:
            at = hits - distance
            at = at[at >= limits[hits]]
        out[at] = 1.0 - loss * distance
    return out
