"""Text -> syllables in one canonical form, with offsets into the text as it stands.

Both sides, articles and questions, pass through this module, so that `Hoà Bình`, `HÒA BÌNH` and a decomposed
`Hòa Bình` are one and the same. The text itself is never changed beyond NFC: a quote is cut from what is stored.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_WORD = re.compile(r"\d+(?:[.,/:-]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
"""A number with its separators (`1.700`, `29/12`, `30-4`), or letters, `Đăk R'Lấp` and `K’Choi` kept whole."""

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
_TONE_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_MARKED = re.compile(f"[{_TONE_MARKS}]")
_OPEN_RHYME = re.compile(r"(?P<onset>q?)(?P<rhyme>oa|oe|uy)$")
_Y_AFTER_CONSONANT = re.compile(r"^(?:h|k|l|m|s|t|v|qu)y$")


class Token(NamedTuple):
    """One syllable or number of a text: `text[start:end]`, its canonical form `norm` and its folded form `fold`."""

    start: int
    end: int
    norm: str
    fold: str


def nfc(text: str) -> str:
    """Return `text` in Unicode form C, the form in which articles are stored."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return `text` without diacritics; `đ`, which Unicode does not decompose, becomes `d`. Case is kept."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


@functools.lru_cache(maxsize=200_000)
def canonical(word: str) -> str:
    """Return the canonical form of one syllable: lower case, NFC, one place for the tone mark, `i` for a bare `y`.

    `hoà` and `hòa`, `uỷ` and `ủy`, `tỷ` and `tỉ`, `qui` and `quy` come out equal; canonical(canonical(x)) does too.
    """
    word = nfc(word).lower().replace("’", "'")
    if word.isascii() and "y" not in word:
        return word
    decomposed = unicodedata.normalize("NFD", word)
    tone = _MARKED.search(decomposed)
    bare = unicodedata.normalize("NFC", _MARKED.sub("", decomposed)) if tone else word
    if _Y_AFTER_CONSONANT.match(bare):
        bare = bare[:-1] + "i"
        return nfc(bare + tone.group()) if tone else bare
    if tone is None:
        return word
    open_rhyme = _OPEN_RHYME.search(bare)
    if open_rhyme and not open_rhyme["onset"]:
        at = open_rhyme.start("rhyme") + 1
        return nfc(bare[:at] + tone.group() + bare[at:])
    return nfc(decomposed)


@functools.lru_cache(maxsize=200_000)
def canonical_fold(word: str) -> str:
    """Return the canonical form of one syllable without diacritics."""
    return fold(canonical(word))


def clean(text: str) -> str:
    """Return what a person typed, readable: NFC, zero-width and control characters out, runs of white space single."""
    text = nfc(text).translate(_ZERO_WIDTH)
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Cf"} else c for c in text)
    return " ".join(text.split())


def tokens(text: str) -> list[Token]:
    """Return the syllables and numbers of `text` in order, each with its offsets in code points."""
    return list(_question_tokens(text)) if len(text) <= _SHORT else _tokens(text)


_SHORT = 400
"""Characters of a text that is likely a question, and so asked for several times on its way."""


def _tokens(text: str) -> list[Token]:
    return [Token(*m.span(), *_forms(m[0])) for m in _WORD.finditer(text)]


@functools.lru_cache(maxsize=2_000)
def _question_tokens(text: str) -> tuple[Token, ...]:
    return tuple(_tokens(text))


@functools.lru_cache(maxsize=200_000)
def _forms(word: str) -> tuple[str, str]:
    return canonical(word), canonical_fold(word)


def words(text: str) -> list[str]:
    """Return the syllables and numbers of `text` as they stand."""
    return _WORD.findall(text)


def norms(text: str) -> list[str]:
    """Return the canonical syllables of `text`."""
    return [canonical(w) for w in _WORD.findall(text)]


def folds(text: str) -> list[str]:
    """Return the canonical syllables of `text`, without diacritics."""
    return [canonical_fold(w) for w in _WORD.findall(text)]


def bigrams(syllables: Iterable[str]) -> Iterator[str]:
    """Yield the pairs of neighbours of `syllables`, joined by `_`: most Vietnamese words are two syllables."""
    previous: str | None = None
    for syllable in syllables:
        if previous is not None:
            yield f"{previous}_{syllable}"
        previous = syllable


def has_diacritics(text: str) -> bool:
    """Tell whether `text` carries any Vietnamese diacritic."""
    return fold(text) != nfc(text)
