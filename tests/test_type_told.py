"""What is told is of the type that is asked for: a sum counts no households, a day is no hour."""

from pathlib import Path

import pytest

from bot.library import Library
from retrieval.answers.drafts import Draft
from retrieval.answers.premise import broken_premise
from retrieval.answers.types import Answer, NotFound
from retrieval.encoding import Encoder
from retrieval.vietnamese.text import fold
from tests.reading import asker, context_of, stretch


@pytest.mark.parametrize(
    ("question", "told", "broken"),
    [
        ("Bao nhiêu hộ ở xã Suối Rạc phải di dời vì sạt lở?", "40 triệu đồng", True),
        ("bao nhieu ho o xa Suoi Rac phai di doi vi sat lo", "40 triệu đồng", True),
        ("Bao nhiêu hộ ở xã Suối Rạc phải di dời vì sạt lở?", "23 hộ", False),
        ("Mỗi hộ sập nhà ở xã Suối Rạc được hỗ trợ bao nhiêu tiền?", "40 triệu đồng", False),
        ("Mỗi hộ sập nhà ở xã Suối Rạc được hỗ trợ bao nhiêu?", "40 triệu đồng", False),
        ("Sạt lở ở bản Nà Pheo, xã Suối Rạc xảy ra lúc mấy giờ?", "Chiều 13/8", True),
        ("Sạt lở ở bản Nà Pheo, xã Suối Rạc xảy ra khi nào?", "Rạng sáng 13/8", False),
    ],
)
def test_a_figure_or_a_time_of_another_sort_is_no_answer(
    province: Library, question: str, told: str, *, broken: bool
) -> None:
    context = context_of(province.engine(), question)
    candidate = next(
        c
        for c in context.candidates
        if told in context.articles[c.hit].text[c.sentence.start : c.sentence.end]
        and "Suối Rạc" in context.articles[c.hit].title
    )
    draft = Draft(candidate, (stretch(candidate.sentence, told),))
    assert (broken_premise(context, draft) is not None) == broken


MEETING = """---
title: Huyện Bắc Lam gặp mặt doanh nghiệp
published_at: 2024-06-05
---
Hội nghị gặp mặt doanh nghiệp huyện Bắc Lam diễn ra lúc 8 giờ 30 ngày 5/6 tại Nhà văn hóa huyện.
Ngày 6/6, huyện Bắc Lam tổ chức hội thi cắm hoa tại sân vận động huyện.
"""


@pytest.mark.parametrize("bare", [False, True])
def test_an_hour_is_told_by_an_hour(tmp_path: Path, encoder: Encoder, *, bare: bool) -> None:
    ask = asker(tmp_path, encoder, MEETING)
    told = "Hội nghị gặp mặt doanh nghiệp huyện Bắc Lam diễn ra lúc mấy giờ?"
    untold = "Hội thi cắm hoa huyện Bắc Lam diễn ra lúc mấy giờ?"
    answer = ask(fold(told) if bare else told)
    assert isinstance(answer, Answer)
    assert "8 giờ 30" in answer.text
    assert isinstance(ask(fold(untold) if bare else untold), NotFound)
