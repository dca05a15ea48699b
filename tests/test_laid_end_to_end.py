"""What is worked out of several sentences at once is what is worked out of each alone: nothing reaches from one into the next."""

import numpy as np
import pytest

from bot.library import Library
from retrieval.answers.context import Context
from retrieval.answers.cuts import cuts
from retrieval.answers.mentions import mentions
from retrieval.answers.stretches import FEATURES, Cuts, features
from tests.reading import context_of, marked

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
