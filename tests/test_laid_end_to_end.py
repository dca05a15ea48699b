"""What is worked out of several sentences at once is what is worked out of each alone: nothing reaches from one into the next."""

import numpy as np
import pytest

from bot.library import Library
from retrieval.answers.context import Context
from retrieval.answers.cuts import cuts
from retrieval.answers.mentions import mentions
from retrieval.answers.runs import Cut
from retrieval.answers.stretches import FEATURES, Cuts, features
from tests.reading import context_of, marked, read

QUESTIONS = (
    "Ai chủ trì giao ban dân vận quý I?",
    "Vụ sạt lở ở xã Suối Rạc làm sập bao nhiêu căn nhà?",
    "huyen nao duoc giao lam duong",
    "Sở Y tế được giao nhiệm vụ gì?",
)


@pytest.fixture(scope="module", params=QUESTIONS)
def context(province: Library, request: pytest.FixtureRequest) -> Context:
    return context_of(province.engine(), request.param)


def test_features_of_cuts(context: Context) -> None:
    drawn = np.random.default_rng(3)
    looked = []
    for candidate in context.candidates:
        seen = marked(drawn.random(len(candidate.sentence.folded)) ** 3)
        fitting = mentions(context.asked.wants, candidate.sentence)
        looked.append(Cuts(candidate.sentence, seen, cuts(candidate.sentence, seen, fitting)))
    together = features(context.asked, looked)
    alone = np.concatenate([features(context.asked, [each]) for each in looked])
    assert together.shape == (sum(len(each.names) for each in looked), len(FEATURES))
    assert np.allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Giám đốc Sở Y tế là ai?", [True, False]),
        ("pho giam doc so noi vu la ai", [False, True]),
        ("Cuộc họp diễn ra ở đâu?", [False, False]),
    ],
)
def test_whose_role_is_asked_for(province: Library, question: str, told: list[bool]) -> None:
    asked = context_of(province.engine(), question).asked
    sentence = read("Dự họp có bà Trần Thị Hai, Giám đốc Sở Y tế; ông Lê Văn Đạo, Phó Giám đốc Sở Nội vụ.")
    cuts_: dict[Cut, set[str]] = {((person.first, person.last),): {"rule"} for person in sentence.people}
    rows = features(asked, [Cuts(sentence, marked(np.zeros(len(sentence.folded))), cuts_)])
    behind = rows[:, FEATURES.index("role_behind")]
    assert len(behind) == 2
    assert [bool(value == 0) for value in behind] == told
    assert (rows[:, FEATURES.index("role_asked")] >= 0).all() == any(told)
