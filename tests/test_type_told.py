"""What is told is of the type that is asked for: a sum counts no households, a day is no hour."""

from pathlib import Path

import pytest

from bot.library import Library
from retrieval.answers.drafts import Draft
from retrieval.answers.premise import broken_premise, telling_count
from retrieval.answers.type_told import _only_sums, _tells_hour, counts_things, type_missing
from retrieval.answers.typed import asks_hour
from retrieval.answers.types import Answer, NotFound
from retrieval.encoding import Encoder
from retrieval.questions import understand
from retrieval.vietnamese.text import fold
from tests.reading import asker, context_of, draft_of, read, stretch


@pytest.mark.parametrize(
    ("question", "told", "broken"),
    [
        ("Bao nhiêu hộ ở xã Suối Rạc phải di dời vì sạt lở?", "40 triệu đồng", True),
        ("bao nhieu ho o xa Suoi Rac phai di doi vi sat lo", "40 triệu đồng", True),
        ("Bao nhiêu hộ ở xã Suối Rạc phải di dời vì sạt lở?", "120 người", True),
        ("Bao nhiêu người ở xã Suối Rạc phải di dời vì sạt lở?", "120 người", False),
        ("Bao nhiêu % hộ ở xã Suối Rạc phải di dời vì sạt lở?", "23 hộ", True),
        ("Bao nhiêu hộ ở xã Suối Rạc phải di dời vì sạt lở?", "23 hộ", False),
        ("Mỗi hộ sập nhà ở xã Suối Rạc được hỗ trợ bao nhiêu tiền?", "40 triệu đồng", False),
        ("Mỗi hộ sập nhà ở xã Suối Rạc được hỗ trợ bao nhiêu?", "40 triệu đồng", False),
        ("Sạt lở ở bản Nà Pheo, xã Suối Rạc xảy ra lúc mấy giờ?", "Chiều 13/8", True),
        ("Sạt lở ở bản Nà Pheo, xã Suối Rạc xảy ra khi nào?", "Rạng sáng 13/8", False),
    ],
)
def test_a_figure_or_a_time_of_another_sort_is_no_answer(
    province: Library, question: str, told: str, *, broken: bool
) -> None:
    context = context_of(province.engine(), question)
    candidate = next(
        c
        for c in context.candidates
        if told in context.articles[c.hit].text[c.sentence.start : c.sentence.end]
        and "Suối Rạc" in context.articles[c.hit].title
    )
    draft = Draft(candidate, (stretch(candidate.sentence, told),))
    assert (broken_premise(context, draft) is not None) == broken


def test_what_counts_comes_before_a_sum(province: Library) -> None:
    context = context_of(province.engine(), "Bao nhiêu hộ ở xã Suối Rạc phải di dời vì sạt lở?")

    def draft(told: str) -> Draft:
        of = next(
            c for c in context.candidates if told in context.articles[c.hit].text[c.sentence.start : c.sentence.end]
        )
        return Draft(of, (stretch(of.sentence, told),))

    sum_, other, count = draft("40 triệu đồng"), draft("120 người"), draft("23 hộ")
    assert telling_count(context, (sum_, other, count)) == (count, sum_, other)
    assert telling_count(context, (other, sum_, count)) == (count, other, sum_), "people are no households"
    assert telling_count(context, (sum_, other)) == (sum_, other)
    assert telling_count(context, ()) == ()


MEETING = """---
title: Huyện Bắc Lam gặp mặt doanh nghiệp
published_at: 2024-06-05
---
Hội nghị gặp mặt doanh nghiệp huyện Bắc Lam diễn ra lúc 8 giờ 30 ngày 5/6 tại Nhà văn hóa huyện.
"""
MATCH = """---
title: Xã Nậm Cắt mở giải bóng chuyền
published_at: 2024-07-02
---
Ngày 1/7, xã Nậm Cắt khai mạc giải bóng chuyền tại sân vận động xã, có 12 đội với 40 triệu đồng tiền thưởng.
Mỗi đội đăng ký tám người.
"""


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Trận đấu bắt đầu lúc mấy giờ?", True),
        ("tran dau bat dau luc may gio", True),
        ("Họp vào giờ nào?", True),
        ("Dự án điện gió nào được khởi công?", False),
        ("du an dien gio nao duoc khoi cong", False),
        ("Họp ngày nào?", False),
        ("Cầu sập vào ngày giờ nào?", False),
    ],
)
def test_an_hour_is_asked_for_by_a_word_for_it(question: str, *, asks: bool) -> None:
    assert asks_hour(understand(question)) == asks


@pytest.mark.parametrize("told", ["14h30 ngày 5/6", "19h ngày 5/6", "14:30", "7g30", "8 giờ", "tám giờ", "3 tiếng"])
def test_hours_are_told_in_many_ways(told: str) -> None:
    found = read(f"Trận đấu diễn ra từ {told} tại sân vận động, ngày 6/6 bế mạc.")
    first, last = stretch(found, told)
    assert _tells_hour(found, range(first, last + 1))
    assert not _tells_hour(found, [len(found.folded) - 3])


