"""A slip of the fingers in a question: `phườg`, `nhữg`, `côgn an`, `fải` are no Vietnamese syllables, one letter from one that fits its neighbours.

A word is mended only where it is no syllable, stands in no article and in no news at large, and one syllable a letter away goes
with the word before or after it in articles, far oftener than any other. Names are left: what may be one is asked about
(retrieval/answers/naming.py), and words that begin with a capital may be foreign.
"""

import re
from collections.abc import Iterator, Sequence

from retrieval.directory import Directory
from retrieval.snapshot import Generation
from retrieval.vietnamese.abbreviations import known_abbreviations, teencode
from retrieval.vietnamese.keystrokes import is_folded_syllable, is_syllable
from retrieval.vietnamese.names import NAME_LENGTHS, surnames
from retrieval.vietnamese.text import Token, canonical_fold, fold, tokens

_SHORTEST, _LONGEST = 3, 8
"""Letters of a word that is mended: two are an abbreviation, or anything; the longest syllable has seven."""
_MOST = 6
"""Strange words of a question that are looked at, at most: each costs some hundred spellings."""
_LETTERS = "abcdeghiklmnopqrstuvxyđ"
_VOWELS = frozenset("aeiouy")
_NEVER_SPELT = re.compile(r"[cq](?=[iey])|k(?=[aou])|g(?=e)|ng(?=[iey])|n?gh(?=[aouy])")
"""First consonants before vowels that are spelt otherwise: `nghị`, never `ngị`."""
_CHAT = (("f", "ph"), ("w", "qu"), ("dz", "d"), ("z", "d"), ("j", "gi"))
"""How chats spell first consonants; `thik` is the one last consonant."""
_LIKELY, _UNLIKELY = 1.0, 0.1
"""A letter is left out, two are changed over, one is typed twice or as chats spell it; against one too many, or another in its place."""
_LEAST, _CLEARER = 5.0, 3.0
"""How prevalent the mended word must be beside its neighbour, and how many times as much as any other would."""
_SELDOM = 20_000
"""A slip stands in one of so many articles at most."""


def mended(text: str, generation: Generation) -> str:
    """Return `text` with its slips mended, from left to right; as it is where there are none."""
    directory = Directory(generation)
    at, left = 0, _MOST
    while left:
        found = tokens(text)
        i = next((i for i in range(at, len(found)) if _is_strange(text, found[i])), None)
        if i is None:
            break
        at, left = i + 1, left - 1
        seldom = generation.prevalence([found[i].fold])[0] <= len(generation) / _SELDOM
        meant = _meant(text, found, i, generation) if seldom and not _may_be_named(found, i, directory) else None
        if meant is not None:
            text = text[: found[i].start] + meant + text[found[i].end :]
            at = max(0, i - 1)  # the word before may have wanted this one
    return text


def _is_strange(text: str, token: Token) -> bool:
    """Tell whether a word is no syllable and nothing else that is known: an abbreviation, what chats write."""
    word = token.fold
    return (
        _SHORTEST <= len(word) <= _LONGEST
        and word.isalpha()
        and not _VOWELS.isdisjoint(word)
        and text[token.start].islower()
        and "-" not in text[max(0, token.start - 1) : token.end + 1]
        and not (is_folded_syllable(word) and _NEVER_SPELT.match(word) is None)
        and word not in known_abbreviations()
        and token.norm not in teencode()
    )


def _may_be_named(found: Sequence[Token], at: int, directory: Directory) -> bool:
    """Tell whether the word at `at` belongs to what is like a name of the corpus: `lo van tein`."""
    return any(
        found[first].fold in surnames() and directory.near(tuple(t.fold for t in found[first : first + length]))
        for length in NAME_LENGTHS
        for first in range(max(0, at - length + 1), at)
        if first + length <= len(found)
    )


def _meant(text: str, found: Sequence[Token], at: int, generation: Generation) -> str | None:
    """Return the syllable that the word at `at` was to be, None where none fits its neighbours, or several do."""
    likely: dict[str, tuple[float, str]] = {}
    for word, share in _near(text[found[at].start : found[at].end]):
        bare = fold(word)
        if not is_folded_syllable(bare) or _NEVER_SPELT.match(bare) is not None or not is_syllable(word):
            continue
        if share > likely.get(canonical_fold(word), (0.0, ""))[0]:
            likely[canonical_fold(word)] = share, word
    if not likely:
        return None
    beside = [f"{found[at - 1].fold}_{{}}"] if at else []
    beside += [f"{{}}_{found[at + 1].fold}"] if at + 1 < len(found) else []
    support = dict.fromkeys(likely, 0.0)
    for pair in beside:
        for word, times in zip(likely, generation.prevalence([pair.format(word) for word in likely]), strict=True):
            support[word] = max(support[word], times * likely[word][0])
    best, *others = sorted(support, key=lambda word: -support[word])
    second = support[others[0]] if others else 0.0
    return likely[best][1] if support[best] >= max(_LEAST, _CLEARER * second) else None


def _near(word: str) -> Iterator[tuple[str, float]]:
    """Yield what is a slip away from `word`, and how likely that slip is."""
    for typed, spelt in _CHAT:
        if word.startswith(typed):
            yield spelt + word[len(typed) :], _LIKELY
    if word.endswith("k"):
        yield word[:-1] + "ch", _LIKELY
    # Nobody misses the first letter: what lacks it is another word.
    for at in range(1, len(word) + 1):
        before, after = word[:at], word[at:]
        for letter in _LETTERS:
            yield before + letter + after, _LIKELY
            yield before + letter + after[1:], _UNLIKELY
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:], _LIKELY
        yield before + after[1:], _LIKELY if before[-1:] == after[:1] else _UNLIKELY
