"""Raw Telex and VNI: every syllable comes back from its keystrokes, and ordinary text is left alone."""

import unicodedata

import pytest

from retrieval.vietnamese import keystrokes
from retrieval.vietnamese.keystrokes import decode

TELEX = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
VNI = {"â": "a6", "ê": "e6", "ô": "o6", "ă": "a8", "ơ": "o7", "ư": "u7", "đ": "d9"}
DIGITS = dict(zip("sfrxj", "12345", strict=True))


def keyed(syllable: str, tone: str, keys: dict[str, str]) -> str:
    """Return the keystrokes of a toneless syllable, the tone typed last, as most people do."""
    return "".join(keys.get(c, c) for c in syllable) + tone


@pytest.mark.parametrize(("keys", "tones"), [(TELEX, {}), (VNI, DIGITS)])
def test_every_syllable_comes_back(keys: dict[str, str], tones: dict[str, str]) -> None:
    checked = 0
    for onset in (*keystrokes._ONSETS, ""):
        for rime in keystrokes._rimes():
            for tone in "sfrxj":
                syllable = onset + rime
                spelt = keystrokes._toned(syllable, tone)
                # `oo` of `xoong` is ô in Telex; `gi` and `i` share a letter; a syllable as it stands is left.
                if (
                    spelt is None
                    or "oo" in rime
                    or (onset == "g" and rime[0] == "i")
                    or keystrokes._parts(syllable) != (onset, rime)
                ):
                    continue
                typed = keyed(syllable, tones.get(tone, tone), keys)
                assert decode(f"{typed} {typed}") == f"{spelt} {spelt}", (typed, spelt)
                assert unicodedata.is_normalized("NFC", spelt)
                checked += 1
    assert checked > 5_000


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ai chur trif hooij nghij mttq", "ai chủ trì hội nghị mttq"),
        ("chu3 tri2 ho65i nghi5 la2 ai", "chủ trì hội nghị là ai"),
        ("Nguyeenx Vawn Tuaans laf ai", "Nguyễn Văn Tuấn là ai"),
        ("thuwowngf truwcj huyeenj uyr", "thường trực huyện ủy"),
        ("tieenf dder laij", "tiền đẻ lại"),
        ("coong tacs daan vaanj", "công tác dân vận"),
    ],
)
def test_questions_in_keystrokes(typed: str, meant: str) -> None:
    assert decode(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "ai chu tri hop giao ban",
        "hop o dau m2 q1",
        "tests show as windows",
        "Ai chủ trì hooij nghij",
        "QL6 sat lo",
        "",
        "😀",
    ],
)
def test_other_text_is_left_alone(typed: str) -> None:
    assert decode(typed) == typed
