"""Whose word an answer is: quoted, paraphrased and reported are kept apart, and nobody is named whom the sentence does not name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library import Library
from bot.rendering import render
from retrieval.annotation import Sentence, annotate
from retrieval.answers.attribution import attribution
from retrieval.answers.compose import attributed
from retrieval.answers.types import Answer, Item
from retrieval.articles import Article
from retrieval.encoding import Encoder
from retrieval.vietnamese.text import folds


def sentence(text: str) -> Sentence:
    notes, vocabulary, _ = annotate([text])
    return notes.read(0, text, vocabulary)[0]


def told(text: str, answer: str) -> tuple[str, str] | None:
    """Return the manner and who, of the words `answer` of a sentence."""
    found, words = sentence(text), tuple(folds(answer))
    first = next(i for i in range(len(found.folded)) if found.folded[i : i + len(words)] == words)
    whose = attribution(found, first, first + len(words) - 1)
    return (whose.manner, found.text_of(whose.first, whose.last)) if whose else None


@pytest.mark.parametrize(
    ("text", "answer", "whose"),
    [
        (
            "Ông Tạ Quang Hiển, Chủ tịch UBND xã Suối Rạc, cho biết: “Cả bản còn 23 hộ chưa có điện”.",
            "23 hộ",
            ("quotation", "Tạ Quang Hiển"),
        ),
        (
            "Ông Tạ Quang Hiển, Chủ tịch UBND xã Suối Rạc, cho biết cả bản còn 23 hộ chưa có điện.",
            "23 hộ",
            ("paraphrase", "Tạ Quang Hiển"),
        ),
        ('Bà Lù Thị Mỷ nói: "Đường hỏng vì xe quá tải".', "vì xe quá tải", ("quotation", "Lù Thị Mỷ")),
        ("Theo ông Tạ Quang Hiển, đường hỏng vì xe quá tải.", "vì xe quá tải", ("paraphrase", "ông Tạ Quang Hiển")),
        ("Theo báo cáo của Sở Y tế, toàn tỉnh có 12 ca bệnh.", "12 ca bệnh", ("report", "Sở Y tế")),
        ("Theo Ban Chỉ huy Phòng chống thiên tai huyện, 4 căn nhà bị sập.", "4 căn nhà", ("report", "Ban Chỉ huy Phòng chống thiên tai huyện")),
        ("Sở Y tế thông báo toàn tỉnh có 12 ca bệnh.", "12 ca bệnh", ("report", "Sở Y tế")),
        ("Theo đó, toàn tỉnh có 12 ca bệnh.", "12 ca bệnh", None),
        ("Theo kế hoạch, toàn tỉnh trồng 500 ha rừng.", "500 ha", None),
        ("Toàn tỉnh có 12 ca bệnh, ông Tạ Quang Hiển cho biết.", "12 ca bệnh", None),
        ("Ông Tạ Quang Hiển dự lễ; cả bản còn 23 hộ, trưởng bản cho biết thế.", "23 hộ", None),
        ("Bà Lù Thị Mỷ nhắc ông Tạ Quang Hiển cho biết còn 23 hộ.", "23 hộ", ("paraphrase", "Tạ Quang Hiển")),
        ("Dự án “Nước sạch” có 12 công trình, bà Lù Thị Mỷ nói.", "12 công trình", None),
    ],
)  # fmt: skip
def test_the_manners_are_kept_apart(text: str, answer: str, whose: tuple[str, str] | None) -> None:
    assert told(text, answer) == whose


WORDS = st.sampled_from(
    [
        "Theo",
        "ông",
        "Tạ Quang Hiển",
        "Sở Y tế",
        "cho biết",
        "nói",
        ":",
        "“",
        "”",
        '"',
        ",",
        ";",
        "có",
        "12",
        "hộ",
        "báo cáo của",
        ".",
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=18), st.data())
def test_whoever_is_named_stands_before_the_answer(words: list[str], data: st.DataObject) -> None:
    notes, vocabulary, _ = annotate([" ".join(words)])
    for found in notes.read(0, " ".join(words), vocabulary):
        if not found.folded:
            continue
        first = data.draw(st.integers(0, len(found.folded) - 1))
        last = data.draw(st.integers(first, len(found.folded) - 1))
        whose = attribution(found, first, last)
        if whose is not None:
            assert 0 <= whose.first <= whose.last < first


def test_an_answer_says_whose_word_it_is(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> None:
    library = Library(tmp_path_factory.mktemp("said"), encoder)
    text = (
        "Sáng 5/3/2025, UBND huyện Thượng Lam họp bàn về điện lưới ở bản Nà Pheo. "
        "Theo báo cáo của Điện lực huyện, cả bản còn 23 hộ chưa có điện lưới. "
        "Ông Tạ Quang Hiển, Chủ tịch UBND xã, cho biết đường dây vào bản dài 14 km."
    )
    library.store.publish([Article(id="a", text=text, title="Bản Nà Pheo chờ điện", source="Báo Lam Giang")], encoder)
    counted = library.engine().ask("Bản Nà Pheo còn bao nhiêu hộ chưa có điện lưới?")
    assert isinstance(counted, Answer)
    assert counted.items[0].to_json()["said_by"] == "Điện lực huyện"
    assert counted.items[0].to_json()["manner"] == "report"
    assert counted.note == "Theo Điện lực huyện, như bài viết dẫn."
    assert any("Theo Điện lực huyện" in m.plain for m in render(counted))
    long = library.engine().ask("Đường dây vào bản Nà Pheo dài bao nhiêu km?")
    assert isinstance(long, Answer)
    assert long.note == "Bài viết thuật lại ý của Tạ Quang Hiển."
    held = library.engine().ask("UBND huyện Thượng Lam họp bàn về điện lưới khi nào?")
    assert isinstance(held, Answer)
    assert held.note is None


def test_nobody_is_named_whom_the_quote_does_not_show() -> None:
    """Of a sentence longer than a quote only what is around the answer is shown, and the rest may be held back."""
    item = Item("23 hộ", 0, 0, 5, said_by="Tạ Quang Hiển", manner="paraphrase")
    assert attributed(item, "Ông Tạ Quang Hiển cho biết còn 23 hộ.") == item
    hidden = attributed(item, "riêng bản Nà Pheo còn 23 hộ.")
    assert (hidden.said_by, hidden.manner, hidden.text) == (None, None, "23 hộ")
    unsaid = Item("23 hộ", 0, 0, 5)
    assert attributed(unsaid, "còn 23 hộ.") == unsaid
