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
from retrieval.vietnamese.names import surnames
from retrieval.vietnamese.text import Token, fold, tokens

_SHORTEST = 3
"""Letters of a word that is mended: two are an abbreviation, or anything."""
_LETTERS = "abcdeghiklmnopqrstuvxyđ"
_VOWELS = frozenset("aeiouy")
_NEVER_SPELT = re.compile(r"[cq](?=[iey])|k(?=[aou])|g(?=e)|ng(?=[iey])|n?gh(?=[aouy])")
"""First consonants before vowels that are spelt otherwise: `nghị`, never `ngị`."""
_CHAT = (("f", "ph"), ("w", "qu"), ("dz", "d"), ("z", "d"), ("j", "gi"))
"""How chats spell first consonants; `thik` is the one last consonant."""
_LIKELY, _UNLIKELY = 1.0, 0.1
"""A letter is left out, two are changed over, one is typed twice or as chats spell it; against one too many, or another in its place."""
_LEAST, _CLEARER = 5.0, 3.0
"""Articles in which the mended word must stand beside its neighbour, and how many times as often as any other would."""
_NAMES = (4, 3)


def mended(text: str, generation: Generation) -> str:
    """Return `text` with its slips mended; as it is where there are none."""
    found = tokens(text)
    strange = [i for i, t in enumerate(found) if _is_strange(text, t)]
    if not strange:
        return text
    known = generation.prevalence([found[i].fold for i in strange])
    pieces, at = [], 0
    for i, times in zip(strange, known, strict=True):
        meant = None if times or _may_be_named(found, i, generation) else _meant(text, found, i, generation)
        if meant is not None:
            pieces += [text[at : found[i].start], meant]
            at = found[i].end
    return "".join(pieces) + text[at:]


def _is_strange(text: str, token: Token) -> bool:
    """Tell whether a word is no syllable and nothing else that is known: an abbreviation, what chats write."""
    word = token.fold
    return (
        len(word) >= _SHORTEST
        and word.isalpha()
        and not _VOWELS.isdisjoint(word)
        and text[token.start].islower()
        and "-" not in text[max(0, token.start - 1) : token.end + 1]
        and not (is_folded_syllable(word) and _NEVER_SPELT.match(word) is None)
        and word not in known_abbreviations()
        and token.norm not in teencode()
    )


def _may_be_named(found: Sequence[Token], at: int, generation: Generation) -> bool:
    """Tell whether the word at `at` belongs to what is like a name of the corpus: `lo van tein`."""
    directory = Directory(generation)
    return any(
        found[first].fold in surnames() and directory.near(tuple(t.fold for t in found[first : first + length]))
        for length in _NAMES
        for first in range(max(0, at - length + 1), at)
        if first + length <= len(found)
    )


def _meant(text: str, found: Sequence[Token], at: int, generation: Generation) -> str | None:
    """Return the syllable that the word at `at` was to be, None where none fits its neighbours, or several do."""
    likely: dict[str, tuple[float, str]] = {}
    for word, share in _near(text[found[at].start : found[at].end]):
        if (
            is_syllable(word)
            and _NEVER_SPELT.match(fold(word)) is None
            and share > likely.get(fold(word), (0.0, ""))[0]
        ):
            likely[fold(word)] = share, word
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
