"""`Ông A nói gì?` is answered by what somebody says, not by any sentence that names him."""

import pytest

from retrieval.answers.attribution import says
from tests.reading import read


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ông Vi Đình Lộc cho biết xã đã trồng 40 ha quế.", True),
        ("Ông Vi Đình Lộc nói xã đã trồng 40 ha quế.", True),
        ("Ông Vi Đình Lộc yêu cầu các xã trồng quế.", True),
        ("“Xã đã trồng 40 ha quế”, theo ông Vi Đình Lộc.", True),
        ("Hội nghị ở Hà Nội do ông Vi Đình Lộc, Trưởng Ban Tuyên giáo, chủ trì.", False),
        ("Nếu mưa to, xã Nậm Pha hoãn lễ hội.", False),
    ],
)
def test_what_says_something(text: str, *, told: bool) -> None:
    assert says(read(text)) == told
