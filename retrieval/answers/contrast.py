"""What sets a sentence apart within its article: the question's words that stand there and hardly anywhere else in it.

What an article is about stands in most of its sentences, so those words tell which article, not which sentence. Here a word
weighs by its rarity in the corpus times its rarity in the article, log((sentences + 1) / (sentences that have it + .5)): an
inverse document frequency whose documents are the sentences of one article. Beside it, how a sentence leans on the one
before (`Việc này là do …`), and how far it stands from those that match best: an answer often follows its subject.
"""

import numpy as np
import numpy.typing as npt

from retrieval.answers.laid import Floats, Integers, Laid
from retrieval.matching import Flags, Numbers

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
_SHORT = 2
"""Sentences up to which an article's first one is no title."""
_LEANING = frozenset(
    "viec nay|dieu nay|day la|do la|trong do|theo do|cu the|thu nhat|thu hai|thu ba|ngoai ra|ben canh|dong thoi|cung theo|"
    "rieng|tai day|tuy nhien|nhung|con|mat khac|tiep do|sau do".split("|")
)
"""With what a sentence begins that goes on with the one before."""
_CONCLUDING = frozenset("vi vay|do do|vi the|do vay|chinh vi|boi vay|nho do|qua do|tu do".split("|"))
"""With what one begins whose cause stands before."""
_PERSON = frozenset("ong nay|ba nay|dong chi|ong|ba|don vi|noi nay".split("|"))


def features(
    laid: Laid, weights: Numbers, pair_weights: Numbers, own: Flags, wanted: Integers
) -> tuple[npt.ArrayLike, ...]:
    """Return `FEATURES` of the sentences laid out, each (sentences,).

    `weights` are the rarities of the question's words and `pair_weights` of its bigrams, `own` tells the words of this
    question alone, `wanted` how many new words of the type asked for stand in each sentence.
    """
    here, pairs = laid.found.words.astype(np.float64), laid.found.pairs.astype(np.float64)
    of, index = laid.of, laid.index
    rare = _rarity(laid, here)
    local, local_pairs = rare * weights, _rarity(laid, pairs) * pair_weights
    contrast, pair_contrast = _share(laid, here, local), _share(laid, pairs, local_pairs)
    own_contrast = _share(laid, here, local * own)
    best = laid.most(contrast)
    so_far = here.copy()
    for back, much in enumerate(_REMEMBERED, 1):
        so_far = np.maximum(so_far, much * laid.before(here, back))
    after = np.maximum(here, laid.after(here))
    before = laid.before(contrast)
    rarest = np.argsort(-local, axis=1, kind="stable")[:, :_RAREST]
    at_rarest = here[np.arange(len(here))[:, None], rarest[of]]
    of_rarest = np.take_along_axis(local, rarest, axis=1)
    since_rarest = [
        np.where(of_rarest[of, nth] > 0, laid.since(at_rarest[:, nth] > 0, _LONG_AGO), -1.0)
        for nth in range(rarest.shape[1])
    ]
    since_rarest += [np.full(len(here), -1.0)] * (_RAREST - len(since_rarest))
    leans, concludes, person = _beginnings(laid)
    sizes = laid.sum(np.ones(len(here)))
    below_title = np.where((index == 0) & (sizes > _SHORT), 0.0, contrast)
    good = contrast >= _GOOD * np.where(best > 0, best, 1.0)
    best_here = laid.best(contrast)
    lacked = local[of] * (1.0 - here[best_here])
    at = np.arange(len(here))

    def from_best(values: Floats) -> Integers:
        return np.asarray(np.clip(at - laid.best(values), -_FARTHEST, _FARTHEST))

    return (
        contrast, contrast / _or_one(best), best - contrast, laid.ranks(contrast), pair_contrast, pair_contrast / _or_one(laid.most(pair_contrast)),
        _share(laid, so_far, local), _share(laid, after, local), before, *since_rarest,
        (at_rarest * of_rarest[of]).sum(axis=1) / _or_one(of_rarest.sum(axis=1))[of],
        leans, concludes, person, laid.after(concludes), laid.after(leans), leans * before,
        sizes, laid.most_so_far(before) - contrast, rare.max(axis=1, initial=0.0)[of],
        np.clip(at - best_here, -_FARTHEST, _FARTHEST), from_best(contrast + pair_contrast),
        own_contrast, own_contrast / _or_one(laid.most(own_contrast)), from_best(own_contrast), from_best(below_title),
        laid.since(good, _NEVER), laid.until(good, _NEVER),
        (here * lacked).sum(axis=1) / _or_one(local.sum(axis=1))[of],
        wanted / np.maximum(laid.sum(wanted), 1), laid.sum((wanted > 0).astype(np.float64)) / sizes,
    )  # fmt: skip


def _rarity(laid: Laid, here: Floats) -> Floats:
    """Return how rare each word is among the sentences of each article, (articles, words); 0 for what stands in none, or in most."""
    standing = np.add.reduceat(here, laid.found.starts[:-1], axis=0)
    sizes = np.diff(laid.found.starts)[:, None]
    return np.where(standing > 0, np.maximum(np.log((sizes + 1) / (standing + 0.5)), 0.0), 0.0)


def _share(laid: Laid, here: Floats, weights: Floats) -> Floats:
    """Return the share of the weight of its article, `weights` (articles, words), that stands in each sentence."""
    return np.asarray((here * weights[laid.of]).sum(axis=1) / _or_one(weights.sum(axis=1))[laid.of])


def _or_one(values: Floats) -> Floats:
    return np.where(values > 0, values, 1.0)


def _beginnings(laid: Laid) -> tuple[Floats, Floats, Floats]:
    """Return which sentences begin as one that goes on with the one before, as one that concludes, and with a person."""
    found = np.zeros((3, len(laid)))
    openings = (words for article in laid.articles for words in article.openings)
    for at, words in enumerate(openings):
        if words:
            begin = {words[0], " ".join(words)}
            found[:, at] = [not begin.isdisjoint(known) for known in (_LEANING, _CONCLUDING, _PERSON)]
    return found[0], found[1], found[2]
