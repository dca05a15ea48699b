"""What sets a sentence apart in its article, and the place in a sentence that looks like the question's blank."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.annotation import Annotations, Sentences, annotate
from retrieval.answers import blank, contrast
from retrieval.answers.laid import Laid
from retrieval.matching import Matches

ARTICLE = (
    "Huyện Ba Khe họp bàn về hồ Nậm Cắt. Huyện Ba Khe cho biết công ty Lam Sơn mua 30 ha đất gò cao để trồng quế. "
    "Việc này là do dân Ba Khe kiến nghị. Công ty Lam Sơn đang làm thủ tục ở huyện Ba Khe."
)


@dataclass(frozen=True)
class Found:
    """An article, and a question's words in it."""

    notes: Annotations
    article: Sentences
    matches: Matches
    column: dict[str, int]
    weights: npt.NDArray[np.float32]
    marks: npt.NDArray[np.uint8]
    gaps: npt.NDArray[np.uint8]
    syllables: list[str]
    pairs: int

    def contrast(self) -> dict[str, list[float]]:
        count = len(self.article)
        pair_weights = np.ones(self.pairs, np.float32)
        own = np.ones(len(self.weights), bool)
        laid = Laid.out([self.article], [(self.notes, 0)], [self.matches])
        values = contrast.features(laid, self.weights, pair_weights, own, np.zeros(count, np.int64))
        assert len(values) == len(contrast.FEATURES)
        return {n: np.broadcast_to(v, count).tolist() for n, v in zip(contrast.FEATURES, values, strict=True)}

    def blank(self) -> dict[str, list[float]]:
        place = blank.Blank.of(self.syllables, self.syllables, self.column, self.weights)
        rows = blank.features(place, self.matches, self.marks, self.gaps, len(self.article))
        return dict(zip(blank.FEATURES, rows.tolist(), strict=True))


def look(text: str, question: str) -> Found:
    """Return where the words of a question, folded, stand in `text`; each weighs the same."""
    notes, vocabulary, _ = annotate([text])
    article = notes.read(0, text, vocabulary)
    words = list(dict.fromkeys(question.split()))
    pairs = list(dict.fromkeys(pairwise(question.split())))
    column = {w: i for i, w in enumerate(words)}
    asked = np.array([column.get(w, -1) for w in article.words], np.int16)
    owner = np.repeat(np.arange(len(article), dtype=np.int32), np.diff(notes.token_starts))
    here = np.array([[w in s.folded for w in words] for s in article], bool).reshape(len(article), len(words))
    both = np.array([[p in set(pairwise(s.folded)) for p in pairs] for s in article], bool)
    matches = Matches(
        here, both.reshape(len(article), len(pairs)), np.zeros((len(article), 0), bool), asked, owner, np.array([0, len(article)], np.int32)
    )  # fmt: skip
    weights = np.ones(len(words), np.float32)
    return Found(notes, article, matches, column, weights, notes.marks, notes.gaps, question.split(), len(pairs))


def test_what_stands_everywhere_in_an_article_sets_nothing_apart() -> None:
    """`Ba Khe` is in all sentences, `gò` in one: that one is told from the others, though all share words with the question."""
    found = look(ARTICLE, "huyen ba khe dat go cao de lam gi").contrast()
    assert int(np.argmax(found["contrast"])) == 1
    assert found["contrast"][1] > 2 * max(found["contrast"][0], found["contrast"][2])
    everywhere = look(ARTICLE, "ba khe").contrast()
    assert max(everywhere["contrast"]) - min(everywhere["contrast"]) < 1e-9


def test_a_sentence_that_leans_on_the_one_before_takes_its_match_along() -> None:
    found = look(ARTICLE, "cong ty mua dat go cao vi sao").contrast()
    assert found["leans"] == [0, 0, 1, 0]
    assert found["next_leans"] == [0, 1, 0, 0]
    assert found["leans_on"][2] == found["contrast"][1] > 0
    assert found["from_best"] == [-1, 0, 1, 2]
    assert found["since_good"][1:3] == [0, 1]


