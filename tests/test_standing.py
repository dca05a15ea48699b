"""How the articles found stand to one another."""

import numpy as np

from bot.library import Library
from retrieval.answers import standing
from retrieval.search import CANDIDATES, FEATURES, Hit, Query, Searcher


def look(library: Library, question: str) -> dict[str, float]:
    found = Searcher(library.engine().generation, library.encoder).search(Query.of(question), CANDIDATES)
    values = standing.row(found, found[0])
    assert len(values) == len(standing.FEATURES)
    assert np.isfinite(values).all()
    return dict(zip(standing.FEATURES, values, strict=True))


def test_the_article_that_tells_of_it_stands_out(province: Library) -> None:
    there = look(province, "Vụ sạt lở ở xã Suối Rạc làm sập bao nhiêu căn nhà?")
    elsewhere = look(province, "Brazil vô địch World Cup mấy lần?")
    for name in ("first_ahead", "first_ahead_of_few", "first_ahead_of_last", "scores_spread", "few_ahead"):
        assert there[name] > elsewhere[name], name
    for name in ("highest_syllable_coverage", "highest_bigram_coverage", "highest_passage_bm25"):
        assert there[name] > elsewhere[name], name


def test_what_is_found_by_is_the_hit_s_own(province: Library) -> None:
    found = Searcher(province.engine().generation, province.encoder).search(
        Query.of("giao ban dân vận quý I"), CANDIDATES
    )
    first, last = standing.row(found, found[0]), standing.row(found, found[-1])
    own = len(FEATURES)
    assert first[-own:] == list(found[0].features)
    assert last[-own:] == list(found[-1].features)
    assert first[:-own] == last[:-own]


def test_of_one_article_nothing_is_ahead() -> None:
    alone = Hit(0, 0, 1.5, tuple(float(n) for n in range(len(FEATURES))))
    values = dict(zip(standing.FEATURES, standing.row([alone], alone), strict=True))
    assert values["first_ahead"] == values["first_ahead_of_last"] == values["scores_spread"] == values["few_ahead"] == 0
    assert values["highest_bigram_coverage"] == FEATURES.index("bigram_coverage")
