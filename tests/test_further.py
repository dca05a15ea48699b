"""An answer of two sentences: which draft may go on with the best one, and how both are told."""

from pathlib import Path

import numpy as np
import pytest

from bot.library import Library
from retrieval.answers import drafts, further
from retrieval.answers.compose import Composer
from retrieval.answers.context import Context
from retrieval.answers.reader import BuiltinReader
from retrieval.answers.reading import Reading
from retrieval.encoding import Encoder
from retrieval.engine import Engine
from retrieval.questions import understand
from tests.reading import context_of, untrained

ARTICLE = (
    "---\ntitle: Giao việc cho Sở Nội vụ\n---\n"
    "Kết luận buổi làm việc, Chủ tịch UBND tỉnh Lam Giang giao Sở Nội vụ rà soát biên chế của các huyện. "
    "Thời tiết những ngày qua có mưa. "
    "Ngoài ra, Sở Nội vụ báo cáo kết quả tinh giản trước ngày 15/3.\n"
)
OTHER = "---\ntitle: Sở Nội vụ họp\n---\nSở Nội vụ tỉnh Lam Giang họp bàn việc rà soát biên chế, báo cáo kết quả.\n"
QUESTION = "Sở Nội vụ tỉnh Lam Giang được giao những việc gì về biên chế?"


@pytest.fixture
def engine(tmp_path: Path, encoder: Encoder) -> Engine:
    (tmp_path / "a.md").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "b.md").write_text(OTHER, encoding="utf-8")
    library = Library(tmp_path / "data", encoder)
    library.index([tmp_path / "a.md", tmp_path / "b.md"])
    return library.engine()


@pytest.fixture
def context(engine: Engine) -> Context:
    return context_of(engine, QUESTION)


@pytest.fixture
def made(context: Context) -> drafts.Drafts:
    return drafts.make(context, np.ones(len(context.candidates)), untrained())


def sentence_of(context: Context, draft: drafts.Draft) -> str:
    sentence = draft.candidate.sentence
    return context.articles[draft.candidate.hit].text[sentence.start : sentence.end]


def test_one_draft_of_each_other_sentence_of_the_article_may_go_on(context: Context, made: drafts.Drafts) -> None:
    best = next(i for i, d in enumerate(made.drafts) if "giao Sở Nội vụ" in sentence_of(context, d))
    worth = np.linspace(0.1, 0.9, len(made.drafts))
    weighed = np.array([worth, worth, worth])
    found, rows = further.rows(context.asked.question, made.drafts, made.features, weighed, best)
    assert rows.shape == (len(found), len(further.FEATURES))
    assert found
    here = made.drafts[best].candidate
    others = [made.drafts[at].candidate for at in found]
    assert all(other.hit == here.hit and other.index != here.index for other in others)
    assert len({other.index for other in others}) == len(others) <= further.MOST
    for at, other in zip(found, others, strict=True):
        rivals = [
            worth[i]
            for i, d in enumerate(made.drafts)
            if (d.candidate.hit, d.candidate.index) == (other.hit, other.index)
        ]
        assert worth[at] == max(rivals)
    opens = [row[further.FEATURES.index("goes_on")] for row in rows]
    assert opens == [float(other.sentence.folded[0] == "ngoai") for other in others]


def test_both_are_told_in_the_order_of_the_article_each_with_its_quote(
    engine: Engine, context: Context, made: drafts.Drafts
) -> None:
    first = next(d for d in made.drafts if "giao Sở Nội vụ" in sentence_of(context, d))
    last = next(d for d in made.drafts if "15/3" in sentence_of(context, d))
    composer = Composer(engine.generation)
    for best, other in ((first, last), (last, first)):
        reading = Reading((best, other), 1.0, 0.0, further=(best, other))
        composed = composer.compose(context.asked.question, context, reading)
        assert composed is not None
        assert [c.quote for c in composed.citations] == [sentence_of(context, first), sentence_of(context, last)]
        assert all(item.text in composed.citations[item.citation].quote for item in composed.items)
        assert composed.text.index("rà soát") < composed.text.index("15/3")


def test_where_the_best_draft_is_held_back_the_other_is_no_answer(
    engine: Engine, context: Context, made: drafts.Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = next(d for d in made.drafts if "giao Sở Nội vụ" in sentence_of(context, d))
    last = next(d for d in made.drafts if "15/3" in sentence_of(context, d))
    held = first.candidate.sentence
    monkeypatch.setattr(engine.generation, "is_held", lambda _row, start, end: start < held.end and end > held.start)
    composer = Composer(engine.generation)
    assert (
        composer.compose(context.asked.question, context, Reading((first, last), 1.0, 0.0, further=(first, last)))
        is None
    )
    told = composer.compose(context.asked.question, context, Reading((last, first), 1.0, 0.0, further=(last, first)))
    assert told is not None
    assert [c.quote for c in told.citations] == [sentence_of(context, last)]


def test_where_the_best_draft_is_left_out_the_other_is_not_told_for_it(
    engine: Engine, context: Context, made: drafts.Drafts
) -> None:
    first = next(d for d in made.drafts if "giao Sở Nội vụ" in sentence_of(context, d))
    last = next(d for d in made.drafts if "15/3" in sentence_of(context, d))
    reading = Reading((first,), 1.0, 0.0, further=(first, last))
    composed = Composer(engine.generation).compose(context.asked.question, context, reading)
    assert composed is not None
    assert [c.quote for c in composed.citations] == [sentence_of(context, first)]


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Ai chủ trì cuộc họp giao ban?", False),
        ("Những ai chủ trì cuộc họp giao ban?", True),
        ("nhung ai chu tri hop giao ban", True),
        ("Ai chủ trì họp nhưng không phát biểu?", False),
        ("Dự án cần bao nhiêu cát và đội vốn bao nhiêu?", True),
        ("Dự án cần bao nhiêu cát?", False),
        ("Hai xã biên giới nào còn chợ phiên?", True),
        ("Bà con xã nào còn chợ phiên?", False),
        ("Sở Nội vụ được giao việc gì?", True),
    ],
)
def test_one_thing_is_asked_for_or_several(question: str, several: bool) -> None:
    assert further.wants_several(understand(question)) is several


def test_a_list_that_a_rule_fits_wholly_is_told_alone(province: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is expected of another sentence: the rule's list is complete."""
    monkeypatch.setattr(further, "LEAST_GAIN", -10.0)
    monkeypatch.setattr(drafts, "LEAST_LIKELY", 0.0)
    reader, context = BuiltinReader(), context_of(province.engine(), "Ban Dân vận Tỉnh ủy được giao nhiệm vụ gì?")
    reading = reader.read(context)
    assert reading.drafts[0].ruled
    assert reading.further is None
    monkeypatch.setattr(type(reading.drafts[0]), "ruled", property(lambda _draft: False))
    assert reader.read(context).further is not None
