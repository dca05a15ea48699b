"""An answer that the next sentence goes on with: what begins `Đồng thời`, and what begins something else."""

from pathlib import Path

import pytest

from bot.library import Library
from retrieval.answers.compose import Composer
from retrieval.answers.reading import Reading
from retrieval.answers.types import Answer
from retrieval.encoding import Encoder
from tests.reading import context_of, draft_of

HEAD = (
    "---\ntitle: Họp về rừng ngập mặn\n---\nSáng 12/3, UBND tỉnh Lam Giang họp về rừng ngập mặn. Thời tiết nắng ráo. "
)
ORDER = "Chủ tịch UBND tỉnh Mùa A Sơn yêu cầu Sở Nông nghiệp rà soát diện tích rừng ngập mặn ven biển. "
MANY = "Chủ tịch tỉnh Lam Giang yêu cầu Sở Nông nghiệp làm những gì về rừng ngập mặn ven biển?"
ONE = "Chủ tịch tỉnh Lam Giang yêu cầu Sở Nông nghiệp làm gì về rừng ngập mặn ven biển?"


def asked(tmp_path: Path, encoder: Encoder, question: str, *following: str) -> Answer:
    (tmp_path / "a.md").write_text(HEAD + ORDER + " ".join(following) + "\n", encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    reply = library.engine().ask(question)
    assert isinstance(reply, Answer), reply
    return reply


@pytest.mark.parametrize(
    ("question", "following", "told"),
    [
        (MANY, "Đồng thời, tăng cường tuần tra, kiểm tra các đầm.", "tăng cường tuần tra, kiểm tra các đầm"),
        (ONE, "Đồng thời, tăng cường tuần tra, kiểm tra các đầm.", "tăng cường tuần tra, kiểm tra các đầm"),
        (MANY, "Ngoài ra, tổ chức giao khoán rừng cho dân.", "tổ chức giao khoán rừng cho dân"),
        (MANY, "Thứ hai, yêu cầu Sở Nông nghiệp triển khai trồng rừng.", "triển khai trồng rừng"),
        (MANY, "Sở Nông nghiệp cũng cần trồng thêm rừng.", "trồng thêm rừng"),
    ],
)
def test_what_goes_on_is_told_with_a_quote_of_its_own(
    tmp_path: Path, encoder: Encoder, question: str, following: str, told: str
) -> None:
    reply = asked(tmp_path, encoder, question, following)
    assert told in reply.text
    assert [c.quote for c in reply.citations] == [ORDER.strip(), following]
    assert all(item.text in reply.citations[item.citation].quote for item in reply.items)


@pytest.mark.parametrize(
    ("question", "following"),
    [
        # Another body is told what to do.
        (MANY, "Đồng thời, yêu cầu Công an tỉnh xử lý nghiêm các vụ phá rừng."),
        # Somebody says something else.
        (MANY, "Ngoài ra, ông cũng đã đi thăm các hộ dân."),
        # One thing is asked for, and what follows is no task.
        (ONE, "Ngoài ra, các hộ dân ven đầm được hỗ trợ gạo."),
        (MANY, "Thứ ba, ngày 14/3, tỉnh họp tiếp."),
        (MANY, "Thứ hai tuần tới, tỉnh họp về giao thông."),
        # Nothing stands behind what counts.
        (MANY, "Thứ hai."),
        (MANY, "Hai là:"),
        (MANY, "Thứ hai, yêu cầu Công an tỉnh xử lý các vụ phá rừng."),
        (MANY, "Đồng thời, giao cho Công an tỉnh xử lý các vụ phá rừng."),
        (MANY, "Đồng thời, chỉ đạo lực lượng kiểm lâm xử lý."),
        # It is no task.
        (MANY, "Ngoài ra, giá tôm tăng mạnh trong tháng qua."),
        (ONE, "Ngoài ra, phối hợp với Đồn Biên phòng, công an huyện đã bắt hai người phá rừng."),
        (MANY, "Cùng ngày, tỉnh họp về giao thông."),
    ],
)
def test_what_begins_something_else_is_not(tmp_path: Path, encoder: Encoder, question: str, following: str) -> None:
    reply = asked(tmp_path, encoder, question, following)
    assert [c.quote for c in reply.citations] == [ORDER.strip()]


def test_two_more_sentences_at_most(tmp_path: Path, encoder: Encoder) -> None:
    more = [
        "Đồng thời, tăng cường tuần tra các đầm.",
        "Ngoài ra, hoàn thành việc giao khoán.",
        "Cùng với đó, tổ chức trồng rừng.",
    ]
    reply = asked(tmp_path, encoder, MANY, *more)
    assert [c.quote for c in reply.citations] == [ORDER.strip(), *more[:2]]


def test_who_says_so_behind_a_quotation_is_not_told(tmp_path: Path, encoder: Encoder) -> None:
    following = "Ngoài ra, tổ chức trồng thêm rừng phòng hộ”, ông Sơn nói."
    reply = asked(tmp_path, encoder, MANY, following)
    assert reply.items[-1].text == "tổ chức trồng thêm rừng phòng hộ"


def test_a_list_is_told_whole_in_the_answer(tmp_path: Path, encoder: Encoder) -> None:
    text = "Dự họp về rừng ngập mặn có ông Lò Văn Tiến, Giám đốc Sở Nội vụ; bà Mùa Thị Hoa, Phó Giám đốc Sở Y tế và ông Bùi Đức Nam."
    (tmp_path / "a.md").write_text(HEAD + text + "\n", encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    reply = library.engine().ask("Những ai dự họp về rừng ngập mặn ở tỉnh Lam Giang?")
    assert isinstance(reply, Answer), reply
    assert [item.text for item in reply.items] == ["Lò Văn Tiến", "Mùa Thị Hoa", "Bùi Đức Nam"]


def test_a_question_of_another_kind_is_told_by_its_own_sentence(tmp_path: Path, encoder: Encoder) -> None:
    reply = asked(
        tmp_path, encoder, "Khi nào tỉnh Lam Giang họp về rừng ngập mặn?", "Đồng thời, tăng cường tuần tra các đầm."
    )
    assert "tuần tra" not in reply.text


def test_where_the_answer_is_held_back_what_goes_on_with_it_is_none(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = "Đồng thời, tăng cường tuần tra, kiểm tra các đầm."
    (tmp_path / "a.md").write_text(HEAD + ORDER + following + "\n", encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    engine = library.engine()
    context = context_of(engine, MANY)
    best = draft_of(context, "rà soát diện tích rừng ngập mặn ven biển")
    composer, reading = Composer(engine.generation), Reading((best,), 1.0, 0.0)
    told = composer.compose(context.asked.question, context, reading)
    assert told is not None
    assert len(told.citations) == 2
    held = best.candidate.sentence
    monkeypatch.setattr(engine.generation, "is_held", lambda _row, start, end: start < held.end and end > held.start)
    assert composer.compose(context.asked.question, context, reading) is None


def test_a_verdict_is_not_told_beside(tmp_path: Path, encoder: Encoder) -> None:
    reply = asked(tmp_path, encoder, MANY, "Đồng thời, xử lý ông Vàng A Páo, người bị khởi tố về tội hủy hoại rừng.")
    assert [c.quote for c in reply.citations] == [ORDER.strip()]
