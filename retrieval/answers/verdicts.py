"""`Ông X tham nhũng đúng không?`: no yes or no on guilt, discipline, health or private life, only what which authority said, and when.

An article tells the stage a case had on its day: being looked into is not guilt, and nothing is inferred from it.
"""

import re
from dataclasses import replace

from retrieval.annotation import Sentence
from retrieval.answers.context import Context
from retrieval.answers.drafts import Draft
from retrieval.answers.sentences import Candidate
from retrieval.directory import Typed
from retrieval.questions import Question
from retrieval.vietnamese.names import role_starts

MOST = 3
"""Sentences shown."""
_GUILT = (
    r"tham (?:nhung|o)|(?:an |nhan |dua )?hoi lo|co toi|toi pham|pham toi|pham phap|vi pham|sai pham|k[iy] luat|khai tru|cach chuc|bi bat|khoi to"
    r"|di tu|vao tu|rut ruot|lua dao|bien thu|truc loi|bao ke|an chan|an tien|an cap|an bot"
)
_PRIVATE = (
    r"bo nhi|co bo(?= (?:khong|chua|a|nhi)\b)|nhan tinh|bo bich|con rieng|ngoai tinh|dong tinh|l[iy] hon|bo vo|bo chong|bi benh|mac benh|benh nang"
    r"|co benh(?= (?:khong|chua|a|nhi|gi)\b)|benh gi|ung thu|om nang|bi om|dot qu[iy]|tam than|nghien"
)
_OF_GUILT = re.compile(rf"\b(?:{_GUILT})\b")
_OF_PERSON = re.compile(rf"\b(?:{_GUILT}|{_PRIVATE})\b")
_YES_NO = re.compile(
    r"\b(?:dung khong|phai khong|co phai|co dung|that khong|co that)\b|\b(?:khong|chua|a|nhi)(?: (?:ban|a|ad|nhi|the|vay))?$"
)
_ASKS_MORE = re.compile(r"\b(?:gi|ai|nao|dau|bao nhieu|may|the nao|sao)\b")
"""`đã bị kỷ luật hình thức gì chưa` asks for a fact."""
_INFERS = re.compile(
    rf"^(?:(?:u|a|the|vay) )*(?:tuc la|nghia la|vay la|the la|the thi|vay thi|chac la|chac)\b.*\b(?:{_GUILT})\b"
)
_PROCEDURES = tuple(
    tuple(phrase.split())
    for phrase in (
        "khoi to", "tam giam", "bat giu", "bat tam giam", "truy to", "xet xu", "tuyen phat", "ki luat", "canh cao", "khien trach",
        "khai tru", "cach chuc", "dinh chi", "dau hieu vi pham", "vi pham", "sai pham", "minh oan", "dieu tra", "ket luan dieu tra", "giai trinh",
    )
)  # fmt: skip
"""What an authority does to somebody, or finds of him."""
_BETWEEN = 8
_AFTER = 20


def asks_verdict(question: Question) -> bool:
    """Tell whether a yes or no is asked for that only an authority can give, on somebody's guilt or private life."""
    own = " ".join(question.syllables)
    whether = _OF_PERSON.search(own) and _YES_NO.search(own) and not _ASKS_MORE.search(own)
    return bool(whether or infers(question))


def alleges(question: Question) -> bool:
    """Tell whether a fact is asked for that supposes somebody's guilt: `ông X nhận hối lộ bao nhiêu`; not of one who acts against others'."""
    own = " ".join(question.syllables)
    return _OF_GUILT.search(own) is not None and _AGAINST.search(own) is None


_AGAINST = re.compile(
    r"\b(?:chi dao|yeu cau|xu l[iy]|phat hien|chong|kiem tra|thanh tra|dau tranh|phong ngua|(?<!ha )noi|cho biet|cho rang|de nghi|kien nghi|chu tri"
    r"|giao(?! thong| duc| vien))\b"
)
"""What somebody does who acts against others: `Hà Nội`, `giao thông` are nothing that he does, and folded, `ký` is `kỷ luật`."""


def of_an_office(question: Question) -> bool:
    """Tell whether it is asked of whoever holds an office: `Chủ tịch tỉnh X bị kỷ luật chưa?`. Who that is, no sentence may guess."""
    return bool(role_starts(question.syllables))


ALLEGED = (
    "Đây là điều bài báo thuật lại, theo ngày của bài, không phải kết luận về tội trạng của ai; "
    "sự việc có thể đã chuyển sang bước khác."
)
"""What is said beside an answer of whose sentence `tells`."""


def tells(sentence: Sentence) -> bool:
    """Tell whether a sentence tells of a proceeding, or of what is asked for when guilt is."""
    return _OF_PERSON.search(" ".join(sentence.folded)) is not None


