"""The cuts of the sentences looked at -> what each is told by: its words, its edges, how near the question's words stand to it.

The sentences are laid end to end, two blanks after each, so that one pass of arrays describes the cuts of all.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.annotation import GAPS, Sentence
from retrieval.answers import cuts
from retrieval.answers.attention import UNREAD, Read
from retrieval.answers.runs import Cut
from retrieval.answers.sentences import Asked
from retrieval.answers.typed import Typed
from retrieval.answers.wants import of_type

RULES = {
    "chair": 1.0,
    "attendee": 2.0,
    "task": 3.0,
    "own_task": 3.0,
    "when": 4.0,
    "meeting": 4.0,
    "limitation": 5.0,
    "where": 6.0,
}
"""The rules, named by the kinds of question that they are for or by what they find, and their codes: the models take one for that of its kind."""
NEARNESS = (
    "asked_close_before", "asked_close_after", "asked_inside_weight", "asked_nearness", "asked_adjacent_before",
    "asked_adjacent_after", "heaviest_distance", "cue_distance", "cue_side",
)  # fmt: skip
"""How near the question's words stand to a cut; the first four are shares of their weight."""
FEATURES = (
    "rule", "rule_fit", "tokens", "tokens_left_out", "stretches", "inside_sum", "inside_share", "expected_f1", "inside_least",
    "inside_most", "inside_mean", "outside_most", "first_inside", "last_inside", "before_inside", "after_inside",
    "gap_before", "gap_after", "names", "names_asked", "name_tokens", "numbers", "time_tokens", "units", "capitals", "starts_plain",
    "ends_plain", "asked_tokens", "new_tokens", "named_ways", "wanted_tokens", "lacks_wanted", "wanted_in_sentence",
    "wanted_new", "head_inside", "unit_inside", "begins", "ends", "edges", "edges_behind", *(f"by_{name}" for name in cuts.NAMES), *NEARNESS,
)  # fmt: skip
_GAP_CODES = GAPS + "$"
_BLANKS = 2
"""Tokens between two sentences: what reaches over the edge of one, two tokens at most, reaches no word of the next."""
_CLOSE = 4
_DECAY = 6.0
_FAR = 30.0
_ELSEWHERE = 1000
"""The distance of a word that stands in another sentence."""
_CUE_SIDE = 3
_NAME_MARKS = np.frombuffer(b"BI", np.uint8)
_AFTER_CUE = 2

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cuts:
    """The cuts of one sentence, at least one, each with the ways it came about."""

    sentence: Sentence
    read: Read
    """What the network makes of it; nothing at all where it was not read."""
    names: Mapping[Cut, set[str]]
    rule: Typed | None = None


class _Laid:
    """The tokens of some sentences end to end, and their cuts."""

    def __init__(self, looked: Sequence[Cuts]) -> None:
        sizes = [len(each.read.inside) + _BLANKS for each in looked]
        starts = np.cumsum([0, *sizes[:-1]]).tolist()
        size = sum(sizes)
        counts = [len(each.names) for each in looked]
        self.count = sum(counts)
        self.of = np.repeat(np.arange(len(looked)), counts)
        """The sentence of each cut."""
        self.words: list[str] = []
        marks, gaps, gaps_after = "", "", ""
        self.inside = np.zeros(size)
        self.begins, self.ends = np.full(size, UNREAD), np.full(size, UNREAD)
        """Of what was not read, and of the blanks, as unlikely as can be."""
        own = np.zeros((len(looked), size), bool)
        self.masks = np.zeros((self.count, size), bool)
        """(cuts, tokens): which tokens are in each cut."""
        first, last = [], []
        row = 0
        for number, (each, start) in enumerate(zip(looked, starts, strict=True)):
            sentence, here = each.sentence, len(each.read.inside)
            self.words += [*sentence.folded, *[""] * _BLANKS]
            marks += sentence.marks + "o" * _BLANKS
            gaps += sentence.gaps + "$" * _BLANKS
            gaps_after += sentence.gaps[1:] + "$" * (1 + _BLANKS)
            self.inside[start : start + here] = each.read.inside
            self.begins[start : start + here] = each.read.begins
            self.ends[start : start + here] = each.read.ends
            own[number, start : start + here] = True
            for cut in each.names:
                for begin, end in cut:
                    self.masks[row, start + begin : start + end + 1] = True
                first.append(start + cut[0][0])
                last.append(start + cut[-1][1])
                row += 1
        self.first, self.last = np.array(first), np.array(last)
        self.marks = np.frombuffer(marks.encode("ascii"), np.uint8)
        self.gaps, self.gaps_after = _codes(gaps), _codes(gaps_after)
        self.own = own[self.of]
        """(cuts, tokens): which tokens are of the cut's sentence."""


