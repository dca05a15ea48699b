"""A name in a sentence -> the role the sentence gives it, verbatim: `Lò Văn Tiến, Phó Chủ tịch UBND tỉnh`."""

from retrieval.annotation import OPENS, SHORTENED, Sentence
from retrieval.vietnamese.places import is_province
from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import canonical

_VERBS = frozenset(
    canonical(word)
    for word in (
        "đã cùng dự trao làm nói đến tới giao có phải sẽ không thì là về tại và được bị cho đối với muốn từng vừa đang rời thay khi nêu ký sang"
        " lên xin để nhằm vì do nếu nên mà nhưng dù tuy rằng nay trước sau cũng còn chưa thăm gặp tặng mời chúc gửi nhắc hỏi gọi cử bắt"
        " đón viếng khen bằng theo gồm đánh bác bao"
    ).split()
)
"""Words (canonical) with which a role is at an end: with their diacritics `phó bí thư` holds no `bị`, `Vận tải` no `tại`."""
_KIN = frozenset(canonical(word) for word in "mẹ vợ chồng bố cha con cháu ruột".split())
"""Whose name stands behind one of these holds no office that stands before it: `Phó Chủ tịch tỉnh cùng vợ Mùa Thị Hoa`."""
_ACTS = frozenset(tuple(row[0].split()) for row in rows("saying_verbs")) | frozenset(
    tuple(verb.split("_"))
    for verb in (
        "chu_tri to_chuc tham_du yeu_cau dan_dau trinh_bay lam_viec chi_dao dieu_hanh ghi_nhan luu_y to_cao quyet_dinh bo_nhiem giu_chuc roi_chuc"
        " chup_anh dieu_tri bieu_duong cam_ket doi_voi su_dung ki_luat chiu_trach"
        " khoi_to truy_to cach_chuc canh_cao khien_trach phe_binh dinh_chi dieu_dong tuyen_dung thay_the trieu_tap chuc_mung cam_on chi_dinh xem_xet"
    ).split()
)
"""Pairs (folded) with which somebody acts, or says something."""
_OF_BODIES = frozenset(("ban", "bộ", "sở", "phòng"))
"""Words before a verb that is a body's name: `trưởng ban tổ chức`."""
_JOINED = frozenset("va voi".split())
_BODIES = frozenset("so ban bo ubnd hdnd mttq hoi cuc chi phong dang tinh huyen uy lanh cac".split())
"""What begins another body: `Sở Y tế và Sở Nội vụ`."""
_ENDS_OFFICE = frozenset(
    canonical(word)
    for word in "tỉnh huyện xã phường quận phố ủy tịch thư đốc trưởng nhiệm viên tướng ubnd hđnd mttq nước hcm tphcm".split()
)
"""Words (canonical) with which an office ends before the name of who holds it."""
_ACCOUNT = 4
"""Tokens before a name in which `theo` may stand, `Theo đại biểu`, or an honorific."""
_MIDDLES = frozenset(("thi", "van"))
"""Middle names, which no place has."""
_LEVELS = frozenset(canonical(word) for word in "tỉnh huyện quận thị thành tp".split())
_PLACES = frozenset(canonical(word) for word in "xã huyện phường quận phố".split())
_BEHIND_PLACES = frozenset(
    canonical(word)
    for word in "và kiêm khóa khoá nhiệm phụ tỉnh thành huyện thị xã phường quận khu vùng miền số trực cũ cho với".split()
)
"""Words (canonical) with which an office may go on behind the name of its province: `nhiệm kỳ`, `khóa`, `phụ trách`."""
_BECOME = frozenset(("làm", "là", "giữ"))
_AMONG = frozenset(("có", "do"))
_AS = frozenset((("cương", "vị"), ("vai", "trò"), ("tư", "cách")))
_OF_ANOTHER = frozenset(("làm", "là", "các", "những", "gửi", "tới", "từ", "cho"))
_OFFICE_WORDS = frozenset(("chức", "danh", "vụ", "vị"))
_BEFORE_OTHERS = frozenset(("của", "các", "những", "gồm"))
_CHAIRS = ("chu", "tri")
_BODIES_THAT_ACT = frozenset((("thuong", "truc"), ("lanh", "dao"), ("dai", "dien"), ("thanh", "vien")))
_INITIALS = frozenset(("p", "q", "t", "h", "x"))
"""`UBND P.Thảo Điền`, `Ủy viên T.Ư`."""
_SOME_OF = frozenset((("lanh", "dao"), ("dai", "dien")))
_MANY = frozenset((("cac",), ("mot",), ("nhung",), ("nhieu",)))
_WERE = frozenset((("can", "bo"), ("chuyen", "vien"), ("pho", "kien"), ("kien", "truc"), ("ke", "toan")))
_FORMER_OR_ACTING = frozenset(("nguyen", "quyen"))
_QUOTES = frozenset('"”»')
_OF_LAND = frozenset(
    tuple(words.split())
    for words in ("bán đảo", "quần đảo", "hòn đảo", "dãy núi", "ngọn núi", "vịnh", "cửa khẩu", "sân bay", "cảng hàng không",
                  "khu du lịch", "khu công nghiệp", "khu kinh tế", "kinh tế mở", "đầm phá", "cao nguyên")
)  # fmt: skip
"""Words (canonical) before the name of what is nobody and has no officials: `Về bán đảo Lũng Sơn, Chủ tịch UBND tỉnh nói`."""
_BESIDE = frozenset(("ubnd", "hdnd", "mttq"))
"""Of one place two bodies may stand side by side: `chánh văn phòng UBND, HĐND huyện`."""
LONGEST = 26
"""Tokens of the offices of one person; what goes on for longer is told up to the last that is whole."""

