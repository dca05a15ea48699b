"""A question and passages -> overlapping windows of tokens, and the scores of their spans -> the best one.

The best span of all windows is weighed against the likeliest "no answer" (the frame's first token, as in SQuAD 2.0,
Rajpurkar et al. 2018): probability = sigmoid(best span - no answer).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from retrieval.answers.span_readers.protocol import Marking, Span

LONGEST_SPAN = 64
"""Tokens of an answer."""
BEST = 20
"""Starts and ends of a window that are combined."""
_LONGEST_QUESTION = 96

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Windows:
    """Windows as the model takes them, (windows, tokens), and where each token stands in its passage."""

    ids: Ints
    mask: Ints
    types: Ints
    passages: list[int]
    offsets: list[list[tuple[int, int]]]
    inside: npt.NDArray[np.bool_]
    """Which tokens belong to the passage."""


class Windowing:
    """Cuts texts with a tokenizer of `tokenizers` into windows of at most `longest` tokens."""

    def __init__(self, tokenizer: Tokenizer, longest: int, padding: int) -> None:
        self._plain = Tokenizer.from_str(tokenizer.to_str())
        self._plain.no_truncation()
        self._plain.no_padding()
        self._longest = longest
        self._pairs = Tokenizer.from_str(tokenizer.to_str())
        self._pairs.enable_truncation(longest, stride=longest // 4, strategy="only_second")
        self._pairs.enable_padding(pad_id=padding)

    def of(self, question: str, texts: Sequence[str]) -> Windows:
        """Return the windows of `texts`, each behind the question; a long question is cut, not the passages."""
        encoded = self._plain.encode(question, add_special_tokens=False)
        kept = encoded.offsets[: min(_LONGEST_QUESTION, self._longest // 3)]
        short = question[: kept[-1][1]] if kept else ""
        found = [
            (number, window)
            for number, whole in enumerate(self._pairs.encode_batch([(short, text) for text in texts]))
            for window in (whole, *whole.overflowing)
        ]
        return Windows(
            ids=np.array([w.ids for _, w in found], np.int64),
            mask=np.array([w.attention_mask for _, w in found], np.int64),
            types=np.array([w.type_ids for _, w in found], np.int64),
            passages=[number for number, _ in found],
            offsets=[w.offsets for _, w in found],
            inside=np.array([[part == 1 for part in w.sequence_ids] for _, w in found], bool),
        )


def marking(windows: Windows, starts: Floats, ends: Floats) -> Marking:
    """Return the best span by the scores of starts and ends, (windows, tokens), and the probability that it is there at all."""
    best: tuple[float, Span] | None = None
    nothing = math.inf
    for row, passage in enumerate(windows.passages):
        nothing = min(nothing, float(starts[row, 0] + ends[row, 0]))
        found = best_span(starts[row], ends[row], windows.inside[row])
        if found is not None and (best is None or found[0] > best[0]):
            score, first, last = found
            offsets = windows.offsets[row]
            best = score, Span(passage, offsets[first][0], offsets[last][1], 0.0)
    if best is None or best[1].start >= best[1].end:
        return Marking((), 0.0)
    known = 1.0 / (1.0 + math.exp(min(max(nothing - best[0], -50.0), 50.0)))
    return Marking((Span(best[1].passage, best[1].start, best[1].end, known),), known)


def best_span(starts: Floats, ends: Floats, inside: npt.NDArray[np.bool_]) -> tuple[float, int, int] | None:
    """Return (score, first, last) of the best span of at most `LONGEST_SPAN` tokens among those `inside`; None where none."""
    allowed = np.flatnonzero(inside)
    first = allowed[np.argsort(-starts[allowed], kind="stable")[:BEST]]
    last = allowed[np.argsort(-ends[allowed], kind="stable")[:BEST]]
    pairs = [(float(starts[a] + ends[b]), int(a), int(b)) for a in first for b in last if a <= b < a + LONGEST_SPAN]
    return max(pairs, default=None)