@functools.cache
def _gap_table() -> npt.NDArray[np.int64]:
    table = np.zeros(128, np.int64)
    for code, gap in enumerate(_GAP_CODES):
        table[ord(gap)] = code
    return table


def _codes(gaps: str) -> npt.NDArray[np.int64]:
    return np.asarray(_gap_table()[np.frombuffer(gaps.encode("ascii"), np.uint8)])


def features(asked: Asked, looked: Sequence[Cuts]) -> npt.NDArray[np.float32]:
    """Return `FEATURES` of all cuts of `looked`, in order: float32 (cuts, features)."""
    laid = _Laid(looked)
    masks, inside, first, last = laid.masks, laid.inside, laid.first, laid.last
    known = np.fromiter(map(asked.weights.__contains__, laid.words), bool, len(laid.words))
    tokens = masks.sum(axis=1)
    sizes = np.array([len(each.read.inside) for each in looked])[laid.of]
    total = np.array([float(each.read.inside.sum()) for each in looked])[laid.of]
    sums = masks @ inside
    kinds = {letter: (masks & (laid.marks == ord(letter))).sum(axis=1) for letter in "BIN%TUA"}
    ways = [named for each in looked for named in each.names.values()]
    ruled = np.array(["rule" in named for named in ways])
    codes = np.array([RULES[each.rule.rule] if each.rule is not None else 0.0 for each in looked])[laid.of]
    fits = np.array([each.rule.fit if each.rule is not None else 0.0 for each in looked])[laid.of]
    fitting = of_type(asked.wants, laid.marks, laid.words)
    wanted = (masks & fitting).sum(axis=1)
    plain = laid.marks == ord("o")
    edges = laid.begins[first] + laid.ends[last]
    best_edges = np.full(len(looked), -np.inf)
    np.maximum.at(best_edges, laid.of, edges)
    rows = np.empty((len(FEATURES), laid.count), np.float32)
    columns: tuple[npt.ArrayLike, ...] = (
        ruled * codes,
        ruled * fits,
        tokens,
        sizes - tokens,
        [len(cut) for each in looked for cut in each.names],
        sums,
        sums / (total + 1e-9),
        2 * sums / (tokens + total),
        np.where(masks, inside, 1.0).min(axis=1),
        np.where(masks, inside, 0.0).max(axis=1),
        sums / tokens,
        np.where(laid.own & ~masks, inside, 0.0).max(axis=1),
        inside[first],
        inside[last],
        inside[first - 1],  # the first token of all has the last blank before it
        inside[last + 1],
        laid.gaps[first],
        laid.gaps_after[last],
        kinds["B"],
        (masks & _asked_names(laid, known)).sum(axis=1),
        (kinds["B"] + kinds["I"]) / tokens,
        kinds["N"] + kinds["%"],
        kinds["T"] / tokens,
        kinds["U"],
        kinds["A"] / tokens,
        plain[first],
        plain[last],
        (masks & known).sum(axis=1) / tokens,
        (masks & ~known).sum(axis=1),
        [len(named) for named in ways],
        wanted,
        wanted == 0,
        (laid.own & fitting).sum(axis=1),
        (masks & (fitting & ~known)).sum(axis=1),
        _there(laid, asked.head),
        _there(laid, asked.unit),
        laid.begins[first],
        laid.ends[last],
        edges,
        best_edges[laid.of] - edges,
        *([name in named for named in ways] for name in cuts.NAMES),
        *_nearness(asked, laid),
    )
    for row, column in zip(rows, columns, strict=True):
        row[:] = column
    return np.ascontiguousarray(rows.T)


