"""Vietnamese text of the years before Unicode, TCVN3 (`B¶o Th¾ng`) and VNI (`chaøo caùc baïn`) -> Unicode.

Both were fonts over Latin-1 code points, so a file, or a Word document typed in .VnTime, reads as Latin-1 letters.
The tables are facts of TCVN 5712:1993 (ABC) and of VNI for Windows.
"""

import functools
import re
import unicodedata

from retrieval.vietnamese.keystrokes import is_syllable
from retrieval.vietnamese.text import words

_VOWELS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
_TCVN3 = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦"
_VNI_TONES = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_VNI_HAT = {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
_VNI_BREVE = {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
_VNI_ALONE = {"ỉ": "æ", "ĩ": "ó", "ị": "ò", "ì": "ì", "í": "í", "ỵ": "î", "đ": "ñ", "ơ": "ô", "ư": "ö"}
_FEWEST = 3
"""Syllables with marks that a text must have for its encoding to be told."""
_LEAST = 0.85
"""Share of the words with marks that must be Vietnamese syllables."""
_SAMPLE = 4_000
"""Characters by which a text's encoding is told."""
_MARKED = re.compile(r"[^\x00-\x7f]")


@functools.cache
def _tcvn3() -> dict[int, str]:
    return {ord(old): new for old, new in zip(_TCVN3, _VOWELS, strict=True)}


@functools.cache
def _vni() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of what VNI writes for a letter with marks, and what each means; the longest goes first."""
    table: dict[str, str] = {}
    for letter in _VOWELS[: _VOWELS.index("Ă")]:
        old = _VNI_ALONE.get(letter) or _vni_of(letter)
        table[old] = letter
        table[old.upper()] = letter.upper()
        table[old[0].upper() + old[1:]] = letter.upper()
    return re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True)))), table


def _vni_of(letter: str) -> str:
    """Return how VNI writes a lower-case letter with marks: the vowel, then one letter for its marks."""
    parts = unicodedata.normalize("NFD", letter)
    base, marks = parts[0], parts[1:]
    tone = "".join(m for m in marks if m in _VNI_TONES)
    if "\u0302" in marks:
        return base + _VNI_HAT[tone]
    if "\u0306" in marks:
        return base + _VNI_BREVE[tone]
    if "\u031b" in marks:
        return {"o": "ô", "u": "ö"}[base] + _VNI_TONES[tone]
    return base + _VNI_TONES[tone]


def from_tcvn3(text: str) -> str:
    """Return the Unicode text that `text`, read as Latin-1, means in TCVN3."""
    return text.translate(_tcvn3())


def from_vni(text: str) -> str:
    """Return the Unicode text that `text`, read as Latin-1, means in VNI."""
    pattern, table = _vni()
    return pattern.sub(lambda match: table[match.group()], text)


def likeness(text: str) -> float:
    """Return the share of the words with marks that are Vietnamese syllables; 0 where hardly any word has marks."""
    marked = [w for w in words(text) if _MARKED.search(w)]
    if len(marked) < _FEWEST:
        return 0.0
    return sum(is_syllable(w) for w in marked) / len(marked)


def repaired(text: str) -> str | None:
    """Return `text` in Unicode where it is Vietnamese in one of the old encodings, None where it is not.

    A long text is told by its beginning.
    """
    sample = text[:_SAMPLE]
    if sample.isascii() or likeness(sample) >= _LEAST:
        return None
    best, decode = max(((likeness(f(sample)), f) for f in (from_tcvn3, from_vni)), key=lambda entry: entry[0])
    return decode(text) if best >= _LEAST else None
