"""Questions made for training: about things that are nowhere, and with words left out."""

import random
from typing import Any

from training.corpus import fold_of
from training.reader import KEPT_WORDS, foreign, names_in, variant

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
