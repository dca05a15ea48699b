"""Cuts of the type that is asked for: what is left of them, what is widened, and what stays as it was."""

import pytest

from bot.library import Library
from retrieval.answers.fitting import of_asked_type
from retrieval.answers.mentions import mentions
from retrieval.answers.runs import Cut
from tests.reading import context_of, read, stretch


def fitted(province: Library, question: str, text: str, given: list[list[str]]) -> set[tuple[str, ...]]:
    """Return the cuts that are left of those `given`, as text."""
    asked, found = context_of(province.engine(), question).asked, read(text)
    names: dict[Cut, set[str]] = {tuple(stretch(found, told) for told in cut): {"run"} for cut in given}
    made = of_asked_type(names, asked, found, mentions(asked.wants, found))
    return {tuple(found.text_of(*run) for run in cut) for cut in made}


@pytest.mark.parametrize(
    ("question", "text", "given", "left"),
    [
        # What is counted is what the question counts.
        (
            "Mường Then hỗ trợ bao nhiêu hộ?",
            "Mường Then đã sửa 16 căn nhà và hỗ trợ 98 hộ nghèo.",
            [["16 căn nhà"], ["98 hộ"], ["16 căn nhà", "98 hộ"]],
            {("98 hộ",)},
        ),
        # Those whom others stand for did not come.
        (
            "Bao nhiêu em dự diễn đàn trẻ em?",
            "Dự diễn đàn có 73 trẻ em của 8 huyện, đại diện cho hơn 18.000 trẻ em toàn tỉnh.",
            [["73 trẻ em"], ["hơn 18.000 trẻ em"]],
            {("73 trẻ em",)},
        ),
        # The number of a quarter is no sum.
        (
            "Bến xe Mường Then tốn bao nhiêu tiền?",
            "Bến xe ở phường 9 có kinh phí 4.000 tỷ đồng.",
            [["phường 9", "4.000 tỷ đồng"], ["phường 9"]],
            {("4.000 tỷ đồng",)},
        ),
        # What the question counts is told whole.
        (
            "Trường Mường Then có bao nhiêu phòng học?",
            "Trường Mường Then được xây 24 phòng học mới.",
            [["24 phòng"]],
            {("24 phòng học",)},
        ),
        # Who asks for a day does not want a school year, nor a whole clause.
        (
            "Trường nội trú khai giảng ngày nào?",
            "Sáng 5/9, trường nội trú khai giảng năm học 2023 - 2024.",
            [["năm học 2023 - 2024"], ["Sáng 5/9, trường nội trú khai giảng năm học 2023 - 2024"]],
            {("Sáng 5/9",)},
        ),
        # Nor what else is counted behind the day.
        (
            "Sạt lở ở Mường Then xảy ra ngày nào?",
            "Đợt sạt lở ngày 22/4 khiến 16 căn nhà ở Mường Then bị sập.",
            [["ngày 22/4 khiến 16 căn nhà"]],
            {("ngày 22/4",)},
        ),
        # Whom the task was given, not with whom to work.
        (
            "UBND tỉnh giao sở nào lập kế hoạch?",
            "UBND tỉnh giao Sở Y tế và Sở Tài chính lập kế hoạch, phối hợp với Sở Nội vụ.",
            [["Sở Nội vụ"], ["UBND tỉnh"]],
            {("Sở Y tế", "Sở Tài chính")},
        ),
        # Nothing tells a type: as it was.
        (
            "Vì sao hội nghị bị hoãn?",
            "Hội nghị bị hoãn vì mưa lớn làm sạt đường.",
            [["mưa lớn làm sạt đường"], ["vì mưa lớn"]],
            {("mưa lớn làm sạt đường",), ("vì mưa lớn",)},
        ),
    ],
)
def test_what_is_not_of_the_type_asked_for_is_left_out(
    province: Library, question: str, text: str, given: list[list[str]], left: set[tuple[str, ...]]
) -> None:
    assert fitted(province, question, text, given) == left


def test_where_no_figure_is_of_the_type_nothing_is_lost(province: Library) -> None:
    given = [["phường 9"], ["nhiều kinh phí"]]
    assert fitted(province, "Bến xe tốn bao nhiêu tiền?", "Bến xe ở phường 9 tốn nhiều kinh phí.", given) == {
        ("phường 9",),
        ("nhiều kinh phí",),
    }
