"""Whether what is told is of the type that is asked for: `bao nhiêu hộ?` is not answered by `500 triệu đồng`, nor `mấy giờ?` by a day."""

import re
from collections.abc import Sequence
from itertools import pairwise

from retrieval.annotation import Sentence
from retrieval.answers.context import Context
from retrieval.answers.drafts import Draft
from retrieval.answers.sentences import Asked
from retrieval.answers.tasks import is_body
from retrieval.answers.typed import asks_hour
from retrieval.answers.wants import FIGURES, of_type
from retrieval.questions import Question
from retrieval.vietnamese.names import role_starts
from retrieval.vietnamese.numerals import SCALES
from retrieval.vietnamese.text import canonical, fold, tokens


def type_missing(context: Context, draft: Draft) -> bool:
    """Tell whether `draft` tells nothing of the type asked for: `Giá vé là bao nhiêu?` is not answered by `12 hoạt động`.

    A person may also be told by a role: `Chủ tịch UBND tỉnh`. A time may be told by any words (`sau Tết`), but never by a sum:
    of 979 sentences that tell the time in answer to a training question, none does.
    """
    asked, sentence = context.asked, draft.candidate.sentence
    told = [at for first, last in draft.cut for at in range(first, last + 1)]
    if asked.wants in FIGURES:
        return _no_figure(asked, sentence, told)
    if asked.wants == "number":
        return _other_count(asked, sentence, told)
    if asked.wants == "time" and asks_hour(asked.question):
        return not _tells_hour(sentence, told)
    if asked.wants == "time":
        timed = any(sentence.marks[at] == "T" or sentence.folded[at] in _TIMES for at in told)
        return not timed and bool(of_type("money", sentence.mark_codes, sentence.folded)[told].any())
    return asked.wants in _NAMED and _asks_for_somebody(asked.question) and _nobody(asked.question, sentence, draft)


def _no_figure(asked: Asked, sentence: Sentence, told: Sequence[int]) -> bool:
    """Tell whether a sum, a share or an area is asked for, and the tokens `told` hold none."""
    question = asked.question
    if of_type(asked.wants, sentence.mark_codes, sentence.folded)[told].any():
        return False
    if question.cue.label == "none":
        # In keywords what is asked for comes first: `bên chịu chi phí xây kè` asks for no sum.
        head = question.asked_for[:_HEAD]
        return bool(_FIGURE_HEADS.intersection(head)) and not _PARTS.intersection(sentence.folded[at] for at in told)
    if question.cue.label == "duration":
        return not any(sentence.marks[at] in "NT" for at in told)
    # `nhận đơn của bao nhiêu ban quản trị …, kinh phí …`: the word behind tells what is counted.
    return not any(sentence.marks[at] == "N" and sentence.folded[at + 1 : at + 2] == (asked.unit,) for at in told)


_HEAD = 3
"""Syllables at the beginning of keywords among which the figure asked for is named: `số tiền phạt`, `tổng vốn`."""
_FIGURE_HEADS = frozenset("tien gia phi von thu chi no luong thuong phat kinh ngan muc ti le phan dien tich".split())
_PARTS = frozenset(("nua", "phan"))
"""`quá nửa`, `hai phần ba`."""


def _other_count(asked: Asked, sentence: Sentence, told: Sequence[int]) -> bool:
    """Tell whether a sentence tells no age where one is asked for, or the tokens `told` something else than what is counted."""
    if asked.unit == "tuoi":
        return _AGE.search(sentence.between(sentence.start, sentence.end)) is None
    if counts_things(asked.question, asked.unit) and _only_sums(sentence, told):
        return True
    wanted = _class_asked(asked.question)
    if wanted is None:
        return False
    classes = [_class_told(sentence, at) for at in told if sentence.marks[at] in "N%"]
    return bool(classes) and all(known is not None and known != wanted for known in classes)


_AGE = re.compile(r"\btuổi\b|\bsinh (?:năm|ngày|tháng)\b|\bSN\b", re.IGNORECASE)
"""What tells an age."""


def _class_asked(question: Question) -> str | None:
    """Return which of `_CLASSES` a question counts, None where that is not certain."""
    if question.elliptic or question.cue.label != "number":
        return None
    if _PERCENT.search(question.asked):
        return "percent"
    after = question.cue.after
    return _class_of(after) if after else None


