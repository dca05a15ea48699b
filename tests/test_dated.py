"""A day of one year is not answered by the same day of another; which of several meetings is meant is asked, and each choice leads to its own."""

import datetime as dt
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.library import Library
from bot.messages import Incoming
from retrieval.answers.dated import words_of_time
from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.questions import understand
from tests.reading import context_of, read

BODY = "chủ trì hội nghị giao ban công tác dân vận"
ARTICLES = (
    ("a", 2022, "Giao ban dân vận tỉnh Lam Giang", f"Chiều 29/12, đồng chí Lường Thị Bích, Phó Bí thư Tỉnh ủy Lam Giang, {BODY} của tỉnh Lam Giang. Hội nghị bàn việc năm 2023."),
    ("b", 2023, "Tỉnh Lam Giang giao ban công tác dân vận", f"Sáng 29/12, đồng chí Vi Đình Lộc, Phó Bí thư Thường trực Tỉnh ủy Lam Giang, {BODY} với các đoàn thể của tỉnh Lam Giang."),
    ("c", 2023, "Tỉnh Hải Tuy giao ban công tác dân vận", f"Sáng 29/12, đồng chí Tạ Quang Hiển, Phó Bí thư Tỉnh ủy Hải Tuy, {BODY} của tỉnh Hải Tuy."),
)  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    library = Library(tmp_path_factory.mktemp("data"), encoder)
    library.store.publish(
        [
            Article(id=i, text=text, title=title, source="Báo", published_at=dt.date(year, 12, 30))
            for i, year, title, text in ARTICLES
        ],
        encoder,
    )
    return library


def say(assistant: Assistant, text: str) -> Reply:
    reply = assistant.answer(Incoming("test", "1", text)).reply
    assert reply is not None
    return reply


@pytest.mark.parametrize(
    ("year", "chair"), [("2022 tỉnh Lam Giang", "Lường Thị Bích"), ("2023 tỉnh Lam Giang", "Vi Đình Lộc")]
)
def test_the_day_of_the_year_that_is_asked_for(library: Library, year: str, chair: str) -> None:
    reply = library.ask(f"Ai chủ trì hội nghị giao ban công tác dân vận 29/12/{year}?")
    assert isinstance(reply, Answer)
    assert [i.text for i in reply.items] == [chair]


def test_no_article_of_that_year(library: Library) -> None:
    assert isinstance(library.ask("Ai chủ trì hội nghị giao ban công tác dân vận 29/12/2019?"), NotFound)


def chairs(library: Library, turns: list[str]) -> list[list[str]]:
    """Return whom each way through the choices ends at."""
    assistant = Assistant(library)
    for turn in turns[:-1]:
        say(assistant, turn)
    reply = say(assistant, turns[-1])
    if isinstance(reply, Answer):
        return [[item.text for item in reply.items]]
    assert reply.reason == "needs_clarification"
    assert len(reply.choices) > 1
    return [found for n in range(1, len(reply.choices) + 1) for found in chairs(library, [*turns, str(n)])]


def test_each_choice_leads_to_its_own_meeting(library: Library) -> None:
    found = chairs(library, ["ai chu tri giao ban dan van 29/12"])
    assert sorted(found) == [["Lường Thị Bích"], ["Tạ Quang Hiển"], ["Vi Đình Lộc"]]


def test_the_province_of_the_chat_decides(library: Library) -> None:
    assistant = Assistant(library)
    assert "Hải Tuy" in assistant.answer(Incoming("test", "1", "tôi ở tỉnh Hải Tuy")).words
    told = say(assistant, "ai chu tri giao ban dan van 29/12")
    assert isinstance(told, Answer)
    assert [i.text for i in told.items] == ["Tạ Quang Hiển"]


def test_a_province_that_the_articles_do_not_tell_of(tmp_path: Path, encoder: Encoder) -> None:
    library = Library(tmp_path, encoder)
    text = "Tỉnh Điện Biên có 326 ca sốt xuất huyết trong tháng 7, tăng 20 ca so với tháng 6."
    library.store.publish([Article(id="a", text=text, title="Sốt xuất huyết ở Điện Biên", source="Báo")], encoder)
    told = library.ask("Tỉnh Điện Biên có bao nhiêu ca sốt xuất huyết?")
    assert isinstance(told, Answer)
    refused = library.ask("Tỉnh Lai Châu có bao nhiêu ca sốt xuất huyết?")
    assert isinstance(refused, NotFound)
    assert "Lai Châu" in refused.reply


def test_articles_of_the_day_alone_are_read(library: Library) -> None:
    engine = library.engine()
    context = context_of(engine, "Ai chủ trì hội nghị giao ban công tác dân vận 29/12/2023?")
    assert {article.id for article in context.articles} == {"b", "c"}
    assert len(context_of(engine, "Ai chủ trì hội nghị giao ban công tác dân vận 29/12?").articles) == 3


@pytest.mark.parametrize(
    ("question", "published", "text", "words"),
    [
        ("họp tháng 4 do ai chủ trì", None, "Ngày 2/4, huyện họp.", {"4"}),
        ("họp tháng 4/2019 do ai chủ trì", None, "Ngày 2/4/2018, huyện họp.", set()),
        ("họp ngày 22/2 do ai chủ trì", dt.date(2019, 2, 22), "Sáng nay, huyện họp.", {"22/2"}),
        ("họp ngày 22/2 do ai chủ trì", dt.date(2019, 4, 22), "Sáng nay, huyện họp.", set()),
        ("họp tháng 7/2019 do ai chủ trì", dt.date(2019, 8, 3), "Vừa qua, huyện họp.", {"7/2019"}),
        ("họp do ai chủ trì", dt.date(2019, 8, 3), "Ngày 2/8, huyện họp.", set()),
    ],
)
def test_a_time_stands_in_an_article_that_is_of_it(
    question: str, published: dt.date | None, text: str, words: set[str]
) -> None:
    article = Article(id="a", text=text, title="Huyện họp", source="Báo", published_at=published)
    assert words_of_time(understand(question), article, [read(text)]) == words
