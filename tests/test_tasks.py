"""Who gives a task, to whom."""

import pytest

from retrieval.answers.tasks import given, tasks
from tests.reading import read


@pytest.mark.parametrize(
    ("text", "giver", "assignee"),
    [
        ("UBND tỉnh vừa đề nghị Sở Y tế rà soát các trạm y tế xã.", "UBND tỉnh", "Sở Y tế"),
        ("UBND thành phố giao cho Sở Nội vụ rà soát 300 hồ sơ.", "UBND thành phố", "Sở Nội vụ"),
        ("Sở Giao thông vận tải cần rà soát các cầu yếu.", None, "Sở Giao thông vận tải"),
        ("UBND huyện Ba Khe cũng đã rà soát các cầu yếu.", None, "UBND huyện Ba Khe"),
        ("Kết luận hội nghị, Chủ tịch UBND tỉnh Lò Văn Tiến yêu cầu: Sở Y tế rà soát các trạm; Sở Nội vụ đào tạo cán bộ.",
         "Chủ tịch UBND tỉnh Lò Văn Tiến", "Sở Y tế"),
        ("Sở Y tế được UBND tỉnh giao rà soát các trạm.", "UBND tỉnh", "Sở Y tế"),
        ("Các huyện được giao rà soát các cầu yếu.", None, "Các huyện"),
        ("UBND tỉnh vừa có văn bản yêu cầu Sở Y tế rà soát các trạm.", "UBND tỉnh", "Sở Y tế"),
        ("UBND tỉnh yêu cầu trước ngày 30/6, Sở Y tế rà soát các trạm.", "UBND tỉnh", "Sở Y tế"),
        ("Trường hợp nào vượt thẩm quyền phải báo cáo UBND tỉnh.", None, None),
        ("Trường Tiểu học Nà Mạ phải báo cáo UBND xã.", None, "Trường Tiểu học Nà Mạ"),
    ],
)  # fmt: skip
def test_who_gives_a_task_and_to_whom(text: str, giver: str | None, assignee: str | None) -> None:
    sentence = read(text)
    first = next(task for task in tasks([sentence], 0) if task.assignee is not None)
    assert first.assignee is not None
    told = given(sentence, first.assignee[1:])
    assert [sentence.text_of(*span) if span else None for span in told] == [giver, assignee]
