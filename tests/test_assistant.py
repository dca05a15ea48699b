"""The assistant: what it remembers of a chat, what it says of its last answer, and that a fault stays polite."""

import io

import pytest
from rich.console import Console

from bot.admin import HELP
from bot.assistant import NO_HOME, NO_SOURCES, NOT_QUOTED, NOTHING_MORE, Assistant, chosen, home
from bot.channels.console import chat
from bot.commands import HOME_NOW, UNKNOWN, WHICH_PROVINCE, Commands
from bot.library import Library
from bot.messages import Incoming
from retrieval.answers.types import Answer, NotFound
from retrieval.encoding import Encoder


def say(assistant: Assistant, text: str, chat: str = "1") -> Answer:
    reply = assistant.answer(Incoming("test", chat, text)).reply
    assert isinstance(reply, Answer), (text, reply)
    return reply


def test_chats_are_apart(province: Library) -> None:
    assistant = Assistant(province)
    say(assistant, "Tỉnh đoàn được giao việc gì?", "1")
    say(assistant, "Lễ hội Cầu mùa huyện Mường Then khai mạc khi nào?", "2")
    assert "hiến đất" in say(assistant, "Còn Hội Nông dân thì sao?", "1").text
    assert assistant.sources("test", "3") is None


def test_small_talk_does_not_break_the_thread(province: Library) -> None:
    assistant = Assistant(province)
    say(assistant, "Tỉnh đoàn được giao việc gì?")
    assert assistant.answer(Incoming("test", "1", "cảm ơn bạn")).reply
    assert "hiến đất" in say(assistant, "Còn Hội Nông dân thì sao?").text


@pytest.mark.parametrize("nod", ["hihi", "ừ nhỉ", "tiếp"])
def test_a_nod_is_no_question_and_does_not_break_the_thread(province: Library, nod: str) -> None:
    assistant = Assistant(province)
    say(assistant, "Tỉnh đoàn được giao việc gì?")
    said = assistant.answer(Incoming("test", "1", nod))
    assert said.words == NOTHING_MORE or (isinstance(said.reply, NotFound) and said.reply.reason == "smalltalk")
    assert "hiến đất" in say(assistant, "Còn Hội Nông dân thì sao?").text


def test_a_province_is_chosen_and_told_by_its_command(province: Library) -> None:
    commands = Commands(Assistant(province))

    def words(text: str) -> str:
        return commands.answer(Incoming("test", "1", text)).words

    assert words("/tinh") == WHICH_PROVINCE
    assert words("/tinh" + " a" * 40) == WHICH_PROVINCE
    assert "Lam Giang" in words("/tinh Lam Giang")
    assert words("/tinh") == HOME_NOW.format(province="Lam Giang")
    assert words("tỉnh nào cũng được") == NO_HOME
    assert words("/tinh") == WHICH_PROVINCE


def test_the_terminal_knows_the_commands(province: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("/help\n/lenhla\n"))
    console = Console(file=io.StringIO(), width=200)
    chat(console, Commands(Assistant(province)))
    shown = console.file.getvalue()  # type: ignore[attr-defined] # a StringIO
    assert HELP.splitlines()[0] in shown
    assert UNKNOWN in shown


@pytest.mark.parametrize("asked", ["copy trich dan", "Nguồn đâu?"])
def test_the_sources_of_the_last_answer(province: Library, asked: str) -> None:
    assistant = Assistant(province)
    reply = say(assistant, "Ai chủ trì hội nghị giao ban công tác dân vận quý I?")
    words = assistant.answer(Incoming("test", "1", asked)).words
    assert reply.citations[0].quote in words
    assert "https://baolamgiang.example/dan-van-quy-1" in words


def test_where_nobody_is_quoted_it_says_so(province: Library) -> None:
    assistant = Assistant(province)
    say(assistant, "Ai chủ trì hội nghị giao ban công tác dân vận quý I?")
    assert assistant.answer(Incoming("test", "1", "cho nguyen van loi")).words.startswith(NOT_QUOTED)


def test_a_fault_becomes_one_polite_sentence_with_an_id(caplog: pytest.LogCaptureFixture) -> None:
    class BrokenLibrary:
        def ask(self, *_: object) -> None:
            raise ZeroDivisionError("made up")

    outgoing = Assistant(BrokenLibrary()).answer(Incoming("test", "1", "Ai?"))  # type: ignore[arg-type]
    assert "trục trặc" in outgoing.words
    code = outgoing.words.split("mã ")[1][:6]
    assert code in caplog.text
    assert "made up" in caplog.text