_PERCENT = re.compile(r"\b(?:nhiêu|nhieu|mấy|may)\s*%", re.IGNORECASE)
"""The sign is no syllable of a question: `bao nhiêu % xe công` counts no cars."""


def _class_told(sentence: Sentence, at: int) -> str | None:
    """Return which of `_CLASSES` the figure at a token counts, None where that is not certain."""
    if sentence.marks[at] == "%":
        return "percent"
    words = _behind(sentence, at)
    # Folded, `đồng chi trả` is `đồng chí`.
    return "money" if _is_money(words) else _class_of([fold(word) for word in words])


def _behind(sentence: Sentence, at: int) -> list[str]:
    """Return the two words behind the figure at a token, what makes one figure of several left out: `từ 10 đến 20 triệu` đồng."""
    words = [token.norm for token in sentence.tokens]
    behind = at + 1
    while behind < len(words) and (sentence.marks[behind] == "N" or words[behind] in SCALES or words[behind] in _RANGE):
        behind += 1
    return words[behind : behind + 2]


def _is_money(words: Sequence[str]) -> bool:
    """Tell whether words behind a figure make it a sum: not `3 đồng chí`, `5 đồng bào`."""
    return words[:1] in (["đồng"], ["usd"], ["vnđ"], ["vnd"]) and words[1:2] not in _COMRADES


def _class_of(words: Sequence[str]) -> str | None:
    """Return the class of what is counted by folded words, the longer name first: `mét vuông` is no `mét`."""
    pair, one = " ".join(words[:2]), "".join(words[:1])
    return _CLASSES.get(pair) or _CLASSES.get(one)


_CLASSES = {
    word.replace("_", " "): kind
    for kind, words in {
        "people": "nguoi nhan_khau dai_bieu hoc_sinh sinh_vien cong_nhan lao_dong can_bo cong_chuc vien_chuc dang_vien hoi_vien"
        " doan_vien giao_vien bac_si nan_nhan cu_tri thi_sinh luat_gia chien_si tieu_thuong nguoi_dan benh_nhan dong_chi dong_bao tien_si thac_si",
        "households": "ho ho_dan gia_dinh",
        "money": "dong ti trieu usd trieu_dong ti_dong",
        "area": "ha hecta m2 m² km2 km² met_vuong cay_vuong",
        "length": "km m met cay_so ki_lo",
        "percent": "phan_tram",
        "time": "thang gio phut tuan",
        "vehicles": "xe oto o_to tau phuong_tien xe_may",
    }.items()
    for word in words.split()
}  # fmt: skip
"""What is counted, folded, in classes of which no two are the same thing; not `năm` and `ngày`, which also say when."""


def counts_things(question: Question, unit: str) -> bool:
    """Tell whether a question asks how many of `unit` there are, and of no money: not `thu được bao nhiêu năm 2023`, `nợ bao nhiêu nhà thầu`."""
    if unit not in _THINGS or question.elliptic:
        return False
    if question.accented:
        return not _OF_MONEY.intersection(token.norm for token in tokens(question.asked))
    return not _OF_MONEY_BARE.intersection(question.syllables)


def _only_sums(sentence: Sentence, told: Sequence[int]) -> bool:
    """Tell whether all figures at the tokens `told` are sums of money: `bao nhiêu hộ` is not answered by `500 triệu đồng`; by `1,8 triệu hộ` it is."""
    figures = [at for at in told if sentence.marks[at] in "N%"]
    return bool(figures) and all(_is_money(_behind(sentence, at)) for at in figures)


def _tells_hour(sentence: Sentence, told: Sequence[int]) -> bool:
    """Tell whether the tokens `told` tell an hour, `14h30`, `8 giờ`, `tám giờ`, or how many: `3 tiếng`."""
    first, last = sentence.tokens[told[0]].start - sentence.start, sentence.tokens[told[-1]].end - sentence.start
    if any(when.clock and when.start < last and when.end > first for when in sentence.whens):
        return True
    text = sentence.between(sentence.start + first, sentence.start + last)
    return _CLOCK.search(text) is not None or any(
        sentence.tokens[at].norm in {"giờ", "tiếng"} and at > 0 and sentence.marks[at - 1] in "NT" for at in told
    )


