"""The cuts of a sentence -> those that are of the type that is asked for, each whole: a day, a count of households, the body given a task."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from retrieval.annotation import Sentence
from retrieval.answers.mentions import counted
from retrieval.answers.runs import Cut, merged
from retrieval.answers.sentences import Asked
from retrieval.answers.wants import FIGURES, of_type
from retrieval.questions import Question
from retrieval.vietnamese.terms import day_term

_DAY_CUES = frozenset(("ngay_nao", "hom_nao", "ngay_may"))
"""Words that ask for a day: `năm học 2023 - 2024` is none. Of 48 training questions that ask so, 47 are answered by a day; one is a follow-up on something else."""
_LONGEST_TIME = 10
"""Syllables that tell a day or two: `từ ngày 15/8 đến ngày 30/8/2017`."""
_LASTING = frozenset("giây phút giờ tiếng ngày tuần tháng quý năm".split())
_AT_TIME = frozenset("lúc hồi mùng mồng sáng chiều tối trưa đêm khoá khóa".split())
"""Words before a figure that is a time of day, or a day."""
_OF_DAY = frozenset("ngày sáng chiều tối trưa đêm đầu cuối".split())
"""Words behind `14 giờ`, `ba tháng` that make it a time."""
_UP_TO = frozenset(("đến", "tới"))
_NUMBERED = frozenset(("tháng", "giờ", "ngày"))
"""What a figure behind makes a month, an hour or a day of."""
_SMALL_FIGURES = frozenset("một hai ba bốn năm sáu bảy tám chín mười nửa".split())
_BEFORE_DAY = frozenset("ngay hom mung sang chieu toi trua dem".split())


def of_asked_type(
    names: dict[Cut, set[str]], asked: Asked, sentence: Sentence, fitting: Cut | None
) -> dict[Cut, set[str]]:
    """Return the cuts `names` of `sentence` cut down to, widened to, or replaced by what is of the type asked for, each with how it came about (`cuts.NAMES`).

    They are as they were where nothing tells a type. `fitting` are the mentions of the wanted type, where one is.
    """
    question = asked.question
    if asked.wants == "number" and (figures := counted(sentence, asked.unit)):
        # Where the sentence counts households, `16 căn nhà` does not tell how many households.
        names = _counting(names, [at for at, _ in figures])
    elif asked.wants in FIGURES:
        # Beside `4.000 tỷ đồng` the `9` of a quận tells no sum.
        fits = of_type(asked.wants, sentence.mark_codes, sentence.folded)
        names = _counting(names, np.flatnonzero(fits).tolist()) or names
    if question.cue.word in _DAY_CUES and not question.elliptic:
        names = _up_to_day(_of_times(names, _days(sentence), fitting), sentence.marks)
    if question.cue.label == "duration" and (spans := durations(sentence)):
        names = _of_times(names, [first for first, _ in spans], spans)
    if fitting and asks_whom(question):
        names = _charged(sentence, fitting) or names
    return _as_asked(names, sentence, question.cue.after)


def asks_whom(question: Question) -> bool:
    """Tell whether a question asks which body was given a task: `giao sở nào`, `giao cho những đơn vị nào`."""
    before = [word for word in question.cue.before if word not in {"cho", "nhung", "cac"}]
    return question.cue.label == "which_body" and before[-1:] == ["giao"] and before[-2:-1] not in (["ban"], ["chuyen"])


def _charged(sentence: Sentence, bodies: Cut) -> dict[Cut, set[str]]:
    """Return the cut of those of `bodies` to which the sentence says a task is given, none where it says so of none.

    `UBND tỉnh giao Sở A và Sở B chủ trì, phối hợp với Sở C`: Sở A, Sở B.
    """
    words, gaps = sentence.folded, sentence.gaps
    given: list[tuple[int, int]] = []
    for run in bodies:
        before = words[given[-1][1] + 1 : run[0]] if given else None
        listed = before == ("va",) or (before == () and gaps[run[0]] == "C")
        if listed or words[run[0] - 1 : run[0]] == ("giao",) or words[max(0, run[0] - 2) : run[0]] == ("giao", "cho"):
            given.append(run)
    return {tuple(given): {"mention", "mentions"}} if given else {}


def _of_times(names: dict[Cut, set[str]], times: list[int], fitting: Cut | None) -> dict[Cut, set[str]]:
    """Return the cuts in which one of `times` (tokens of days, or of how long) stands, none of them a whole clause; and each mention of one."""
    found = {
        cut: ways
        for cut, ways in _counting(names, times).items()
        if sum(last - first + 1 for first, last in cut) <= _LONGEST_TIME
    }
    for run in fitting or ():
        if any(run[0] <= time <= run[1] for time in times):
            found.setdefault((run,), set()).add("mention")
    return found


def _up_to_day(names: dict[Cut, set[str]], marks: str) -> dict[Cut, set[str]]:
    """Return the cuts without what is counted behind a day: `ngày 22/4` khiến 16 căn nhà."""
    found: dict[Cut, set[str]] = {}
    for cut, ways in names.items():
        days = [marks.rfind("T", first, last + 1) for first, last in cut]
        shortened = (
            (first, day if day >= 0 and "N" in marks[day : last + 1] else last)
            for (first, last), day in zip(cut, days, strict=True)
        )
        found.setdefault(tuple(shortened), set()).update(ways)
    return found


def _days(sentence: Sentence) -> list[int]:
    """Return the tokens of a sentence that are days: `28/3`, ngày `5`, `29` tháng 12."""
    words = (*sentence.folded, "")
    return [
        at
        for at, mark in enumerate(sentence.marks)
        if mark == "T"
        and words[at][0].isdigit()
        and (day_term(words[at]) or words[at - 1] in _BEFORE_DAY or words[at + 1] == "thang")
    ]


def durations(sentence: Sentence) -> Cut:
    """Return where a sentence says how long: `45 ngày`, `1 năm 6 tháng`, `2 đến 3 tháng`; `29 tháng 12`, `14 giờ ngày 5/6`, `ba tháng đầu năm` are times."""
    norms = [token.norm for token in sentence.tokens]
    found: list[tuple[int, int]] = []
    for at in range(len(norms) - 1):
        before, unit, after = "".join(norms[at - 1 : at]), norms[at + 1], "".join(norms[at + 2 : at + 3])
        goes_on = bool(found) and found[-1][1] == at - 1
        if not (_counts(norms[at]) and unit in _LASTING) or (before in _LASTING and not goes_on) or before in _AT_TIME:
            continue
        # `29 tháng 12`, `7 giờ 30`; `1 giờ 30 phút` is how long.
        dated = after[:1].isdigit() and unit in _NUMBERED and norms[at + 3 : at + 4] != ["phút"]
        if after in _OF_DAY or dated:
            continue
        first = at - 2 if before in _UP_TO and at > 1 and _counts(norms[at - 2]) else at
        found.append((first, at + 1))
    return merged(found)


def _counts(word: str) -> bool:
    return word.isdigit() or word in _SMALL_FIGURES


def _as_asked(names: dict[Cut, set[str]], sentence: Sentence, after: Sequence[str]) -> dict[Cut, set[str]]:
    """Return the cuts, one that breaks off within what the question counts so widened that it holds the whole: `24 phòng` `học`.

    `after` are the syllables behind the words that ask: bao nhiêu `phòng học`.
    """
    pairs = set(pairwise(after))
    found: dict[Cut, set[str]] = {}
    for cut, ways in names.items():
        widened = []
        for first, end in cut:
            last = end
            while (
                last + 1 < len(sentence.folded)
                and sentence.gaps[last + 1] == "_"
                and sentence.folded[last : last + 2] in pairs
            ):
                last += 1
            widened.append((first, last))
        found.setdefault(merged(widened), set()).update(ways)
    return found


def _counting(names: dict[Cut, set[str]], figures: list[int]) -> dict[Cut, set[str]]:
    """Return the cuts with those of their stretches alone in which one of `figures` (tokens) stands; a cut without any is left out."""
    found: dict[Cut, set[str]] = {}
    for cut, ways in names.items():
        kept = tuple((first, last) for first, last in cut if any(first <= at <= last for at in figures))
        if kept:
            found.setdefault(kept, set()).update(ways)
    return found
