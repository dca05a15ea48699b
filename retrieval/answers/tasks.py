"""A sentence that gives tasks -> its clauses, each with whom it is for.

`…một số nhiệm vụ cụ thể như: Ủy ban MTTQ tỉnh tiếp tục tham mưu…; tăng cường vận động…. Hội LHPN tỉnh cần…;
Hội Cựu chiến binh tỉnh phối hợp…`: a clause that names an organisation and then a verb opens a new assignee,
one that begins with a verb goes on with the assignee before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from retrieval.annotation import Sentence
from retrieval.vietnamese import dates
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import canonical

_BODY = frozenset(
    "ubnd hdnd mttq uy_ban hoi so ban cong_an phong bo cuc chi_cuc doan lien_doan tinh_doan tinh_uy huyen_uy thanh_uy dang_uy"
    " cac_so cac_dia_phuong cac_huyen cac_don_vi cac_nganh vien toa van_phong thanh_tra bo_chi_huy quan_doi kho_bac trung_tam"
    " truong benh_vien ngan_hang cong_ty doanh_nghiep chu_dau_tu cac_co_quan cap_uy moi cac_cap thanh_pho tinh huyen xa phuong"
    " vien_thong nha_truong lien_minh mat_tran bao dai hiep_hoi dien_luc".split()
)
_ACTIONS = {
    first: tuple(verbs)
    for first, verbs in groupby(sorted(tuple(row[0].split()) for row in rows("task_verbs")), key=itemgetter(0))
}
"""The verbs of what is to be done, by their first syllable."""
_DEADLINE = re.compile(
    r"(?:trước|chậm nhất|hoàn thành trong|xong trong|xong trước|hạn cuối|đến hết|chậm nhất là)\s+(?:là\s+)?(?:ngày|tháng|quý|năm|cuối)[^,;.]{0,40}",
    re.IGNORECASE,
)
LONGEST_ASSIGNEE = 14


@dataclass(frozen=True, slots=True)
class Task:
    """Tokens `first` to `last` (included) of the sentence say what to do; `assignee` its tokens, perhaps of a clause before."""

    sentence: int
    first: int
    last: int
    assignee: tuple[int, int, int] | None
    """Sentence, first and last token of whom it is for."""


def tasks(sentences: Sequence[Sentence], at: int) -> list[Task]:
    """Return the tasks of the sentence at index `at`; the assignee may stand in an earlier clause of it.

    In a list, `- Sở Nội vụ: đào tạo 300 cán bộ;`, a body before a colon is whom all up to the next one is for.
    """
    sentence = sentences[at]
    found: list[Task] = []
    assignee: tuple[int, int, int] | None = None
    clauses = clauses_of(sentence)
    headings = {clause for clause, (following, _) in pairwise(clauses) if _heads(sentence, clause, following)}
    for first, last in clauses:
        if (first, last) in headings:
            assignee = at, first, last
            continue
        verb = _action(sentence, first, last)
        if verb is None:
            if found or headings:
                found.append(Task(at, first, last, assignee))
            continue
        start, action = verb
        if action > start and _is_body(sentence, start):
            assignee = (at, start, action - 1)
        elif action > start:
            action = start
        found.append(Task(at, action, last, assignee))
    return found


def _heads(sentence: Sentence, clause: tuple[int, int], following: int) -> bool:
    """Tell whether a clause is a body alone, before a colon."""
    first, last = clause
    opens = sentence.gaps[following] == "L" and last - first < LONGEST_ASSIGNEE and _is_body(sentence, first)
    return opens and _action(sentence, first, last) is None


Span = tuple[int, int]
"""First and last token."""


def given(sentence: Sentence, assignee: Span) -> tuple[Span | None, Span | None]:
    """Return who gives a task, and to whom, of a sentence that has the `assignee`; None for whom it does not name.

    `UBND tỉnh vừa đề nghị Sở Y tế` is two bodies; `Chủ tịch tỉnh yêu cầu: Sở Y tế …; Sở Nội vụ …` names the giver once.
    """
    first, last = assignee
    within = _request(sentence, first, last)
    if within is not None:
        start, behind = within
        passive = [at for at in range(first, start) if sentence.tokens[at].norm == "được" and not sentence.joined[at]]
        if passive:  # `Sở Y tế được UBND tỉnh giao rà soát`
            return _named(sentence, passive[-1] + 1, start - 1), _named(sentence, first, passive[-1] - 1)
        if sentence.tokens[start - 1].norm == "không":
            return None, _named(sentence, behind, last)
        # `yêu cầu trước ngày 30/6, Sở Y tế`: whom, behind the time.
        edge = max((i for i in range(behind + 1, last + 1) if sentence.gaps[i] == "C"), default=behind)
        return _named(sentence, first, start - 1), _named(sentence, behind, last) or _named(sentence, edge, last)
    before = _request(sentence, 0, first - 1)
    giver = None
    if before is not None:
        # Its subject begins with the clause: behind `Kết luận hội nghị, `.
        edge = max((i for i in range(before[0]) if i and sentence.gaps[i] in "SLEC"), default=0)
        giver = _named(sentence, edge, before[0] - 1)
    return giver, _named(sentence, first, last)


def _request(sentence: Sentence, first: int, last: int) -> tuple[int, int] | None:
    """Return where the last verb of giving a task begins among tokens `first` to `last`, and where what is behind it does: `giao cho`."""
    for at in range(last, first - 1, -1):
        if sentence.marks[at] != "o":
            continue
        width = next((n for n in (2, 1) if sentence.folded[at : at + n] in _REQUESTS), 0)
        # `theo yêu cầu của Viện`: nobody does it here.
        if sentence.folded[max(0, at - 1) : at] == ("theo",) or sentence.folded[at + width : at + width + 1] == (
            "cua",
        ):
            continue
        # Half of a word is no verb: `giao` thông.
        if width and at + width - 1 <= last and (width > 1 or not (sentence.joined[at] or sentence.joined[at + 1])):
            behind = at + width
            return at, behind + (sentence.folded[behind : behind + 1] == ("cho",))
    return None


def _named(sentence: Sentence, first: int, last: int) -> Span | None:
    """Return tokens `first` to `last` without `vừa`, `cũng đã` at their end; None where they name neither a body nor somebody in office."""
    while last >= first and sentence.marks[last] == "o" and sentence.tokens[last].norm in _BESIDE_VERBS:
        last -= 1
    # `trường hợp nào vượt thẩm quyền` is no school.
    names = _is_body(sentence, first) and sentence.folded[first : first + 2] != ("truong", "hop")
    office = first in sentence.roles or any(first <= p.first <= last for p in sentence.people)
    return (first, last) if last >= first and (names or office) else None


_REQUESTS = frozenset(
    tuple(verb.split("_"))
    for verb in "giao yeu_cau de_nghi kien_nghi phan_cong chi_dao luu_y nhac_nho quan_triet".split()
)
_BESIDE_VERBS = frozenset(
    canonical(word)
    for word in "vừa đã cũng sẽ cần phải tiếp tục đó sau có còn thì được liền ngay luôn đang vẫn văn bản công ra ban hành tờ trình".split()
)


def deadline(text: str) -> str | None:
    """Return the deadline that `text` states, verbatim, where it holds a date."""
    match = _DEADLINE.search(text)
    return match.group().strip() if match and dates.find(match.group()) else None


def clauses_of(sentence: Sentence) -> list[tuple[int, int]]:
    """Return the first and last token of each clause: split at `;`, and at the `:` that opens a list."""
    cuts = [0] + [i for i in range(1, len(sentence.folded)) if sentence.gaps[i] in "SL"] + [len(sentence.folded)]
    return [(a, b - 1) for a, b in pairwise(cuts) if b > a]


def _action(sentence: Sentence, first: int, last: int) -> tuple[int, int] | None:
    """Return (start of the subject, start of the verb of action) of a clause; None where there is no such verb."""
    for at in range(first, min(last, first + LONGEST_ASSIGNEE) + 1):
        if at > first and sentence.gaps[at] == "C" and not _is_body(sentence, first):
            return None
        if begins_action(sentence, at):
            return first, at
    return None


def begins_action(sentence: Sentence, at: int) -> bool:
    """Tell whether a verb of what is to be done begins at token `at`: `rà soát`, `tham mưu`."""
    if sentence.marks[at] != "o":
        return False
    words = sentence.folded
    return any(words[at : at + len(verb)] == verb for verb in _ACTIONS.get(words[at], ()))


def _is_body(sentence: Sentence, at: int) -> bool:
    return is_body(sentence.folded[at : at + 2])


def is_body(words: Sequence[str]) -> bool:
    """Tell whether folded syllables begin with the name of a body: `Hội`, `Sở`, `UBND`, `các địa phương`."""
    return bool(words) and (words[0] in _BODY or "_".join(words[:2]) in _BODY)
