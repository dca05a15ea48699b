"""The model of whether the article that tells of a matter tells what is asked; how such models are fitted."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression

from retrieval.answers import reader
from training.boosting import train_trees
from training.corpus import FOLDS
from training.samples import Item, Sample

ROUNDS, SEEDS = 250, 3
WRONGLY_REFUSED = 0.01
"""Share of the answerable questions, out of fold, that the threshold refuses; what else refuses them, a premise or a draft that is hardly likely, comes to it."""


def refusal_rows(items: list[Item]) -> tuple[np.ndarray, np.ndarray]:
    """Return what the refusal models look at, and whether each question has an answer."""
    x = np.array([reader.refusal_row(i.context, i.made, i.chances, i.overlaps, i.picked) for i in items])
    return x, np.array([bool(i.gold) for i in items])


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Models of whether a question has an answer at all: the mean of a line's log-odds and those of some boosted trees."""

    bias: float
    weights: np.ndarray
    trees: list[lightgbm.Booster]

    def chances(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of each row."""
        by_trees = np.mean([t.predict(x, raw_score=True) for t in self.trees], axis=0)
        return np.asarray(1.0 / (1.0 + np.exp(-(x @ self.weights + self.bias + by_trees) / 2)))

    def settings(self, threshold: float, features: Sequence[str]) -> dict[str, Any]:
        """Return the line over `features`, and the probability below which is refused, as reader.json has them."""
        weights = [round(float(w), 5) for w in self.weights]
        return {
            "threshold": round(threshold, 4),
            "bias": round(self.bias, 5),
            "weights": dict(zip(features, weights, strict=True)),
        }


def train_refusal(x: np.ndarray, y: np.ndarray, heavy: np.ndarray) -> Refusal:
    """Return the models fitted on the rows `x`, of answerable (`y`) and other questions, each as heavy as given."""
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-6
    line = LogisticRegression(C=0.01, max_iter=3000).fit((x - mean) / deviation, y, sample_weight=heavy)
    weights = line.coef_[0] / deviation
    boosted = [train_trees(x, y.astype(float), heavy, ROUNDS, 8, 25, rate=0.03, seed=seed) for seed in range(SEEDS)]
    return Refusal(float(line.intercept_[0] - weights @ mean), weights, boosted)


def balanced(heavy: np.ndarray, y: np.ndarray, sorts: np.ndarray) -> np.ndarray:
    """Return the weights `heavy`: questions without an answer weigh in all what the answerable ones (`y`) do, each of their `sorts` the same."""
    heavy = heavy.copy()
    others = np.unique(sorts[~y])
    for sort in others:
        own = (sorts == sort) & ~y
        heavy[own] *= heavy[y].sum() / len(others) / heavy[own].sum()
    return heavy


def train_silent(items: list[Item]) -> Refusal:
    """Return the model of whether the article that tells of the matter tells what is asked."""
    x, y = refusal_rows(items)
    return train_refusal(x, y, balanced(np.array([i.weight for i in items]), y, np.zeros(len(items))))


def silences(sample: Sample) -> list[Item]:
    """Return the questions by which it is told whether the article that tells of a matter tells what is asked."""
    return [i for i in sample.all if i.made.drafts]


def fit(sample: Sample) -> None:
    """Give each question the probability that it has an answer, out of fold."""
    for k in range(FOLDS):
        silent = train_silent([i for i in silences(sample) if i.part != k])
        own = [i for i in sample.typed if i.made.drafts and i.part == k]
        for item, known in zip(own, silent.chances(refusal_rows(own)[0]), strict=True):
            item.known = float(known)


def report(items: list[Item]) -> None:
    """Print what is refused, rightly and wrongly, at some thresholds."""
    answerable = [i for i in items if i.gold and i.made.drafts]
    best = [i.right[i.picked] > 0 for i in answerable]
    article = [i.row["article_id"] == i.context.articles[i.made.drafts[i.picked].candidate.hit].id for i in answerable]
    silent = [i for i in items if not i.gold and i.made.drafts]
    by_chance = np.array([i.worth.max() for i in answerable]), np.array([i.worth.max() for i in silent])
    by_model = np.array([i.known for i in answerable]), np.array([i.known for i in silent])
    for name, (scores, none) in (("chance", by_chance), ("refusal model", by_model)):
        print(f"  {name}: AUC {np.mean([np.mean(s > none) for s in scores]):.3f}")
        for share in (0.01, 0.02, 0.03, 0.05, 0.08, 0.1):
            threshold = np.quantile(scores, share)
            kept = scores >= threshold
            print(
                f"    refusing {share:.2f} (below {threshold:.3f}): refused {np.mean(none < threshold):.3f}, "
                f"right {np.mean(kept & best):.4f}, article {np.mean(kept & article):.4f}"
            )
