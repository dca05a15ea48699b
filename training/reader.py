"""Train the built-in reader: sentence model, network, answer model; cross-validated by article.

    python -m training.reader CORPUS.jsonl QUESTIONS.jsonl [--chairs MORE-QUESTIONS.jsonl] [--no-final]

training/vectors.py goes before, training/elsewhere.py after. Each model is trained on what the one before says of articles it has not seen (stacking, Wolpert 1992), in folds by
article. The sentence and answer models see each question also with words left out (`VARIANTS`): people leave out others
than those of the training questions. Prints figures out of fold, of the questions as typed, then fits on all and writes
retrieval/models/{sentences,attention,answers,overlaps,further,silent}.npz and their part of reader.json (the line of the refusal, its threshold).
"""

import argparse
import functools
import time
from collections.abc import Callable
from pathlib import Path

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression

from retrieval.answers import drafts, reader, sentences
from retrieval.answers.attention import Network
from retrieval.answers.further import FEATURES as FURTHER_FEATURES
from retrieval.evaluation import calibration_error
from training import attention, chairs, further, refusal
from training.boosting import MODELS, save_settings, save_trees, train_trees
from training.corpus import FOLDS, read_rows
from training.refusal import WRONGLY_REFUSED
from training.samples import Item, Maker, Sample, sample_of

SENTENCE_ROUNDS, SENTENCE_RATE = 500, 0.06
ANSWER_ROUNDS = OVERLAP_ROUNDS = 300
MARKED = 0.25
"""A word this likely in the answer counts as marked, in what is reported."""


def main() -> None:
    """Cross-validate, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--chairs", type=Path, help="further questions of which those about chairs are reported, too")
    parser.add_argument("--wrong", choices=chairs.FORMS, help="print which chairs were told wrongly in this form")
    parser.add_argument("--no-final", action="store_true", help="only cross-validate")
    options = parser.parse_args()
    if options.wrong and not options.chairs:
        parser.error("--wrong tells of the questions of --chairs: give both")
    if not attention.VECTORS.is_file():
        parser.error(
            f"there are no vectors of words in {attention.VECTORS}: run `python -m training.vectors NEWS` first"
        )
    started = time.time()

    def tell(what: str) -> None:
        print(f"{what} after {time.time() - started:.0f} s", flush=True)

    maker = Maker(options.corpus)
    sample = sample_of(maker, read_rows(options.questions), maker.own_rows())
    items = sample.typed
    tell(f"{len(items)} questions read, {len(sample.own)} of our own and {len(sample.varied)} variants")
    by_sentence = fit_sentences(sample)
    report_sentences(items)
    parts: list[int | None] = [*range(FOLDS)] if options.no_final else [*range(FOLDS), None]
    by_network = attention.trained(sample.whole, parts)
    tell("networks trained")
    networks = [Network(arrays) for arrays in by_network[:FOLDS]]
    make_drafts(sample, networks)
    report_read(items, networks)
    tell("drafts made")
    by_answer = fit_answers(sample)
    report_answers(items)
    if options.chairs:
        rows = [*read_rows(options.questions), *read_rows(options.chairs)]
        chairs.report(maker, rows, (by_sentence, networks, by_answer), options.wrong)
    further.report(sample.whole, items)
    refusal.fit(sample)
    refusal.report(items)
    report_confidence(items)
    tell("cross-validated")
    if not options.no_final:
        save(sample, by_network[-1])
        tell("saved")


def sentence_rows(items: list[Item]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features, labels and weights of all candidate sentences of `items`."""
    x = np.concatenate([i.context.features for i in items])
    y = np.concatenate([[label is not None for label in i.labels] for i in items]).astype(float)
    return x, y, np.repeat([i.weight for i in items], [len(i.labels) for i in items])


def train_sentences(items: list[Item]) -> lightgbm.Booster:
    """Return the model of how likely a sentence holds the answer."""
    return train_trees(*sentence_rows(items), SENTENCE_ROUNDS, 31, 40, rate=SENTENCE_RATE)


