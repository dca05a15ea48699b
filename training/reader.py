"""Train the built-in reader: sentence model, span model, answer model; cross-validated by article.

    python -m training.reader CORPUS.jsonl QUESTIONS.jsonl [--qa SQUAD.json ...]

Each model is trained on what the one before says of articles it has not seen (stacking, Wolpert 1992), five folds by
article. Prints figures out of fold, then fits on all and writes retrieval/models/{sentences,answers}.npz, spans.crf
and reader.json (thresholds).
"""

import argparse
import dataclasses
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pycrfsuite
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from retrieval import questions as understanding
from retrieval.answers import reader, sentences, trees
from retrieval.answers.annotate import Sentence
from retrieval.answers.spans import SpanModel, token_features
from retrieval.questions import KINDS, Question
from retrieval.search import Query, Searcher, resolve
from retrieval.vietnamese.text import folds as fold_syllables
from retrieval.vietnamese.text import nfc, norms
from training.corpus import fold_of, open_corpus, read_rows

MODELS = Path(__file__).parents[1] / "retrieval" / "models"
FOLDS = 5
SENTENCE_ROUNDS = 150
ANSWER_ROUNDS = 80
WRONGLY_REFUSED = 0.03
"""Share of the answerable questions, out of fold, that the threshold refuses."""


def out_of_fold_kinds(rows: list[dict[str, Any]], understood: list[Question]) -> list[Question]:
    """Return the questions with the kind told by a model that has not seen their article."""
    features = [dict.fromkeys(understanding.kind_features(list(q.syllables)), 1.0) for q in understood]
    x = DictVectorizer().fit_transform(features)
    part = np.array([fold_of(r) for r in rows])
    known = np.array([r["type"] in KINDS for r in rows])
    y = np.array([KINDS.index(r["type"]) if r["type"] in KINDS else 0 for r in rows])
    out = list(understood)
    for k in range(FOLDS):
        model = LogisticRegression(C=0.5, max_iter=2000).fit(x[known & (part != k)], y[known & (part != k)])
        for i in np.flatnonzero(part == k):
            if understood[i].follows_up:
                continue
            kinds = tuple(float(p) for p in model.predict_proba(x[i])[0])
            out[i] = dataclasses.replace(understood[i], kinds=kinds, kind=KINDS[int(np.argmax(kinds))])
    return out


def gold_labels(sentence: Sentence, gold: list[list[str]]) -> list[str] | None:
    """Return B, I, O of each token where a gold span (its first alternative) stands in `sentence`; None if none does."""
    labels = ["O"] * len(sentence.tokens)
    own = [t.norm for t in sentence.tokens]
    found = False
    for spans in gold:
        for alternative in spans:
            wanted = norms(nfc(alternative))
            at = next((i for i in range(len(own) - len(wanted) + 1) if own[i : i + len(wanted)] == wanted), None)
            if at is not None and wanted:
                found = True
                if all(label == "O" for label in labels[at : at + len(wanted)]):
                    labels[at : at + len(wanted)] = ["B"] + ["I"] * (len(wanted) - 1)
                break
    return labels if found else None


def train_trees(x: np.ndarray, y: np.ndarray, rounds: int, leaves: int, smallest: int) -> lightgbm.Booster:
    """Return a binary LightGBM model."""
    parameters = {
        "objective": "binary", "num_leaves": leaves, "learning_rate": 0.06, "min_data_in_leaf": smallest,
        "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "verbose": -1,
        "num_threads": 2, "seed": 7, "deterministic": True, "force_row_wise": True,
    }  # fmt: skip
    return lightgbm.train(parameters, lightgbm.Dataset(x, y), rounds)


