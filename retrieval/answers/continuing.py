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
    sorted(
        (
            tuple(words.split())
            for words in "dong thoi|ngoai ra|ben canh do|ben canh viec do|cung voi do|cung voi viec do|them vao do|song song do|song song voi do|mat khac|hon nua".split(
                "|"
            )
        ),
        key=len,
        reverse=True,
    )
)
_ORDINALS = frozenset((("thu", "hai"), ("thu", "ba"), ("thu", "tu"), ("hai", "la"), ("ba", "la"), ("bon", "la")))
_MODALS = frozenset("cũng cần phải sẽ nên".split())
"""Words (canonical) before what is to be done."""
_MORE = frozenset("cũng cần phải".split())
"""Of these, those that tell more of what the sentence before tells: `sẽ` tells what comes next."""
_PRONOUNS = frozenset("ông bà đồng anh chị".split())
"""Words (canonical) with which somebody begins to do something else: `Ngoài ra, ông cũng …`."""
_ORDERS = frozenset((("yeu", "cau"), ("de", "nghi"), ("chi", "dao"), ("kien", "nghi")))
_LONGEST_SUBJECT = 10
_BARE = frozenset("cac nhung va cua nganh".split())


def continuing(context: Context, best: Draft) -> list[Draft]:
    """Return drafts of the sentences right behind that of `best` which go on with it, in order; none where one thing is asked for."""
    question, candidate = context.asked.question, best.candidate
    several = asks_for_several(question)
    if question.kind not in KINDS or context.asked.wants != "clause" or question.yes_no:
        return []
    found: list[Draft] = []
    for index in range(candidate.index + 1, min(candidate.index + 1 + MOST, len(candidate.sentences))):
        sentence = candidate.sentences[index]
        first = _goes_on(question, sentence, several=several, again=bool(found))
        if first is None or verdicts.tells(sentence):
            break
        cut = ((first, _last(sentence)),)
        found.append(Draft(replace(candidate, index=index), cut, probability=best.probability))
    return found


def _goes_on(question: Question, sentence: Sentence, *, several: bool, again: bool) -> int | None:
    """Return the token at which `sentence` tells more of the same, None where it begins something else."""
    words = sentence.folded
    if several and words[:2] in _ORDINALS and sentence.marks[2:3] != "T" and words[2:3] != ("ngay",):
        return 3 if words[2:3] == ("la",) else 2
    opened = next((len(c) for c in _CONNECTIVES if words[: len(c)] == c), 0)
    at = _behind_modals(sentence, opened)
    if at >= len(words) or _to_another(question, sentence, at):
        return None
    if begins_action(sentence, at) and ((opened and question.kind == "task") or (several and (again or at))):
        return at
    if not several:
        return None
    begins_other = sentence.marks[at] != "o" or sentence.tokens[at].norm in _PRONOUNS or is_body(words[at : at + 2])
    return _same_subject(question, sentence, opened) if not opened or begins_other else at


def _behind_modals(sentence: Sentence, at: int) -> int:
    while at < len(sentence.folded) and sentence.tokens[at].norm in _MODALS:
        at += 1
    return at


def _to_another(question: Question, sentence: Sentence, at: int) -> bool:
    """Tell whether from `at` on another body is told what to do than the question names: `yêu cầu Trung tâm …`."""
    words = sentence.folded
    if words[at : at + 2] not in _ORDERS and words[at : at + 1] != ("giao",):
        return False
    body = at + (1 if words[at] == "giao" else 2)
    named = [word for word in words[body : body + 4] if word not in _BARE]
    return is_body(words[body : body + 2]) and not set(named) <= set(question.syllables)


def _same_subject(question: Question, sentence: Sentence, start: int) -> int | None:
    """Return where what is said begins, behind a subject that the question names and a modal: `Hai bên cũng cần …`."""
    words, tokens = sentence.folded, sentence.tokens
    asked = set(question.syllables)
    for at in range(start + 1, min(start + _LONGEST_SUBJECT, len(words))):
        if tokens[at].norm in _MORE:
            subject = [word for word in words[start:at] if word not in _BARE]
            named = sum(word in asked for word in subject)
            if not subject or named < 0.6 * len(subject):
                return None
            behind = _behind_modals(sentence, at)
            return behind if behind < len(words) else None
    return None


def _last(sentence: Sentence) -> int:
    """Return the last token of what is said, without who says so behind a quotation: `…”, ông Tuấn nói`."""
    size = len(sentence.folded)
    text = sentence.between(sentence.start, sentence.end)
    for at in range(size - 1, 0, -1):
        if sentence.gaps[at] == "Q" and size - at <= 24 and at > 3:
            between = text[sentence.tokens[at - 1].end - sentence.start : sentence.tokens[at].start - sentence.start]
            if any(mark in between for mark in '"”') and any(mark in between for mark in ",-–"):
                return at - 1
    return size - 1