def fit_sentences(sample: Sample) -> list[lightgbm.Booster]:
    """Give each candidate its probability out of fold; return the model of each fold."""
    models = []
    for k in range(FOLDS):
        model = train_sentences([i for i in sample.all if i.part != k])
        models.append(model)
        for item in sample.all:
            if item.part == k and len(item.labels):
                item.probabilities = np.asarray(model.predict(item.context.features))
    return models


def report_sentences(items: list[Item]) -> None:
    """Print how often the best sentences hold the answer."""
    answerable = [i for i in items if i.gold]
    for k in (1, 2, 3, 4, 5):
        right = [any(i.labels[j] is not None for j in np.argsort(-i.probabilities)[:k]) for i in answerable]
        print(f"  answer in the best {k} sentences: {np.mean(right):.4f}")


def make_drafts(sample: Sample, networks: list[Network]) -> None:
    """Make and judge the drafts of each question by the network of its fold."""
    for item in sample.all:
        item.made = drafts.make(item.context, item.probabilities, networks[item.part])
        item.judge()


def report_read(items: list[Item], networks: list[Network]) -> None:
    """Print how often the sentences that the network likes best hold the answer, and how well it marks the words of those that do."""
    ranks, overlaps = [], []
    for item in (i for i in items if i.gold):
        read = drafts.read_closely(item.context, item.probabilities, networks[item.part])
        order = sorted(read, key=lambda at: -read[at].odds)
        ranks.append(next((rank for rank, at in enumerate(order) if item.labels[at] is not None), np.inf))
        for at, labels in ((at, item.labels[at]) for at in order):
            if labels is not None:
                inner, told = np.array([label != "O" for label in labels]), read[at].inside >= MARKED
                overlaps.append(2 * (inner & told).sum() / max(1, inner.sum() + told.sum()))
    for k in (1, 2, 4):
        print(f"  answer in the best {k} sentences as read: {np.mean(np.array(ranks) < k):.4f}")
    print(f"  overlap of words marked in the right sentences: {np.mean(overlaps):.4f}")


def train_answers(items: list[Item]) -> tuple[lightgbm.Booster, lightgbm.Booster]:
    """Return the models of how likely a draft is right, and of how much it overlaps with the right answer."""
    x = np.concatenate([i.made.features for i in items])
    right, overlap = np.concatenate([i.right for i in items]), np.concatenate([i.overlap for i in items])
    weights = np.repeat([i.weight for i in items], [len(i.right) for i in items])
    return (
        train_trees(x, right, weights, ANSWER_ROUNDS, 24, 60),
        train_trees(x, overlap, weights, OVERLAP_ROUNDS, 24, 40, objective="regression"),
    )


def fit_answers(sample: Sample) -> list[tuple[lightgbm.Booster, lightgbm.Booster]]:
    """Give each draft its chance and its expected overlap out of fold; return the models of each fold."""
    models = []
    for k in range(FOLDS):
        answers, overlaps = train_answers([i for i in sample.all if i.part != k])
        models.append((answers, overlaps))
        for item in sample.all:
            if item.part == k and item.made.drafts:
                item.chances = np.asarray(answers.predict(item.made.features))
                item.overlaps = np.clip(np.asarray(overlaps.predict(item.made.features)), 0.0, 1.0)
    return models


