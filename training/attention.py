"""Train the network that reads a question and a sentence side by side (retrieval/answers/attention.py), with PyTorch.

Of each question it sees the sentences with the answer and some of the likeliest without, and learns three things at once: which sentence, if
any, answers; where the answer begins and ends; which words are in it. The vectors of words (training/vectors.py) stay as they are: a
few thousand questions would only spoil them.
"""

import dataclasses
import hashlib
import math
import multiprocessing
import pickle
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from retrieval.annotating import cores
from retrieval.annotation import GAPS, MARKS
from retrieval.answers import attention as reading
from retrieval.answers import drafts
from retrieval.answers.attention import (
    BETWEEN,
    FLAGS,
    GLANCES,
    QUESTION_FLAGS,
    STEPS,
    TOLD,
    QuestionInputs,
    SentenceInputs,
    Vocabulary,
    glances,
    input_names,
    pairs_of,
    standardised,
)
from retrieval.answers.drafts import READ
from training.corpus import WORK
from training.samples import Item
from training.vectors import OUT as VECTORS

HIDDEN = 64
OTHERS = 9
"""Sentences without the answer that are kept of each question, the likeliest."""
RIGHT = 3
"""Right ones among those that are seen at once, at most; as many are seen as are read at run time."""
EPOCHS, QUESTIONS, RATE, DECAY = 6, 24, 2e-3, 0.01
ALIKE = 20
"""Batches that are drawn at once and dealt out by length: what fills the shorter ones up to the longest was two fifths of the work."""
MEMBERS = 2
"""Networks from other beginnings whose mean is taken."""
DROPPED = 0.15
ELSEWHERE = 0.15
"""How much the words of sentences without the answer count in what is learned of words."""
_NEVER = -1e4


@dataclasses.dataclass(frozen=True)
class Example:
    """A question, some sentences, and in which of them which words are the answer."""

    part: int
    weight: float
    question: QuestionInputs
    sentences: tuple[SentenceInputs, ...]
    glanced: np.ndarray
    labels: tuple[np.ndarray | None, ...]
    """B 1, I 2, O 0 of each token; None where the sentence does not answer."""
    likely: np.ndarray
    """The sentence model's probability of each."""
    known: bool
    """False where there is an answer, but in none of the sentences: it would teach, wrongly, that there is none."""


def vocabulary() -> tuple[Vocabulary, np.ndarray]:
    """Return the words that training/vectors.py has found, and their vectors, a row of zeros first."""
    with np.load(VECTORS, allow_pickle=False) as stored:
        vectors = stored["vectors"].astype(np.float16).astype(np.float32)
        return Vocabulary(stored["words"].tolist()), np.vstack([np.zeros((1, vectors.shape[1]), np.float32), vectors])


def examples(items: Sequence[Item], words: Vocabulary) -> list[Example]:
    """Return what the network learns from `items`, whose sentences have their probabilities."""
    found = []
    for item in items:
        order = [int(j) for j in np.argsort(-item.probabilities) if item.context.candidates[j].sentence.folded]
        right = [j for j in order if item.labels[j] is not None][:RIGHT]
        chosen = [*right, *[j for j in order if item.labels[j] is None][:OTHERS]]
        if not chosen:
            continue
        asked = item.context.asked
        pairs = pairs_of(asked)
        found.append(
            Example(
                item.part,
                item.weight,
                words.question(asked),
                tuple(words.sentence(asked, item.context.candidates[j].sentence, pairs) for j in chosen),
                glances(item.context.features[chosen], item.probabilities[chosen]),
                tuple(_labels(item.labels[j]) for j in chosen),
                item.probabilities[chosen],
                bool(right) or not item.gold,
            )
        )
    return found


def _labels(labels: list[str] | None) -> np.ndarray | None:
    return None if labels is None else np.array(["OBI".index(label) for label in labels], np.int64)


