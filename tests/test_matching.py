"""Annotations are read back as they were found, and a question's words are found where they stand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library import Library
from retrieval.annotation import annotate
from retrieval.encoding import Encoder
from retrieval.engine import Engine
from retrieval.linking import resolve
from retrieval.matching import Matcher, near, share
from retrieval.search import Query
from retrieval.vietnamese.terms import terms
from retrieval.vietnamese.text import canonical


@given(st.lists(st.text(alphabet="abc đĐÂấ 12/.;:“”\n", max_size=80), max_size=4))
def test_what_is_annotated_is_read_back(texts: list[str]) -> None:
    """Offsets slice back to the syllables, one gap and one mark a token, whatever the text."""
    notes, vocabulary, norms = annotate(texts)
    for row, text in enumerate(texts):
        for sentence in notes.read(row, text, vocabulary):
            assert len(sentence.folded) == len(sentence.gaps) == len(sentence.marks) == len(sentence.tokens)
            for token in sentence.tokens:
                assert canonical(text[token.start : token.end]) == token.norm
                assert token.norm in norms
                assert sentence.start <= token.start < token.end <= sentence.end


def test_words_are_found_where_they_stand(engine: Engine) -> None:
    """The matrices say what a look into each sentence says: days and abbreviations in either form included."""
    generation = engine.generation
    matcher = Matcher(generation, terms("ubnd huyện Ba Khe họp ngày 29 tháng 2, MTTQ tỉnh giao nhiệm vụ gì?"))
    rows = list(range(len(generation)))
    found = matcher.of(rows)
    sentences = [s for row in rows for s in generation.sentences(row)]
    assert found.words.shape == (len(sentences), len(matcher.words))
    for line, sentence in enumerate(sentences):
        for column, word in enumerate(matcher.words):
            assert found.words[line, column] == (word in sentence.words), (word, sentence.folded)
        for column, pair in enumerate(matcher.pairs):
            short = {"ubnd", "mttq"}.intersection(pair.split("_"))
            if short and not short & set(sentence.folded):  # written out: `Mặt trận Tổ quốc tỉnh`
                assert found.pairs[line, column] == (set(pair.split("_")) <= sentence.words)
            else:
                assert found.pairs[line, column] == (pair in sentence.pairs)
    assert found.starts[-1] == len(sentences)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Sở KH&ĐT Lam Giang", "Sở Kế hoạch và Đầu tư Lam Giang nhận hồ sơ."),
        ("sở kế hoạch và đầu tư Lam Giang", "Sở KH-ĐT Lam Giang nhận hồ sơ."),
        ("Sở KHĐT Lam Giang", "Sở Kế hoạch và Đầu tư Lam Giang nhận hồ sơ."),
        ("kt-xh tỉnh", "Báo cáo kinh tế - xã hội tỉnh năm nay."),
        ("UBND tỉnh Lam Giang", "Ủy ban nhân dân tỉnh Lam Giang giao việc."),
        ("mặt trận tổ quốc tỉnh", "Công văn của MTTQ tỉnh gửi các xã."),
        ("họp ở tp hcm", "Cuộc họp diễn ra ở thành phố Hồ Chí Minh."),
        ("LĐTB&XH tỉnh", "Ngành lao động, thương binh và xã hội tỉnh báo cáo."),
    ],
)
def test_what_is_shortened_stands_where_it_is_written_out(
    tmp_path: Path, encoder: Encoder, asked: str, told: str
) -> None:
    (tmp_path / "a.txt").write_text(f"{told}\nCâu này nói chuyện khác hẳn.\n", encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.txt"])
    generation = library.engine().generation
    question = terms(asked)
    found = Matcher(generation, question).of([0])
    own = [w for w in dict.fromkeys(question.folded) if w not in {"hop", "o"}]
    columns = [list(dict.fromkeys(question.folded)).index(w) for w in own]
    assert found.words[0, columns].all(), own
    pairs = [p for p in dict.fromkeys(question.pairs) if not p.startswith(("hop_", "o_"))]
    assert found.pairs[0, [list(dict.fromkeys(question.pairs)).index(p) for p in pairs]].all(), pairs
    assert not found.words[1].any()


def test_neighbours_and_shares() -> None:
    flags = np.array([[True, False], [False, False], [False, True]])
    assert near(flags, np.array([0, 3], np.int32)).tolist() == [[True, False], [True, True], [False, True]]
    apart = near(flags, np.array([0, 1, 3], np.int32))
    assert apart.tolist() == [[True, False], [False, True], [False, True]], "articles are no neighbours"
    assert share(flags, np.array([3.0, 1.0], np.float32)).tolist() == [0.75, 0.0, 0.25]
    assert share(flags, np.zeros(2, np.float32)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("asked", "links"),
    [
        ("Họp tới hôm nào thì xong?", True),
        ("Lý do là gì?", True),
        ("Có bao nhiêu người tới?", True),
        ("Tổng vốn đầu tư dự án hồ chứa nước Nậm Cắt ở huyện Ba Khe là bao nhiêu?", False),
        ("Ai chủ trì hội nghị tổng kết công tác dân vận tỉnh Lam Giang năm 2023?", False),
    ],
)
def test_a_question_that_names_nothing_goes_on_with_the_one_before(engine: Engine, asked: str, *, links: bool) -> None:
    question = resolve(engine.generation, asked, "Ai chủ trì họp về tàu du lịch hồ Lam Giang?")
    assert question.follows_up == links
    assert resolve(engine.generation, asked, None).follows_up is False


def test_one_article_of_many_is_as_if_asked_alone(engine: Engine) -> None:
    query = Query.of("Ai chủ trì hội nghị giao ban dân vận quý I ở tỉnh Lam Giang?")
    many, alone = Matcher(engine.generation, query.terms), Matcher(engine.generation, query.terms)
    many.of([2, 0, 3])
    for row in (0, 2, 3, 1):
        cut, own = many.one(row), alone.of([row])
        for name in ("words", "pairs", "accents", "asked", "owner", "starts"):
            assert np.array_equal(getattr(cut, name), getattr(own, name)), (row, name)
