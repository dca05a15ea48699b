"""Sentences of a known build -> typed answers, by rule: who chaired, who attended, which task is whose.

These are the sentences every report of a meeting has. A rule gives a draft beside that of the network; the answer
model weighs both.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval.annotation import Sentence, chair_cues, lists_attendance
from retrieval.answers.mentions import mentions, places
from retrieval.answers.runs import Cut
from retrieval.answers.sentences import Asked
from retrieval.answers.tasks import Task, tasks
from retrieval.answers.wants import BODIES
from retrieval.linking import question_frame
from retrieval.questions import Question
from retrieval.vietnamese.levels import LEVELS, level_before
from retrieval.vietnamese.names import Person
from retrieval.vietnamese.terms import days_in
from retrieval.vietnamese.text import folds, tokens

_LEAD = 2
_EARLY = 12
_TOGETHER = frozenset(("dong", "cung"))
_BESIDE = 2
"""Tokens up to which a body stands before what it does."""
_TAKES_PLACE = ("dien ra", "to chuc", "khai mac", "hop ", "hop khi", "hop ngay", "be mac")
_DAY_PARTS = frozenset("sang chieu trua toi dem ngay nay qua hom".split())
_MEETING = re.compile(
    r"\b(?:chu tri|hoi (?:nghi|thao)|(?:cuoc|buoi|phien|du) hop|buoi lam viec|toa dam|giao ban|hop bao|dien dan|le (?:khai|ky|phat|trao))\b"
)
"""What was asked about before, where it was a meeting."""
_HOUR = re.compile(r"\b(?:may gio|(?<!dien )(?<!ngay )gio nao)\b")
_OF_MEETING = frozenset("vao luc gio hom hop cuoc hoi nghi buoi dien ra to chuc khai mac do nay ay thoi gian".split())
"""Words that ask when a meeting was, and nothing else."""
_PARTS = frozenset("sang chieu trua toi dem".split())
_SHORTCOMINGS = frozenset(("han che", "ton tai", "yeu kem", "khuyet diem", "bat cap"))
_GENERIC = frozenset(
    "tinh huyen xa thanh pho tp viet nam cac cua va trung uong quoc nganh so phong uy ban hoi lien hiep".split()
)
"""What many bodies are called: who asks for the tasks of `MTTQ` means `Ủy ban MTTQ Việt Nam tỉnh`, of `Hội Phụ nữ` `Hội Liên hiệp Phụ nữ`."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The cut of one sentence found by the rule `rule`, and how well it fits the question (0 to 1)."""

    rule: str
    cut: Cut
    fit: float
    tasks: tuple[Task, ...] = ()


def typed(asked: Asked, sentences: Sequence[Sentence], at: int) -> Typed | None:
    """Return what a rule for the question's kind finds in the sentence at index `at`, None where none applies."""
    kind, sentence = asked.question.kind, sentences[at]
    if kind == "chair" and asked.wants == "body":
        return _leading_body(asked.question, sentence)
    if kind in _BY_SENTENCE:
        return _BY_SENTENCE[kind](sentence)
    if kind in _BY_PLACE:
        return _BY_PLACE[kind](asked, sentence, at)
    return _task(asked, sentences, at) if kind == "task" else None


def _leading_body(question: Question, sentence: Sentence) -> Typed | None:
    """The bodies before `chủ trì`: `giao UBND tỉnh Nam Lĩnh chủ trì`, `Bộ A và Bộ B đồng chủ trì`."""
    words, marks = sentence.folded, sentence.marks
    cues = [at for at in range(1, len(words) - 1) if words[at : at + 2] == ("chu", "tri")]
    level = question.cue.word.split("_")[0]
    bodies = (mentions("body", sentence) or ()) if cues else ()
    for at in cues:
        before = [body for body in bodies if body[1] < at]
        if before and before[-1][1] >= at - _BESIDE:
            first, last = before[-1]
            for begin, end in before[-2::-1]:
                # `Ủy ban … (MTTQ), Bộ … và Sở …`: an abbreviation in brackets belongs to the name before it.
                between = [words[i] for i in range(end + 1, first) if sentence.gaps[i] != "P"]
                if between not in ([], ["va"], ["cung"]):
                    break
                first = begin
            # `tỉnh nào` is answered by no Sở.
            if words[first] in BODIES and ((level,) not in LEVELS or level in words[first : first + 2]):
                return Typed("chair", ((first, last),), 1.0)
        first = last = at - 1 - (words[at - 1] in _TOGETHER)
        while first > 0 and marks[first - 1] in "ABI" and sentence.gaps[first] == "_":
            first -= 1
        if marks[last] in "ABI" and level_before(words, first) is not None:
            return Typed("chair", ((first - (1 if words[first - 1 : first] in LEVELS else 2), last),), 1.0)
    return None