_LONGEST_OF_LAND = max(map(len, _OF_LAND))


def role_of(sentence: Sentence, first: int, last: int) -> tuple[int, int] | None:
    """Return (start, end) in the article's text of the role of the person at tokens `first` to `last`, or None.

    After the name, behind a comma, dash or bracket: `Mùa A Sơn, Phó Bí thư Thường trực`; else right before it:
    `Phó Bí thư Thường trực Tỉnh ủy Mùa A Sơn`.
    """
    before = tuple(token.norm for token in sentence.tokens[max(0, first - _LONGEST_OF_LAND) : first])
    if sentence.gaps[first] == "_" and any(before[i:] in _OF_LAND for i in range(len(before))):
        return None
    after = _after(sentence, first, last)
    if after:
        return sentence.tokens[after[0]].start, sentence.tokens[after[1]].end
    ahead = _before(sentence, first)
    if ahead:
        return sentence.tokens[ahead[0]].start, sentence.tokens[ahead[1]].end
    return None


def _after(sentence: Sentence, first: int, last: int) -> tuple[int, int] | None:
    start = last + 1
    offices = set(_offices(sentence))
    if start >= len(sentence.folded) or sentence.gaps[start] not in "CDPL" or start not in offices:
        return None
    end = start
    part = start
    people = {p.first: p.last for p in sentence.people}
    while end + 1 < len(sentence.folded):
        at = end + 1
        if at - start >= LONGEST:
            end = part - 1
            break
        if at in people and sentence.gaps[at] == "_":
            # `Chủ tịch A, Phó Chủ tịch UBND tỉnh B`: the office is B's.
            if _before(sentence, first) is not None:
                return None
            if _is_place(sentence, at, people[at]):
                end = people[at]
                continue
            end = part - 1 if _ends_office(sentence, at - 1) else end  # `Giám đốc Công ty` Hoàng Long
            break
        if goes_on_behind_stop(sentence, at):
            end = at
            continue
        beside = sentence.gaps[at] == "C" and _BESIDE.issuperset(sentence.folded[end : at + 1])
        if at in people or _ends_offices(sentence, at, goes_on=at in offices or beside):
            break
        if sentence.gaps[at] == "_" and acts_at(sentence, at):
            # `…, Phó Bí thư Thường trực, Thường trực Tỉnh ủy tổ chức…`: the last part is who acts, no role.
            if part > start and sentence.folded[part : part + 2] in _BODIES_THAT_ACT:
                end = part - 1
            break
        if sentence.gaps[at] in "CD" and not beside:
            part = at
        end = at
    end = _without_tail(sentence, start, end)
    if end < start or _by_account(sentence, first, start, end) or _introduces(sentence, first, end):
        return None
    # `Tổng Bí thư A, nguyên Tổng Bí thư: B, C`: the office is of those behind the colon.
    heads = sentence.gaps[end + 1 : end + 2] == "L" and any(0 < p.first - end <= _ACCOUNT for p in sentence.people)
    return None if heads else (start, end)


