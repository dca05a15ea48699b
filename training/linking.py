"""Fit the model that tells whether a question goes on with the one before it: logistic regression.

    python -m training.linking CORPUS.jsonl QUESTIONS.jsonl

Right pairs are the follow-ups of the question set with the questions before them; wrong ones are questions that stand
alone, of `QUESTIONS` and of our own. Prints, out of fold by article, how many of each are linked, then writes retrieval/models/linking.json.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from retrieval.linking import FEATURES, features
from retrieval.questions import understand
from training.corpus import FOLDS, fold_of, open_corpus, own_rows, read_rows

OUT = Path(__file__).parents[1] / "retrieval" / "models" / "linking.json"
LEAST = 0.3
"""A question is linked from this probability: a link too many costs a search less than one too few."""


def main() -> None:
    """Cross-validate, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    generation, _ = open_corpus(options.corpus)
    rows = read_rows(options.questions)
    given = len(rows)
    rows += own_rows(generation)
    x = np.array([features(generation, understand(r["question"])) for r in rows])
    y = np.array([bool(r.get("previous")) for r in rows])
    part = np.array([fold_of(r) for r in rows])
    chance = np.zeros(len(rows))
    for k in range(FOLDS):
        chance[part == k] = fit(x[part != k], y[part != k]).predict_proba(x[part == k])[:, 1]
    linked, follows = chance[:given] > LEAST, y[:given]
    print(
        f"linked: {linked[follows].mean():.3f} of {follows.sum()} follow-ups, {linked[~follows].mean():.3f} of {(~follows).sum()} others"
    )
    model = fit(x, y)
    bias = float(model.intercept_[0]) - float(np.log(LEAST / (1 - LEAST)))
    weights = dict(zip(FEATURES, [round(float(w), 4) for w in model.coef_[0]], strict=True))
    OUT.write_text(json.dumps({"bias": round(bias, 4), "weights": weights}, indent=1) + "\n", encoding="utf-8")
    print(bias, weights)


def fit(x: np.ndarray, y: np.ndarray) -> LogisticRegression:
    """Return the model of whether questions with features `x` are follow-ups, `y`."""
    return LogisticRegression(C=1.0, max_iter=2000).fit(x, y)


if __name__ == "__main__":
    main()
