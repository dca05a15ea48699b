"""Lists over articles: one row a meeting, newest first, five at a time, and never a total of reality."""

import datetime as dt

import pytest

from bot.assistant import NO_MORE, Assistant
from bot.library import Library
from bot.messages import Incoming
from retrieval.answers.editor import NO_TOPIC_LIST
from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.encoding import Encoder
from retrieval.engine import Engine

NAME = "Giàng A Phủng"
MONTHS = (1, 2, 3, 4, 5, 6, 7)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    folder = tmp_path_factory.mktemp("meetings")
    for month in MONTHS:
        (folder / f"{month}.md").write_text(
            f"---\npublished_at: 2024-{month:02}-12\n---\nSáng 11/{month}, đồng chí {NAME}, Chủ tịch UBND huyện Sín Hồ, chủ trì "
            f"cuộc họp bàn kế hoạch tháng {month}, có đại diện các xã. Đồng chí Sùng Thị Máy dự họp.\n",
            encoding="utf-8",
        )
    (folder / "late.md").write_text(
        f"---\npublished_at: 2024-01-02\n---\nNgày 29/12, đồng chí {NAME} chủ trì hội nghị tổng kết năm.\n",
        encoding="utf-8",
    )
    (folder / "undated.md").write_text(
        f"Đồng chí {NAME} chủ trì hội nghị về nước sạch. Đồng chí {NAME} thăm nhà điều hành thủy điện.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path_factory.mktemp("data"), encoder)
    library.index([folder])
    return library


@pytest.fixture(scope="module")
def engine(library: Library) -> Engine:
    return library.engine()


def rows(reply: Reply) -> list[str]:
    assert isinstance(reply, Answer)
    assert reply.kind == "list"
    return [i.text for i in reply.items]


def test_of_one_month_alone(library: Library) -> None:
    told = library.ask("Những cuộc họp nào Giàng A Phủng chủ trì tháng 5/2024?")
    assert rows(told) == ["cuộc họp bàn kế hoạch tháng 5"]
    assert rows(library.ask("giang a phung chu tri nhung hop nao thang 6 nam 2024")) == [
        "cuộc họp bàn kế hoạch tháng 6"
    ]
    spring = library.ask("Các cuộc họp Giàng A Phủng chủ trì từ tháng 2/2024 đến tháng 4/2024")
    assert rows(spring) == [f"cuộc họp bàn kế hoạch tháng {m}" for m in (4, 3, 2)]
    assert rows(library.ask("Các cuộc họp Giàng A Phủng chủ trì quý II năm 2024")) == [
        f"cuộc họp bàn kế hoạch tháng {m}" for m in (6, 5, 4)
    ]
    place = library.ask("Giàng A Phủng chủ trì cuộc họp bàn phát triển các hợp tác xã ở đâu?")
    assert place.kind != "list"
    none = library.ask("liệt kê các cuộc họp Giàng A Phủng chủ trì tháng 12/2024")
    assert isinstance(none, NotFound)
    assert "chủ trì tháng 12/2024" in none.reply


def test_newest_first_five_at_a_time(library: Library) -> None:
    assistant = Assistant(library)

    def say(text: str) -> Reply:
        reply = assistant.answer(Incoming("test", "1", text)).reply
        assert reply is not None
        return reply

    first = say("liet ke cac cuoc hop giang a phung chu tri 2024")
    assert rows(first) == [f"cuộc họp bàn kế hoạch tháng {m}" for m in (7, 6, 5, 4, 3)]
    assert isinstance(first, Answer)
    assert first.next_skip == 5
    assert first.note == "Theo các bài đang có: 7 cuộc. Còn 2 cuộc, nhắn “tiếp” để xem."
    assert rows(say("tiep")) == [f"cuộc họp bàn kế hoạch tháng {m}" for m in (2, 1)]
    assert assistant.answer(Incoming("test", "1", "tiep")).words == NO_MORE
    say("liet ke cac cuoc hop giang a phung chu tri 2024")
    counted = say("tong cong may cuoc")
    assert isinstance(counted, Answer)
    assert counted.note is not None
    assert counted.note.startswith("Theo các bài đang có: 7 cuộc.")


def test_a_december_told_in_january_is_of_the_year_before(engine: Engine) -> None:
    assert rows(engine.ask(f"{NAME} chủ trì những cuộc họp nào năm 2023?")) == ["hội nghị tổng kết năm"]


def test_two_meetings_of_a_day_are_two_and_one_told_twice_is_one(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> None:
    folder = tmp_path_factory.mktemp("day")
    for name, told in (
        ("a", "chủ trì hội nghị sơ kết phong trào trồng quế"),
        ("b", "chủ trì phiên họp về bồi thường lòng hồ Nậm Khao"),
        ("c", "chủ trì hội nghị sơ kết 5 năm phong trào trồng quế"),
    ):
        (folder / f"{name}.md").write_text(
            f"---\npublished_at: 2024-05-06\n---\nNgày 5/5, đồng chí {NAME} {told}.\n", encoding="utf-8"
        )
    library = Library(tmp_path_factory.mktemp("data"), encoder)
    library.index([folder])
    reply = library.engine().ask(f"Liệt kê các cuộc họp {NAME} chủ trì")
    assert sorted(rows(reply)) == [
        "hội nghị sơ kết phong trào trồng quế",
        "phiên họp về bồi thường lòng hồ Nậm Khao",
    ]


def test_undated_meetings_come_last_and_in_no_year(engine: Engine) -> None:
    page = engine.ask(f"Liệt kê các cuộc họp {NAME} chủ trì", skip=5)
    assert rows(page)[-2:] == ["hội nghị tổng kết năm", "hội nghị về nước sạch"]
    refused = engine.ask(f"Liệt kê các cuộc họp {NAME} chủ trì năm 2019")
    assert isinstance(refused, NotFound)
    assert "không kể cuộc họp nào" in refused.reply
    assert "1 cuộc không rõ ngày" in refused.reply


def test_who_only_attended_chaired_nothing(engine: Engine) -> None:
    refused = engine.ask("Liệt kê các cuộc họp Sùng Thị Máy chủ trì")
    assert isinstance(refused, NotFound)
    assert "Sùng Thị Máy" in refused.reply


def test_who_is_written_nearly_so_chaired_nothing(engine: Engine) -> None:
    reply = engine.ask("Các cuộc họp Giàng A Phùng chủ trì")
    assert isinstance(reply, NotFound)
    assert "do Giàng A Phùng chủ trì" in reply.reply


@pytest.mark.parametrize(
    ("question", "refused"),
    [
        ("Liệt kê các cuộc họp về nước sạch", True),
        ("cho minh hoi nhung hoi nghi nao o Sin Ho", True),
        ("Các hội nghị về nước sạch có những ai dự?", False),
        ("Hội nghị về nước sạch do ai chủ trì?", False),
    ],
)
def test_by_topic_nothing_is_listed_and_that_is_said(engine: Engine, question: str, *, refused: bool) -> None:
    reply = engine.ask(question)
    assert (isinstance(reply, NotFound) and reply.reply == NO_TOPIC_LIST) == refused
    if isinstance(reply, NotFound) and refused:
        assert reply.suggestions


def test_every_row_is_verbatim(engine: Engine) -> None:
    reply = engine.ask(f"Liệt kê các cuộc họp {NAME} chủ trì")
    assert isinstance(reply, Answer)
    for item in reply.items:
        citation = reply.citations[item.citation]
        article = engine.generation.article(engine.generation.row(citation.article_id) or 0)
        assert article.text[item.start : item.end] == item.text
        assert article.text[citation.start : citation.end] == citation.quote
        assert article.published_at is None or article.published_at > dt.date(2023, 1, 1)


def test_another_document_number_is_another_document(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> None:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "a.md").write_text(
        "UBND huyện Sín Hồ vừa ban hành Kế hoạch số 1234/KH-UBND, giao Phòng Nông nghiệp chủ trì, phối hợp với Phòng Tài chính "
        "rà soát diện tích chè trước ngày 30/6.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path_factory.mktemp("data"), encoder)
    library.index([folder])
    assert isinstance(
        library.engine().ask("Kế hoạch 1234/KH-UBND giao phòng nào chủ trì rà soát diện tích chè?"), Answer
    )
    refused = library.engine().ask("Kế hoạch 1243/KH-UBND giao phòng nào chủ trì rà soát diện tích chè?")
    assert isinstance(refused, NotFound)
    assert "1243/KH-UBND" in refused.reply
