"""News articles and questions -> what the transformer learns from: packed token rows, pairs, and questions with spans."""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from retrieval.passages import sentences
from retrieval.vietnamese import dates
from retrieval.vietnamese.names import people
from retrieval.vietnamese.text import fold, nfc, norms, tokens
from training.corpus import gold_article

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, _, CLS, SEP, MASK = range(5)
WINDOW = 1_200
"""Characters of a passage around an answer."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*\s*(?:%|\w+)")
_ASKS = {
    "person": ("ai", "người nào", "đồng chí nào"),
    "time": ("khi nào", "ngày nào", "lúc nào"),
    "figure": ("bao nhiêu",),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A question, a passage, and where in it the answer stands; start == end where it does not answer."""

    question: str
    passage: str
    start: int
    end: int


def vocabulary(texts: Sequence[str], size: int) -> Tokenizer:
    """Return a WordPiece tokenizer over `texts`, accented and folded alike, that frames pairs as BERT does."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=40))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=size, min_frequency=3, special_tokens=SPECIAL)
    tokenizer.train_from_iterator([*texts, *map(fold, texts)], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    return tokenizer


def packed(texts: Iterable[str], tokenizer: Tokenizer, length: int, rng: random.Random) -> np.ndarray:
    """Return token rows (rows, length), int32, of the texts one after another; a third of the texts lose their diacritics."""
    flat: list[int] = []
    batch: list[str] = []
    for text in texts:
        batch.append(fold(text) if rng.random() < 1 / 3 else text)
        if len(batch) == 2_000:
            flat += _flat(tokenizer, batch)
            batch = []
    flat += _flat(tokenizer, batch)
    rows = len(flat) // (length - 1)
    body = np.array(flat[: rows * (length - 1)], np.int32).reshape(rows, length - 1)
    return np.hstack([np.full((rows, 1), CLS, np.int32), body])


def _flat(tokenizer: Tokenizer, batch: list[str]) -> list[int]:
    return [i for e in tokenizer.encode_batch(batch, add_special_tokens=False) for i in (*e.ids, SEP)]


def article_pairs(article: dict[str, str], rng: random.Random) -> list[tuple[str, str]]:
    """Return (title or lead, a window of the body): what a passage encoder learns from."""
    body = nfc(article["text"])
    spans = sentences(body)
    if len(spans) < 3:
        return []
    at = rng.randrange(len(spans))
    window = body[spans[at][0] : spans[min(at + 4, len(spans)) - 1][1]]
    return [(nfc(article[name]), window) for name in ("title", "lead") if article[name]]


def clozes(article: dict[str, str], rng: random.Random, most: int = 2) -> list[Sample]:
    """Return questions made from sentences: a name, a time or a figure is asked for by what stands around it.

    A third of the words go, and a third of the questions their diacritics, so that order and wording alone do not answer.
    A quarter are asked of another part of the article: those have no answer.
    """
    body = nfc(article["text"])
    spans = sentences(body)
    rng.shuffle(spans)
    found: list[Sample] = []
    for start, end in spans:
        sentence = body[start:end]
        answers = _mentions(sentence)
        if len(sentence) < 60 or not answers:
            continue
        kind, first, last = rng.choice(answers)
        left = [w for w in sentence[:first].split() if rng.random() > 1 / 3][-12:]
        right = [w for w in sentence[last:].split() if rng.random() > 1 / 3][:12]
        asks = rng.choice(_ASKS[kind])
        words = [asks, *right, *left] if rng.random() < 0.5 else [*left, asks, *right]
        question = " ".join(words).strip(" .,;:")
        if rng.random() < 1 / 3:
            question = fold(question)
        if rng.random() < 0.25 and len(body) > 3 * WINDOW:
            far = (start + len(body) // 2) % max(len(body) - WINDOW, 1)
            if not far - WINDOW < start < far + WINDOW:
                found.append(Sample(question, body[far : far + WINDOW], 0, 0))
        else:
            found.append(_sample(question, body, start + first, start + last, rng))
        if len(found) == most:
            break
    return found


def _mentions(sentence: str) -> list[tuple[str, int, int]]:
    found = tokens(sentence)
    named = [("person", found[p.first].start, found[p.last].end) for p in people(sentence, found)]
    timed = [("time", w.start, w.end) for w in dates.find(sentence)]
    return named + timed + [("figure", *m.span()) for m in _FIGURE.finditer(sentence)]


def _sample(question: str, body: str, start: int, end: int, rng: random.Random) -> Sample:
    """Return the sample with a window of `body` in which the answer stands anywhere."""
    before = rng.randrange(WINDOW - min(end - start, WINDOW - 1))
    first = max(0, start - before)
    return Sample(question, body[first : first + WINDOW], start - first, min(end - first, WINDOW))


def gold(rows: Sequence[dict[str, Any]], texts: dict[str, str], rng: random.Random, copies: int = 4) -> list[Sample]:
    """Return the questions with gold spans as samples, several windows each; an unanswerable one is asked of its article."""
    found = []
    for row in rows:
        body = texts.get(gold_article(row), "")
        for _ in range(copies if body else 0):
            question = row["question"] if rng.random() > 1 / 4 else fold(row["question"])
            if row.get("previous"):
                question = f"{row['previous']} {question}"
            place = next((p for spans in row["answers"] for s in spans if (p := _place(body, nfc(s)))), None)
            if place is not None:
                found.append(_sample(question, body, *place, rng))
            elif not row["answers"]:
                first = rng.randrange(max(1, len(body) - WINDOW))
                found.append(Sample(question, body[first : first + WINDOW], 0, 0))
    return found


def _place(body: str, span: str) -> tuple[int, int] | None:
    """Return where the syllables of `span` stand in `body`, however they are spaced; None where nowhere."""
    at = body.find(span)
    if at >= 0:
        return at, at + len(span)
    found, wanted = tokens(body), norms(span)
    own = [t.norm for t in found]
    first = next((i for i in range(len(own) - len(wanted) + 1) if own[i : i + len(wanted)] == wanted), None)
    return None if first is None or not wanted else (found[first].start, found[first + len(wanted) - 1].end)


@dataclass(frozen=True)
class Batch:
    """Samples as arrays (samples, tokens), and the first and last token of each answer; 0, the frame's first, where none."""

    ids: np.ndarray
    types: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def framed(samples: Sequence[Sample], tokenizer: Tokenizer, length: int) -> Batch:
    """Return `samples` framed as pairs of question and passage, cut to `length` tokens."""
    ids = np.zeros((len(samples), length), np.int64)
    types = np.zeros_like(ids)
    starts, ends = np.zeros(len(samples), np.int64), np.zeros(len(samples), np.int64)
    for row, encoding in enumerate(tokenizer.encode_batch([(s.question, s.passage) for s in samples])):
        own = encoding.ids[:length]
        ids[row, : len(own)], types[row, : len(own)] = own, encoding.type_ids[:length]
        sample = samples[row]
        inside = [
            i
            for i, ((a, b), part) in enumerate(
                zip(encoding.offsets[:length], encoding.sequence_ids[:length], strict=True)
            )
            if part == 1 and a < sample.end and b > sample.start
        ]
        if inside:
            starts[row], ends[row] = inside[0], inside[-1]
    return Batch(ids, types, starts, ends)
