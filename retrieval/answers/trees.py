"""Gradient-boosted trees, read from LightGBM's own dump and walked by numpy.

Importing lightgbm brings scipy and scikit-learn, over a second of start and a hundred megabytes, for 300 small trees.
The values are equal to the library's (tested).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import BROKEN, ReaderModelError


class Trees:
    """The sum of trees: log-odds, or what is expected."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.arrays = arrays
        # numpy looks up by its own integers; others it converts first, each time.
        self._feature = arrays["feature"].astype(np.intp)
        self._threshold = arrays["threshold"]
        self._single = _rounded_down(self._threshold)
        """What a float32 is compared with: it is above the threshold if and only if it is above this."""
        # Left child of node i at 2i, right child at 2i + 1: one look-up a step.
        self._children = np.column_stack([arrays["left"], arrays["right"]]).ravel().astype(np.intp)
        self._value = arrays["value"]
        self._roots = arrays["roots"].astype(np.intp)
        self._depth = int(arrays["depth"])

    @classmethod
    def load(cls, path: Path, features: Sequence[str]) -> "Trees":
        """Return the model of `features` that `from_dumps` gave; ReaderModelError where it is missing, damaged or of others."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            if json.loads(str(arrays.pop("names"))) != list(features):
                raise ValueError("it was fitted for other features")
            return cls(arrays)
        except BROKEN as error:
            raise ReaderModelError(f"{path} cannot be used ({error})", mend="Reinstall tintinh") from error

    def predict(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return the probability of each of `rows` (rows, features)."""
        return 1.0 / (1.0 + np.exp(-self.scores(rows)))

    def scores(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return the sum over the trees for each of `rows` (rows, features): log-odds, or of a regression its value."""
        return np.asarray(self.leaves(rows).sum(axis=1))

    def beside(self, other: "Trees") -> "Trees":
        """Return both models as one, to be walked at once: its leaves are these ones, then the other's."""
        own, others, nodes = self.arrays, other.arrays, len(self._value)
        shifted = others | {name: others[name] + nodes for name in ("left", "right", "roots")}
        depth = np.array(max(int(own["depth"]), int(others["depth"])))
        return Trees(
            {name: np.concatenate([own[name], shifted[name]]) for name in own if name != "depth"} | {"depth": depth}
        )

    def leaves(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return the value of the leaf that each of `rows` reaches in each tree: (rows, trees)."""
        if not len(rows):
            return np.zeros((0, len(self._roots)))
        single = rows.dtype == np.float32
        flat = np.ascontiguousarray(rows, np.float32 if single else np.float64).ravel()
        threshold = self._single if single else self._threshold
        node = np.broadcast_to(self._roots, (len(rows), len(self._roots)))
        begin = (np.arange(len(rows)) * np.shape(rows)[1])[:, None]
        for _ in range(self._depth):
            goes_right = flat.take(begin + self._feature.take(node)) > threshold.take(node)
            node = self._children.take(2 * node + goes_right)
        return np.asarray(self._value.take(node))

    def __len__(self) -> int:
        return len(self._roots)


def _rounded_down(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return the greatest float32 that is not above each of `values`."""
    rounded = values.astype(np.float32)
    return np.where(rounded > values, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def from_dumps(dumps: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the mean of some models, each as `lightgbm.Booster.dump_model()` gives it. A leaf points at itself."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    roots: list[int] = []
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        at = len(feature)
        deepest = max(deepest, depth)
        is_leaf = "leaf_value" in node
        feature.append(0 if is_leaf else node["split_feature"])
        threshold.append(np.inf if is_leaf else node["threshold"])
        value.append(node["leaf_value"] / len(dumps) if is_leaf else 0.0)
        left.append(at)
        right.append(at)
        if not is_leaf:
            left[at] = add(node["left_child"], depth + 1)
            right[at] = add(node["right_child"], depth + 1)
        return at

    for dump in dumps:
        roots += [add(tree["tree_structure"], 0) for tree in dump["tree_info"]]
    return {
        "feature": np.array(feature, np.int16),
        "threshold": np.array(threshold, np.float64),
        "left": np.array(left, np.int32),
        "right": np.array(right, np.int32),
        "value": np.array(value, np.float64),
        "roots": np.array(roots, np.int32),
        "depth": np.array(deepest),
        "names": np.array(json.dumps(list(names))),
    }
