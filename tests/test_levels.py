"""Places that a question names with their level, and what only looks like one."""

import pytest

from retrieval.vietnamese.levels import places


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("huyện Tuấn Lam và xã Nậm Pha", [("huyện", ("tuan", "lam")), ("xã", ("nam", "pha"))]),
        ("lãnh đạo tỉnh đó phải làm gì", []),
        ("hai tỉnh không hoàn thành, các địa phương không hoàn thành", []),
        ("các sở ngành, quận huyện tổ chức ở đâu", []),
        ("phường có bao nhiêu hộ, xã của ai", []),
        ("huyen do luong", [("huyện", ("do", "luong"))]),
        ("sắp xếp đơn vị cấp xã Lam Giang", []),
        ("báo chí tỉnh nào Lam Giang", []),
        ("địa phương Nậm Pha", []),
        ("đối phương Nậm Pha", []),
        (
            "huyện Đô Lương, thị xã Cửa Lò, thành phố Đà Lạt, huyện Cô Tô",
            [
                ("huyện", ("do", "luong")),
                ("thị xã", ("cua", "lo")),
                ("thành phố", ("da", "lat")),
                ("huyện", ("co", "to")),
            ],
        ),
        ("loa phường Nậm Pha", []),
    ],
)
def test_a_level_and_a_name_are_a_place(text: str, found: list[tuple[str, tuple[str, str]]]) -> None:
    assert places(text) == found