@pytest.mark.parametrize(
    ("told", "sum_"),
    [
        ("500 triệu đồng", True), ("hai mươi triệu đồng", True), ("từ 10 đến 20 triệu đồng", True), ("500.000 VNĐ", True),
        ("1,8 triệu hộ", False), ("3 đồng chí", False), ("5 đồng bào", False), ("3 đồng phạm", False), ("12 người, 40 triệu đồng", False),
    ],
)  # fmt: skip
def test_sums_are_told_from_counts(told: str, *, sum_: bool) -> None:
    found = read(f"Xã cho biết có {told} ở đây.")
    assert _only_sums(found, range(4, len(found.folded) - 2)) == sum_


@pytest.mark.parametrize(
    ("question", "counts"),
    [
        ("Bao nhiêu hộ phải di dời?", True),
        ("Có mấy chiếc tàu bị hỏng?", True),
        ("Thu ngân sách huyện Bắc Lam được bao nhiêu năm 2023?", False),
        ("Công ty nợ bao nhiêu nhà thầu?", False),
        ("Lần thứ hai ứng mấy trăm tỷ?", False),
        ("Bến xe Miền Đông mới có bao nhiêu khu?", True),
        ("ben xe mien dong moi co bao nhieu khu", True),
        ("Mỗi xã bao nhiêu người được hỗ trợ và bao nhiêu tiền?", False),
    ],
)
def test_what_is_counted_is_no_money(question: str, *, counts: bool) -> None:
    understood = understand(question)
    assert counts_things(understood, understood.cue.unit) == counts


@pytest.mark.parametrize("bare", [False, True])
def test_an_hour_is_told_by_an_hour(tmp_path: Path, encoder: Encoder, *, bare: bool) -> None:
    ask = asker(tmp_path, encoder, MEETING, MATCH)
    told = "Hội nghị gặp mặt doanh nghiệp huyện Bắc Lam diễn ra lúc mấy giờ?"
    untold = "Giải bóng chuyền xã Nậm Cắt khai mạc lúc mấy giờ?"
    answer = ask(fold(told) if bare else told)
    assert isinstance(answer, Answer)
    assert "8 giờ 30" in answer.text
    assert isinstance(ask(fold(untold) if bare else untold), NotFound)


SEVERAL = """---
title: Tỉnh ủy Lam Giang họp bất thường
published_at: 2024-08-20
---
Sáng 20/8, Tỉnh ủy Lam Giang họp bất thường về sắp xếp các xã.
Hội nghị do các đồng chí Thường trực Tỉnh ủy chủ trì: Tạ Quang Hiển - Bí thư Tỉnh ủy; Vi Đình Lộc - Phó Bí thư Thường trực Tỉnh ủy; Đàm Thị Thoa - Chủ tịch UBND tỉnh.
"""


@pytest.mark.parametrize("bare", [False, True])
def test_all_who_are_listed_behind_chaired_are_told(tmp_path: Path, encoder: Encoder, *, bare: bool) -> None:
    question = "Ai chủ trì hội nghị bất thường của Tỉnh ủy Lam Giang?"
    answer = asker(tmp_path, encoder, SEVERAL)(fold(question) if bare else question)
    assert isinstance(answer, Answer)
    assert [item.text for item in answer.items] == ["Tạ Quang Hiển", "Vi Đình Lộc", "Đàm Thị Thoa"]


CONCLUSION = """---
title: Kết luận về vụ ồn ào ở chợ Nậm Pha
published_at: 2024-07-02
---
Vụ ồn ào ở chợ Nậm Pha do các tiểu thương tự quay và đưa lên mạng, rồi được chuyển công an xã xử lý.
Chợ Nậm Pha có 42 ban quản lý ki-ốt, kinh phí hằng tháng là 3 triệu đồng chi trả tiền điện. Khu chợ rộng 570 km².
"""


@pytest.mark.parametrize(
    ("question", "told", "missing"),
    [
        ("Ai quay vụ ồn ào ở chợ Nậm Pha?", "các tiểu thương tự quay", False),
        ("Vụ ồn ào ở chợ Nậm Pha chuyển cơ quan nào xử lý?", "công an xã", False),
        ("Chợ Nậm Pha có bao nhiêu ban quản lý, kinh phí ra sao?", "42 ban quản lý", False),
        ("diện tích khu chợ Nậm Pha", "570 km²", False),
        # Who is asked for by name is told by one.
        ("Sở nào xử lý vụ ồn ào ở chợ Nậm Pha?", "công an xã", True),
        ("Người quay vụ ồn ào ở chợ Nậm Pha tên gì?", "các tiểu thương tự quay", True),
        ("Khu chợ Nậm Pha rộng bao nhiêu hecta?", "3 triệu đồng", True),
        ("Chợ Nậm Pha có bao nhiêu người?", "3 triệu đồng chi trả", True),
    ],
)
def test_who_and_how_many_may_be_told_in_other_words(
    tmp_path: Path, encoder: Encoder, question: str, told: str, *, missing: bool
) -> None:
    asker(tmp_path, encoder, CONCLUSION)
    context = context_of(Library(tmp_path / "data", encoder).engine(), question)
    assert type_missing(context, draft_of(context, told)) == missing
