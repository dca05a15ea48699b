"""Whom a question calls by an office is told by that office: a deputy is not the head, and nobody's words are put in another's mouth."""

import pytest

from bot.library import Library
from retrieval.answers.drafts import text_of
from retrieval.answers.posts import of_the_post, other_post, other_speaker, told_whom_it_names
from retrieval.articles import Article
from retrieval.encoding import Encoder
from tests.reading import context_of, draft_of

ARTICLES = {
    "van-ban": (
        "Lam Giang điều tra vụ đốt rừng",
        "Ông Vi Đình Lộc, Phó Chủ tịch UBND tỉnh Lam Giang, vừa ký văn bản điều tra vụ đốt rừng Nậm Pha.\nÔng Lường Văn Quý, Giám đốc Công an tỉnh, nhận văn bản về vụ đốt rừng.",
    ),
    "ap-thap": (
        "Lam Giang ứng phó áp thấp",
        "Ông Vi Đình Lộc, Phó Chủ tịch UBND tỉnh Lam Giang, chỉ đạo các xã ứng phó áp thấp nhiệt đới. Ông yêu cầu dời 40 hộ ven sông Nậm Pha trước tối 5/9.",
    ),
    "thay": (
        "Trường Nậm Pha có hiệu trưởng mới",
        "Cô Lê Thị Thu Thuỷ, hiệu trưởng trường tiểu học Nậm Pha, bị cho thôi chức. Trường tiểu học Nậm Pha tạm giao việc cho hội đồng.",
    ),
    "moi": (
        "Huyện ủy Ba Khe có bí thư mới",
        "Bà Nông Thị Mai, Phó Chủ tịch UBND tỉnh, được điều động giữ chức Bí thư Huyện ủy Ba Khe thay ông Cầm Văn Chựa.",
    ),
    "hop": (
        "Lam Giang họp về rừng Nậm Pha",
        "Dự họp về rừng Nậm Pha có các đồng chí: Lường Văn Quý, Giám đốc Công an tỉnh; Vi Đình Lộc, Phó Chủ tịch UBND tỉnh.",
    ),
    "so": (
        "Kiểm điểm ở Lam Giang",
        "Ông Tạ Quang Hiển, Giám đốc Sở Nông nghiệp và Phát triển nông thôn, bị kiểm điểm vì không tiếp dân.",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    library = Library(tmp_path_factory.mktemp("data"), encoder)
    library.store.publish(
        [Article(id=i, text=text, title=title, source="Báo Lam Giang") for i, (title, text) in ARTICLES.items()],
        encoder,
    )
    return library


@pytest.mark.parametrize(
    ("question", "told", "other"),
    [
        ("chủ tịch tỉnh Lam Giang ký văn bản vụ đốt rừng Nậm Pha là ai", "Vi Đình Lộc", True),
        ("phó chủ tịch tỉnh Lam Giang ký văn bản vụ đốt rừng Nậm Pha là ai", "Vi Đình Lộc", False),
        ("pho chu tich tinh ky van ban vu dot rung nam pha ten gi", "Vi Đình Lộc", False),
        ("giám đốc công an tỉnh nhận văn bản vụ đốt rừng tên gì", "Vi Đình Lộc", True),
        ("giám đốc công an tỉnh nhận văn bản vụ đốt rừng tên gì", "Lường Văn Quý", False),
        ("ai ký văn bản vụ đốt rừng Nậm Pha", "Vi Đình Lộc", False),
        ("trưởng đoàn kiểm tra vụ đốt rừng Nậm Pha là ai", "Vi Đình Lộc", False),
        ("bí thư huyện ủy Ba Khe thay ông Cầm Văn Chựa là ai", "Nông Thị Mai", False),
        ("giám đốc sở nội vụ bị kiểm điểm vì không tiếp dân tên gì", "Tạ Quang Hiển", True),
        ("giám đốc sở nông nghiệp bị kiểm điểm vì không tiếp dân tên gì", "Tạ Quang Hiển", False),
        ("giám đốc sở NN bị kiểm điểm vì không tiếp dân tên gì", "Tạ Quang Hiển", False),
    ],
)
def test_who_is_told_has_the_office_that_is_asked_for(
    library: Library, question: str, told: str, *, other: bool
) -> None:
    context = context_of(library.engine(), question)
    assert other_post(context, draft_of(context, told)) == other


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("chủ tịch tỉnh Lam Giang yêu cầu gì về áp thấp nhiệt đới", True),
        ("phó chủ tịch tỉnh Lam Giang yêu cầu gì về áp thấp nhiệt đới", False),
        ("Lam Giang yêu cầu gì về áp thấp nhiệt đới", False),
        ("ông Vi Đình Lộc yêu cầu gì về áp thấp nhiệt đới", False),
    ],
)
def test_what_a_deputy_says_is_not_told_of_the_head(library: Library, question: str, *, other: bool) -> None:
    context = context_of(library.engine(), question)
    assert other_speaker(context, draft_of(context, "dời 40 hộ")) == other


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("ai thay bà Thuỷ làm hiệu trưởng trường tiểu học Nậm Pha", True),
        ("ai thay cô Lê Thị Thu Thuỷ làm hiệu trưởng trường tiểu học Nậm Pha", True),
        ("ai là hiệu trưởng trường tiểu học Nậm Pha bị thôi chức", False),
    ],
)
def test_whom_a_question_names_is_no_answer_to_it(library: Library, question: str, *, named: bool) -> None:
    context = context_of(library.engine(), question)
    assert told_whom_it_names(context, draft_of(context, "Lê Thị Thu Thuỷ")) == named


def test_of_those_who_are_told_the_ones_with_the_office_stay(library: Library) -> None:
    context = context_of(library.engine(), "phó chủ tịch tỉnh Lam Giang dự họp rừng Nậm Pha là ai")
    both = draft_of(context, "Lường Văn Quý, Giám đốc Công an tỉnh; Vi Đình Lộc")
    assert len(both.people) == 2
    kept = of_the_post(context, both)
    assert [text_of(kept.candidate.sentence, kept.cut)] == ["Vi Đình Lộc"]
    other = context_of(library.engine(), "ai dự họp rừng Nậm Pha")
    every = draft_of(other, "Lường Văn Quý, Giám đốc Công an tỉnh; Vi Đình Lộc")
    assert of_the_post(other, every) is every
