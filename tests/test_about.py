"""What a question fixes: an answer about another day, or another person, is worse than none."""

from collections.abc import Callable

import pytest

from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.encoding import Encoder
from tests.reading import asker

SLIDE = (
    "---\ntitle: Sạt lở ở xã Hồ Đá Bạc\n---\n"
    "Rạng sáng 13/8, vụ sạt lở xảy ra tại thôn Nà Lom, xã Hồ Đá Bạc làm sập 5 căn nhà. "
    "Ông Cầm Văn Chựa, Chủ tịch UBND xã Hồ Đá Bạc, cho biết mỗi hộ bị sập nhà được hỗ trợ 40 triệu đồng.\n"
)
NEXT_DAY = (
    "---\ntitle: Thêm một vụ sạt lở ở xã Mường Then\npublished_at: 2024-08-20\n---\n"
    "Sáng nay, vụ sạt lở xảy ra tại bản Pa Lừa, xã Mường Then làm 3 căn nhà hư hỏng, hiện vẫn chưa thống kê hết thiệt hại.\n"
)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Callable[[str], Reply]:
    return asker(tmp_path_factory.mktemp("about"), encoder, SLIDE, NEXT_DAY)


def test_a_project_s_name_is_nobody_s(ask: Callable[[str], Reply]) -> None:
    reply = ask("Dự án Đất Vàng Lâm Đồng: vụ sạt lở ở xã Hồ Đá Bạc xảy ra ở đâu?")
    told = reply.text if isinstance(reply, Answer) else reply.reply
    assert "Đất Vàng" not in told, "nobody of that name is missed"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Vụ sạt lở rạng sáng 13/8 xảy ra ở đâu?", "Nà Lom"),
        ("vu sat lo rang sang 13/8 xay ra o dau", "Nà Lom"),
        # `Sáng nay` of an article of the 20th.
        ("Vụ sạt lở ngày 20/8 xảy ra ở đâu?", "Pa Lừa"),
        ("vu sat lo ngay 20/8 xay ra o dau", "Pa Lừa"),
        ("Ông Cầm Văn Chựa giữ chức vụ gì?", "Chủ tịch UBND xã"),
        # A share, and a habit, are no days.
        (
            "Vụ sạt lở làm 2/3 số hộ xã Hồ Đá Bạc thiệt hại, mỗi hộ bị sập nhà được hỗ trợ bao nhiêu tiền?",
            "40 triệu đồng",
        ),
    ],
)
def test_what_is_told_of_the_day_and_the_person_asked_for_is_answered(
    ask: Callable[[str], Reply], question: str, told: str
) -> None:
    reply = ask(question)
    assert isinstance(reply, Answer)
    assert told in reply.text


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("Vụ sạt lở ngày 30/12 xảy ra ở đâu?", "30/12"),
        ("vu sat lo ngay 30/12 xay ra o dau", "30/12"),
        ("Vụ sạt lở ngày 5/9/2024 làm sập mấy căn nhà?", "5/9/2024"),
        # `Vẫn chưa` stands there, which is `văn chưa` without its marks.
        ("Ông Vừ Văn Chua giữ chức vụ gì?", "Vừ Văn Chua"),
        ("nong thi mai giu chuc gi", "nong thi mai"),
        ("Bà Nông Thị Mai nói gì về vụ sạt lở ở xã Hồ Đá Bạc?", "Nông Thị Mai"),
    ],
)
def test_of_another_day_or_person_nothing_is_told_and_the_reply_says_of_which(
    ask: Callable[[str], Reply], question: str, lacking: str
) -> None:
    reply = ask(question)
    assert isinstance(reply, NotFound)
    assert reply.reason in {"article_silent", "no_article"}
    assert lacking in reply.reply


def test_a_share_or_a_habit_is_no_day(ask: Callable[[str], Reply]) -> None:
    for question in ("2/3 số hộ bị sập nhà ở đâu?", "Trạm trực 24/7 vụ sạt lở ở đâu?"):
        reply = ask(question)
        assert isinstance(reply, Answer) or "không bài nào nhắc" not in reply.reply
    named = ask("Vụ sạt lở ngày 24/7 xảy ra ở đâu?")
    assert isinstance(named, NotFound)
    assert "24/7" in named.reply
