"""The model of what is gained by adding a draft of another sentence to the best one."""

import lightgbm
import numpy as np

from retrieval.answers import further
from retrieval.answers.drafts import Draft
from training.boosting import train_trees
from training.corpus import FOLDS
from training.samples import Item

ROUNDS = 150


class Gains:
    """What each draft that may be added to the best one of some questions is told by, and what it adds."""

    def __init__(self, items: list[Item]) -> None:
        rows, gains, self.of = [], [], []
        for item in items:
            if not (item.gold and item.made.drafts and further.wants_several(item.question)):
                continue
            best = item.picked
            weighed = np.array([item.chances, item.overlaps, item.worth])
            found, told = further.rows(item.question, item.made.drafts, item.made.features, weighed, best)
            before = np.array([item.right[best], item.overlap[best]])
            for at in found:
                gains.append(item.judged(*in_order(item, best, at)) - before)
                self.of.append(item)
            rows.append(told)
        self.rows = np.concatenate(rows)
        self.gains = np.array(gains)
        """(drafts, 2): of right answers and of overlap."""
        self.part = np.array([item.part for item in self.of])


def in_order(item: Item, *drafts: int) -> list[Draft]:
    """Return some drafts as they stand in the article."""
    return sorted((item.made.drafts[at] for at in drafts), key=lambda d: d.candidate.index)


def train(items: list[Item]) -> lightgbm.Booster:
    """Return the model fitted on `items`, whose drafts are weighed."""
    return _train(Gains(items))


def _train(known: Gains, but: int = -1) -> lightgbm.Booster:
    fitted = known.part != but
    weights = np.array([item.weight for item in known.of])[fitted]
    return train_trees(
        known.rows[fitted], known.gains[fitted].sum(axis=1), weights, ROUNDS, 8, 40, objective="regression"
    )


def report(known: list[Item], items: list[Item]) -> None:
    """Print what is gained out of fold on `items` by models fitted on `known`, at some thresholds."""
    gained = Gains(known)
    expected = np.zeros(len(gained.of))
    for k in range(FOLDS):
        own = gained.part == k
        expected[own] = np.asarray(_train(gained, k).predict(gained.rows[own]))
    reported = {id(item) for item in items}
    best: dict[int, int] = {}
    for at, item in enumerate(gained.of):
        if id(item) in reported and (id(item) not in best or expected[at] > expected[best[id(item)]]):
            best[id(item)] = at
    chosen = np.array(list(best.values()))
    count = sum(bool(item.gold) for item in items)
    for least in (0.05, 0.1, 0.15, 0.2):
        added = chosen[expected[chosen] >= least]
        right, overlap = gained.gains[added].sum(axis=0) / count
        print(f"  going on from a gain of {least}: {len(added)} of {count}, right {right:+.4f}, f1 {overlap:+.4f}")