_THINGS = frozenset(
    "ho nguoi can chiec tau xe xa huyen thon ban truong lop vu diem em chau ca cay con hecta ha met m km tan khoi tang phong giuong nha toa lo tuyen khu cau doan gian suat".split()
)
"""What is counted, folded; not `năm`, `tháng`, `ngày`, which also say when."""
_OF_MONEY = frozenset(
    canonical(word) for word in "tiền giá phí vốn thu chi nợ lương vé thưởng phạt thuế mức usd đền bồi".split()
)
"""Words of which one at least asks for a sum: `Công ty nợ bao nhiêu nhà thầu?`"""
_OF_MONEY_BARE = frozenset(map(fold, _OF_MONEY))
_RANGE = frozenset(("đến", "tới"))
_COMRADES = [["chí"], ["bào"], ["phạm"], ["đội"], ["nghiệp"], ["hồ"]]
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d\d(?!\d)")
_NAMED = frozenset(("person", "body"))
_TIMES = frozenset("qui tuan thang nam ngay dau cuoi giua sau truoc".split())
"""By these words, folded, a time is told, too: `quý 4 năm nay`."""


def _asks_for_somebody(question: Question) -> bool:
    """Tell whether a person or a body is asked for, and not whether something is so, in which form, or when."""
    words = question.asked_for
    if words[-1:] in (("khong",), ("chua",), ("ngay",)):
        return False
    if question.cue.label == "none":
        return words[:1] in (("ten",), ("nguoi",)) or 0 in role_starts(words[:4]) or is_body(list(words[:2]))
    if question.cue.label in {"why", "when", "duration"}:
        return False
    before = question.cue.before
    return not (_NOTIONS.intersection((" ".join(before[-2:]), " ".join(before[-1:]))) and question.cue.label == "which")


_NOTIONS = frozenset(
    word.replace("_", " ")
    for word in "mat hinh_thuc van_de diem nguyen_tac li_do chuc viec noi_dung linh_vuc bien_phap giai_phap hanh_vi khau kieu cach"
    " loai ngay thang nam muc tieu_chi do_tuoi vat_lieu yeu_cau de_xuat".split()
)
"""What is neither person nor body, folded: `về mặt nào`, `bằng hình thức nào`."""


def _nobody(question: Question, sentence: Sentence, draft: Draft) -> bool:
    """Tell whether a draft tells neither a name nor a role; nor, where no name is asked for, who it was in other words: `công an phường`, `người lái xe`."""
    told = [at for first, last in draft.cut for at in range(first, last + 1)]
    # A sentence begins with a capital whatever it begins with.
    named = any(sentence.marks[at] in "BI" or (sentence.marks[at] == "A" and at > 0) for at in told)
    if named or set(told).intersection(sentence.roles):
        return False
    unnamed = question.cue.label == "who" or question.cue.word in _ANY_BODY
    if not unnamed or "ten" in question.syllables:
        return True
    words = [token.norm for token in sentence.tokens]
    openings = [words[first : min(last + 1, first + _OPENING)] for first, last in draft.cut]
    return not any(
        not _SOMEBODY.isdisjoint(opening) or not _SOMEBODY.isdisjoint(map(" ".join, pairwise(opening)))
        for opening in openings
    )


_ANY_BODY = frozenset(("don_vi_nao", "co_quan_nao", "to_chuc_nao"))
"""`sở nào` wants a name."""
_OPENING = 6
"""Words at the beginning of what is told among which it says who: `hàng chục nhà đầu tư`, `nhờ công an`."""
_SOMEBODY = frozenset(
    canonical(word.replace("_", " "))
    for word in "người cán_bộ nhân_viên giáo_viên cô_giáo thầy_giáo học_sinh sinh_viên phụ_huynh công_an bộ_đội quân_đội cảnh_sát đội tổ hộ"
    " nông_hộ dân nhân_dân đại_biểu lãnh_đạo nhà_đầu_tư đơn_vị cơ_quan tổ_chức hội đoàn sở ngành địa_phương hợp_tác_xã chính_quyền lực_lượng"
    " đảng_viên công_chức viên_chức cử_tri ngư_dân con cháu trẻ thương_binh hàng_xóm lái_xe vợ_chồng anh_em cựu_chiến_binh thợ phòng ban trung_tâm bệnh_viện doanh_nghiệp nông_dân tiểu_thương hành_khách du_khách thanh_niên phụ_nữ bệnh_nhân tài_xế bác_sĩ nhóm chủ đầu_tư".split()
)
"""Who did something, where no name tells it."""
