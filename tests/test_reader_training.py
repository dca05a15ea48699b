"""Questions made for training: about things that are nowhere, and with words left out."""

import json
import random
from typing import Any

from bot.library import Library
from retrieval.answers.context import Contexts
from retrieval.answers.reader import MODELS
from retrieval.questions import KINDS, understand
from retrieval.search import CANDIDATES, Query, Searcher
from training.aside import as_scored
from training.corpus import OWN, fold_of, read_rows
from training.elsewhere import foreign, names_in, orphaned
from training.samples import KEPT_WORDS, Item, variant

ROWS: list[dict[str, Any]] = [
    {"article_id": f"a{n}", "question": f"Ai {verb} lễ ở {name} ngày 5/3?", "answers": [["x"]]}
    for n, (verb, name) in enumerate(
        [("dự", "Suối Rạc"), ("mở", "Mường Then"), ("dự", "Ba Khe"), ("thăm", "Nà Pheo"), ("thăm", "Thượng Lam"), ("mở", "Pá Hu")] * 3
    )
]  # fmt: skip


def test_names_are_runs_of_capitals_after_the_first_word() -> None:
    asked = "Ông Tạ Quang Hiển nói gì ở Mường Then với Sở Y tế?"
    assert [asked[a:b] for a, b in names_in(asked)] == ["Tạ Quang Hiển", "Mường Then", "Sở Y"]
    assert names_in("Ai dự?") == []
    assert names_in("ai du le hoi o muong then") == []


def test_a_name_that_nothing_can_stand_for_makes_no_question() -> None:
    assert foreign(ROWS[:1], random.Random(1)) == []


def test_a_question_about_things_elsewhere_has_the_names_of_other_articles() -> None:
    made = foreign(ROWS, random.Random(1))
    assert len(made) == len(ROWS)
    for row, other in zip(ROWS, made, strict=True):
        assert other["answers"] == []
        assert fold_of(other) == fold_of(row)
        name = row["question"].split(" ở ")[1].removesuffix(" ngày 5/3?")
        assert name not in other["question"]
        assert "5/3" in other["question"]
    assert [r["question"] for r in foreign(ROWS, random.Random(1))] == [r["question"] for r in made]


def test_what_names_nothing_or_goes_on_with_a_question_is_not_made_into_one() -> None:
    rows = [
        *ROWS,
        {"article_id": "b", "question": "Ai dự?"},
        {"article_id": "c", "question": "Còn ở Ba Khe?", "previous": "Ai dự?"},
    ]
    assert len(foreign(rows, random.Random(2))) == len(ROWS)


def test_a_variant_keeps_the_words_that_ask() -> None:
    asked = "Ai chủ trì hội nghị giao ban dân vận ở huyện Ba Khe hồi tháng 3?"
    made = [variant(asked, random.Random(n)) for n in range(20)]
    assert len(set(made)) > 5
    for other in made:
        assert len(other.split()) <= len(asked.split())
        assert any(w.lower() in KEPT_WORDS for w in other.split())
        assert "ai" in other.lower().split()[0]


def test_a_question_without_its_article_has_no_answer_unless_another_tells_it(province: Library) -> None:
    generation = province.engine().generation
    searcher = Searcher(generation, province.encoder)
    asked = "Ai chủ trì hội nghị giao ban dân vận quý I?"
    query = Query.of(asked)
    found = searcher.search(query, CANDIDATES)
    context = Contexts(generation).of(understand(asked), found, searcher.vector(asked), searcher.matcher(query))
    row = {"id": "q1", "article_id": "nowhere.md", "question": asked, "answers": [["Không Có Ai Ở Đây", "Vắng Mặt"]]}
    left = orphaned(Item(row, understand(asked), context, 0.5))
    assert left is not None
    assert (left.gold, left.weight, left.question.asked) == ([], 0.5, asked)
    assert not any(label for label in left.labels)
    told = orphaned(Item(row | {"answers": [["x"], ["Không có", "TẠ QUANG HIỂN"]]}, understand(asked), context))
    assert told is None, "an article that is read has the answer's words"


def test_our_own_questions_are_whole() -> None:
    """Where an answer stands is kept, never what: the articles are their newspapers'."""
    rows = read_rows(OWN)
    assert len(rows) > 500
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        spans = [span for item in row["answers"] for span in item]
        assert all(0 <= start < end for start, end in spans), row
        assert bool(spans) == (row["type"] != "unanswerable"), row
        assert row["type"] in {*KINDS, "followup", "unanswerable"}, row
        assert (row["type"] == "followup") == ("previous" in row), row


def test_questions_put_aside_are_those_behind_the_ones_that_were_learnt() -> None:
    rows = read_rows(OWN)
    seen = json.loads((MODELS / "reader.json").read_text(encoding="utf-8"))["questions"]
    assert 0 < seen <= len(rows)
    assert [row["id"] for row in rows] == [f"own-{n}" for n in range(1, len(rows) + 1)]
    answered = as_scored({"id": "a", "article_id": "x", "answers": [["5/3"]], "own": True, "question": "Khi nào?"})
    assert answered == {"id": "a", "article_id": "x", "answers": [["5/3"]], "question": "Khi nào?"}
    silent = as_scored({"id": "b", "article_id": "x", "answers": [], "own": True, "question": "Ai?"})
    assert silent == {"id": "b", "about": "x", "answers": [], "question": "Ai?"}
