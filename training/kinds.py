"""Fit the model that tells what a question asks for: multinomial logistic regression over folded n-grams.

    python -m training.kinds QUESTIONS.jsonl

Prints accuracy cross-validated by article, then fits on all, our own questions among them, and writes retrieval/models/kinds.json.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from retrieval import questions as understanding
from retrieval.vietnamese.abbreviations import spell_out
from retrieval.vietnamese.text import clean
from training.corpus import FOLDS, OWN, fold_of, read_rows

OUT = Path(__file__).parents[1] / "retrieval" / "models" / "kinds.json"
FEWEST = 5
"""A feature is kept when it stands in this many questions."""


def main() -> None:
    """Cross-validate, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    files = read_rows(options.questions), read_rows(OWN)
    rows, more = ([q for q in file if q["type"] in understanding.KINDS] for file in files)
    given = np.arange(len(rows) + len(more)) < len(rows)
    rows += more
    features = [understanding.kind_features(understanding.asking(spell_out(clean(q["question"])))) for q in rows]
    counts = Counter(f for row in features for f in row)
    dicts = [{f: 1.0 for f in row if counts[f] >= FEWEST} for row in features]
    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform(dicts)
    y = np.array([understanding.KINDS.index(q["type"]) for q in rows])
    part = np.array([fold_of(q) for q in rows])
    right = []
    for k in range(FOLDS):
        model = LogisticRegression(C=0.5, max_iter=2000).fit(x[part != k], y[part != k])
        told = (part == k) & given
        right.append((model.predict(x[told]) == y[told]).mean())
    print(f"accuracy, {FOLDS} folds by article: {np.mean(right):.3f} of {given.sum()} questions")
    model = LogisticRegression(C=0.5, max_iter=2000).fit(x, y)
    names = vectorizer.get_feature_names_out()
    weights = {
        name: [round(float(w), 3) for w in model.coef_[:, i]]
        for i, name in enumerate(names)
        if np.abs(model.coef_[:, i]).max() > 0.03
    }
    out = {"kinds": understanding.KINDS, "bias": [round(float(b), 3) for b in model.intercept_], "weights": weights}
    OUT.write_text(json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(weights)} features, {OUT.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
