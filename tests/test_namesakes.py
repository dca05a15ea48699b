"""Several people of one name: they are told apart by where they are somebody, and it is asked who is meant."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.library import Library
from bot.messages import Incoming
from retrieval.answers.biography import naming, said
from retrieval.answers.namesakes import apart
from retrieval.answers.types import Answer, NotFound, Reply
from retrieval.directory import Directory
from retrieval.encoding import Encoder
from retrieval.locality import Locality
from retrieval.vietnamese.text import folds
from tests.reading import asker

TWO = (
    "---\ntitle: Bờ biển Suối Lam bị xói lở\n---\nÔng Lò Văn Hùng - Phó Chủ tịch UBND TP Suối Lam cho biết bờ biển bị xói lở nhiều năm nay.\n",
    "---\ntitle: Vỉa hè Lam Giang\n---\nÔng Lò Văn Hùng, Phó Chủ tịch UBND thành phố Lam Giang, yêu cầu trả lại vỉa hè.\n",
    "---\ntitle: Chợ đêm Lam Giang\n---\nSáng 5/5, ông Lò Văn Hùng, Phó Chủ tịch UBND TP. Lam Giang, khai trương chợ đêm.\n",
    "---\ntitle: Trường học xã Nà Mạ\n---\nÔng Lò Văn Hưng, Chủ tịch UBND xã Nà Mạ, nói trường sẽ xong trước tháng 9.\n",
)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Callable[[str], Reply]:
    return asker(tmp_path_factory.mktemp("namesakes"), encoder, *TWO)


def refused(reply: Reply) -> NotFound:
    assert isinstance(reply, NotFound), reply
    return reply


def answered(reply: Reply) -> Answer:
    assert isinstance(reply, Answer), reply
    return reply


def test_of_two_people_of_one_name_it_is_asked_who_is_meant(ask: Callable[[str], Reply]) -> None:
    asked = refused(ask("Lò Văn Hùng là ai?"))
    assert asked.reason == "needs_clarification"
    assert asked.choices == (
        "Lò Văn Hùng – Phó Chủ tịch UBND TP. Lam Giang",
        "Lò Văn Hùng – Phó Chủ tịch UBND TP Suối Lam",
    )
    told = [answered(ask(question)) for question in asked.questions]
    assert ["Lam Giang" in told[0].text, "Suối Lam" in told[1].text] == [True, True]
    assert "Suối Lam" not in told[0].text
    assert len({c.article_id for c in told[0].citations} & {c.article_id for c in told[1].citations}) == 0


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("ông Lò Văn Hùng ở Suối Lam là ai", "Phó Chủ tịch UBND TP Suối Lam"),
        ("lo van hung pho chu tich suoi lam la ai", "Phó Chủ tịch UBND TP Suối Lam"),
        ("Có phải ông Lò Văn Hùng là Phó Chủ tịch UBND TP Suối Lam không?", "Phó Chủ tịch UBND TP Suối Lam"),
        ("Lò Văn Hưng là ai?", "Chủ tịch UBND xã Nà Mạ"),
        ("lo van hung o xa na ma la ai", "Chủ tịch UBND xã Nà Mạ"),
    ],
)
def test_a_place_or_an_office_beside_the_name_decides(ask: Callable[[str], Reply], question: str, told: str) -> None:
    assert answered(ask(question)).text == told


def test_without_diacritics_a_name_may_be_any_that_is_folded_so(ask: Callable[[str], Reply]) -> None:
    asked = refused(ask("lo van hung la ai"))
    assert "Lò Văn Hùng hoặc Lò Văn Hưng" in asked.reply
    assert "Lò Văn Hưng – Chủ tịch UBND xã Nà Mạ" in asked.choices


def test_with_other_diacritics_it_is_another_name(ask: Callable[[str], Reply]) -> None:
    asked = refused(ask("Lò Vân Hưng là ai?"))
    assert "Có phải bạn hỏi" in asked.reply
    assert "Lò Văn Hưng" in asked.choices


def test_of_whom_nothing_is_said_is_not_who_is_written_nearly_so(tmp_path: Path, encoder: Encoder) -> None:
    library = _library(tmp_path, encoder, [*TWO, "Việc thu hái chè. Anh Lò Vân Hùng đi hái chè từ sáng."])
    asked = refused(library.engine().ask("Lò Vân Hùng là ai?"))
    assert "nhắc “Lò Vân Hùng” nhưng không nói đó là ai" in asked.reply


def test_an_honorific_within_a_name_calls_nobody(tmp_path: Path, encoder: Encoder) -> None:
    others = [
        f"Ông {name} Tủa, Chủ tịch UBND xã {place}, phát biểu."
        for name, place in (("Lò Văn", "Nà Mạ"), ("Vàng Seo", "Ba Khe"))
    ]
    library = _library(tmp_path, encoder, [*others, "Ông Lê Anh Tủa phát biểu ở xã Nà Mạ và xã Ba Khe."])
    assert refused(library.engine().ask("Lê Anh Tủa là ai?")).reason != "needs_clarification"


def test_the_number_of_a_choice_is_an_answer(tmp_path: Path, encoder: Encoder) -> None:
    assistant = Assistant(_library(tmp_path, encoder, TWO))
    assert isinstance(assistant.answer(Incoming("test", "1", "lo van hung lam chuc gi")).reply, NotFound)
    assert "Suối Lam" in answered(assistant.answer(Incoming("test", "1", "2")).reply or pytest.fail("no reply")).text


def test_the_province_of_the_settings_is_meant(tmp_path: Path, encoder: Encoder) -> None:
    library = _library(tmp_path, encoder, TWO, Locality(province="Suối Lam"))
    assert answered(library.engine().ask("Lò Văn Hùng là ai?")).text == "Phó Chủ tịch UBND TP Suối Lam"


ONE_PERSON = {
    "from office to office of a province": (
        "Ông Giàng A Sếnh, Giám đốc Sở Nội vụ tỉnh Lam Giang, phát biểu.",
        "Ông Giàng A Sếnh, Phó Chủ tịch UBND tỉnh Lam Giang, phát biểu.",
    ),
    "from a district of it": (
        "Ông Giàng A Sếnh, Bí thư Huyện ủy Ba Khe, tỉnh Lam Giang, phát biểu.",
        "Ông Giàng A Sếnh, Phó Chủ tịch UBND tỉnh Lam Giang, phát biểu.",
    ),
    "from its Party to a ministry": (
        "Bộ trưởng Bộ Xây dựng Giàng A Sếnh phát biểu.",
        "Ông Giàng A Sếnh, Bí thư Tỉnh ủy Lam Giang, phát biểu.",
    ),
    "by one article": (
        "Ông Giàng A Sếnh, Chủ tịch UBND huyện Ba Khe, phát biểu. Trước đó, ông Giàng A Sếnh, Chủ tịch UBND huyện Nà Mạ, đã nói thế.",
    ),
    "shortened": (
        "Ông Giàng A Sếnh, Giám đốc Sở Tài nguyên và Môi trường, phát biểu.",
        "Ông Giàng A Sếnh, Giám đốc Sở TNMT tỉnh Lam Giang, phát biểu.",
    ),
    "with the place left out": (
        "Ông Giàng A Sếnh, Chủ tịch UBND tỉnh, phát biểu.",
        "Ông Giàng A Sếnh, Chủ tịch UBND tỉnh Lam Giang, phát biểu.",
    ),
    "by a title more": (
        "Chủ nhiệm Ủy ban Dân tộc Giàng A Sếnh phát biểu.",
        "Ông Giàng A Sếnh, Bộ trưởng, Chủ nhiệm Ủy ban Dân tộc, phát biểu.",
    ),
    "of a body that is shortened to its initials": (
        "Ông Giàng A Sếnh, Chủ tịch Hội Bảo vệ Rừng Việt Nam, phát biểu.",
        "Ông Giàng A Sếnh, Chủ tịch HBVR Việt Nam, phát biểu.",
    ),
}
TWO_PEOPLE = {
    "of two districts": (
        "Ông Giàng A Sếnh, Chủ tịch UBND huyện Ba Khe, phát biểu.",
        "Ông Giàng A Sếnh, Bí thư Huyện ủy Nà Mạ, phát biểu.",
    ),
    "of a company and an authority": (
        "Ông Giàng A Sếnh, Giám đốc Công ty TNHH Suối Rạc, phát biểu.",
        "Ông Giàng A Sếnh, Chủ tịch UBND tỉnh Lam Giang, phát biểu.",
    ),
    "of a ministry and a commune": (
        "Bộ trưởng Bộ Xây dựng Giàng A Sếnh phát biểu.",
        "Ông Giàng A Sếnh, Chủ tịch UBND xã Nà Mạ, phát biểu.",
    ),
    "of two departments of two provinces": (
        "Ông Giàng A Sếnh, Giám đốc Sở Nội vụ tỉnh Lam Giang, phát biểu.",
        "Ông Giàng A Sếnh, Giám đốc Sở Nội vụ tỉnh Thượng Hà, phát biểu.",
    ),
}


@pytest.mark.parametrize("sentences", ONE_PERSON.values(), ids=ONE_PERSON)
def test_one_person_is_not_taken_for_two(tmp_path: Path, encoder: Encoder, sentences: Sequence[str]) -> None:
    assert len(_people(_library(tmp_path, encoder, sentences))) == 1


@pytest.mark.parametrize("sentences", TWO_PEOPLE.values(), ids=TWO_PEOPLE)
def test_two_people_are_told_apart(tmp_path: Path, encoder: Encoder, sentences: Sequence[str]) -> None:
    assert len(_people(_library(tmp_path, encoder, sentences))) == 2


def test_a_name_that_says_nothing_stands_with_the_one_person(tmp_path: Path, encoder: Encoder) -> None:
    library = _library(
        tmp_path,
        encoder,
        ("Ông Giàng A Sếnh, Chủ tịch UBND huyện Ba Khe, phát biểu.", "Đại biểu Giàng A Sếnh phát biểu."),
    )
    assert [len(person) for person in _people(library)] == [2]


def test_of_whom_nearly_all_articles_tell_is_meant(tmp_path: Path, encoder: Encoder) -> None:
    often = [f"Việc số {n}. Ông Giàng A Sếnh, Chủ tịch UBND huyện Ba Khe, phát biểu lần {n}." for n in range(9)]
    library = _library(tmp_path, encoder, [*often, "Ông Giàng A Sếnh, Bí thư Huyện ủy Nà Mạ, phát biểu."])
    assert [len(person) for person in _people(library)] == [9, 1]
    assert answered(library.engine().ask("Giàng A Sếnh là ai?")).text == "Chủ tịch UBND huyện Ba Khe"
    told = answered(library.engine().ask("Giàng A Sếnh, Bí thư Huyện ủy Nà Mạ, là ai?"))
    assert told.text == "Bí thư Huyện ủy Nà Mạ"


def _library(folder: Path, encoder: Encoder, articles: Sequence[str], locality: Locality | None = None) -> Library:
    for number, article in enumerate(articles):
        text = article if article.startswith("---") else f"---\ntitle: Tin số {number}\n---\n{article}\n"
        (folder / f"{number}.md").write_text(text, encoding="utf-8")
    library = Library(folder / "data", encoder, locality=locality or Locality())
    library.index(sorted(folder.glob("*.md")))
    return library


def _people(library: Library) -> list[list[str]]:
    generation = library.engine().generation
    found = said(naming(tuple(folds("Giàng A Sếnh")), generation, Directory(generation)))
    return [[m.sentence.between(*m.role) for m in person] for person in apart(found, generation)]