def train_spans(samples: list[tuple[list[list[str]], list[str]]], path: Path) -> SpanModel:
    """Train the field on (features, labels) of sentences, write it to `path`, and return it."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for features, labels in samples:
        trainer.append(features, labels)
    trainer.set_params(
        {
            "c1": 0.15,
            "c2": 0.6,
            "max_iterations": 90,
            "feature.minfreq": 2,
            "feature.possible_transitions": True,
        }
    )
    trainer.train(str(path))
    return SpanModel(path)


class Item:
    """One question with all that is known of it during training."""

    def __init__(self, row: dict[str, Any], question: Question, context: reader.Context) -> None:
        self.row, self.question, self.context = row, question, context
        self.part = fold_of(row)
        self.gold = row["answers"]
        self.labels = [gold_labels(c.sentence, self.gold) for c in context.candidates]
        self.probabilities = np.zeros(len(self.labels))


def answer_is_right(text: str, gold: list[list[str]]) -> float:
    """Return the share of gold items in `text` (a span found in it, or F1 at least .7), as the scorer sees it."""
    own = fold_syllables(text)
    joined = f" {' '.join(own)} "
    right = 0
    for spans in gold:
        for span in spans:
            wanted = fold_syllables(nfc(span))
            common = len(set(own) & set(wanted))
            if f" {' '.join(wanted)} " in joined or 2 * common / max(len(set(own)) + len(set(wanted)), 1) >= 0.7:
                right += 1
                break
    return right / len(gold) if gold else 0.0


def main() -> None:
    """Cross-validate, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--no-final", action="store_true", help="only cross-validate")
    options = parser.parse_args()
    started = time.time()
    generation, encoder = open_corpus(options.corpus)
    searcher = Searcher(generation, encoder)
    rows = read_rows(options.questions)
    understood = out_of_fold_kinds(rows, [resolve(searcher, r["question"], r.get("previous")) for r in rows])
    contexts = reader.Contexts(generation)
    items = []
    for row, question in zip(rows, understood, strict=True):
        hits = searcher.search(Query(question.text, question.terms), reader.ARTICLES)
        items.append(Item(row, question, contexts.of(question, hits, searcher.vector(question.text))))
    print(f"{len(items)} questions read after {time.time() - started:.0f} s", flush=True)

    fit_sentences(items)
    report_sentences(items)
    print(f"after {time.time() - started:.0f} s", flush=True)
    fit_spans(items)
    print(f"spans after {time.time() - started:.0f} s", flush=True)
    fit_answers(items)
    print(f"answers after {time.time() - started:.0f} s", flush=True)
    if not options.no_final:
        save(items)
        print(f"saved after {time.time() - started:.0f} s", flush=True)


def sentence_rows(items: list[Item]) -> tuple[np.ndarray, np.ndarray]:
    """Return features and labels of all candidate sentences of `items`."""
    x = np.concatenate([i.context.features for i in items])
    y = np.concatenate([[label is not None for label in i.labels] for i in items]).astype(float)
    return x, y


def fit_sentences(items: list[Item]) -> None:
    """Give each candidate its probability out of fold."""
    for k in range(FOLDS):
        x, y = sentence_rows([i for i in items if i.part != k])
        model = train_trees(x, y, SENTENCE_ROUNDS, 20, 40)
        for item in items:
            if item.part == k and len(item.labels):
                item.probabilities = np.asarray(model.predict(item.context.features))


def report_sentences(items: list[Item]) -> None:
    """Print how often the best sentences hold the answer."""
    answerable = [i for i in items if i.gold]
    for k in (1, 2, 3, 5):
        right = [any(i.labels[j] is not None for j in np.argsort(-i.probabilities)[:k]) for i in answerable]
        print(f"  answer in the best {k} sentences: {np.mean(right):.4f}")


def span_samples(items: list[Item]) -> list[tuple[list[list[str]], list[str]]]:
    """Return training sentences: each that holds gold, and the two likeliest of each question that do not."""
    samples = []
    for item in items:
        order = np.argsort(-item.probabilities)
        right = [j for j in order if item.labels[j] is not None][:2]
        wrong = [j for j in order if item.labels[j] is None][:2]
        for j in (*right, *wrong):
            sentence = item.context.candidates[j].sentence
            if sentence.folded:
                labels = item.labels[j] or ["O"] * len(sentence.folded)
                samples.append((token_features(item.context.asked, sentence), labels))
    return samples


def fit_spans(items: list[Item]) -> None:
    """Mark the best sentences of each question out of fold."""
    with tempfile.TemporaryDirectory() as folder:
        for k in range(FOLDS):
            model = train_spans(span_samples([i for i in items if i.part != k]), Path(folder) / f"{k}.crf")
            for item in items:
                if item.part == k:
                    item.drafts = reader.drafts(item.context, item.probabilities, model)