class Dropout(nn.Module):
    """Leaves out a share of what passes (Srivastava et al. 2014). By bytes: the library's draws of one bit each were a seventh of a step."""

    def __init__(self, share: float, seed: int) -> None:
        super().__init__()
        self._least, self._drawn = round(share * 256), np.random.default_rng(seed)

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` with some of it zero and the rest raised, so that the mean stays."""
        if not self.training:
            return x
        drawn = torch.frombuffer(bytearray(self._drawn.bytes(x.numel())), dtype=torch.uint8).view(x.shape)
        return x * (drawn >= self._least) * (256 / (256 - self._least))


class Module(nn.Module):
    """The network as PyTorch trains it; the names of its parameters are those of a member in the file."""

    def __init__(self, vectors: np.ndarray, seed: int = 0) -> None:
        super().__init__()
        size = vectors.shape[1]
        self.vectors = nn.Embedding(len(vectors), size, _weight=torch.from_numpy(vectors), _freeze=True)
        self.project = nn.Linear(3 * size, size)
        self.align = nn.Linear(size, size, bias=False)
        self.question = nn.Linear(size + QUESTION_FLAGS, HIDDEN)
        self.question_convolution = nn.Conv1d(HIDDEN, 2 * HIDDEN, 3, padding=1)
        self.question_weight = nn.Linear(HIDDEN, 1)
        self.told = nn.Linear(TOLD, HIDDEN)
        self.mark, self.gap = nn.Embedding(len(MARKS) + 1, 8), nn.Embedding(len(GAPS) + 1, 8)
        self.enter = nn.Linear(3 * size + 16 + FLAGS + 2, HIDDEN)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(HIDDEN, 2 * HIDDEN, 3, padding=step, dilation=step) for step in STEPS
        )
        self.steer = nn.ModuleList(nn.Linear(HIDDEN, 2 * HIDDEN) for _ in STEPS)
        self.norm = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in STEPS)
        self.out = nn.Linear(HIDDEN, 4)
        self.glance = nn.Linear(GLANCES, 32)
        self.verdict = nn.Sequential(
            nn.Linear(4 * HIDDEN + 32, HIDDEN), nn.ReLU(), Dropout(DROPPED, seed), nn.Linear(HIDDEN, 1)
        )
        self.dropped = Dropout(DROPPED, seed + MEMBERS)

    def forward(self, b: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return the log-odds of the sentences (questions, sentences), and what speaks for each token to be first, last, inside (questions, tokens, 3)."""
        asked, there, seen = self.project(self.vectors(b["asked"]).flatten(-2)), b["asked_there"], b["there"]
        words = functional.relu(self.question(torch.cat([self.dropped(asked), b["asked_flags"]], -1)))
        words = words * there.unsqueeze(-1)
        words = words + functional.glu(self.question_convolution(words.transpose(1, 2)), 1).transpose(1, 2)
        weight = torch.softmax(self.question_weight(words).squeeze(-1).masked_fill(~there, _NEVER), -1)
        meant = (weight.unsqueeze(-1) * words).sum(1) + self.told(b["told"])
        here = self.project(self.vectors(b["words"]).flatten(-2))
        none = ~there.unsqueeze(1)
        alike = torch.bmm(functional.relu(self.align(here)), functional.relu(self.align(asked)).transpose(1, 2))
        alike = (alike / 8.0).masked_fill(none, _NEVER)
        looked = torch.bmm(torch.softmax(alike, -1), asked)
        cosine = torch.bmm(functional.normalize(here, dim=-1), functional.normalize(asked, dim=-1).transpose(1, 2))
        known = [
            self.dropped(here), self.dropped(looked), self.dropped(here * looked), self.mark(b["marks"]), self.gap(b["gaps"]), b["flags"],
            alike.max(-1, keepdim=True).values, cosine.masked_fill(none, -1.0).max(-1, keepdim=True).values,
        ]  # fmt: skip
        only = seen.unsqueeze(-1)
        hidden = functional.relu(self.enter(torch.cat(known, -1))) * only
        for convolution, steer, norm in zip(self.convolutions, self.steer, self.norm, strict=True):
            more, plus = steer(meant).unsqueeze(1).chunk(2, -1)
            told = (norm(hidden) * (1 + more) + plus) * only
            passed = functional.glu(convolution(told.transpose(1, 2)), 1).transpose(1, 2)
            hidden = (hidden + self.dropped(passed)) * only
        out = self.out(hidden)
        return self._verdicts(b, hidden, out[..., 3], meant), out[..., :3]

    def _verdicts(self, b: dict[str, Tensor], hidden: Tensor, weight: Tensor, meant: Tensor) -> Tensor:
        count, most = b["full"].shape
        seen = b["there"]
        of = (torch.arange(count).unsqueeze(1) * most + b["of"])[seen]
        tokens, weight = hidden[seen], weight[seen]
        highest = torch.full((count * most,), _NEVER).scatter_reduce(0, of, weight, "amax")
        raised = torch.exp(weight - highest[of])
        total = torch.zeros(count * most).index_add(0, of, raised)
        wide = of.unsqueeze(-1).expand(-1, HIDDEN)
        empty = torch.zeros(count * most, HIDDEN)
        sizes = torch.zeros(count * most).index_add(0, of, torch.ones_like(raised)).clamp(min=1)
        pooled = [
            empty.index_add(0, of, tokens * (raised / total[of]).unsqueeze(-1)),
            torch.where(
                b["full"].flatten().unsqueeze(-1), (empty + _NEVER).scatter_reduce(0, wide, tokens, "amax"), empty
            ),
            empty.index_add(0, of, tokens) / sizes.unsqueeze(-1),
            functional.relu(self.glance(b["glanced"].flatten(0, 1))),
            meant.repeat_interleave(most, 0),
        ]
        odds: Tensor = self.verdict(torch.cat(pooled, -1)).view(count, most)
        return odds.masked_fill(~b["full"], _NEVER)


def batch(chosen: Sequence[tuple[Example, Sequence[int]]], scale: tuple[np.ndarray, np.ndarray]) -> dict[str, Tensor]:
    """Return the tensors of some questions, of each the sentences given by number, laid end to end."""
    longest = max(len(e.question.words) for e, _ in chosen)
    most = max(len(at) for _, at in chosen)
    size = max(sum(len(e.sentences[j].words) + BETWEEN for j in at) for e, at in chosen)
    count = len(chosen)
    b: dict[str, Any] = {
        "asked": np.zeros((count, longest, 3), np.int64), "asked_flags": np.zeros((count, longest, QUESTION_FLAGS), np.float32),
        "asked_there": np.zeros((count, longest), bool), "told": np.zeros((count, TOLD), np.float32),
        "words": np.zeros((count, size, 3), np.int64), "marks": np.zeros((count, size), np.int64),
        "gaps": np.zeros((count, size), np.int64), "flags": np.zeros((count, size, FLAGS), np.float32),
        "there": np.zeros((count, size), bool), "of": np.zeros((count, size), np.int64), "labels": np.zeros((count, size), np.int64),
        "glanced": np.zeros((count, most, GLANCES), np.float32), "full": np.zeros((count, most), bool), "right": np.zeros((count, most), bool),
    }  # fmt: skip
    for row, (example, numbers) in enumerate(chosen):
        own = len(example.question.words)
        b["asked"][row, :own], b["asked_flags"][row, :own] = example.question.words, example.question.flags
        b["asked_there"][row, :own], b["told"][row] = True, example.question.told
        at = 0
        for column, number in enumerate(numbers):
            sentence, labels = example.sentences[number], example.labels[number]
            here = (row, slice(at, at + len(sentence.words)))
            b["words"][here], b["marks"][here], b["gaps"][here] = sentence.words, sentence.marks, sentence.gaps
            b["flags"][here], b["there"][here], b["of"][here] = sentence.flags, True, column
            b["glanced"][row, column] = standardised(example.glanced[number], *scale)
            b["full"][row, column], b["right"][row, column] = True, labels is not None
            if labels is not None:
                b["labels"][here] = labels
            at += len(sentence.words) + BETWEEN
    return {name: torch.from_numpy(array) for name, array in b.items()}


def loss(odds: Tensor, tokens: Tensor, b: dict[str, Tensor], weights: Tensor) -> Tensor:
    """Return how wrong the network is: about the sentence, about the answer's first and last word, about each word."""
    right, there, labels = b["right"], b["there"], b["labels"]
    some = right.any(1)
    none = torch.zeros(len(odds))
    every = torch.logsumexp(torch.cat([odds, none.unsqueeze(1)], 1), 1)
    good = torch.where(some, torch.logsumexp(odds.masked_fill(~right, _NEVER), 1), none)
    of_sentence = ((every - good) * weights).sum() / weights.sum()
    within = torch.gather(right, 1, b["of"]) & there
    inner = (labels > 0).float()
    firsts = (labels == 1).float()
    lasts = ((labels > 0) & (functional.pad(labels[:, 1:], (0, 1)) != 2)).float()

    def edge(score: Tensor, target: Tensor) -> Tensor:
        likely = torch.log_softmax(score.masked_fill(~within, _NEVER), -1)
        return -(likely * target).sum(-1) / target.sum(-1).clamp(min=1)

    own = weights * some
    of_edges = ((edge(tokens[..., 0], firsts) + edge(tokens[..., 1], lasts)) * own).sum() / own.sum().clamp(min=1e-6)
    each = functional.binary_cross_entropy_with_logits(tokens[..., 2], inner, reduction="none")
    heavy = there.float() * weights.unsqueeze(1) * torch.where(within, 1.0, ELSEWHERE)
    of_words = (each * heavy).sum() / heavy.sum()
    return of_sentence + 0.5 * of_edges + 2.0 * of_words


def _seen(example: Example, drawn: np.random.Generator) -> list[int]:
    """Return the sentences of `example` that are seen this time: the right ones and, drawn by how likely they are, others."""
    right = [j for j, labels in enumerate(example.labels) if labels is not None]
    others = np.array([j for j, labels in enumerate(example.labels) if labels is None], np.int64)
    worth = np.log(example.likely[others] + 1e-4) + drawn.gumbel(size=len(others))
    return [*right, *others[np.argsort(-worth)][: READ - len(right)].tolist()]


def _batches(known: Sequence[Example], drawn: np.random.Generator) -> Iterator[list[tuple[Example, list[int]]]]:
    """Yield all of `known` in an order that is drawn, those of a batch about as long as each other."""
    order = drawn.permutation(len(known))
    for first in range(0, len(order), ALIKE * QUESTIONS):
        some = [(known[j], _seen(known[j], drawn)) for j in order[first : first + ALIKE * QUESTIONS]]
        some.sort(key=lambda chosen: sum(len(chosen[0].sentences[j].words) for j in chosen[1]))
        starts = range(0, len(some), QUESTIONS)
        for at in drawn.permutation(len(starts)):
            yield some[starts[at] : starts[at] + QUESTIONS]


def scale_of(known: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and deviation of what is known of sentences before they are read."""
    glanced = np.concatenate([e.glanced for e in known])
    return glanced.mean(axis=0), glanced.std(axis=0) + np.float32(1e-3)


def trained(items: Sequence[Item], parts: Sequence[int | None]) -> list[dict[str, np.ndarray]]:
    """Return the network trained on `items` but those of each of `parts`, None leaving none out: each member in a process of its own, with one thread.

    Two at once are faster than one with two threads, whose steps are too short to share. What was cut off goes on where it was: a
    member that was trained on the same examples, by the same code, is taken from the work folder, which keeps those of one fit.
    """
    known = pickle.dumps(examples(items, vocabulary()[0]), protocol=5)
    folder = WORK / "networks" / _digest(known)
    for other in folder.parent.glob("*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "examples.pickle"
    path.write_bytes(known)
    jobs = [(path, part, seed) for part in parts for seed in range(MEMBERS)]
    with ProcessPoolExecutor(cores(), mp_context=multiprocessing.get_context("spawn")) as pool:
        members = list(pool.map(member, *zip(*jobs, strict=True)))
    path.unlink()
    return [together(members[at : at + MEMBERS]) for at in range(0, len(members), MEMBERS)]


def _digest(known: bytes) -> str:
    """Return what tells one fit from another: its examples, the vectors of words, the code of the network."""
    told = hashlib.sha256(known + VECTORS.read_bytes())
    for code in (Path(__file__), Path(reading.__file__), Path(drafts.__file__)):
        told.update(code.read_bytes())
    return told.hexdigest()[:16]


def member(path: Path, part: int | None, seed: int) -> dict[str, np.ndarray]:
    """Return the member trained on the examples at `path` but those of `part`: from beside it, where it was trained before."""
    done = path.with_name(f"{'all' if part is None else f'without-{part}'}-{seed}.npz")
    if not done.is_file():
        torch.set_num_threads(1)
        known: list[Example] = pickle.loads(path.read_bytes())  # noqa: S301 - written by the caller
        arrays_: dict[str, Any] = train([e for e in known if e.part != part], *vocabulary(), seed=seed)
        half = done.with_suffix(".half.npz")
        np.savez(half, **arrays_)
        half.replace(done)
    with np.load(done, allow_pickle=False) as stored:
        return dict(stored)


def together(networks: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the network whose members are those of `networks`, each of one member, trained on the same examples."""
    found = networks[0] | {"members": np.array(len(networks))}
    for number, network in enumerate(networks):
        if not np.array_equal(network["mean"], found["mean"]):
            raise ValueError(f"member {number} was trained on other examples than the first")
        own = {name.removeprefix("0."): array for name, array in network.items() if name.startswith("0.")}
        found |= {f"{number}.{name}": array for name, array in own.items()}
    return found


def train(
    found: Sequence[Example], words: Vocabulary, vectors: np.ndarray, *, epochs: int = EPOCHS, seed: int = 0
) -> dict[str, np.ndarray]:
    """Return the arrays of a network of one member trained on `found`, as `Network` takes them. Deterministic from the seed, on one machine."""
    torch.manual_seed(seed)
    drawn = np.random.default_rng(seed)
    module = Module(vectors, seed)
    known = [e for e in found if e.known]
    scale = scale_of(known)
    learned = [p for p in module.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=RATE, weight_decay=DECAY)
    steps = epochs * math.ceil(len(known) / QUESTIONS)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.1)
    module.train()
    for _ in range(epochs):
        for chosen in _batches(known, drawn):
            b = batch(chosen, scale)
            odds, tokens = module(b)
            wrong = loss(odds, tokens, b, torch.tensor([e.weight for e, _ in chosen], dtype=torch.float32))
            optimiser.zero_grad()
            wrong.backward()  # type: ignore[no-untyped-call] # as the library has it
            nn.utils.clip_grad_norm_(learned, 1.0)
            optimiser.step()
            pace.step()
    return arrays(module, words, scale)


def arrays(module: Module, words: Vocabulary, scale: tuple[np.ndarray, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the network as its file holds it, `module` its only member."""
    named = {name: tensor.detach().numpy() for name, tensor in module.state_dict().items()}
    vectors = named.pop("vectors.weight")
    return {f"0.{name}": array for name, array in named.items()} | {
        "names": input_names(),
        "members": np.array(1),
        "words": np.frombuffer("\n".join(words.words).encode("utf-8"), np.uint8),
        "vectors": vectors.astype(np.float16),
        "mean": scale[0],
        "deviation": scale[1],
    }