def infers(question: Question) -> bool:
    """Tell whether the question draws a conclusion from the answer before: `tức là có tội rồi`."""
    return _INFERS.search(" ".join(question.syllables)) is not None


def told(context: Context, person: Typed) -> list[Candidate]:
    """Return the sentences about `person` that tell of a proceeding, newest article first, undated last."""
    rows = sorted(range(len(context.articles)), key=lambda i: _day(context, i), reverse=True)
    found = []
    for hit in rows:
        for index, sentence in enumerate(context.sentences[hit]):
            if concerns(sentence, person):
                found.append(Candidate(hit, index, context.sentences[hit]))
    return found[:MOST]


def concerns(sentence: Sentence, person: Typed) -> bool:
    """Tell whether a proceeding of the sentence is against `person`, and not one that he speaks of, or orders.

    `dấu hiệu vi phạm của ông X`, `kỷ luật ông X`; `ông X bị khởi tố`, `đề nghị ông X giải trình`. `Ông X yêu cầu xử lý vi
    phạm` is none: a name beside a crime does harm.
    """
    words, gaps = sentence.folded, sentence.gaps
    size = len(person.name)
    places = [
        i
        for i in range(len(words))
        if words[i : i + size] == person.name and person.agrees(sentence.tokens[i : i + size])
    ]
    for begin in (i for i in range(len(words)) if any(words[i : i + len(p)] == p for p in _PROCEDURES)):
        end = begin + max(len(p) for p in _PROCEDURES if words[begin : begin + len(p)] == p)
        for name in places:
            after = name + size
            before_him = 0 <= name - end <= _BETWEEN and all(g == "_" for g in gaps[end : name + 1])
            suffers = after <= begin <= after + _AFTER and (
                "bi" in words[max(after, begin - 4) : begin] or (words[begin] == "giai" and begin - after <= 2)
            )
            if before_him or suffers:
                return True
    return False


_WHOM = r"(?:ai|(?:can bo|nguoi|ong|ba|lanh dao|(?<!don )vi|dong chi|quan chuc)(?: \w+){0,2}? nao)"
_PUNISHED = r"(?:ki luat|khoi to|bat(?! goc| ngo| cap| on\b)|cach chuc|canh cao|khien trach|dinh chi|truy to|tam giam|xu ly|xu li|phe binh|khai tru|xu phat)"
_OTHERS_DO = r"thay|ke nhiem|bo nhiem|chi dinh|ki|ky|quyet dinh|chu tri|chu toa|dieu hanh|cong bo|thong bao|to cao|phat hien|cho rang|giu chuc|len"
_HITS_WHOM = re.compile(
    rf"^(?:\w+ ){{0,5}}?{_WHOM}\b(?:(?!\b(?:khi|sau|vi|truoc|luc|{_OTHERS_DO})\b).)*?\bbi (?:\w+ ){{0,5}}?{_PUNISHED}\b"
    rf"|\bbi (?:\w+ ){{0,5}}?{_PUNISHED}\b(?:(?!\b(?:{_OTHERS_DO})\b).)*\bla (?:nhung |cac )?{_WHOM}(?: (?:vay|the|a|nhi))*$"
    rf"|\b(?:ki luat|khoi to|cach chuc|canh cao|khien trach|truy to) (?:(?!thi|la|boi|do|theo)\w+ ){{0,2}}?(?:nhung |cac )?{_WHOM}\b"
)
"""`Ai … bị kỷ luật`; `… bị kỷ luật là ai`; `kỷ luật những ai`: not who chairs that, takes over, or signs."""


def asks_whom_it_hits(question: Question) -> bool:
    """Tell whether it is asked who was punished, or is proceeded against: `ai bị kỷ luật`, `kỷ luật những cán bộ nào`."""
    return _HITS_WHOM.search(" ".join(question.syllables)) is not None


def of_whom_it_hits(context: Context, draft: Draft) -> Draft | None:
    """Return `draft` without whoever stands before the first person against whom its article tells of a proceeding; None where it tells so of nobody.

    Who chairs the meeting that punishes somebody, or speaks of it, is not punished. In a list whoever comes behind the first is, too.
    """
    if not (draft.people and asks_whom_it_hits(context.asked.question)):
        return draft
    sentence = draft.candidate.sentence
    article = context.sentences[draft.candidate.hit]
    typed = [Typed.of(sentence.tokens[p.first : p.last + 1], sentence.text_of(p.first, p.last)) for p in draft.people]
    first = next((n for n, person in enumerate(typed) if any(concerns(s, person) for s in article)), None)
    if first is None:
        return None
    if not first:
        return draft
    return replace(draft, cut=tuple((p.first, p.last) for p in draft.people[first:]), typed=None)


def _day(context: Context, hit: int) -> str:
    published = context.articles[hit].published_at
    return published.isoformat() if published else ""
