"""A question and one sentence -> the words of it that answer, by a linear-chain conditional random field.

Lafferty et al. 2001, by CRFsuite (python-crfsuite). Each token is told by its word, its marks (name, day, number), the
punctuation before it, how near it stands to words of the question, all crossed with what the question asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pycrfsuite

from retrieval.annotation import Sentence
from retrieval.answers.sentences import Asked
from retrieval.errors import ReaderModelError

_NEAR = ("0", "1", "2", "3", "3", "5", "5", "5", "5")


@dataclass(frozen=True, slots=True)
class Marked:
    """The probability of each token to be part of the answer (tokens,), and that of the sentence to hold one at all."""

    inside: npt.NDArray[np.float64]
    holds: float


def token_features(asked: Asked, sentence: Sentence) -> list[list[str]]:
    """Return the features of each token of `sentence` under the question."""
    question = asked.question
    kind, cue = question.kind, question.cue
    label = f"{kind}:{cue.label}"
    weights, own = asked.weights, asked.own
    words, marks, gaps = sentence.folded, sentence.marks, sentence.gaps
    size = len(words)
    middle = asked.total / max(len(weights), 1)
    hits = [
        "Q"
        if w in own and weights[w] >= middle
        else "q"
        if w in own
        else "P"
        if w in weights and weights[w] >= middle
        else "."
        for w in words
    ]
    strong = [h in "QP" for h in hits]
    left = _distance(strong)
    right = _distance(strong[::-1])[::-1]
    seen: list[float] = []
    total, known = 0.0, set[str]()
    for w in words:
        if w in weights and w not in known:
            known.add(w)
            total += weights[w]
        seen.append(total)
    share = total / asked.total
    clause = _clauses(gaps)
    clause_share = _clause_share(clause, words, weights, asked.total)
    last_hit = ""
    unit = cue.unit
    head = cue.head
    roles = set(sentence.roles)
    out: list[list[str]] = []
    for i, word in enumerate(words):
        w1 = words[i - 1] if i else "^"
        w2 = words[i - 2] if i > 1 else "^"
        n1 = words[i + 1] if i + 1 < size else "$"
        n2 = words[i + 2] if i + 2 < size else "$"
        m, g = marks[i], gaps[i]
        m1 = marks[i - 1] if i else "^"
        mn = marks[i + 1] if i + 1 < size else "$"
        gn = gaps[i + 1] if i + 1 < size else "$"
        h, h1, hn = hits[i], hits[i - 1] if i else "^", hits[i + 1] if i + 1 < size else "$"
        before = int(4 * seen[i] / (total or 1.0))
        clause_hit = clause_share[clause[i]]
        row = [
            f"w:{word}", f"w1:{w1}", f"n1:{n1}", f"kw:{kind}:{word}", f"kw1:{kind}:{w1}", f"kn1:{kind}:{n1}",
            f"w2:{kind}:{w2}_{w1}", f"ww:{w1}_{word}", f"wn:{word}_{n1}", f"nn:{n1}_{n2}",
            f"km:{label}:{m}", f"m3:{kind}:{m1}{m}{mn}", f"mg:{kind}:{g}{m}{gn}", f"mw:{m}:{w1}",
            f"kg:{kind}:{g}", f"gw:{g}:{word}", f"ggn:{kind}:{gn}", f"h:{h}", f"kh:{kind}:{h}", f"h3:{h1}{h}{hn}",
            f"kh3:{kind}:{h1}{h}{hn}", f"hm:{label}:{h1}{h}:{m1}{m}",
            f"l:{kind}:{left[i]}", f"r:{kind}:{right[i]}", f"lr:{left[i]}{right[i]}", f"lm:{label}:{left[i]}:{m}",
            f"sb:{kind}:{before}", f"sh:{int(share * 5)}:{h}", f"cl:{kind}:{int(clause_hit * 6)}:{h}", f"lh:{kind}:{last_hit}",
            f"p:{min(i, 3)}", f"e:{min(size - 1 - i, 2)}",
        ]  # fmt: skip
        if i in roles:
            row.append(f"role:{kind}")
        if unit and unit in (n1, n2, word):
            row.append(f"unit:{label}:{m}")
        if head and head in (w1, w2, word):
            row.append(f"head:{label}:{'w' if head == word else 'b'}:{m}")
        if cue.label == "which":
            row.append(f"which:{head}:{m}")
        if h in "QP":
            last_hit = word if h == "Q" else "p"
        out.append(row)
    return out


def _distance(strong: list[bool]) -> list[str]:
    found, since = [], 9
    for flag in strong:
        since = 0 if flag else since + 1
        found.append(_NEAR[since] if since < len(_NEAR) else "9")
    return found


def _clauses(gaps: Sequence[str]) -> list[int]:
    found, at = [], 0
    for i, gap in enumerate(gaps):
        at += i > 0 and gap in "CSL"
        found.append(at)
    return found


def _clause_share(clause: list[int], words: Sequence[str], weights: dict[str, float], total: float) -> list[float]:
    groups: list[set[str]] = [set() for _ in range(clause[-1] + 1)] if clause else []
    for at, word in zip(clause, words, strict=True):
        groups[at].add(word)
    return [sum(v for w, v in weights.items() if w in group) / total for group in groups]


class SpanModel:
    """The trained field."""

    def __init__(self, path: Path) -> None:
        self._tagger = pycrfsuite.Tagger()
        try:
            self._tagger.open(str(path))
        except (OSError, ValueError) as error:
            raise ReaderModelError(f"{path} cannot be used ({error})", mend="Reinstall tintinh") from error

    def mark(self, asked: Asked, sentence: Sentence) -> Marked:
        """Return how likely each token of `sentence` is part of the answer."""
        size = len(sentence.folded)
        if not size:
            return Marked(np.zeros(0), 0.0)
        self._tagger.set(token_features(asked, sentence))
        inside = np.array([1.0 - self._tagger.marginal("O", i) for i in range(size)])
        return Marked(inside, 1.0 - self._tagger.probability(["O"] * size))
