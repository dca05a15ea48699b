"""What a question takes for granted, checked against the evidence: a year, a body that is given tasks, who chaired.

A draft that fits in everything but what the question fixes is no answer: the first thing people try on such a bot.
"""

import datetime as dt
import itertools
import re
from collections.abc import Sequence

from retrieval.annotation import Sentences, chair_cues, in_caption, is_credit, leads_only
from retrieval.answers.attribution import says
from retrieval.answers.context import Context
from retrieval.answers.dated import NEWS_DAYS
from retrieval.answers.drafts import Draft
from retrieval.answers.mentions import counted
from retrieval.answers.posts import other_post, other_speaker, told_whom_it_names
from retrieval.answers.roles import role_of
from retrieval.answers.sentences import SMALL_CORPUS
from retrieval.answers.tasks import begins_action, is_body, tasks
from retrieval.answers.type_told import counts_things, type_missing
from retrieval.answers.typed import asks_of_meeting
from retrieval.answers.types import Reason
from retrieval.answers.verdicts import concerns, of_whom_it_hits
from retrieval.answers.wants import FIGURES
from retrieval.directory import Typed
from retrieval.linking import question_frame
from retrieval.questions import Question
from retrieval.vietnamese.abbreviations import abbreviations_in, written_out
from retrieval.vietnamese.dates import day_in
from retrieval.vietnamese.levels import level_before
from retrieval.vietnamese.names import people
from retrieval.vietnamese.terms import day_term
from retrieval.vietnamese.text import bigrams, canonical, fold, folds, tokens

_TASK_VERBS = (
    "duoc giao",
    "phai lam",
    "can lam",
    "phai",
    "can",
    "duoc yeu cau",
    "co nhiem vu",
    "lam gi",
    "duoc phan cong",
)
_ABOUT_A_MEETING = frozenset(("chair", "attendee", "who", "when", "where"))
_MEETINGS = frozenset("nghi hop viec dam thao phien cuoc buoi doan khao sat tra".split())
"""Last syllables of words for meetings: `hội nghị`, `cuộc họp`, `làm việc`, `tọa đàm`, `hội thảo`, …"""
_TOPIC_ENDS = frozenset("o tai do ngay nam thang la ai khi luc".split())
_FILLERS = frozenset("con the vay thi sao la gi nhung cac co a nhi ha vay ne nua va rieng".split())
_MOST_MISSING = 0.45
_LEAST_PAIRS = 0.5
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
"""Also within `2015-2020` and `12/12/2017`."""


def broken_premise(context: Context, draft: Draft) -> tuple[Reason, str] | None:
    """Return why `draft` must not answer, and what to say, or None where nothing that the question fixes is missing."""
    if _nothing_shared(context, draft):
        return "no_article", ""
    if (number := _document_missing(context, draft)) is not None:
        return (
            "article_silent",
            f"Các bài Tin Tỉnh đang có không nhắc văn bản số {number}. Bạn kiểm tra lại số giúp nhé.",
        )
    if any(lacks(context, draft) for lacks in _LACKING):
        return "article_silent", ""
    # Who did not chair says nothing there either: that is the plainer word.
    if (other := _other_chair(context, draft)) is not None:
        return other
    return ("article_silent", "") if _says_nothing(context, draft) else None


def covers(context: Context, draft: Draft, since: dt.date, until: dt.date) -> bool:
    """Tell whether the evidence is about the days asked for: the article is of then, or the sentence names one of them."""
    published = context.articles[draft.candidate.hit].published_at
    if published is None:
        return False
    spare = dt.timedelta(days=NEWS_DAYS)
    if since - spare <= published <= until + spare:
        return True
    named = (day_in(when, published.year) for when in draft.candidate.sentence.whens)
    return any(day is not None and since <= day <= until for day in named)


def _sentences(context: Context, draft: Draft) -> Sentences:
    return context.sentences[draft.candidate.hit]


