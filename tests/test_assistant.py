"""The assistant: what it remembers of a chat, what it says of its last answer, and that a fault stays polite."""

import pytest

from bot.assistant import NOT_QUOTED, Assistant
from bot.library import Library
from bot.messages import Incoming
from retrieval.answers.types import Answer


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


def test_a_fault_becomes_one_polite_sentence_with_an_id(province: Library, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def ask(self, *_: object) -> None:
            raise ZeroDivisionError("made up")

    class BrokenLibrary:
        def engine(self) -> Broken:
            return Broken()

    outgoing = Assistant(BrokenLibrary()).answer(Incoming("test", "1", "Ai?"))  # type: ignore[arg-type]
    assert "trục trặc" in outgoing.words
    code = outgoing.words.split("mã ")[1][:6]
    assert code in caplog.text
    assert province
