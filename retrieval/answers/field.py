"""A linear-chain conditional random field, read from CRFsuite's own dump: the probability of each label at each token.

Its features are numbers of 64 bits, looked up for all tokens at once. Forward and backward over three labels are some thirty products
a token: plain floats are faster than arrays of three. Equal to the library's (tested).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.errors import ReaderModelError

LABELS = ("O", "B", "I")
NO_FEATURE = np.uint64(0)
Keys = npt.NDArray[np.uint64]


class Dump(Protocol):
    """What CRFsuite tells of a field it has fitted."""

    state_features: Mapping[tuple[str, str], float]
    """Feature and label -> weight."""
    transitions: Mapping[tuple[str, str], float]
    """Label and the one behind it -> weight."""


class Field:
    """A field over `LABELS`."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._keys = arrays["keys"]
        self._weights = np.vstack([arrays["weights"].astype(np.float64), np.zeros((1, len(LABELS)))])
        """(features + 1, labels); what was not seen in training has the last row."""
        if arrays["transitions"].shape != (len(LABELS), len(LABELS)) or len(self._keys) != len(self._weights) - 1:
            raise ValueError("its arrays do not fit each other")
        transitions = arrays["transitions"].astype(np.float64)
        self._outside = float(transitions[0, 0])
        self._moves: list[float] = np.exp(transitions).ravel().tolist()

    @classmethod
    def load(cls, path: Path) -> "Field":
        """Return the field that `from_dump` gave; ReaderModelError where it is missing or damaged."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls({name: stored[name] for name in stored.files})
        except (OSError, ValueError, KeyError) as error:
            raise ReaderModelError(f"{path} cannot be used ({error})", mend="Reinstall tintinh") from error

    def scores(self, features: Keys) -> npt.NDArray[np.float64]:
        """Return how much the `features` of each token (tokens, features) speak for each label: (tokens, labels)."""
        at = np.minimum(np.searchsorted(self._keys, features), len(self._keys) - 1)
        rows = np.where(self._keys.take(at) == features, at, len(self._keys))
        return np.asarray(self._weights.take(rows, axis=0).sum(axis=1))

    def outside(self, scores: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
        """Return the probability of each token of a sentence to be outside, given its `scores`, and that of all to be: (tokens,)."""
        if not len(scores):
            return np.zeros(0), 1.0
        # Only ratios count: the likeliest label of each token has 1.
        highest = scores.max(axis=1)
        here: list[list[float]] = np.exp(scores - highest[:, None]).tolist()
        alphas, log_total = self._forward(here)
        chances = np.array(self._outside_of(here, alphas))
        path = float((scores[:, 0] - highest).sum()) + (len(here) - 1) * self._outside
        return chances, float(np.exp(min(path - log_total, 0.0)))

    def _forward(self, here: list[list[float]]) -> tuple[list[tuple[float, float, float]], float]:
        """Return how likely each label is given all up to each token, and the logarithm of the sum over all paths."""
        oo, ob, oi, bo, bb, bi, io, ib, ii = self._moves
        o, b, i = here[0]
        total = o + b + i
        o, b, i = o / total, b / total, i / total
        found = [(o, b, i)]
        totals = [total]
        for own_o, own_b, own_i in here[1:]:
            next_o = (o * oo + b * bo + i * io) * own_o
            next_b = (o * ob + b * bb + i * ib) * own_b
            next_i = (o * oi + b * bi + i * ii) * own_i
            total = next_o + next_b + next_i
            o, b, i = next_o / total, next_b / total, next_i / total
            found.append((o, b, i))
            totals.append(total)
        return found, float(np.log(totals).sum())

    def _outside_of(self, here: list[list[float]], alphas: list[tuple[float, float, float]]) -> list[float]:
        """Return the probability of each token to be outside, from what `_forward` gave and the tokens behind it."""
        oo, ob, oi, bo, bb, bi, io, ib, ii = self._moves
        o = b = i = 1.0
        found = []
        for (own_o, own_b, own_i), (before_o, before_b, before_i) in zip(reversed(here), reversed(alphas), strict=True):
            outside = before_o * o
            found.append(outside / (outside + before_b * b + before_i * i))
            o, b, i = own_o * o, own_b * b, own_i * i
            o, b, i = oo * o + ob * b + oi * i, bo * o + bb * b + bi * i, io * o + ib * b + ii * i
            total = o + b + i
            o, b, i = o / total, b / total, i / total
        return found[::-1]


def from_dump(info: Dump) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a field that CRFsuite has fitted, as `pycrfsuite.Tagger.info()` gives it."""
    names = sorted({int(name, 16) for name, _ in info.state_features})
    at = {name: row for row, name in enumerate(names)}
    weights = np.zeros((len(names), len(LABELS)), np.float32)
    for (name, label), weight in info.state_features.items():
        weights[at[int(name, 16)], LABELS.index(label)] = weight
    transitions = np.zeros((len(LABELS), len(LABELS)))
    for (before, after), weight in info.transitions.items():
        transitions[LABELS.index(before), LABELS.index(after)] = weight
    return {"keys": np.array(names, np.uint64), "weights": weights, "transitions": transitions}


def written(features: Keys) -> list[list[str]]:
    """Return the features of each token (tokens, features) as CRFsuite takes them, and `from_dump` reads them."""
    return [[format(name, "x") for name in row if name] for row in features.tolist()]
