"""The weights of search make the gold article of each question as likely as can be."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.ranking import PENALTY, fit


def likelihood(groups: list[tuple[np.ndarray, int]], weights: np.ndarray) -> float:
    """Return the penalised log-likelihood of the gold candidates, question by question."""
    total = -PENALTY * float(weights @ weights)
    for features, gold in groups:
        scores = features @ weights
        total += float(scores[gold] - np.log(np.exp(scores).sum()))
    return total


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_no_other_weights_nearby_are_better(seed: int, questions: int) -> None:
    drawn = np.random.default_rng(seed)
    groups = []
    for _ in range(questions):
        count = int(drawn.integers(1, 6))  # as many candidates as a search found
        groups.append((drawn.normal(size=(count, 3)), int(drawn.integers(count))))
    weights = fit(groups)
    best = likelihood(groups, weights)
    for step in 0.02 * np.vstack([np.eye(3), -np.eye(3)]):
        assert likelihood(groups, weights + step) <= best + 1e-6


def test_what_tells_the_gold_article_gets_the_weight() -> None:
    drawn = np.random.default_rng(1)
    groups = []
    for _ in range(60):
        features, gold = drawn.normal(size=(4, 2)), int(drawn.integers(4))
        features[gold, 0] += 3
        groups.append((features, gold))
    weights = fit(groups)
    assert weights[0] > 5 * abs(weights[1])
