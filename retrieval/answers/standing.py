"""How the articles found stand to one another: where none stands out, the corpus hardly tells of what is asked.

What performance prediction of retrieval goes by (Shtok et al. 2012; Zhou and Croft 2007): the scores of a question that is answered
fall off behind the first few, those of one that is not lie close together, and none is high in itself.
"""

from collections.abc import Sequence

import numpy as np

from retrieval import search
from retrieval.search import Hit

_FEW, _MANY = 3, search.CANDIDATES
_HIGHEST = (
    "passage_bm25", "article_bm25", "sentence_cosine", "three_sentence_cosine", "syllable_coverage", "bigram_coverage",
)  # fmt: skip
_HIGHEST_AT = [search.FEATURES.index(name) for name in _HIGHEST]
FEATURES = (
    "first_ahead", "first_ahead_of_few", "first_ahead_of_last", "scores_spread", "few_ahead",
    *(f"highest_{name}" for name in _HIGHEST),
    *(f"found_by_{name}" for name in search.FEATURES),
)  # fmt: skip


def row(found: Sequence[Hit], hit: Hit) -> list[float]:
    """Return `FEATURES` of the articles `found`, at least one, the best first, and of the one that is answered from."""
    scores = np.array([h.score for h in found[:_MANY]])
    scores = np.concatenate([scores, np.full(_MANY - len(scores), scores[-1])])
    features = np.array([h.features for h in found[:_MANY]])
    return [
        float(scores[0] - scores[1:].mean()),
        float(scores[0] - scores[_FEW]),
        float(scores[0] - scores[-1]),
        float(scores.std()),
        float(scores[:_FEW].mean() - scores[_FEW:].mean()),
        *features[:, _HIGHEST_AT].max(axis=0).tolist(),
        *hit.features,
    ]
