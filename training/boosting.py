"""Gradient-boosted trees, fitted by LightGBM and written as the program reads them."""

import json
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from retrieval.answers import trees

MODELS = Path(__file__).parents[1] / "retrieval" / "models"


def train_trees(
    x: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray,
    rounds: int,
    leaves: int,
    smallest: int,
    *,
    objective: str = "binary",
    rate: float = 0.04,
    seed: int = 7,
) -> lightgbm.Booster:
    """Return a LightGBM model of `y` given the features `x`."""
    parameters = {
        "objective": objective, "num_leaves": leaves, "max_depth": 6, "learning_rate": rate, "min_data_in_leaf": smallest,
        "feature_fraction": 0.5, "bagging_fraction": 0.75, "bagging_freq": 1, "lambda_l2": 8.0, "verbose": -1,
        "num_threads": 2, "seed": seed, "deterministic": True, "force_row_wise": True,
    }  # fmt: skip
    return lightgbm.train(parameters, lightgbm.Dataset(x, y, weight=weights), rounds)


def save_trees(name: str, models: list[lightgbm.Booster], features: tuple[str, ...]) -> None:
    """Write the mean of some tree models in the form the program reads."""
    arrays: dict[str, Any] = trees.from_dumps([m.dump_model() for m in models], features)
    np.savez_compressed(MODELS / f"{name}.npz", **arrays)


def save_settings(**parts: object) -> None:
    """Write `parts` of what the reader is set by, and leave its other parts as they are."""
    path = MODELS / "reader.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    path.write_text(json.dumps(kept | parts, indent=1) + "\n", encoding="utf-8")