def test_the_blank_is_found_where_new_words_follow_the_question_s() -> None:
    found = look(ARTICLE, "lam son mua dat go cao de lam gi").blank()
    assert int(np.argmax(found["blank_before"])) == 1
    assert found["blank_word_before"] == [0, 1, 0, 0], "`để trồng`, and nowhere else a new word after `để`"
    assert found["blank_pair_before"] == [0, 1, 0, 0]
    named = look("Lãnh đạo huyện Ba Khe họp. Lãnh đạo huyện họp.", "lanh dao huyen nao hop").blank()
    assert named["blank_name_here"] == [1, 0]
    assert named["blank_word_after"] == [1, 0]


def test_a_question_without_words_that_ask_has_no_blank() -> None:
    found = look(ARTICLE, "dat go cao ba khe").blank()
    assert {v for values in found.values() for v in values} == {-1.0}


@pytest.mark.parametrize(
    ("asked", "before"), [("ai chu tri", ()), ("do ai chu tri", ("do",)), ("hop khi nao o dau", ("hop",))]
)
def test_the_longer_words_that_ask_come_first(asked: str, before: tuple[str, ...]) -> None:
    column = {w: i for i, w in enumerate(asked.split())}
    place = blank.Blank.of(asked.split(), asked.split(), column, np.ones(len(column), np.float32))
    assert place is not None
    assert place.before == tuple(column[w] for w in before)


@given(
    st.text(alphabet="abc đ Ba Khe.;,:\n", max_size=120),
    st.lists(st.sampled_from(["a", "b", "ba", "khe", "gi", "ai", "d"]), min_size=1, max_size=8),
)
def test_whatever_the_text_the_figures_are_finite_and_shares_are_shares(text: str, words: list[str]) -> None:
    found = look(text, " ".join(words))
    if not len(found.article):
        return
    values = found.contrast() | found.blank()
    for name, own in values.items():
        assert np.isfinite(own).all(), name
        assert len(own) == len(found.article)
    for name in ("contrast", "pair_contrast", "own_contrast", "contrast_so_far", "contrast_after", "contrast_rarest"):
        assert all(-1e-9 <= v <= 1 + 1e-9 for v in values[name]), name
    for name in ("blank_before", "blank_after", "blank_word_before"):
        assert all(v == -1.0 or 0 <= v <= 1 + 1e-9 for v in values[name]), name


@given(
    st.lists(st.text(alphabet="abc đ Ba Khe.;,:\n", min_size=1, max_size=80), min_size=2, max_size=4),
    st.lists(st.sampled_from(["a", "b", "ba", "khe", "gi", "ai", "d"]), min_size=1, max_size=8),
)
def test_articles_laid_end_to_end_say_what_each_says_alone(texts: list[str], words: list[str]) -> None:
    """Nothing of one article reaches into the next."""
    looked = [f for f in (look(text, " ".join(words)) for text in texts) if len(f.article)]
    if not looked:
        return
    laid = Laid.out([f.article for f in looked], [(f.notes, 0) for f in looked], [f.matches for f in looked])
    weights, pair_weights = looked[0].weights, np.ones(looked[0].pairs, np.float32)
    own = np.ones(len(weights), bool)
    together = contrast.features(laid, weights, pair_weights, own, np.arange(len(laid)) % 3)
    flags = np.asarray(laid.found.words.any(axis=1))
    for number, found in enumerate(looked):
        rows = np.flatnonzero(laid.of == number)
        alone = Laid.out([found.article], [(found.notes, 0)], [found.matches])
        apart = contrast.features(alone, weights, pair_weights, own, rows % 3)
        for name, whole, part in zip(contrast.FEATURES, together, apart, strict=True):
            assert np.allclose(np.asarray(whole)[rows], part), name
        assert (alone.since(flags[rows], 5) == laid.since(flags, 5)[rows]).all()
        assert (alone.until(flags[rows], 5) == laid.until(flags, 5)[rows]).all()
        assert alone.index.tolist() == laid.index[rows].tolist()
