"""Train the built-in reader: sentence model, span model, answer model; cross-validated by article.

    python -m training.reader CORPUS.jsonl QUESTIONS.jsonl [--elsewhere QUESTIONS]... [--no-final]

Each model is trained on what the one before says of articles it has not seen (stacking, Wolpert 1992), five folds by
article. The sentence and answer models see each question also with words left out (`VARIANTS`): people leave out others
than those of the training questions. Prints figures out of fold, of the questions as typed, then fits on all and writes
retrieval/models/{sentences,answers,overlaps,silent,elsewhere,spans}.npz and reader.json (the lines of the refusals, their thresholds).
"""

import argparse
import dataclasses
import functools
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pycrfsuite
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from retrieval import questions as understanding
from retrieval.annotation import Sentence
from retrieval.answers import drafts, field, reader, sentences, trees
from retrieval.answers.compose import short_text
from retrieval.answers.context import Context, Contexts
from retrieval.answers.field import Field
from retrieval.answers.spans import SpanModel, token_keys
from retrieval.evaluation import calibration_error, f1, stands_in
from retrieval.linking import resolve
from retrieval.questions import KINDS, Question
from retrieval.search import CANDIDATES, Query, Searcher
from retrieval.vietnamese.text import fold, folds, nfc, norms, tokens
from training.corpus import fold_of, open_corpus, own_rows, read_questions, read_rows

MODELS = Path(__file__).parents[1] / "retrieval" / "models"
FOLDS = 5
SENTENCE_ROUNDS, SENTENCE_RATE = 600, 0.06
ANSWER_ROUNDS = 300
OVERLAP_ROUNDS = 300
REFUSAL_ROUNDS, REFUSAL_SEEDS = 250, 3
SPARE = 20
"""Syllables by which a right answer may be longer than twice the gold (as the scorer has it)."""
VARIANTS = 2
"""Times each question is seen with words left out."""
VARIANT_WEIGHT = FOREIGN_WEIGHT = 0.5
MOST_FOREIGN = 400
"""Questions of one file about things elsewhere that are trained on."""
LEFT_OUT = (0.1, 0.2, 0.3)
"""Shares of a variant's words that are left out."""
UNACCENTED = 0.35
"""Share of the variants that are written without diacritics."""
KEPT_WORDS = frozenset(
    "ai gì nào đâu mấy sao bao nhiêu khi thế làm vì tại ra ở những là gi nao dau may nhieu the lam vi tai o nhung la".split()
)
"""Words by which a question asks: without them it is another question."""
ELSEWHERE = {"names": "with other names", "asked": "asked elsewhere", "absent": "without their article"}
"""Where questions that no article tells of come from."""
WRONGLY_REFUSED = 0.015
"""Share of the answerable questions, out of fold, that the threshold refuses; what else refuses them, a premise or a draft that is hardly likely, comes to it."""
TAKEN_FOR_STRANGERS = 0.015
"""Share of them that is taken for questions about things elsewhere."""


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


def train_spans(samples: list[tuple[list[list[str]], list[str]]]) -> dict[str, Any]:
    """Return the arrays of the field trained on (features, labels) of sentences."""
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
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "spans.crf")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        return field.from_dump(tagger.info())


class Item:
    """One question with all that is known of it during training."""

    def __init__(self, row: dict[str, Any], question: Question, context: Context, weight: float = 1.0) -> None:
        self.row, self.question, self.context, self.weight = row, question, context, weight
        self.part = fold_of(row)
        self.gold: list[list[str]] = row["answers"]
        self.labels = [gold_labels(c.sentence, self.gold) for c in context.candidates]
        self.probabilities = np.zeros(len(self.labels))
        self.made = drafts.Drafts((), np.zeros((0, len(drafts.FEATURES)), np.float32))
        self.right = self.overlap = self.chances = self.overlaps = np.zeros(0)
        self.known = self.here = 0.0

    def judge(self) -> None:
        """Tell of each draft whether it is right, and how much it overlaps with the gold."""
        judged = [self._judged(d) if self.gold else (0.0, 0.0) for d in self.made.drafts]
        self.right = np.array([right for right, _ in judged])
        self.overlap = np.array([overlap for _, overlap in judged])

    def _judged(self, draft: drafts.Draft) -> tuple[float, float]:
        text = short_text(self.question, self.context, draft)
        sentence = draft.candidate.sentence
        quote = self.context.articles[draft.candidate.hit].text[sentence.start : sentence.end]
        own = norms(text)
        best = [max((norms(nfc(s)) for s in spans), key=lambda s: f1(own, s)) for spans in self.gold]
        longest = sum(max(len(norms(nfc(s))) for s in spans) for spans in self.gold)
        right = len(own) <= 2 * longest + SPARE and all(
            stands_in(text, map(nfc, spans)) and stands_in(quote, map(nfc, spans)) for spans in self.gold
        )
        return float(right), f1(own, [w for span in best for w in span])


