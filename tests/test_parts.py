"""A question that asks twice is answered twice, where one sentence tells both."""

import pytest

from retrieval.answers.mentions import mentions
from retrieval.answers.parts import completed
from retrieval.questions import understand
from tests.reading import read, stretch


def told(question: str, text: str, *chosen: str) -> list[str]:
    found = read(text)
    cut = completed(understand(question), found, tuple(stretch(found, words) for words in chosen))
    return [found.text_of(*run) for run in cut]


FIRE = "Chín tháng đầu năm, huyện Ba Khe xảy ra hơn 60 vụ cháy, làm 3 người bị thương, thiệt hại khoảng 4,5 tỷ đồng."


@pytest.mark.parametrize(
    ("question", "text", "chosen", "whole"),
    [
        (
            "Huyện Ba Khe xảy ra mấy vụ cháy, thiệt hại bao nhiêu tiền?",
            FIRE,
            ["khoảng 4,5 tỷ đồng"],
            ["hơn 60 vụ cháy", "khoảng 4,5 tỷ đồng"],
        ),
        (
            "huyen ba khe chay bao nhieu vu va bao nhieu nguoi bi thuong",
            FIRE,
            ["hơn 60 vụ"],
            ["hơn 60 vụ", "3 người bị thương"],
        ),
        (
            "Lối xuống hồ làm năm nào và hết bao nhiêu tiền?",
            "Lối xuống hồ Nà Mạ sẽ làm vào năm 2018 với số vốn khoảng 5 tỷ đồng.",
            ["khoảng 5 tỷ đồng"],
            ["vào năm 2018", "khoảng 5 tỷ đồng"],
        ),
        (
            "Xã Nà Mạ giảm bao nhiêu phần trăm phí cho mấy thôn?",
            "Xã Nà Mạ giảm 50% phí cho 10 thôn lân cận.",
            ["50"],
            ["50", "10 thôn"],
        ),
    ],
)
def test_the_other_half_is_told_too(question: str, text: str, chosen: list[str], whole: list[str]) -> None:
    assert told(question, text, *chosen) == whole


@pytest.mark.parametrize(
    ("question", "text", "chosen"),
    [
        # Both are told already.
        ("Có mấy vụ cháy, bao nhiêu người bị thương?", FIRE, ["hơn 60 vụ", "3 người"]),
        # One thing is asked for.
        ("Huyện Ba Khe xảy ra mấy vụ cháy?", FIRE, ["hơn 60 vụ"]),
        # `mấy` asks nothing here.
        ("Trong mấy vụ cháy ở Ba Khe có bao nhiêu người bị thương?", FIRE, ["3 người"]),
        # The sentence does not tell the other.
        ("Có mấy vụ cháy và bao nhiêu hộ mất nhà?", FIRE, ["hơn 60 vụ"]),
        # What was chosen is neither: the reader knows better.
        ("Có mấy vụ cháy, thiệt hại bao nhiêu tiền?", FIRE, ["3 người bị thương"]),
        # The place in an order is no count.
        ("Quyết định số mấy, thiệt hại bao nhiêu tiền?", FIRE, ["khoảng 4,5 tỷ đồng"]),
        ("Ba Khe mất bao nhiêu và bao nhiêu ở xã Lộc An?", FIRE, ["khoảng 4,5 tỷ đồng"]),
    ],
)
def test_what_is_whole_or_unclear_stays(question: str, text: str, chosen: list[str]) -> None:
    found = read(text)
    assert told(question, text, *chosen) == [found.text_of(*stretch(found, words)) for words in chosen]


@pytest.mark.parametrize(
    ("question", "text", "chosen", "whole"),
    [
        (
            "Tỉnh cần bao nhiêu km cống, hiện có bao nhiêu?",
            "Tỉnh cần đến hơn 600 km cống nhưng hiện nay chỉ có hơn 250 km.",
            ["hơn 250 km"],
            ["đến hơn 600 km", "hơn 250 km"],
        ),
        (
            "Tỉnh Lam Giang rộng bao nhiêu, dân số bao nhiêu?",
            "Tỉnh Lam Giang có diện tích 5.150 km2; quy mô dân số hơn 1,2 triệu người; có 135 đơn vị cấp xã.",
            ["hơn 1,2 triệu người"],
            ["5.150 km2", "hơn 1,2 triệu người"],
        ),
        (
            "Diện tích bao nhiêu, dân số bao nhiêu?",
            "Diện tích 5.150 km2, đứng thứ 3, dân số 1,2 triệu người.",
            ["5.150 km2"],
            ["5.150 km2", "1,2 triệu người"],
        ),
        (
            "Diện tích bao nhiêu, dân số bao nhiêu?",
            "Dân số 1,2 triệu người, diện tích 5.150 km2, có 135 xã.",
            ["5.150 km2"],
            ["1,2 triệu người", "5.150 km2"],
        ),
        (
            "Tổng vốn bao nhiêu, đã giải ngân bao nhiêu?",
            "Tổng vốn là 500 tỷ đồng, đạt 60%.",
            ["500 tỷ đồng"],
            ["500 tỷ đồng"],
        ),
        # Which of three the other half means is not clear.
        (
            "Xã nào được bao nhiêu, thôn nào được bao nhiêu?",
            "Hội trao 30 suất quà, 12 xe đạp và 5 triệu đồng.",
            ["12 xe"],
            ["12 xe"],
        ),
    ],
)
def test_a_figure_of_which_it_is_not_said_what_it_counts(
    question: str, text: str, chosen: list[str], whole: list[str]
) -> None:
    assert told(question, text, *chosen) == whole


def test_a_square_kilometre_belongs_to_its_figure() -> None:
    found = read("Tỉnh rộng 5.150 km², có 3 hồ chứa 20 m³ nước.")
    assert [found.text_of(*run) for run in mentions("number", found) or ()] == ["5.150 km²", "3 hồ", "20 m³"]