def chairs(sentence: Sentence) -> Cut:
    """Return the people (first and last token) who chair the meeting that `sentence` tells of; none where it tells of none."""
    found = _chair(sentence)
    return found.cut if found is not None else ()


def _chair(sentence: Sentence) -> Typed | None:
    cues = chair_cues(sentence)
    if not cues:
        return None
    cue = cues[0]
    words = sentence.folded
    under = "duoi" in words[max(0, cue - 3) : cue] or "do" in words[max(0, cue - 14) : cue]
    after = [p for p in sentence.named if p.first > cue]
    before = [p for p in sentence.named if p.last < cue]
    # `chủ trì của các đồng chí …`, `do các đồng chí Thường trực chủ trì: A …; B …`
    if (words[cue + 2 : cue + 3] == ("cua",) or sentence.gaps[cue + 2 : cue + 3] == "L") and after:
        chosen = [after[0]]
        for person in after[1:]:
            if "S" in sentence.gaps[chosen[-1].last + 1 : person.first + 1] or (
                person.first - chosen[-1].last <= 12 and "va" in words[chosen[-1].last + 1 : person.first]
            ):
                chosen.append(person)
    elif before:
        chosen = _joined(sentence, before)
    elif after and cue and words[cue - 1] in {"cung", "dong"}:
        chosen = _joined_after(sentence, after)
    elif after:
        chosen = [after[0]]
    else:
        body = _chairing_body(sentence, cue)
        return Typed("chair", (body,), 0.5) if body else None
    return Typed("chair", tuple(_addressed(sentence, p) for p in chosen), 1.0 if under or before else 0.7)


def _addressed(sentence: Sentence, person: Person) -> tuple[int, int]:
    """Return the tokens of a name; of one syllable, `bà Thanh`, with what it is addressed by."""
    alone = person.first == person.last and person.first > 0 and sentence.folded[person.first - 1] in {"ong", "ba"}
    return person.first - alone, person.last


def _joined_after(sentence: Sentence, people: Sequence[Person]) -> list[Person]:
    """Return who chairs together: `Cùng chủ trì hội nghị, A, Bộ trưởng … và ông B`."""
    chosen = [people[0]]
    for person in people[1:]:
        between = sentence.folded[chosen[-1].last + 1 : person.first]
        if len(between) > _LONGEST_BETWEEN or not {"va", "cung"} & set(between):
            break
        chosen.append(person)
    return chosen


def _joined(sentence: Sentence, people: Sequence[Person]) -> list[Person]:
    """Return the last of `people` and those who are listed with him: `A cùng các Phó Thủ tướng B, C và D`, `A; B`."""
    words, chosen = sentence.folded, [people[-1]]
    listed = False
    for person in reversed(people[:-1]):
        between = words[person.last + 1 : chosen[0].first]
        joins = "va" in between or "cung" in between or "S" in sentence.gaps[person.last + 1 : chosen[0].first + 1]
        # Within a list that `và` ends, a comma alone joins two names.
        if joins or (listed and not between):
            chosen.insert(0, person)
            listed = listed or "va" in between
        else:
            break
    return chosen


def _chairing_body(sentence: Sentence, cue: int) -> tuple[int, int] | None:
    """Return the body or the office without a name that chairs: `UBND TP chủ trì tổ chức`, `dưới sự chủ trì của lãnh đạo Chính phủ`.

    `giao Sở X chủ trì, phối hợp` names a lead agency; that is a task, and no chair.
    """
    words, gaps = sentence.folded, sentence.gaps
    if words[cue + 2 : cue + 3] == ("cua",):
        first = last = cue + 3
        while last + 1 < len(words) and gaps[last + 1] == "_" and last - first < _LONGEST_BODY:
            last += 1
        return (first, last) if first < len(words) else None
    last = cue - 1
    while last >= 0 and words[last] in _AUXILIARY:
        last -= 1
    first = last
    while first > 0 and gaps[first] == "_" and words[first - 1] not in _BEFORE_SUBJECT:
        first -= 1
    handed = set(words[max(0, first - 3) : last + 1]) & {"giao", "yeu", "nghi"}
    return None if last < 0 or handed or last - first >= _LONGEST_BODY else (first, last)


_LONGEST_BODY = 12
_LONGEST_BETWEEN = 16
_AUXILIARY = frozenset("da se dang cung truc tiep dong vua moi".split())
_BEFORE_SUBJECT = frozenset("nen thi do ma rang".split())


def _attendees(sentence: Sentence) -> Typed | None:
    if not lists_attendance(sentence):
        return None
    spans = [(p.first, p.last) for p in sentence.named]
    if not spans:
        return None
    last = spans[-1][1]
    starts = [i for i in range(last + 1, len(sentence.folded)) if sentence.gaps[i] == "S"]
    for n, start in enumerate(starts):
        end = (starts[n + 1] if n + 1 < len(starts) else len(sentence.folded)) - 1
        spans.append((start, end))
    return Typed("attendee", tuple(spans), 1.0)