@dataclasses.dataclass(frozen=True)
class Sample:
    """The items of the training questions as typed, of our own, of the variants of both; and of questions about things that are nowhere."""

    typed: list[Item]
    own: list[Item]
    """Those that we wrote; trained on, never reported on, nor what thresholds go by."""
    varied: list[Item]
    """Trained on alone, too."""
    foreign: list[Item]
    """What the refusal is trained on besides."""

    @property
    def all(self) -> list[Item]:
        """The items that the models of sentences and answers are trained on."""
        return [*self.typed, *self.own, *self.varied]

    @property
    def every(self) -> list[Item]:
        """All items."""
        return [*self.all, *self.foreign]

    @property
    def whole(self) -> list[Item]:
        """Those without words left out."""
        return [*self.typed, *self.own]


def variant(question: str, drawn: random.Random) -> str:
    """Return `question` with some of its words left out, now and then without diacritics."""
    share = drawn.choice(LEFT_OUT)
    words = [w for w in question.split() if w.lower().strip("?,.") in KEPT_WORDS or drawn.random() > share]
    return fold(" ".join(words)) if drawn.random() < UNACCENTED else " ".join(words)


def names_in(question: str) -> list[tuple[int, int]]:
    """Return (start, end) of the runs of two and more capitalised words, the first word of the question left out."""
    found = tokens(question)
    runs: list[tuple[int, int]] = []
    first = None
    for at in range(1, len(found) + 1):
        if at < len(found) and question[found[at].start].isupper():
            first = at if first is None else first
        elif first is not None:
            if at - first > 1:
                runs.append((found[first].start, found[at - 1].end))
            first = None
    return runs


def foreign(rows: list[dict[str, Any]], drawn: random.Random) -> list[dict[str, Any]]:
    """Return the questions of `rows` that name something, each with the names of questions about other articles in their place.

    Nothing answers them: nobody of that name did that there. The questions without an answer that people wrote are all about an article
    that is there, so a reader that knows only those answers what is asked of the other end of the world.
    """
    pool = [(fold_of(r), r["question"][a:b]) for r in rows for a, b in names_in(r["question"])]
    made = []
    for row in rows:
        runs = names_in(row["question"])
        if not runs or row.get("previous"):
            continue
        asked = row["question"]
        for start, end in reversed(runs):
            long = len(asked[start:end].split())
            others = [
                n for part, n in pool if part != fold_of(row) and abs(len(n.split()) - long) <= 1 and n not in asked
            ]
            asked = asked[:start] + drawn.choice(others) + asked[end:]
        made.append(
            row | {"question": fold(asked) if drawn.random() < UNACCENTED else asked, "answers": [], "of": "names"}
        )
    return made


class Maker:
    """Makes items over one corpus."""

    def __init__(self, corpus: Path) -> None:
        self._generation, encoder = open_corpus(corpus)
        self._searcher = Searcher(self._generation, encoder)
        self._contexts = Contexts(self._generation)

    def own_rows(self) -> list[dict[str, Any]]:
        """Return our own questions about the corpus."""
        return own_rows(self._generation)

    def resolved(self, rows: list[dict[str, Any]]) -> list[Question]:
        """Return the questions of `rows`, understood by the shipped kind model."""
        return [resolve(self._generation, r["question"], r.get("previous")) for r in rows]

    def items(self, rows: list[dict[str, Any]], understood: list[Question], weight: float = 1.0) -> list[Item]:
        """Return the items of `rows`, understood as given."""
        items = []
        for row, question in zip(rows, understood, strict=True):
            query = Query(question.text, question.terms)
            hits = self._searcher.search(query, CANDIDATES + 1)
            if row.get("of") == "absent":
                own = self._generation.row(row["article_id"])
                hits = [hit for hit in hits if hit.article != own]
            hits = hits[:CANDIDATES]
            found = self._contexts.of(question, hits, self._searcher.vector(query.text), self._searcher.matcher(query))
            items.append(Item(row, question, found, weight))
        return items