@pytest.fixture(scope="module")
def namesakes(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    folder = tmp_path_factory.mktemp("namesakes")
    (folder / "a.md").write_text(
        "---\npublished_at: 2024-02-03\n---\n"
        "Sáng 2/2, đồng chí Vàng Seo Pín, Phó Bí thư Huyện ủy Bắc Lam, chủ trì cuộc họp về đường vào bản Tả Phời. "
        "Cùng dự có các đồng chí: Lù Thị Mỷ, Phó Chủ tịch HĐND huyện; Lù Văn Chẩn, Trưởng phòng Kinh tế huyện.\n",
        encoding="utf-8",
    )
    library = Library(tmp_path_factory.mktemp("data"), encoder)
    library.index([folder])
    return library


def refused(assistant: Assistant, text: str) -> NotFound:
    reply = assistant.answer(Incoming("test", "1", text)).reply
    assert isinstance(reply, NotFound), (text, reply)
    return reply


def test_of_namesakes_it_asks_which(namesakes: Library) -> None:
    assistant = Assistant(namesakes)
    say(assistant, "ai chu tri hop duong vao ban Ta Phoi")
    asked = refused(assistant, "bà Lù làm chức gì?")
    assert asked.reason == "needs_clarification"
    assert asked.choices == ("Lù Thị Mỷ – Phó Chủ tịch HĐND huyện", "Lù Văn Chẩn – Trưởng phòng Kinh tế huyện")
    answer = say(assistant, "2")
    assert [i.text for i in answer.items] == ["Trưởng phòng Kinh tế huyện"]
    assert answer.note == "Chức vụ ghi theo bài ngày 03/02/2024, đến nay có thể đã thay đổi."
    assert say(assistant, "gio van lam a").items[0].text == "Trưởng phòng Kinh tế huyện"


@pytest.mark.parametrize("choice", ["mỷ", "1", "lu thi my"])
def test_a_choice_is_made_by_number_or_by_name(namesakes: Library, choice: str) -> None:
    assistant = Assistant(namesakes)
    say(assistant, "ai chu tri hop duong vao ban Ta Phoi")
    refused(assistant, "ba Lu lam chuc gi")
    assert say(assistant, choice).items[0].text == "Phó Chủ tịch HĐND huyện"


def test_a_number_that_was_not_offered_is_asked_again(namesakes: Library) -> None:
    assistant = Assistant(namesakes)
    assert chosen("2", None) is None
    asked = refused(assistant, "ba Lu lam chuc gi")
    assert refused(assistant, "7") == asked
    assert refused(assistant, "số 0 nhé") == asked


@pytest.mark.parametrize("text", ["2", "2 nhé", "số 2 ạ", "câu 2", "chọn 2", "②", "hai", "Chẩn", "ông Chẩn nhé"])
def test_a_choice_is_understood_however_it_is_said(namesakes: Library, text: str) -> None:
    asked = refused(Assistant(namesakes), "ba Lu lam chuc gi")
    assert chosen(text, asked) == asked.questions[1]


@pytest.mark.parametrize("text", ["2024", "²²", "2 xã nào?", "ai chủ trì?", "①②"])
def test_what_is_no_choice_is_asked(namesakes: Library, text: str) -> None:
    asked = refused(Assistant(namesakes), "ba Lu lam chuc gi")
    assert chosen(text, asked) is None


def test_a_slip_in_a_name_is_asked_about(namesakes: Library) -> None:
    assistant = Assistant(namesakes)
    asked = refused(assistant, "vang seo pinh la ai")
    assert asked.reason == "needs_clarification"
    assert "Có phải bạn hỏi Vàng Seo Pín?" in asked.reply
    assert say(assistant, "dung").items[0].text == "Phó Bí thư Huyện ủy Bắc Lam"


def test_a_slip_in_an_answered_question_is_told(namesakes: Library) -> None:
    answer = say(Assistant(namesakes), "Vàng Seo Pính chủ trì cuộc họp đường vào bản Tả Phời ngày nào?")
    assert answer.note is not None
    assert "Có phải bạn hỏi Vàng Seo Pín?" in answer.note


def test_keystrokes_about_something_else_leave_the_old_subject(province: Library) -> None:
    """What was understood is shown, and that alone does not make it go on with the question before."""
    assistant = Assistant(province)
    say(assistant, "Lễ hội Cầu mùa huyện Mường Then khai mạc khi nào?")
    answer = say(assistant, "Ai chur trif hooij nghij giao ban coong tacs daan vaanj cuar Tinhr uyr Lam Giang?")
    meant = "Ai chủ trì hội nghị giao ban công tác dân vận của Tỉnh ủy Lam Giang?"
    assert answer.interpretation == f"Hiểu là: {meant}"
    assert answer.carried == meant


def test_a_call_for_help_does_not_change_the_subject(province: Library) -> None:
    assistant = Assistant(province)
    say(assistant, "Tỉnh đoàn được giao việc gì?")
    assert refused(assistant, "cứu em với").reason == "emergency"
    assert "hiến đất" in say(assistant, "Còn Hội Nông dân thì sao?").text


def test_raw_keystrokes_are_read_and_shown(namesakes: Library) -> None:
    answer = say(Assistant(namesakes), "ai chur trif hojp dduwowngf vaof banr Tar Phowif")
    assert answer.items[0].text == "Vàng Seo Pín"
    assert answer.interpretation == "Hiểu là: ai chủ trì họp đường vào bản Tả Phời"
    assert answer.question == "ai chur trif hojp dduwowngf vaof banr Tar Phowif"


def test_a_chat_has_its_own_province(namesakes: Library) -> None:
    assistant = Assistant(namesakes)
    said = assistant.answer(Incoming("test", "1", "Tôi ở tỉnh Thượng Hà.")).words
    assert "hỏi về Thượng Hà" in said
    assert assistant.memory("test", "1").province == "Thượng Hà"
    assert assistant.memory("test", "2").province is None
    assistant.answer(Incoming("test", "1", "tinh nao cung duoc"))
    assert assistant.memory("test", "1").province is None


@pytest.mark.parametrize("text", ["ở tỉnh nào có lễ hội?", "Tôi ở tỉnh", "Ai chủ trì họp ở tỉnh Lam Giang?", "bỏ"])
def test_a_question_about_a_province_is_no_home(text: str) -> None:
    assert home(text) is None


@pytest.mark.parametrize("text", ["nguồn", "cho nguồn", "nguyên văn"])
def test_before_any_answer_there_are_no_sources(namesakes: Library, text: str) -> None:
    outgoing = Assistant(namesakes).answer(Incoming("test", "1", text))
    assert outgoing.words == NO_SOURCES
    assert outgoing.reply is None
