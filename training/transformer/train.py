"""Train the transformer, one command, resumable, the same from the same seed and vocabulary on the same machine.

    python -m training.transformer.train NEWS.jsonl.xz OUT --questions TRAIN.jsonl --corpus CORPUS.jsonl [--fold K] [--toy]

Vocabulary (made once, then kept in OUT: the library's trainer breaks ties by chance); masked words on the news (Devlin et al. 2019); then jointly vectors (InfoNCE over title -> window) and spans
(clozes made from the news, and the questions with gold). `--fold K` leaves a fifth of the articles out and reports on
their questions. Each step draws its batch and its dropout from (seed, phase, step), so a run that was cut off goes on
from its last checkpoint as if it had not been. On CUDA in bfloat16; `--toy` is a size for a CPU, to test the code.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from retrieval.evaluation import f1
from retrieval.readers import load
from retrieval.vietnamese.text import fold, nfc, norms
from training.corpus import fold_of, read_rows
from training.encoder import read_articles
from training.transformer import data, export
from training.transformer.data import MASK, Batch, Sample
from training.transformer.model import Reader

SCALE = 20.0
HIDDEN = 0.2
"""Share of the words that are masked."""


@dataclass(frozen=True)
class Size:
    """How large the network and the training are."""

    articles: int = 80_000
    vocabulary: int = 20_000
    layers: int = 6
    width: int = 384
    longest: int = 384
    row: int = 256
    mlm_steps: int = 12_000
    mlm_batch: int = 256
    joint_steps: int = 6_000
    joint_batch: int = 96
    rate: float = 5e-4
    gold_share: float = 0.35
    save_every: int = 500


TOY = Size(
    articles=300, vocabulary=1_500, layers=2, width=64, longest=192, row=64, mlm_steps=30, mlm_batch=8, joint_steps=30,
    joint_batch=8, save_every=10,
)  # fmt: skip


class Run:
    """One training in a folder: the network, where it stands, and how it is saved."""

    def __init__(self, out: Path, size: Size, tokenizer: Tokenizer, seed: int) -> None:
        self.out, self.size, self.tokenizer, self.seed = out, size, tokenizer, seed
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(seed)
        self.network = Reader(tokenizer.get_vocab_size(), size.layers, size.width, size.longest).to(self.device)
        self.started = time.time()

    def phase(self, name: str, steps: int, loss: Callable[[np.random.Generator], torch.Tensor]) -> None:
        """Run `steps` steps of `loss`, from the last checkpoint of this phase on; a phase that is done is not run again."""
        rate = self.size.rate if name == "mlm" else self.size.rate / 3
        optimizer = torch.optim.AdamW(self.network.parameters(), lr=rate, weight_decay=0.01, betas=(0.9, 0.98))
        kept = self.out / f"{name}.pt"
        first = 0
        if kept.exists():
            state = torch.load(kept, map_location=self.device, weights_only=True)
            self.network.load_state_dict(state["network"])
            optimizer.load_state_dict(state["optimizer"])
            first = int(state["step"])
            self.tell(f"{name}: goes on at step {first}")
        self.network.train()
        for step in range(first, steps):
            warm = min(1.0, (step + 1) / max(1, steps // 20))
            for group in optimizer.param_groups:
                group["lr"] = rate * warm * max(0.02, 1 - step / steps)
            numbers = [self.seed, sum(map(ord, name)), step]
            torch.manual_seed(hash(tuple(numbers)) % 2**31)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
                value = loss(np.random.default_rng(numbers))
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            optimizer.step()
            done = step + 1
            if done % self.size.save_every == 0 or done == steps:
                self.tell(f"{name}: step {done} loss {value.item():.4f}")
                state = {"network": self.network.state_dict(), "optimizer": optimizer.state_dict(), "step": done}
                torch.save(state, kept.with_suffix(".part"))
                kept.with_suffix(".part").replace(kept)

    def tell(self, what: str) -> None:
        """Print what was done, and when."""
        print(f"{what} after {time.time() - self.started:.0f} s", flush=True)

    def tensor(self, rows: np.ndarray) -> torch.Tensor:
        """Return `rows` as int64 on the device."""
        return torch.from_numpy(rows.astype(np.int64)).to(self.device)

    def masked_loss(self, rows: np.ndarray) -> Callable[[np.random.Generator], torch.Tensor]:
        """Return the loss of words that are hidden in rows of news: 8 in 10 masked, 1 another word, 1 as it is."""

        def loss(dice: np.random.Generator) -> torch.Tensor:
            own = rows[dice.integers(0, len(rows), self.size.mlm_batch)].astype(np.int64)
            hidden = (dice.random(own.shape) < HIDDEN) & (own >= len(data.SPECIAL))
            hidden[0, 1] = True
            shown, what = own.copy(), dice.random(own.shape)
            shown[hidden & (what < 0.8)] = MASK
            other = hidden & (what >= 0.9)
            shown[other] = dice.integers(len(data.SPECIAL), self.tokenizer.get_vocab_size(), int(other.sum()))
            scores = self.network.masked(self.tensor(shown), torch.from_numpy(hidden).to(self.device))
            return functional.cross_entropy(scores.float(), self.tensor(own[hidden]))

        return loss

    def joint_loss(
        self, pairs: Sequence[tuple[str, str]], made: Sequence[Sample], gold: Sequence[Sample]
    ) -> Callable[[np.random.Generator], torch.Tensor]:
        """Return the loss of spans, of made and of gold questions, and of pairs in one batch."""

        def loss(dice: np.random.Generator) -> torch.Tensor:
            size = self.size.joint_batch
            of_gold = round(size * self.size.gold_share) if gold else 0
            samples = [gold[i] for i in dice.integers(0, max(len(gold), 1), of_gold)]
            samples += [made[i] for i in dice.integers(0, len(made), size - of_gold)]
            batch = data.framed(samples, self.tokenizer, self.size.longest)
            starts, ends = self.network.spans(self.tensor(batch.ids), self.tensor(batch.types))
            spans = functional.cross_entropy(starts, self.tensor(batch.starts)) + functional.cross_entropy(
                ends, self.tensor(batch.ends)
            )
            chosen = [pairs[i] for i in dice.integers(0, len(pairs), size)]
            bare = dice.random(size) < 0.5
            left = self.texts([fold(q) if b else q for (q, _), b in zip(chosen, bare, strict=True)], 64)
            right = self.texts([p for _, p in chosen], self.size.row)
            scores = SCALE * self.network.vectors(left).float() @ self.network.vectors(right).float().T
            target = torch.arange(size, device=self.device)
            return spans / 2 + functional.cross_entropy(scores, target)

        return loss

    def texts(self, texts: Sequence[str], length: int) -> torch.Tensor:
        """Return the ids of single texts, cut to `length` tokens."""
        ids = np.zeros((len(texts), length), np.int64)
        for row, encoding in enumerate(self.tokenizer.encode_batch(list(texts))):
            own = encoding.ids[:length]
            ids[row, : len(own)] = own
        return self.tensor(ids)

    @torch.no_grad()
    def report(self, samples: Sequence[Sample]) -> None:
        """Print how well spans are found in `samples` the network has not seen."""
        self.network.eval()
        overlaps, exact = [], []
        for at in range(0, len(samples), self.size.joint_batch):
            part = samples[at : at + self.size.joint_batch]
            batch = data.framed(part, self.tokenizer, self.size.longest)
            starts, ends = self.network.spans(self.tensor(batch.ids), self.tensor(batch.types))
            for sample, text in zip(part, self._read(part, batch, starts, ends), strict=True):
                wanted = norms(sample.passage[sample.start : sample.end])
                overlaps.append(f1(norms(text), wanted) if wanted else float(not text))
                exact.append(norms(text) == wanted)
        self.tell(f"held out: {len(samples)} samples, F1 {np.mean(overlaps):.4f}, exact {np.mean(exact):.4f}")

    def _read(self, part: Sequence[Sample], batch: Batch, starts: torch.Tensor, ends: torch.Tensor) -> list[str]:
        encodings = self.tokenizer.encode_batch([(s.question, s.passage) for s in part])
        first = starts.argmax(-1).tolist()
        found = []
        for row, (sample, encoding) in enumerate(zip(part, encodings, strict=True)):
            after = ends[row, first[row] : first[row] + 64]
            last = first[row] + int(after.argmax())
            offsets = encoding.offsets
            found.append(sample.passage[offsets[first[row]][0] : offsets[last][1]] if first[row] else "")
        assert len(found) == len(batch.ids)  # noqa: S101 - a row a sample
        return found


def samples_of(
    questions: Path, corpus: Path, held_out: int | None, rng: random.Random
) -> tuple[list[Sample], list[Sample]]:
    """Return the gold samples to train on, and those of the fold that is held out."""
    texts = {a.id: nfc(a.text) for a in load([corpus]).articles}
    rows = read_rows(questions)
    train = [r for r in rows if fold_of(r) != held_out]
    held = [r for r in rows if fold_of(r) == held_out]
    return data.gold(train, texts, rng), data.gold(held, texts, rng, copies=1)


def main() -> None:
    """Train, report, export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--corpus", type=Path, help="the articles that the questions are about")
    parser.add_argument("--fold", type=int, help="the fifth of the articles that is held out, 0 to 4")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--toy", action="store_true")
    options = parser.parse_args()
    size = TOY if options.toy else Size()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(options.seed)
    started = time.time()

    articles = read_articles(options.news, size.articles)
    kept = options.out / "tokenizer.json"
    if kept.exists():
        tokenizer = Tokenizer.from_file(str(kept))
    else:
        sample = rng.sample(articles, min(20_000, len(articles)))
        tokenizer = data.vocabulary([nfc(a["text"]) for a in sample], size.vocabulary)
        tokenizer.save(str(kept))
    rng = random.Random(options.seed)
    run = Run(options.out, size, tokenizer, options.seed)
    rows = data.packed((nfc(a["text"]) for a in articles), tokenizer, size.row, rng)
    pairs = [p for a in articles for p in data.article_pairs(a, rng)]
    made = [s for a in articles for s in data.clozes(a, rng)]
    gold, held = (
        samples_of(options.questions, options.corpus, options.fold, rng) if options.questions else ([], made[:200])
    )
    parameters = sum(p.numel() for p in run.network.parameters())
    print(
        f"{len(articles)} articles, {len(rows)} rows, {len(pairs)} pairs, {len(made)} clozes, {len(gold)} gold, "
        f"{parameters / 1e6:.1f} M parameters, {run.device} after {time.time() - started:.0f} s",
        flush=True,
    )
    run.phase("mlm", size.mlm_steps, run.masked_loss(rows))
    run.phase("joint", size.joint_steps, run.joint_loss(pairs, made, gold))
    if held:
        run.report(held)
    files = export.export(run.network.cpu(), tokenizer, options.out / "model")
    run.tell(f"exported {json.dumps(files)}")


if __name__ == "__main__":
    main()