def sample_of(
    maker: Maker,
    rows: list[dict[str, Any]],
    foreign_questions: Sequence[list[str]] = (),
    own: Sequence[dict[str, Any]] = (),
) -> Sample:
    """Return the questions of `rows`, of `own` and their variants, understood by a model that has not seen their article.

    Beside them those about things elsewhere: made from all of them, and up to `MOST_FOREIGN` of each list of `foreign_questions`.
    """
    every = [*rows, *own]
    understood = out_of_fold_kinds(every, maker.resolved(every))
    varied = []
    for number in range(VARIANTS):
        drawn = random.Random(number)
        others = [row | {"question": variant(row["question"], drawn)} for row in every]
        asked = [
            dataclasses.replace(other, kind=own_.kind, kinds=own_.kinds)
            for other, own_ in zip(maker.resolved(others), understood, strict=True)
        ]
        varied += maker.items(others, asked, VARIANT_WEIGHT)
    drawn = random.Random(VARIANTS)
    elsewhere = foreign(every, drawn)
    for number, questions_of_file in enumerate(foreign_questions):
        some = drawn.sample(questions_of_file, min(MOST_FOREIGN, len(questions_of_file)))
        elsewhere += [
            {"id": f"elsewhere-{number}-{n}", "question": q, "answers": [], "of": "asked"} for n, q in enumerate(some)
        ]
    strangers_ = maker.items(elsewhere, maker.resolved(elsewhere), FOREIGN_WEIGHT)
    absent = [row | {"of": "absent"} for row in every if row["answers"] and not row.get("previous")]
    strangers_ += [
        orphan for i in maker.items(absent, maker.resolved(absent), FOREIGN_WEIGHT) if (orphan := orphaned(i))
    ]
    items = maker.items(every, understood)
    return Sample(items[: len(rows)], items[len(rows) :], varied, strangers_)


def orphaned(item: Item) -> Item | None:
    """Return `item`, whose article was left out, as a question without an answer; None where another article has the answer's words.

    Many newspapers tell of one event.
    """
    there = [f" {' '.join(article.words)} " for article in item.context.sentences]
    if any(f" {' '.join(folds(span))} " in text for spans in item.gold for span in spans for text in there):
        return None
    return Item(item.row | {"answers": []}, item.question, item.context, item.weight)


def main() -> None:
    """Cross-validate, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument(
        "--elsewhere", type=Path, action="append", default=[], help="questions that the corpus answers nothing of"
    )
    parser.add_argument("--no-final", action="store_true", help="only cross-validate")
    options = parser.parse_args()
    started = time.time()

    def tell(what: str) -> None:
        print(f"{what} after {time.time() - started:.0f} s", flush=True)

    others = [read_questions(path) for path in options.elsewhere]
    maker = Maker(options.corpus)
    sample = sample_of(maker, read_rows(options.questions), others, maker.own_rows())
    items = sample.typed
    tell(
        f"{len(items)} questions read, {len(sample.own)} of our own, {len(sample.varied)} variants and {len(sample.foreign)} about things elsewhere"
    )
    fit_sentences(sample)
    report_sentences(items)
    fit_drafts(sample)
    tell("drafts made")
    fit_answers(sample)
    report_answers(items)
    fit_refusal(sample)
    report_refusal(items)
    report_foreign(sample)
    report_confidence(items)
    tell("cross-validated")
    if not options.no_final:
        save(sample)
        tell("saved")


def sentence_rows(items: list[Item]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features, labels and weights of all candidate sentences of `items`."""
    x = np.concatenate([i.context.features for i in items])
    y = np.concatenate([[label is not None for label in i.labels] for i in items]).astype(float)
    return x, y, np.repeat([i.weight for i in items], [len(i.labels) for i in items])


def train_sentences(items: list[Item]) -> lightgbm.Booster:
    """Return the model of how likely a sentence holds the answer."""
    return train_trees(*sentence_rows(items), SENTENCE_ROUNDS, 16, 40, rate=SENTENCE_RATE)


def fit_sentences(sample: Sample) -> list[lightgbm.Booster]:
    """Give each candidate its probability out of fold; return the model of each fold."""
    models = []
    for k in range(FOLDS):
        model = train_sentences([i for i in sample.all if i.part != k])
        models.append(model)
        for item in sample.every:
            if item.part == k and len(item.labels):
                item.probabilities = np.asarray(model.predict(item.context.features))
    return models


