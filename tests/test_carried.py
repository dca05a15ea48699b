"""What the next question of a talk leans on: what was spoken of, not what was asked about it in passing."""

import pytest

from retrieval.answers.replies import carried
from retrieval.questions import understand

FIRST = "Lễ hội Cầu mùa huyện Mường Then do ai chủ trì?"


@pytest.mark.parametrize("asked", ["ở đâu?", "the xay ra ngay nao", "Khi nào xong?", "dan so bao nhieu", "vì sao vậy?"])
def test_what_adds_no_subject_is_not_carried_on(asked: str) -> None:
    assert carried(understand(asked, FIRST, linked=True)) == FIRST


@pytest.mark.parametrize(
    "asked",
    [
        "còn xã Nậm Cắt thì sao?",
        "con huyen ba khe thi sao",
        "Ai phát biểu?",
        "khi nào xong gói thầu số 1",
        "ở Nậm Cắt bao nhiêu hộ?",
        "o ha noi khi nao",
        "trung tâm hành chính mới của tỉnh đặt ở đâu",
        "Chủ tịch huyện yêu cầu gì?",
    ],
)
def test_what_is_spoken_of_is_carried_on(asked: str) -> None:
    assert carried(understand(asked, FIRST, linked=True)) == f"{FIRST} {asked}"


def test_a_question_that_stands_alone_begins_anew() -> None:
    assert carried(understand("Ai chủ trì giao ban dân vận?", FIRST)) == "Ai chủ trì giao ban dân vận?"
