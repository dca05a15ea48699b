"""A question and the one before it -> whether it goes on with that one or begins a new subject.

`Còn Hội Nông dân thì sao?` says so itself. `Họp tới hôm nào thì xong?` does not: it stands alone as a sentence, but
names nothing one could look for. So a small logistic model (training/linking.py) looks at how much there is to look
for: the words that are not those of which every question is built, weighed by their rarity.
"""

import functools
import json
import math
from pathlib import Path

import numpy as np

from retrieval.directory import Directory
from retrieval.errors import ReaderModelError
from retrieval.questions import LOCAL_SERVICE, Question, readable, understand
from retrieval.snapshot import Generation, term_key
from retrieval.spelling import mended
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import words

_MODEL = Path(__file__).parent / "models" / "linking.json"
_FULL_NAME = 3
"""Syllables from which a name is a full one."""
FEATURES = ("words", "rarity", "rarest", "pair_rarity", "capitals", "numbers", "days")


def resolve(generation: Generation, asked: str, previous: str | None) -> Question:
    """Return what `asked` asks, after `previous` where it goes on with it."""
    meant = mended(readable(asked), generation)
    before = mended(readable(previous), generation) if previous is not None else None
    question = understand(meant, before, typed=asked)
    if previous is None or question.follows_up or not question.syllables or _begins(generation, question):
        return question
    bias, weights = _model()
    odds = bias + sum(w * f for w, f in zip(weights, features(generation, question), strict=True))
    return understand(meant, before, linked=True, typed=asked) if odds > 0 else question


def _begins(generation: Generation, question: Question) -> bool:
    """Tell whether a question begins a subject for certain: it names somebody in full, or asks of a day's power or weather.

    Of the follow-ups of the training questions that the model links, none does.
    """
    words = question.syllables
    if LOCAL_SERVICE.search(" ".join(words)):
        return True
    return bool(Directory(generation).named(words, _FULL_NAME))


def features(generation: Generation, question: Question) -> list[float]:
    """Return how much of its own a question gives to look for."""
    own = [w for w in dict.fromkeys(question.syllables) if w not in question_frame()]
    rarity = generation.rarity(np.fromiter(map(term_key, own), np.uint32, len(own)))
    pairs = list(dict.fromkeys(question.own_terms.pairs))
    pair_rarity = generation.rarity(np.fromiter(map(term_key, pairs), np.uint32, len(pairs)))
    return [
        math.log1p(len(own)),
        math.log1p(float(rarity.sum())),
        float(rarity.max(initial=0.0)),
        math.log1p(float(pair_rarity.sum())),
        math.log1p(sum(w[0].isupper() for w in words(question.asked)[1:])),
        float(sum(w[0].isdigit() for w in own) > 0),
        float(bool(question.whens)),
    ]


@functools.cache
def question_frame() -> frozenset[str]:
    """Return the words of which every question is built, folded."""
    return frozenset(row[0] for row in rows("question_frame"))


@functools.cache
def _model() -> tuple[float, list[float]]:
    try:
        model = json.loads(_MODEL.read_text(encoding="utf-8"))
        if tuple(model["weights"]) != FEATURES:
            raise ValueError("it was fitted for other features")
        return float(model["bias"]), [float(w) for w in model["weights"].values()]
    except (OSError, ValueError, KeyError) as error:
        raise ReaderModelError(f"{_MODEL} cannot be used ({error})", mend="Reinstall tintinh") from error