def report_sentences(items: list[Item]) -> None:
    """Print how often the best sentences hold the answer."""
    answerable = [i for i in items if i.gold]
    for k in (1, 2, 3, 4, 5):
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
                samples.append((field.written(token_keys(item.context.asked, [sentence])), labels))
    return samples


def fit_drafts(sample: Sample) -> list[SpanModel]:
    """Make and judge the drafts of each question out of fold; return the field of each fold, which sees no variants."""
    models = []
    for k in range(FOLDS):
        model = SpanModel(Field(train_spans(span_samples([i for i in sample.whole if i.part != k]))))
        models.append(model)
        for item in sample.every:
            if item.part == k:
                item.made = drafts.make(item.context, item.probabilities, model)
                item.judge()
    return models


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
        for item in sample.every:
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
    line("as shipped, no rules first", lambda i: reader.pick(i.made.drafts, worth(i), rules=False))
    line("as shipped", picked)
    for kind in sorted({i.row["type"] for i in answerable}):
        own = [i for i in answerable if i.row["type"] == kind and i.made.drafts]
        print(f"    {kind:12} {len(own):4} right {np.mean([i.right[picked(i)] for i in own]):.3f}", end="")
        print(f"  any {np.mean([i.right.max() for i in own]):.3f}")


def _by_brevity(brevity: float, item: Item) -> int:
    return int(np.argmax(item.chances + brevity * item.overlaps))


def worth(item: Item) -> np.ndarray:
    """Return how good it is to answer with each draft of `item`."""
    return reader.worths(item.made.features, item.chances, item.overlaps)


def picked(item: Item) -> int:
    """Return the draft that the reader would answer with."""
    return reader.pick(item.made.drafts, worth(item))


def refusal_rows(items: list[Item]) -> tuple[np.ndarray, np.ndarray]:
    """Return what the refusal models look at, and whether each question has an answer."""
    x = np.array([reader.refusal_row(i.context, i.made, i.chances, i.overlaps, picked(i)) for i in items])
    return x, np.array([bool(i.gold) for i in items])


def elsewhere_rows(items: list[Item]) -> tuple[np.ndarray, np.ndarray]:
    """Return what the model of things elsewhere looks at, and whether each question has an answer."""
    x, y = refusal_rows(items)
    return np.array([reader.elsewhere_row(i.context, r, i.made, picked(i)) for i, r in zip(items, x, strict=True)]), y


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


def train_refusal(items: list[Item], x: np.ndarray, y: np.ndarray) -> Refusal:
    """Return the models fitted on `items`, of which `x` is looked at; answerable (`y`) and other questions weigh the same in all."""
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-6
    heavy = _balanced(items, y)
    line = LogisticRegression(C=0.01, max_iter=3000).fit((x - mean) / deviation, y, sample_weight=heavy)
    weights = line.coef_[0] / deviation
    boosted = [
        train_trees(x, y.astype(float), heavy, REFUSAL_ROUNDS, 8, 25, rate=0.03, seed=seed)
        for seed in range(REFUSAL_SEEDS)
    ]
    return Refusal(float(line.intercept_[0] - weights @ mean), weights, boosted)


def _balanced(items: list[Item], y: np.ndarray) -> np.ndarray:
    """Return the weights of `items`: those without an answer weigh in all what the answerable ones (`y`) do, each sort of them the same."""
    heavy = np.array([i.weight for i in items])
    sorts = np.array([i.row.get("of", "") for i in items])
    others = np.unique(sorts[~y])
    for sort in others:
        own = (sorts == sort) & ~y
        heavy[own] *= heavy[y].sum() / len(others) / heavy[own].sum()
    return heavy


def train_silent(items: list[Item]) -> Refusal:
    """Return the model of whether the article that tells of the matter tells what is asked."""
    return train_refusal(items, *refusal_rows(items))


def train_elsewhere(items: list[Item]) -> Refusal:
    """Return the model of whether any article tells of the matter."""
    return train_refusal(items, *elsewhere_rows(items))


def silences(sample: Sample) -> list[Item]:
    """Return the questions by which it is told whether the article that tells of a matter tells what is asked."""
    return [i for i in sample.all if i.made.drafts]


def strangers(sample: Sample) -> list[Item]:
    """Return the questions by which it is told whether any article tells of a matter."""
    return [i for i in sample.all if i.gold and i.made.drafts] + [i for i in sample.foreign if i.made.drafts]


