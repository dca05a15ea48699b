"""How likely each word of a sentence is part of the answer -> the stretches of it that may be the answer.

The likeliest labelling alone is too shy: it leaves words out. So each sentence gives several cuts, from the few likeliest words to whole clauses, and a model that has seen which cut was
right chooses (retrieval/answers/drafts.py).
"""

import numpy as np

from retrieval.annotation import Sentence
from retrieval.answers.attention import Read
from retrieval.answers.runs import Cut, merged, runs
from retrieval.vietnamese.numerals import SCALES

NAMES = (
    "least_50", "least_25", "least_12", "least_06", "half_of_peak", "quarter_of_peak", "best_50", "best_25", "clauses",
    "parts", "sentence", "mention", "mentions", "span", "second_span", "rule",
)  # fmt: skip
"""How a cut came about; one cut may come about in several ways."""
_LEAST = (0.5, 0.25, 0.12, 0.06)
CLOSED_GAP = 5
"""Tokens between two stretches of an answer that are taken in."""
_CLAUSE_ENDS = frozenset("CSLEQPRD^")
_PART_ENDS = frozenset("SLE^")
_MENTIONED = 0.3
"""A mention of the wanted type belongs to the answer if it is at least this likely, relative to the likeliest."""
_LONGEST_SENTENCE = 60
"""A longer sentence is no short answer, as a whole."""
_EDGES = 4
"""Likeliest first and last words of an answer that are tried together."""

_OPEN_ENDS = frozenset("các những của và với tại do để cho từ nhằm đã sẽ đang là hoặc gồm".split())
"""Words behind which something must come: where the sentence goes on, no answer ends with them. `trở về`, `đi theo`, `bên trong` may end one."""
_OPEN_BEGINNINGS = frozenset("của và với hoặc hay là mà thì".split())
_BEFORE_TIME = frozenset("ngày tháng năm trước khoảng gần hơn số".split())
"""Words that belong to the figure or the day behind them: `trước ngày` 10-10."""
_CLASSIFIERS = frozenset(("căn", "ngôi", "cái", "chiếc"))
_PHRASE, _SCRAP = 6, 3
"""Tokens from which a stretch is a phrase, and up to which it may be a scrap."""


def cuts(sentence: Sentence, read: Read, fitting: Cut | None = None) -> dict[Cut, set[str]]:
    """Return the cuts of `sentence`, of which it is `read` how likely each token is in the answer, its first, its last; each with its names.

    `fitting` are the mentions of the type that is asked for, where one is: a date, a name, a sum.
    """
    found: dict[Cut, set[str]] = {}
    inside = read.inside
    if not len(inside):
        return found
    values = inside.tolist()
    peak = max(values)
    wanted = [(name, least, CLOSED_GAP) for name, least in zip(NAMES, _LEAST, strict=False) if peak >= least]
    wanted += [("half_of_peak", peak * 0.5, CLOSED_GAP), ("quarter_of_peak", peak * 0.25, CLOSED_GAP)]
    for name, least, gap in wanted:
        found.setdefault(runs(values, least, gap), set()).add(name)
    likeliest = values.index(peak)
    for name, least in (("best_50", 0.5), ("best_25", 0.25)):
        best = next(r for r in runs(values, min(least, peak), 2) if r[0] <= likeliest <= r[1])
        found.setdefault((best,), set()).add(name)
    base = runs(values, 0.25 if peak >= 0.25 else peak * 0.5, CLOSED_GAP)
    for name, ends in (("clauses", _CLAUSE_ENDS), ("parts", _PART_ENDS)):
        found.setdefault(merged(_widened(sentence.gaps, a, b, ends) for a, b in base), set()).add(name)
    for name, span in zip(("span", "second_span"), spans(read), strict=False):
        found.setdefault((span,), set()).add(name)
    if fitting:
        found = _whole(found, fitting)
        weights = [max(values[first : last + 1]) for first, last in fitting]
        best_of_all = max(weights)
        found.setdefault((fitting[weights.index(best_of_all)],), set()).add("mention")
        likely = tuple(m for m, w in zip(fitting, weights, strict=True) if w >= _MENTIONED * best_of_all)
        found.setdefault(likely, set()).add("mentions")
    if len(inside) <= _LONGEST_SENTENCE:
        found.setdefault(((0, len(inside) - 1),), set()).add("sentence")
    return _names_whole(found, sentence)