def _without_tail(sentence: Sentence, start: int, end: int) -> int:
    """Return the last token of an office without the `và`, `đồng chí` of who comes next; not the half of Lâm `Đồng`."""
    while end > start and sentence.marks[end] == "o":
        comrade = sentence.folded[end - 1 : end + 1] == ("dong", "chi") and end - 1 > start
        if not comrade and sentence.folded[end] not in _JOINED:
            break
        end -= 2 if comrade else 1
    return end


def _introduces(sentence: Sentence, first: int, end: int) -> bool:
    """Tell whether an office behind a name is that of the next: `Bí thư A, Bí thư Huyện ủy B - Lò Văn Tiến`, `…, Giám đốc Sở (TNMT) Lò Văn Tiến`."""
    at = end + 1
    if at < len(sentence.tokens) and sentence.gaps[at] == "P":
        at = next((i for i in range(at + 1, len(sentence.tokens)) if sentence.gaps[i] in "RC"), len(sentence.tokens))
    elif at >= len(sentence.tokens) or sentence.gaps[at] != "D":
        return False
    named = any(p.first == at and not is_province(sentence.folded[at : p.last + 1]) for p in sentence.people)
    return named and at < len(sentence.tokens) and sentence.gaps[at] != "C" and _before(sentence, first) is not None


def _by_account(sentence: Sentence, first: int, start: int, end: int) -> bool:
    """Tell whether an office behind a name begins what he says: `Theo ông A, Chủ tịch tỉnh phải chỉ đạo`; not `Theo ông A, Chủ tịch tỉnh, …`."""
    theo = next(
        (i for i in range(first - 1, max(-1, first - _ACCOUNT - 1), -1) if sentence.tokens[i].norm == "theo"), None
    )
    # `Theo đó, ông A` is no account of his.
    if theo is None or "C" in sentence.gaps[theo + 1 : first + 1] or sentence.gaps[start] != "C":
        return False
    return end + 1 < len(sentence.tokens) and sentence.gaps[end + 1] == "_" and sentence.tokens[end + 1].norm != "thì"


def goes_on_behind_stop(sentence: Sentence, at: int) -> bool:
    """Tell whether the full stop before the token at `at` ends nothing: `UBND TP. Tuy Hoà`; in `UBND TP. Tuy mưa to, …` it does."""
    opens = sentence.tokens[at].norm in OPENS and sentence.marks[at + 1 : at + 2] in {"", "o"}
    glued = sentence.folded[at - 1] in _INITIALS and sentence.tokens[at].start == sentence.tokens[at - 1].end + 1
    return sentence.gaps[at] == "E" and (glued or sentence.folded[at - 1] in SHORTENED) and not opens


def _ends_offices(sentence: Sentence, at: int, *, goes_on: bool) -> bool:
    """Tell whether offices end before the token at `at`, which, behind a comma, begins another one where it `goes_on`."""
    closed = ")" in sentence.between(sentence.tokens[at - 1].end, sentence.tokens[at].start)
    if closed or sentence.gaps[at] in "SERLQP" or sentence.tokens[at].norm in {"ông", "bà"}:
        return True
    # `Bí thư Tỉnh ủy Hà Tĩnh thống nhất`: behind its province an office goes on with few words.
    if sentence.gaps[at] == "_" and sentence.marks[at] == "o" and _ends_province(sentence, at - 1):
        return sentence.tokens[at].norm not in _BEHIND_PLACES
    acts = sentence.folded[at : at + 2] == _CHAIRS  # `…, Chủ tịch UBND tỉnh, chủ trì phiên họp`
    # `Bí thư Tỉnh ủy, lãnh đạo các sở`: others who were there.
    others = sentence.folded[at : at + 2] in _SOME_OF and sentence.folded[at + 2 : at + 3] in _MANY
    return sentence.gaps[at] in "CD" and (acts or others or not goes_on)


