"""Train the static sentence encoder that ships with Tin Tỉnh, from news articles alone.

In:  a file of articles, a JSON object a line with `title`, `lead` and `text` (plain or .xz), and optionally question
     sets in SQuAD 2 form. Out: a folder in the format of sentence-transformers (StaticEmbedding + Normalize), float16.

Query and passage are read off the articles themselves: title -> a window of the body, lead -> window, title -> lead,
one sentence -> the window around it. Half of the queries lose their diacritics, so that both ways of typing
land in one place. Loss: InfoNCE with in-batch negatives (van den Oord et al. 2018), summed over the Matryoshka
dimensions 256 and 64 (Kusupati et al. 2022). Deterministic from the seed, on one machine.

    python -m training.encoder NEWS.jsonl.xz OUT [--qa SQUAD.json ...] [--steps 2500]
"""

import argparse
import json
import lzma
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from retrieval.passages import sentences
from retrieval.vietnamese.text import fold, nfc

SCALE = 20.0
DIMENSIONS = (256, 64)
WINDOW = 4


def read_articles(path: Path, limit: int) -> list[dict[str, str]]:
    """Return the first `limit` articles of a JSONL file, plain or xz."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line, _ in zip(lines, range(limit), strict=False)]


def article_pairs(article: dict[str, str], rng: random.Random) -> list[tuple[str, str]]:
    """Return (query, passage) pairs that one article gives."""
    body = nfc(article["text"])
    spans = sentences(body)
    if len(spans) < 3:
        return []

    def window(at: int) -> str:
        first = max(0, min(at - rng.randrange(WINDOW), len(spans) - WINDOW))
        return body[spans[first][0] : spans[min(first + WINDOW, len(spans)) - 1][1]]

    title, lead = nfc(article["title"]), nfc(article["lead"])
    pick = rng.randrange(len(spans))
    pairs = [(title, window(rng.randrange(len(spans)))), (title, f"{lead} {window(0)}")]
    if lead:
        pairs += [(lead, window(rng.randrange(len(spans))))]
    sentence = body[spans[pick][0] : spans[pick][1]].split()
    if len(sentence) > 6:
        size = rng.randint(5, min(16, len(sentence)))
        first = rng.randrange(len(sentence) - size + 1)
        pairs.append((" ".join(sentence[first : first + size]), window(pick)))
    return pairs


def question_pairs(path: Path) -> list[tuple[str, str]]:
    """Return (question, paragraph) pairs of the answerable questions of a SQuAD 2 file."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [
        (nfc(question["question"]), nfc(paragraph["context"])[:900])
        for entry in data
        for paragraph in entry["paragraphs"]
        for question in paragraph["qas"]
        if question["answers"]
    ]


def train_tokenizer(texts: list[str], size: int) -> Tokenizer:
    """Return a WordPiece tokenizer of `size` pieces over lower-case NFC text, accented and folded alike."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=40))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=size, min_frequency=3, special_tokens=["[PAD]", "[UNK]"])
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


class Ragged:
    """Token ids of many texts, flat, so that a batch is gathered without Python lists."""

    def __init__(self, tokenizer: Tokenizer, texts: list[str]) -> None:
        rows: list[np.ndarray] = []
        for at in range(0, len(texts), 4000):
            batch = tokenizer.encode_batch(texts[at : at + 4000], add_special_tokens=False)
            rows += [np.asarray(e.ids or [1], dtype=np.int32)[:220] for e in batch]
        self.lengths = np.array([len(r) for r in rows])
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self.flat = np.concatenate(rows)

    def batch(self, which: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the ids of the texts `which`, concatenated, and the offset of each."""
        ids = np.concatenate([self.flat[self.starts[i] : self.starts[i] + self.lengths[i]] for i in which])
        offsets = np.concatenate([[0], np.cumsum(self.lengths[which])[:-1]])
        return torch.from_numpy(ids.astype(np.int64)), torch.from_numpy(offsets.astype(np.int64))


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--qa", type=Path, nargs="*", default=[])
    parser.add_argument("--articles", type=int, default=80_000)
    parser.add_argument("--vocabulary", type=int, default=40_000)
    parser.add_argument("--steps", type=int, default=2_500)
    parser.add_argument("--batch", type=int, default=1_024)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    dice = np.random.default_rng(options.seed)
    torch.manual_seed(options.seed)
    started = time.time()

    pairs = [p for a in read_articles(options.news, options.articles) for p in article_pairs(a, rng)]
    for path in options.qa:
        pairs += question_pairs(path) * 4
    print(f"{len(pairs)} pairs after {time.time() - started:.0f} s", flush=True)
    sample = rng.sample(range(len(pairs)), min(60_000, len(pairs)))
    corpus = [pairs[i][1] for i in sample]
    tokenizer = train_tokenizer(corpus + [fold(t) for t in corpus], options.vocabulary)
    queries = Ragged(tokenizer, [q for q, _ in pairs])
    folded = Ragged(tokenizer, [fold(q) for q, _ in pairs])
    passages = Ragged(tokenizer, [p for _, p in pairs])
    print(f"tokenised after {time.time() - started:.0f} s", flush=True)

    table = torch.nn.EmbeddingBag(tokenizer.get_vocab_size(), max(DIMENSIONS), mode="mean", sparse=True)
    torch.nn.init.normal_(table.weight, std=0.1)
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=options.rate)
    target = torch.arange(options.batch)
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1.0, (step + 1) / 50) * max(0.02, 1 - step / options.steps)
        which = dice.choice(len(pairs), options.batch, replace=False)
        bare = dice.random(options.batch) < 0.5
        query = torch.where(torch.from_numpy(bare)[:, None], table(*folded.batch(which)), table(*queries.batch(which)))
        passage = table(*passages.batch(which))
        loss = torch.zeros(())
        for size in DIMENSIONS:
            left = torch.nn.functional.normalize(query[:, :size])
            right = torch.nn.functional.normalize(passage[:, :size])
            scores = SCALE * left @ right.T
            loss = loss + torch.nn.functional.cross_entropy(scores, target)
            loss = loss + torch.nn.functional.cross_entropy(scores.T, target)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()  # type: ignore[no-untyped-call]
        if step % 100 == 0:
            print(f"step {step} loss {loss.item() / 4:.4f} after {time.time() - started:.0f} s", flush=True)

    save(table.weight.detach().numpy(), tokenizer, options.out)
    print(f"saved {options.out} after {time.time() - started:.0f} s", flush=True)


def save(weights: np.ndarray, tokenizer: Tokenizer, out: Path) -> None:
    """Write the model as sentence-transformers does, with its weights in float16."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, StaticEmbedding

    static = StaticEmbedding(tokenizer, embedding_weights=weights)
    model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    model.half().save(str(out), create_model_card=False)


if __name__ == "__main__":
    main()
