"""Fit the weights by which search scores articles: conditional logit over the candidates of each question.

    python -m training.ranking CORPUS.jsonl QUESTIONS.jsonl

Prints recall@1 cross-validated by article, with diacritics and without, then fits on all and writes
retrieval/models/ranking.json. Each question is seen twice: as typed, and without diacritics;
our own are fitted to alone.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from retrieval.linking import resolve
from retrieval.search import FEATURES, Query, Searcher
from retrieval.vietnamese.text import fold
from training.corpus import FOLDS, fold_of, gold_article, open_corpus, own_rows, read_rows

OUT = Path(__file__).parents[1] / "retrieval" / "models" / "ranking.json"
PENALTY = 0.3
FORMS = ("with", "without")
"""How a question is written, as to diacritics; to ours it is only fitted."""


def fit(groups: list[tuple[np.ndarray, int]]) -> np.ndarray:
    """Return the weights that give the gold candidate of each group the highest softmax likelihood (L2 penalty)."""
    most, wide = max(len(features) for features, _ in groups), groups[0][0].shape[1]
    x = np.zeros((len(groups), most, wide))
    there = np.zeros((len(groups), most), bool)
    for row, (features, _) in enumerate(groups):
        x[row, : len(features)], there[row, : len(features)] = features, True
    golden = np.arange(len(groups)), np.array([gold for _, gold in groups])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = np.where(there, x @ weights, -np.inf)
        scores -= scores.max(axis=1, keepdims=True)
        p = np.exp(scores)
        p /= p.sum(axis=1, keepdims=True)
        total = PENALTY * weights @ weights - np.log(np.maximum(p[golden], 1e-12)).sum()
        return total, 2 * PENALTY * weights + np.einsum("qc,qcf->f", p, x) - x[golden].sum(axis=0)

    return np.asarray(minimize(loss, np.zeros(wide), jac=True, method="L-BFGS-B").x)


def main() -> None:
    """Cross-validate, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    generation, encoder = open_corpus(options.corpus)
    searcher = Searcher(generation, encoder, np.zeros(len(FEATURES)))
    rows = []
    for question in (*read_rows(options.questions), *own_rows(generation)):
        if question["type"] == "unanswerable":
            continue
        for bare in (False, True):
            typed = [fold(t) if bare else t for t in (question["question"], question.get("previous") or "")]
            asked = resolve(generation, typed[0], typed[1] or None)
            articles, _, features = searcher.candidates(Query(asked.text, asked.terms))
            gold = generation.row(gold_article(question))
            rows.append(
                (
                    fold_of(question),
                    "own" if question.get("own") else FORMS[bare],
                    np.array(features),
                    articles.index(gold) if gold in articles else None,
                )
            )

    def recall(test: list[Any], weights: np.ndarray) -> float:
        return float(np.mean([gold is not None and int(np.argmax(f @ weights)) == gold for _, _, f, gold in test]))

    for form in FORMS:
        found = []
        for k in range(FOLDS):
            weights = fit([(f, g) for part, _, f, g in rows if part != k and g is not None])
            found.append(recall([r for r in rows if r[0] == k and r[1] == form], weights))
        print(f"recall@1 {form} diacritics, {FOLDS} folds: {np.mean(found):.4f}")
    print(f"gold among the candidates: {np.mean([g is not None for *_, g in rows]):.4f}")
    weights = fit([(f, g) for _, _, f, g in rows if g is not None])
    print({name: round(float(w), 3) for name, w in zip(FEATURES, weights, strict=True)})
    model = {"features": FEATURES, "weights": [round(float(w), 5) for w in weights]}
    OUT.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
