"""What a question wants to see in its answer -> which tokens of a sentence are of that type.

`bao nhiêu phần trăm` is not answered by `67 tỷ đồng`, nor `hạn đến ngày nào` by a sentence without a date.
"""

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.questions import Question
from retrieval.vietnamese.names import role_starts
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import folds

WANTS = ("clause", "person", "body", "place", "time", "money", "percent", "area", "number")
"""Types of answers, in the order of their codes."""
MENTIONED = frozenset(WANTS) - {"clause"}
"""Those that are mentioned in a word or two, so that it can be seen whether a stretch holds one."""
FIGURES = frozenset(("money", "percent", "area"))
"""Those that are figures of one sort."""
_BY_CUE = {
    "who": "person", "which_body": "body", "which_place": "place", "where": "place", "when": "time", "number": "number",
}  # fmt: skip
_BY_KIND = {"chair": "person", "attendee": "person", "when": "time", "where": "place", "number": "number"}
_MONEY = frozenset("dong ti trieu usd vnd nghin ngan".split())
_AREA = frozenset("ha hecta m2 km2 m² km² m".split())
BODIES = frozenset(
    "cong tap doanh so bo ban hoi uy ubnd hdnd mttq cuc chi vien toa truong ngan lien trung phong to don co tong doan qui xi nha benh"
    " kho thanh van xuong hop".split()
)
"""First syllables of what bodies are called, folded."""
_PLACES = frozenset(
    "tai o tinh huyen xa phuong quan thon to duong ap pho khu nha truong so bo ho song cau thi thanh tp tt".split()
)

_TIME = frozenset("sang chieu toi dem trua ngay thang nam qui tuan dau cuoi".split())
_MARKED = {"person": "BI", "time": "T", "number": "N%", "percent": "%", "body": "A", "place": "A"}
"""Marks (retrieval/annotation.py) that tokens of a type carry."""
_WORDS = {"time": _TIME, "body": BODIES, "place": _PLACES}
_COUNTING = frozenset("nhung cac hai ba bon nam sau bay tam chin muoi mot 2 3 4 5 6".split())
_PEOPLE = frozenset(
    word.replace("_", " ")
    for word in "nguoi ong ba anh chi co bac em vi me cu dai_bieu lanh_dao can_bo tai_xe lai_xe nghi_si uy_vien pho tan nguyen".split()
)
"""What opens the mention of a person without a name."""
_AFTER_FIGURE = {"money": _MONEY, "area": _AREA}
"""Words that make a figure before them a sum of money, or an area."""


def wanted(question: Question) -> str:
    """Return which of `WANTS` answers `question`."""
    text = f" {' '.join(question.asked_for)} "
    if question.kind in {"number", "what", "who", "when", "where", "chair", "attendee"}:
        for phrase, kind in _phrases():
            if f" {phrase} " in text and (question.kind == "number" or kind not in FIGURES):
                return kind
    if question.kind == "chair" and question.cue.label in {"which_body", "which_place"}:
        return "body"  # `do tỉnh nào chủ trì`
    if question.kind in _BY_KIND:
        return _BY_KIND[question.kind]
    if question.kind == "who" and question.cue.label not in _BY_CUE:
        return _who(question)
    return _BY_CUE.get(question.cue.label, "clause") if question.kind != "task" else "clause"


def _who(question: Question) -> str:
    """Return what a question wants that asks who without a word for it: `cơ quan ban hành quy chế`, `đội bóng nào`, `bộ trưởng họp ở …`, `hộ nào`."""
    words = list(question.asked_for)
    while words and (words[0] in _COUNTING or words[:3] == ["cho", "minh", "hoi"]):
        del words[: 1 if words[0] in _COUNTING else 3]
    word, pair = "".join(words[:1]), " ".join(words[:2])
    if pair in _heads():
        return "body"
    if {word, pair} & (_titles() | _PEOPLE) or 0 in role_starts(words[:4]):
        return "person"
    if word in _heads():
        return "body"
    return "person" if question.cue.label == "none" else "clause"


@functools.cache
def _titles() -> frozenset[str]:
    return frozenset(" ".join(folds(row[0].replace("_", " "))) for row in rows("honorifics"))


@functools.cache
def _heads() -> frozenset[str]:
    return frozenset(" ".join(folds(word)) for word, what in rows("named_things") if what == "body")


@functools.cache
def _phrases() -> tuple[tuple[str, str], ...]:
    found = [(row[0], row[1]) for row in rows("wanted")]
    return tuple(sorted(found, key=lambda row: -len(row[0])))


def of_type(wants: str, marks: npt.NDArray[np.uint8], folded: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return for each token, told by its mark (ASCII) and its folded syllable, whether it is of the type `wants`."""
    if wants in _AFTER_FIGURE:
        return _after(among(marks, "NU")) & _among_words(folded, _AFTER_FIGURE[wants])
    if wants not in _MARKED:
        return np.ones(len(marks), bool)
    return among(marks, _MARKED[wants]) | _among_words(folded, _WORDS.get(wants, frozenset()))


def _after(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which tokens are flagged or stand one or two after one that is: `1.700 tỷ đồng`."""
    found = flags.copy()
    found[1:] |= flags[:-1]
    found[2:] |= flags[:-2]
    return found


def among(marks: npt.NDArray[np.uint8], letters: str) -> npt.NDArray[np.bool_]:
    """Return which of `marks` (ASCII) are one of `letters`."""
    return np.asarray(_table(letters)[marks])


@functools.cache
def _table(letters: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[[ord(letter) for letter in letters]] = True
    return table


def _among_words(words: Sequence[str], wanted_: frozenset[str]) -> npt.NDArray[np.bool_]:
    return np.fromiter(map(wanted_.__contains__, words), bool, len(words)) if wanted_ else np.zeros(len(words), bool)