def _when(asked: Asked, sentence: Sentence, at: int) -> Typed | None:
    """The day of the event itself stands in the first lines: `Chiều nay (29/12), …`, `Sáng 15/3, …`."""
    question = asked.question
    if at > _LEAD or not sentence.days:
        return None
    own = " ".join(question.syllables)
    hours = (w == "gio" and m == "T" for w, m in zip(sentence.folded, sentence.marks, strict=True))
    if asks_hour(question) and not any(hours):
        return None
    event = any(phrase in own for phrase in _TAKES_PLACE) or asks_of_meeting(question)
    # `3-5 triệu đồng` looks like a day and is none.
    marked = (i for i, mark in enumerate(sentence.marks) if mark == "T" and sentence.folded[i][0].isdigit())
    first = next(marked, None)
    if first is None:
        return None
    last = first
    while last + 1 < len(sentence.marks) and sentence.marks[last + 1] == "T" and sentence.gaps[last + 1] == "_":
        last += 1
    day = first
    while first > 0 and sentence.folded[first - 1] in _DAY_PARTS:
        first -= 1
    # Who names the day himself asks for the part of it.
    if sentence.days <= set(days_in(question.syllables)) and _PARTS.isdisjoint(sentence.folded[first:day]):
        return None
    # Of a meeting that was named by its day the models expect another one.
    rule = "meeting" if event and asked.days & sentence.days else "when"
    return Typed(rule, ((first, last),), 1.0 if event and first <= _EARLY else 0.5)


def asks_hour(question: Question) -> bool:
    """Tell whether a question asks for an hour: `mấy giờ`; not `dự án điện gió nào`."""
    written = {token.norm for token in tokens(question.asked) if token.fold == "gio"}
    return bool(written & {"gio", "giờ"}) and _HOUR.search(" ".join(question.syllables)) is not None


def asks_of_meeting(question: Question) -> bool:
    """Tell whether `vào ngày nào?` goes on with a question about a meeting, and asks for nothing else."""
    before = " ".join(folds(question.previous or "")) if question.follows_up else ""
    return _MEETING.search(before) is not None and all(
        word in question_frame() or word in _OF_MEETING for word in question.syllables
    )


def _where(asked: Asked, sentence: Sentence, at: int) -> Typed | None:
    """The place of the event itself stands in the first lines too: `tại Hội trường Tỉnh ủy, đồng chí …`."""
    own = " ".join(asked.question.syllables)
    if at > _LEAD or not any(phrase in own for phrase in _TAKES_PLACE):
        return None
    told = next(iter(places(sentence)), None)
    return Typed("where", (told,), 1.0 if at <= 1 else 0.5) if told else None


def _limitations(sentence: Sentence) -> Typed | None:
    """`…vẫn còn những tồn tại, hạn chế như: A; B; C.`: the clauses after the colon."""
    words = sentence.folded
    colon = next((i for i in range(1, len(words)) if sentence.gaps[i] == "L"), None)
    if colon is None or not any(" ".join(words[i : i + 2]) in _SHORTCOMINGS for i in range(colon)):
        return None
    starts = [colon] + [i for i in range(colon + 1, len(words)) if sentence.gaps[i] == "S"]
    ends = [*(s - 1 for s in starts[1:]), len(words) - 1]
    return Typed("limitation", tuple((a, b) for a, b in zip(starts, ends, strict=True)), 1.0)


def _task(asked: Asked, sentences: Sequence[Sentence], at: int) -> Typed | None:
    found = tasks(sentences, at)
    fits = {t: _fit(asked, sentences[at], t) for t in found}
    best = max(fits.values(), default=0.0)
    if best <= 0:
        return None
    wanted = tuple(t for t in found if fits[t] == best)
    # Where a sentence has tasks for several bodies the models mix them.
    rule = "own_task" if len({t.assignee for t in found}) > 1 else "task"
    return Typed(rule, tuple((t.first, t.last) for t in wanted), best, wanted)


def _fit(asked: Asked, sentence: Sentence, task: Task) -> float:
    """Return the share of the assignee's own words that the question names, generic ones left out."""
    if task.assignee is None:
        return 0.0
    _, first, last = task.assignee
    words = sentence.folded[first : last + 1]
    body = [w for w in words if w not in _GENERIC] or list(words)
    return sum(w in asked.own or w in asked.abbreviated for w in body) / len(body)


_BY_SENTENCE: dict[str, Callable[[Sentence], Typed | None]] = {
    "chair": _chair,
    "attendee": _attendees,
    "limitation": _limitations,
}
_BY_PLACE: dict[str, Callable[[Asked, Sentence, int], Typed | None]] = {"when": _when, "where": _where}
