"""Drafts of an answer: what none of them may hold, however likely the network thinks it."""

from pathlib import Path

import numpy as np
import pytest

from bot.library import Library
from retrieval.annotation import annotate
from retrieval.answers import drafts
from retrieval.answers.agreement import differs
from retrieval.answers.drafts import Draft
from retrieval.answers.fitting import asks_whom
from retrieval.answers.mentions import places
from retrieval.answers.reader import pick
from retrieval.answers.sentences import Candidate
from retrieval.answers.typed import Typed
from retrieval.encoding import Encoder
from retrieval.vietnamese.text import norms
from tests.reading import context_of, untrained

ARTICLE = (
    "---\ntitle: Khởi động dự án bến xe Mường Then mới\n---\n"
    "Sáng 10/2, dự án bến xe Mường Then mới có kinh phí dự kiến 4.000 tỷ đồng được khởi động tại phường 9, TP Lam Giang.\n"
)


@pytest.mark.parametrize(
    "question", ["ben xe Muong Then moi het bao nhieu tien", "Bến xe Mường Then tốn kinh phí bao nhiêu?"]
)
def test_a_figure_of_another_kind_is_no_part_of_a_sum(tmp_path: Path, encoder: Encoder, question: str) -> None:
    (tmp_path / "a.md").write_text(ARTICLE, encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    context = context_of(library.engine(), question)
    made = drafts.make(context, np.ones(len(context.candidates)), untrained())
    told = [drafts.text_of(d.candidate.sentence, (stretch,)) for d in made.drafts for stretch in d.cut]
    assert told
    assert all("tỷ đồng" in text for text in told)


@pytest.mark.parametrize(
    ("one", "other", "both_are_told"),
    [
        ("các quận 1, 3 và 10", "quận 1, 3 và 10", False),
        ("hơn 106 hộ", "106 hộ", False),
        ("18 tàu", "19 tàu", True),
        ("14 giờ", "14 giờ 30", True),
        ("sẽ tăng", "sẽ không tăng", True),
        ("Khổng Minh Tước", "Tạ Quang Hiển", True),
        ("từ tháng 3/2016", "Ông được phân công phụ trách đô thị của quận từ tháng 3/2016", False),
        ("vào ngày 8-1", "sáng 8-1", False),
        ("sáng 8-1", "chiều 8/1", True),
        ("gần 800 công trình vi phạm", "tới gần 800 công trình", False),
        ("gần 800 công trình", "trên 800 công trình", True),
        ("158 cây; 142 cây; hơn 1.000 cây", "hơn 1.000 cây", False),
        ("20 triệu đồng", "20 tỷ đồng", True),
        ("tăng 12%", "giảm 12%", True),
        ("quý I năm 2016", "quý II năm 2016", True),
        ("8/1", "1/8", True),
        ("ngày 8-1", "8/1 năm nay", False),
        ("2 tỷ đồng", "2,2 tỷ đồng", True),
        ("20 triệu đồng", "1 tỷ 20 triệu đồng", True),
        ("20 hộ", "20 người", True),
        ("5 giờ", "5 phút", True),
        ("số 5 đường Lê Lợi", "số 5 đường Trần Phú", True),
        ("thôn 3, xã Nậm Cắt", "thôn 3, xã Ba Khe", True),
        ("tới 8/1", "sáng 8/1", False),
    ],
)
def test_what_tells_less_of_the_same_is_no_other_answer(one: str, other: str, both_are_told: bool) -> None:
    assert differs(norms(one), norms(other)) is both_are_told
    assert differs(norms(other), norms(one)) is both_are_told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Sáng 18/6, tại Hội trường UBND tỉnh Lam Giang đã diễn ra buổi họp mặt kỷ niệm 91 năm ngày báo chí.",
            ["Hội trường UBND tỉnh Lam Giang"],
        ),
        ("Tỉnh chỉ ra những tồn tại, hạn chế của dự án; hiện tại đã khắc phục.", []),
        ("Họp bàn về nhà ở xã hội tại Hội trường Tỉnh ủy.", ["Hội trường Tỉnh ủy"]),
        ("Ai ở đâu ở đó", ["đâu", "đó"]),
    ],
)
def test_a_place_is_what_the_words_for_where_open_and_no_more(text: str, told: list[str]) -> None:
    notes, vocabulary, _ = annotate([text])
    found = notes.read(0, text, vocabulary)[0]
    assert [found.text_of(*place) for place in places(found)] == told


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        (
            "giao Sở Nội vụ chủ trì, phối hợp với Sở Tài chính rà soát",
            "Rà soát biên chế giáo viên giao cho sở nào?",
            {"Sở Nội vụ"},
        ),
        (
            "giao Sở Nội vụ, Sở Y tế và Sở Tài chính rà soát",
            "Rà soát biên chế giáo viên giao những sở nào?",
            {"Sở Nội vụ, Sở Y tế; Sở Tài chính"},
        ),
        ("giao Sở Nội vụ chủ trì, phối hợp với Sở Tài chính rà soát", "Sở nào rà soát biên chế giáo viên?", None),
        ("giao Sở Nội vụ chủ trì, phối hợp với Sở Tài chính rà soát", "Biên chế giáo viên bàn giao sở nào?", None),
    ],
)
def test_asked_whom_a_task_was_given_the_giver_is_none(
    tmp_path: Path, encoder: Encoder, text: str, question: str, told: set[str] | None
) -> None:
    body = f"UBND tỉnh Lam Giang {text} biên chế giáo viên năm học mới."
    (tmp_path / "a.md").write_text(f"---\ntitle: Rà soát biên chế giáo viên\n---\n{body}\n", encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md"])
    context = context_of(library.engine(), question)
    assert asks_whom(context.asked.question) is (told is not None)
    made = drafts.make(context, np.ones(len(context.candidates)), untrained())
    bodies = {text for d in made.drafts if "Sở" in (text := drafts.text_of(d.candidate.sentence, d.cut))}
    assert bodies == told if told else len(bodies) > 1, bodies


def test_what_is_hardly_likely_at_a_glance_is_not_read(province: Library) -> None:
    context = context_of(province.engine(), "Ai chủ trì giao ban dân vận quý I?")
    filled = [at for at, candidate in enumerate(context.candidates) if candidate.sentence.folded]
    for likely, read in ((1, 2), (3, 3), (len(filled), drafts.READ)):
        probabilities = np.full(len(context.candidates), drafts.WORTH_READING / 2)
        probabilities[filled[:likely]] = drafts.WORTH_READING
        assert sorted(drafts.read_closely(context, probabilities, untrained())) == filled[:read]


@pytest.mark.parametrize(("hit", "behind", "kept"), [(0, 1.4, True), (0, 1.6, False), (1, 0.3, True), (1, 0.9, False)])
def test_a_rule_is_preferred_within_its_article_rather_than_to_another_s(
    hit: int, behind: float, *, kept: bool
) -> None:
    cut = ((0, 0),)
    best = Draft(Candidate(0, 0, ()), cut)
    ruled = Draft(Candidate(hit, 1, ()), cut, Typed("meeting", cut, 1.0))
    assert (pick((best, ruled), np.array([2.0, 2.0 - behind])) == 1) is kept
    assert pick((best, ruled), np.array([2.0, 2.0 - behind]), rules=False) == 0
