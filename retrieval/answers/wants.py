"""What a question wants to see in its answer -> which tokens of a sentence are of that type.

`bao nhiêu phần trăm` is not answered by `67 tỷ đồng`, nor `hạn đến ngày nào` by a sentence without a date.
"""

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.questions import Question
from retrieval.vietnamese.tables import rows

WANTS = ("clause", "person", "body", "place", "time", "money", "percent", "area", "number")
"""Types of answers, in the order of their codes."""
_BY_CUE = {
    "who": "person", "which_body": "body", "which_place": "place", "where": "place", "when": "time", "number": "number",
}  # fmt: skip
_BY_KIND = {"chair": "person", "attendee": "person", "when": "time", "where": "place", "number": "number"}
_MONEY = frozenset("dong ty ti trieu usd vnd nghin ngan".split())
_AREA = frozenset("ha hecta m2 km2 m".split())
_BODIES = frozenset(
    "cong tap doanh so bo ban hoi uy ubnd hdnd mttq cuc chi vien toa truong ngan lien trung phong to don co tong doan quy xi nha benh"
    " kho thanh van xuong hop".split()
)
_PLACES = frozenset("tai o tinh huyen xa phuong quan thon to duong ap pho khu nha truong so bo ho song cau thi thanh tp tt".split())


def wanted(question: Question) -> str:
    """Return which of `WANTS` answers `question`."""
    text = f" {' '.join(question.syllables)} "
    if question.kind in {"number", "what", "who", "when", "where", "chair", "attendee"}:
        for phrase, kind in _phrases():
            if f" {phrase} " in text and (question.kind == "number" or kind not in {"money", "percent", "area"}):
                return kind
    if question.kind in _BY_KIND:
        return _BY_KIND[question.kind]
    return _BY_CUE.get(question.cue.label, "clause") if question.kind != "task" else "clause"


@functools.cache
def _phrases() -> tuple[tuple[str, str], ...]:
    found = [(row[0], row[1]) for row in rows("wanted")]
    return tuple(sorted(found, key=lambda row: -len(row[0])))


def of_type(wants: str, marks: npt.NDArray[np.uint8], folded: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return for each token, told by its mark (ASCII) and its folded syllable, whether it is of the type `wants`."""
    if wants == "person":
        return _among(marks, "BI")
    if wants == "time":
        return _among(marks, "T") | _among_words(folded, _TIME)
    if wants == "number":
        return _among(marks, "N%")
    if wants == "percent":
        return _among(marks, "%")
    figure = _after(_among(marks, "NU"))
    if wants == "money":
        return figure & _among_words(folded, _MONEY)
    if wants == "area":
        return figure & _among_words(folded, _AREA)
    if wants == "body":
        return _among_words(folded, _BODIES) | _among(marks, "A")
    if wants == "place":
        return _among_words(folded, _PLACES) | _among(marks, "A")
    return np.ones(len(marks), bool)


_TIME = frozenset("sang chieu toi dem trua ngay thang nam quy tuan dau cuoi".split())


def _after(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which tokens are flagged or stand one or two after one that is: `1.700 tỷ đồng`."""
    found = flags.copy()
    found[1:] |= flags[:-1]
    found[2:] |= flags[:-2]
    return found


def _among(marks: npt.NDArray[np.uint8], letters: str) -> npt.NDArray[np.bool_]:
    return np.isin(marks, [ord(letter) for letter in letters])


def _among_words(words: Sequence[str], wanted_: frozenset[str]) -> npt.NDArray[np.bool_]:
    return np.fromiter((w in wanted_ for w in words), bool, len(words))
