"""The built-in reader: articles found for a question -> drafts of an answer, and whether there is one at all.

Sentence model -> network and rules -> drafts -> answer models -> refusal models; all small, trained by
training/reader.py, read without their libraries.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.answers import drafts, further, lacking, sentences, standing
from retrieval.answers.attention import Network
from retrieval.answers.context import Context
from retrieval.answers.drafts import Draft, Drafts
from retrieval.answers.reading import Reading
from retrieval.answers.trees import Trees
from retrieval.errors import ReaderModelError

MODELS = Path(__file__).parents[1] / "models"
BREVITY = 1.0
"""How much the expected overlap counts beside the chance to be right: without it whole clauses are preferred to a name."""
ARTICLE_WEIGHT = 0.25
"""How much the search's score of an article (log-odds, relative to the best one's) counts beside."""
OVER_FEW = 0.4
"""Share of the threshold for things elsewhere over a small corpus: what few articles say is no measure of what is rare. Of the invented province's
questions that share nothing with it all are below, of those that it answers none."""
LEAST_CHANCE = 0.05
"""A draft less likely to be right than this answers nothing, unless a rule fits it wholly: of the training questions that lose their
answer by it, 1% (out of fold), four in five were answered wrongly, and .7% more of those without an answer are refused."""
RULE_KEPT = {
    "chair": 0.5,
    "attendee": 0.25,
    "task": 0.5,
    "own_task": 1.5,
    "when": 0.25,
    "meeting": 1.5,
    "limitation": 0.35,
    "where": 0.5,
}
"""A draft by a rule that fits wholly is preferred where its worth is at most this much lower: it is complete and typed. Chosen out of fold, but
for `own_task` and `meeting`: they are for what the training questions hardly have, a sentence with tasks of several bodies, and a meeting that is
named by its day."""
RULE_KEPT_OF_OTHERS = 0.35
"""The most of it where the rule's draft is of another article than the best one."""

REFUSAL_FEATURES = (
    *drafts.FEATURES, "chance", "second_chance", "drafts", "named_missing_any", "own_missing_squared", "best_sentence_any",
    "overlap", "chance_in_best_sentence", *lacking.FEATURES,
)  # fmt: skip
"""What it is told by whether the article that tells of a matter tells what is asked."""
ELSEWHERE_FEATURES = (*REFUSAL_FEATURES, *standing.FEATURES)
"""What it is told by whether any article tells of the matter."""


