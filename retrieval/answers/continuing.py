"""An answer that the next sentence goes on with by its first words: `Đồng thời, tiếp tục đối thoại …`, `Ngoài ra, ngành thực hiện …`.

Such a sentence shares no word with the question, so no model that looks for the question finds it; what it goes on with is the
sentence before it.
"""

from dataclasses import replace

from retrieval.annotation import Sentence
from retrieval.answers import verdicts
from retrieval.answers.context import Context
from retrieval.answers.drafts import Draft
from retrieval.answers.enumerations import asks_for_several
from retrieval.answers.tasks import begins_action, is_body
from retrieval.questions import Question

MOST = 2
"""Sentences that are told beside the one they go on with."""
KINDS = frozenset(("task", "what", "why", "limitation", "conclusion"))
"""Kinds of questions that are answered by clauses: of names, days and figures each sentence tells its own."""
_CONNECTIVES = tuple(
    tuple(words.split("_"))
    for words in "dong_thoi ngoai_ra ben_canh_do ben_canh_viec_do cung_voi_do cung_voi_viec_do them_vao_do song_song_do song_song_voi_do mat_khac hon_nua".split()
)
"""Folded. Those that the model of `further.py` looks at are more: here the sentence must go on for certain."""
_ORDINALS = frozenset((("thu", "hai"), ("thu", "ba"), ("thu", "tu"), ("hai", "la"), ("ba", "la"), ("bon", "la")))
_MORE = frozenset("cũng cần phải".split())
"""Words (canonical) before what is to be done, beside what the sentence before tells; `sẽ` tells what comes next."""
_MODALS = _MORE | {"sẽ", "nên"}
_PRONOUNS = frozenset("ông bà đồng anh chị".split())
"""Words (canonical) with which somebody begins to do something else: `Ngoài ra, ông cũng …`."""
_ORDERS = frozenset(
    tuple(words.split("_")) for words in "yeu_cau de_nghi chi_dao kien_nghi phe_binh bieu_duong nhac_nho".split()
)
_OTHERS = frozenset(
    tuple(words.split("_")) for words in "luc_luong nguoi_dan ba_con chu_rung chu_xe chu_dau nha_thau".split()
)
"""Who else may be told what to do, beside bodies."""
_DONE = frozenset(("đã", "vừa", "đạt"))
"""Words (canonical) of what has been done."""
_LONGEST_SUBJECT, _LONGEST_BODY, _LONGEST_SPEAKER = 10, 3, 24
"""Tokens."""
_NAMED = 0.6
"""Share of a subject's words that must be the question's."""
_BARE = frozenset("cac nhung va cua nganh".split())


def continuing(context: Context, best: Draft) -> list[Draft]:
    """Return drafts of the sentences right behind that of `best` which go on with it, in order.

    Where one thing is asked for, only what is to be done is: `làm gì` often means all of it.
    """
    question, candidate = context.asked.question, best.candidate
    if question.kind not in KINDS or context.asked.wants != "clause" or question.yes_no:
        return []
    several = asks_for_several(question)
    found: list[Draft] = []
    for index in range(candidate.index + 1, min(candidate.index + 1 + MOST, len(candidate.sentences))):
        sentence = candidate.sentences[index]
        first = _goes_on(question, sentence, several=several, again=bool(found))
        if first is None or verdicts.tells(sentence):
            break
        last = _last(sentence)
        if last < first:
            break
        cut = ((first, last),)
        found.append(Draft(replace(candidate, index=index), cut, probability=best.probability))
    return found