def _asked_names(laid: _Laid, known: Flags) -> Flags:
    """Return the first tokens of the names that the question knows by their last syllable: `ông Sửu` is Nguyễn Văn Sửu."""
    named = np.isin(laid.marks, _NAME_MARKS)
    begins = laid.marks == _NAME_MARKS[0]
    last = named & ~np.append((named & ~begins)[1:], False)
    starts = np.flatnonzero(begins)
    found = np.zeros(len(named), bool)
    ends = np.flatnonzero(last)
    found[starts] = known[ends[np.searchsorted(ends, starts)]]
    return found


def _nearness(asked: Asked, laid: _Laid) -> Floats:
    """Return `NEARNESS` of each cut: (features, cuts).

    `Sở Y tế do ông A làm giám đốc, Sở Nội vụ do bà B`: which of the names the question's words stand beside. Of a word that
    stands several times the nearest counts.
    """
    first, last = laid.first, laid.last
    out = np.zeros((len(NEARNESS), laid.count))
    out[6:8] = _FAR
    at = sorted((w, i) for i, w in enumerate(laid.words) if w in asked.weights)
    if not at:
        return out
    words = [w for w, _ in at]
    places = np.array([i for _, i in at])[:, None]
    starts = [i for i, w in enumerate(words) if i == 0 or w != words[i - 1]]
    weights = np.array([asked.weights[words[i]] for i in starts])[:, None]
    inside, here = laid.masks[:, places[:, 0]].T, laid.own[:, places[:, 0]].T
    before, after = places < first, places > last
    # Between the stretches of a cut every word is one off: it stands in the answer's midst.
    apart = np.where(inside, 0, np.where(before, first - places, np.where(after, places - last, 1)))
    apart = np.where(here, apart, _ELSEWHERE)
    # Distance and place in one number: the least tells both, and of equally near ones the first.
    keyed = np.minimum.reduceat(apart * len(words) + np.arange(len(words))[:, None], starts, axis=0)
    nearest, row = keyed // len(words), keyed % len(words)
    side = np.take_along_axis(np.where(before, -1, np.where(after, 1, 0)), row, axis=0)
    close, adjacent = weights * (nearest <= _CLOSE), weights * (nearest == 1)
    out[0] = (close * (side < 0)).sum(axis=0) / asked.total
    out[1] = (close * (side > 0)).sum(axis=0) / asked.total
    out[2] = (weights * np.logical_or.reduceat(inside, starts, axis=0)).sum(axis=0) / asked.total
    out[3] = (weights * np.exp(-nearest / _DECAY)).sum(axis=0) / asked.total
    out[4] = (adjacent * (side < 0)).max(axis=0)
    out[5] = (adjacent * (side > 0)).max(axis=0)
    heaviest = np.where(nearest < _ELSEWHERE, weights, -1.0).argmax(axis=0)
    out[6] = np.minimum(nearest[heaviest, np.arange(laid.count)], _FAR)
    cue = {*asked.question.cue.after[:_AFTER_CUE], asked.question.cue.head}
    by_cue = np.array([w in cue for w in words])
    if by_cue.any():
        between = ~inside & ~before & ~after & here
        out[7] = np.minimum(np.where(between, 0, apart)[by_cue].min(axis=0), _FAR)
        near_cue = by_cue[:, None] & (apart <= _CUE_SIDE)
        behind = (near_cue & after).any(axis=0)
        out[8] = behind * 1.0 - ((near_cue & before).any(axis=0) & ~behind)
    return out


def _there(laid: _Laid, word: str) -> npt.NDArray[Any]:
    """Return for each cut whether it or the token on either side is `word`; -1 where there is no such word."""
    if not word:
        return np.full(laid.count, -1.0)
    at = np.fromiter((w == word for w in laid.words), bool, len(laid.words))
    around = at.copy()
    around[1:] |= at[:-1]
    around[:-1] |= at[1:]
    return np.asarray((laid.masks & around).any(axis=1))