def fit_answers(items: list[Item]) -> None:
    """Fit the answer model and the refusal model out of fold, and print the figures."""
    for item in items:
        item.right = np.array([answer_is_right(d.text, item.gold) if item.gold else 0.0 for d in item.drafts])
        item.chances = np.zeros(len(item.drafts))
    for k in range(FOLDS):
        model = train_answers([i for i in items if i.part != k])
        for item in items:
            if item.part == k and item.drafts:
                item.chances = np.asarray(model.predict(draft_rows(item).features))
    read = [i for i in items if i.drafts]
    for item in read:
        item.known = 0.0
    for k in range(FOLDS):
        model, scale = train_refusal([i for i in read if i.part != k])
        for item in read:
            if item.part == k:
                row = ((reader.refusal_row(draft_rows(item).features, item.chances) - scale[0]) / scale[1])[None]
                item.known = float(model.predict_proba(row)[0, 1])
    answerable = [i for i in read if i.gold]
    best = [i.right[int(np.argmax(i.chances))] >= 0.999 for i in answerable]
    article = [
        i.row["article_id"] == i.context.articles[i.drafts[int(np.argmax(i.chances))].candidate.hit].id
        for i in answerable
    ]
    first = [i.row["article_id"] == i.context.articles[0].id for i in answerable]
    print(f"  first draft right: {np.mean([i.right[0] >= 0.999 for i in answerable]):.4f}")
    print(
        f"  chosen right:      {np.mean(best):.4f}, of the right article {np.mean(article):.4f} (best hit {np.mean(first):.4f})"
    )
    print(f"  any draft right:   {np.mean([i.right.max() >= 0.999 for i in answerable]):.4f}")
    for weight in (0.0, 0.1, 0.2, 0.3, 0.5, 1.0):
        for rule in (False, True):
            picks = [reader.pick(i.drafts, i.chances, i.context.hits, weight, rules=rule) for i in answerable]
            right = np.mean([i.right[p] >= 0.999 for i, p in zip(answerable, picks, strict=True)])
            found = np.mean(
                [
                    i.row["article_id"] == i.context.articles[i.drafts[p].candidate.hit].id
                    for i, p in zip(answerable, picks, strict=True)
                ]
            )
            print(f"    article weight {weight} rule {rule}: right {right:.4f}, article {found:.4f}")
    for name, value in (("chance", lambda i: i.chances.max()), ("refusal", lambda i: i.known)):
        scores = np.array([value(i) for i in answerable])
        none = np.array([value(i) for i in read if not i.gold])
        auc = np.mean([np.mean(s > none) for s in scores])
        print(f"  {name}: AUC {auc:.3f}")
        for share in (0.03, 0.05, 0.08, 0.1):
            threshold = np.quantile(scores, share)
            right = np.mean([r and s >= threshold for r, s in zip(best, scores, strict=True)])
            found = np.mean([r and s >= threshold for r, s in zip(article, scores, strict=True)])
            print(
                f"    refusing {share:.2f} (below {threshold:.3f}): refused {np.mean(none < threshold):.3f}, right {right:.4f}, article {found:.4f}"
            )


def train_answers(items: list[Item]) -> lightgbm.Booster:
    """Return the model of how likely a draft is right."""
    x = np.concatenate([draft_rows(i).features for i in items])
    y = np.concatenate([i.right >= 0.999 for i in items]).astype(float)
    return train_trees(x, y, ANSWER_ROUNDS, 12, 30)


def train_refusal(items: list[Item]) -> tuple[LogisticRegression, tuple[np.ndarray, np.ndarray]]:
    """Return the model of whether the question has an answer at all, and the mean and deviation of its features."""
    x = np.array([reader.refusal_row(draft_rows(i).features, i.chances) for i in items])
    y = np.array([bool(i.gold) for i in items])
    scale = (x.mean(axis=0), x.std(axis=0) + 1e-6)
    return LogisticRegression(C=0.01, max_iter=3000, class_weight="balanced").fit((x - scale[0]) / scale[1], y), scale


@dataclasses.dataclass
class DraftRows:
    """Features of the drafts of one question."""

    features: np.ndarray


def draft_rows(item: Item) -> DraftRows:
    """Return the features of the drafts of `item`."""
    return DraftRows(np.array([d.features for d in item.drafts], np.float32).reshape(-1, len(reader.DRAFT_FEATURES)))


def save(items: list[Item]) -> None:
    """Fit on all and write the models."""
    x, y = sentence_rows(items)
    model = train_trees(x, y, SENTENCE_ROUNDS, 20, 40)
    np.savez_compressed(MODELS / "sentences.npz", **trees.from_dump(model.dump_model(), list(sentences.FEATURES)))
    train_spans(span_samples(items), MODELS / "spans.crf")
    model = train_answers(items)
    np.savez_compressed(MODELS / "answers.npz", **trees.from_dump(model.dump_model(), list(reader.DRAFT_FEATURES)))
    read = [i for i in items if i.drafts]
    refusal, (mean, deviation) = train_refusal(read)
    threshold = float(np.quantile([i.known for i in read if i.gold], WRONGLY_REFUSED))
    weights = refusal.coef_[0] / deviation
    settings = {
        "threshold": round(threshold, 4),
        "bias": round(float(refusal.intercept_[0] - weights @ mean), 5),
        "weights": dict(zip(reader.REFUSAL_FEATURES, [round(float(w), 5) for w in weights], strict=True)),
    }
    (MODELS / "reader.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
