"""What sets a sentence apart within its article: the question's words that stand there and hardly anywhere else in it.

What an article is about stands in most of its sentences, so those words tell which article, not which sentence. Here a word
weighs by its rarity in the corpus times its rarity in the article, log((sentences + 1) / (sentences that have it + .5)): an
inverse document frequency whose documents are the sentences of one article. Beside it, how a sentence leans on the one
before (`Việc này là do …`), and how far it stands from those that match best: an answer often follows its subject.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.annotation import Sentences
from retrieval.matching import Flags, Matches, Numbers

FEATURES = (
    "contrast", "contrast_share", "contrast_gap", "contrast_rank", "pair_contrast", "pair_contrast_share",
    "contrast_so_far", "contrast_after", "contrast_before", "since_rarest", "since_second", "since_third", "contrast_rarest",
    "leans", "concludes", "of_a_person", "next_concludes", "next_leans", "leans_on", "sentences", "contrast_behind", "rarest_in_article",
    "from_best", "from_best_pairs", "own_contrast", "own_contrast_share", "from_best_own", "from_best_below", "since_good", "until_good",
    "best_lacks", "wanted_of_all", "wanted_elsewhere",
)  # fmt: skip
_REMEMBERED = (0.7, 0.4)
"""How much a word counts that stands in the sentence before, and in the one before that."""
_RAREST = 3
_LONG_AGO = 12
_FARTHEST = 8
_GOOD = 0.6
"""A sentence matches well from this share of the best one's match."""
_NEVER = 15
_LEANING = frozenset(
    "viec nay|dieu nay|day la|do la|trong do|theo do|cu the|thu nhat|thu hai|thu ba|ngoai ra|ben canh|dong thoi|cung theo|"
    "rieng|tai day|tuy nhien|nhung|con|mat khac|tiep do|sau do".split("|")
)
"""With what a sentence begins that goes on with the one before."""
_CONCLUDING = frozenset("vi vay|do do|vi the|do vay|chinh vi|boi vay|nho do|qua do|tu do".split("|"))
"""With what one begins whose cause stands before."""
_PERSON = frozenset("ong nay|ba nay|dong chi|ong|ba|don vi|noi nay".split("|"))


def features(
    found: Matches,
    weights: Numbers,
    pair_weights: Numbers,
    own: Flags,
    article: Sentences,
    wanted: npt.NDArray[np.int64],
) -> tuple[npt.ArrayLike, ...]:
    """Return `FEATURES` of the sentences of one article, each (sentences,).

    `weights` are the rarities of the question's words and `pair_weights` of its bigrams, `own` tells the words of this
    question alone, `wanted` how many new words of the type asked for stand in each sentence.
    """
    here, pairs = found.words.astype(np.float64), found.pairs.astype(np.float64)
    count = len(here)
    rare = _rarity(here)
    local, local_pairs = rare * weights, _rarity(pairs) * pair_weights
    contrast, pair_contrast = _share(here, local), _share(pairs, local_pairs)
    own_contrast = _share(here, local * own)
    best = contrast.max()
    in_order = np.argsort(-contrast, kind="stable")
    ranks = np.empty(count)
    ranks[in_order] = np.arange(count)
    so_far = here.copy()
    for back, much in enumerate(_REMEMBERED, 1):
        so_far[back:] = np.maximum(so_far[back:], much * here[:-back])
    after = here.copy()
    after[:-1] = np.maximum(after[:-1], here[1:])
    before = np.concatenate([[0.0], contrast[:-1]])
    rarest = np.argsort(-local)[:_RAREST]
    leans, concludes, person = (np.array(flags, np.float64) for flags in _beginnings(article))
    at = np.arange(count)
    below_title = contrast.copy()
    if count > 2:
        below_title[0] = 0.0
    good = contrast >= _GOOD * (best or 1.0)
    since, until = _since(good, _NEVER), _since(good[::-1], _NEVER)[::-1]
    return (
        contrast, contrast / (best or 1.0), best - contrast, ranks, pair_contrast, pair_contrast / (pair_contrast.max() or 1.0),
        _share(so_far, local), _share(after, local), before,
        *(_since(here[:, w] > 0, _LONG_AGO) if local[w] > 0 else np.full(count, -1.0) for w in rarest),
        *(np.full(count, -1.0) for _ in range(_RAREST - len(rarest))),
        _share(here[:, rarest], local[rarest]),
        leans, concludes, person, np.append(concludes[1:], 0.0), np.append(leans[1:], 0.0), leans * before,
        float(count), np.maximum.accumulate(before) - contrast, float(rare.max(initial=0.0)),
        np.clip(at - int(contrast.argmax()), -_FARTHEST, _FARTHEST),
        np.clip(at - int((contrast + pair_contrast).argmax()), -_FARTHEST, _FARTHEST),
        own_contrast, own_contrast / (own_contrast.max() or 1.0),
        np.clip(at - int(own_contrast.argmax()), -_FARTHEST, _FARTHEST),
        np.clip(at - int(below_title.argmax()), -_FARTHEST, _FARTHEST),
        since, until,
        here @ (local * (1.0 - here[int(contrast.argmax())])) / (local.sum() or 1.0),
        wanted / (wanted.sum() or 1), float((wanted > 0).mean()),
    )  # fmt: skip


def _rarity(here: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how rare each word (column) is among the sentences (rows); 0 for what stands in none, or in most."""
    standing = here.sum(axis=0)
    return np.where(standing > 0, np.maximum(np.log((len(here) + 1) / (standing + 0.5)), 0.0), 0.0)


def _share(here: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(here @ weights / (weights.sum() or 1.0))


def _since(flags: Flags, most: int) -> npt.NDArray[np.float64]:
    """Return for each sentence how many sentences ago one was flagged: 0 here, `most` where none was, or longer ago."""
    at = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags, at, -most))
    return np.minimum(at - last, most).astype(np.float64)


def _beginnings(article: Sentences) -> tuple[Sequence[bool], Sequence[bool], Sequence[bool]]:
    """Return which sentences begin as one that goes on with the one before, as one that concludes, and with a person."""
    found = []
    for words in article.openings:
        begin = {words[0], " ".join(words)} if words else set()
        found.append((not begin.isdisjoint(_LEANING), not begin.isdisjoint(_CONCLUDING), not begin.isdisjoint(_PERSON)))
    leans, concludes, person = zip(*found, strict=True) if found else ((), (), ())
    return leans, concludes, person
