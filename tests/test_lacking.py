"""What a question says and the evidence does not is told apart by where it is lacked: the article, the surroundings, the sentence."""

import numpy as np
import pytest

from bot.library import Library
from retrieval.answers import lacking
from retrieval.answers.sentences import Candidate
from tests.reading import context_of

ARTICLE = "ho-da-bac-sat-lo.md"


def lacks(library: Library, question: str, beginning: str) -> dict[str, float]:
    """Return the features of the sentence that begins so, with an answer that holds neither a name nor the type asked for."""
    context = context_of(library.engine(), question)
    hit = next(i for i, a in enumerate(context.articles) if a.id == ARTICLE)
    text = context.articles[hit].text
    index = next(i for i, s in enumerate(context.sentences[hit]) if text[s.start :].startswith(beginning))
    candidate = Candidate(hit, index, context.sentences[hit])
    values = lacking.row(context, candidate, names=0.0, wanted=0.0)
    assert len(values) == len(lacking.FEATURES)
    assert np.isfinite(values).all()
    return dict(zip(lacking.FEATURES, values, strict=True))


@pytest.mark.parametrize("bare", [False, True])
def test_a_detail_of_which_the_article_does_not_tell_is_lacked(province: Library, *, bare: bool) -> None:
    told = (
        "vu sat lo o xa Suoi Rac lam sap bao nhieu can nha"
        if bare
        else "Vụ sạt lở ở xã Suối Rạc làm sập bao nhiêu căn nhà?"
    )
    silent = (
        "vu sat lo o xa Suoi Rac lam chet bao nhieu trau bo"
        if bare
        else "Vụ sạt lở ở xã Suối Rạc làm chết bao nhiêu trâu bò?"
    )
    there, not_there = (lacks(province, q, "Theo Ban Chỉ huy") for q in (told, silent))
    assert there["words_after_blank_lacked_by_sentence"] == 0
    assert not_there["words_after_blank_lacked_by_article"] > 0.5
    assert not_there["pairs_after_blank_lacked_by_article"] == 1
    for scope in ("article", "around", "sentence"):
        assert not_there[f"telling_words_lacked_by_{scope}"] > there[f"telling_words_lacked_by_{scope}"]


def test_the_narrower_the_scope_the_more_is_lacked(province: Library) -> None:
    found = lacks(province, "Ông Giàng A Phử nói gì về vụ sạt lở rạng sáng 13/8 ở bản Nà Pheo?", "Nguyên nhân")
    for what in ("pairs", "heaviest_pair", "telling_words", "heaviest_telling_word", "named_pairs"):
        article, around, sentence = (found[f"{what}_lacked_by_{scope}"] for scope in ("article", "around", "sentence"))
        assert article <= around <= sentence
    assert found["named_pairs"] >= found["named_pairs_lacked_by_sentence"] > 0


def test_a_name_that_is_asked_for_and_not_given_is_told(province: Library) -> None:
    assert lacks(province, "Ai bị thương trong vụ sạt lở ở Suối Rạc?", "Nguyên nhân")["person_lacked"] == 1
    assert lacks(province, "Vì sao xảy ra sạt lở ở Suối Rạc?", "Nguyên nhân")["person_lacked"] == 0
    assert lacks(province, "Vì sao xảy ra sạt lở ở Suối Rạc?", "Nguyên nhân")["type_lacked"] == 0