def spans(read: Read) -> list[tuple[int, int]]:
    """Return the likeliest stretches by their first and last words, two at most, the best first."""
    begins = np.argsort(-read.begins)[:_EDGES].tolist()
    ends = np.argsort(-read.ends)[:_EDGES].tolist()
    pairs = [(float(read.begins[a] + read.ends[b]), (a, b)) for a in begins for b in ends if a <= b]
    return [span for _, span in sorted(pairs, reverse=True)[:2]]


def _names_whole(found: dict[Cut, set[str]], sentence: Sentence) -> dict[Cut, set[str]]:
    """Return the cuts with whole words and names at their edges, none of them loose: `Rạc đã huy động` becomes `xã Suối Rạc đã …`."""
    joined = sentence.joined
    whole: dict[Cut, set[str]] = {}
    for cut, names in found.items():
        widened = []
        for begin, end in cut:
            first, last = begin, end
            while first > 0 and joined[first]:
                first -= 1
            while joined[last + 1]:
                last += 1
            widened.append(_trimmed(sentence, first, last))
        of_type = names & {"mention", "mentions"}
        whole.setdefault(merged(widened) if of_type else _without_scraps(sentence, merged(widened)), set()).update(
            names
        )
    return whole


def _without_scraps(sentence: Sentence, cut: Cut) -> Cut:
    """Return the cut without a word or two out of the midst of a clause, where it has a whole phrase besides."""
    if len(cut) == 1 or max(last - first + 1 for first, last in cut) < _PHRASE:
        return cut

    def is_scrap(first: int, last: int) -> bool:
        within = sentence.gaps[first] == "_" == sentence.gaps[last + 1 : last + 2]
        return last - first + 1 <= _SCRAP and within and set(sentence.marks[first : last + 1]) == {"o"}

    return tuple(stretch for stretch in cut if not is_scrap(*stretch))


def _trimmed(sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Return the stretch without loose words at its edges: `phối hợp với các` becomes `phối hợp`, `của Sở Y tế` `Sở Y tế`; a figure stays whole."""
    tokens, gaps, marks, size, joined = (
        sentence.tokens,
        sentence.gaps,
        sentence.marks,
        len(sentence.marks),
        sentence.joined,
    )

    def goes_on(at: int) -> bool:
        return at + 1 < size and gaps[at + 1] == "_"

    if goes_on(last) and tokens[last].norm in _BEFORE_TIME and marks[last + 1] in "NT%":
        last += 1
    while goes_on(last) and marks[last] == marks[last + 1] == "T":
        last += 1
    while goes_on(last) and marks[last] in "NU" and tokens[last + 1].norm in SCALES:
        last += 1
    # What is counted: one noun, the whole of it.
    if goes_on(last) and (marks[last] == "N" or tokens[last].norm in SCALES) and marks[last + 1] == "U":
        last += 1
        if goes_on(last) and tokens[last].norm in _CLASSIFIERS:
            last += 1
    while joined[last + 1]:
        last += 1
    while last > first and goes_on(last) and marks[last] == "o" and tokens[last].norm in _OPEN_ENDS:
        if joined[last]:
            break
        last -= 1
    while last > first and gaps[first] == "_" and marks[first] == "o" and tokens[first].norm in _OPEN_BEGINNINGS:
        if joined[first + 1]:
            break
        first += 1
    return first, last


def _whole(found: dict[Cut, set[str]], mentions: Cut) -> dict[Cut, set[str]]:
    """Return the cuts so widened that none splits a mention: `29/12)` becomes `Chiều nay (29/12)`."""
    whole: dict[Cut, set[str]] = {}
    for cut, names in found.items():
        widened = []
        for first, last in cut:
            touched = [m for m in mentions if m[0] <= last and m[1] >= first]
            widened.append((min([first, *(m[0] for m in touched)]), max([last, *(m[1] for m in touched)])))
        whole.setdefault(merged(widened), set()).update(names)
    return whole


def _widened(gaps: str, first: int, last: int, ends: frozenset[str]) -> tuple[int, int]:
    """Return the stretch widened to the marks of punctuation `ends` around it."""
    while first > 0 and gaps[first] not in ends:
        first -= 1
    while last + 1 < len(gaps) and gaps[last + 1] not in ends:
        last += 1
    return first, last