def report_answers(items: list[Item]) -> None:
    """Print how often the chosen draft is right, how much it overlaps, and how often it is of the right article."""
    answerable = [i for i in items if i.gold]

    def line(name: str, choose: Callable[[Item], int]) -> None:
        picks = [(i, choose(i)) for i in answerable if i.made.drafts]
        count = len(answerable)
        article = [i.row["article_id"] == i.context.articles[i.made.drafts[p].candidate.hit].id for i, p in picks]
        print(
            f"  {name:28} right {sum(i.right[p] for i, p in picks) / count:.4f}  f1 {sum(i.overlap[p] for i, p in picks) / count:.4f}"
            f"  article {sum(article) / count:.4f}"
        )

    print(
        f"  {np.mean([len(i.made.drafts) for i in items]):.1f} drafts a question, of {np.mean([len({id(d.candidate) for d in i.made.drafts}) for i in items]):.2f} sentences"
    )
    print(f"  any draft right: {np.mean([i.right.max(initial=0.0) for i in answerable]):.4f}")
    for brevity in (0.0, 0.5, 1.0, 2.0):
        line(f"brevity {brevity}", functools.partial(_by_brevity, brevity))
    line("as shipped, no rules first", lambda i: reader.pick(i.made.drafts, i.worth, rules=False))
    line("as shipped", lambda i: i.picked)
    for kind in sorted({i.row["type"] for i in answerable}):
        own = [i for i in answerable if i.row["type"] == kind and i.made.drafts]
        print(f"    {kind:12} {len(own):4} right {np.mean([i.right[i.picked] for i in own]):.3f}", end="")
        print(f"  any {np.mean([i.right.max() for i in own]):.3f}")


def _by_brevity(brevity: float, item: Item) -> int:
    return int(np.argmax(item.chances + brevity * item.overlaps))


def confidence_rows(items: list[Item]) -> tuple[np.ndarray, np.ndarray]:
    """Return what the calibration looks at, and whether the chosen draft is right, of the items that have drafts."""
    x = [reader.confidence_row(i.chances[i.picked], i.overlaps[i.picked], i.known) for i in items]
    return np.array(x), np.array([i.right[i.picked] > 0 for i in items])


def train_confidence(items: list[Item]) -> LogisticRegression:
    """Return the calibrated probability that the chosen draft is right (Platt 1999)."""
    return LogisticRegression(C=1.0, max_iter=1000).fit(*confidence_rows(items))


def report_confidence(items: list[Item]) -> None:
    """Print the expected calibration error, out of fold, of the questions that are answered."""
    read_ = [i for i in items if i.made.drafts]
    sure, right = np.zeros(len(read_)), confidence_rows(read_)[1].astype(float)
    for k in range(FOLDS):
        model = train_confidence([i for i in read_ if i.part != k])
        own = [n for n, i in enumerate(read_) if i.part == k]
        sure[own] = model.predict_proba(confidence_rows([read_[n] for n in own])[0])[:, 1]
    threshold = np.quantile([i.known for i in read_ if i.gold], WRONGLY_REFUSED)
    kept = np.array([i.known >= threshold for i in read_])
    print(f"  expected calibration error {calibration_error(sure[kept], right[kept]):.4f} of {kept.sum()} answered")


def save(sample: Sample, network: dict[str, np.ndarray]) -> None:
    """Fit on all and write the models, the `network` of all questions among them."""
    save_trees("sentences", [train_sentences(sample.all)], sentences.FEATURES)
    np.savez_compressed(MODELS / "attention.npz", **network)
    answers, overlaps = train_answers([i for i in sample.all if i.made.drafts])
    read_ = [i for i in sample.typed if i.made.drafts]
    save_trees("further", [further.train(sample.whole)], FURTHER_FEATURES)
    save_trees("answers", [answers], drafts.FEATURES)
    save_trees("overlaps", [overlaps], drafts.FEATURES)
    answerable = [i for i in read_ if i.gold]
    silent = refusal.train_silent(refusal.silences(sample))
    save_trees("silent", silent.trees, reader.REFUSAL_FEATURES)
    sure = train_confidence(read_)
    threshold = float(np.quantile([i.known for i in answerable], WRONGLY_REFUSED))
    save_settings(
        silent=silent.settings(threshold, reader.REFUSAL_FEATURES),
        questions=len(sample.own),
        confidence=[round(float(w), 5) for w in (*sure.coef_[0], sure.intercept_[0])],
    )


if __name__ == "__main__":
    main()