def _nothing_shared(context: Context, draft: Draft) -> bool:
    """`Ai chủ trì cuộc họp bàn về giá xăng?`: what is left of the question without its frame stands nowhere in the article.

    Of a small corpus: there something always looks like the question, and rarity, by which the reader's own model of things that are
    elsewhere goes, tells little. Asked of a dozen unrelated articles, where all must be refused, half of the answers that were
    left are gone by it; over 2,944 articles it would lose 2% of the answers and refuse 1 to 5% of what is elsewhere.
    """
    asked = context.asked
    if asked.question.elliptic or asked.corpus_size >= SMALL_CORPUS:
        return False
    if draft.typed is not None and draft.typed.rule in {"when", "meeting"} and asks_of_meeting(asked.question):
        return False  # `vào ngày nào?` has no subject of its own
    words = asked.matcher.words
    there = {w for w, stands in zip(words, context.words_in(draft.candidate.hit).tolist(), strict=True) if stands}
    # An article of that month need not name it.
    published = context.articles[draft.candidate.hit].published_at
    month = f"{published.month}/{published.year}" if published else None
    # The unit asked for may be written as a sign: `bao nhiêu mét`, `42 m`.
    unit = asked.unit if asked.question.cue.label == "number" else ""
    subject = {
        w: asked.own[w]
        for w in asked.question.syllables
        # Whether the article is of the day is another premise: it may say `sáng nay`.
        if w in asked.own and w not in question_frame() | {unit} and day_term(w) is None and w != month
    }
    missing = sum(v for w, v in subject.items() if w not in there and not set(_written_out([w])) <= there)
    return missing > _MOST_MISSING * sum(subject.values())


def _topic_missing(context: Context, draft: Draft) -> bool:
    """`Ai chủ trì hội nghị về cá voi?`: of what a meeting is said to be about no two words stand together in the article.

    Of 23 training questions that name a topic so, one has none of its bigrams in its own article, and that one asks for
    a conclusion (`họp về` is `come back from a meeting` there).
    """
    if context.asked.question.kind not in _ABOUT_A_MEETING:
        return False
    found = tokens(context.asked.question.text)
    words = [token.fold for token in found]
    topic: list[str] = []
    for before, about, at in zip(found, found[1:], range(2, len(words)), strict=False):
        # `đề nghị bán lại`, `đoàn, ban nào` are about nothing; without diacritics nothing tells.
        as_typed = about.norm in {"về", "bàn"} or before.norm == before.fold
        if about.fold in {"ve", "ban"} and as_typed and before.fold in _MEETINGS:
            topic = list(itertools.takewhile(lambda w: w not in _TOPIC_ENDS and not w.isdigit(), words[at:]))
            break
    pairs = set(bigrams(topic))
    asked = context.asked.matcher.pairs
    there = {p for p, stands in zip(asked, context.pairs_in(draft.candidate.hit).tolist(), strict=True) if stands}
    return bool(pairs) and pairs <= set(asked) and not pairs & there


def _year_missing(context: Context, draft: Draft) -> bool:
    """`họp giao ban năm 2012` is not answered from an article of 2023, however alike the rest is."""
    years = {year for w in context.asked.numbers for year in _YEAR.findall(w)}
    if not years:
        return False
    article = context.articles[draft.candidate.hit]
    there = {w for s in _sentences(context, draft) for w in s.folded} | set(folds(article.title))
    there |= {str(w.year) for s in _sentences(context, draft) for w in s.whens if w.year}
    if article.published_at is not None:
        # An article of January tells of the year before.
        return not years & (there | {str(article.published_at.year), str(article.published_at.year - 1)})
    # Without a date of its own, an article that states no year may be of any year; one that states some, of those.
    stated = {year for w in there for year in _YEAR.findall(w)}
    return bool(stated) and not years & stated


def _other_of_series(context: Context, draft: Draft) -> bool:
    """`quý II có bao nhiêu mô hình?` is not answered by a sentence that tells of `quý I` alone, nor who won `giải nhì` by `giải nhất`."""
    asked, told = (_series(words) for words in (folds(context.asked.question.asked), draft.candidate.sentence.folded))
    return any(numbers and told.get(name) and not numbers & told[name] for name, numbers in asked.items())