def _goes_on(question: Question, sentence: Sentence, *, several: bool, again: bool) -> int | None:
    """Return the token at which `sentence` tells more of the same, None where it begins something else."""
    words = sentence.folded
    counted = _behind_ordinal(sentence) if several else 0
    opened = counted or next((len(c) for c in _CONNECTIVES if words[: len(c)] == c), 0)
    at = _behind_modals(sentence, opened)
    if at >= len(words) or _to_another(question, sentence, at):
        return None
    acts = begins_action(sentence, at) and not _somebody_acts(sentence, at)
    if acts and ((opened and question.kind == "task") or (several and (again or at))):
        return at
    if not several:
        return None
    begins_other = sentence.marks[at] != "o" or sentence.tokens[at].norm in _PRONOUNS or is_body(words[at : at + 2])
    # A task begins with what is to be done; of reasons and shortcomings each has a subject of its own.
    free = opened and not begins_other and (counted or question.kind != "task")
    return at if free else _same_subject(question, sentence, opened)


def _behind_ordinal(sentence: Sentence) -> int:
    """Return how many tokens `Thứ hai,`, `Hai là` are, 0 where the sentence begins with neither: `Thứ ba tới` is a day."""
    words, gaps = sentence.folded, sentence.gaps
    if words[:2] not in _ORDINALS:
        return 0
    behind = 3 if words[2:3] == ("la",) else 2
    marked = gaps[2:3] in {"C", "L"} or "la" in words[1:3]
    return behind if marked and sentence.marks[behind : behind + 1] != "T" and words[2:3] != ("ngay",) else 0


def _somebody_acts(sentence: Sentence, at: int) -> bool:
    """Tell whether what begins like a task is what somebody has done: `phối hợp với Đồn Biên phòng, công an huyện đã bắt …`."""
    done = (i for i in range(at, len(sentence.folded)) if sentence.tokens[i].norm in _DONE)
    first = next(done, None)
    return first is not None and "C" in sentence.gaps[at : first + 1]


def _behind_modals(sentence: Sentence, at: int) -> int:
    while at < len(sentence.folded) and sentence.tokens[at].norm in _MODALS:
        at += 1
    return at


def _to_another(question: Question, sentence: Sentence, at: int) -> bool:
    """Tell whether from `at` on another body is told what to do than the question names: `yêu cầu Trung tâm …`."""
    words = sentence.folded
    if words[at : at + 2] not in _ORDERS and sentence.tokens[at].norm != "giao":
        return False
    body = at + (1 if sentence.tokens[at].norm == "giao" else 2)
    body += words[body : body + 1] == ("cho",)
    if not is_body(words[body : body + 2]) and words[body : body + 2] not in _OTHERS:
        return False
    told = next((i for i in range(body + 1, len(words)) if begins_action(sentence, i)), body + _LONGEST_BODY)
    named = words[body : min(told, body + _LONGEST_BODY)]
    return not {word for word in named if word not in _BARE} <= set(question.syllables)


def _same_subject(question: Question, sentence: Sentence, start: int) -> int | None:
    """Return where what is said begins, behind a subject that the question names and a modal: `Hai bên cũng cần …`."""
    words, tokens = sentence.folded, sentence.tokens
    asked = set(question.syllables)
    for at in range(start + 1, min(start + _LONGEST_SUBJECT, len(words))):
        if tokens[at].norm in _MORE:
            subject = [word for word in words[start:at] if word not in _BARE]
            named = sum(word in asked for word in subject)
            if not subject or named < _NAMED * len(subject):
                return None
            behind = _behind_modals(sentence, at)
            return behind if behind < len(words) else None
    return None


def _last(sentence: Sentence) -> int:
    """Return the last token of what is said, without who says so behind a quotation: `…”, ông Tuấn nói`."""
    size = len(sentence.folded)
    text = sentence.between(sentence.start, sentence.end)
    for at in range(size - 1, 0, -1):
        if sentence.gaps[at] == "Q" and size - at <= _LONGEST_SPEAKER:
            between = text[sentence.tokens[at - 1].end - sentence.start : sentence.tokens[at].start - sentence.start]
            if any(mark in between for mark in '"”') and any(mark in between for mark in ",-–"):
                return at - 1
    return size - 1
