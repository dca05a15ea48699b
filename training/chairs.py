"""How often the chair is told rightly, as the questions are typed and rewritten, by models that have not seen their articles.

Rewritten: without diacritics; in keywords (no question words, lower case); with one slip of the fingers in a word of four letters or more
that is not capitalised. With 95% intervals (bootstrap over questions).
"""

import random
from typing import Any

import lightgbm
import numpy as np

from retrieval.answers import drafts
from retrieval.answers.attention import Network
from retrieval.answers.drafts import text_of
from retrieval.vietnamese.tables import rows as table
from retrieval.vietnamese.text import fold
from training.samples import Item, Maker

Models = tuple[list[lightgbm.Booster], list[Network], list[tuple[lightgbm.Booster, lightgbm.Booster]]]
"""Of sentences, the network and answers, one each a fold."""


def bare(question: str, _: random.Random) -> str:
    """Return the question without diacritics, in lower case."""
    return fold(question).lower()


def keywords(question: str, _: random.Random) -> str:
    """Return the words of the question that do not ask."""
    asking = {w for row in table("question_words") for w in row[0].split()} - {"chu", "tri"}
    kept = [w for w in question.split() if fold(w).lower().strip("?,.") not in asking]
    return " ".join(kept).rstrip("?").lower()


def typos(question: str, dice: random.Random) -> str:
    """Return the question with two neighbouring letters of one word changed over."""
    words = question.split()
    long = [i for i, w in enumerate(words) if len(w) >= 4 and w.isalpha() and w.islower()]
    if long:
        at = dice.choice(long)
        word, cut = words[at], dice.randrange(len(words[at]) - 1)
        words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    return " ".join(words)


FORMS = {"as typed": lambda question, _: question, "no diacritics": bare, "keywords": keywords, "typo": typos}


def interval(right: np.ndarray) -> str:
    """Return the mean and its 95% interval."""
    dice = np.random.default_rng(0)
    means = right[dice.integers(0, len(right), (10_000, len(right)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{right.mean():.3f} ({low:.3f} to {high:.3f}), {len(right)} questions"


def told(item: Item) -> None:
    """Print a question that was answered wrongly, with what was answered and what was right."""
    print(f"  {item.row['question']}\n    right: {[spans[0] for spans in item.gold]}")
    if item.made.drafts:
        draft = item.made.drafts[item.picked]
        article = item.context.articles[draft.candidate.hit]
        sentence = draft.candidate.sentence
        other = "" if article.id == item.row["article_id"] else " (another article)"
        print(f"    told: {text_of(sentence, draft.cut)}{other}\n    in: {article.text[sentence.start : sentence.end]}")


def report(maker: Maker, rows: list[dict[str, Any]], models: Models, wrong: str | None = None) -> None:
    """Print how often the models of each fold tell the chair rightly, in each form; and what is `wrong` in one of them."""
    dice = random.Random(1)
    for name, form in FORMS.items():
        asked = [r | {"question": form(r["question"], dice)} for r in rows if r["type"] == "chair"]
        # Understood as at run time, by the shipped kind model: `chủ trì` is told by rule.
        for item in (found := maker.items(asked, maker.resolved(asked))):
            if len(item.labels):
                _read(item, models)
        right = np.array([bool(i.made.drafts) and i.right[i.picked] > 0 for i in found], float)
        print(f"  chair, {name:14} {interval(right)}", flush=True)
        if name == wrong:
            for item in (i for i, well in zip(found, right, strict=True) if not well):
                told(item)


def _read(item: Item, models: Models) -> None:
    sentences, network, answers = (of_fold[item.part] for of_fold in models)
    item.probabilities = np.asarray(sentences.predict(item.context.features))
    item.made = drafts.make(item.context, item.probabilities, network)
    item.judge()
    if item.made.drafts:
        item.chances = np.asarray(answers[0].predict(item.made.features))
        item.overlaps = np.clip(np.asarray(answers[1].predict(item.made.features)), 0.0, 1.0)