def _is_place(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether what is read as a name behind an office is its place: `Chủ tịch UBND xã Hồ Đá Bạc`."""
    if is_province(sentence.folded[first : last + 1]):  # there are people of the families Lâm, Hà, Phú
        return True
    return sentence.tokens[first - 1].norm in _PLACES and _MIDDLES.isdisjoint(sentence.folded[first:last])


def _offices(sentence: Sentence) -> list[int]:
    """Return where offices begin: what is read as one by its words may be `chủ trì của`, `nguyên nhân`, `quyền lợi`, `hội trường`."""
    roles, tokens = set(sentence.roles), sentence.tokens
    return [
        at
        for at in sentence.roles
        if sentence.folded[at : at + 2] != _CHAIRS
        and (sentence.folded[at] not in _FORMER_OR_ACTING or at + 1 in roles or _was(sentence, at))
        and sentence.folded[max(0, at - 1) : at + 2] != ("ban", "bi", "thu")  # a body
        and "trường" not in {token.norm for token in tokens[at + 1 : at + 2]}
    ]


def _was(sentence: Sentence, at: int) -> bool:
    """Tell whether `nguyên` at token `at` stands before what somebody was: `nguyên cán bộ địa chính`; not in `nguyên nhân`."""
    return sentence.tokens[at].norm == "nguyên" and sentence.folded[at + 1 : at + 3] in _WERE


def _ends_office(sentence: Sentence, at: int) -> bool:
    """Tell whether the token at `at` may be the last of an office, behind which a name stands."""
    return sentence.tokens[at].norm in _ENDS_OFFICE or _ends_province(sentence, at)


def _ends_province(sentence: Sentence, at: int) -> bool:
    """Tell whether the token at `at` is the last of a place's name: of a province, or of two words behind `huyện`, `xã`."""
    for size in (2, 3):
        level = at - size
        if level >= 0 and sentence.tokens[level].norm in _PLACES and "o" not in sentence.marks[level + 1 : at + 1]:
            return sentence.marks[at] != "N"
    return at > 0 and sentence.marks[at] != "o" and any(is_province(sentence.folded[at - n : at + 1]) for n in (1, 2))


def _before(sentence: Sentence, first: int) -> tuple[int, int] | None:
    end = first - 1
    while end >= 0 and sentence.gaps[end + 1] == "_" and _calls(sentence, end):
        end -= 1
    if end < 0 or sentence.gaps[end + 1] not in ("_C" if end + 1 == first else "_CD"):
        return None
    starts = [at for at in _offices(sentence) if first - 14 <= at <= end]
    if not starts:
        return None
    start = starts[-1]
    for earlier in reversed(starts[:-1]):
        inner = sentence.gaps[earlier + 1 : start + 1]
        acts = any(acts_at(sentence, at) for at in range(earlier + 1, start))  # `Chủ tịch X mời Phó Thủ tướng A`
        # `thừa ủy quyền của Chủ tịch tỉnh, Phó Chủ tịch tỉnh A`, `Việt Nam làm Chủ tịch, Thứ trưởng A`: somebody else is it.
        before = _words_before(sentence, earlier)
        # Not `dưới sự chủ trì của Tổng Bí thư, Chủ tịch nước A`.
        of_another = before[1] in _OF_ANOTHER or (before[1] == "của" and before[0] != "trì")
        others = "C" in inner and of_another
        between = any(earlier < p.first < start for p in sentence.people)
        if all(g in "_C" for g in inner) and not (acts or others or between or _breaks_off(sentence, earlier, start)):
            start = earlier
        else:
            break
    tail = {sentence.tokens[end].norm}
    while end > start and sentence.tokens[end].norm in _BEFORE_OTHERS:
        end -= 1
    # `miễn nhiệm chức danh Phó Chủ tịch của ông A`; in `thư gửi Thủ tướng của ông A` he is none.
    if "của" in tail and not _OFFICE_WORDS.intersection(_words_before(sentence, start)):
        return None
    return None if _another_s(sentence, start, end, first) else (start, end)


def _calls(sentence: Sentence, at: int) -> bool:
    """Tell whether the token at `at` is a word before a name; in Lâm `Đồng` it is none."""
    word = sentence.folded[at]
    return word in {"ong", "ba", "chi", "anh"} or (word == "dong" and sentence.folded[at + 1] == "chi")


def _another_s(sentence: Sentence, start: int, end: int, first: int) -> bool:
    """Tell whether the office at tokens `start` to `end` is not that of the person who is named behind it, from `first`."""
    # `Lò Văn Tiến, Phó Chủ tịch UBND tỉnh, bà Mùa Thị Hoa`: the office stands between two, and is the first one's.
    if sentence.gaps[end + 1] == "C" and any(p.last == start - 1 for p in sentence.people):
        return True
    # `… trước Chủ tịch UBND thành phố", ông Liêm nói`: what is said is at an end.
    if not _QUOTES.isdisjoint(sentence.between(sentence.tokens[end].end, sentence.tokens[first].start)):
        return True
    before = _words_before(sentence, start)
    if before[0] == "từng" and before[1] in _BECOME:  # `Từng làm giám đốc sở, ông A cho rằng …`
        return True
    # `Trợ lý Bí thư Tỉnh ủy, ông A`, `Theo chỉ đạo của Chủ tịch tỉnh, bà B`: of who is in office somebody else is told.
    behind = sentence.gaps[end + 1] == "C" and start and sentence.gaps[start] == "_"
    opened = max((i for i in range(start + 1, first + 1) if sentence.gaps[i] == "P"), default=0)
    # `giám đốc sở (em ruột ông A)`
    enclosed = opened and ")" not in sentence.between(sentence.tokens[opened].start, sentence.tokens[first].start)
    others = [p for p in sentence.people if start <= p.first <= end and not _is_place(sentence, p.first, p.last)]
    if (behind and before[1] not in _BECOME | _AMONG and before not in _AS) or enclosed or others:
        return True
    return _breaks_off(sentence, start, end) or any(
        sentence.gaps[i] in "SEL"
        or acts_at(sentence, i)
        or (sentence.marks[i] == "o" and sentence.tokens[i].norm in _KIN)
        for i in range(start + 1, end + 1)
    )


def _breaks_off(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether an office that begins at `first` ends at a comma before `last`: `lãnh đạo, cử tri`; `Bộ Lao động, Thương binh và Xã hội` goes on."""
    return any(
        sentence.gaps[i] == "C"
        and sentence.marks[i] == "o"
        and i not in sentence.roles
        and sentence.tokens[i].norm not in _LEVELS  # `huyện Cái Nước, tỉnh Cà Mau`
        for i in range(first + 1, last + 1)
    )


def _words_before(sentence: Sentence, at: int) -> tuple[str, str]:
    """Return the two words (canonical) before the token at `at`, empty where there are none."""
    words = ["", "", *(token.norm for token in sentence.tokens[max(0, at - 2) : at])]
    return words[-2], words[-1]


def acts_at(sentence: Sentence, at: int) -> bool:
    """Tell whether with the token at `at` somebody does something, so that no office goes on there."""
    # `Ủy viên`, `Bí thư` are no verbs, `làm`, `có` are; a capital is part of a name or an office.
    if sentence.marks[at] != "o" or _within_body(sentence, at):
        return False
    tokens, words = sentence.tokens, sentence.folded
    # No verb: đại `biểu Dương` Văn A.
    if words[at : at + 2] in _ACTS and sentence.marks[at + 1 : at + 2] in {"", "o"}:
        # `trưởng ban tổ chức` is none, `Công an TP Hải Phòng cho biết` is.
        in_hai_phong = at > 1 and words[at - 2 : at] == ("hai", "phong")
        return not at or in_hai_phong or tokens[at - 1].norm not in _OF_BODIES
    # Half of a word is no verb: hàng `không`, `giao` thông, `dự` khuyết.
    alone = not sentence.joined[at] and not sentence.joined[at + 1] and words[at : at + 2] != ("du", "khuyet")
    return alone and tokens[at].norm in _VERBS


def _within_body(sentence: Sentence, at: int) -> bool:
    """Tell whether a body's name goes on behind the word at `at`: `Sở Tài nguyên` và `Môi trường`; not `Bí thư` và `Chủ tịch`."""
    after = at + 1
    return (
        sentence.folded[at] == "va"
        and sentence.marks[after : after + 1] == "A"
        and sentence.gaps[at] == sentence.gaps[after] == "_"
        and after not in sentence.roles
        and sentence.folded[after] not in _BODIES
    )
