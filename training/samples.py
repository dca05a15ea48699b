"""Questions -> what the reader is trained on: their contexts, labels and variants."""

import dataclasses
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from retrieval import questions as understanding
from retrieval.annotation import Sentence
from retrieval.answers import drafts, reader
from retrieval.answers.compose import short_text
from retrieval.answers.context import Context, Contexts
from retrieval.evaluation import f1, stands_in
from retrieval.linking import resolve
from retrieval.questions import KINDS, Question
from retrieval.search import CANDIDATES, Query, Searcher
from retrieval.vietnamese.text import fold, nfc, norms
from training.corpus import FOLDS, fold_of, open_corpus, own_rows

SPARE = 20
"""Syllables by which a right answer may be longer than twice the gold (as the scorer has it)."""
VARIANTS = 2
"""Times each question is seen with words left out."""
VARIANT_WEIGHT = 0.5
OWN_SILENT_WEIGHT = 0.5
"""Of our own questions without an answer: harder than those that people ask (out of fold AUC .87, .94 of theirs), they would outweigh them."""
LEFT_OUT = (0.1, 0.2, 0.3)
"""Shares of a variant's words that are left out."""
UNACCENTED = 0.35
"""Share of the variants that are written without diacritics."""
KEPT_WORDS = frozenset(
    "ai gì nào đâu mấy sao bao nhiêu khi thế làm vì tại ra ở những là gi nao dau may nhieu the lam vi tai o nhung la".split()
)
"""Words by which a question asks: without them it is another question."""


def out_of_fold_kinds(rows: list[dict[str, Any]], understood: list[Question]) -> list[Question]:
    """Return the questions with the kind told by a model that has not seen their article."""
    features = [dict.fromkeys(understanding.kind_features(q.asking), 1.0) for q in understood]
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
        self.known = 0.0

    def judge(self) -> None:
        """Tell of each draft whether it is right, and how much it overlaps with the gold."""
        judged = [self.judged(d) if self.gold else (0.0, 0.0) for d in self.made.drafts]
        self.right = np.array([right for right, _ in judged])
        self.overlap = np.array([overlap for _, overlap in judged])

    @property
    def worth(self) -> np.ndarray:
        """How good it is to answer with each draft."""
        return reader.worths(self.made.features, self.chances, self.overlaps)

    @property
    def picked(self) -> int:
        """The draft that the reader would answer with."""
        return reader.pick(self.made.drafts, self.worth)

    def judged(self, *told: drafts.Draft) -> tuple[float, float]:
        """Return whether drafts of one article are right together, and how much they overlap with the gold."""
        text = short_text(self.question, self.context, *told)
        spans_told = ((d.candidate.hit, d.candidate.sentence) for d in told)
        quotes = [self.context.articles[hit].text[sentence.start : sentence.end] for hit, sentence in spans_told]
        own = norms(text)
        best = [max((norms(nfc(s)) for s in spans), key=lambda s: f1(own, s)) for spans in self.gold]
        longest = sum(max(len(norms(nfc(s))) for s in spans) for spans in self.gold)
        right = len(own) <= 2 * longest + SPARE and all(
            stands_in(text, map(nfc, spans)) and any(stands_in(quote, map(nfc, spans)) for quote in quotes)
            for spans in self.gold
        )
        return float(right), f1(own, [w for span in best for w in span])


@dataclasses.dataclass(frozen=True)
class Sample:
    """The items of the training questions as typed, of our own, and of the variants of both."""

    typed: list[Item]
    own: list[Item]
    """Those that we wrote; trained on, never reported on, nor what thresholds go by."""
    varied: list[Item]
    """Trained on alone, too."""

    @property
    def all(self) -> list[Item]:
        """The items that the models of sentences and answers are trained on."""
        return [*self.typed, *self.own, *self.varied]

    @property
    def whole(self) -> list[Item]:
        """Those without words left out."""
        return [*self.typed, *self.own]


def variant(question: str, drawn: random.Random) -> str:
    """Return `question` with some of its words left out, now and then without diacritics."""
    share = drawn.choice(LEFT_OUT)
    words = [w for w in question.split() if w.lower().strip("?,.") in KEPT_WORDS or drawn.random() > share]
    return fold(" ".join(words)) if drawn.random() < UNACCENTED else " ".join(words)


class Maker:
    """Makes items over one corpus."""

    def __init__(self, corpus: Path) -> None:
        self.generation, encoder = open_corpus(corpus)
        self._searcher = Searcher(self.generation, encoder)
        # Every article is read for many questions: kept once, all questions about it share its sentences.
        self._contexts = Contexts(self.generation, remembered=len(self.generation))

    def own_rows(self) -> list[dict[str, Any]]:
        """Return our own questions about the corpus."""
        return own_rows(self.generation)

    def resolved(self, rows: list[dict[str, Any]]) -> list[Question]:
        """Return the questions of `rows`, understood by the shipped kind model."""
        return [resolve(self.generation, r["question"], r.get("previous")) for r in rows]

    def items(self, rows: list[dict[str, Any]], understood: list[Question], weight: float = 1.0) -> list[Item]:
        """Return the items of `rows`, understood as given."""
        items = []
        for row, question in zip(rows, understood, strict=True):
            query = Query(question.text, question.terms)
            hits = self._searcher.search(query, CANDIDATES + 1)
            if row.get("of") == "absent":
                own = self.generation.row(row["article_id"])
                hits = [hit for hit in hits if hit.article != own]
            hits = hits[:CANDIDATES]
            found = self._contexts.of(question, hits, self._searcher.vector(query.text), self._searcher.matcher(query))
            heavy = weight * OWN_SILENT_WEIGHT if row.get("own") and not row["answers"] else weight
            items.append(Item(row, question, found, heavy))
        return items


def sample_of(maker: Maker, rows: list[dict[str, Any]], own: Sequence[dict[str, Any]] = ()) -> Sample:
    """Return the questions of `rows`, of `own` and their variants, understood by a model that has not seen their article."""
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
    items = maker.items(every, understood)
    return Sample(items[: len(rows)], items[len(rows) :], varied)
