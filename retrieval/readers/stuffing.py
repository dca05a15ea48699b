"""Signs that a text was made to deceive a search: it repeats itself, mixes alphabets within words, or turns its direction over."""

import re
import unicodedata
import zlib
from collections import Counter

from retrieval.vietnamese.text import folds, words

_SHINGLE = 4
_FEWEST = 80
"""Syllables from which repetition is judged."""
_REPEATED = 0.4
"""Share of a text's shingles that stand in it five times and more."""
_OFTEN = 5
_MIXED = 3
"""Words of mixed alphabets; one or two may be a slip of an old font."""
_PACKED = 0.3
_OTHER_ALPHABETS = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_OVERRIDES = re.compile("[\u202d\u202e]")


def deceives(text: str) -> str | None:
    """Return why a text looks made to deceive, None where it does not."""
    if _OVERRIDES.search(text):
        return "it turns the direction of its letters over (U+202D, U+202E)"
    if _OTHER_ALPHABETS.search(text) and sum(_mixes(word) for word in words(text)) >= _MIXED:
        return "its words mix alphabets: letters of another one that look alike"
    # What repeats itself packs well; few articles do, and only those are looked at closely.
    raw = text.encode()
    syllables = folds(text) if len(zlib.compress(raw, 1)) < _PACKED * len(raw) else []
    if len(syllables) >= _FEWEST:
        shingles = Counter(tuple(syllables[i : i + _SHINGLE]) for i in range(len(syllables) - _SHINGLE + 1))
        often = sum(n for n in shingles.values() if n >= _OFTEN)
        if often > _REPEATED * sum(shingles.values()):
            return "it says the same again and again"
    return None


def _mixes(word: str) -> bool:
    if word.isascii():
        return False
    alphabets = {unicodedata.name(c, "").split()[0] for c in word if c.isalpha()}
    return len(alphabets & {"LATIN", "CYRILLIC", "GREEK"}) > 1
