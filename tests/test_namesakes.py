"""Several people of one name: they are told apart by where they are somebody, and it is asked who is meant."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.library import Library
from bot.messages import Incoming
from retrieval.answers.biography import occurrences, told_of
from retrieval.answers.editor import OTHERS_OF_NAME
from retrieval.answers.identity import NOT_DESCRIBED
from retrieval.answers.namesakes import apart, mentions_of
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
        ("Phó Chủ tịch UBND TP Suối Lam Lò Văn Hùng là ai?", "Phó Chủ tịch UBND TP Suối Lam"),
        ("Lò Văn Hùng, Suối Lam, là ai?", "Phó Chủ tịch UBND TP Suối Lam"),
        ("Lò Văn Hưng là ai?", "Chủ tịch UBND xã Nà Mạ"),
        ("Ai là Lò Văn Hưng?", "Chủ tịch UBND xã Nà Mạ"),
        ("TS. Lò Văn Hưng là ai", "Chủ tịch UBND xã Nà Mạ"),
        ("lo van hung o xa na ma la ai", "Chủ tịch UBND xã Nà Mạ"),
    ],
)
def test_a_place_or_an_office_beside_the_name_decides(ask: Callable[[str], Reply], question: str, told: str) -> None:
    assert answered(ask(question)).text == told


def test_who_is_nowhere_as_he_is_described_is_asked_about(ask: Callable[[str], Reply]) -> None:
    asked = refused(ask("Lò Văn Hùng ở Thượng Hà là ai?"))
    assert asked.reply.startswith(NOT_DESCRIBED)
    assert len(asked.choices) == 2


def test_an_office_that_several_of_the_name_have_decides_nothing(ask: Callable[[str], Reply]) -> None:
    assert len(refused(ask("Phó Chủ tịch Lò Văn Hùng là ai?")).choices) == 2


@pytest.mark.parametrize(
    "question",
    [
        "Vợ ông Lò Văn Hưng là ai?",
        "Chủ tịch UBND xã họp với ông Lò Văn Hưng là ai?",
        "Ông Lò Văn Hưng, Chủ tịch UBND xã Nà Mạ, được bổ nhiệm vào chức vụ gì?",
    ],
)
def test_who_stands_beside_him_is_another(ask: Callable[[str], Reply], question: str) -> None:
    reply = ask(question)
    assert not isinstance(reply, Answer) or reply.text != "Chủ tịch UBND xã Nà Mạ"


def test_what_goes_on_with_a_name_asks_which_of_the_name(
    ask: Callable[[str], Reply], tmp_path: Path, encoder: Encoder
) -> None:
    engine = _library(tmp_path, encoder, TWO).engine()
    assert refused(engine.ask("ông ấy giữ chức gì?", "Lò Văn Hùng là ai?")).reason == "needs_clarification"
    chosen = refused(ask("Lò Văn Hùng là ai?")).questions[1]
    assert answered(engine.ask("ông ấy giữ chức gì?", chosen)).text == "Phó Chủ tịch UBND TP Suối Lam"


def test_the_very_name_is_meant_where_it_stands_in_the_articles(tmp_path: Path, encoder: Encoder) -> None:
    """`Thanh` may be `Thành`, typed in haste; but not where somebody is called Thanh."""
    nearly = [f"Việc số {n}. Ông Lò Thành Phong, Chủ tịch UBND tỉnh Lam Giang, nói lần {n}." for n in range(12)]
    library = _library(tmp_path, encoder, [*nearly, "Ông Lò Thanh Phong, Cục trưởng Cục Thú y, nói về gà."])
    engine = library.engine()
    assert answered(engine.ask("Lò Thanh Phong là ai?")).text == "Cục trưởng Cục Thú y"
    assert answered(engine.ask("Lò Thành Phong là ai?")).text == "Chủ tịch UBND tỉnh Lam Giang"


def test_a_part_of_the_name_is_somebody_else(tmp_path: Path, encoder: Encoder) -> None:
    library = _library(
        tmp_path,
        encoder,
        (
            "Ông Lò Thành Phong, Giám đốc Sở Y tế tỉnh Lam Giang, nói về thuốc.",
            "Ông Thành Phong, Chủ tịch UBND xã Nà Mạ, nói về lúa.",
        ),
    )
    assert answered(library.engine().ask("Lò Thành Phong là ai?")).text == "Giám đốc Sở Y tế tỉnh Lam Giang"


def test_names_that_are_also_words_hold_offices(tmp_path: Path, encoder: Encoder) -> None:
    engine = _library(tmp_path, encoder, ["Ông Đinh La Thắm, Bí thư Tỉnh ủy Lam Giang, nói về rừng."]).engine()
    for question in (
        "Có phải ông Đinh La Thắm là Bí thư Tỉnh ủy Lam Giang không?",
        "co phai dinh la tham la bi thu khong",
    ):
        assert answered(engine.ask(question)).text == "Bí thư Tỉnh ủy Lam Giang"


def test_of_a_proceeding_it_is_said_that_there_are_others_of_the_name(tmp_path: Path, encoder: Encoder) -> None:
    said = "Ngày 5/4, ông Lò Văn Hùng, Phó Chủ tịch UBND TP Suối Lam, bị khởi tố vì nhận hối lộ."
    told = answered(_library(tmp_path, encoder, [*TWO, said]).engine().ask("Ông Lò Văn Hùng có bị khởi tố không?"))
    assert OTHERS_OF_NAME in (told.note or "")
    took = "Theo cáo buộc, ông Lò Văn Hùng nhận hối lộ 2 tỷ đồng của một doanh nghiệp ở huyện Ba Khe."
    (tmp_path / "took").mkdir()
    engine = _library(tmp_path / "took", encoder, [*TWO, took]).engine()
    told = answered(engine.ask("Ông Lò Văn Hùng nhận hối lộ bao nhiêu tiền của doanh nghiệp ở huyện Ba Khe?"))
    assert OTHERS_OF_NAME in (told.note or "")
    alone = "Ngày 5/4, ông Tạ Đình Khuê bị khởi tố vì nhận hối lộ."
    (tmp_path / "alone").mkdir()
    told = answered(
        _library(tmp_path / "alone", encoder, [alone]).engine().ask("Ông Tạ Đình Khuê có bị khởi tố không?")
    )
    assert OTHERS_OF_NAME not in (told.note or "")


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
    "directors both": (
        "Ông Giàng A Sếnh, Phó Giám đốc Sở Giáo dục và Đào tạo tỉnh Lam Giang, phát biểu.",
        "Ông Giàng A Sếnh, Giám đốc Công ty TNHH Suối Rạc, phát biểu.",
    ),
    "of the nation's bodies": (
        "Thứ trưởng Bộ Nội vụ Giàng A Sếnh phát biểu.",
        "Ông Giàng A Sếnh, Phó Tổng Thanh tra Chính phủ, phát biểu.",
    ),
    "of the police and of a town that ends so": (
        "Thứ trưởng Bộ Công an Giàng A Sếnh phát biểu.",
        "Ông Giàng A Sếnh, Phó Chủ tịch UBND TP Suối An, phát biểu.",
    ),
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
    found = told_of(occurrences(tuple(folds("Giàng A Sếnh")), generation, Directory(generation)))
    return [[m.sentence.between(*m.role) for m in mentions_of(person)] for person in apart(found, generation)]
