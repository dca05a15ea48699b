"""How often the chair is told rightly, as the questions are typed and rewritten, cross-validated by article.

    python -m training.chairs CORPUS.jsonl QUESTIONS.jsonl...

All question files together, five folds by article; the models of a fold have seen neither its articles nor any wording
of their questions. Rewritten: without diacritics; in keywords (no question words, lower case); with one slip of the
fingers in a word of four letters or more that is not capitalised. With 95% intervals (bootstrap over questions).
"""

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.answers import drafts
from retrieval.answers.drafts import text_of
from retrieval.vietnamese.tables import rows as table
from retrieval.vietnamese.text import fold
from training import reader as training
from training.corpus import read_rows
from training.samples import Item, Maker, sample_of


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


def main() -> None:
    """Cross-validate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--wrong", choices=FORMS, help="print what was answered wrongly in this form")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = [r for path in options.questions for r in read_rows(path)]
    maker = Maker(options.corpus)
    sample = sample_of(maker, rows, own=maker.own_rows())
    sentence_models = training.fit_sentences(sample)
    span_models = training.fit_drafts(sample)
    answer_models = training.fit_answers(sample)
    dice = random.Random(1)
    for name, form in FORMS.items():
        asked = [r | {"question": form(r["question"], dice)} for r in rows if r["type"] == "chair"]
        # Understood as at run time, by the shipped kind model: `chủ trì` is told by rule.
        for item in (found := maker.items(asked, maker.resolved(asked))):
            if not len(item.labels):
                continue
            item.probabilities = np.asarray(sentence_models[item.part].predict(item.context.features))
            item.made = drafts.make(item.context, item.probabilities, span_models[item.part])
            item.judge()
            if item.made.drafts:
                answers, overlaps = answer_models[item.part]
                item.chances = np.asarray(answers.predict(item.made.features))
                item.overlaps = np.clip(np.asarray(overlaps.predict(item.made.features)), 0.0, 1.0)
        right = np.array([bool(i.made.drafts) and i.right[i.picked] > 0 for i in found], float)
        print(f"{name:14} {interval(right)}", flush=True)
        if options.wrong and name == options.wrong:
            for item in (i for i, well in zip(found, right, strict=True) if not well):
                told(item)


if __name__ == "__main__":
    main()
