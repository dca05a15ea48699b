"""Any extractive question-answering model of transformers, from a folder or a hub name, as a span reader.

Each passage is read in overlapping windows. The best span of all windows is weighed against the likeliest "no answer"
(the first token's span, as in SQuAD 2.0, Rajpurkar et al. 2018): probability = sigmoid(best span - no answer).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.answers.span_readers.protocol import Marking, Passage, Span, SpanReaderError
from retrieval.errors import ReaderModelError

LONGEST_SPAN = 64
"""Tokens of an answer."""
BEST = 20
"""Starts and ends of a window that are combined."""
_LONGEST_QUESTION = 96


class TransformerReader:
    """A transformers model for question answering, with its tokenizer."""

    def __init__(self, model: str, threshold: float = 0.5, window: int = 384, stride: int = 128) -> None:
        try:
            import torch
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            self._torch = torch
            self._tokenizer: Any = AutoTokenizer.from_pretrained(model)
            self._model: Any = AutoModelForQuestionAnswering.from_pretrained(model)
        except Exception as error:
            raise ReaderModelError(
                f"the question-answering model {model!r} cannot be loaded ({type(error).__name__}: {error})",
                mend="Give TINTINH_READER__MODEL a folder or a hub name that this machine reaches, or unset it",
            ) from error
        if not self._tokenizer.is_fast:
            raise ReaderModelError(
                f"the tokenizer of {model!r} does not tell where its pieces stand in the text",
                mend="Give TINTINH_READER__MODEL a model with a fast tokenizer (tokenizer.json)",
            )
        self._model.eval()
        self.name = model
        self.threshold = threshold
        most = getattr(self._model.config, "max_position_embeddings", window)
        # RoBERTa counts positions from its padding index on.
        self._window = min(window, most - 2)
        self._stride = min(stride, self._window // 4)

    def mark(self, question: str, passages: Sequence[Passage]) -> Marking:
        """Return the best span over all passages, and the probability that it is there at all."""
        try:
            starts, ends, windows = self._scores(question, [p.text for p in passages])
        except RuntimeError as error:
            raise SpanReaderError(f"{type(error).__name__}") from error
        best: tuple[float, int, int, int] | None = None
        nothing = math.inf
        for row, (passage, offsets, inside) in enumerate(windows):
            nothing = min(nothing, float(starts[row, 0] + ends[row, 0]))
            found = best_span(starts[row], ends[row], inside)
            if found is not None and (best is None or found[0] > best[0]):
                score, first, last = found
                best = score, passage, int(offsets[first][0]), int(offsets[last][1])
        if best is None or best[2] >= best[3]:
            return Marking((), 0.0)
        known = 1.0 / (1.0 + math.exp(min(max(nothing - best[0], -50.0), 50.0)))
        return Marking((Span(best[1], best[2], best[3], known),), known)

    def _scores(
        self, question: str, texts: list[str]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], list[tuple[int, Any, npt.NDArray[np.bool_]]]]:
        """Return start and end scores (windows, tokens), and of each window its passage, offsets and which tokens are text."""
        short = self._tokenizer.decode(
            self._tokenizer(question, add_special_tokens=False)["input_ids"][
                : min(_LONGEST_QUESTION, self._window // 3)
            ]
        )
        encoded = self._tokenizer(
            [short] * len(texts),
            texts,
            truncation="only_second",
            max_length=self._window,
            stride=self._stride,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
            return_tensors="pt",
        )
        owner = encoded.pop("overflow_to_sample_mapping").tolist()
        offsets = encoded.pop("offset_mapping").numpy()
        windows = []
        for row, passage in enumerate(owner):
            inside = np.array([part == 1 for part in encoded.sequence_ids(row)])
            windows.append((int(passage), offsets[row], inside))
        with self._torch.no_grad():
            output = self._model(**encoded)
        return output.start_logits.float().numpy(), output.end_logits.float().numpy(), windows


def best_span(
    starts: npt.NDArray[np.float32], ends: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_]
) -> tuple[float, int, int] | None:
    """Return (score, first, last) of the best span of at most `LONGEST_SPAN` tokens among those `inside`; None where none."""
    allowed = np.flatnonzero(inside)
    if not len(allowed):
        return None
    first = allowed[np.argsort(-starts[allowed], kind="stable")[:BEST]]
    last = allowed[np.argsort(-ends[allowed], kind="stable")[:BEST]]
    pairs = [(float(starts[a] + ends[b]), int(a), int(b)) for a in first for b in last if a <= b < a + LONGEST_SPAN]
    return max(pairs, default=None)