def worths(
    features: npt.NDArray[np.float32], chances: npt.NDArray[np.float64], overlaps: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return how good it is to answer with each draft: its chance to be right, its brevity, its article's score."""
    return chances + BREVITY * overlaps + ARTICLE_WEIGHT * features[:, _BEHIND]


def pick(found: Sequence[Draft], worth: npt.NDArray[np.float64], *, rules: bool = True) -> int:
    """Return the index of the draft to answer with."""
    best = int(np.argmax(worth))
    ruled = [
        (worth[i], i)
        for i, d in enumerate(found)
        if d.typed is not None and d.ruled and worth[i] >= worth[best] - _kept(d.typed.rule, d, found[best])
    ]
    return max(ruled)[1] if rules and ruled else best


def _kept(rule: str, ruled: Draft, best: Draft) -> float:
    """Return by how much less worth the draft of a rule is preferred to the best one."""
    kept = RULE_KEPT[rule]
    return kept if ruled.candidate.hit == best.candidate.hit else min(kept, RULE_KEPT_OF_OTHERS)


def refusal_row(
    context: Context, made: Drafts, chances: npt.NDArray[np.float64], overlaps: npt.NDArray[np.float64], best: int
) -> npt.NDArray[np.float64]:
    """Return what the refusal models look at: the features of the draft `best`, how the others stand to it, what its sentence lacks."""
    features = made.features
    sentence = features[:, _RANK]
    others = chances[sentence != sentence[best]]
    row = features[best].astype(float)
    return np.array([
        *row, _logit(chances[best]), _logit(others.max(initial=0.0)), float(len(np.unique(sentence))),
        float(row[_NAMED] + row[_NUMBERS] > 0), row[_OWN] ** 2, float(features[:, 0].max()), overlaps[best],
        float(chances[sentence == 0].max(initial=0.0)),
        *lacking.row(context, made.drafts[best].candidate, names=row[_NAMES], wanted=row[_WANTED]),
    ])  # fmt: skip


def elsewhere_row(
    context: Context, refusal: npt.NDArray[np.float64], made: Drafts, best: int
) -> npt.NDArray[np.float64]:
    """Return `ELSEWHERE_FEATURES`: what `refusal_row` gave, and how the articles found stand to one another."""
    return np.array([*refusal, *standing.row(context.found, context.hits[made.drafts[best].candidate.hit])])


def confidence_row(chance: float, overlap: float, known: float) -> npt.NDArray[np.float64]:
    """Return what the calibration looks at: the chosen draft's own chance is that of the best of many, and so too high."""
    return np.array([_logit(chance), overlap, _logit(known)])


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(chance / (1 - chance))


_RANK, _NAMED, _NUMBERS, _OWN, _BEHIND, _NAMES, _WANTED = (
    drafts.FEATURES.index(name)
    for name in (
        "sentence_rank", "named_missing", "numbers_missing", "own_missing", "article_behind", "names", "wanted_tokens",
    )
)  # fmt: skip


class Refusal:
    """A model of whether a question has an answer: a line and trees, which see different things; the mean of their log-odds beats each."""

    def __init__(self, trees: Trees, settings: Mapping[str, Any], features: Sequence[str]) -> None:
        self.threshold = float(settings["threshold"])
        self._trees = trees
        self._bias = float(settings["bias"])
        self._weights = np.array([settings["weights"][name] for name in features])

    def chance(self, row: npt.NDArray[np.float64]) -> float:
        """Return the probability that there is an answer, of one row of the model's features."""
        odds = (float(row @ self._weights) + self._bias + float(self._trees.scores(row[None])[0])) / 2
        return 1.0 / (1.0 + math.exp(-odds))


@dataclass(frozen=True)
class Weighed:
    """The drafts for one question, each with its chance to be right, its expected overlap with the right answer, and its worth."""

    made: Drafts
    chances: npt.NDArray[np.float64]
    overlaps: npt.NDArray[np.float64]
    worth: npt.NDArray[np.float64]
    first: int
    """The draft to answer with."""


class BuiltinReader:
    """The shipped models, loaded once."""

    name = "builtin"

    def __init__(self, folder: Path = MODELS) -> None:
        self._sentences = Trees.load(folder / "sentences.npz", sentences.FEATURES)
        # Both look at the same features of the same drafts: one walk.
        answers = Trees.load(folder / "answers.npz", drafts.FEATURES)
        self._drafts = answers.beside(Trees.load(folder / "overlaps.npz", drafts.FEATURES))
        self._answers = len(answers)
        silent = Trees.load(folder / "silent.npz", REFUSAL_FEATURES)
        elsewhere = Trees.load(folder / "elsewhere.npz", ELSEWHERE_FEATURES)
        self._further = Trees.load(folder / "further.npz", further.FEATURES)
        self._network = Network.load(folder / "attention.npz")
        try:
            settings = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            self._silent = Refusal(silent, settings["silent"], REFUSAL_FEATURES)
            """Whether the article that tells of the matter tells what is asked."""
            self._elsewhere = Refusal(elsewhere, settings["elsewhere"], ELSEWHERE_FEATURES)
            """Whether any article tells of the matter."""
            self.threshold = self._silent.threshold
            self._confidence = np.array(settings["confidence"], np.float64)
            """Weights of `confidence_row`, and the bias last."""
        except (OSError, ValueError, KeyError) as error:
            raise ReaderModelError(
                f"{folder / 'reader.json'} cannot be used ({error})", mend="Reinstall tintinh"
            ) from error

    def read(self, context: Context) -> Reading:
        """Return drafts of an answer, the best first, and the probability that there is one."""
        weighed = self.weigh(context)
        if weighed is None:
            return Reading((), 0.0, self.threshold)
        chances, overlaps, worth, first = weighed.chances, weighed.overlaps, weighed.worth, weighed.first
        told = [
            replace(d, probability=float(p), overlap=float(o))
            for d, p, o in zip(weighed.made.drafts, chances, overlaps, strict=True)
        ]
        row = refusal_row(context, weighed.made, chances, overlaps, first)
        known = self._silent.chance(row)
        here = self._elsewhere.chance(elsewhere_row(context, row, weighed.made, first))
        order = [first, *(int(i) for i in np.argsort(-worth, kind="stable") if i != first)]
        row = confidence_row(float(chances[first]), float(overlaps[first]), known)
        sure = 1.0 / (1.0 + math.exp(-float(row @ self._confidence[:-1]) - float(self._confidence[-1])))
        few = context.asked.corpus_size < sentences.SMALL_CORPUS
        least = self._elsewhere.threshold * (OVER_FEW if few else 1.0)
        # What a rule finds for the very body that is asked for is there, however few words the question has.
        if (here < least and not (few and told[first].ruled)) or (
            chances[first] < LEAST_CHANCE and not told[first].ruled
        ):
            known = 0.0
        on = self._second(context, weighed.made, np.array([chances, overlaps, worth]), first)
        return Reading(
            tuple(told[i] for i in order),
            known,
            self.threshold,
            confidence=sure,
            further=None if on is None else (told[first], told[on]),
        )

    def weigh(self, context: Context) -> Weighed | None:
        """Return the drafts of an answer with what the models make of them, None where there are none."""
        if not context.candidates:
            return None
        made: Drafts = drafts.make(context, self._sentences.predict(context.features), self._network)
        if not made.drafts:
            return None
        leaves = self._drafts.leaves(made.features)
        chances = 1.0 / (1.0 + np.exp(-leaves[:, : self._answers].sum(axis=1)))
        overlaps = np.clip(leaves[:, self._answers :].sum(axis=1), 0.0, 1.0)
        worth = worths(made.features, chances, overlaps)
        return Weighed(made, chances, overlaps, worth, pick(made.drafts, worth))

    def _second(self, context: Context, made: Drafts, weighed: npt.NDArray[np.float64], best: int) -> int | None:
        """Return the draft of another sentence without which the draft `best` is half an answer, None where there is none."""
        # What a rule fits wholly is complete: the tasks of a body, the shortcomings behind a colon.
        if made.drafts[best].ruled or not further.wants_several(context.asked.question):
            return None
        found, rows = further.rows(context.asked.question, made.drafts, made.features, weighed, best)
        if not found:
            return None
        gains = self._further.scores(rows)
        at = int(gains.argmax())
        return found[at] if gains[at] >= further.LEAST_GAIN else None