def fit_refusal(sample: Sample) -> None:
    """Give each question the probability that it has an answer, and that any article tells of its matter, out of fold."""
    for k in range(FOLDS):
        silent = train_silent([i for i in silences(sample) if i.part != k])
        elsewhere = train_elsewhere([i for i in strangers(sample) if i.part != k])
        own = [i for i in (*sample.typed, *sample.foreign) if i.made.drafts and i.part == k]
        told = silent.chances(refusal_rows(own)[0]), elsewhere.chances(elsewhere_rows(own)[0])
        for item, known, here in zip(own, *told, strict=True):
            item.known, item.here = float(known), float(here)


def report_refusal(items: list[Item]) -> None:
    """Print what is refused, rightly and wrongly, at some thresholds."""
    answerable = [i for i in items if i.gold and i.made.drafts]
    best = [i.right[picked(i)] > 0 for i in answerable]
    article = [i.row["article_id"] == i.context.articles[i.made.drafts[picked(i)].candidate.hit].id for i in answerable]
    silent = [i for i in items if not i.gold and i.made.drafts]
    by_chance = np.array([worth(i).max() for i in answerable]), np.array([worth(i).max() for i in silent])
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


def report_foreign(sample: Sample) -> None:
    """Print what is refused of the questions about things elsewhere, and by both models together."""
    answerable = [i for i in sample.typed if i.gold and i.made.drafts]
    silent = [i for i in sample.typed if not i.gold and i.made.drafts]
    elsewhere = {of: [i for i in sample.foreign if i.made.drafts and i.row["of"] == of] for of in ELSEWHERE}
    least = np.quantile([i.known for i in answerable], WRONGLY_REFUSED)
    for share in (0.002, 0.005, 0.007, 0.01, 0.015, 0.02):
        here = np.quantile([i.here for i in answerable], share)
        alone = [f"{name} {np.mean([i.here < here for i in elsewhere[of]]):.3f}" for of, name in ELSEWHERE.items()]
        both = [np.mean([i.here < here or i.known < least for i in own]) for own in (answerable, silent)]
        print(
            f"    as about things elsewhere {share:.3f}: refused {', '.join(alone)};"
            f" with the other model answerable {both[0]:.3f}, unanswerable {both[1]:.3f}"
        )


def confidence_rows(items: list[Item]) -> tuple[np.ndarray, np.ndarray]:
    """Return what the calibration looks at, and whether the chosen draft is right, of the items that have drafts."""
    x = [reader.confidence_row(i.chances[picked(i)], i.overlaps[picked(i)], i.known) for i in items]
    return np.array(x), np.array([i.right[picked(i)] > 0 for i in items])


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


def save(sample: Sample) -> None:
    """Fit on all and write the models."""
    save_trees("sentences", [train_sentences(sample.all)], sentences.FEATURES)
    np.savez_compressed(MODELS / "spans.npz", **train_spans(span_samples(sample.whole)))
    answers, overlaps = train_answers([i for i in sample.all if i.made.drafts])
    read_ = [i for i in sample.typed if i.made.drafts]
    save_trees("answers", [answers], drafts.FEATURES)
    save_trees("overlaps", [overlaps], drafts.FEATURES)
    answerable = [i for i in read_ if i.gold]
    silent, elsewhere = train_silent(silences(sample)), train_elsewhere(strangers(sample))
    save_trees("silent", silent.trees, reader.REFUSAL_FEATURES)
    save_trees("elsewhere", elsewhere.trees, reader.ELSEWHERE_FEATURES)
    sure = train_confidence(read_)
    settings = {
        "silent": silent.settings(
            float(np.quantile([i.known for i in answerable], WRONGLY_REFUSED)), reader.REFUSAL_FEATURES
        ),
        "elsewhere": elsewhere.settings(
            float(np.quantile([i.here for i in answerable], TAKEN_FOR_STRANGERS)), reader.ELSEWHERE_FEATURES
        ),
        "confidence": [round(float(w), 5) for w in (*sure.coef_[0], sure.intercept_[0])],
    }
    (MODELS / "reader.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def save_trees(name: str, models: list[lightgbm.Booster], features: tuple[str, ...]) -> None:
    """Write the mean of some tree models in the form the program reads."""
    arrays: dict[str, Any] = trees.from_dumps([m.dump_model() for m in models], features)
    np.savez_compressed(MODELS / f"{name}.npz", **arrays)


if __name__ == "__main__":
    main()
