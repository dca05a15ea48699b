"""Whose office a sentence tells, and whose it does not: a wrong office beside a name does harm."""

import pytest

from retrieval.answers.roles import role_of
from tests.reading import read


def role(text: str, name: str) -> str | None:
    sentence = read(text)
    person = next(p for p in sentence.named if sentence.text_of(p.first, p.last) == name)
    span = role_of(sentence, person.first, person.last)
    return text[span[0] : span[1]] if span else None


@pytest.mark.parametrize(
    ("text", "name", "office"),
    [
        ("Ông Lò Văn Tiến, Phó Chủ tịch UBND tỉnh, chủ trì phiên họp.", "Lò Văn Tiến", "Phó Chủ tịch UBND tỉnh"),
        ("Phó Chủ tịch UBND tỉnh Lò Văn Tiến chủ trì phiên họp.", "Lò Văn Tiến", "Phó Chủ tịch UBND tỉnh"),
        ("Phó Giám đốc Sở Xây dựng được mời, Giám đốc Sở Y tế Lò Văn Tiến trả lời.", "Lò Văn Tiến", "Giám đốc Sở Y tế"),
        ("Chủ tịch huyện mời Phó Chủ tịch tỉnh Lò Văn Tiến nói thêm.", "Lò Văn Tiến", "Phó Chủ tịch tỉnh"),
        ("Chủ tịch xã cho biết Phó chủ tịch Lò Văn Tiến đã làm việc với sở.", "Lò Văn Tiến", "Phó chủ tịch"),
        ("Theo Phó giám đốc sở, thời gian qua, Giám đốc sở Lò Văn Tiến đã chỉ đạo.", "Lò Văn Tiến", "Giám đốc sở"),
        ("Hội nghị họp dưới sự chủ trì của Phó Bí thư Lò Văn Tiến.", "Lò Văn Tiến", "Phó Bí thư"),
        ("Thừa ủy quyền của Chủ tịch tỉnh, Phó Chủ tịch tỉnh Lò Văn Tiến trao quà.", "Lò Văn Tiến", "Phó Chủ tịch tỉnh"),
        ("Từng là Bí thư huyện, Phó chủ tịch tỉnh Lò Văn Tiến hiểu dân.", "Lò Văn Tiến", "Phó chủ tịch tỉnh"),
        ("Là Chủ tịch UBND xã, ông Lò Văn Tiến luôn gần dân.", "Lò Văn Tiến", "Chủ tịch UBND xã"),
        ("Thứ trưởng Bộ Lao động, Thương binh và Xã hội Lò Văn Tiến dự họp.", "Lò Văn Tiến", "Thứ trưởng Bộ Lao động, Thương binh và Xã hội"),
        ("Dự họp có nguyên Chủ tịch UBND tỉnh Lò Văn Tiến.", "Lò Văn Tiến", "nguyên Chủ tịch UBND tỉnh"),
        ("Dự họp có Chủ tịch tỉnh Lò Văn Tiến, Bí thư Tỉnh ủy Lâm Đồng Mùa Thị Hoa, Giám đốc sở Vừ A Páo.", "Lò Văn Tiến", "Chủ tịch tỉnh"),
        ("Dự họp có Chủ tịch tỉnh Lò Văn Tiến, Bí thư Tỉnh ủy Lâm Đồng Mùa Thị Hoa, Giám đốc sở Vừ A Páo.", "Mùa Thị Hoa", "Bí thư Tỉnh ủy Lâm Đồng"),
        ("Ông Lò Văn Tiến, Chủ tịch UBND xã Hồ Đá Bạc, cho biết.", "Lò Văn Tiến", "Chủ tịch UBND xã Hồ Đá Bạc"),
        ("Ông Lò Văn Tiến - Chủ tịch UBND thị xã Sông Cầu, Phó Chủ tịch Mùa Thị Hoa dự họp.", "Lò Văn Tiến", "Chủ tịch UBND thị xã Sông Cầu"),
        ("Ông Lò Văn Tiến, Bí thư tỉnh ủy Lâm Đồng thống nhất với sở.", "Lò Văn Tiến", "Bí thư tỉnh ủy Lâm Đồng"),
        ("Ông Lò Văn Tiến, Bí thư Tỉnh ủy Lâm Đồng khóa X, nói.", "Lò Văn Tiến", "Bí thư Tỉnh ủy Lâm Đồng khóa X"),
        ("Ông Lò Văn Tiến - phó chủ tịch UBND TP. HCM - cho biết.", "Lò Văn Tiến", "phó chủ tịch UBND TP. HCM"),
        ("Ông Lò Văn Tiến - phó chủ tịch UBND TP. Tuy Hòa - cho biết.", "Lò Văn Tiến", "phó chủ tịch UBND TP. Tuy Hòa"),
        ("Dự họp có ông Lò Văn Tiến, phó chủ tịch UBND TP. Tại cuộc họp, ông nói.", "Lò Văn Tiến", "phó chủ tịch UBND TP"),
        ("Ông Lò Văn Tiến - chánh văn phòng UBND, HĐND huyện Ba Khe - cho biết.", "Lò Văn Tiến", "chánh văn phòng UBND, HĐND huyện Ba Khe"),
        ("Dự họp có ông Lò Văn Tiến, Bí thư Huyện ủy, lãnh đạo các xã.", "Lò Văn Tiến", "Bí thư Huyện ủy"),
        ("Tại kỳ họp, đại biểu Dương Văn Tiến nói.", "Dương Văn Tiến", "đại biểu"),
        ("Cho thôi chức Giám đốc sở của ông Lò Văn Tiến.", "Lò Văn Tiến", "Giám đốc sở"),
        ("Ông Lò Văn Tiến, Giám đốc sở bằng quyết định số 5.", "Lò Văn Tiến", "Giám đốc sở"),
        ("Ông Lò Văn Tiến, Phó Bí thư Huyện ủy, Chủ tịch HĐND huyện chủ trì buổi họp.", "Lò Văn Tiến", "Phó Bí thư Huyện ủy, Chủ tịch HĐND huyện"),
        ("Ông Lò Văn Tiến, Ủy viên dự khuyết Ban Chấp hành, nói.", "Lò Văn Tiến", "Ủy viên dự khuyết Ban Chấp hành"),
        ("Dự lễ có Bí thư Tỉnh ủy Lò Văn Tiến, nguyên Bí thư Tỉnh ủy: Vừ A Páo, Mùa Thị Hoa.", "Lò Văn Tiến", "Bí thư Tỉnh ủy"),
        ("Theo đó, ông Lò Văn Tiến, Bí thư Huyện ủy Ba Khe được luân chuyển.", "Lò Văn Tiến", "Bí thư Huyện ủy Ba Khe"),
        ("Chủ tịch huyện Cái Nước, tỉnh Cà Mau Lò Văn Tiến nói.", "Lò Văn Tiến", "Chủ tịch huyện Cái Nước, tỉnh Cà Mau"),
        ("Ông Lò Văn Tiến, nguyên cán bộ địa chính xã, nói.", "Lò Văn Tiến", "nguyên cán bộ địa chính xã"),
        ("Ông Lò Văn Tiến, Giám đốc Sở Lao động, nói.", "Lò Văn Tiến", "Giám đốc Sở Lao động"),
        ("Ông Lò Văn Tiến, Chủ tịch UBND huyện Hữu Lũng bao che vi phạm.", "Lò Văn Tiến", "Chủ tịch UBND huyện Hữu Lũng"),
        ("Ông Lò Văn Tiến, Ủy viên T.Ư Đảng, nói.", "Lò Văn Tiến", "Ủy viên T.Ư Đảng"),
        ("Bí thư Thành ủy Hà Nội Vừ A Páo, Bí thư huyện ủy Thanh Trì - Lò Văn Tiến dự lễ.", "Vừ A Páo", "Bí thư Thành ủy Hà Nội"),
        ("Cho miễn nhiệm chức danh Phó Chủ tịch xã của ông Lò Văn Tiến.", "Lò Văn Tiến", "Phó Chủ tịch xã"),
        ("Người từng gặp Chủ tịch tỉnh Lò Văn Tiến kể.", "Lò Văn Tiến", "Chủ tịch tỉnh"),
        ("Chủ tịch UBND huyện Con Cuông Lò Văn Tiến nói.", "Lò Văn Tiến", "Chủ tịch UBND huyện Con Cuông"),
        ("Với cương vị Chủ tịch UBND xã, ông Lò Văn Tiến chịu trách nhiệm.", "Lò Văn Tiến", "Chủ tịch UBND xã"),
        ("Quyền Chủ tịch UBND tỉnh Lò Văn Tiến dự họp.", "Lò Văn Tiến", "Quyền Chủ tịch UBND tỉnh"),
    ],
)  # fmt: skip
def test_an_office_is_told_of_who_holds_it(text: str, name: str, office: str) -> None:
    assert role(text, name) == office


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Phó Chủ tịch UBND tỉnh thăm mẹ Mùa Thị Hoa.", "Mùa Thị Hoa"),
        ("Về quy hoạch bán đảo Sơn Thà, Chủ tịch UBND tỉnh nói còn phải chờ.", "Sơn Thà"),
        ("Theo quy hoạch khu kinh tế mở Chu Lan, Chủ tịch UBND tỉnh nói.", "Chu Lan"),
        ("Phó Chủ tịch tỉnh cùng vợ Mùa Thị Hoa dự lễ.", "Mùa Thị Hoa"),
        ("Bí thư huyện tặng hoa cô giáo Mùa Thị Hoa.", "Mùa Thị Hoa"),
        ("“Xã đã đủ các Phó chủ tịch”, ông Lò Văn Tiến cho biết.", "Lò Văn Tiến"),
        ('"Sở đang kiểm điểm một phó giám đốc" - ông Lò Văn Tiến nói.', "Lò Văn Tiến"),
        ("Từng làm giám đốc sở, ông Lò Văn Tiến hiểu việc này.", "Lò Văn Tiến"),
        ("Tại buổi tiếp xúc của tổ đại biểu HĐND tỉnh, cử tri Lò Văn Tiến nêu ý kiến.", "Lò Văn Tiến"),
        ("Bị kỷ luật mà vẫn làm lãnh đạo, cử tri Lò Văn Tiến nói.", "Lò Văn Tiến"),
        ("Ban Bí thư xem xét, thi hành kỷ luật ông Lò Văn Tiến.", "Lò Văn Tiến"),
        ("Về nguyên nhân sạt lở, ông Lò Văn Tiến nói còn phải chờ.", "Lò Văn Tiến"),
        ("Huyện phong tỏa quyền tài sản của ông Lò Văn Tiến.", "Lò Văn Tiến"),
        ("Chủ trì phiên họp chiều nay, ông Lò Văn Tiến nhắc các xã.", "Lò Văn Tiến"),
        ("Ông Mùa A Sơn làm Chủ tịch UBND huyện Ba Khe; ông Lò Văn Tiến nghỉ hưu.", "Lò Văn Tiến"),
        ("Kiến nghị Chủ tịch UBND tỉnh: bà Mùa Thị Hoa bị thu hồi đất.", "Mùa Thị Hoa"),
        ("Trợ lý Bí thư Tỉnh ủy, ông Lò Văn Tiến, đi cùng.", "Lò Văn Tiến"),
        ("Lái xe của Chủ tịch UBND tỉnh, ông Lò Văn Tiến, kể lại.", "Lò Văn Tiến"),
        ("Vợ Chủ tịch UBND tỉnh, bà Mùa Thị Hoa, kể lại.", "Mùa Thị Hoa"),
        ("Theo chỉ đạo của Chủ tịch UBND tỉnh, ông Lò Văn Tiến ở lại.", "Lò Văn Tiến"),
        ("Trả lời Chủ tịch UBND tỉnh, ông Lò Văn Tiến nói.", "Lò Văn Tiến"),
        ("Theo ông Lò Văn Tiến, Chủ tịch tỉnh phải chỉ đạo.", "Lò Văn Tiến"),
        ("Dự họp có các Phó Chủ tịch tỉnh Mùa A Sơn, Lò Văn Tiến.", "Lò Văn Tiến"),
        ("Trong thư gửi Thủ tướng của ông Lò Văn Tiến có ba điều.", "Lò Văn Tiến"),
        ("Hiệu trưởng Trường Tiểu học Nà Mạ triệu tập thầy Lò Văn Tiến.", "Lò Văn Tiến"),
        ("Giám đốc sở đánh tài xế Lò Văn Tiến.", "Lò Văn Tiến"),
        ("Công văn gửi Bộ trưởng Giao thông mới đây, ông Lò Văn Tiến viết.", "Lò Văn Tiến"),
        ("Đất của giám đốc sở (em ruột ông Lò Văn Tiến) bị thu hồi.", "Lò Văn Tiến"),
        ("Hội trường xã chật kín, bà Mùa Thị Hoa đứng ngoài.", "Mùa Thị Hoa"),
    ],
)
def test_an_office_of_somebody_else_is_not_told(text: str, name: str) -> None:
    assert role(text, name) is None
