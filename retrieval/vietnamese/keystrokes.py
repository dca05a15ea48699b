"""Raw keystrokes -> Vietnamese: `chur trif hooij nghij` (Telex), `chu3 tri2 ho65i nghi5` (VNI) where no input method ran.

A word is decoded only where it is no Vietnamese syllable as it stands and becomes one; and only where two words of the
text do, for `as` or `M2` alone are more likely meant.
"""

import functools
import re
import unicodedata

from retrieval.vietnamese.tables import rows
from retrieval.vietnamese.text import canonical, fold, has_diacritics

FEWEST = 2
"""Words that must decode before any is."""
_ONSETS = tuple(
    sorted("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split(), key=lambda o: -len(o))
)
_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}
_DOUBLED = {"a": "â", "e": "ê", "o": "ô"}
_HORNED = {"a": "ă", "o": "ơ", "u": "ư"}
_TYPED = re.compile(r"(?<![^\W_])[A-Za-z]+[1-9A-Za-z]*(?![^\W_])")
_STRONG = "êơâôăư"
"""Vowels that bear the tone wherever they stand; of ươ the second does."""
_ENDS_BEFORE = frozenset("pt") | {"c", "ch"}


@functools.cache
def _rimes() -> frozenset[str]:
    return frozenset(rime for row in rows("rimes") for cell in row for rime in cell.split())


def _parts(syllable: str) -> tuple[str, str] | None:
    """Return onset and rime of a toneless syllable, None where it is none."""
    for onset in (*_ONSETS, ""):
        if syllable.startswith(onset) and syllable[len(onset) :] in _rimes():
            return onset, syllable[len(onset) :]
    return None


def is_syllable(word: str) -> bool:
    """Tell whether `word` is a Vietnamese syllable, with its diacritics: `Bảo`, `Thắng`; `Bµo` is none."""
    letters = unicodedata.normalize("NFD", canonical(word))
    tones = set(_TONES.values())
    toneless = unicodedata.normalize("NFC", "".join(c for c in letters if c not in tones))
    return sum(c in tones for c in letters) <= 1 and (
        _parts(toneless) is not None or toneless in {"gi", "gin", "giêt", "giêng", "giêc"}
    )


def is_folded_syllable(word: str) -> bool:
    """Tell whether `word` is a Vietnamese syllable without its diacritics."""
    return word in _folded_syllables()


@functools.cache
def _folded_syllables() -> frozenset[str]:
    # `coong` is far likelier the keystrokes of `công` than a word like `xoong`.
    rimes = [r for r in _rimes() if "oo" not in r]
    return frozenset(fold(o + r) for o in (*_ONSETS, "") for r in rimes) | {"gi", "gin", "giet", "gieng", "giec"}


def decode(text: str) -> str:
    """Return `text` with the words that are keystrokes turned into what they spell; as it is where they are too few."""
    if has_diacritics(text):
        return text
    if text.isupper():  # with Caps Lock on; where most is in capitals an abbreviation is not told from a keystroke
        decoded = decode(text.lower())
        return text if decoded == text.lower() else decoded
    found = [(m.start(), m.end(), spelt) for m in _TYPED.finditer(text) if (spelt := _spelt(m[0])) is not None]
    if len(found) < FEWEST:
        return text
    pieces, at = [], 0
    for start, end, spelt in found:
        pieces += [text[at:start], spelt]
        at = end
    return "".join(pieces) + text[at:]


@functools.lru_cache(maxsize=20_000)
def _spelt(word: str) -> str | None:
    """Return the syllable that the keystrokes `word` spell, None where they are none or a syllable as they stand."""
    lower = word.lower()
    if is_folded_syllable(lower) or len(lower) < 2 or (word.isupper() and len(word) > 1):
        return None
    spelt = _vni(lower) if any(c.isdigit() for c in lower) else _telex(lower)
    if spelt is None:
        return None
    return spelt.capitalize() if word[0].isupper() else spelt


def _telex(word: str) -> str | None:
    vowel = next((i for i, c in enumerate(word) if c in "aeiouyw"), None)
    if vowel is None:
        return None
    tone = next((i for i in range(len(word) - 1, vowel, -1) if word[i] in _TONES), None)
    letters = word if tone is None else word[:tone] + word[tone + 1 :]
    if letters.count("d") == 2:  # `ddieenf`, `dieendf`
        first = letters.index("d")
        letters = letters[:first] + "đ" + letters[first + 1 :].replace("d", "", 1)
    letters = letters.replace("uwow", "ươ").replace("uwo", "ươ")
    if "w" in letters:
        letters = _with_horn(letters, letters.index("w"))
    for single, marked in _DOUBLED.items():
        letters = letters.replace(single * 2, marked, 1)
    typed_tone = word[tone] if tone is not None else ""
    return _toned(letters, typed_tone) or _toned(_late_doubled(letters), typed_tone)


def _late_doubled(letters: str) -> str:
    """Return `letters` with a vowel that is typed again at the end of the word doubled: `vietje`, `hoijo`."""
    for single, marked in _DOUBLED.items():
        if letters.count(single) == 2:
            first = letters.index(single)
            return letters[:first] + marked + letters[first + 1 :].replace(single, "", 1)
    return letters


def _with_horn(letters: str, at: int) -> str:
    rest = letters[:at] + letters[at + 1 :]
    if "uo" in rest[:at] and rest[at - 1] != "a":
        return rest.replace("uo", "ươ", 1)
    before = next((i for i in range(at - 1, -1, -1) if rest[i] in _HORNED), None)
    if before is None:
        return letters[:at] + "ư" + letters[at + 1 :]
    return rest[:before] + _HORNED[rest[before]] + rest[before + 1 :]


def _vni(word: str) -> str | None:
    letters, tone = "", ""
    for c in word:
        if c in _VNI_TONES:
            tone = _VNI_TONES[c]
        elif c == "9":
            at = letters.find("d")
            letters = letters[:at] + "đ" + letters[at + 1 :] if at >= 0 else letters
        elif c == "7" and "uo" in letters:
            letters = letters.replace("uo", "ươ", 1)
        elif c in "678":
            marks = {"6": _DOUBLED, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}}[c]
            at = next((i for i in range(len(letters) - 1, -1, -1) if letters[i] in marks), -1)
            if at < 0:
                return None
            letters = letters[:at] + marks[letters[at]] + letters[at + 1 :]
        else:
            letters += c
    return _toned(letters, tone)


def _toned(syllable: str, tone: str) -> str | None:
    """Return the syllable with its tone mark where it is written, None where it is no Vietnamese syllable."""
    parts = _parts(syllable) or _parts(syllable := syllable.replace("ươ", "uơ"))  # `thuở`
    if parts is None:
        return None
    onset, rime = parts
    if not tone:
        return syllable
    coda = re.search(r"(?:ch|ng|nh|[cmnpt])$", rime)
    if coda and coda[0] in _ENDS_BEFORE and tone not in "sj":
        return None  # a syllable that ends in a stop has no other tone
    vowels = rime[: coda.start()] if coda else rime
    at = next((i for i in range(len(vowels) - 1, -1, -1) if vowels[i] in _STRONG), None)
    if at is None:
        at = len(vowels) - 1 if coda or len(vowels) == 1 else 1 if len(vowels) == 3 else 0
    marked = unicodedata.normalize("NFC", vowels[at] + _TONES[tone])
    return onset + vowels[:at] + marked + vowels[at + 1 :] + (coda[0] if coda else "")
