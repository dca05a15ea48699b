"""A list is told whole where several are asked for, and no more of it where one is."""

import pytest

from retrieval.answers.enumerations import asks_for_several, whole
from retrieval.answers.roles import role_of
from retrieval.questions import understand
from retrieval.vietnamese.names import people
from retrieval.vietnamese.text import tokens
from tests.reading import read, stretch


def told(question: str, text: str, wants: str, *chosen: str) -> list[str]:
    found = read(text)
    cut = whole(understand(question), found, tuple(stretch(found, words) for words in chosen), wants)
    return [found.text_of(*run) for run in cut]


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Những ai dự họp?", True),
        ("nhung ai du hop", True),
        ("Hai phó chủ tịch nào dự họp?", True),
        ("Ba điểm gì mới trong nghị quyết?", True),
        ("Đoàn gồm ai?", True),
        ("Các xã nào còn chợ phiên?", True),
        ("Bà con xã nào còn chợ phiên?", False),
        ("hai phong co xa nao con cho phien", False),
        ("Bà Nhung thấy nhu cầu đó xuất phát từ ai?", False),
        ("12 xã nào bị lũ?", True),
        ("Những năm qua tỉnh làm gì?", False),
        ("Ai trao quà cho những hộ nghèo?", False),
        ("Vì sao những hộ dân bị ảnh hưởng?", False),
        ("Ông Ba người xã nào?", False),
        ("2 người bị bắt ở xã nào?", False),
        ("Quận 5 có phường nào?", False),
        ("Ai dự họp nhưng không phát biểu?", False),
        ("Các sở, ngành phải làm gì?", False),
        ("Hai công ty phải làm gì?", False),
        ("Phó chủ tịch quận 8 bị khiển trách tên gì?", False),
    ],
)
def test_a_question_asks_for_several_or_for_one(question: str, several: bool) -> None:
    assert asks_for_several(understand(question)) is several


MEETING = "Dự họp có ông Lò Văn Tiến - giám đốc Sở Thông tin - truyền thông, bà Mùa Thị Hoa, Phó Chủ tịch UBND tỉnh và ông Bùi Đức Nam."


@pytest.mark.parametrize(
    ("question", "text", "wants", "chosen", "whole_list"),
    [
        ("Những ai dự họp?", MEETING, "person", ["Lò Văn Tiến"], ["Lò Văn Tiến", "Mùa Thị Hoa", "Bùi Đức Nam"]),
        ("Ai dự họp?", MEETING, "person", ["Lò Văn Tiến"], ["Lò Văn Tiến"]),
        (
            "Những phó chủ tịch nào dự họp?",
            "Dự họp có Chủ tịch UBND tỉnh Lò Văn Tiến, Phó Chủ tịch UBND tỉnh Mùa Thị Hoa, Bùi Đức Nam.",
            "person",
            ["Mùa Thị Hoa"],
            ["Mùa Thị Hoa, Bùi Đức Nam"],
        ),
        # Who does something else is in no list with them.
        (
            "Những ai dự họp?",
            "Ông Lò Văn Tiến, Chủ tịch UBND tỉnh, dự họp và trao quà cho bà Mùa Thị Hoa.",
            "person",
            ["Lò Văn Tiến"],
            ["Lò Văn Tiến"],
        ),
        (
            "Những cơ quan nào soạn đề cương?",
            "Hôm qua, Sở Y tế, Sở Nội vụ và Hội Nông dân đã soạn đề cương.",
            "body",
            ["Sở Nội vụ"],
            ["Sở Y tế, Sở Nội vụ", "Hội Nông dân"],
        ),
    ],
)
def test_the_members_that_are_lacking_are_told(
    question: str, text: str, wants: str, chosen: list[str], whole_list: list[str]
) -> None:
    assert told(question, text, wants, *chosen) == whole_list


def test_of_a_list_of_who_was_there_no_clause_in_the_midst_is_lost() -> None:
    text = "Dự họp có ông Lò Văn Tiến; đại diện lãnh đạo Sở Nội vụ, Văn phòng UBND tỉnh; tập thể Sở Xây dựng."
    question = "Buổi họp có những ai tham dự?"
    assert understand(question).kind == "attendee"
    assert told(question, text, "person", "Lò Văn Tiến", "tập thể Sở Xây dựng") == [
        "Lò Văn Tiến; đại diện lãnh đạo Sở Nội vụ, Văn phòng UBND tỉnh; tập thể Sở Xây dựng",
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # `Tuyến` at the end of a name names no street.
        (
            "Phó chủ tịch UBND TP Trần Minh Tuyến, Huỳnh Cách Tân, Lê Văn Khải",
            ["Trần Minh Tuyến", "Huỳnh Cách Tân", "Lê Văn Khải"],
        ),
        ("đồng chí Lê Văn Thị - Phó Bí thư Huyện ủy", ["Lê Văn Thị"]),
        ("Cung Văn hóa Lao động", []),
        ("Bí thư Tất Thành An và ông Phạm Thế Tài", ["Tất Thành An", "Phạm Thế Tài"]),
        ("tiến sĩ Thẩm Hoàng Yến", ["Thẩm Hoàng Yến"]),
        ("K'Thanh – Phó Chủ tịch HĐND tỉnh; H’Yim Kđoh", ["K'Thanh", "H’Yim Kđoh"]),
        ("Phó Trưởng Đoàn Đại biểu Quốc hội tỉnh", []),
        ("Tất Cả Các Xã", []),
        ("huyện K'Bang, người H'Mông, xã Y'Tý, đồng bào K'Ho", []),
        ("Bí thư Thi Đua Khen Thưởng, Giám đốc Thi Công Trình", []),
        ("Thẩm Định Giá, Tiết Kiệm Năng Lượng, xứ Đàng Ngoài", []),
        ("đồng chí Nguyễn Văn Tiến Văn phòng Tỉnh ủy", ["Nguyễn Văn Tiến"]),
        ("Phạm Tuyên bố trí chỗ ở", ["Phạm Tuyên"]),
        ("Bí thư Yên Bái Đỗ Đức Lương", ["Đỗ Đức Lương"]),
        ("Bí thư Ngũ Hành Sơn, Giám đốc Phương Nam Media", []),
        ("ở Lỗ Giao, thị trấn Diêm Điền, Phù Đổng Thiên Vương", []),
    ],
)
def test_a_name_is_told_whole(text: str, names: list[str]) -> None:
    own = tokens(text)
    found = [text[own[p.first].start : own[p.last].end] for p in people(text, own)]
    assert found == names


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            "Chủ tịch UBND tỉnh Lò Văn Tiến, Phó Chủ tịch UBND tỉnh Mùa Thị Hoa dự.",
            ["Chủ tịch UBND tỉnh", "Phó Chủ tịch UBND tỉnh"],
        ),
        ("Lò Văn Tiến, Phó Chủ tịch UBND tỉnh, bà Mùa Thị Hoa dự.", ["Phó Chủ tịch UBND tỉnh", None]),
        ("Dự họp có Phó Chủ tịch UBND tỉnh, bà Mùa Thị Hoa.", ["Phó Chủ tịch UBND tỉnh"]),
        ("Ông Lò Văn Tiến, Phó Chủ tịch UBND huyện K'Bang nói.", ["Phó Chủ tịch UBND huyện K'Bang"]),
    ],
)
def test_an_office_between_two_is_one_s(text: str, roles: list[str | None]) -> None:
    found = read(text)
    spans = [role_of(found, person.first, person.last) for person in found.named]
    assert [text[slice(*span)] if span else None for span in spans] == roles