def _series(words: Sequence[str]) -> dict[str, set[str]]:
    """Return which ones of a series folded words name, by what it is called: `quý I, II và 3` -> `qui`: `1`, `2`, `3`."""
    found: dict[str, set[str]] = {}
    name = ""
    for at, word in enumerate(words):
        called = next((n for n in _SERIES if tuple(words[max(0, at - len(n) + 1) : at + 1]) == n), None)
        if called is not None:
            name = " ".join(called)
        elif name and (number := _rank(word)) is not None:
            found.setdefault(name, set()).add(number)
        elif word not in _JOINS_SERIES:
            name = ""
    return found


def _rank(word: str) -> str | None:
    """Return which one of a series a folded word names: `iii`, `nhì`, `40`, `168/2024`."""
    number = word.split("/", maxsplit=1)[0]
    return _RANKS.get(word) or (number if number.isdigit() and len(number) <= _LONGEST_RANK else None)


_SERIES = (
    ("qui",), ("giai",), ("ki", "hop"), ("lan", "thu"), ("vong",), ("dot",), ("quoc", "lo"), ("duong", "tinh"), ("nghi", "dinh"),
    ("chi", "thi"), ("nghi", "quyet"), ("thong", "tu"), ("tuyen", "so"),
)  # fmt: skip
_JOINS_SERIES = frozenset(("va", "den", "thu", "so"))
_LONGEST_RANK = 3
_RANKS = {
    **{roman: str(n) for n, roman in enumerate("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(), 1)},
    "nhat": "1", "nhi": "2", "ba": "3", "tu": "4",
}  # fmt: skip


def _other_year_opens(context: Context, draft: Draft) -> bool:
    """`Quỹ chi trả bao nhiêu năm 2022?` is not answered by a sentence that begins with another year: `Năm 2024, Quỹ …`.

    Asked for anything but a figure, a year may belong to the subject: `cầu khởi công năm 2020 hoàn thành khi nào`.
    """
    if context.asked.question.kind != "number":
        return False
    words = draft.candidate.sentence.folded
    at = next((i for i in range(min(_OPENING, len(words) - 1)) if words[i] == "nam"), None)
    asked = {w for w in context.asked.numbers if _YEAR.fullmatch(w)}
    if at is None or not asked or not _YEAR.fullmatch(words[at + 1]):
        return False
    return not asked & {year for w in words for year in _YEAR.findall(w)}


_OPENING = 3
"""Words of a sentence within which the year stands that it is about."""


def telling_where(context: Context, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Return the drafts; where the best of them tells no place that is asked for, one that a rule found for it comes first."""
    if drafts and _no_place(context, drafts[0]):
        ruled = next((d for d in drafts if d.ruled and not _no_place(context, d)), None)
        if ruled is not None:
            return (ruled, *(d for d in drafts if d is not ruled))
    return tuple(drafts)


def telling_what_is_said(context: Context, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Return the drafts, first one in whose sentence somebody says something where it is asked what is said, if it is half as likely."""
    if not (drafts and asks_what_is_said(context.asked.question)) or tells_what_is_said(drafts[0]):
        return tuple(drafts)
    likely = (d for d in drafts if d.probability >= HALF * drafts[0].probability and tells_what_is_said(d))
    says_it = next(likely, None)
    return tuple(drafts) if says_it is None else (says_it, *(d for d in drafts if d is not says_it))


HALF = 0.5
"""Share of the best draft's chance that another's must have."""


def telling_count(context: Context, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Return the drafts, first one that counts what is asked for where the first does not: `bao nhiêu khu?`, `bốn khu` before `4.000 tỷ đồng`.

    Where a follow-up asks for an area, a sum or a share, one of the same article that tells one: `còn xã Tuấn Lam?`, `640 ha` before `hai xã`.
    """
    asked = context.asked
    if not drafts or not type_missing(context, drafts[0]):
        return tuple(drafts)
    if asked.wants == "number" and counts_things(asked.question, asked.unit):

        def tells(draft: Draft) -> bool:
            figures = {at for at, _ in counted(draft.candidate.sentence, asked.unit)}
            return any(first <= at <= last for first, last in draft.cut for at in figures)

    elif asked.wants in FIGURES and asked.question.elliptic:

        def tells(draft: Draft) -> bool:
            return draft.candidate.hit == drafts[0].candidate.hit and not type_missing(context, draft)

    else:
        return tuple(drafts)
    telling = next(filter(tells, drafts), None)
    return tuple(drafts) if telling is None else (telling, *(d for d in drafts if d is not telling))


_WEAK = re.compile(r"(?<!chu )yeu(?: o)?$")


def _no_place(context: Context, draft: Draft) -> bool:
    """`Họp ở đâu?` is answered neither by who chaired nor by what was to be done, nor by who was to do it.

    Two syllables may be a place's that look like a name: `Phủ Chủ tịch`.
    """
    question, sentence, first = context.asked.question, draft.candidate.sentence, draft.cut[0][0]
    if question.kind != "where" or question.cue.label != "where" or _WEAK.search(" ".join(question.cue.before)):
        return False  # `yếu ở đâu` asks for no place
    for begin, last in draft.cut:
        longest = last - begin + 1
        acting = range(begin, last + 1 if is_body(sentence.folded[begin : begin + 2]) else begin + 1)
        acts = longest > _LONGEST_NAME and any(begins_action(sentence, at) for at in acting)
        if longest > _LONGEST_PLACE or acts:
            return True
    given = tasks(context.sentences[draft.candidate.hit], draft.candidate.index)
    charged = {at for task in given if task.assignee for at in range(task.assignee[1], task.assignee[2] + 1)}
    if any(charged.issuperset(range(begin, last + 1)) for begin, last in draft.cut):
        return True
    told = [at for begin, last in draft.cut for at in range(begin + 1, last + 1)]
    # `bà X (TP. Quy Nhơn)` is told where; the place of an office is none.
    placed = any(level_before(sentence.folded, at) for at in told) and set(told).isdisjoint(sentence.roles)
    return not placed and any(
        p.last - p.first >= 2 and (p.first == first or (p.introduced and first < p.first <= first + _HONORIFIC))
        for p in sentence.named
    )


_HONORIFIC = 2
"""Syllables of what introduces a person: `ông`, `đồng chí`."""
_LONGEST_PLACE = 30
"""Syllables of a place: the longest of 81 that answer training questions has 27."""
_LONGEST_NAME = 8
"""Up to so many a place may hold what looks like a verb: `Mộ Đức`."""
_BEGINS = re.compile(r"\b(?:khoi dong|khoi cong|dong tho|bat dau|khai mac)\b")
_ENDS = re.compile(
    r"\b(?:xong|hoan thanh|hoan tat|ket thuc|be mac|thong xe|khanh thanh|dua vao (?:su dung|khai thac|van hanh))\b"
)
_UNTIL = re.compile(r"\b(?:den|toi) (?:het |ngay |cuoi )*\d")


def _begins_instead(context: Context, draft: Draft) -> bool:
    """`khi nào xong?` is not answered by a sentence that tells when the work began, and of no end."""
    question, there = context.asked.question, " ".join(draft.candidate.sentence.folded)
    asks_end = question.kind == "when" and _ENDS.search(" ".join(question.own_terms.folded)) is not None
    return asks_end and _BEGINS.search(there) is not None and _ENDS.search(there) is None and not _UNTIL.search(there)


_REASON = re.compile(
    r"\b(?:vì|do|bởi|nhằm|nguyên nhân|lí do|lý do|khiến|để|nên|dẫn đến|dẫn tới|mục đích|mục tiêu|xuất phát|bắt nguồn|làm cho|tác động|nhờ|giúp"
    r"|cho rằng|vi phạm|ảnh hưởng|thiếu|trái|chưa|không|khó)\b"
)
"""Words by which a sentence tells a cause or an aim, or what was wrong. What it keeps back is in
docs/quality-trials.md, 0.17.0."""


def _no_reason(context: Context, draft: Draft) -> bool:
    """`Vì sao sạt lở?` is not answered by who came to look at it: a reason is told by a word for one."""
    question = context.asked.question
    if question.kind != "why" or _WHAT_FOR.search(" ".join(question.syllables)):
        return False
    tokens_ = draft.candidate.sentence.tokens
    # Folded, `do` is also `đô thị`, `vi` is `vị trí`; an article without diacritics is taken by its reader's word.
    accented = any(token.norm != token.fold for token in tokens_)
    return accented and _REASON.search(" ".join(token.norm for token in tokens_)) is None


_WHAT_FOR = re.compile(r"\b(?:de lam gi|hanh vi gi|toi gi)\b")
"""What somebody does a thing for, or is charged with, needs no word for a reason."""


_DOCUMENT = re.compile(r"\b\d{1,5}(?:/\d{4})?/[A-ZĐa-zđ]{2,6}(?:[-–][A-ZĐÂƯa-zđâư]{2,10})*")
"""`1234/KH-UBND`, `15/2023/QĐ-UBND`."""


_BARE_NUMBER = re.compile(r"(?<![\d.,/])\d{3,5}(?![\d/]|[.,]\d)")
"""Long enough to be no day, month or item."""


def _document_missing(context: Context, draft: Draft) -> str | None:
    """Return the number of a document that the question names and the article does not: another number is another document."""
    named = _DOCUMENT.findall(context.asked.question.asked)
    if not named:
        return None
    text = context.articles[draft.candidate.hit].text
    there = {_plain_number(n) for n in _DOCUMENT.findall(text)}
    # `văn bản số 7339` without what is behind the stroke is the same document.
    there |= set(_BARE_NUMBER.findall(text))
    return next((n for n in named if not {_plain_number(n), _plain_number(n).split("/")[0]} & there), None)


def _other_document(context: Context, draft: Draft) -> bool:
    """Tell whether the sentence tells of other documents than the one that the question names."""
    named = {_plain_number(n) for n in _DOCUMENT.findall(context.asked.question.asked)}
    sentence = draft.candidate.sentence
    if any(_DOCUMENT.search(sentence.text_of(*span)) for span in draft.cut):
        return False  # `thay thế quyết định nào`: another document is what is asked for
    here = {_plain_number(n) for n in _DOCUMENT.findall(sentence.between(sentence.start, sentence.end))}
    return bool(named and here) and named.isdisjoint(here)


def _day_of_document(context: Context, draft: Draft) -> bool:
    """`Đại hội họp ngày nào?` is not answered by the day of a document that the sentence names: `theo Chỉ thị số 35-CT/TW ngày 30/5/2019`."""
    question, sentence = context.asked.question, draft.candidate.sentence
    if context.asked.wants != "time" or _DOCUMENTS.search(" ".join(question.syllables)):
        return False
    days = [
        at
        for first, last in draft.cut
        for at in range(first, last + 1)
        if sentence.marks[at] == "T" and sentence.folded[at][0].isdigit()
    ]
    return bool(days) and all(
        _DATED_DOCUMENT.search(" ".join(sentence.folded[max(0, at - _BEFORE_DAY) : at])) is not None for at in days
    )


_BEFORE_DAY = 9
"""Syllables before a day within which a document is named that is of it."""
_DATED_DOCUMENT = re.compile(
    r"\b(?:chi thi|nghi dinh|quyet dinh|cong van|van ban|thong tu|thong bao|nghi quyet|to trinh|ke hoach|cong dien)(?: \S+){0,4}? so \S+(?: \S+){0,2} ngay$"
)
_DOCUMENTS = re.compile(
    r"\b(?:chi thi|nghi dinh|quyet dinh|cong van|van ban|thong tu|thong bao|nghi quyet|to trinh|ke hoach|cong dien|luat(?! gia| su)|thanh lap|cong nhan|bo nhiem|dieu dong|phan cong|xep hang|thu hoi|khoi to|hieu luc|duoc|bi|ban hanh|k[iy](?! hop)|giao|cho phep|dong y|phe duyet)\b"
)


def _kin_missing(context: Context, draft: Draft) -> bool:
    """`Con trai bà Đào tên gì?` is answered by a sentence alone that tells of a son: whose kin somebody is, is no guess."""
    text = " ".join(context.asked.question.syllables)
    kin = _KIN.search(text)
    if kin is None or not _NAME_ASKED.search(text):
        return False
    there = " ".join(draft.candidate.sentence.folded)
    return not any(re.search(rf"\b{word}\b", there) for word in _SAME_KIN.get(kin[1], (kin[1],)))


_KIN = re.compile(
    r"\b(con (?:trai|gai|re|dau)|em (?:trai|gai)|anh trai|chi gai|vo|chong) (?:cua )?(?:ong|ba|anh|chi(?! huy| dao))\b"
)
_SAME_KIN = {"vo": ("vo", "phu nhan"), "con re": ("re",), "con dau": ("dau",)}
_NAME_ASKED = re.compile(r"\b(?:ten (?:la )?gi|la ai|ai la)\b")


def _name_of_a_thing(context: Context, draft: Draft) -> bool:
    """`Chủ tịch quận tên gì?` is not answered by what is called after somebody: `đường Nguyễn Thị Định`, `chợ Trần Huỳnh`."""
    sentence = draft.candidate.sentence
    if context.asked.wants != "person":
        return False
    return bool(draft.people) and all(
        not p.introduced
        and p.first
        and sentence.tokens[p.first - 1].norm in _CALLED_AFTER
        and sentence.gaps[p.first] == "_"
        and role_of(sentence, p.first, p.last) is None
        for p in draft.people
    )


_CALLED_AFTER = frozenset(map(canonical, "đường chợ quán hẻm ngõ thpt thcs tạm hoa".split()))
"""The last word of what is called after people: `chợ tạm`; not `cầu`, which is also played, nor `phố` and `trường`, which end `thành phố` and `Bộ … Môi trường`."""


def _leads_only(context: Context, draft: Draft) -> bool:
    """`Ai chủ trì hội nghị?` is not answered by who leads a task: `giao Sở X chủ trì, phối hợp`."""
    question = context.asked.question
    if question.kind != "chair" or question.cue.label != "who" or "giao" in question.syllables:
        return False
    return leads_only(draft.candidate.sentence)


def _plain_number(number: str) -> str:
    return fold(number).lower().replace("–", "-")


def _body_missing(context: Context, draft: Draft) -> bool:
    """`Tỉnh đoàn được giao nhiệm vụ gì?`, `còn đoàn thanh niên?`: the article must name that body."""
    question = context.asked.question
    words = list(question.syllables)
    if question.accented and question.asked.lower().startswith("số "):
        return False  # `số giàn` is no `sở`
    if question.elliptic:
        subject = [w for w in words if w not in _FILLERS]
        if not (is_body(subject) or is_body(subject[1:])):
            return False
    elif question.kind == "task":
        text = " ".join(words)
        cut = min((text.index(f" {verb} ") for verb in _TASK_VERBS if f" {verb} " in text), default=-1)
        subject = text[:cut].split() if cut > 0 else []
        while subject and subject[0] in _FILLERS:
            subject.pop(0)
        if not subject or "nao" in subject or not (is_body(subject) or is_body(subject[1:])):
            return False
    else:
        return False
    words_there = {w for s in _sentences(context, draft) for w in s.folded}
    pairs_there = {p for s in _sentences(context, draft) for p in s.pairs} | set(
        bigrams(folds(context.articles[draft.candidate.hit].title))
    )
    shortened = {word for word in subject if len(word) > 2 and written_out(word)}
    if any(short in words_there for short in (*abbreviations_in(subject), *shortened)):
        return False
    return not any(_stands(variant, words_there, pairs_there) for variant in (subject, _written_out(subject)))


def _written_out(subject: list[str]) -> list[str]:
    """Return the syllables with abbreviations written out: `hoi ccb` -> `hoi cuu chien binh`."""
    return [s for word in subject for s in (folds(written_out(word) or word) if len(word) > 2 else [word])]


def _stands(subject: list[str], words: set[str], pairs: set[str]) -> bool:
    wanted = set(bigrams(subject)) - {f"{a}_tinh" for a in subject}
    if not wanted:
        return bool({w for w in subject if len(w) > 1} & words)
    return len(wanted & pairs) >= _LEAST_PAIRS * len(wanted)


def _says_nothing(context: Context, draft: Draft) -> bool:
    """`Ông A nói gì?` is not answered by a sentence in which nobody says anything."""
    return asks_what_is_said(context.asked.question) and not tells_what_is_said(draft)


def asks_what_is_said(question: Question) -> bool:
    """Tell whether it is asked what somebody says: `ông A nói gì`."""
    return _SAYS_WHAT.search(" ".join(question.syllables)) is not None


def tells_what_is_said(draft: Draft) -> bool:
    """Tell whether somebody says something in the sentence of `draft`, and not only under a picture: `Ông A phát biểu bế mạc. Ảnh: …`."""
    sentences, index = draft.candidate.sentences, draft.candidate.index
    credited = index + 1 < len(sentences) and is_credit(sentences[index + 1])
    return says(sentences[index]) and not credited and not in_caption(sentences[index], draft.cut[0][0])


_SAYS_WHAT = re.compile(r"\b(?:noi|phat bieu|nhan manh) (?:nhung )?(?:gi|sao)\b")


def _of_whom_it_tells(context: Context, draft: Draft) -> bool:
    """`Ông A nói gì?` is not answered by what is found against him: `vi phạm của ông A là rất nghiêm trọng`."""
    question = context.asked.question
    if not asks_what_is_said(question):
        return False
    typed = tokens(question.asked)
    named = [typed[p.first : p.last + 1] for p in people(question.asked, typed)]
    whole = [Typed.of(name, question.asked[name[0].start : name[-1].end]) for name in named]
    return any(concerns(draft.candidate.sentence, name) for name in whole)


def _hits_nobody(context: Context, draft: Draft) -> bool:
    """`Ai bị kỷ luật?` is not answered by who is only named where somebody is punished."""
    return of_whom_it_hits(context, draft) is None


_LACKING = (
    _year_missing, _other_of_series, _other_year_opens, _topic_missing, _begins_instead, _no_reason, _other_document, _leads_only, _body_missing, _no_place, type_missing,
    other_post, other_speaker, told_whom_it_names, _of_whom_it_tells, _hits_nobody, _day_of_document, _kin_missing, _name_of_a_thing,
)  # fmt: skip
"""Each tells whether the evidence lacks what the question fixes."""


def _other_chair(context: Context, draft: Draft) -> tuple[Reason, str] | None:
    """`Lò Văn Phương chủ trì họp nói gì?` of a meeting that Mùa A Sơn chaired: say so, do not answer as if."""
    words = list(context.asked.question.syllables)
    cue = next((i for i in range(2, len(words) - 1) if words[i : i + 2] in (["chu", "tri"], ["chu", "toa"])), None)
    if cue is None:
        return None
    article = context.articles[draft.candidate.hit]
    named = chairs = None
    for sentence in _sentences(context, draft):
        for person in sentence.named:
            name = sentence.folded[person.first : person.last + 1]
            text = article.text[sentence.tokens[person.first].start : sentence.tokens[person.last].end]
            if len(name) >= 2 and tuple(words[cue - len(name) : cue]) == name:
                named = text
        cues = [at for at in chair_cues(sentence) if sentence.folded[at] == "chu"]  # `nhà điều hành` chairs nothing
        # Of two syllables that nothing introduces many are no names: `Tân Sơn Nhất`.
        certain = [p for p in sentence.named if p.introduced or p.last - p.first > 1]
        if cues and certain and chairs is None:
            chairs = [article.text[sentence.tokens[p.first].start : sentence.tokens[p.last].end] for p in certain]
    if named is None or not chairs or named in chairs:
        return None
    return "false_premise", (
        f"Bài viết không nêu {named} chủ trì. Câu nói về việc chủ trì nhắc đến: {', '.join(chairs[:3])}. "
        "Bạn xem đoạn bên dưới nhé."
    )
